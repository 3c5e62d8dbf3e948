//! `ballast options ask`: requests for quotes, and the best answer.

use crate::building::say;
use crate::commands::options::amount::show;
use crate::commands::options::client::OptionsClient;
use crate::commands::options::quote::{side_of_leg, SideArg, QUOTE};
use crate::commands::options::Common;
use anyhow::{anyhow, bail, Context, Result};
use ballast_files::output::{Guard, Target};
use ballast_options_client::quote_file::word;
use ballast_options_client::rfq::{ask, examine, Offered, Request, RequestedLeg};
use ballast_options_client::taking::{take, Given};
use solana_signer::Signer;
use std::path::PathBuf;

/// Asks makers for a quote, and prints, keeps or takes the best of their answers
#[derive(clap::Args, Debug)]
pub struct Args {
    /// The series, such as BTC-27NOV26-52000-C
    series: String,
    /// What you do
    #[arg(value_enum)]
    side: SideArg,
    /// How much, in units of the asset
    #[arg(long)]
    size: String,
    /// A further leg, traded together with the first: SERIES:SIDE, and :RATIO after it for so many
    /// units of it to each of the size. Up to three
    #[arg(long, value_name = "SERIES:SIDE[:RATIO]")]
    leg: Vec<String>,
    /// A maker to ask; once for each
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:9470")]
    maker: Vec<String>,
    /// Write the quote to this file
    #[arg(long, value_name = "FILE", conflicts_with = "take")]
    out: Option<PathBuf>,
    /// Trade on it at once
    #[arg(long)]
    take: bool,
}

impl Args {
    /// Returns where the quote is written, if in a file: to be asked before anything is done.
    ///
    /// # Errors
    /// If it is the keypair, or something else that exists.
    pub(crate) fn target(&self, common: &Common) -> Result<Option<Target>> {
        let guard = Guard::new().inputs("--keypair", &common.node.keypair);
        let target = self.out.as_deref().map(|path| guard.file("--out", path, QUOTE));
        Ok(target.transpose()?)
    }

    fn request(&self, client: &OptionsClient, taker: String) -> Result<Request> {
        let first = RequestedLeg {
            series: self.series.clone(),
            side: word(self.side.into()).to_owned(),
            ratio: 1,
        };
        let further = self.leg.iter().map(|text| leg(text));
        let mut legs = std::iter::once(Ok(first)).chain(further).collect::<Result<Vec<_>>>()?;
        for leg in &mut legs {
            // As makers write it.
            leg.series = client.name(&client.series(&leg.series)?);
        }
        Ok(Request {
            house: client.keys.house.to_string(),
            taker: Some(taker),
            legs,
            size: self.size.clone(),
        })
    }
}

fn leg(text: &str) -> Result<RequestedLeg> {
    let refused = || anyhow!("--leg: {text} is not SERIES:SIDE[:RATIO]");
    let fields: Vec<&str> = text.split(':').collect();
    let (series, side, ratio) = match fields[..] {
        [series, side] => (series, side, "1"),
        [series, side, ratio] => (series, side, ratio),
        _ => return Err(refused()),
    };
    Ok(RequestedLeg {
        series: series.to_owned(),
        side: word(side_of_leg(side, text)?).to_owned(),
        ratio: ratio.parse().map_err(|_| refused())?,
    })
}

/// `options ask`.
///
/// # Errors
/// If no maker gives a quote that the house would take, with each one's reason.
pub fn run(args: &Args, common: &Common, client: &mut OptionsClient) -> Result<String> {
    let signer = common.signer()?;
    let request = args.request(client, signer.pubkey().to_string())?;
    let mut offers: Vec<Offered> = Vec::new();
    let mut reasons = Vec::new();
    for url in &args.maker {
        let answer = ask(url, &request).and_then(|file| examine(client, &request, &signer.pubkey(), file));
        match answer {
            Ok(offered) => offers.push(offered),
            Err(error) => reasons.push(format!("{url}: {error:#}")),
        }
    }
    let Some(best) = offers.into_iter().min_by_key(|offered| offered.cost) else {
        bail!("no maker gives a quote: {}", reasons.join("; "));
    };
    for reason in reasons {
        say(&format!("not quoted by {reason}"));
    }
    let amount = |units: i128| show(units, client.decimals());
    let words = format!(
        "{} for {} of {}",
        if best.cost < 0 {
            format!("get {}", amount(-best.cost))
        } else {
            format!("pay {}", amount(best.cost))
        },
        args.size,
        best.file.legs_in_words()
    );
    if args.take {
        let taker = common.member(client, Some(&signer))?;
        let traded = take(client, &Given::Signed(best.signed), &taker, &signer, Some(best.size.0))?;
        return Ok(format!(
            "{}; {} {}, of it a fee of {}",
            traded.legs,
            if traded.paid < 0 { "got" } else { "paid" },
            show(i128::from(traded.paid.unsigned_abs()), client.decimals()),
            show(i128::from(traded.fee), client.decimals())
        ));
    }
    let text = serde_json::to_string_pretty(&best.file)?;
    let Some(path) = &args.out else { return Ok(text) };
    args.target(common)?
        .map_or(Ok(()), |target| target.write((text + "\n").as_bytes()))
        .context("--out")?;
    Ok(format!(
        "{}: {words}, until slot {}",
        path.display(),
        best.file.expiry_slot
    ))
}
