//! What the vault program announces, out of a transaction's inner instructions.
//!
//! An event is the data of a call of the program to itself. Nobody else can make such a call: it is
//! signed by an address that only the program signs for. So an inner instruction *of the vault
//! program* with the tag in front is an event. Of a transaction that failed, nothing of it has
//! happened: nodes keep the inner instructions of those too.

use anchor_lang::event::EVENT_IX_TAG_LE;
use anchor_lang::prelude::Pubkey;
use anchor_lang::{AnchorDeserialize, Discriminator};
use ballast_vault::events;

macro_rules! vault_events {
    ($($name:ident),+ $(,)?) => {
        /// An event of the vault program.
        #[derive(Clone, Debug)]
        pub enum VaultEvent {
            $(
                #[doc = concat!("[`events::", stringify!($name), "`].")]
                $name(Box<events::$name>),
            )+
        }

        impl VaultEvent {
            /// Every event's name.
            pub const NAMES: &'static [&'static str] = &[$(stringify!($name)),+];

            /// Returns the event's name.
            pub const fn name(&self) -> &'static str {
                match self {
                    $(Self::$name(_) => stringify!($name),)+
                }
            }

            /// Returns the event that an inner instruction of `program` with this data is, if its
            /// transaction succeeded; `None` if it is none of this version of the vault program.
            fn of(program: &Pubkey, data: &[u8]) -> Option<Self> {
                if *program != ballast_vault::ID {
                    return None;
                }
                let event = data.strip_prefix(EVENT_IX_TAG_LE)?;
                $(
                    if let Some(fields) = event.strip_prefix(events::$name::DISCRIMINATOR) {
                        let event = events::$name::try_from_slice(fields).ok()?;
                        return Some(Self::$name(Box::new(event)));
                    }
                )+
                None
            }
        }
    };
}

impl VaultEvent {
    /// Returns the events of a transaction, out of its inner instructions in order, each with its
    /// program: none of one that failed.
    pub fn all<'a>(succeeded: bool, inner: impl IntoIterator<Item = (&'a Pubkey, &'a [u8])>) -> Vec<Self> {
        let inner = inner.into_iter().filter(|_| succeeded);
        inner.filter_map(|(program, data)| Self::of(program, data)).collect()
    }
}

vault_events!(
    VaultCreated,
    Requested,
    BatchPriced,
    Advanced,
    Claimed,
    Cancelled,
    Rebalanced,
    Unwound,
    CollateralMoved,
    WithdrawalCollected,
    Marked,
    OperatorSet,
    FeesClaimed,
    Quarantined,
    Assigned,
    BreakerByHand,
);

#[cfg(test)]
mod tests {
    use super::*;
    use anchor_lang::Event;

    #[test]
    fn only_a_call_of_the_program_with_the_tag_is_an_event() {
        let event = events::Cancelled {
            vault: Pubkey::new_unique(),
            ticket: Pubkey::new_unique(),
            holder: Pubkey::new_unique(),
            batch: 7,
            amount: 9,
        };
        let data = [EVENT_IX_TAG_LE, &event.data()].concat();
        let Some(VaultEvent::Cancelled(read)) = VaultEvent::of(&ballast_vault::ID, &data) else {
            unreachable!("an event");
        };
        assert_eq!((read.vault, read.batch, read.amount), (event.vault, 7, 9));
        assert!(VaultEvent::of(&ballast_risk::ID, &data).is_none());
        assert!(VaultEvent::of(&ballast_vault::ID, &data[8..]).is_none());
        assert!(VaultEvent::of(&ballast_vault::ID, &data[..data.len() - 1]).is_none());
        assert!(VaultEvent::of(&ballast_vault::ID, &[&data[..], &[0]].concat()).is_none());
        let inner = [(&ballast_risk::ID, &data[..]), (&ballast_vault::ID, &data[..])];
        assert_eq!(VaultEvent::all(true, inner).len(), 1);
        assert!(VaultEvent::all(false, inner).is_empty());
    }
}
