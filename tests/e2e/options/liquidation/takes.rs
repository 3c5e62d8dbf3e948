//! What a take does, above and below zero, and what becomes of what was taken.

use super::*;

#[test]
fn a_share_of_everything_is_taken_at_a_discount_that_grows_and_no_more_than_suffices() {
    let mut failing = Failing::new(40_000);
    failing.fail();
    refused(failing.begin(), OptionsError::LiquidationBegun);
    refused(failing.end(), OptionsError::NotRestored);
    // The later, the cheaper, and the more suffices.
    let mut quotes = Vec::new();
    for seconds in [60, 420, 400] {
        failing.world.watch(seconds);
        let Failing { liquidator, owner, .. } = &failing;
        let mut world = failing.world.copy();
        let markets = world.market_keys();
        let event = taken(&take(&mut world, liquidator, owner, &markets, WHOLE));
        world.assert_sound();
        assert_eq!(event.share, event.permitted);
        quotes.push(event.discount as f64 / event.share as f64);
        if seconds < 400 {
            assert!(event.share < WHOLE);
            // What is left passes: nothing more can be taken, and it can be ended.
            let again = world.participant(1_000_000 * USD);
            refused(take(&mut world, &again, owner, &markets, WHOLE), OptionsError::Restored);
            world.hold_half_a_minute();
            end(&mut world, owner).unwrap();
            assert_eq!(world.account(&owner.account).status, 0);
        }
    }
    assert!(quotes.is_sorted() && quotes[1] > 4.0 * quotes[0], "{quotes:?}");
    // A quarter of an hour on everything is for nothing, and a part of it can be taken too.
    let before = failing.held(&failing.owner);
    let event = taken(&failing.take(WHOLE / 4));
    assert_eq!((event.share, event.permitted), (WHOLE / 4, WHOLE));
    assert_eq!((event.from_fund, failing.held(&failing.liquidator)), (0, before / 4));
    assert_eq!(failing.held(&failing.owner), before - before / 4);
    failing.world.assert_sound();
}

#[test]
fn the_fund_has_its_part_of_what_a_liquidator_earns_and_the_account_loses_no_more_for_it() {
    let quote = |liquidation_fee| {
        let mut settings = house_settings();
        settings.liquidation_fee = liquidation_fee;
        let mut failing = Failing::at(ClearingHouseFixture::with(1, settings, listing()), 40_000);
        failing.fail();
        failing.world.watch(420);
        let of = |failing: &Failing| {
            let keys = [
                failing.liquidator.account,
                failing.owner.account,
                failing.world.keys.insurance,
            ];
            keys.map(|key| failing.world.account(&key).cash as i64)
        };
        let before = of(&failing);
        let event = taken(&failing.take(WHOLE));
        failing.world.assert_sound();
        let after = of(&failing);
        (
            event,
            core::array::from_fn::<i64, 3, _>(|index| after[index] - before[index]),
        )
    };
    let ((free, without), (paid, with)) = (quote(0), quote(2_500));
    assert_eq!(
        (free.share, free.payment, free.discount),
        (paid.share, paid.payment, paid.discount)
    );
    assert!(free.discount > 100 * USD as i64);
    assert_eq!((free.fee, paid.fee), (0, free.discount as u64 / 4));
    let fee = paid.fee as i64;
    assert_eq!(with, [without[0] - fee, without[1], without[2] + fee]);
    // The limit is what it costs, fee and all.
    let mut settings = house_settings();
    settings.liquidation_fee = 2_500;
    let mut failing = Failing::at(ClearingHouseFixture::with(1, settings, listing()), 40_000);
    failing.fail();
    failing.world.watch(420);
    let terms = |max_payment| TakeTerms {
        share: WHOLE,
        max_payment,
    };
    let Failing {
        mut world,
        owner,
        liquidator,
        ..
    } = failing;
    let markets = world.market_keys();
    let mut offer = |max_payment| {
        let take = ix::liquidate(
            &world.keys,
            &parties(&liquidator, &owner),
            &markets,
            &terms(max_payment),
        );
        world.submit(take, &liquidator.user)
    };
    refused(offer(paid.payment + fee - 1), OptionsError::PaymentLimit);
    offer(paid.payment + fee).unwrap();
}

#[test]
fn who_takes_brings_cash_alone_and_names_a_limit() {
    let mut failing = Failing::new(40_000);
    failing.fail();
    failing.world.advance(60);
    refused(failing.take(0), OptionsError::BadShare);
    refused(failing.take(WHOLE + 1), OptionsError::BadShare);
    refused(failing.take(WHOLE / 1_000), OptionsError::BadShare);
    let Failing {
        mut world,
        owner,
        liquidator,
        key,
    } = failing;
    let markets = world.market_keys();
    // Who holds anything takes nothing.
    let maker = world.participant(1_000_000 * USD);
    let holder = world.participant(100_000 * USD);
    world.trade(&holder, &maker, &key, 10_000, 9_000).unwrap();
    refused(
        take(&mut world, &holder, &owner, &markets, WHOLE),
        OptionsError::TakerHolds,
    );
    let poor = world.participant(10 * USD);
    refused(
        take(&mut world, &poor, &owner, &markets, WHOLE),
        OptionsError::InitialMargin,
    );
    // To be rid of short calls the account pays: the liquidator asks for more than there is.
    let terms = TakeTerms {
        share: WHOLE,
        max_payment: -1_000_000 * USD as i64,
    };
    let greedy = ix::liquidate(&world.keys, &parties(&liquidator, &owner), &markets, &terms);
    refused(world.submit(greedy, &liquidator.user), OptionsError::PaymentLimit);
    let stranger = world.wallet(0);
    let mut foreign = ix::liquidate(&world.keys, &parties(&liquidator, &owner), &markets, &terms);
    foreign.accounts[0].pubkey = stranger.holder.key;
    refused(world.submit(foreign, &stranger), OptionsError::NotOwner);
    let none = take(&mut world, &liquidator, &owner, &[], WHOLE);
    refused(none, OptionsError::MarketMissing);
    let own = ix::liquidate(&world.keys, &parties(&owner, &owner), &markets, &terms);
    refused(world.submit(own, &owner.user), OptionsError::SameAccount);
    let insured = Member {
        user: liquidator.user,
        account: world.keys.insurance,
    };
    let of_fund = ix::liquidate(&world.keys, &parties(&holder, &insured), &markets, &terms);
    refused(world.submit(of_fund, &holder.user), OptionsError::IsInsurance);
    world.assert_sound();
}

#[test]
fn below_zero_the_fund_pays_who_takes_it_and_the_account_owes_that() {
    let mut failing = Failing::new(40_000);
    let giver = failing.world.wallet(60_000 * USD);
    let fund = ix::fund_insurance(
        &failing.world.keys,
        &giver.holder.key,
        &giver.holder.quote,
        50_000 * USD,
    );
    failing.world.submit(fund, &giver).unwrap();
    let mut price = 52_000;
    while price < 70_000 {
        price += 2_000;
        failing.world.move_to(&price.to_string());
    }
    failing.begin().unwrap();
    failing.world.watch(1_000);
    let event = taken(&failing.take(WHOLE / 2));
    assert!(event.before.cash + event.fair < 0, "{event:?}");
    assert_eq!((event.share, event.permitted), (WHOLE / 2, WHOLE));
    failing.world.assert_sound();
    // The rest, once the price is at its lowest: what it lacks, and the spread charge.
    failing.world.watch(900);
    let Failing {
        mut world, owner, key, ..
    } = failing;
    let (markets, second) = (world.market_keys(), world.participant(1_000_000 * USD));
    let before = world.account(&world.keys.insurance).cash;
    let event = taken(&take(&mut world, &second, &owner, &markets, WHOLE));
    let account = world.account(&owner.account);
    assert_eq!((account.cash, account.position_count), (0, 0));
    assert!(event.from_fund > 0 && account.debt >= event.from_fund);
    assert_eq!(before - world.account(&world.keys.insurance).cash, event.from_fund);
    assert_eq!(event.fund_cash, before - event.from_fund);
    assert!(world.held(&second.account, &key) < 0);
    // What its owner brings is the fund's first.
    let debt = account.debt;
    world.deposit(&owner, debt.min(1_000 * USD)).unwrap();
    assert_eq!(world.account(&owner.account).cash, 0);
    world.assert_sound();
}

#[test]
fn an_owner_moves_what_was_taken_to_their_own_account_and_nobody_else_does() {
    let mut failing = Failing::new(40_000);
    failing.fail();
    failing.world.advance(60);
    taken(&failing.take(WHOLE));
    let Failing {
        mut world,
        owner,
        liquidator,
        key,
    } = failing;
    let home = world.open(liquidator.user.again());
    world.deposit(&home, 400_000 * USD).unwrap();
    let markets = world.market_keys();
    let held = world.held(&liquidator.account, &key);
    let send = |world: &mut ClearingHouseFixture, from: &Member, to: &Member, quantity: i64| {
        let transfer = ix::transfer_position(&world.keys, &key, &parties(from, to), &markets, quantity);
        world.submit(transfer, &from.user)
    };
    refused(send(&mut world, &liquidator, &owner, held), OptionsError::NotOwner);
    refused(
        send(&mut world, &liquidator, &liquidator, held),
        OptionsError::SameAccount,
    );
    refused(send(&mut world, &liquidator, &home, held - 1), OptionsError::NoPosition);
    refused(send(&mut world, &liquidator, &home, 1), OptionsError::NoPosition);
    world.pass(1, 1);
    let bare = world.open(liquidator.user.again());
    refused(send(&mut world, &liquidator, &bare, held), OptionsError::InitialMargin);
    let open = world.series_account(&key).open_interest;
    send(&mut world, &liquidator, &home, -7).unwrap();
    send(&mut world, &liquidator, &home, held + 7).unwrap();
    assert_eq!(
        (world.held(&liquidator.account, &key), world.held(&home.account, &key)),
        (0, held)
    );
    assert_eq!(world.series_account(&key).open_interest, open);
    world.assert_sound();
    // What is long in one and short in the other is open no more.
    let maker = world.participant(1_000_000 * USD);
    world.trade(&liquidator, &maker, &key, UNIT, 9_000).unwrap();
    let open = world.series_account(&key).open_interest;
    send(&mut world, &liquidator, &home, UNIT).unwrap();
    let netted = held.unsigned_abs().min(UNIT as u64);
    assert_eq!(open - world.series_account(&key).open_interest, netted);
    world.assert_sound();
}
