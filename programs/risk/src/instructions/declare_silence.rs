//! `declare_silence`: a source gives nothing any more, says anyone, and any observation of it says
//! otherwise.

use crate::errors::RiskError;
use crate::events::SilenceDeclared;
use crate::read;
use crate::state::{Market, StoredDeclaration};
use anchor_lang::prelude::*;
use ballast_core_market::price_clock::Source;

/// A source, as instructions name it.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub enum SourceName {
    /// The one that makes the price.
    First,
    /// The one that confirms it.
    Second,
}

impl From<SourceName> for Source {
    fn from(name: SourceName) -> Self {
        match name {
            SourceName::First => Self::First,
            SourceName::Second => Self::Second,
        }
    }
}

impl From<Source> for SourceName {
    fn from(source: Source) -> Self {
        match source {
            Source::First => Self::First,
            Source::Second => Self::Second,
        }
    }
}

/// Accounts of `declare_silence`. Permissionless.
#[derive(Accounts)]
pub struct DeclareSilence<'info> {
    /// The market.
    #[account(mut)]
    pub market: AccountLoader<'info, Market>,
}

pub(crate) fn handler(ctx: Context<DeclareSilence>, source: SourceName) -> Result<()> {
    let clock = Clock::get()?;
    let key = ctx.accounts.market.key();
    let mut market = ctx.accounts.market.load_mut()?;
    let view = market.view()?;
    let which = Source::from(source);
    let declared = view.declare(which, read::now(&clock)).map_err(RiskError::from)?;
    *which.of(market.silence.each_mut()) = StoredDeclaration::from(Some(declared));
    emit!(SilenceDeclared {
        market: key,
        source: source as u8,
        at: declared.at,
        slot: declared.slot,
        last_publish_time: which.of([
            market.signals.publish_time,
            market.second.get().map_or(i64::MIN, |second| second.publish_time),
        ]),
    });
    Ok(())
}
