//! What a transaction was refused by, or announced.

use crate::world::Sent;
use anchor_lang::{AnchorDeserialize, Discriminator};
use ballast_options::OptionsError;
use base64::prelude::{Engine, BASE64_STANDARD};

/// Panics, with the logs, unless the program refused by this rule.
#[track_caller]
pub fn refused(sent: Sent, rule: OptionsError) {
    refused_by_name(sent, &rule.name());
}

/// Does the same for a rule of any program: numbers of two programs may be the same, names are not.
#[track_caller]
pub fn refused_by_name(sent: Sent, name: &str) {
    let failed = sent.expect_err("it should have been refused");
    let named = format!("Error Code: {name}.");
    let found = failed.meta.logs.iter().any(|line| line.contains(&named));
    assert!(found, "wanted {name}, got {:?}: {:#?}", failed.err, failed.meta.logs);
}

/// Returns what a transaction announced, of one type.
#[track_caller]
pub fn events<T: AnchorDeserialize + Discriminator>(sent: &Sent) -> Vec<T> {
    let logs = &sent.as_ref().expect("a success").logs;
    let data = logs.iter().filter_map(|line| line.strip_prefix("Program data: "));
    let data = data.map(|text| BASE64_STANDARD.decode(text).expect("base64"));
    data.filter_map(|bytes| T::deserialize(&mut bytes.strip_prefix(T::DISCRIMINATOR)?).ok())
        .collect()
}
