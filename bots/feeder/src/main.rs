//! `ballast-feeder`: see `docs/guides/run-a-feeder.md`.

use ballast_feeder::args::Args;
use ballast_feeder::check::check;
use ballast_feeder::service::run;
use ballast_files::pipe;
use ballast_rpc::service::init_logs_on_stderr;
use ballast_rpc::ServiceError;
use ballast_service::process;
use std::process::ExitCode;

fn main() -> ExitCode {
    if let Err(error) = pipe::end_quietly() {
        eprintln!("ballast-feeder: no handler for closed pipes: {error}");
    }
    process::main("ballast-feeder", start)
}

fn start(args: Args) -> Result<(), ServiceError> {
    init_logs_on_stderr(args.logs);
    let checks = args.check;
    let config = args.resolve()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| ServiceError::Config(format!("the system gives no timers: {error}")))?;
    if checks {
        return runtime.block_on(check(&config));
    }
    runtime.block_on(run(config))
}
