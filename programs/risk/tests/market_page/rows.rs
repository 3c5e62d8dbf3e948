//! Rows of a layout table, read off the real structs.

use anchor_lang::prelude::Pubkey;
use ballast_risk::state::{
    Fixed, PriceSource, StoredBreakerSettings, StoredDeclaration, StoredSumsAt, StoredVenue, ThresholdSettings,
    UseSettings, VenueSource,
};

/// What a field's type is called in the page.
pub trait Told {
    /// Such as `u64`.
    fn told() -> String;
}

macro_rules! told {
    ($($field:ty => $name:literal),* $(,)?) => {
        $(impl Told for $field {
            fn told() -> String {
                $name.to_owned()
            }
        })*
    };
}

told! {
    u8 => "u8", u32 => "u32", i32 => "i32", u64 => "u64", i64 => "i64", Fixed => "Fixed", Pubkey => "32 bytes",
    PriceSource => "PriceSource", VenueSource => "VenueSource", UseSettings => "Use", ThresholdSettings => "Threshold",
    StoredBreakerSettings => "Breaker", StoredVenue => "Venue",
    StoredDeclaration => "Declaration", StoredSumsAt => "SumsAt",
}

impl<T: Told, const N: usize> Told for [T; N] {
    fn told() -> String {
        match T::told().as_str() {
            "u8" => format!("{N} bytes"),
            name => format!("{N} × {name}"),
        }
    }
}

/// One field.
pub struct Row {
    pub offset: usize,
    pub size: usize,
    pub kind: String,
    pub field: &'static str,
    pub meaning: &'static str,
}

/// Returns a row whose type and size are those of the field that `_of` picks, so that neither can
/// be written down wrongly.
pub fn row<S, F: Told>(offset: usize, _of: fn(&S) -> &F, field: &'static str, meaning: &'static str) -> Row {
    Row {
        offset,
        size: size_of::<F>(),
        kind: F::told(),
        field,
        meaning,
    }
}

/// The rows of a struct that begins `$base` bytes into what is described: `field.of.field =>
/// "meaning"`.
#[macro_export]
macro_rules! rows {
    ($base:expr, $of:ty, { $($($part:ident).+ => $meaning:expr),* $(,)? }) => {
        vec![$($crate::rows::row::<$of, _>(
            $base + std::mem::offset_of!($of, $($part).+),
            |of| &of.$($part).+,
            stringify!($($part).+),
            $meaning,
        )),*]
    };
}

/// Returns the table, and where it ends. Every byte has to be told of: a field that is left out is
/// a gap.
pub fn table(name: &str, begins: usize, rows: &[Row], ends: usize) -> String {
    let mut text = String::from("| Offset | Type | Field | Meaning |\n|---:|---|---|---|\n");
    let mut at = begins;
    for row in rows {
        assert_eq!(row.offset, at, "{name}: `{}` leaves a gap or overlaps", row.field);
        at = row.offset + row.size;
        text += &format!(
            "| {} | {} | `{}` | {} |\n",
            row.offset, row.kind, row.field, row.meaning
        );
    }
    assert_eq!(at, ends, "{name}: bytes at its end that nothing tells of");
    text
}
