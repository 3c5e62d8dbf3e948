//! What long-running processes share.
//!
//! | module | holds |
//! | --- | --- |
//! | [`settings`] | flags over environment over a TOML file |
//! | [`metric`] | metrics by name, with their help: the same table for the exporter and the docs |
//! | [`nodes`] | metrics of nodes |
//! | [`process`] | the beginning and the end of a process |
//! | [`checks`] | what `--check` prints |
//! | [`server`] | small requests over HTTP |
//! | [`http`] | `/metrics`, `/health`, `/ready` |
#![forbid(unsafe_code)]

pub mod checks;
pub mod http;
pub mod metric;
pub mod nodes;
pub mod process;
pub mod server;
pub mod settings;
