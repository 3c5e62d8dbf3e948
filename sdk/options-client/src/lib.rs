//! The clearing house as a member sees it: its accounts in words, quotes as files, trading on them,
//! what positions are worth, and a hedge at the reference venue. The command line, the maker and
//! the demo do the same things by it.

pub mod client;
pub mod name;
pub mod offer;
pub mod perp;
pub mod quote_file;
pub mod rfq;
pub mod rules;
pub mod taking;
pub mod value;

pub(crate) use ballast_rpc::amount;
