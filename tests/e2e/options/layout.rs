//! The offsets that `docs/reference/options.md` gives to readers in other languages.

use anchor_lang::{Discriminator, Space};
use ballast_core_clearing::quote::Quote;
use ballast_core_clearing::trade::Side;
use ballast_options::state::{AuctionOffer, ClearingHouse, Expiry, MarginAccount, PostedQuote, Series};
use ballast_options::OpenAuctionArgs;
use ballast_sdk::addresses;
use ballast_sdk::instructions::options as ix;
use ballast_testkit::clearing_house::{Strangle, CLUSTER, NEAR, PREMIUM, UNIT, USD};

fn number(data: &[u8], at: usize) -> u64 {
    u64::from_le_bytes(data[at..at + 8].try_into().unwrap())
}

fn key(data: &[u8], at: usize) -> &[u8] {
    &data[at..at + 32]
}

#[test]
fn accounts_are_laid_out_as_documented() {
    let mut strangle = Strangle::with_cash(30_000);
    let world = &mut strangle.world;
    let offer = OpenAuctionArgs {
        number: 9,
        side: 2,
        quantity: UNIT,
        start_price: 700,
        end_price: 600,
        delay_seconds: 5,
        seconds: 50,
    };
    let owner = strangle.writer.user.holder.key;
    let open = ix::open_auction(&world.keys, &owner, &strangle.writer.account, &strangle.call, offer);
    world.submit(open, &strangle.writer.user).unwrap();
    let now = world.clock().unix_timestamp;
    let data = |key| world.raw(&key).unwrap().data;
    let admin = world.admin.insecure_clone();
    let admin = solana_signer::Signer::pubkey(&admin);

    let house = data(world.keys.house);
    assert_eq!((house.len(), &house[..8]), (840, ClearingHouse::DISCRIMINATOR));
    assert_eq!(&house[8..16], [5, house[9], house[10], 1, 6, 0, 0, 0]);
    assert_eq!(number(&house, 16), 1);
    assert_eq!(key(&house, 24), admin.as_ref());
    assert_eq!(key(&house, 56), world.keys.quote_mint.as_ref());
    assert_eq!(key(&house, 88), world.keys.custody.as_ref());
    assert_eq!(key(&house, 120), world.keys.insurance.as_ref());
    assert_eq!(key(&house, 152), CLUSTER);
    assert_eq!(number(&house, 184), 1_030_000 * USD);
    assert_eq!(number(&house, 192), 3_600 + (86_400 << 32));
    assert_eq!(number(&house, 200), 0);
    assert_eq!(key(&house, 208), world.markets[0].keys.risk_market.as_ref());
    assert_eq!(key(&house, 240), world.markets[0].keys.surface.as_ref());
    assert_eq!(number(&house, 272), 10_000);
    assert_eq!(number(&house, 328), 2 * UNIT as u64);

    let account = data(strangle.writer.account);
    assert_eq!((account.len(), &account[..8]), (1_624, MarginAccount::DISCRIMINATOR));
    assert_eq!(&account[8..16], [5, account[9], 0, 2, 0, 0, 0, 0]);
    assert_eq!(key(&account, 16), world.keys.house.as_ref());
    assert_eq!((key(&account, 48), key(&account, 80)), (owner.as_ref(), owner.as_ref()));
    assert_eq!(key(&account, 112), admin.as_ref());
    assert_eq!(
        world.keys.account(&owner, number(&account, 144)),
        strangle.writer.account
    );
    assert_eq!(number(&account, 152), (30_000 + 2 * PREMIUM) * USD);
    assert_eq!(&account[336..352], strangle.put.bytes());
    assert_eq!(number(&account, 352) as i64, -UNIT);
    assert_eq!(&account[360..376], strangle.call.bytes());
    // The base, the first two nonces' bits, no protection, and what was filled a moment ago.
    let maker = data(strangle.maker.account);
    assert_eq!((number(&maker, 176), number(&maker, 184)), (0, 0b110));
    let filled = [312, 320, 328].map(|at| number(&maker, at));
    assert_eq!(filled, [u64::MAX, filled[1], now.unsigned_abs()]);
    assert!(filled[1] > 0 && filled[1] <= 2 * UNIT as u64);

    let accounts = world.keys.series(&strangle.call);
    let expiry = data(accounts.expiry);
    assert_eq!(
        (expiry.len(), 8 + Expiry::INIT_SPACE, &expiry[..8]),
        (280, 280, Expiry::DISCRIMINATOR)
    );
    assert_eq!(&expiry[8..12], [5, expiry[9], 0, 0]);
    assert_eq!(
        (key(&expiry, 12), key(&expiry, 44)),
        (world.keys.house.as_ref(), admin.as_ref())
    );
    assert_eq!(
        (number(&expiry, 76) as i64, expiry[84], number(&expiry, 88)),
        (NEAR, 2, 0)
    );
    assert_eq!(
        (number(&expiry, 168), number(&expiry, 176)),
        (2 * UNIT as u64, 2 * UNIT as u64)
    );

    let series = data(accounts.series);
    assert_eq!(
        (series.len(), 8 + Series::INIT_SPACE, &series[..8]),
        (130, 130, Series::DISCRIMINATOR)
    );
    assert_eq!(
        (key(&series, 10), &series[42..58]),
        (world.keys.house.as_ref(), &strangle.call.bytes()[..])
    );
    assert_eq!((number(&series, 58), key(&series, 66)), (UNIT as u64, admin.as_ref()));

    let auction = data(addresses::auction(&strangle.writer.account, 9));
    assert_eq!((auction.len(), &auction[..8]), (199, AuctionOffer::DISCRIMINATOR));
    assert_eq!((auction[8], auction[10]), (5, 2));
    assert_eq!(
        (key(&auction, 11), key(&auction, 43)),
        (world.keys.house.as_ref(), strangle.writer.account.as_ref())
    );
    assert_eq!(
        (number(&auction, 107), &auction[115..131]),
        (9, &strangle.call.bytes()[..])
    );
    assert_eq!(
        (
            number(&auction, 131),
            number(&auction, 139),
            number(&auction, 147) as i64
        ),
        (700, 600, now + 5)
    );
    assert_eq!((auction[155], number(&auction, 159)), (50, UNIT as u64));

    let quote = world.quote(&strangle.maker, &strangle.call, Side::Sell, UNIT, 700);
    let owner = strangle.maker.user.holder.key;
    let post = ix::post_quote(&world.keys, &owner, &quote);
    world.submit(post, &strangle.maker.user).unwrap();
    let posted = world
        .raw(&addresses::posted_quote(&strangle.maker.account, quote.nonce.0))
        .unwrap();
    let data = posted.data;
    assert_eq!(
        (data.len(), 8 + PostedQuote::INIT_SPACE, &data[..8]),
        (452, 452, PostedQuote::DISCRIMINATOR)
    );
    assert_eq!((data[8], key(&data, 10)), (5, strangle.maker.account.as_ref()));
    assert_eq!((key(&data, 42), key(&data, 74)), (owner.as_ref(), owner.as_ref()));
    assert_eq!(
        (number(&data, 106), &data[114..118]),
        (quote.nonce.0, &253u32.to_le_bytes()[..])
    );
    assert_eq!(Quote::decode(&data[118..371]), Ok(quote));
}
