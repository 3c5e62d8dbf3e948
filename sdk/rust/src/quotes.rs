//! A maker's quotes, off-chain: signed, checked before they are relied on, and put into the
//! instruction that carries them.
//!
//! ```
//! use ballast_sdk::quotes::{SignedQuote, carrier};
//! use ballast_sdk::Pubkey;
//! use ballast_options::state::SeriesKey;
//! use ballast_core_clearing::legs::Legs;
//! use ballast_core_clearing::nonces::Nonce;
//! use ballast_core_clearing::quote::{ANYONE, FillRange, Quote, QuoteLeg, QuoteScope, SpotBand};
//! use ballast_core_clearing::trade::{Side, UnitPrice};
//! use ballast_core_types::Lots;
//! use solana_keypair::Keypair;
//! use solana_signer::Signer;
//!
//! let maker = Keypair::new_from_array([1; 32]);
//! let call = SeriesKey { market: 0, kind: 1, places: 0, padding: 0, digits: 50_000, expiry: 1_774_598_400 };
//! let quote = Quote {
//!     scope: QuoteScope {
//!         program: ballast_options::ID.to_bytes(),
//!         cluster: [9; 32],                            // the genesis hash
//!         house: Pubkey::new_unique().to_bytes(),
//!         maker: Pubkey::new_unique().to_bytes(),      // the margin account
//!     },
//!     nonce: Nonce(1),
//!     taker: ANYONE,
//!     expiry_slot: 300_000_000,
//!     spots: SpotBand { least: UnitPrice(49_000_000_000), greatest: UnitPrice(51_000_000_000) },
//!     fill: FillRange { least: Lots(100_000), greatest: Lots(1_000_000) },
//!     legs: Legs::single(QuoteLeg {
//!         series: call.terms().unwrap(),
//!         side: Side::Sell,
//!         ratio: 1,
//!         price: UnitPrice(1_250_000_000),             // 1,250 for one underlying
//!     }),
//! };
//! let signed = SignedQuote::sign(&quote, &maker);
//! // Across the wire, and at the taker's:
//! let read = SignedQuote::from_bytes(&signed.to_bytes()).unwrap();
//! assert_eq!(read.check(&quote.scope, &maker.pubkey(), &[2; 32], 299_999_000), Ok(quote));
//! assert_eq!(carrier(&read).data.len(), 112 + 253);
//! ```

use anchor_lang::prelude::Pubkey;
use anchor_lang::solana_program::instruction::Instruction;
use ballast_core_clearing::quote::{Quote, QuoteError, QuoteScope, QUOTE_BYTES};
use solana_ed25519_program::new_ed25519_instruction_with_signature;
use solana_signature::Signature;
use solana_signer::Signer;

/// Bytes of [`SignedQuote::to_bytes`] before the message: key and signature.
pub const SIGNATURE_BYTES: usize = 32 + 64;

/// A quote as it travels from maker to taker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedQuote {
    /// Who signed: the quoter of the maker's account, if the quote is to be taken.
    pub signer: Pubkey,
    /// The signature of the message.
    pub signature: [u8; 64],
    /// The message.
    pub message: Vec<u8>,
}

/// Why a signed quote is not to be relied on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignedQuoteError {
    /// No room for key and signature.
    #[error("a signed quote has more than {SIGNATURE_BYTES} bytes, not {0}")]
    Length(usize),
    /// Another key than the maker's account names.
    #[error("signed by {0}, who does not quote for the account")]
    Signer(Pubkey),
    /// The signature is not one of this message by this key.
    #[error("the signature is wrong")]
    Signature,
    /// What the clearing house would refuse.
    #[error("the clearing house would refuse the quote: {0:?}")]
    Quote(QuoteError),
}

impl From<QuoteError> for SignedQuoteError {
    fn from(refusal: QuoteError) -> Self {
        Self::Quote(refusal)
    }
}

impl SignedQuote {
    /// Signs a quote.
    pub fn sign(quote: &Quote, quote_signer: &dyn Signer) -> Self {
        let message = quote.encode(&mut [0; QUOTE_BYTES]).to_vec();
        Self {
            signer: Pubkey::new_from_array(quote_signer.pubkey().to_bytes()),
            signature: quote_signer.sign_message(&message).into(),
            message,
        }
    }

    /// Key, signature and message, one after the other.
    pub fn to_bytes(&self) -> Vec<u8> {
        [self.signer.as_ref(), &self.signature, &self.message].concat()
    }

    /// Returns what [`Self::to_bytes`] wrote, not yet checked.
    ///
    /// # Errors
    /// [`SignedQuoteError::Length`]; of the message nothing is checked.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SignedQuoteError> {
        let length = SignedQuoteError::Length(bytes.len());
        let (signer, rest) = bytes.split_first_chunk::<32>().ok_or(length)?;
        let (signature, message) = rest.split_first_chunk::<64>().ok_or(length)?;
        Ok(Self {
            signer: Pubkey::new_from_array(*signer),
            signature: *signature,
            message: message.to_vec(),
        })
    }

    /// The quote, if the clearing house would take it from `taker` here and now; `quote_signer` is
    /// the one that the maker's account names. How much of its nonce is left, and whether the maker
    /// has the margin, is in the maker's account.
    ///
    /// # Errors
    /// [`SignedQuoteError`].
    pub fn check(
        &self,
        here: &QuoteScope,
        quote_signer: &Pubkey,
        taker: &[u8; 32],
        now_slot: u64,
    ) -> Result<Quote, SignedQuoteError> {
        if self.signer != *quote_signer {
            return Err(SignedQuoteError::Signer(self.signer));
        }
        if !Signature::from(self.signature).verify(self.signer.as_ref(), &self.message) {
            return Err(SignedQuoteError::Signature);
        }
        let quote = Quote::decode(&self.message)?;
        quote.check(here, taker, now_slot)?;
        Ok(quote)
    }
}

/// Returns the instruction of the ed25519 program that carries a quote into a transaction.
pub fn carrier(quote: &SignedQuote) -> Instruction {
    new_ed25519_instruction_with_signature(&quote.message, &quote.signature, &quote.signer.to_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use ballast_core_clearing::ed25519::signed_message;
    use ballast_core_clearing::legs::Legs;
    use ballast_core_clearing::nonces::Nonce;
    use ballast_core_clearing::quote::{FillRange, QuoteLeg, SpotBand};
    use ballast_core_clearing::series::SeriesTerms;
    use ballast_core_clearing::trade::{Side, UnitPrice};
    use ballast_core_margin::Decimal;
    use ballast_core_math::black_scholes::Kind;
    use ballast_core_types::Lots;
    use solana_keypair::Keypair;

    fn quote() -> Quote {
        let leg = |digits, ratio| QuoteLeg {
            series: SeriesTerms {
                market: 0,
                kind: Kind::Call,
                strike: Decimal { digits, places: 0 },
                expiry: 1_774_598_400,
            },
            side: Side::Buy,
            ratio,
            price: UnitPrice(6),
        };
        Quote {
            scope: QuoteScope {
                program: [1; 32],
                cluster: [2; 32],
                house: [3; 32],
                maker: [4; 32],
            },
            nonce: Nonce(8),
            taker: [5; 32],
            expiry_slot: 7,
            spots: SpotBand::ANY,
            fill: FillRange {
                least: Lots(5),
                greatest: Lots(9),
            },
            legs: Legs::new(&[leg(50_000, 1), leg(60_000, 2)]).unwrap(),
        }
    }

    #[test]
    fn the_carrier_has_the_one_form_that_the_program_reads() {
        let maker = Keypair::new_from_array([9; 32]);
        let signed = SignedQuote::sign(&quote(), &maker);
        let data = carrier(&signed).data;
        let message = signed_message(&data, 3, &maker.pubkey().to_bytes()).unwrap();
        assert_eq!(Quote::decode(message), Ok(quote()));
    }

    #[test]
    fn what_was_tampered_with_is_not_relied_on() {
        let maker = Keypair::new_from_array([9; 32]);
        let key = maker.pubkey();
        let signed = SignedQuote::sign(&quote(), &maker);
        let check = |signed: &SignedQuote| signed.check(&quote().scope, &key, &[5; 32], 7);
        assert_eq!(check(&signed), Ok(quote()));
        for byte in 0..signed.message.len() {
            let mut other = signed.clone();
            other.message[byte] ^= 1;
            assert_eq!(check(&other), Err(SignedQuoteError::Signature), "{byte}");
        }
        let outsider = SignedQuote::sign(&quote(), &Keypair::new_from_array([8; 32]));
        assert_eq!(check(&outsider), Err(SignedQuoteError::Signer(outsider.signer)));
        assert_eq!(
            signed.check(&quote().scope, &key, &[6; 32], 7),
            Err(SignedQuoteError::Quote(QuoteError::Taker))
        );
        assert_eq!(
            signed.check(&quote().scope, &key, &[5; 32], 8),
            Err(SignedQuoteError::Quote(QuoteError::Expired(7)))
        );
    }

    #[test]
    fn truncated_bytes_are_none() {
        let bytes = SignedQuote::sign(&quote(), &Keypair::new_from_array([9; 32])).to_bytes();
        for length in [0, 31, 95] {
            let refused = SignedQuote::from_bytes(&bytes[..length]);
            assert_eq!(refused, Err(SignedQuoteError::Length(length)));
        }
    }
}
