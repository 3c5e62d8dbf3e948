//! What a WebAssembly host sees: a row's words at [`input`], the results' at [`output`], and a call
//! between the two.

use core::sync::atomic::{AtomicU64, Ordering::Relaxed};

use crate::net_asset_values::{net_asset_values, NetAssetValues, VaultAccounts};
use crate::{evaluate, Results, Row};
use ballast_core_market::admission::Now;
use ballast_core_vault::places::{MAX_LEGS, MAX_MARKETS};

// Atomics are what safe code may change in a static; the target has one thread and compiles them to
// plain words.
static INPUT: [AtomicU64; Row::WORDS] = [const { AtomicU64::new(0) }; Row::WORDS];
static OUTPUT: [AtomicU64; Results::CAPACITY] = [const { AtomicU64::new(0) }; Results::CAPACITY];

/// Where a row is written before [`run`]: its address in linear memory.
#[allow(
    unsafe_code,
    reason = "exporting a name counts as unsafe; there is one of each in this module"
)]
#[no_mangle]
pub extern "C" fn input() -> *const AtomicU64 {
    INPUT.as_ptr()
}

/// Returns where the results are after [`run`]: their address in linear memory.
#[allow(unsafe_code, reason = "as above")]
#[no_mangle]
pub extern "C" fn output() -> *const AtomicU64 {
    OUTPUT.as_ptr()
}

/// Evaluates the row, and tells how many words it gave. Traps where the host would panic.
#[allow(unsafe_code, reason = "as above")]
#[no_mangle]
pub extern "C" fn run() -> u32 {
    let mut row = Row::default();
    for (word, place) in row.0.iter_mut().zip(&INPUT) {
        *word = place.load(Relaxed);
    }
    let results = evaluate(&row);
    for (place, word) in OUTPUT.iter().zip(results.words()) {
        place.store(*word, Relaxed);
    }
    results.words().len() as u32
}

/// Words of head of [`vault_input`]: time and slot, and the length of each account.
const HEAD_WORDS: usize = 2 + 1 + MAX_MARKETS + 2 * MAX_LEGS;
/// Words of [`vault_input`]: the head, and thirty-two kilobytes of accounts, twice what they have.
const VAULT_WORDS: usize = HEAD_WORDS + 32_768 / 8;

static VAULT: [AtomicU64; VAULT_WORDS] = [const { AtomicU64::new(0) }; VAULT_WORDS];

/// Returns where a vault's accounts are written before [`vault_net_asset_values`]: their address in
/// linear memory. First twenty-three words: unix time, slot, and the lengths in bytes of the vault,
/// its four risk markets, and market and trader at the venue of each of its eight legs; zero for
/// what there is none of. Then their bytes, one account after the other without a gap.
#[allow(unsafe_code, reason = "as above")]
#[no_mangle]
pub extern "C" fn vault_input() -> *const AtomicU64 {
    VAULT.as_ptr()
}

/// Computes a vault's net asset values: the low one and the high one are the first two words of the
/// results. Returns 2, or 0 if there are none.
#[allow(unsafe_code, reason = "as above")]
#[no_mangle]
pub extern "C" fn vault_net_asset_values() -> u32 {
    let mut bytes = [0; VAULT_WORDS * 8];
    for (chunk, word) in bytes.chunks_exact_mut(8).zip(&VAULT) {
        chunk.copy_from_slice(&word.load(Relaxed).to_le_bytes());
    }
    let Some(values) = from_input(&bytes) else { return 0 };
    for (place, value) in OUTPUT.iter().zip([values.low, values.high]) {
        place.store(value.0 as u64, Relaxed);
    }
    2
}

fn from_input(bytes: &[u8]) -> Option<NetAssetValues> {
    let (head, mut rest) = bytes.split_at_checked(HEAD_WORDS * 8)?;
    let mut words = head
        .chunks_exact(8)
        .map(|word| word.first_chunk().map(|word| u64::from_le_bytes(*word)));
    let mut word = || words.next()?;
    let now = Now {
        unix_time: word()? as i64,
        slot: word()?,
    };
    let mut account = || {
        let (account, after) = rest.split_at_checked(usize::try_from(word()?).ok()?)?;
        rest = after;
        Some(account)
    };
    let mut accounts = VaultAccounts {
        vault: account()?,
        ..VaultAccounts::default()
    };
    for market in &mut accounts.markets {
        *market = account()?;
    }
    for venue in accounts.venues.as_flattened_mut() {
        *venue = account()?;
    }
    net_asset_values(&accounts, now)
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
