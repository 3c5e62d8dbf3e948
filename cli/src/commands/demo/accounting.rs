//! The books at the end of a run, and what has to hold then.

use super::exits::Depositors;
use super::stage::Stage;
use anyhow::anyhow;
use anyhow::Result;
use ballast_deploy::steps::Local;
use ballast_rpc::tokens;
use ballast_rpc::tokens::UNIT;
use ballast_sim::checks;
use ballast_sim::checks::equal;
use ballast_sim::checks::Finding;
use ballast_sim::checks::Rule;
use ballast_sim::record;
use ballast_sim::record::Check;
use ballast_sim::record::Ledger;
use ballast_sim::record::Side;
use ballast_sim::record::Step;
use ballast_sim::record::Token;
use solana_signer::Signer;

/// How far over the cap a book may rest: rounding, and a price that moved by seconds.
const CAP_TOLERANCE: f64 = 1e-3;

/// The quote token.
pub const USDC: Token = Token {
    name: "USDC",
    decimals: tokens::DECIMALS,
};
const SHARES: Token = Token {
    name: "vault shares",
    decimals: tokens::DECIMALS,
};

/// The checks that follow from what is found once everybody has left.
const RULES: [Rule<Closing>; 9] = [
    ("The USDC mint's supply is what was minted", supply_is_minted),
    ("The vault's ledger is what its custody holds", ledger_is_custody),
    ("The venue owes what it holds", venue_owes_what_it_holds),
    ("No share is left", no_share_is_left),
    ("The keeper holds what it was paid", keeper_holds_its_pay),
    ("The book is flat and nothing is left at the venue", book_is_flat),
    ("Every depositor got out", everybody_got_out),
    ("A holder could leave in part on the way", part_could_leave),
    ("The second depositor got in", second_got_in),
];

/// What is found once everybody has left. Amounts are base units.
#[derive(Debug, Default)]
pub struct Closing {
    /// The tokens' books.
    pub ledger: Ledger,
    /// What each put in and got back.
    pub depositors: Vec<record::Depositor>,
    /// Shares that depositors still hold.
    held: u64,
    /// Supply of USDC, and of shares.
    supply: u64,
    shares: u64,
    /// In the vault's custody, at the venue, with the keeper.
    custody: u64,
    venue: u64,
    keeper: u64,
    /// What the vault has paid keepers.
    paid: u64,
    /// What custody has to hold by the vault's own ledger.
    cash: u64,
    /// What the venue owes.
    owed: u64,
    /// The vault's position at the venue.
    lots: i64,
    collateral: u64,
    queued: u64,
    /// Whether everybody has no share left and has got something.
    all_out: bool,
    /// Whether somebody took a part out on the way.
    withdrew: bool,
    /// What the second one deposited.
    second: u64,
    /// What was refused until later.
    refusals: Vec<String>,
}

impl Closing {
    /// Reads it from the chain.
    ///
    /// # Errors
    /// What cannot be read.
    pub fn read(stage: &mut Stage, depositors: &Depositors) -> Result<Self> {
        let snapshot = stage.snapshot()?;
        let owed = snapshot.venue_market()?.liabilities();
        let trader = snapshot.venue_trader()?;
        let mut closing = Self {
            supply: stage
                .chain
                .cluster()
                .account(&stage.local.keys.quote_mint)?
                .mint()?
                .supply,
            shares: snapshot.minted.0,
            cash: snapshot.vault.ledger.get().in_custody().unwrap_or(u64::MAX),
            owed: owed.map_err(|error| anyhow!("{error}"))?,
            paid: snapshot.vault.keeper_pay.total,
            lots: trader.lots,
            collateral: trader.collateral,
            queued: trader.queued_withdrawal,
            withdrew: depositors.withdrew,
            second: depositors.people[1].deposited,
            refusals: depositors.refusals.clone(),
            all_out: true,
            ..Self::default()
        };
        enter_funds(&mut closing.ledger, &stage.local)?;
        closing.enter_depositors(stage, depositors)?;
        closing.enter_accounts(stage)?;
        closing.enter_shares(stage, depositors.shares_burnt)?;
        Ok(closing)
    }

    fn enter_depositors(&mut self, stage: &mut Stage, depositors: &Depositors) -> Result<()> {
        let quote = |amount: u64| amount as f64 / UNIT as f64;
        for person in &depositors.people {
            let received = stage.tokens(&person.holder.quote)?;
            let left = stage.tokens(&person.holder.shares)?;
            self.held += left;
            self.all_out &= left == 0 && received > 0;
            let (minted, wallet) = (
                format!("minted for {}", person.name),
                format!("{}'s wallet", person.name),
            );
            self.ledger.minted(USDC, minted, person.minted);
            self.ledger.found(USDC, wallet, received);
            self.depositors.push(record::Depositor {
                name: person.name.to_owned(),
                deposited: quote(person.deposited),
                received: quote(received),
            });
        }
        Ok(())
    }

    fn enter_accounts(&mut self, stage: &mut Stage) -> Result<()> {
        let (keys, house) = (stage.local.keys, stage.local.house.custody);
        let keeper = tokens::wallet_of(&stage.chain.keeper(), &keys.quote());
        let authority = tokens::wallet_of(&stage.local.authority.pubkey(), &keys.quote());
        self.custody = stage.tokens(&keys.custody)?;
        self.venue = stage.tokens(&keys.first().venue_vault)?;
        self.keeper = stage.tokens(&keeper)?;
        for (name, amount) in [
            ("vault's custody (rounding left behind)", self.custody),
            ("venue (insurance fund)", self.venue),
            ("options clearing house (insurance fund)", stage.tokens(&house)?),
            ("keeper", self.keeper),
            ("authority", stage.tokens(&authority)?),
        ] {
            self.ledger.found(USDC, name, amount);
        }
        Ok(())
    }

    fn enter_shares(&mut self, stage: &mut Stage, burnt: u64) -> Result<()> {
        let keys = stage.local.keys;
        let escrow = stage.tokens(&keys.escrow)?;
        self.ledger.minted(SHARES, "minted for deposits", self.shares + burnt);
        self.ledger.found(SHARES, "burnt for payouts", burnt);
        self.ledger.found(SHARES, "held or in escrow", self.held + escrow);
        Ok(())
    }

    /// Returns every check of a run, those of its steps included.
    pub fn checks(&self, steps: &[Step]) -> Vec<Check> {
        let mut all = checks::books_balance(&self.ledger);
        all.extend(checks::all(&RULES, self));
        all.extend([
            checks::floor_held(steps),
            checks::exposure_under_cap(steps, CAP_TOLERANCE),
            checks::delta_in_band(steps),
        ]);
        all
    }
}

/// Enters what a local network begins with.
///
/// # Errors
/// A configuration that says none.
pub fn enter_funds(ledger: &mut Ledger, local: &Local) -> Result<()> {
    let venue = local.config.insurance_fund()?;
    let house = local.config.house().insurance_fund()?;
    ledger.minted(USDC, "minted for the venue's insurance fund", venue);
    ledger.minted(USDC, "minted for the options clearing house's insurance fund", house);
    Ok(())
}

fn supply_is_minted(closing: &Closing) -> Finding {
    equal(closing.supply, closing.ledger.total(USDC, Side::Minted))
}

fn ledger_is_custody(closing: &Closing) -> Finding {
    equal(closing.cash, closing.custody)
}

fn venue_owes_what_it_holds(closing: &Closing) -> Finding {
    equal(closing.owed, closing.venue)
}

fn no_share_is_left(closing: &Closing) -> Finding {
    equal(closing.shares, 0_u64)
}

fn keeper_holds_its_pay(closing: &Closing) -> Finding {
    equal(closing.keeper, closing.paid)
}

fn book_is_flat(closing: &Closing) -> Finding {
    let flat = closing.lots == 0 && closing.collateral == 0 && closing.queued == 0;
    (
        flat,
        format!("{} lots, {} base units", closing.lots, closing.collateral),
    )
}

fn everybody_got_out(closing: &Closing) -> Finding {
    let one = |d: &record::Depositor| format!("{} {:.2} for {:.2}", d.name, d.received, d.deposited);
    let all: Vec<String> = closing.depositors.iter().map(one).collect();
    (closing.all_out, all.join(", "))
}

fn part_could_leave(closing: &Closing) -> Finding {
    let refused = match closing.refusals.last() {
        None => "nothing was refused on the way".to_owned(),
        Some(last) => {
            let count = closing.refusals.len();
            format!("{count} attempts were refused until later (last: {last})")
        }
    };
    (closing.withdrew, format!("100,000 USDC; {refused}"))
}

fn second_got_in(closing: &Closing) -> Finding {
    (closing.second > 0, "as soon as no breaker was active".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns a run in which everything held: 1,000 for the venue's fund, Ada and Ben out with
    /// what is left of 300.
    fn closing() -> Closing {
        let mut ledger = Ledger::default();
        ledger.minted(USDC, "minted for the venue's insurance fund", 1_000);
        ledger.minted(USDC, "minted for Ada and Ben", 300);
        ledger.found(USDC, "their wallets", 288);
        ledger.found(USDC, "keeper", 2);
        ledger.found(USDC, "vault's custody (rounding left behind)", 3);
        ledger.found(USDC, "venue (insurance fund)", 1_007);
        ledger.minted(SHARES, "minted for deposits", 300);
        ledger.found(SHARES, "burnt for payouts", 300);
        let depositor = |name: &str| record::Depositor {
            name: name.to_owned(),
            deposited: 150.0,
            received: 145.0,
        };
        Closing {
            ledger,
            depositors: vec![depositor("Ada"), depositor("Ben")],
            supply: 1_300,
            custody: 3,
            cash: 3,
            venue: 1_007,
            keeper: 2,
            paid: 2,
            owed: 1_007,
            all_out: true,
            withdrew: true,
            second: 150,
            ..Closing::default()
        }
    }

    fn failed(closing: &Closing) -> Vec<String> {
        let found = checks::all(&RULES, closing);
        found
            .into_iter()
            .filter(|check| !check.held)
            .map(|check| check.name)
            .collect()
    }

    #[test]
    fn a_clean_end_passes_every_check() {
        assert_eq!(failed(&closing()), Vec::<String>::new());
        assert!(closing().ledger.balances());
    }

    #[test]
    fn each_check_fails_for_its_own_reason_alone() {
        let spoils: [fn(&mut Closing); 9] = [
            |c| c.supply += 1,
            |c| c.cash -= 1,
            |c| c.owed += 1,
            |c| c.shares = 1,
            |c| c.keeper += 1,
            |c| c.queued = 1,
            |c| c.all_out = false,
            |c| c.withdrew = false,
            |c| c.second = 0,
        ];
        for (spoil, (name, _)) in spoils.into_iter().zip(RULES) {
            let mut closing = closing();
            spoil(&mut closing);
            assert_eq!(failed(&closing), [name]);
        }
    }

    #[test]
    fn the_details_say_what_was_measured() {
        let mut closing = closing();
        closing.refusals = vec!["no".to_owned(), "not yet".to_owned()];
        (closing.lots, closing.collateral) = (-2, 5);
        let details: Vec<String> = checks::all(&RULES, &closing).into_iter().map(|c| c.detail).collect();
        assert_eq!(details[0], "1300 and 1300 base units");
        assert_eq!(details[5], "-2 lots, 5 base units");
        assert_eq!(details[6], "Ada 145.00 for 150.00, Ben 145.00 for 150.00");
        let refused = "100,000 USDC; 2 attempts were refused until later (last: not yet)";
        assert_eq!(details[7], refused);
    }
}
