//! The main path on a real bank (`solana-program-test`): the same bytes, another runtime than
//! LiteSVM's.

use anchor_lang::prelude::{Clock, Pubkey};
use anchor_lang::solana_program::program_pack::Pack;
use ballast_sdk::accounts::RawAccount;
use ballast_sdk::addresses::{TokenMint, VaultKeys};
use ballast_sdk::feeds::PriceFeeds;
use ballast_sdk::instructions::{self as ix, batches, Holder};
use ballast_sdk::prices::{self, Publication};
use ballast_sdk::{addresses, Instruction};
use ballast_testkit::{params, tokens, MILLION};
use ballast_vault::{Order, RequestArgs};
use solana_account::Account;
use solana_keypair::Keypair;
use solana_program_test::{ProgramTest, ProgramTestContext};
use solana_signer::Signer;
use solana_transaction::Transaction;

async fn send(bank: &mut ProgramTestContext, instructions: &[Instruction], signers: &[&Keypair]) {
    let hash = bank.get_new_latest_blockhash().await.unwrap();
    let mut all = vec![&bank.payer];
    all.extend(signers);
    let transaction = Transaction::new_signed_with_payer(instructions, Some(&bank.payer.pubkey()), &all, hash);
    bank.banks_client.process_transaction(transaction).await.unwrap();
}

async fn publish(bank: &mut ProgramTestContext, key: Pubkey, price: i64) {
    let clock: Clock = bank.banks_client.get_sysvar().await.unwrap();
    let publication = Publication {
        feed_id: params::FEED,
        price: price * 100_000_000,
        confidence: 1_000_000_000,
        exponent: -8,
        publish_time: clock.unix_timestamp,
        slot: clock.slot,
    };
    let raw = prices::pull_account(key, &publication);
    let account = Account {
        lamports: 1_000_000_000,
        data: raw.data,
        owner: raw.owner,
        executable: false,
        rent_epoch: 0,
    };
    bank.set_account(&key, &account.into());
}

fn token_account(token: &TokenMint, owner: Pubkey, amount: u64) -> Account {
    let mut svm = litesvm::LiteSVM::new();
    let key = Pubkey::new_unique();
    tokens::put_tokens_of(&mut svm, key, token, owner, amount);
    svm.get_account(&key).unwrap()
}

/// Lets more than a minute pass, and some slots.
async fn minute(bank: &mut ProgramTestContext) {
    let slot = bank.banks_client.get_root_slot().await.unwrap();
    bank.warp_to_slot(slot + 10).unwrap();
    let mut clock: Clock = bank.banks_client.get_sysvar().await.unwrap();
    clock.unix_timestamp += 75;
    bank.set_sysvar(&clock);
}

/// Claims what is due to the user's ticket of this number.
async fn claim(bank: &mut ProgramTestContext, keys: &VaultKeys, user: &Keypair, number: u64) {
    let raw = |key: Pubkey, account: Account| RawAccount {
        key,
        owner: account.owner,
        data: account.data,
    };
    let key = addresses::ticket(&keys.vault, &user.pubkey(), number);
    let account = bank.banks_client.get_account(key).await.unwrap().unwrap();
    let ticket = raw(key, account).ticket().unwrap();
    let key = addresses::batch(&keys.vault, ticket.batch);
    let account = bank.banks_client.get_account(key).await.unwrap().unwrap();
    let batch = raw(key, account).batch().unwrap();
    let claim = batches::claim(keys, &ticket, &batch, &user.pubkey()).unwrap();
    send(bank, &[claim], &[user]).await;
}

#[tokio::test]
async fn a_vault_lives_on_a_real_bank() {
    // The bank logs every instruction otherwise.
    std::env::set_var("RUST_LOG", "error");
    let folder = ballast_testkit::world::program_path("risk");
    std::env::set_var("SBF_OUT_DIR", folder.parent().unwrap());
    let mut test = ProgramTest::default();
    test.prefer_bpf(true);
    for (name, id) in [
        ("ballast_risk", ballast_risk::ID),
        ("ballast_reference_venue", ballast_reference_venue::ID),
        ("ballast_vault", ballast_vault::ID),
    ] {
        test.add_program(name, id, None);
    }
    let (mint, user) = (Pubkey::new_unique(), Keypair::new());
    let mut svm = litesvm::LiteSVM::new();
    tokens::put_mint(&mut svm, mint, 60 * MILLION);
    test.add_account(mint, svm.get_account(&mint).unwrap());
    let (quote, fund) = (Pubkey::new_unique(), Pubkey::new_unique());
    let wallet = Account {
        lamports: 10_000_000_000,
        ..Account::default()
    };
    test.add_account(user.pubkey(), wallet);
    test.add_account(quote, token_account(&TokenMint::spl(mint), user.pubkey(), 10 * MILLION));
    test.add_account(fund, token_account(&TokenMint::spl(mint), user.pubkey(), 50 * MILLION));
    let mut bank = test.start_with_context().await;

    let admin = bank.payer.pubkey();
    let args = params::risk_market();
    let market = addresses::risk_market(&admin, &args.name);
    let keys = VaultKeys::derive(&admin, 1, &TokenMint::spl(mint), &[market]);
    let feeds = PriceFeeds::local(&args.params).unwrap();
    let observe = ix::observe(&market, &args.params, &feeds);
    send(&mut bank, &[ix::create_risk_market(&admin, args)], &[]).await;
    publish(&mut bank, feeds.first, 50_000).await;
    send(&mut bank, std::slice::from_ref(&observe), &[]).await;
    send(
        &mut bank,
        &[ix::venue::create_market(
            &admin,
            &market,
            &TokenMint::spl(mint),
            params::venue(),
        )],
        &[],
    )
    .await;
    send(
        &mut bank,
        &[ix::venue::fund_insurance(&user.pubkey(), &fund, &keys, 0, 50 * MILLION)],
        &[&user],
    )
    .await;
    send(
        &mut bank,
        &[ix::create_vault(
            &admin,
            &keys,
            params::create_vault(1, params::vault(), None),
        )],
        &[],
    )
    .await;

    let shares = Pubkey::new_unique();
    bank.set_account(&shares, &token_account(&keys.shares(), user.pubkey(), 0).into());
    let holder = Holder {
        key: user.pubkey(),
        quote,
        shares,
    };
    let request = |ticket, amount| RequestArgs {
        ticket,
        amount,
        within_one_percent_of: None,
    };
    let deposit = batches::request_deposit(&keys, &holder, 0, request(1, MILLION));
    send(&mut bank, &[batches::open_batch(&keys, &admin, 0), deposit], &[&user]).await;
    minute(&mut bank).await;
    publish(&mut bank, feeds.first, 50_000).await;
    let price = ix::price_batch(&keys, &admin, 0);
    send(&mut bank, &[observe.clone(), price], &[]).await;
    claim(&mut bank, &keys, &user, 1).await;
    // No trade in the slot of a pricing.
    minute(&mut bank).await;
    publish(&mut bank, feeds.first, 50_000).await;
    let order = ix::rebalance(
        &keys,
        &admin,
        vec![Order {
            leg: 0,
            lots: 10_800_000,
        }],
    );
    send(
        &mut bank,
        &[observe.clone(), ix::move_collateral(&keys, 0, None), order],
        &[],
    )
    .await;
    let redeem = batches::request_redeem(&keys, &holder, 1, request(2, 1_000_000_000));
    send(&mut bank, &[batches::open_batch(&keys, &admin, 1), redeem], &[&user]).await;
    minute(&mut bank).await;
    publish(&mut bank, feeds.first, 50_000).await;
    let price = ix::price_batch(&keys, &admin, 1);
    send(&mut bank, &[observe, price], &[]).await;
    claim(&mut bank, &keys, &user, 2).await;

    let account = bank.banks_client.get_account(quote).await.unwrap().unwrap();
    let held = anchor_spl::token::spl_token::state::Account::unpack(&account.data)
        .unwrap()
        .amount;
    // A thousand shares, at a price of about one.
    let paid = held - 9 * MILLION;
    assert!((995_000_000..1_005_000_000).contains(&paid), "{paid}");
}
