//! Coming and going: requests wait in a batch, a batch is priced once by news that came after it
//! closed, and each ticket claims its part of what its batch was given.
//!
//! A batch keeps totals alone, so that pricing it costs the same whatever the number of tickets,
//! and splitting, ordering or hurrying requests changes nothing. Prices are never looked for: a
//! batch that has no price is advanced its part of what is liquid ([`advance`](crate::advance)).
//!
//! What a batch is given at a price is decided by [`price`](crate::pricing::price).
//!
//! - [`queue`]: which batch takes requests, when it closes, and who is first in line.
//! - [`ticket`]: what one request may claim.
//! - [`collect`](mod@collect): what a batch has of venues in quarantine.

pub mod collect;
pub mod queue;
pub mod ticket;

use crate::leaving::PerLeg;
use crate::quarantine::{Right, CASES};
use ballast_core_types::{Ratio, Shares, UnixTime};

/// How long a batch takes requests, seconds. No two batches of a vault are priced for the first
/// time within less; one is filled further within less of another filling only in the slot of a
/// pricing.
pub const BATCH_SECONDS: i64 = 60;
/// How long an unpriced batch waits for the book to come down when a limit is exceeded, seconds
/// after the first moment at which it could be priced.
pub const REDUCTION_WAIT_SECONDS: i64 = 60;
/// After which a request that nobody could price may be taken back, seconds.
pub const CANCEL_AFTER_SECONDS: i64 = 600;
/// The least deposit, whole tokens; the least redemption but of everything a holder has is one
/// share.
pub const LEAST_DEPOSIT_TOKENS: u64 = 10;
/// After which a batch is advanced its part of what is liquid, seconds from its opening.
pub const GRACE_SECONDS: i64 = 3_600;
/// How old the reference of the class [`Class::WithinOnePercent`] may be at a request, seconds.
pub const REFERENCE_SECONDS: i64 = 300;

/// What a ticket asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Shares for quote tokens.
    Deposit,
    /// Quote tokens for shares.
    Redemption,
}

/// At which prices a ticket is content to be filled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Whatever the price of the batch is.
    AnyPrice,
    /// If it is at most 1 % worse than the batch's reference; otherwise the whole class goes back.
    WithinOnePercent,
}

/// Why a request is not taken, or a batch neither priced nor advanced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BatchError {
    /// The reference named is not the batch's, or is older than [`REFERENCE_SECONDS`].
    Reference,
    /// The batch has not closed yet, or a batch ahead of it has not been priced.
    StillOpen,
    /// No price was published after the batch closed.
    NoNews,
    /// Another batch was priced less than [`BATCH_SECONDS`] ago.
    TooSoon,
    /// A limit is exceeded, and the book has a minute to come down first.
    ReductionDue,
    /// The venue did not answer at its last check, or what it holds moved without a reason.
    VenueInDoubt,
    /// Shares that were final before these are not filled yet.
    NotFirstInLine,
    /// Nothing of the batch can be filled now.
    NothingToFill,
    /// The grace is not over.
    GraceNotOver,
    /// Nothing more is liquid for the batch.
    NothingToAdvance,
    /// The request cannot be taken back: its batch is final, or could still be priced in time.
    Final,
    /// A value does not fit.
    OutOfRange,
}

/// Requests of one side, by class, in the base units of what is paid in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Requested {
    /// At any price.
    pub any: u64,
    /// Within one per cent of the reference.
    pub within: u64,
}

impl Requested {
    /// Returns the amount of one class.
    pub const fn of(&self, class: Class) -> u64 {
        match class {
            Class::AnyPrice => self.any,
            Class::WithinOnePercent => self.within,
        }
    }

    /// Returns both classes together; `None` if the sum does not fit.
    pub const fn total(&self) -> Option<u64> {
        self.any.checked_add(self.within)
    }

    fn of_mut(&mut self, class: Class) -> &mut u64 {
        match class {
            Class::AnyPrice => &mut self.any,
            Class::WithinOnePercent => &mut self.within,
        }
    }
}

/// Which classes of a side a pricing sent back whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Returned {
    /// The class at any price: deposits alone, while a breaker forbids them.
    pub any: bool,
    /// The class within one per cent.
    pub within: bool,
}

impl Returned {
    /// Returns whether a class was sent back.
    pub const fn of(&self, class: Class) -> bool {
        match class {
            Class::AnyPrice => self.any,
            Class::WithinOnePercent => self.within,
        }
    }
}

/// The deposits of a batch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Deposits {
    /// Quote base units asked to come in.
    pub requested: Requested,
    /// Classes that were sent back.
    pub returned: Returned,
    /// Quote base units that came in.
    pub accepted: u64,
    /// Shares minted for them.
    pub minted: Shares,
}

/// The redemptions of a batch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Redemptions {
    /// Share base units asked to leave.
    pub requested: Requested,
    /// Classes that were sent back.
    pub returned: Returned,
    /// Whether they can no longer be taken back: the batch was priced, or advanced.
    pub is_final: bool,
    /// Shares that are final.
    pub total: Shares,
    /// Those of them that are not filled.
    pub left: Shares,
    /// Shares that were final before these, counted from the vault's beginning.
    pub behind: u64,
    /// Their part of each position when they were first priced.
    pub lots: PerLeg,
    /// What of it is not unwound, and goes with shares that are not filled.
    pub lots_left: PerLeg,
    /// What unwinding has cost and those who left have not borne, quote base units.
    pub unwind_cost: u64,
    /// Advanced and not settled by a pricing, quote base units.
    pub advanced: u64,
    /// All that was given to them, advances included, quote base units.
    pub paid: u64,
    /// What those of them that are filled have in venues in quarantine.
    pub rights: [Right; CASES],
    /// What their advance and their unwinding cost more than they were worth, quote base units: the
    /// pool's, out of whatever comes to them first.
    pub debt: u64,
}

/// One batch of requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Batch {
    /// When its first request came; zero before.
    pub opened_at: UnixTime,
    /// When an advance closed it; `None` if time does.
    pub closed_at: Option<UnixTime>,
    /// When it was first priced.
    pub priced_at: Option<UnixTime>,
    /// Value of a share that [`Class::WithinOnePercent`] is judged by, if anybody asked for it.
    pub reference: Option<Ratio>,
    /// When that was marked.
    pub reference_at: UnixTime,
    /// Deposits.
    pub deposits: Deposits,
    /// Redemptions.
    pub redemptions: Redemptions,
}

impl Batch {
    /// Returns a batch that opens now.
    pub fn opened(now: UnixTime) -> Self {
        Self {
            opened_at: now,
            closed_at: None,
            priced_at: None,
            reference: None,
            reference_at: UnixTime::default(),
            deposits: Deposits::default(),
            redemptions: Redemptions::default(),
        }
    }

    /// Returns whether no pricing of the batch is waited for: it was priced, and all shares filled.
    pub fn is_filled(&self) -> bool {
        self.priced_at.is_some() && self.redemptions.left == Shares::ZERO
    }

    /// Returns whether nothing of the batch is waited for: it is filled, and has no right in a
    /// venue in quarantine.
    pub fn is_done(&self) -> bool {
        let has_right = |right: &Right| right.shares != Shares::ZERO;
        self.is_filled() && !self.redemptions.rights.iter().any(has_right)
    }
}
