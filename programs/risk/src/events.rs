//! What the risk program announces: inputs, before and after, so that anyone can replay a decision.

use crate::state::{Fixed, MarketParams, StoredSignals, StoredSlice};
use anchor_lang::prelude::*;
use anchor_lang::solana_program::log::sol_log_data;
use anchor_lang::{Discriminator, Event};
use bytemuck::{Pod, Zeroable};

/// Announces an event whose bytes in memory are its Borsh encoding: little-endian, fixed-size, and
/// without padding, which [`Pod`] demands.
pub fn announce_plain<E: Event + Discriminator + Pod>(event: &E) {
    sol_log_data(&[&[E::DISCRIMINATOR, bytemuck::bytes_of(event)].concat()]);
}

/// A market was created.
#[event]
pub struct MarketCreated {
    /// The market.
    pub market: Pubkey,
    /// Who created it.
    pub creator: Pubkey,
    /// Variance a year that its estimates start from.
    pub initial_variance: Fixed,
    /// The largest log move of a day that it begins with.
    pub worst_day: Fixed,
    /// Its parameters.
    pub params: MarketParams,
}

/// A market was observed: what was seen, and what it remembers before and after.
///
/// Its fields lie in memory as Borsh writes them, so that it is announced without being encoded
/// ([`announce_plain`]).
#[event]
#[derive(Clone, Copy, Pod, Zeroable)]
#[repr(C)]
pub struct Observed {
    /// The market.
    pub market: Pubkey,
    /// When the price was published, unix seconds.
    pub publish_time: i64,
    /// Chain time of the observation, unix seconds.
    pub observed_at: i64,
    /// The price that is kept.
    pub price: Fixed,
    /// Its confidence as a share of it.
    pub confidence: Fixed,
    /// The second source's last price that was taken in; zero before the first.
    pub second_price: Fixed,
    /// Least quoted cost of the standard size, billionths; zero if no venue quoted it.
    pub trading_cost: u64,
    /// Implied volatility as last published, basis points.
    pub implied_volatility: u32,
    /// What this observation took in: 1 the second source, 2 a quoted cost of trading, 4 the price,
    /// 8 the quote token's price.
    pub seen: u32,
    /// One more than the quote token's distance from par, basis points; zero before its first
    /// price.
    pub quote_off_par: u32,
    /// One more than the distance of the last close pair of both sources, basis points; zero before
    /// the first.
    pub pair_divergence: u32,
    /// Signals before.
    pub before: StoredSignals,
    /// Signals after.
    pub after: StoredSignals,
    /// Regime before: 0 Calm … 3 Crisis.
    pub regime_before: u32,
    /// Regime after.
    pub regime: u32,
    /// Breakers that were active before, a bit for each.
    pub breakers_before: u32,
    /// Breakers that are active.
    pub breakers: u32,
}

/// A source was declared silent.
#[event]
pub struct SilenceDeclared {
    /// The market.
    pub market: Pubkey,
    /// 0 the first source, 1 the second.
    pub source: u8,
    /// Chain time, unix seconds.
    pub at: i64,
    /// Slot.
    pub slot: u64,
    /// When its last print was published, unix seconds; the smallest i64 if it never was.
    pub last_publish_time: i64,
}

/// A market was given a volatility surface.
#[event]
pub struct SurfaceCreated {
    /// The market.
    pub market: Pubkey,
    /// The surface.
    pub surface: Pubkey,
    /// Who names its feeders and expiries.
    pub authority: Pubkey,
}

/// Feeders were proposed for a surface, or a proposal was taken back.
#[event]
pub struct FeedersProposed {
    /// The surface.
    pub surface: Pubkey,
    /// The feeders; none if a proposal was taken back.
    pub feeders: Vec<Pubkey>,
    /// Submissions a publication will take.
    pub required: u8,
    /// When they may be put in force, unix seconds.
    pub since: i64,
}

/// Proposed feeders were put in force.
#[event]
pub struct FeedersApplied {
    /// The surface.
    pub surface: Pubkey,
    /// Feeders before.
    pub feeders_before: Vec<Pubkey>,
    /// Submissions a publication took before.
    pub required_before: u32,
    /// Feeders.
    pub feeders: Vec<Pubkey>,
    /// Submissions a publication takes.
    pub required: u32,
}

/// The expiries of a surface were listed.
#[event]
pub struct GridSet {
    /// The surface.
    pub surface: Pubkey,
    /// Before, unix seconds.
    pub before: Vec<i64>,
    /// Now, unix seconds.
    pub after: Vec<i64>,
}

/// A feeder said what the surface is.
#[event]
pub struct SurfaceSubmitted {
    /// The surface.
    pub surface: Pubkey,
    /// The feeder.
    pub feeder: Pubkey,
    /// Chain time, unix seconds.
    pub submitted_at: i64,
    /// What it said.
    pub slices: Vec<StoredSlice>,
}

/// A feeder took its account back.
#[event]
pub struct SubmissionClosed {
    /// The surface.
    pub surface: Pubkey,
    /// The feeder.
    pub feeder: Pubkey,
}

/// A surface was published.
#[event]
pub struct SurfacePublished {
    /// The surface.
    pub surface: Pubkey,
    /// Chain time, unix seconds.
    pub published_at: i64,
    /// When it was published before, unix seconds; zero if never.
    pub published_before: i64,
    /// Whose submissions were fresh: a bit for each feeder, in their order.
    pub fresh: u32,
    /// Slices that are still on their way to the medians.
    pub limited: u8,
    /// Slices that were moved to have no arbitrage.
    pub lifted: u8,
    /// ln σ at the money that the average goes on with, 32 fraction bits.
    pub average_level: i64,
    /// Slices before.
    pub before: Vec<StoredSlice>,
    /// Slices after.
    pub after: Vec<StoredSlice>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_observation_lies_in_memory_as_borsh_writes_it() {
        let mut bytes = vec![0u8; size_of::<Observed>()];
        for (index, byte) in bytes.iter_mut().enumerate() {
            *byte = (index * 7 % 251) as u8;
        }
        let event: Observed = bytemuck::pod_read_unaligned(&bytes);
        assert_eq!(event.data(), [Observed::DISCRIMINATOR, &bytes].concat());
    }
}
