//! The feeder against the local node, each in a process of its own.
//!
//! Needs the local node and the programs: `./ballast test` builds them. Without them this test says
//! so and passes.

mod support;

use ballast_cli::node::{rpc_url, start_node};
use ballast_deploy::config::{Config, DEFAULT};
use ballast_deploy::keys;
use ballast_deploy::publication::publish;
use ballast_deploy::steps::Local;
use ballast_risk::state::{Fixed, Surface};
use ballast_risk::{CreateMarketArgs, CreateSurfaceArgs};
use ballast_rpc::{BlockingRpc, Cluster, TestCluster};
use ballast_sdk::instructions::{create_risk_market, surface as ix};
use ballast_sdk::prices::Publication;
use ballast_sdk::{addresses, Pubkey};
use solana_keypair::Keypair;
use solana_signer::Signer;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use support::{is_built, node_with, port, root};

const DAY: i64 = 86_400;
/// Days to the grid's expiries; the chain lists 1, 7, 30, 90 and 270.
const GRID: [i64; 8] = [2, 7, 14, 30, 60, 90, 180, 360];

fn chain() -> PathBuf {
    root().join("sim/data/tests/data/synthetic_chain.csv")
}

/// Returns the binaries this test needs, or `None`, said aloud.
fn binaries() -> Option<(PathBuf, PathBuf)> {
    let other = Path::new(env!("CARGO_BIN_EXE_ballast")).with_file_name("ballast-feeder");
    Some((
        node_with("ballast_risk.so")?,
        Some(other).filter(|other| is_built(other))?,
    ))
}

struct FeederNetwork {
    rpc: BlockingRpc,
    market: Pubkey,
    binary: PathBuf,
    url: String,
    folder: tempfile::TempDir,
}

impl FeederNetwork {
    /// Returns a market that was observed, whose surface has these feeders, two of whom a
    /// publication takes.
    fn new(port: u16, binary: PathBuf, feeders: &[Keypair]) -> Self {
        let local = Local::new(Config::parse(DEFAULT).unwrap(), "BTC").unwrap();
        let mut rpc = BlockingRpc::new(&rpc_url(port)).unwrap();
        local
            .initialise(&mut rpc, &root().join("target/deploy"), &mut |_| {})
            .unwrap();
        let authority = &local.authority;
        let clock = rpc.clock().unwrap();
        let publication = Publication {
            feed_id: local.feed_id,
            price: 80_000 * 100_000_000,
            confidence: 20 * 100_000_000,
            exponent: -8,
            publish_time: clock.unix_timestamp,
            slot: clock.slot,
        };
        publish(&mut rpc, &local.params, &publication).unwrap();
        // The network's surface is of its authority's own feeding, and feeders change only after
        // two days: another market of the same sources has these.
        let owner = authority.pubkey();
        let known = rpc
            .account(&local.keys.first().risk_market)
            .unwrap()
            .risk_market()
            .unwrap();
        let args = CreateMarketArgs {
            name: addresses::market_name("FED-USD").unwrap(),
            initial_variance: Fixed::from("0.36".parse::<ballast_core_types::I80F48>().unwrap()),
            worst_day: Fixed::from("0.3".parse::<ballast_core_types::I80F48>().unwrap()),
            params: known.params,
        };
        let market = addresses::risk_market(&owner, &args.name);
        let surface = CreateSurfaceArgs {
            settings: rpc
                .account(&addresses::surface(&local.keys.first().risk_market))
                .unwrap()
                .surface()
                .unwrap()
                .settings,
            grid: GRID.iter().map(|days| clock.unix_timestamp + days * DAY).collect(),
            feeders: feeders.iter().map(Keypair::pubkey).collect(),
            required: 2,
        };
        rpc.send(&[create_risk_market(&owner, args)], &[authority]).unwrap();
        rpc.send(&[ix::create(&owner, &market, surface)], &[authority]).unwrap();
        let folder = tempfile::tempdir().unwrap();
        for (index, feeder) in feeders.iter().enumerate() {
            rpc.airdrop(&feeder.pubkey(), 1_000_000_000).unwrap();
            ballast_keys::write_new(&folder.path().join(format!("{index}.json")), feeder).unwrap();
        }
        let outsider = keys::wallet("stranger");
        rpc.airdrop(&outsider.pubkey(), 1_000_000_000).unwrap();
        ballast_keys::write_new(&folder.path().join("stranger.json"), &outsider).unwrap();
        Self {
            rpc,
            market,
            binary,
            url: rpc_url(port),
            folder,
        }
    }

    /// Runs the feeder with a key and a chain (`-`: [`Self::twice`] on standard input).
    fn feed(&self, market: &Pubkey, key: Option<&str>, chain_from: &str, more: &[&str]) -> Output {
        let mut command = Command::new(&self.binary);
        command.args([
            "--market",
            &market.to_string(),
            "--rpc-url",
            &self.url,
            "--chain",
            chain_from,
        ]);
        if let Some(key) = key {
            command
                .arg("--keypair")
                .arg(self.folder.path().join(format!("{key}.json")));
        }
        if chain_from == "-" {
            command.stdin(Stdio::from(File::open(self.twice()).unwrap()));
        }
        command.args(more).output().unwrap()
    }

    /// Returns the chain, and the same a minute later.
    fn twice(&self) -> PathBuf {
        let once = std::fs::read_to_string(chain()).unwrap();
        let later = once.lines().skip(1).map(|line| {
            let (time, rest) = line.split_once(',').unwrap();
            format!("{},{rest}\n", time.parse::<i64>().unwrap() + 60)
        });
        let path = self.folder.path().join("twice.csv");
        std::fs::write(&path, once.clone() + &later.collect::<String>()).unwrap();
        path
    }

    /// Returns the chain with two of its expiries in each other's place.
    fn falling(&self) -> String {
        let [near, far] = ["1772529600", "1777713600"];
        let text = std::fs::read_to_string(chain()).unwrap();
        let text = text.replace(near, "between").replace(far, near).replace("between", far);
        let path = self.folder.path().join("falling.csv");
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }

    /// Returns the bytes of a feeder's submission.
    fn submission(&mut self, feeder: &Keypair) -> Vec<u8> {
        let key = addresses::submission(&addresses::surface(&self.market), &feeder.pubkey());
        self.rpc.account(&key).unwrap().data
    }

    fn surface(&mut self) -> Surface {
        let key = addresses::surface(&self.market);
        self.rpc.account(&key).unwrap().surface().unwrap()
    }

    fn submission_exists(&mut self, feeder: &Keypair) -> bool {
        let key = addresses::submission(&addresses::surface(&self.market), &feeder.pubkey());
        self.rpc.account(&key).is_ok()
    }
}

fn printed(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout)
}

fn refused(output: &Output, words: &[&str]) {
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    let last = text.lines().last().unwrap_or_default();
    assert_eq!(output.status.code(), Some(2), "{text}");
    for word in words {
        assert!(last.contains(word), "{word}: {text}");
    }
}

#[test]
fn feeders_open_submit_and_publish_a_surface() {
    let Some((node, feeder)) = binaries() else { return };
    let port = port();
    let mut node = start_node(&node, port, None).unwrap();
    let feeders = ["feeder one", "feeder two"].map(keys::wallet);
    let mut world = FeederNetwork::new(port, feeder, &feeders);
    let (market, file) = (world.market, chain().to_str().unwrap().to_owned());
    let now = ["--as-of-now"];

    // A dry run says everything and touches nothing; it needs no key.
    let dry = world.feed(&market, None, &file, &["--as-of-now", "--dry-run"]);
    assert!(dry.status.success(), "{}", printed(&dry));
    let report: serde_json::Value = serde_json::from_slice(&dry.stdout).unwrap();
    assert_eq!(report["slices"].as_array().unwrap().len(), 8);
    assert_eq!(
        (report["expiries_fitted"].as_u64(), report["quotes"].as_u64()),
        (Some(5), Some(85))
    );
    let level = report["slices"][1]["volatility"].as_f64().unwrap();
    assert!((level - (0.0075f64 * 365.0 / 7.0).sqrt()).abs() < 1e-3, "{report}");
    assert!(feeders.iter().all(|key| !world.submission_exists(key)));

    // Wrong from the start: one line, exit code two, nothing on the chain.
    refused(
        &world.feed(&market, Some("0"), &file, &[]),
        &["--max-chain-age", "--as-of-now"],
    );
    refused(&world.feed(&market, Some("0"), "no.csv", &now), &["no.csv"]);
    refused(&world.feed(&market, Some("0"), &file, &["--currency", "SOL"]), &["SOL"]);
    refused(
        &world.feed(&market, Some("stranger"), &file, &now),
        &["none of the 2 feeders", "propose_feeders"],
    );
    refused(
        &world.feed(&Pubkey::new_unique(), Some("0"), &file, &now),
        &["--market"],
    );
    assert!(!world.submission_exists(&feeders[0]));

    // The first says it from a file; one is too few to publish, and that is no failure.
    let first = world.feed(&market, Some("0"), &file, &["--as-of-now", "--publish"]);
    assert!(first.status.success(), "{}", printed(&first));
    assert!(
        printed(&first).contains("submitted") && printed(&first).contains("too few"),
        "{}",
        printed(&first)
    );
    assert_eq!(world.surface().publications, 0);

    // The second from standard input, twice, and publishes; whether the second publication comes
    // too soon is the clock's matter.
    let second = world.feed(&market, Some("1"), "-", &["--as-of-now", "--publish"]);
    assert!(second.status.success(), "{}", printed(&second));
    assert_eq!(printed(&second).matches("submitted").count(), 2, "{}", printed(&second));
    let surface = world.surface();
    assert!((1..=2).contains(&surface.publications), "{}", printed(&second));
    assert_eq!(surface.published().len(), 8, "{}", printed(&second));
    let published = (surface.published()[1].variance as f64 / 2f64.powi(56)).sqrt();
    assert!((published - level).abs() < 1e-3, "{published} {level}");

    // Again, over an account that is there already.
    let again = world.feed(&market, Some("1"), &file, &["--as-of-now", "--all"]);
    assert!(
        again.status.success() && printed(&again).contains("opened=false"),
        "{}",
        printed(&again)
    );

    // A chain whose total variance falls is submitted for who insists, and for nobody else.
    let falling = world.falling();
    let before = world.submission(&feeders[0]);
    let warned = world.feed(&market, Some("0"), &falling, &now);
    let text = printed(&warned);
    let last = text.lines().last().unwrap_or_default();
    assert_eq!(warned.status.code(), Some(1), "{text}");
    assert!(
        text.contains("calendar arbitrage") && last.contains("--force"),
        "{text}"
    );
    assert_eq!(world.submission(&feeders[0]), before);
    let forced = world.feed(&market, Some("0"), &falling, &["--as-of-now", "--force"]);
    let text = printed(&forced);
    assert!(forced.status.success() && text.contains("calendar arbitrage"), "{text}");
    assert_ne!(world.submission(&feeders[0]), before);

    // A node that is gone is one clear line after a few tries, and no fault of the command line.
    node.kill();
    let gone = world.feed(&market, Some("1"), &file, &now);
    let text = printed(&gone);
    assert_eq!(gone.status.code(), Some(1), "{text}");
    assert!(text.lines().last().unwrap().contains("cannot reach the node"), "{text}");
}
