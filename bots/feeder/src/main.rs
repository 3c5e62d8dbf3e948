//! `ballast-feeder`: see `docs/guides/run-a-feeder.md`.

use ballast_feeder::args::Args;
use ballast_feeder::check::check;
use ballast_feeder::service::run;
use ballast_files::pipe;
use ballast_rpc::secrets::clean;
use ballast_rpc::service::init_logs_on_stderr;
use ballast_rpc::ServiceError;
use ballast_service::settings;
use std::process::ExitCode;

fn main() -> ExitCode {
    ballast_terminal::explain_panics("ballast-feeder", clean);
    if let Err(error) = pipe::end_quietly() {
        eprintln!("ballast-feeder: no handler for closed pipes: {error}");
    }
    let args: Args = match settings::parse() {
        Ok(args) => args,
        Err(code) => return code,
    };
    init_logs_on_stderr(args.logs);
    match start(args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("ballast-feeder: {}", clean(&error.to_string()));
            ExitCode::from(error.exit_code())
        }
    }
}

fn start(args: Args) -> Result<(), ServiceError> {
    let checks = args.check;
    let config = args.resolve()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| ServiceError::Config(format!("the system gives no timers: {error}")))?;
    if checks {
        return runtime.block_on(check(&config));
    }
    runtime.block_on(run(config))
}
