//! `ballast-maker`: see `docs/reference/rfq.md`.

use ballast_maker::args::Args;
use ballast_maker::service::{check, run};
use ballast_rpc::service::init_logs;
use ballast_rpc::ServiceError;
use ballast_service::process;
use std::process::ExitCode;

fn main() -> ExitCode {
    process::main("ballast-maker", start)
}

fn start(args: Args) -> Result<(), ServiceError> {
    init_logs(args.logs);
    let checks = args.check;
    let config = args.resolve()?;
    if checks {
        return check(&config);
    }
    run(config)
}
