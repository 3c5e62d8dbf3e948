//! Files as people have them, and the files that are made of them.
//!
//! | module | holds |
//! | --- | --- |
//! | [`decode`] | text out of any file: gzip, UTF-8 with or without a mark, UTF-16 |
//! | [`table`] | the one reader of tables: preamble, delimiter, header, rows with their lines |
//! | [`moment`] | the one reader of times |
//! | [`number`] | the one reader of numbers |
//! | [`name`] | names and fields that come from data |
//! | [`fault`] | a row that was left out, and why |
//! | [`output`] | the one guard for every file that is written |
//! | [`pipe`] | the end of a process whose reader has gone |
#![warn(missing_docs)]

pub mod decode;
pub mod fault;
pub mod moment;
pub mod name;
pub mod number;
pub mod output;
pub mod pipe;
pub mod table;
