//! The share mint, and what a quote token may be.

use anchor_lang::prelude::Pubkey;
use anchor_lang::solana_program::program_option::COption;
use anchor_spl::token_2022::spl_token_2022::extension::{
    memo_transfer, metadata_pointer, BaseStateWithExtensions, ExtensionType, StateWithExtensions,
};
use anchor_spl::token_2022::spl_token_2022::instruction as token;
use anchor_spl::token_2022::spl_token_2022::state::{Account as TokenAccount, Mint};
use anchor_spl::token_2022_extensions::spl_token_metadata_interface as metadata;
use ballast_sdk::addresses::{self, TokenMint, VaultKeys};
use ballast_sdk::instructions::{self as ix, batches};
use ballast_testkit::tokens::{put, put_extended_mint, put_mint, put_tokens};
use ballast_testkit::vault::batches::UNTIL_PRICED;
use ballast_testkit::{error_code, params, User, VaultFixture, World, MILLION};
use ballast_vault::errors::VaultError;
use ballast_vault::quote_mint::ALLOWED;
use ballast_vault::state::ShareName;
use ballast_vault::CreateVaultArgs;
use solana_signer::Signer;

const TOKEN_2022: Pubkey = anchor_spl::token_2022::ID;

/// Returns a Token-2022 mint with its name in itself, made by that program.
fn named_mint(world: &mut World, decimals: u8) -> TokenMint {
    let key = Pubkey::new_from_array([77; 32]);
    let space = ExtensionType::try_calculate_account_len::<Mint>(&[ExtensionType::MetadataPointer]).unwrap();
    put(&mut world.svm, key, TOKEN_2022, vec![0; space]);
    world.svm.airdrop(&key, 1_000_000_000).unwrap();
    let admin = world.admin.pubkey();
    let name = ["Nine decimals", "NINE", ""].map(str::to_owned);
    let [name, symbol, uri] = name;
    let all = [
        metadata_pointer::instruction::initialize(&TOKEN_2022, &key, None, Some(key)).unwrap(),
        token::initialize_mint2(&TOKEN_2022, &key, &admin, None, decimals).unwrap(),
        metadata::instruction::initialize(&TOKEN_2022, &key, &admin, &key, &admin, name, symbol, uri),
    ];
    world.send(&all, &[]).unwrap();
    TokenMint::token_2022(key)
}

/// Returns the addresses of the admin's second vault, in that quote token, with its venue there.
fn second(world: &mut VaultFixture, quote: &TokenMint) -> VaultKeys {
    let (admin, market) = (world.admin.pubkey(), world.keys.first().risk_market);
    let create = ix::venue::create_market(&admin, &market, quote, params::venue());
    // One that is there already will do.
    let _ = world.send(&[create], &[]);
    VaultKeys::derive(&admin, 2, quote, &[market])
}

fn create(world: &mut VaultFixture, keys: &VaultKeys, args: CreateVaultArgs) -> ballast_testkit::Sent {
    let admin = world.admin.pubkey();
    world.send(&[ix::create_vault(&admin, keys, args)], &[])
}

#[test]
fn the_share_mint_has_its_name_inside_and_nobody_over_it() {
    let mut world = VaultFixture::new();
    let (keys, admin) = (world.keys, world.admin.pubkey());
    let raw = world.raw(&keys.share_mint).unwrap();
    assert_eq!(raw.owner, TOKEN_2022);
    let mint = StateWithExtensions::<Mint>::unpack(&raw.data).unwrap();
    assert_eq!(mint.base.mint_authority, COption::Some(keys.vault));
    assert_eq!(mint.base.freeze_authority, COption::None);
    assert_eq!((mint.base.decimals, mint.base.supply), (6, 0));
    let extensions = mint.get_extension_types().unwrap();
    assert_eq!(
        extensions,
        [ExtensionType::MetadataPointer, ExtensionType::TokenMetadata]
    );
    let pointer = mint.get_extension::<metadata_pointer::MetadataPointer>().unwrap();
    assert_eq!(Option::<Pubkey>::from(pointer.authority), None);
    assert_eq!(Option::<Pubkey>::from(pointer.metadata_address), Some(keys.share_mint));
    let named = raw.token_metadata().unwrap().unwrap();
    assert_eq!(Option::<Pubkey>::from(named.update_authority), None);
    assert_eq!(named.mint, keys.share_mint);
    let ShareName { name, symbol, uri } = params::share();
    assert_eq!((&named.name, &named.symbol, &named.uri), (&name, &symbol, &uri));
    assert!(named.additional_metadata.is_empty());
    let rent = world.svm.minimum_balance_for_rent_exemption(raw.data.len());
    assert!(world.svm.get_account(&keys.share_mint).unwrap().lamports >= rent);
    // Whoever made the vault names it once, and mints nothing.
    let field = metadata::state::Field::Name;
    let rename = metadata::instruction::update_field(&TOKEN_2022, &keys.share_mint, &admin, field, "Other".to_owned());
    assert!(world.send(&[rename], &[]).is_err());
    let ada = world.user(0);
    let mint = token::mint_to(&TOKEN_2022, &keys.share_mint, &ada.holder.shares, &admin, &[], 1).unwrap();
    assert!(world.send(&[mint], &[]).is_err());
    assert_eq!(world.raw(&keys.share_mint).unwrap().data, raw.data);
}

#[test]
fn r8_the_longest_name_fits_and_one_that_cannot_be_read_is_refused() {
    let mut world = VaultFixture::new();
    let quote = world.quote();
    let keys = second(&mut world, &quote);
    let share = |name: &str, symbol: &str, uri: &str| ShareName {
        name: name.to_owned(),
        symbol: symbol.to_owned(),
        uri: uri.to_owned(),
    };
    let args = |share| CreateVaultArgs {
        share,
        ..params::create_vault(2, params::vault(), Some(VaultFixture::guardian_key()))
    };
    let long = "x".repeat(97);
    for refused in [
        share("", "b", ""),
        share("Ballast\u{202e}", "b", ""),
        share("Ballast", "b", &long),
        share(&long, "b", ""),
    ] {
        let sent = create(&mut world, &keys, args(refused.clone()));
        assert_eq!(error_code(&sent), u32::from(VaultError::ShareName), "{refused:?}");
        assert!(world.raw(&keys.vault).is_none() && world.raw(&keys.share_mint).is_none());
    }
    // With a guardian, a collector, and a limit on compute units: what a packet holds.
    let longest = CreateVaultArgs {
        collector: Some(params::collector().pubkey()),
        ..args(share(&long[..32], &long[..10], &long[..96]))
    };
    let mut charging = longest;
    charging.policy.management_fee = ballast_testkit::fixed("0.01");
    let create = ix::create_vault(&world.admin.pubkey(), &keys, charging);
    let sent = world.send_large(create, &[]);
    sent.unwrap();
    assert!(world.last_size() <= 1_232, "{}", world.last_size());
    let named = world.raw(&keys.share_mint).unwrap().token_metadata().unwrap().unwrap();
    assert_eq!((named.name.len(), named.symbol.len(), named.uri.len()), (32, 10, 96));
}

/// Of every type of extension there is, and of some there are not, alone on a mint.
#[test]
fn r8_a_quote_mint_has_extensions_of_the_list_and_no_other() {
    let world = VaultFixture::new();
    let admin = world.admin.pubkey();
    let allowed = ALLOWED.map(u16::from);
    let mut taken = Vec::new();
    for extension in (1..=64).chain([1_000, u16::MAX]) {
        let mut world = world.copy();
        let quote = TokenMint::token_2022(Pubkey::new_unique());
        put_extended_mint(&mut world.svm, quote.mint, 6, extension);
        let market = addresses::venue_market(&world.keys.first().risk_market, &quote.mint);
        let keys = VaultKeys::derive(&admin, 2, &quote, &[world.keys.first().risk_market]);
        // A venue of its own may well take what a vault does not.
        let mut venue = world.raw(&world.keys.first().venue_market).unwrap();
        let at = venue
            .data
            .windows(32)
            .position(|bytes| bytes == world.keys.quote_mint.as_ref())
            .unwrap();
        venue.data[at..at + 32].copy_from_slice(quote.mint.as_ref());
        put(&mut world.svm, market, venue.owner, venue.data);
        let before = world.fingerprint();
        let sent = create(&mut world, &keys, params::create_vault(2, params::vault(), None));
        if sent.is_ok() {
            taken.push(extension);
            continue;
        }
        assert_eq!(error_code(&sent), u32::from(VaultError::QuoteExtension), "{extension}");
        let logs = sent.unwrap_err().meta.logs;
        assert!(
            logs.iter().any(|line| line.starts_with("Program log: extension: ")),
            "{logs:?}"
        );
        assert_eq!(world.fingerprint(), before);
    }
    assert_eq!(taken, allowed);
}

#[test]
fn r8_a_quote_token_has_six_to_nine_decimals() {
    let world = VaultFixture::new();
    for decimals in [0, 5, 6, 9, 10, 255] {
        let mut world = world.copy();
        let quote = TokenMint::spl(Pubkey::new_unique());
        put_mint(&mut world.svm, quote.mint, 0);
        let mut mint = world.raw(&quote.mint).unwrap();
        mint.data[44] = decimals;
        put(&mut world.svm, quote.mint, mint.owner, mint.data);
        let keys = second(&mut world, &quote);
        let sent = create(&mut world, &keys, params::create_vault(2, params::vault(), None));
        if (6..=9).contains(&decimals) {
            sent.unwrap();
            let vault = world.raw(&keys.vault).unwrap().vault().unwrap();
            assert_eq!(vault.unit, 10u64.pow(u32::from(decimals)));
            assert_eq!(world.raw(&keys.share_mint).unwrap().mint().unwrap().decimals, decimals);
        } else {
            assert_eq!(error_code(&sent), u32::from(VaultError::Decimals), "{decimals}");
            assert!(world.raw(&keys.vault).is_none());
        }
    }
}

/// A vault in a Token-2022 of nine decimals: people come, the book is built and moved, they leave.
#[test]
fn a_vault_in_a_token_2022_of_nine_decimals_is_come_to_and_left() {
    const TOKEN: u64 = 1_000_000_000;
    let mut world = World::new();
    let quote = named_mint(&mut world, 9);
    let world = world.quoted_in(&quote);
    let vault = params::create_vault(1, params::vault(), Some(VaultFixture::guardian_key()));
    let mut world = VaultFixture::in_world(world, params::venue(), vault);
    assert_eq!(world.keys.quote(), quote);
    let (ada, bob) = (world.user(20_000 * TOKEN), world.user(10_000 * TOKEN));
    let refused = world.request_deposit(&ada, 10 * TOKEN - 1);
    assert_eq!(error_code(&refused), u32::from(VaultError::RequestTooSmall));
    world.deposit(&ada, 20_000 * TOKEN).unwrap();
    world.deposit(&bob, 10_000 * TOKEN).unwrap();
    // The first deposit is one to one, but for what building the book costs.
    let bought = world.tokens(&ada.holder.shares);
    assert!((19_900 * TOKEN..20_000 * TOKEN).contains(&bought), "{bought}");
    world.crank_until_traded();
    let snapshot = world.snapshot();
    assert!(snapshot.venue_trader().unwrap().lots > 0 && snapshot.venue_trader().unwrap().collateral > 0);
    assert_eq!(snapshot.state.unit, TOKEN);
    let shares = world.tokens(&ada.holder.shares);
    let refused = world.request(&ada, TOKEN - 1);
    assert_eq!(error_code(&refused), u32::from(VaultError::RequestTooSmall));
    world.redeem_shares(&ada, shares).unwrap();
    world.let_leave(40);
    world.claim_all();
    let paid = world.tokens(&ada.holder.quote);
    assert!((19_800 * TOKEN..=20_000 * TOKEN).contains(&paid), "{paid}");
    assert_eq!(world.tokens(&ada.holder.shares), 0);
    let left = world
        .snapshot()
        .appraise(ballast_core_vault::prices::Purpose::Monitor)
        .map(|seen| seen.nav.low.0);
    assert!(left.unwrap() > 9_900 * i64::try_from(TOKEN).unwrap(), "{left:?}");
}

/// Returns a request of Ada's for all her shares, as the program would take it.
fn leaving(world: &mut VaultFixture, ada: &User) -> (u64, ballast_sdk::Instruction) {
    let shares = world.tokens(&ada.holder.shares);
    let (number, args) = world.args(shares);
    (number, batches::request_redeem(&world.keys, &ada.holder, number, args))
}

#[test]
fn r4_tokens_move_by_the_program_that_holds_them() {
    let mut world = VaultFixture::new();
    let ada = world.user(MILLION);
    world.deposit(&ada, MILLION).unwrap();
    let (number, request) = leaving(&mut world, &ada);
    let own = world.keys.shares().program;
    for program in [world.keys.quote_program, ballast_vault::ID] {
        let mut request = request.clone();
        let account = request.accounts.iter_mut().find(|meta| meta.pubkey == own).unwrap();
        account.pubkey = program;
        let before = world.fingerprint();
        let sent = world.send_request(&ada, number, request);
        let wanted = if program == ballast_vault::ID {
            u32::from(anchor_lang::error::ErrorCode::InvalidProgramId)
        } else {
            u32::from(VaultError::WrongTokenProgram)
        };
        assert_eq!(error_code(&sent), wanted);
        assert_eq!(world.fingerprint(), before);
    }
    world.send_request(&ada, number, request).unwrap();
}

/// A switch that a holder sets on their own account stops what is sent there, and nobody else; they
/// name another.
#[test]
fn a_token_account_that_asks_for_a_memo_keeps_nobody_but_itself_from_being_paid() {
    let mut world = VaultFixture::new();
    let (ada, bob) = (world.user(MILLION), world.user(MILLION));
    let asking = Pubkey::new_unique();
    let space = ExtensionType::try_calculate_account_len::<TokenAccount>(&[ExtensionType::MemoTransfer]).unwrap();
    put(&mut world.svm, asking, TOKEN_2022, vec![0; space]);
    let (mint, owner) = (world.keys.share_mint, ada.holder.key);
    let switch = [
        token::initialize_account3(&TOKEN_2022, &asking, &mint, &owner).unwrap(),
        memo_transfer::instruction::enable_required_transfer_memos(&TOKEN_2022, &asking, &owner, &[]).unwrap(),
    ];
    world.send(&switch, &[&ada.keypair]).unwrap();
    let to_it = User {
        keypair: ada.keypair.insecure_clone(),
        holder: ballast_sdk::instructions::Holder {
            shares: asking,
            ..ada.holder
        },
    };
    world.request_deposit(&to_it, MILLION).unwrap();
    world.request_deposit(&bob, MILLION).unwrap();
    world.pass(UNTIL_PRICED, 75);
    world.republish();
    world.observe().unwrap();
    world.price_batch(0).unwrap();
    let (hers, his) = (world.ticket(&ada).unwrap(), world.ticket(&bob).unwrap());
    assert!(world.claim(&hers).unwrap().is_err());
    world.claim(&his).unwrap().unwrap();
    let bought = world.tokens(&bob.holder.shares);
    assert!(bought > MILLION / 100 * 99, "{bought}");
    let other = Pubkey::new_unique();
    put_tokens(&mut world.svm, other, mint, owner, 0);
    let keys = world.keys;
    let claim = batches::claim_to(&keys, &hers, &owner, [keys.escrow, other]);
    world.send(&[claim], &[&ada.keypair]).unwrap();
    assert_eq!(world.tokens(&other), bought);
}
