//! The books at the end of a run, and what has to hold then.

use super::liquidation::Liquidated;
use super::people::People;
use super::people::Person;
use super::settlement::Settled;
use crate::commands::demo::accounting::enter_funds;
use crate::commands::demo::accounting::USDC;
use crate::commands::options::client::OptionsClient;
use anchor_lang::prelude::Pubkey;
use anyhow::Result;
use ballast_core_clearing::settlement::LEAST_SECONDS;
use ballast_deploy::steps::Local;
use ballast_rpc::tokens::UNIT;
use ballast_sim::checks;
use ballast_sim::checks::equal;
use ballast_sim::checks::Finding;
use ballast_sim::checks::Rule;
use ballast_sim::record::strangle::Participant;
use ballast_sim::record::Check;
use ballast_sim::record::Ledger;
use ballast_sim::record::Side;

/// How far the price of settlement may be from the average of the published prices, as a share of
/// it: rounding.
const SETTLEMENT_TOLERANCE: f64 = 1e-8;

/// Every token is somewhere, nobody's gain is not somebody's loss, and nothing is left open.
const RULES: [Rule<Closing>; 6] = [
    ("Every token that was minted is somewhere", supply_is_found),
    (
        "The house holds its insurance fund and nothing else",
        house_holds_its_fund,
    ),
    (
        "What the members gained is what the fund lost, and the other way round",
        gains_are_losses,
    ),
    ("Everybody is out and nothing is open", everybody_is_out),
    (
        "The expiry settled at the average over time of its half hour",
        settled_at_the_average,
    ),
    ("Series and expiry are closed", all_is_closed),
];

/// What has to hold besides if the writer's margin was thin.
const THIN: [Rule<Closing>; 1] = [("The writer was liquidated", writer_was_liquidated)];

/// What is found once everybody has left. Amounts are base units.
#[derive(Debug, Default)]
pub struct Closing {
    /// The tokens' books.
    pub ledger: Ledger,
    /// What each had and has.
    pub people: Vec<Participant>,
    /// Supply of USDC.
    supply: u64,
    /// In the house's custody, by its own ledger, and of it the insurance fund's.
    custody: u64,
    booked: u64,
    insurance: u64,
    /// What people gained at the house, and what its fund gained.
    gained: i128,
    fund: i128,
    /// Margin accounts that are left, the fund's included.
    accounts: usize,
    /// Whether there is open interest, and whether a series or an expiry is left.
    interest: bool,
    open: bool,
    /// What closing the expiry said.
    closed: Vec<String>,
    /// How the expiry was settled.
    settled: Settled,
    liquidated: Liquidated,
}

/// What a run knows of its end beside the chain.
pub struct End {
    /// How the expiry was settled.
    pub settled: Settled,
    /// What closing the expiry said.
    pub closed: Vec<String>,
    /// What became of liquidations.
    pub liquidated: Liquidated,
}

impl Closing {
    /// Reads it from the chain.
    ///
    /// # Errors
    /// What cannot be read.
    pub fn read(client: &mut OptionsClient, local: &Local, people: &People, end: End) -> Result<Self> {
        let insurance = client.cluster.account(&client.keys.insurance)?.margin_account()?;
        let house = client.cluster.account(&client.keys.house)?.house()?;
        let given = local.config.house().insurance_fund()?;
        let supply = client.cluster.account(&local.keys.quote_mint)?.mint()?.supply;
        let mut closing = Self {
            supply,
            custody: tokens(client, client.keys.custody)?,
            booked: house.ledger,
            insurance: insurance.cash,
            gained: people.all().iter().map(|person| -person.paid_in).sum(),
            fund: i128::from(insurance.cash) - i128::from(given),
            accounts: client.accounts()?.len(),
            interest: house.listings().iter().any(|listing| listing.open_interest != 0),
            open: !client.expiries()?.is_empty() || !client.all_series()?.is_empty(),
            closed: end.closed,
            settled: end.settled,
            liquidated: end.liquidated,
            ..Self::default()
        };
        enter_funds(&mut closing.ledger, local)?;
        for person in people.all() {
            closing.enter(client, person)?;
        }
        let name = "options clearing house (insurance fund)";
        closing.ledger.found(USDC, name, closing.custody);
        let venue = tokens(client, local.keys.first().venue_vault)?;
        closing.ledger.found(USDC, "venue (insurance fund)", venue);
        Ok(closing)
    }

    fn enter(&mut self, client: &mut OptionsClient, person: &Person) -> Result<()> {
        let left = person.tokens(client)?;
        let (minted, wallet) = (
            format!("minted for the {}", person.name),
            format!("{}'s wallet", person.name),
        );
        self.ledger.minted(USDC, minted, person.minted);
        self.ledger.found(USDC, wallet, left);
        self.people.push(Participant {
            name: person.name.to_owned(),
            minted: person.minted as f64 / UNIT as f64,
            left: left as f64 / UNIT as f64,
        });
        Ok(())
    }

    /// Returns every check; with `thin` margin the writer has to have been liquidated.
    pub fn checks(&self, thin: bool) -> Vec<Check> {
        let mut all = checks::books_balance(&self.ledger);
        all.extend(checks::all(&RULES, self));
        if thin {
            all.extend(checks::all(&THIN, self));
        }
        all
    }
}

fn tokens(client: &mut OptionsClient, key: Pubkey) -> Result<u64> {
    Ok(client.cluster.account(&key)?.token_account()?.amount)
}

fn supply_is_found(closing: &Closing) -> Finding {
    equal(closing.supply, closing.ledger.total(USDC, Side::Found))
}

fn house_holds_its_fund(closing: &Closing) -> Finding {
    let (custody, booked, insurance) = (closing.custody, closing.booked, closing.insurance);
    let detail = format!("{custody} held, {booked} booked, {insurance} the fund's");
    (custody == insurance && booked == custody, detail)
}

fn gains_are_losses(closing: &Closing) -> Finding {
    let (gained, fund) = (closing.gained, closing.fund);
    (gained + fund == 0, format!("{gained} and {fund} base units"))
}

fn everybody_is_out(closing: &Closing) -> Finding {
    let detail = format!("{} margin accounts are left", closing.accounts);
    (closing.accounts == 1 && !closing.interest, detail)
}

fn settled_at_the_average(closing: &Closing) -> Finding {
    let (settled, mean) = (&closing.settled, closing.settled.mean());
    let apart = (settled.price / mean - 1.0).abs();
    let (price, seconds) = (settled.price, settled.seconds);
    (
        apart < SETTLEMENT_TOLERANCE && seconds >= LEAST_SECONDS,
        format!("{price:.6} from {seconds} s, in which the prices' average is {mean:.6}"),
    )
}

fn all_is_closed(closing: &Closing) -> Finding {
    (!closing.open, closing.closed.join("; "))
}

fn writer_was_liquidated(closing: &Closing) -> Finding {
    let Liquidated { begun, takes } = closing.liquidated;
    (takes > 0, format!("begun {begun} times, {takes} takes"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ballast_sim::record::strangle::Averaged;

    /// Returns a run in which everything held: the fund of 100 gained 3, which the writer paid.
    fn closing() -> Closing {
        let mut ledger = Ledger::default();
        ledger.minted(USDC, "minted for the options clearing house's insurance fund", 100);
        ledger.minted(USDC, "minted for the writer", 50);
        ledger.found(USDC, "writer's wallet", 47);
        ledger.found(USDC, "options clearing house (insurance fund)", 103);
        let averaged = |unix_time| Averaged {
            unix_time,
            price: 70_000.0,
            mean: 70_000.0,
        };
        Closing {
            ledger,
            supply: 150,
            custody: 103,
            booked: 103,
            insurance: 103,
            gained: -3,
            fund: 3,
            accounts: 1,
            closed: vec!["closed, with 2 series".to_owned()],
            settled: Settled {
                price: 70_000.0,
                seconds: 600,
                prices: vec![averaged(0), averaged(60)],
            },
            liquidated: Liquidated { begun: 1, takes: 1 },
            ..Closing::default()
        }
    }

    fn failed(closing: &Closing) -> Vec<String> {
        let found = closing.checks(true).into_iter();
        found.filter(|check| !check.held).map(|check| check.name).collect()
    }

    #[test]
    fn a_clean_end_passes_every_check() {
        assert_eq!(failed(&closing()), Vec::<String>::new());
        assert_eq!(closing().checks(false).len() + 1, closing().checks(true).len());
    }

    #[test]
    fn each_check_fails_for_its_own_reason_alone() {
        let spoils: [fn(&mut Closing); 7] = [
            |c| c.supply += 1,
            |c| c.booked -= 1,
            |c| c.gained += 1,
            |c| c.interest = true,
            |c| c.settled.price += 1.0,
            |c| c.open = true,
            |c| c.liquidated.takes = 0,
        ];
        for (spoil, (name, _)) in spoils.into_iter().zip(RULES.into_iter().chain(THIN)) {
            let mut closing = closing();
            spoil(&mut closing);
            assert_eq!(failed(&closing), [name]);
        }
    }

    #[test]
    fn too_little_time_and_a_missing_token_are_seen() {
        let mut little = closing();
        little.settled.seconds = 599;
        assert_eq!(
            failed(&little),
            ["The expiry settled at the average over time of its half hour"]
        );
        let mut short = closing();
        short.ledger.minted(USDC, "minted for the maker", 1);
        assert_eq!(failed(&short), ["The books of USDC balance to the last base unit"]);
    }
}
