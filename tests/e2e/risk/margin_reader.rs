//! The example that asks the risk engine by CPI: what a caller gets, and what it must not take.

use anchor_lang::error::ErrorCode;
use anchor_lang::prelude::{AccountMeta, Pubkey};
use anchor_lang::{AnchorDeserialize, InstructionData};
use ballast_margin_reader::ReaderError;
use ballast_risk::errors::RiskError;
use ballast_risk::AssessArgs;
use ballast_sdk::assess::{self, BookPosition, Freshness, PositionKind};
use ballast_sdk::Instruction;
use ballast_testkit::margin::{in_days, mixed_book, FRESH};
use ballast_testkit::world::program_path;
use ballast_testkit::{error_code, MarginFixture};

fn fixture(markets: usize) -> MarginFixture {
    let mut fixture = MarginFixture::new(markets);
    let file = program_path("margin_reader");
    fixture
        .svm
        .add_program_from_file(ballast_margin_reader::ID, file)
        .expect("compiled programs: run ./ballast build first");
    fixture
}

/// `check`, with `engine` in the risk program's place.
fn check(
    fixture: &MarginFixture,
    engine: Pubkey,
    collateral: u64,
    book: &[BookPosition],
    freshness: Freshness,
) -> Instruction {
    let asked = assess::assess(&fixture.accounts(), book, freshness).unwrap();
    let question = AssessArgs::try_from_slice(&asked.data[8..]).unwrap();
    let mut accounts = vec![AccountMeta::new_readonly(engine, false)];
    accounts.extend(asked.accounts);
    Instruction {
        program_id: ballast_margin_reader::ID,
        accounts,
        data: ballast_margin_reader::instruction::Check { collateral, question }.data(),
    }
}

/// Returns a call written for a tenth of a bitcoin, and so much of a future.
fn written_call(fixture: &MarginFixture) -> [BookPosition; 2] {
    let position = |kind, lots| BookPosition {
        market: fixture.markets[0].accounts.market,
        kind,
        lots,
    };
    let strike = assess::decimal("55000").unwrap();
    let entry = Some(assess::decimal("50000").unwrap());
    [
        position(
            PositionKind::Call {
                strike,
                expiry: in_days(30),
            },
            -100_000,
        ),
        position(PositionKind::Linear { entry }, 20_000),
    ]
}

#[test]
fn enough_collateral_passes_and_a_unit_less_does_not() {
    let mut fixture = fixture(1);
    let book = written_call(&fixture);
    let answer = fixture.answer(&book);
    assert!(answer.value < 0 && answer.initial_margin > 0);
    let need = u64::try_from(answer.initial_margin - answer.value).unwrap();
    let before = fixture.fingerprint();
    let sent = fixture
        .submit(check(&fixture, ballast_risk::ID, need, &book, FRESH))
        .expect("enough");
    assert_eq!(sent.return_data.program_id, ballast_margin_reader::ID);
    assert_eq!(sent.return_data.data, answer.initial_margin.to_le_bytes());
    assert!(sent
        .logs
        .iter()
        .any(|line| line.contains(&format!("initial margin {}", answer.initial_margin))));
    for collateral in [0, need / 2, need - 1] {
        let refused = fixture.submit(check(&fixture, ballast_risk::ID, collateral, &book, FRESH));
        assert_eq!(error_code(&refused), u32::from(ReaderError::TooLittle), "{collateral}");
    }
    assert!(fixture
        .submit(check(&fixture, ballast_risk::ID, u64::MAX, &book, FRESH))
        .is_ok());
    assert_eq!(fixture.fingerprint(), before);
}

#[test]
fn an_engine_of_the_callers_own_is_refused() {
    let mut fixture = fixture(1);
    let book = written_call(&fixture);
    for other in [
        ballast_reference_venue::ID,
        ballast_margin_reader::ID,
        fixture.markets[0].accounts.market,
    ] {
        let refused = fixture.submit(check(&fixture, other, u64::MAX, &book, FRESH));
        assert_eq!(error_code(&refused), u32::from(ErrorCode::InvalidProgramId), "{other}");
    }
}

#[test]
fn the_engines_own_refusals_end_the_callers_transaction() {
    let mut fixture = fixture(2);
    let book = mixed_book(&fixture, 4, true);
    fixture.pass(10, 20);
    let impatient = Freshness {
        price_seconds: 9,
        ..FRESH
    };
    let refused = fixture.submit(check(&fixture, ballast_risk::ID, u64::MAX, &book, impatient));
    assert_eq!(error_code(&refused), u32::from(RiskError::AssessPriceTooOld));
    let mut instruction = check(&fixture, ballast_risk::ID, u64::MAX, &book, FRESH);
    instruction.accounts.pop();
    assert_eq!(
        error_code(&fixture.submit(instruction)),
        u32::from(RiskError::AssessAccounts)
    );
    assert!(fixture
        .submit(check(&fixture, ballast_risk::ID, u64::MAX, &book, FRESH))
        .is_ok());
}

/// `docs/reference/assess.md` states what asking through a program costs more than asking oneself.
#[test]
fn asking_through_a_program_costs_this_much_more() {
    for (legs, markets, most) in [(1, 1, 6_000), (16, 1, 11_500), (8, 4, 13_000)] {
        let mut fixture = fixture(markets);
        let book = mixed_book(&fixture, legs, false);
        let direct = fixture.ask(&book).unwrap().compute_units_consumed;
        let through = fixture
            .submit(check(&fixture, ballast_risk::ID, u64::MAX, &book, FRESH))
            .unwrap();
        let more = through.compute_units_consumed - direct;
        println!("{legs} legs, {markets} markets: {direct} direct, {more} more through a program");
        assert!(more <= most, "{legs} legs: {more}");
    }
}
