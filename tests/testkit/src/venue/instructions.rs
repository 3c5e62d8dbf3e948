//! The reference venue's instructions, each sent by whoever may.

use super::{VenueFixture, VenueUser};
use crate::fixed;
use crate::world::Sent;
use anchor_lang::solana_program::instruction::Instruction;
use anchor_lang::{InstructionData, ToAccountMetas};
use ballast_reference_venue::state::{Faults, MarketParams};
use ballast_reference_venue::{accounts, instruction, OrderArgs};
use solana_keypair::Keypair;
use solana_signer::Signer;

impl VenueFixture {
    /// Sends `create_market`.
    pub fn create_market(&mut self, params: MarketParams) -> Sent {
        let authority = self.authority.insecure_clone();
        self.call(
            accounts::CreateMarket {
                payer: self.admin.pubkey(),
                authority: authority.pubkey(),
                risk_market: self.risk_market,
                quote_mint: self.quote_mint,
                market: self.venue_market,
                vault: self.venue_vault,
                token_program: anchor_spl::token::ID,
                system_program: anchor_lang::system_program::ID,
            },
            instruction::CreateMarket { params },
            &[&authority],
        )
    }

    /// Sends `create_trader` for somebody.
    pub fn open(&mut self, user: &VenueUser) -> Sent {
        let metas = accounts::CreateTrader {
            payer: self.admin.pubkey(),
            owner: user.owner.pubkey(),
            market: self.venue_market,
            trader: user.trader,
            system_program: anchor_lang::system_program::ID,
        };
        self.call(metas, instruction::CreateTrader {}, &[])
    }

    /// Sends `deposit`.
    pub fn deposit(&mut self, user: &VenueUser, amount: u64) -> Sent {
        let metas = accounts::Deposit {
            depositor: user.owner.pubkey(),
            market: self.venue_market,
            trader: user.trader,
            source: user.tokens,
            vault: self.venue_vault,
            token_program: anchor_spl::token::ID,
        };
        self.call(metas, instruction::Deposit { amount }, &[&user.owner])
    }

    /// Returns the accounts of a withdrawal.
    pub fn withdrawing(&self, user: &VenueUser) -> accounts::Withdraw {
        accounts::Withdraw {
            owner: user.owner.pubkey(),
            market: self.venue_market,
            trader: user.trader,
            vault: self.venue_vault,
            destination: user.tokens,
            risk_market: self.risk_market,
            token_program: anchor_spl::token::ID,
        }
    }

    /// Sends `withdraw`.
    pub fn withdraw(&mut self, user: &VenueUser, amount: u64) -> Sent {
        let metas = self.withdrawing(user);
        self.call(metas, instruction::Withdraw { amount }, &[&user.owner])
    }

    /// Sends `collect_withdrawal`.
    pub fn collect(&mut self, user: &VenueUser) -> Sent {
        let metas = accounts::CollectWithdrawal {
            owner: user.owner.pubkey(),
            market: self.venue_market,
            trader: user.trader,
            vault: self.venue_vault,
            destination: user.tokens,
            token_program: anchor_spl::token::ID,
        };
        self.call(metas, instruction::CollectWithdrawal {}, &[&user.owner])
    }

    /// Returns the accounts of an order.
    pub fn ordering(&self, user: &VenueUser) -> accounts::PlaceOrder {
        accounts::PlaceOrder {
            owner: user.owner.pubkey(),
            market: self.venue_market,
            trader: user.trader,
            risk_market: self.risk_market,
        }
    }

    /// Sends `place_order` at any price.
    pub fn order(&mut self, user: &VenueUser, lots: i64) -> Sent {
        let limit = if lots > 0 { "1000000" } else { "0.0001" };
        self.order_at(user, lots, limit, false)
    }

    /// Sends `place_order`.
    pub fn order_at(&mut self, user: &VenueUser, lots: i64, limit: &str, reduce_only: bool) -> Sent {
        let order = OrderArgs {
            lots,
            limit_price: fixed(limit),
            reduce_only,
        };
        let metas = self.ordering(user);
        self.call(metas, instruction::PlaceOrder { order }, &[&user.owner])
    }

    /// Sends `fulfil`, as anyone may.
    pub fn fulfil(&mut self, user: &VenueUser) -> Sent {
        let metas = accounts::Fulfil {
            market: self.venue_market,
            trader: user.trader,
            risk_market: self.risk_market,
        };
        self.call(metas, instruction::Fulfil {}, &[])
    }

    /// Sends `cancel_pending`.
    pub fn cancel(&mut self, by: &Keypair, user: &VenueUser) -> Sent {
        let metas = accounts::CancelPending {
            canceller: by.pubkey(),
            market: self.venue_market,
            trader: user.trader,
        };
        self.call(metas, instruction::CancelPending {}, &[by])
    }

    /// Sends `liquidate`.
    pub fn liquidate(&mut self, by: &VenueUser, user: &VenueUser) -> Sent {
        let metas = accounts::Liquidate {
            liquidator: by.owner.pubkey(),
            market: self.venue_market,
            trader: user.trader,
            vault: self.venue_vault,
            destination: by.tokens,
            risk_market: self.risk_market,
            token_program: anchor_spl::token::ID,
        };
        self.call(metas, instruction::Liquidate {}, &[&by.owner])
    }

    /// Sends `auto_deleverage`.
    pub fn deleverage(&mut self, by: &Keypair, user: &VenueUser, lots: i64) -> Sent {
        let metas = accounts::AutoDeleverage {
            authority: by.pubkey(),
            market: self.venue_market,
            trader: user.trader,
            risk_market: self.risk_market,
        };
        self.call(metas, instruction::AutoDeleverage { lots }, &[by])
    }

    /// Switches the venue's faults.
    pub fn faults(&mut self, faults: Faults) {
        let authority = self.authority.insecure_clone();
        self.faults_by(&authority, faults).unwrap();
    }

    /// Sends `set_faults`.
    pub fn faults_by(&mut self, by: &Keypair, faults: Faults) -> Sent {
        let metas = accounts::SetFaults {
            authority: by.pubkey(),
            market: self.venue_market,
        };
        self.call(metas, instruction::SetFaults { faults }, &[by])
    }

    /// Sends an instruction of the venue with these accounts and arguments.
    pub fn call(&mut self, metas: impl ToAccountMetas, data: impl InstructionData, signers: &[&Keypair]) -> Sent {
        let instruction = Instruction {
            program_id: ballast_reference_venue::ID,
            accounts: metas.to_account_metas(None),
            data: data.data(),
        };
        self.send(&[instruction], signers)
    }
}
