//! An offline Solana node for Ballast: surfpool's SVM, RPC and websocket in
//! one process. It never opens a connection to another network.
//!
//! On standard output it writes exactly one line, when it is ready to serve;
//! everything else goes to standard error.

use std::io::Write;
use std::net::{SocketAddr, TcpListener};
use std::process::ExitCode;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use clap::{Parser, ValueEnum};
use crossbeam_channel::{unbounded, Receiver, Sender};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use surfpool_core::surfnet::svm::{SurfnetSvm, SurfnetSvmConfig};
use surfpool_types::{BlockProductionMode, RpcConfig, SimnetCommand, SimnetConfig, SimnetEvent, SurfpoolConfig};

/// How long the node may take to close its servers after it is told to stop.
const SHUTDOWN_GRACE: Duration = Duration::from_secs(3);

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Blocks {
    /// One block per slot time, as on a real cluster.
    Clock,
    /// One block per transaction; time and slots stand still in between.
    Transaction,
}

#[derive(Debug, Parser)]
#[command(
    name = "ballast-localnet",
    version,
    about = "Runs an offline Solana node for Ballast's demo and tests",
    after_help = "Prints `ready rpc=URL ws=URL` on standard output when it can serve. \
                  Stops cleanly on Ctrl-C (SIGINT) and SIGTERM."
)]
struct Args {
    /// Port of the RPC; the websocket takes the next one
    #[arg(long, default_value_t = 8899, value_parser = clap::value_parser!(u16).range(1..=65534))]
    port: u16,

    /// Address to listen on. The node lets anybody write any account, so keep it local
    #[arg(long, default_value = "127.0.0.1")]
    host: std::net::IpAddr,

    /// Milliseconds per slot
    #[arg(long, value_name = "MS", default_value_t = 200, value_parser = clap::value_parser!(u64).range(10..=60_000))]
    slot_time: u64,

    /// What makes a block
    #[arg(long, value_enum, default_value_t = Blocks::Clock)]
    blocks: Blocks,

    /// Unix time in seconds at which the chain begins (default: now). Time can
    /// be moved forward later, never back: to replay history, begin before it
    #[arg(long, value_name = "UNIX_SECONDS", value_parser = clap::value_parser!(i64).range(1..=253_402_300_799))]
    genesis_time: Option<i64>,

    /// Write what happens on the node to standard error
    #[arg(long, short)]
    verbose: bool,
}

impl Args {
    fn config(&self) -> SurfpoolConfig {
        SurfpoolConfig {
            simnets: vec![SimnetConfig {
                offline_mode: true,
                remote_rpc_url: None,
                slot_time: self.slot_time,
                block_production_mode: match self.blocks {
                    Blocks::Clock => BlockProductionMode::Clock,
                    Blocks::Transaction => BlockProductionMode::Transaction,
                },
                instruction_profiling_enabled: false,
                ..SimnetConfig::default()
            }],
            rpc: RpcConfig {
                bind_host: self.host.to_string(),
                bind_port: self.port,
                ws_port: self.port + 1,
                ..RpcConfig::default()
            },
            ..SurfpoolConfig::default()
        }
    }
}

fn main() -> ExitCode {
    let args = Args::parse();
    match run(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("ballast-localnet: {message}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &Args) -> Result<(), String> {
    for (port, what) in [(args.port, "RPC"), (args.port + 1, "websocket")] {
        check_port(SocketAddr::new(args.host, port), what)?;
    }

    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|e| format!("cannot start the async runtime: {e}"))?;

    let (commands_tx, commands_rx) = unbounded::<SimnetCommand>();
    stop_on_signal(commands_tx.clone())?;

    let result = runtime.block_on(async {
        let (mut svm, events, geyser) = SurfnetSvm::new(SurfnetSvmConfig {
            slot_time: args.slot_time,
            instruction_profiling_enabled: false,
            ..SurfnetSvmConfig::default()
        })
        .map_err(|e| format!("cannot create the virtual machine: {e}"))?;
        if let Some(seconds) = args.genesis_time {
            let millis = u64::try_from(seconds).map_err(|e| e.to_string())? * 1_000;
            svm.updated_at = millis;
            svm.genesis_updated_at = millis;
            svm.reconstruct_sysvars();
        }
        watch(events, args);
        surfpool_core::start_local_surfnet(svm, args.config(), commands_tx, commands_rx, geyser)
            .await
            .map_err(|e| format!("the node stopped: {e}"))
    });
    runtime.shutdown_timeout(SHUTDOWN_GRACE);
    result
}

/// Says which port is taken before anything is started.
fn check_port(address: SocketAddr, what: &str) -> Result<(), String> {
    TcpListener::bind(address).map(drop).map_err(|e| {
        if e.kind() == std::io::ErrorKind::AddrInUse {
            format!("{what} port {address} is in use: stop what uses it, or choose another with --port")
        } else {
            format!("cannot listen on {what} port {address}: {e}")
        }
    })
}

/// The first signal asks the node to stop, a second one ends it at once.
fn stop_on_signal(commands: Sender<SimnetCommand>) -> Result<(), String> {
    let mut signals = Signals::new([SIGINT, SIGTERM]).map_err(|e| format!("cannot handle signals: {e}"))?;
    std::thread::spawn(move || {
        let mut signals = signals.forever();
        if signals.next().is_some() {
            let _ = commands.send(SimnetCommand::Terminate(None));
            // Open websocket connections can hold the servers up: do not wait for ever.
            std::thread::spawn(|| {
                std::thread::sleep(SHUTDOWN_GRACE);
                std::process::exit(0);
            });
        }
        if signals.next().is_some() {
            std::process::exit(130);
        }
    });
    Ok(())
}

/// Announces readiness and passes on what the node has to say.
fn watch(events: Receiver<SimnetEvent>, args: &Args) {
    let ready = format!(
        "ready rpc=http://{rpc} ws=ws://{ws}",
        rpc = SocketAddr::new(args.host, args.port),
        ws = SocketAddr::new(args.host, args.port + 1),
    );
    let verbose = args.verbose;
    std::thread::spawn(move || {
        for event in events {
            match event {
                SimnetEvent::CoreStarted(_) => {
                    let mut out = std::io::stdout().lock();
                    // A closed standard output must not take the node down.
                    let _ = writeln!(out, "{ready}").and_then(|()| out.flush());
                }
                SimnetEvent::Aborted(reason) => log("aborted", &reason),
                SimnetEvent::ErrorLog(_, text) => log("error", &text),
                SimnetEvent::WarnLog(_, text) => log("warning", &text),
                SimnetEvent::InfoLog(_, text) if verbose => log("info", &text),
                SimnetEvent::DebugLog(_, text) if verbose => log("debug", &text),
                SimnetEvent::TransactionProcessed(_, meta, error) if verbose => log(
                    "transaction",
                    &format!(
                        "{} {} units{}",
                        meta.signature,
                        meta.compute_units_consumed,
                        error.map(|e| format!(": {e}")).unwrap_or_default()
                    ),
                ),
                _ => {}
            }
        }
    });
}

fn log(kind: &str, text: &str) {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    eprintln!("{}.{:03} {kind}: {text}", now.as_secs(), now.subsec_millis());
}
