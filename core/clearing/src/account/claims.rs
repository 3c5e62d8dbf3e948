//! What an account is owed of expiries, and on how many it can be.

use super::{AccountError, MarginAccount};

/// Most expiries, each of one market, on which an account has positions or claims. Whoever settles
/// turns positions into a claim, which so always has room: nothing can hold a settlement up.
pub const MAX_EXPIRIES: usize = 16;

/// What an account is still owed of an expiry whose positions have been settled: paid by
/// [`crate::payout`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Claim {
    /// Index of the market.
    pub market: u8,
    /// The moment of expiry, unix seconds.
    pub expiry: i64,
    /// Base units of the quote token: what it gets if the expiry's pool can pay all.
    pub amount: u64,
    /// Whether it has been paid what the expiry collected. Whether anything follows is the fund's
    /// affair: it counts no more.
    pub is_paid_in_part: bool,
}

impl MarginAccount {
    /// Returns the claims, oldest first.
    pub fn claims(&self) -> &[Claim] {
        self.claims.get(..self.claim_count).unwrap_or_default()
    }

    /// Puts back what [`Self::claims`] gave.
    ///
    /// # Errors
    /// [`AccountError::ExpiriesFull`] for more than there is room for.
    pub fn load_claims(&mut self, claims: impl Iterator<Item = Claim>) -> Result<(), AccountError> {
        self.claim_count = 0;
        for claim in claims {
            let place = self.claims.get_mut(self.claim_count);
            *place.ok_or(AccountError::ExpiriesFull)? = claim;
            self.claim_count = self.claim_count.wrapping_add(1);
        }
        Ok(())
    }

    /// On how many expiries it has positions or claims: what expires together lies together.
    pub(super) fn expiries(&self) -> usize {
        let groups = self.positions().chunk_by(|a, b| a.series.expires_with(&b.series));
        groups.count().saturating_add(self.claim_count)
    }

    /// Adds a claim on an expiry; one of nothing is none.
    ///
    /// # Errors
    /// [`AccountError::ExpiriesFull`], which its positions on that expiry have ruled out.
    pub(crate) fn add_claim(&mut self, claim: Claim) -> Result<(), AccountError> {
        if claim.amount == 0 {
            return Ok(());
        }
        let place = self.claims.get_mut(self.claim_count);
        *place.ok_or(AccountError::ExpiriesFull)? = claim;
        self.claim_count = self.claim_count.wrapping_add(1);
        Ok(())
    }

    /// Takes a claim off the list if that was the last of it; else marks it as paid in part.
    pub(crate) fn claim_paid(&mut self, claim: &Claim, is_last: bool) {
        let count = self.claim_count;
        let same = |held: &Claim| held.market == claim.market && held.expiry == claim.expiry;
        let Some(index) = self.claims().iter().position(same) else {
            return;
        };
        let rest = self.claims.get_mut(index..count).unwrap_or_default();
        if is_last {
            rest.rotate_left(1);
            self.claim_count = count.saturating_sub(1);
        } else if let Some(held) = rest.first_mut() {
            held.is_paid_in_part = true;
        }
    }
}
