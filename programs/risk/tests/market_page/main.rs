//! `docs/reference/accounts-market.md` tells the layout of a market as it is compiled in: offsets,
//! sizes and types are read off the real structs, and every byte has to be told of.
//! `BALLAST_UPDATE=1` rewrites the page; otherwise it has to be true as it stands.
#![cfg(test)]
#![allow(clippy::arithmetic_side_effects)]

mod rows;
mod words;

use anchor_lang::Discriminator;
use ballast_core_types::I80F48;
use ballast_risk::state::{
    Fixed, Market, PriceSource, StoredBreakerSettings, StoredDeclaration, StoredSumsAt, StoredVenue, ThresholdSettings,
    UseSettings, VenueSource, MARKET_BYTES, MARKET_VERSION,
};
use bytemuck::Zeroable;
use rows::{table, Row};
use std::mem::offset_of;

/// Bytes before the struct in its account.
const BODY: usize = 8;

fn market_rows() -> Vec<Row> {
    let discriminator = Row {
        offset: 0,
        size: BODY,
        kind: "8 bytes".to_owned(),
        field: "discriminator",
        meaning: "The first of SHA-256 of `account:Market`",
    };
    std::iter::once(discriminator).chain(words::market(BODY)).collect()
}

fn page() -> String {
    let discriminator: Vec<String> = Market::DISCRIMINATOR.iter().map(|byte| format!("{byte:02x}")).collect();
    let at = |field: usize| (BODY + field).to_string();
    let mut page = words::HEAD
        .replace("{BYTES}", &MARKET_BYTES.to_string())
        .replace("{VERSION}", &MARKET_VERSION.to_string())
        .replace("{DISCRIMINATOR}", &discriminator.join(" "))
        .replace("{PRICE}", &at(offset_of!(Market, signals.price)))
        .replace("{FAST}", &at(offset_of!(Market, signals.fast_variance)))
        .replace("{OBSERVED}", &at(offset_of!(Market, signals.observed_at)))
        .replace("{LEVEL}", &at(offset_of!(Market, regime.level)))
        .replace("{HALF_HOURS}", &at(offset_of!(Market, averages.half_hours)))
        .replace("{TRIPPED}", &at(offset_of!(Market, breakers.tripped)));
    page += &table("Market", 0, &market_rows(), MARKET_BYTES);
    for (name, text, rows, size) in [
        (
            "PriceSource",
            words::PRICE_SOURCE,
            words::price_source(),
            size_of::<PriceSource>(),
        ),
        (
            "VenueSource",
            words::VENUE_SOURCE,
            words::venue_source(),
            size_of::<VenueSource>(),
        ),
        ("Use", words::USE, words::usage(), size_of::<UseSettings>()),
        (
            "Threshold",
            words::THRESHOLD,
            words::threshold(),
            size_of::<ThresholdSettings>(),
        ),
        (
            "Breaker",
            words::BREAKER,
            words::breaker(),
            size_of::<StoredBreakerSettings>(),
        ),
        ("Venue", words::VENUE, words::venue(), size_of::<StoredVenue>()),
        (
            "Declaration",
            words::DECLARATION,
            words::declaration(),
            size_of::<StoredDeclaration>(),
        ),
        ("SumsAt", words::SUMS_AT, words::sums_at(), size_of::<StoredSumsAt>()),
    ] {
        page += &format!("\n## {name}, {size} bytes\n\n{text}\n\n{}", table(name, 0, &rows, size));
    }
    page + words::TAIL
}

#[test]
fn the_page_tells_the_layout() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/accounts-market.md");
    let page = page();
    if std::env::var_os("BALLAST_UPDATE").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    assert_eq!(
        std::fs::read_to_string(&path).unwrap_or_default(),
        page,
        "run: BALLAST_UPDATE=1 cargo test -p ballast-risk --test market_page"
    );
}

/// What a reader in another language does with the page, and with nothing else: bytes at an offset,
/// as the unit says.
#[test]
fn a_reader_with_the_page_alone_gets_what_was_written() {
    let mut market = Market::zeroed();
    market.version = MARKET_VERSION;
    market.signals.price = Fixed::from(I80F48::lit("43210.5"));
    market.signals.fast_variance = 3 << 38;
    market.signals.observed_at = -5;
    market.signals.jump = -(5 << 27);
    market.regime.level = 2;
    market.breakers.tripped = 0b101;
    market.venues[1].cost = 77;
    let account = [Market::DISCRIMINATOR, bytemuck::bytes_of(&market)].concat();
    assert_eq!(account.len(), MARKET_BYTES);
    assert_eq!(Market::in_place(&account).unwrap().signals, market.signals);
    let rows = market_rows();
    let bytes = |field: &str| {
        let row = rows.iter().find(|row| row.field == field).unwrap();
        &account[row.offset..row.offset + row.size]
    };
    let u32_of = |bytes: &[u8]| u32::from_le_bytes(bytes.try_into().unwrap());
    let i64_of = |bytes: &[u8]| i64::from_le_bytes(bytes.try_into().unwrap());
    let fixed = |bytes: &[u8]| i128::from_le_bytes(bytes.try_into().unwrap()) as f64 / 2f64.powi(48);
    assert_eq!(bytes("version"), [MARKET_VERSION]);
    assert_eq!(fixed(bytes("signals.price")), 43_210.5);
    assert_eq!(i64_of(bytes("signals.fast_variance")) as f64 / 2f64.powi(40), 0.75);
    assert_eq!(i64_of(bytes("signals.observed_at")), -5);
    assert_eq!(f64::from(u32_of(bytes("signals.jump")) as i32) / 2f64.powi(28), -2.5);
    assert_eq!(u32_of(bytes("regime.level")), 2);
    assert_eq!(u32_of(bytes("breakers.tripped")), 0b101);
    let venues = bytes("venues");
    assert_eq!(i64_of(&venues[venues.len() / 2..][..8]), 77);
}

#[test]
fn a_fixed_number_of_the_page_is_the_program_s() {
    for (text, bytes) in [
        ("1", "00000000000001000000000000000000"),
        ("-0.5", "000000000080ffffffffffffffffffff"),
    ] {
        let got: String = Fixed::from(text.parse::<I80F48>().unwrap())
            .bits
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        assert_eq!(got, bytes, "{text}");
        assert!(words::HEAD.contains(bytes), "{text}");
    }
}
