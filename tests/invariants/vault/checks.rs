//! What holds of a vault after every event.

use super::{Event, Run};
use ballast_core_vault::quarantine::CASES;

impl Run {
    /// Checks what holds after whatever happened.
    pub(super) fn check(&self, event: &Event) {
        let world = &self.world;
        let snapshot = world.snapshot();
        let keys = &world.keys;
        let people: u64 = self
            .users
            .iter()
            .chain([&self.insurance])
            .map(|user| world.tokens(&user.holder.quote))
            .sum();
        let paid = snapshot.vault.keeper_pay.total;
        assert_eq!(world.pay_to.map(|key| world.tokens(&key)), Some(paid), "{event:?}");
        let everywhere = people + paid + world.tokens(&keys.custody) + world.tokens(&keys.first().venue_vault);
        assert_eq!(
            everywhere,
            world.minted + self.donated,
            "tokens were made or lost by {event:?}"
        );
        assert!(
            world.tokens(&keys.custody) == snapshot.vault.ledger.get().in_custody().unwrap() + self.donated,
            "donations entered the ledger: {event:?}"
        );
        let venue = snapshot.venue_market().unwrap();
        let owed = venue.total_collateral + venue.total_queued + venue.insurance_fund;
        assert!(
            owed <= world.tokens(&keys.first().venue_vault),
            "the venue owes more than it holds: {event:?}"
        );
        let shares: u64 = self.users.iter().map(|user| world.tokens(&user.holder.shares)).sum();
        assert_eq!(
            shares + world.tokens(&keys.escrow),
            snapshot.minted.0,
            "shares: {event:?}"
        );
        self.check_tickets(event);
    }

    /// What is owed to tickets, and what they wait with, is what vault and escrow hold for them.
    fn check_tickets(&self, event: &Event) {
        let world = &self.world;
        let snapshot = world.snapshot();
        let vault = &snapshot.vault;
        let mut tickets: std::collections::BTreeMap<u64, Vec<_>> = std::collections::BTreeMap::new();
        for ticket in world.tickets() {
            tickets.entry(ticket.batch).or_default().push(ticket);
        }
        let (mut owed, mut pending, mut escrow, mut advances, mut leaving) = (0, 0, 0, 0, 0);
        for number in 0..=vault.queue.open {
            let key = ballast_sdk::addresses::batch(&world.keys.vault, number);
            let Some(account) = world.raw(&key) else { continue };
            let record = account.batch().unwrap();
            let batch = record.totals.get();
            let open = tickets.remove(&number).unwrap_or_default();
            assert_eq!(record.tickets as usize, open.len(), "tickets: {event:?}");
            advances += batch.redemptions.advanced;
            if batch.priced_at.is_none() {
                pending += batch.deposits.requested.total().unwrap();
                owed += batch.redemptions.paid - record.quote_claimed;
                escrow += batch.redemptions.requested.total().unwrap() - record.shares_claimed;
            } else {
                let (quote, shares) = record.outstanding().unwrap();
                owed += quote;
                escrow += shares + batch.redemptions.left.0;
                leaving += batch.redemptions.left.0;
            }
            // Nobody may claim more than there is.
            let claims = open.iter().map(|ticket| ticket.request().claim(&batch));
            let (quote, shares) = claims.fold((0, 0), |sum, claim| (sum.0 + claim.quote, sum.1 + claim.shares.0));
            if batch.priced_at.is_some() {
                let (most, most_shares) = record.outstanding().unwrap();
                assert!(quote <= most && shares <= most_shares, "claims: {event:?}");
            }
        }
        assert_eq!(
            (vault.ledger.owed, vault.ledger.pending_deposits),
            (owed, pending),
            "{event:?}"
        );
        self.check_cases(event);
        assert_eq!(
            (vault.ledger.advances, vault.leaving.shares),
            (advances, leaving),
            "{event:?}"
        );
        assert_eq!(world.tokens(&world.keys.escrow), escrow, "escrow: {event:?}");
    }

    /// What is set aside is what the batches of all cases have coming.
    fn check_cases(&self, event: &Event) {
        let world = &self.world;
        let vault = world.snapshot().vault;
        let cases = vault.cases.get();
        let (mut batches, mut shares, mut due) = ([0; CASES], [0; CASES], 0);
        for number in 0..=vault.queue.open {
            let key = ballast_sdk::addresses::batch(&world.keys.vault, number);
            let Some(account) = world.raw(&key) else { continue };
            let record = account.batch().unwrap();
            let mut coming = 0;
            for (index, right) in record.totals.get().redemptions.rights.iter().enumerate() {
                batches[index] += u64::from(right.shares.0 > 0);
                shares[index] += right.shares.0;
                coming += cases.0[index].due_with(right, 0).unwrap();
            }
            // What the batch owes the pool comes out of it.
            let gets = record.clone().collected(&vault).totals.paid - record.totals.paid;
            let owes = record.totals.debt;
            assert!(gets <= coming && coming <= gets + owes, "{event:?}");
            due += coming;
        }
        let set_aside = vault.ledger.set_aside;
        let dust: u64 = batches.iter().sum();
        assert!(
            due <= set_aside && set_aside <= due + dust,
            "{due} {set_aside}: {event:?}"
        );
        for (index, case) in cases.0.iter().enumerate() {
            assert_eq!(case.batches, batches[index], "{event:?}");
            assert!(shares[index] <= case.burnt.0 && case.burnt <= case.supply, "{event:?}");
        }
    }
}
