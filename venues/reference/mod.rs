//! The reference venue of local networks, `programs/reference-venue`.

mod reader;

pub use reader::*;
