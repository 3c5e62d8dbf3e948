//! The keeper, the feeder and `options` against nodes that misbehave, each in a process of its own.

mod children;
mod clients;
mod keeper;
mod states;
#[path = "../support/mod.rs"]
mod support;

use std::time::Duration;

/// Stands in every part of a URL that may be secret.
const MARK: &str = "MARKED-KEY-0123";
/// A test gives up after this; what it waits for takes a second or two.
const PATIENCE: Duration = Duration::from_secs(60);
