//! `ballast-keeper`: see `docs/reference/keeper.md`.

use ballast_keeper::service::{check, run, Args};
use ballast_rpc::service::init_logs;
use ballast_rpc::ServiceError;
use ballast_service::process;
use std::process::ExitCode;

fn main() -> ExitCode {
    process::main("ballast-keeper", start)
}

fn start(args: Args) -> Result<(), ServiceError> {
    init_logs(args.logs);
    let checks = args.check;
    let config = args.resolve()?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build();
    let runtime = runtime.map_err(|error| ServiceError::Config(format!("the system gives no threads: {error}")))?;
    if checks {
        return runtime.block_on(check(&config));
    }
    let ended = runtime.block_on(run(config));
    // What still runs has nothing to finish.
    runtime.shutdown_background();
    ended
}
