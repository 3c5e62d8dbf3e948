//! Markets as the risk engine is told of them.

pub mod markets;
