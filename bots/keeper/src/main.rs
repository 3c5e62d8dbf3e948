//! `ballast-keeper`: see `docs/reference/keeper.md`.

use ballast_keeper::service::{run, Args};
use ballast_rpc::service::init_logs;
use ballast_rpc::ServiceError;
use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    ballast_terminal::explain_panics("ballast-keeper", str::to_owned);
    let args = Args::parse();
    init_logs(args.log_format);
    let ended = start(args);
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("ballast-keeper: {error}");
            ExitCode::from(error.exit_code())
        }
    }
}

fn start(args: Args) -> Result<(), ServiceError> {
    let config = args.resolve()?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build();
    let runtime = runtime.map_err(|error| ServiceError::Config(format!("the system gives no threads: {error}")))?;
    runtime.block_on(run(config))
}
