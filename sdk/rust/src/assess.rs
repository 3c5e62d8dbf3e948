//! Asking the risk engine about a book: the instruction, and what its return data means.
//!
//! ```
//! use ballast_sdk::assess::{BookMarket, BookPosition, Freshness, PositionKind, assess, decimal};
//! use ballast_sdk::Pubkey;
//!
//! let btc = BookMarket { market: Pubkey::new_unique(), surface: Some(Pubkey::new_unique()) };
//! let book = [
//!     // One bitcoin (six decimals of the quote token), held outright.
//!     BookPosition { market: btc.market, kind: PositionKind::Linear { entry: None }, lots: 1_000_000 },
//!     // A protective put.
//!     BookPosition {
//!         market: btc.market,
//!         kind: PositionKind::Put { strike: decimal("55000").unwrap(), expiry: 1_800_000_000 },
//!         lots: 1_000_000,
//!     },
//! ];
//! let instruction = assess(&[btc], &book, Freshness { price_seconds: 30, surface_seconds: 600 }).unwrap();
//! // Send it, or only simulate it; `decode` then reads the transaction's return data.
//! assert_eq!(instruction.accounts.len(), 2);
//! ```

use anchor_lang::prelude::{AccountMeta, Pubkey};
use anchor_lang::solana_program::instruction::Instruction;
use anchor_lang::{AnchorDeserialize, InstructionData};
use ballast_core_margin::{Decimal, MAX_LEGS, MAX_MARKETS};
use ballast_risk::{AssessArgs, AssessLeg, AssessReport, ASSESS_VERSION};

/// The accounts of one market.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BookMarket {
    /// The risk market.
    pub market: Pubkey,
    /// Its surface; `None` where the book has no options on it.
    pub surface: Option<Pubkey>,
}

/// What a position is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PositionKind {
    /// A perpetual entered at a price, or the underlying itself.
    Linear {
        /// The price; `None` for the underlying.
        entry: Option<Decimal>,
    },
    /// A European call.
    Call {
        /// Strike.
        strike: Decimal,
        /// Unix seconds.
        expiry: u32,
    },
    /// A European put.
    Put {
        /// Strike.
        strike: Decimal,
        /// Unix seconds.
        expiry: u32,
    },
}

/// One position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BookPosition {
    /// The risk market it is on.
    pub market: Pubkey,
    /// What it is.
    pub kind: PositionKind,
    /// Signed size in lots.
    pub lots: i64,
}

/// How old an answer's sources may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Freshness {
    /// Seconds since a price was published.
    pub price_seconds: u32,
    /// Seconds since a surface was published.
    pub surface_seconds: u32,
}

/// Why an instruction cannot be built.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BookError {
    /// Too many.
    #[error("a book has at most {MAX_LEGS} positions")]
    Legs,
    /// None, too many, or one twice.
    #[error("a book has one to {MAX_MARKETS} markets, each once")]
    Markets,
    /// A position on another market.
    #[error("a position is on market {0}, which is not listed")]
    UnknownMarket(Pubkey),
}

/// Why return data is not an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AnswerError {
    /// Another program returned it.
    #[error("the return data is of program {0}")]
    Program(Pubkey),
    /// A layout that this client does not know.
    #[error("the answer's layout is not version {ASSESS_VERSION}")]
    Layout,
}

/// Returns a decimal as a book carries it: at most nine places, and all its digits at most
/// 4,294,967,295.
pub fn decimal(text: &str) -> Option<Decimal> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let fraction = fraction.trim_end_matches('0');
    let plain = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !plain(whole) || !plain(fraction) || fraction.len() > 9 {
        return None;
    }
    Some(Decimal {
        digits: format!("{whole}{fraction}").parse().ok()?,
        places: u8::try_from(fraction.len()).ok()?,
    })
}

/// `ballast_risk::assess`: markets may come in any order.
///
/// # Errors
/// [`BookError`]; what only the chain can tell is refused there.
pub fn assess(markets: &[BookMarket], book: &[BookPosition], freshness: Freshness) -> Result<Instruction, BookError> {
    let mut markets = markets.to_vec();
    markets.sort_by_key(|market| market.market);
    let listed = markets.len();
    markets.dedup_by_key(|market| market.market);
    if markets.len() != listed || !(1..=MAX_MARKETS).contains(&listed) {
        return Err(BookError::Markets);
    }
    if book.len() > MAX_LEGS {
        return Err(BookError::Legs);
    }
    let legs = book
        .iter()
        .map(|position| leg(position, &markets))
        .collect::<Result<_, _>>()?;
    let args = AssessArgs {
        max_age_seconds: freshness.price_seconds,
        max_surface_age_seconds: freshness.surface_seconds,
        legs,
    };
    let accounts = markets.iter().flat_map(|market| {
        [market.market, market.surface.unwrap_or(ballast_risk::ID)].map(|key| AccountMeta::new_readonly(key, false))
    });
    Ok(Instruction {
        program_id: ballast_risk::ID,
        accounts: accounts.collect(),
        data: ballast_risk::instruction::Assess { args }.data(),
    })
}

fn leg(position: &BookPosition, markets: &[BookMarket]) -> Result<AssessLeg, BookError> {
    let index = markets
        .iter()
        .position(|market| market.market == position.market)
        .and_then(|index| u8::try_from(index).ok())
        .ok_or(BookError::UnknownMarket(position.market))?;
    let (kind, price, expiry) = match position.kind {
        PositionKind::Linear { entry } => (0, entry.unwrap_or_default(), 0),
        PositionKind::Call { strike, expiry } => (1, strike, expiry),
        PositionKind::Put { strike, expiry } => (2, strike, expiry),
    };
    Ok(AssessLeg {
        contract: kind | index << 4,
        digits: price.digits,
        places: price.places,
        expiry,
        quantity: position.lots,
    })
}

/// Returns the answer in a transaction's return data, which names the program that wrote it.
///
/// # Errors
/// [`AnswerError`].
pub fn decode(program: &Pubkey, data: &[u8]) -> Result<AssessReport, AnswerError> {
    if *program != ballast_risk::ID {
        return Err(AnswerError::Program(*program));
    }
    if data.first() != Some(&ASSESS_VERSION) {
        return Err(AnswerError::Layout);
    }
    AssessReport::try_from_slice(data).map_err(|_| AnswerError::Layout)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_read_exactly_or_not_at_all() {
        for (text, expected) in [
            ("65000", Some((65_000, 0))),
            ("142.50", Some((1_425, 1))),
            ("0.000000001", Some((1, 9))),
            ("1.", Some((1, 0))),
            ("4294967295", Some((u32::MAX, 0))),
            ("4294967296", None),
            ("0.0000000001", None),
            (".5", None),
            ("-1", None),
            ("1e3", None),
            ("", None),
        ] {
            let expected = expected.map(|(digits, places)| Decimal { digits, places });
            assert_eq!(decimal(text), expected, "{text}");
        }
    }

    #[test]
    fn markets_are_sorted_and_positions_follow_them() {
        let market = |byte: u8| BookMarket {
            market: Pubkey::from([byte; 32]),
            surface: None,
        };
        let fresh = Freshness {
            price_seconds: 1,
            surface_seconds: 2,
        };
        let position = |byte: u8| BookPosition {
            market: Pubkey::from([byte; 32]),
            kind: PositionKind::Linear { entry: None },
            lots: i64::from(byte),
        };
        let built = assess(&[market(9), market(3)], &[position(9), position(3)], fresh).unwrap();
        assert_eq!(built.accounts[0].pubkey, Pubkey::from([3; 32]));
        assert_eq!(built.accounts[3].pubkey, ballast_risk::ID);
        // Discriminator, two ages, number of legs, then the legs.
        assert_eq!(built.data.len(), 8 + 4 + 4 + 4 + 2 * 18);
        assert_eq!((built.data[20], built.data[38]), (1 << 4, 0));
        assert_eq!(assess(&[], &[], fresh), Err(BookError::Markets));
        assert_eq!(assess(&[market(3), market(3)], &[], fresh), Err(BookError::Markets));
        assert_eq!(assess(&[market(3)], &[position(3); 33], fresh), Err(BookError::Legs));
        let unknown = BookError::UnknownMarket(Pubkey::from([4; 32]));
        assert_eq!(assess(&[market(3)], &[position(4)], fresh), Err(unknown));
        assert_eq!(
            decode(&Pubkey::default(), &[1]),
            Err(AnswerError::Program(Pubkey::default()))
        );
        assert_eq!(decode(&ballast_risk::ID, &[2; 200]), Err(AnswerError::Layout));
        assert_eq!(decode(&ballast_risk::ID, &[1; 7]), Err(AnswerError::Layout));
    }
}
