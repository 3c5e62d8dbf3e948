//! Price accounts in the formats of Pyth and Switchboard, written byte for byte as the real
//! programs do. For local networks and tests.

use crate::accounts::RawAccount;
use anchor_lang::prelude::Pubkey;
use anchor_lang::AccountSerialize;
use ballast_risk::state::{PriceSource, SourceKind, SWITCHBOARD_PROGRAM};
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

/// Returns a market source that reads these publications from the pull receiver.
pub fn pull_source(feed_id: [u8; 32]) -> PriceSource {
    PriceSource::new(SourceKind::PythPull, pyth_solana_receiver_sdk::ID, feed_id)
}

/// Returns a market source that reads one Switchboard On-Demand feed, as mainnet's program writes
/// it.
pub fn switchboard_source(account: Pubkey) -> PriceSource {
    PriceSource::new(SourceKind::SwitchboardOnDemand, SWITCHBOARD_PROGRAM, account.to_bytes())
}

/// Returns the address used for a feed's price account on local networks: any account of the
/// receiver will do.
pub fn local_price_account(feed_id: &[u8; 32]) -> Pubkey {
    Pubkey::find_program_address(&[b"ballast local price", feed_id], &pyth_solana_receiver_sdk::ID).0
}

/// Returns the account of a price source on local networks: its own where it names one,
/// [`local_price_account`] of a Pyth feed. `None` if there is no source, or one of an unknown kind.
pub fn local_account_of(source: &PriceSource) -> Option<Pubkey> {
    match source.kind()? {
        SourceKind::PythPull => Some(local_price_account(&source.feed)),
        SourceKind::PythPush | SourceKind::SwitchboardOnDemand => Some(Pubkey::new_from_array(source.feed)),
    }
}

/// Returns the address used for an asset's Switchboard feed on local networks, where its Pyth feed
/// is `feed_id`.
pub fn local_switchboard_account(feed_id: &[u8; 32]) -> Pubkey {
    Pubkey::find_program_address(&[b"ballast local price", feed_id], &SWITCHBOARD_PROGRAM).0
}

/// Returns a fully verified `PriceUpdateV2` at `key`.
pub fn pull_account(key: Pubkey, publication: &Publication) -> RawAccount {
    pull_account_verified(key, publication, VerificationLevel::Full)
}

/// Returns a `PriceUpdateV2` at `key` with any verification level.
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

/// Returns a Switchboard On-Demand pull feed at `key`, of five samples where three are asked for.
/// The feed's hash is the publication's feed id, and the slot of posting is that of signing.
///
/// A feed has 18 decimals: an exponent outside −18 ..= 0 has no form in it, and is written as a
/// value of zero, which every reader refuses.
pub fn switchboard_account(key: Pubkey, publication: &Publication) -> RawAccount {
    // The layout of `PullFeedAccountData` in switchboard-on-demand 0.13.0, after the discriminator.
    const DISCRIMINATOR: [u8; 8] = [196, 27, 108, 196, 10, 215, 219, 40];
    const LENGTH: usize = 8 + 3_200;
    const SUBMISSION: usize = 64;
    const SAMPLES: u8 = 5;

    let unit = publication
        .exponent
        .checked_add(18)
        .filter(|decimals| (0..=18).contains(decimals))
        .map_or(0, |decimals| 10i128.pow(decimals.unsigned_abs()));
    // Below 2⁶⁴ · 10¹⁸, and so below 2¹²⁴.
    let value = i128::from(publication.price) * unit;
    let deviation = i128::from(publication.confidence) * unit;
    let (value, deviation) = (value.to_le_bytes(), deviation.to_le_bytes());
    let (slot, time) = (publication.slot.to_le_bytes(), publication.publish_time.to_le_bytes());

    let mut data = vec![0; LENGTH];
    let mut write = |at: usize, bytes: &[u8]| data[at..at + bytes.len()].copy_from_slice(bytes);
    write(0, &DISCRIMINATOR);
    for sample in 0..usize::from(SAMPLES) {
        let at = 8 + sample * SUBMISSION;
        for (field, bytes) in [(32, &slot[..]), (40, &slot), (48, &value)] {
            write(at + field, bytes);
        }
        write(8 + 2_944 + sample * 8, &time);
    }
    write(8 + 2_112, &publication.feed_id);
    // Smallest numbers of responses and of samples.
    write(8 + 2_168, &3u32.to_le_bytes());
    write(8 + 2_207, &[3]);
    write(8 + 2_208, &time);
    // Result: median, deviation, mean, range, least and greatest, samples, and the slots of
    // signing.
    for (field, bytes) in [(0, value), (16, deviation), (32, value), (64, value), (80, value)] {
        write(8 + 2_256 + field, &bytes);
    }
    write(8 + 2_256 + 96, &[SAMPLES]);
    for field in [104, 112, 120] {
        write(8 + 2_256 + field, &slot);
    }
    RawAccount {
        key,
        owner: SWITCHBOARD_PROGRAM,
        data,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ballast_core_market::admission::RawPrice;
    use ballast_risk::errors::RiskError;
    use ballast_risk::oracle::switchboard;

    fn publication(price: i64, confidence: u64, exponent: i32) -> Publication {
        Publication {
            feed_id: [7; 32],
            price,
            confidence,
            exponent,
            publish_time: 1_700_000_000,
            slot: 240_000_000,
        }
    }

    fn read(publication: &Publication) -> anchor_lang::Result<RawPrice> {
        switchboard::decode(&switchboard_account(Pubkey::default(), publication).data)
    }

    #[test]
    fn a_switchboard_feed_is_read_back_as_it_was_written() {
        let most = i64::MAX;
        for (written, expected) in [
            (
                (6_000_000_000_000, 3_000_000_000, -8),
                (60_000_000_000_000_000, 30_000_000_000_000, -12),
            ),
            ((1, 0, -12), (1, 0, -12)),
            ((1, 0, 0), (1_000_000_000_000, 0, -12)),
            ((1_999_999, 1, -18), (1, 1, -12)),
            ((most, 1, -12), (most, 1, -12)),
            ((most, 1, -11), (most, 1, -11)),
            ((most, u64::MAX, -3), (most, u64::MAX, -3)),
            ((most, u64::MAX, 0), (most, u64::MAX, 0)),
            ((10_000_000, 1, 0), (1_000_000_000_000_000_000, 100_000_000_000, -11)),
        ] {
            let (price, confidence, exponent) = written;
            let got = read(&publication(price, confidence, exponent)).unwrap();
            assert_eq!((got.price, got.confidence, got.exponent), expected, "{written:?}");
            assert_eq!((got.publish_time, got.slot), (1_700_000_000, 240_000_000));
        }
    }

    #[test]
    fn what_is_no_price_is_refused_when_read_back() {
        for (price, exponent) in [
            (0, -8),
            (-1, -8),
            (i64::MIN, 0),
            (1, 1),
            (1, -19),
            (1, i32::MIN),
            (1, i32::MAX),
        ] {
            let refusal = read(&publication(price, 0, exponent)).unwrap_err();
            assert_eq!(refusal, RiskError::PriceNotPositive.into(), "{price} {exponent}");
        }
        let never = Publication {
            slot: 0,
            ..publication(1, 0, 0)
        };
        assert_eq!(read(&never).unwrap_err(), RiskError::PriceNotTrading.into());
    }

    #[test]
    fn a_feed_agrees_with_one_written_by_the_publishers_own_type() {
        // Both differ in what is not read; where each has something, it is the same field.
        let recorded = include_bytes!("../../../programs/risk/fixtures/switchboard_pull_feed.bin");
        let ours = switchboard_account(Pubkey::default(), &publication(97_123_456_789, 12_345_678, -6));
        assert_eq!((ours.data.len(), &ours.data[..8]), (recorded.len(), &recorded[..8]));
        let filled = |at: usize| ours.data[at..at + 8] != [0; 8];
        let empty_there = (8..ours.data.len() - 8)
            .step_by(8)
            .filter(|&at| filled(at) && recorded[at..at + 8] == [0; 8]);
        // The fourth and fifth sample: the recorded feed has three submissions.
        let (fourth, end) = (8 + 3 * 64, 8 + 5 * 64);
        assert!(empty_there.into_iter().all(|at| (fourth..end).contains(&at)));
    }
}
