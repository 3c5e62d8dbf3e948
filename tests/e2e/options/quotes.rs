//! Quotes: what is forged, replayed, expired or meant for something else is refused by its own
//! name.

use ballast_core_clearing::legs::Legs;
use ballast_core_clearing::nonces::Nonce;
use ballast_core_clearing::quote::{Quote, SpotBand, QUOTE_BYTES};
use ballast_core_clearing::trade::{Side, UnitPrice};
use ballast_core_types::Lots;
use ballast_options::state::SeriesKey;
use ballast_options::OptionsError;
use ballast_sdk::instructions::options as ix;
use ballast_sdk::quotes::{carrier, SignedQuote};
use ballast_sdk::Instruction;
use ballast_testkit::clearing_house::{parties, refused, Member, CALL, FAR, UNIT, USD};
use ballast_testkit::world::more_units;
use ballast_testkit::{ClearingHouseFixture, Sent};
use solana_keypair::Keypair;
use solana_signer::Signer;

/// A taker, a maker, a call, and a quote of the maker's to sell one.
struct Desk {
    world: ClearingHouseFixture,
    taker: Member,
    maker: Member,
    key: SeriesKey,
    quote: Quote,
}

impl Desk {
    fn new() -> Self {
        let mut world = ClearingHouseFixture::new();
        let (taker, maker) = (world.participant(100_000 * USD), world.participant(100_000 * USD));
        let key = world.series(CALL, 55_000, FAR);
        let quote = world.quote(&maker, &key, Side::Sell, UNIT, 300);
        Self {
            world,
            taker,
            maker,
            key,
            quote,
        }
    }

    /// Returns the carrier of the quote as it ought to be.
    fn carrier(&self) -> Instruction {
        carrier(&SignedQuote::sign(&self.quote, &self.maker.user.keypair))
    }

    /// Returns a trade of a hundredth.
    fn trade(&self, nonce: u64) -> Instruction {
        let markets = self.world.market_keys();
        let parties = parties(&self.taker, &self.maker);
        let trade = ix::TradeAccounts {
            house: &self.world.keys,
            parties: &parties,
            markets: &markets,
        };
        let quote = Quote {
            nonce: Nonce(nonce),
            ..self.quote
        };
        ix::trade_quote(&trade, &quote, 10_000, false)
    }

    /// Sends a trade of a hundredth of the quote, with other instructions before it.
    fn send(&mut self, before: &[Instruction]) -> Sent {
        let trade = self.trade(self.quote.nonce.0);
        let all = [&[more_units()], before, &[trade]].concat();
        self.world.send(&all, &[&self.taker.user.keypair])
    }

    /// Returns the same for a quote that the maker really signed.
    fn signed(&mut self, change: impl FnOnce(&mut Quote)) -> Sent {
        let mut quote = self.quote;
        change(&mut quote);
        let carrier = carrier(&SignedQuote::sign(&quote, &self.maker.user.keypair));
        let trade = self.trade(quote.nonce.0);
        self.world
            .send(&[more_units(), carrier, trade], &[&self.taker.user.keypair])
    }
}

#[test]
fn the_quote_as_it_is_trades() {
    let mut desk = Desk::new();
    let carrier = desk.carrier();
    desk.send(&[carrier]).unwrap();
    assert_eq!(desk.world.held(&desk.taker.account, &desk.key), 10_000);
    assert_eq!(desk.world.held(&desk.maker.account, &desk.key), -10_000);
    desk.world.assert_sound();
}

#[test]
fn a_quote_for_something_else_is_refused_by_what_differs() {
    use OptionsError::*;
    type Change = fn(&mut Quote);
    let changes: [(Change, OptionsError); 8] = [
        (|quote| quote.scope.program = [1; 32], QuoteProgram),
        (|quote| quote.scope.cluster = [1; 32], QuoteCluster),
        (|quote| quote.scope.house = [1; 32], QuoteHouse),
        // Another maker's: no quote of this one.
        (|quote| quote.scope.maker = [1; 32], NoSignature),
        (|quote| quote.taker = [1; 32], QuoteTaker),
        (|quote| quote.fill.greatest = Lots(9_999), QuoteQuantity),
        (|quote| quote.fill.least = Lots(10_001), QuoteQuantity),
        (|quote| quote.nonce = Nonce(u64::MAX), NonceReserved),
    ];
    let mut desk = Desk::new();
    let before = desk.world.fingerprint();
    for (change, rule) in changes {
        refused(desk.signed(change), rule);
    }
    let slot = desk.world.clock().slot;
    refused(desk.signed(|quote| quote.expiry_slot = slot - 1), QuoteExpired);
    // A quote for another series than the accounts that were passed.
    let other = desk.world.series(CALL, 56_000, FAR).terms().unwrap();
    let with_other = |quote: &mut Quote| {
        let mut leg = *quote.legs.first();
        leg.series = other;
        quote.legs = Legs::single(leg);
    };
    let prepared = desk.world.fingerprint();
    refused(desk.signed(with_other), WrongSeries);
    assert_eq!(desk.world.fingerprint(), prepared, "a refusal changes nothing");
    assert_ne!(before, prepared);
    let taker = desk.taker.user.holder.key.to_bytes();
    desk.signed(|quote| quote.taker = taker).unwrap();
    desk.signed(|quote| {
        quote.expiry_slot = slot;
        quote.nonce = Nonce(9);
    })
    .unwrap();
}

#[test]
fn a_quote_holds_at_the_spots_of_its_band() {
    let mut desk = Desk::new();
    // The market stands at 50,000.
    for (least, greatest, holds) in [(50_001, 60_000, false), (40_000, 49_999, false), (50_000, 50_000, true)] {
        let sent = desk.signed(|quote| {
            quote.spots = SpotBand {
                least: UnitPrice(least * USD),
                greatest: UnitPrice(greatest * USD),
            };
        });
        if holds {
            sent.unwrap();
        } else {
            refused(sent, OptionsError::QuoteSpot);
        }
    }
}

#[test]
fn a_carrier_of_another_form_is_refused_by_what_is_wrong_with_it() {
    use OptionsError::*;
    let mut desk = Desk::new();
    let good = desk.carrier();
    let before = desk.world.fingerprint();

    // No such instruction, and one with another nonce.
    refused(desk.send(&[]), NoSignature);
    let other = Quote {
        nonce: Nonce(7),
        ..desk.quote
    };
    let other = carrier(&SignedQuote::sign(&other, &desk.maker.user.keypair));
    refused(desk.send(std::slice::from_ref(&other)), NoSignature);

    // The message of another place: a good signature in front, and something else behind where the
    // quote should be.
    let shifted = shift(&good, 1);
    refused(desk.send(&[shifted]), SignatureOffset);

    // A header that promises more than one.
    let mut two = good.clone();
    two.data[0] = 2;
    let offsets = two.data[2..16].to_vec();
    let tail = two.data.split_off(16);
    two.data.extend(relocated(&offsets, 14));
    two.data.extend(tail);
    let head = relocated(&offsets, 14);
    two.data[2..16].copy_from_slice(&head);
    refused(desk.send(&[two]), SignatureCount);

    // Bytes behind the message.
    let mut longer = good.clone();
    longer.data.push(0);
    refused(desk.send(&[longer]), SignatureLength);

    // A byte that nobody reads.
    let mut padded = good.clone();
    padded.data[1] = 1;
    refused(desk.send(&[padded]), SignaturePadding);

    // Somebody else's signature.
    let outsider = Keypair::new_from_array([200; 32]);
    let forged = carrier(&SignedQuote::sign(&desk.quote, &outsider));
    refused(desk.send(std::slice::from_ref(&forged)), SignatureSigner);

    // A signature that is none: the native program refuses the transaction.
    let mut broken = good.clone();
    broken.data[50] ^= 1;
    assert!(desk.send(&[broken]).is_err());

    // A quote cut short, and one with another domain or version, really signed.
    let message = desk.quote.encode(&mut [0; QUOTE_BYTES]).to_vec();
    let sign = |message: &[u8]| {
        let signature = desk.maker.user.keypair.sign_message(message);
        solana_ed25519_program::new_ed25519_instruction_with_signature(
            message,
            &signature.into(),
            &desk.maker.user.holder.key.to_bytes(),
        )
    };
    let changed = |index: usize, value: u8| {
        let mut message = message.clone();
        message[index] = value;
        sign(&message)
    };
    let carriers = [
        (sign(&message[..message.len() - 1]), QuoteLength),
        (changed(0, 0), QuoteDomain),
        (changed(16, 1), QuoteVersion),
        (changed(225, 0), QuoteLegs),
        (changed(225, 5), QuoteLegs),
        (changed(242, 3), SideForm),
        (changed(243, 0), QuoteRatio),
        (changed(217, 0), QuoteFill),
    ];
    for (carrier, rule) in carriers {
        refused(desk.send(&[carrier]), rule);
    }
    assert_eq!(desk.world.fingerprint(), before, "a refusal changes nothing");

    // What lies beside it is nobody's business: other signatures, and the fields of a carrier taken
    // from another instruction, with which the native program is content.
    let mut elsewhere = good.clone();
    for place in [4, 8, 14] {
        elsewhere.data[place..place + 2].copy_from_slice(&1u16.to_le_bytes());
    }
    desk.send(&[good, forged, other, elsewhere]).unwrap();
}

#[test]
fn fields_of_a_carrier_that_lie_in_another_instruction_are_no_signature() {
    let mut desk = Desk::new();
    let mut other = desk.quote;
    other.nonce = Nonce(7);
    let other = carrier(&SignedQuote::sign(&other, &desk.maker.user.keypair));
    // Its own bytes are a quote that nobody signed; the native program looks at the other's.
    let mut forged = carrier(&SignedQuote::sign(&desk.quote, &desk.maker.user.keypair));
    for byte in &mut forged.data[48..112] {
        *byte = 0;
    }
    for place in [4, 8, 14] {
        forged.data[place..place + 2].copy_from_slice(&1u16.to_le_bytes());
    }
    refused(desk.send(&[other, forged]), OptionsError::SignatureInstruction);
}

/// Offsets of key, signature and message, so many bytes further on.
fn relocated(offsets: &[u8], by: u16) -> Vec<u8> {
    let mut moved = offsets.to_vec();
    for place in [0, 4, 8] {
        let at = u16::from_le_bytes([moved[place], moved[place + 1]]) + by;
        moved[place..place + 2].copy_from_slice(&at.to_le_bytes());
    }
    moved
}

/// Returns the carrier with a gap between its header and its key.
fn shift(good: &Instruction, by: u16) -> Instruction {
    let mut shifted = good.clone();
    let header = relocated(&good.data[2..16], by);
    shifted.data[2..16].copy_from_slice(&header);
    for _ in 0..by {
        shifted.data.insert(16, 0);
    }
    shifted
}

#[test]
fn a_nonce_is_filled_once_and_never_again() {
    let mut desk = Desk::new();
    let take = |desk: &mut Desk, nonce, quantity| {
        let quote = Quote {
            nonce: Nonce(nonce),
            ..desk.quote
        };
        let (taker, maker) = (&desk.taker, &desk.maker);
        desk.world.take(taker, maker, &quote, quantity)
    };
    take(&mut desk, 1, 10_000).unwrap();
    // Neither the rest of it nor the same again.
    refused(take(&mut desk, 1, 10_000), OptionsError::NonceUsed);
    // What a taker does voids no other quote of the maker's.
    take(&mut desk, 1_023, 10_000).unwrap();
    take(&mut desk, 2, 10_000).unwrap();
    refused(take(&mut desk, 1_024, 10_000), OptionsError::NonceTooHigh);

    let (owner, account) = (desk.maker.user.holder.key, desk.maker.account);
    let cancel = ix::cancel_quote(&owner, &account, 3);
    desk.world.submit(cancel, &desk.maker.user).unwrap();
    refused(take(&mut desk, 3, 10_000), OptionsError::NonceUsed);
    let all = ix::cancel_all_quotes(&owner, &account, 1_024);
    desk.world.submit(all, &desk.maker.user).unwrap();
    refused(take(&mut desk, 999, 10_000), OptionsError::NonceBelowBase);
    take(&mut desk, 1_024, 10_000).unwrap();
    take(&mut desk, 1_025, 10_000).unwrap();
    // Not even for the maker does the base go down.
    let lower = ix::cancel_all_quotes(&owner, &account, 5);
    desk.world.submit(lower, &desk.maker.user).unwrap();
    assert_eq!(desk.world.account(&account).nonce_base, 1_024);
    desk.world.assert_sound();
}

#[test]
fn a_quoter_signs_and_cancels_in_the_owners_place_and_can_do_nothing_else() {
    let mut desk = Desk::new();
    let quote_signer = desk.world.wallet(0);
    let (owner, account) = (desk.maker.user.holder.key, desk.maker.account);
    let name = ix::set_quote_signer(&quote_signer.holder.key, &account, quote_signer.holder.key, u64::MAX);
    refused(desk.world.submit(name, &quote_signer), OptionsError::NotOwner);
    let name = ix::set_quote_signer(&owner, &account, quote_signer.holder.key, u64::MAX);
    desk.world.submit(name, &desk.maker.user).unwrap();

    let by_owner = desk.carrier();
    refused(desk.send(&[by_owner]), OptionsError::SignatureSigner);
    let by_quoter = carrier(&SignedQuote::sign(&desk.quote, &quote_signer.keypair));
    desk.send(std::slice::from_ref(&by_quoter)).unwrap();
    let withdraw = ix::withdraw(
        &desk.world.keys,
        &quote_signer.holder.key,
        &account,
        &quote_signer.holder.quote,
        &[],
        1,
    );
    refused(desk.world.submit(withdraw, &quote_signer), OptionsError::NotOwner);
    desk.quote.nonce = Nonce(5);
    let cancel = ix::cancel_quote(&quote_signer.holder.key, &account, 5);
    desk.world.submit(cancel, &quote_signer).unwrap();
    let by_quoter = carrier(&SignedQuote::sign(&desk.quote, &quote_signer.keypair));
    refused(desk.send(&[by_quoter]), OptionsError::NonceUsed);
    // Everything that can be taken, but not the account's quoting for good.
    let far = ix::cancel_all_quotes(&quote_signer.holder.key, &account, u64::MAX);
    refused(desk.world.submit(far, &quote_signer), OptionsError::NonceTooHigh);
    let all = ix::cancel_all_quotes(&quote_signer.holder.key, &account, 1_024);
    desk.world.submit(all, &quote_signer).unwrap();
    let outsider = ix::cancel_all_quotes(&desk.taker.user.holder.key, &account, 9);
    refused(desk.world.submit(outsider, &desk.taker.user), OptionsError::NotQuoter);
}

#[test]
fn an_address_that_was_closed_never_comes_back_and_neither_do_its_quotes() {
    let mut desk = Desk::new();
    let user = desk.world.wallet(0);
    let maker = desk.world.open(user);
    let number = desk.world.account(&maker.account).number;
    let admin = desk.world.admin.pubkey();
    let close = ix::close_account(&maker.user.holder.key, &maker.account, &admin);
    refused(
        desk.world.submit(close.clone(), &maker.user),
        OptionsError::TooYoungToClose,
    );
    desk.world.pass(200, 512);
    desk.world.submit(close, &maker.user).unwrap();
    let again = ix::open_account(&desk.world.keys, &admin, &maker.user.holder.key, number);
    refused(desk.world.crank(again), OptionsError::AccountNumber);
    let slot = desk.world.clock().slot;
    let early = ix::open_account(&desk.world.keys, &admin, &maker.user.holder.key, slot + 1);
    refused(desk.world.crank(early), OptionsError::AccountNumber);
}
