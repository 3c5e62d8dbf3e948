//! The clock that every chain keeps in an account.

use anchor_lang::prelude::Clock;
use ballast_sdk::Pubkey;

/// The clock sysvar.
pub const CLOCK: Pubkey = Pubkey::from_str_const("SysvarC1ock11111111111111111111111111111111");

/// Decodes the clock sysvar's five little-endian words. `None` if there are fewer.
pub fn clock(data: &[u8]) -> Option<Clock> {
    let word = |index: usize| {
        let start = index.checked_mul(8)?;
        data.get(start..)?.first_chunk::<8>().copied()
    };
    Some(Clock {
        slot: u64::from_le_bytes(word(0)?),
        epoch_start_timestamp: i64::from_le_bytes(word(1)?),
        epoch: u64::from_le_bytes(word(2)?),
        leader_schedule_epoch: u64::from_le_bytes(word(3)?),
        unix_timestamp: i64::from_le_bytes(word(4)?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_words_are_a_clock_and_fewer_are_none() {
        let mut data = [0; 40];
        data[0] = 5;
        data[32] = 7;
        let decoded = clock(&data).unwrap();
        assert_eq!((decoded.slot, decoded.unix_timestamp), (5, 7));
        assert!(clock(&data[..39]).is_none());
    }
}
