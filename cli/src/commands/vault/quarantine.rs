//! A venue's time in quarantine, as commands show it.

use super::client::{stretch, VaultClient};
use ballast_sdk::snapshot::Snapshot;
use serde::Serialize;

/// The time in quarantine of the venue of a leg. Amounts are base units.
#[derive(Debug, Serialize)]
pub struct Quarantine {
    /// The leg, by its place in the vault.
    leg: usize,
    /// The leg's market.
    market: String,
    /// Seconds since it began.
    age: i64,
    /// Seconds for which the venue has been sound.
    sound: u32,
    /// What has come back.
    returned: u64,
    /// Shares burnt meanwhile, which have a right in it.
    burnt_shares: u64,
    /// What is kept for those, of this and of earlier times.
    set_aside: u64,
    /// Low value of what is still there, if that can be told.
    value: Option<u64>,
}

impl Quarantine {
    /// Returns those of a vault's venues that are in quarantine.
    pub fn all(snapshot: &Snapshot) -> Vec<Self> {
        let legs = snapshot.state.legs();
        legs.filter_map(|(leg, market)| Self::of(snapshot, leg, market))
            .collect()
    }

    fn of(snapshot: &Snapshot, leg: usize, market: usize) -> Option<Self> {
        let case = snapshot.state.cases.of(leg)?;
        Some(Self {
            leg,
            market: snapshot.market(market)?.name(),
            age: snapshot.clock.unix_timestamp.saturating_sub(case.started_at?.0),
            sound: case.sound.seconds().unwrap_or(0),
            returned: case.returned,
            burnt_shares: case.burnt.0,
            set_aside: snapshot.state.ledger.set_aside,
            value: snapshot.at_venue_low(leg),
        })
    }

    /// Returns it in words.
    pub fn text(&self, client: &VaultClient, legs: usize) -> String {
        let of = if legs > 1 {
            format!(" of leg {}, on {}", self.leg, self.market)
        } else {
            String::new()
        };
        let value = match self.value {
            Some(value) => client.brief(value),
            None => "what cannot be told".to_owned(),
        };
        format!(
            "quarantine the venue{of}, for {}: it counts at nothing and holds {value}; sound for {}, {} came back;\n           \
             {} shares that left meanwhile have a right in it, {} of it set aside",
            stretch(self.age),
            stretch(i64::from(self.sound)),
            client.brief(self.returned),
            client.brief(self.burnt_shares),
            client.brief(self.set_aside)
        )
    }
}
