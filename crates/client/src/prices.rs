//! Pyth-format price accounts, written byte for byte as the real programs do. For local networks and tests.

use crate::accounts::RawAccount;
use anchor_lang::prelude::Pubkey;
use anchor_lang::AccountSerialize;
use ballast_risk::state::{PriceSource, SourceKind};
use pyth_solana_receiver_sdk::price_update::{PriceFeedMessage, PriceUpdateV2, VerificationLevel};

/// A price to publish.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Publication {
    /// Feed.
    pub feed_id: [u8; 32],
    /// Mantissa.
    pub price: i64,
    /// Mantissa of the confidence interval.
    pub confidence: u64,
    /// Decimal exponent of both.
    pub exponent: i32,
    /// Unix seconds.
    pub publish_time: i64,
    /// Slot of posting.
    pub slot: u64,
}

/// A market source that reads these publications from the pull receiver.
pub fn pull_source(feed_id: [u8; 32]) -> PriceSource {
    PriceSource::new(SourceKind::PythPull, pyth_solana_receiver_sdk::ID, feed_id)
}

/// The address used for a feed's price account on local networks: any account of the receiver will do.
pub fn local_price_account(feed_id: &[u8; 32]) -> Pubkey {
    Pubkey::find_program_address(&[b"ballast local price", feed_id], &pyth_solana_receiver_sdk::ID).0
}

/// A fully verified `PriceUpdateV2` at `key`.
pub fn pull_account(key: Pubkey, publication: &Publication) -> RawAccount {
    pull_account_verified(key, publication, VerificationLevel::Full)
}

/// A `PriceUpdateV2` at `key` with any verification level.
pub fn pull_account_verified(key: Pubkey, publication: &Publication, level: VerificationLevel) -> RawAccount {
    let update = PriceUpdateV2 {
        write_authority: Pubkey::default(),
        verification_level: level,
        price_message: PriceFeedMessage {
            feed_id: publication.feed_id,
            price: publication.price,
            conf: publication.confidence,
            exponent: publication.exponent,
            publish_time: publication.publish_time,
            prev_publish_time: publication.publish_time,
            ema_price: publication.price,
            ema_conf: publication.confidence,
        },
        posted_slot: publication.slot,
    };
    let mut data = Vec::with_capacity(PriceUpdateV2::LEN);
    // Writing to a Vec cannot fail; an empty account would be refused by every reader.
    let _ = update.try_serialize(&mut data);
    data.resize(PriceUpdateV2::LEN, 0);
    RawAccount {
        key,
        owner: pyth_solana_receiver_sdk::ID,
        data,
    }
}
