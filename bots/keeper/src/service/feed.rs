//! Which account the price is read from.

use super::lookup;
use super::Shared;
use ballast_core_market::price_clock::MAX_PRINT_AGE_SECONDS;
use ballast_risk::state::{PriceSource, SourceKind};
use ballast_rpc::{Node, ServiceError};
use ballast_sdk::accounts::RawAccount;
use ballast_sdk::prices::local_price_account;
use ballast_sdk::snapshot::SnapshotMarket;
use ballast_sdk::Pubkey;
use pyth_solana_receiver_sdk::price_update::{PriceUpdateV2, VerificationLevel};

/// Returns the price account of a source:
/// * of the formats with one account for each feed, that one;
/// * of a pull source, the local networks' account if it exists, otherwise the newest fully
///   verified update of the feed.
///
/// # Errors
/// [`ServiceError::Config`] if there is none, [`ServiceError::Node`].
pub async fn find(node: &Node, source: &PriceSource) -> Result<Pubkey, ServiceError> {
    if source.kind() != Some(SourceKind::PythPull) {
        return Ok(Pubkey::from(source.feed));
    }
    let local = local_price_account(&source.feed);
    let found = node.accounts(&[local]).await?;
    if found
        .into_iter()
        .flatten()
        .any(|seen| publish_time(source, &seen.account).is_some())
    {
        return Ok(local);
    }
    freshest(node, source).await?.ok_or_else(|| {
        ServiceError::Config(format!(
            "no price account of {} holds this market's feed; have the price posted, or give --price-feed",
            source.owner
        ))
    })
}

async fn freshest(node: &Node, source: &PriceSource) -> Result<Option<Pubkey>, ServiceError> {
    let found = lookup::price_accounts(node, &source.owner, &source.feed).await?;
    let timed = found
        .iter()
        .filter_map(|account| Some((publish_time(source, account)?, account.key)));
    Ok(timed.max().map(|(_, key)| key))
}

/// Returns when a pull update was published, if it is one of this source.
fn publish_time(source: &PriceSource, account: &RawAccount) -> Option<i64> {
    use anchor_lang::AccountDeserialize;
    let update = PriceUpdateV2::try_deserialize(&mut account.data.as_slice()).ok()?;
    let ours = account.owner == source.owner
        && update.verification_level == VerificationLevel::Full
        && update.price_message.feed_id == source.feed;
    ours.then_some(update.price_message.publish_time)
}

/// Returns whether the published price of a market is too old to be observed.
fn stale(market: &SnapshotMarket, now: i64) -> bool {
    let limit = i64::from(MAX_PRINT_AGE_SECONDS);
    let raw = market.raw_price();
    raw.is_none_or(|raw| now.saturating_sub(raw.publish_time) > limit)
}

/// Moves to a fresher account of the same feed, for each market whose account in use went stale.
/// One that the operator chose, which is the first market's, stays.
pub async fn find_fresher(shared: &Shared) {
    let snapshot = shared.memory().snapshot();
    let Some(Ok((snapshot, _))) = snapshot else { return };
    for (place, market) in snapshot.markets().enumerate() {
        let [source, _, _] = market.stored.params.sources;
        let is_given = shared.feed_is_given && place == 0;
        let is_stale = stale(market, snapshot.clock.unix_timestamp);
        if is_given || source.kind() != Some(SourceKind::PythPull) || !is_stale {
            continue;
        }
        let Ok(Some(key)) = freshest(&shared.node, &source).await else {
            continue;
        };
        if key == market.feeds.first {
            continue;
        }
        tracing::info!(price_feed = %key, "the price account went stale; another one of the feed is fresher");
        if let Some(feeds) = shared.memory().feeds.get_mut(place) {
            feeds.first = key;
        }
        shared.feed_moved.notify_one();
    }
}
