//! Accounts that are found by what they hold, not by their address.

use anchor_lang::Discriminator;
use ballast_rpc::{Node, NodeError};
use ballast_sdk::accounts::RawAccount;
use ballast_sdk::Pubkey;
use ballast_vault::state::Ticket;
use solana_rpc_client_api::filter::{Memcmp, RpcFilterType};

/// Where a ticket names its vault: after the discriminator, the version and the bump.
const TICKET_VAULT_AT: usize = 16;
/// Where a fully verified price update names its feed: after the discriminator, the write authority
/// and the one-byte level.
const PRICE_FEED_ID_AT: usize = 41;

/// Returns the vault's open tickets.
///
/// # Errors
/// [`NodeError`].
pub async fn tickets(node: &Node, vault: &Pubkey) -> Result<Vec<Ticket>, NodeError> {
    let filters = vec![
        memcmp(0, Ticket::DISCRIMINATOR),
        memcmp(TICKET_VAULT_AT, vault.as_ref()),
    ];
    let found = node.program_accounts(&ballast_vault::ID, filters).await?;
    Ok(found.iter().filter_map(|account| account.ticket().ok()).collect())
}

/// Returns the price updates of a feed that `owner` holds.
///
/// # Errors
/// [`NodeError`].
pub async fn price_accounts(node: &Node, owner: &Pubkey, feed: &[u8; 32]) -> Result<Vec<RawAccount>, NodeError> {
    node.program_accounts(owner, vec![memcmp(PRICE_FEED_ID_AT, feed)]).await
}

fn memcmp(offset: usize, bytes: &[u8]) -> RpcFilterType {
    RpcFilterType::Memcmp(Memcmp::new_base58_encoded(offset, bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ballast_vault::state::StoredTicket;

    #[test]
    fn the_layouts_that_filters_rely_on_are_these() {
        use anchor_lang::AccountSerialize;
        let vault = Pubkey::new_unique();
        let stored = StoredTicket {
            opened_by: Pubkey::default(),
            version: 1,
            bump: 2,
            redemption: 1,
            any_price: 1,
            padding: [0; 4],
            vault,
            holder: Pubkey::new_unique(),
            number: 3,
            batch: 4,
            amount: 5,
            claimed: 0,
            requested_at: 0,
            pay_to: vault,
            return_to: vault,
        };
        let mut bytes = Vec::new();
        Ticket { stored }.try_serialize(&mut bytes).unwrap();
        assert_eq!(bytes[TICKET_VAULT_AT..TICKET_VAULT_AT + 32], vault.to_bytes());

        let publication = ballast_sdk::prices::Publication {
            feed_id: [9; 32],
            price: 1,
            confidence: 1,
            exponent: 0,
            publish_time: 1,
            slot: 1,
        };
        let account = ballast_sdk::prices::pull_account(vault, &publication);
        assert_eq!(account.data[PRICE_FEED_ID_AT..PRICE_FEED_ID_AT + 32], [9; 32]);
    }
}
