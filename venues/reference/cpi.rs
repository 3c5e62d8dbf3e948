//! Instructions of the reference venue, as bytes and account roles: an eight-byte tag (the first of
//! SHA-256 of `global:NAME`), then the arguments in Borsh.

use crate::AccountRole::{
    Market, Owner, OwnerQuote, Payer, RiskMarket, SystemProgram, TokenProgram, Trader, VenueCustody,
};
use crate::{AccountMeta, EncodedInstruction, VenueAction, VenueError};
use ballast_core_types::{FillReceipt, Lots, Price, I80F48};

/// `create_trader`.
const CREATE_TRADER: [u8; 8] = [170, 181, 132, 39, 231, 215, 137, 193];
/// `place_order`.
const PLACE_ORDER: [u8; 8] = [51, 194, 155, 175, 109, 130, 96, 106];
/// `deposit`.
const DEPOSIT: [u8; 8] = [242, 35, 198, 137, 82, 225, 242, 182];
/// `withdraw`.
const WITHDRAW: [u8; 8] = [183, 18, 70, 156, 148, 109, 161, 34];
/// `collect_withdrawal`.
const COLLECT_WITHDRAWAL: [u8; 8] = [236, 155, 207, 137, 107, 12, 215, 91];

const fn read(role: crate::AccountRole) -> AccountMeta {
    AccountMeta::read(role)
}

const fn write(role: crate::AccountRole) -> AccountMeta {
    AccountMeta::write(role)
}

const CREATE_TRADER_ACCOUNTS: &[AccountMeta] = &[
    write(Payer).signs(),
    read(Owner),
    read(Market),
    write(Trader),
    read(SystemProgram),
];
const PLACE_ORDER_ACCOUNTS: &[AccountMeta] = &[read(Owner).signs(), write(Market), write(Trader), read(RiskMarket)];
const DEPOSIT_ACCOUNTS: &[AccountMeta] = &[
    read(Owner).signs(),
    write(Market),
    write(Trader),
    write(OwnerQuote),
    write(VenueCustody),
    read(TokenProgram),
];
const WITHDRAW_ACCOUNTS: &[AccountMeta] = &[
    read(Owner).signs(),
    write(Market),
    write(Trader),
    write(VenueCustody),
    write(OwnerQuote),
    read(RiskMarket),
    read(TokenProgram),
];
const COLLECT_WITHDRAWAL_ACCOUNTS: &[AccountMeta] = &[
    read(Owner).signs(),
    write(Market),
    write(Trader),
    write(VenueCustody),
    write(OwnerQuote),
    read(TokenProgram),
];

/// See [`Venue::encode`](crate::Venue::encode).
pub(super) fn encode(action: &VenueAction) -> EncodedInstruction {
    match *action {
        VenueAction::CreateTrader => EncodedInstruction::new(CREATE_TRADER, CREATE_TRADER_ACCOUNTS),
        VenueAction::PlaceOrder {
            lots,
            limit,
            reduce_only,
        } => EncodedInstruction::new(PLACE_ORDER, PLACE_ORDER_ACCOUNTS)
            .with(&lots.0.to_le_bytes())
            .with(&limit.fixed().to_le_bytes())
            .with(&[u8::from(reduce_only)]),
        VenueAction::Deposit(amount) => EncodedInstruction::new(DEPOSIT, DEPOSIT_ACCOUNTS).with(&amount.to_le_bytes()),
        VenueAction::Withdraw(amount) => {
            EncodedInstruction::new(WITHDRAW, WITHDRAW_ACCOUNTS).with(&amount.to_le_bytes())
        }
        VenueAction::CollectWithdrawal => EncodedInstruction::new(COLLECT_WITHDRAWAL, COLLECT_WITHDRAWAL_ACCOUNTS),
    }
}

/// What `place_order` returns: i64 lots, I80F48 price, u64 fee, i64 realised, bool pending.
const RECEIPT_LENGTH: usize = 41;

/// See [`Venue::receipt`](crate::Venue::receipt).
pub(super) fn receipt(return_data: &[u8]) -> Result<FillReceipt, VenueError> {
    let data: &[u8; RECEIPT_LENGTH] = return_data.try_into().map_err(|_| VenueError::Layout)?;
    let (lots, rest) = data.split_first_chunk::<8>().ok_or(VenueError::Layout)?;
    let (price, _) = rest.split_first_chunk::<16>().ok_or(VenueError::Layout)?;
    Ok(FillReceipt {
        lots: Lots(i64::from_le_bytes(*lots)),
        price: Price::from_fixed(I80F48::from_le_bytes(*price)),
    })
}
