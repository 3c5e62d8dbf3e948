//! `ballast-feeder`: see `docs/guides/run-a-feeder.md`.

use ballast_feeder::args::Args;
use ballast_feeder::service::run;
use ballast_files::pipe;
use ballast_rpc::service::init_logs_on_stderr;
use ballast_rpc::ServiceError;
use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    ballast_terminal::explain_panics("ballast-feeder", str::to_owned);
    if let Err(error) = pipe::end_quietly() {
        eprintln!("ballast-feeder: no handler for closed pipes: {error}");
    }
    let args = Args::parse();
    init_logs_on_stderr(args.log_format);
    match start(args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("ballast-feeder: {error}");
            ExitCode::from(error.exit_code())
        }
    }
}

fn start(args: Args) -> Result<(), ServiceError> {
    let config = args.resolve()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| ServiceError::Config(format!("the system gives no timers: {error}")))?;
    runtime.block_on(run(config))
}
