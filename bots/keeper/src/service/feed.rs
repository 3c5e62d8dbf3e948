//! Which account the price is read from.

use super::lookup;
use super::memory::published;
use super::Shared;
use ballast_core_market::price_clock::MAX_PRINT_AGE_SECONDS;
use ballast_risk::state::{PriceSource, SourceKind};
use ballast_rpc::{Node, ServiceError};
use ballast_sdk::accounts::RawAccount;
use ballast_sdk::prices::local_price_account;
use ballast_sdk::snapshot::Snapshot;
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

/// Returns whether the published price is too old to be observed.
fn stale(snapshot: &Snapshot) -> bool {
    let limit = i64::from(MAX_PRINT_AGE_SECONDS);
    published(snapshot).is_none_or(|(time, _)| snapshot.clock.unix_timestamp.saturating_sub(time) > limit)
}

/// Moves to a fresher account of the same feed, if the one in use went stale and the operator did
/// not choose it.
pub async fn find_fresher(shared: &Shared) {
    let snapshot = shared.memory().snapshot();
    let Some(Ok((snapshot, _))) = snapshot else { return };
    let [source, _, _] = snapshot.risk_market.params.sources;
    if shared.feed_is_given || source.kind() != Some(SourceKind::PythPull) || !stale(&snapshot) {
        return;
    }
    let Ok(Some(key)) = freshest(&shared.node, &source).await else {
        return;
    };
    if key == snapshot.feeds.first {
        return;
    }
    tracing::info!(price_feed = %key, "the price account went stale; another one of the feed is fresher");
    shared.memory().feeds.first = key;
    shared.feed_moved.notify_one();
}
