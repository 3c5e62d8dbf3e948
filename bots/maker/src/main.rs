//! `ballast-maker`: see `docs/reference/rfq.md`.

use ballast_maker::args::Args;
use ballast_maker::service::{check, run};
use ballast_rpc::secrets::clean;
use ballast_rpc::service::init_logs;
use ballast_rpc::ServiceError;
use ballast_service::settings;
use std::process::ExitCode;

fn main() -> ExitCode {
    ballast_terminal::explain_panics("ballast-maker", clean);
    let args: Args = match settings::parse() {
        Ok(args) => args,
        Err(code) => return code,
    };
    init_logs(args.logs);
    match start(args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("ballast-maker: {}", clean(&error.to_string()));
            ExitCode::from(error.exit_code())
        }
    }
}

fn start(args: Args) -> Result<(), ServiceError> {
    let checks = args.check;
    let config = args.resolve()?;
    if checks {
        return check(&config);
    }
    run(config)
}
