//! Cranks a vault until nothing is due: `example-keeper RPC_URL KEYPAIR_FILE VAULT`.
//!
//! Everything a keeper has to decide is one pure function, `Snapshot::plan`: it observes the market
//! as the program will, asks the same proof that the program asks, and says what is due. The real
//! bot (`./ballast keeper`) adds a websocket, retries, fees and metrics around it.

use anyhow::Result;
use ballast_client_examples::snapshot;
use ballast_rpc::tokens::wallet_of;
use ballast_rpc::{args, BlockingRpc, Cluster};
use ballast_sdk::action::{instruction, CrankAction};
use ballast_sdk::instructions::Cranker;
use solana_signer::Signer;
use std::path::Path;

/// More rounds than a vault should ever need: each trades as much as the venue's depth allows.
const ROUNDS: usize = 20;

fn main() -> Result<()> {
    let given: Vec<String> = std::env::args().skip(1).collect();
    let [url, keypair, vault] = given.as_slice() else {
        anyhow::bail!("usage: example-keeper RPC_URL KEYPAIR_FILE VAULT");
    };
    let mut rpc = BlockingRpc::new(url)?;
    let keeper = args::keypair(Path::new(keypair), url)?.keypair;
    let vault = args::address(vault, "VAULT")?;
    for _ in 0..ROUNDS {
        let snapshot = snapshot(&mut rpc, &vault)?;
        let due = snapshot.plan();
        if due.is_empty() {
            println!("nothing is due");
            return Ok(());
        }
        // Where the vault pays to, if there is such an account.
        let wallet = wallet_of(&keeper.pubkey(), &snapshot.keys.quote());
        let cranker = Cranker {
            key: keeper.pubkey(),
            pay_to: rpc.find(&wallet)?.map(|account| account.key),
        };
        let names: Vec<&str> = due.iter().map(CrankAction::name).collect();
        let instructions: Vec<_> = due
            .iter()
            .map(|action| instruction(action, &snapshot, &cranker))
            .collect();
        rpc.send(&instructions, &[&keeper])?;
        println!("cranked: {}", names.join(", "));
    }
    println!("more is due; run it again");
    Ok(())
}
