//! What lies at another address is never taken for the account that it is a copy of.

use anchor_lang::prelude::Pubkey;
use ballast_reference_venue::state::Faults;
use ballast_sdk::instructions::{self as ix, batches};
use ballast_sdk::Instruction;
use ballast_testkit::vault::batches::UNTIL_PRICED;
use ballast_testkit::{fixed, params, Sent, User, VaultFixture, MILLION};
use ballast_vault::state::VaultBreaker;
use ballast_vault::{CreateVaultArgs, Order};
use solana_keypair::Keypair;
use solana_signer::Signer;

/// An instruction that goes through as it is.
struct Sound {
    name: &'static str,
    world: VaultFixture,
    instruction: Instruction,
    signer: Keypair,
    /// Accounts that whoever signs may choose.
    free: Vec<Pubkey>,
}

impl Sound {
    fn new(name: &'static str, world: &VaultFixture, instruction: Instruction, signer: &Keypair) -> Self {
        Self {
            name,
            world: world.copy(),
            instruction,
            signer: signer.insecure_clone(),
            free: Vec::new(),
        }
    }

    /// Sends it, or a forgery of it, in a copy of its world.
    fn send(&self, world: &mut VaultFixture, instruction: &Instruction) -> Sent {
        let signs = instruction.accounts.iter().any(|meta| meta.is_signer);
        let signers = [&self.signer];
        world.send(std::slice::from_ref(instruction), if signs { &signers } else { &[] })
    }

    fn free(mut self, keys: &[Pubkey]) -> Self {
        self.free.extend(keys);
        self
    }
}

fn fresh(world: &mut VaultFixture, seconds: i64) {
    world.pass(seconds, seconds.unsigned_abs());
    world.republish();
    world.observe().unwrap();
}

fn trades(world: &VaultFixture, user: &User) -> Vec<Sound> {
    let (keys, keeper) = (world.keys, world.keeper.insecure_clone());
    let order = |lots| Order { leg: 0, lots };
    let mut all = vec![Sound::new("mark", world, ix::mark(&keys, None), &keeper)];
    let mut fallen = world.copy();
    fallen.hour_at("41000").unwrap();
    let rebalance = ix::rebalance(&keys, &keeper.pubkey(), vec![order(fallen.planned_order())]);
    all.push(Sound::new("rebalance", &fallen, rebalance, &keeper));
    let mut poorer = world.copy();
    poorer.faults(Faults {
        withdrawal_delay_seconds: 10,
        ..Faults::default()
    });
    let shares = poorer.tokens(&user.holder.shares);
    poorer.request(user, shares / 2).unwrap();
    fresh(&mut poorer, UNTIL_PRICED);
    let number = poorer.ticket(user).unwrap().batch;
    poorer.price_batch(number).unwrap();
    poorer.pass(0, 1);
    let unwind = ix::unwind(
        &keys,
        &keeper.pubkey(),
        number,
        order(-poorer.batch(number).totals.lots_left[0] / 2),
    );
    all.push(Sound::new("unwind", &poorer, unwind.clone(), &keeper));
    poorer.send(&[unwind], &[&keeper]).unwrap();
    fresh(&mut poorer, 1);
    all.push(Sound::new(
        "move_collateral",
        &poorer,
        ix::move_collateral(&keys, 0, None),
        &keeper,
    ));
    poorer.move_collateral().unwrap();
    poorer.pass(11, 11);
    all.push(Sound::new(
        "collect_withdrawal",
        &poorer,
        ix::collect_withdrawal(&keys, 0),
        &keeper,
    ));
    all
}

fn doors(world: &VaultFixture, user: &User) -> Vec<Sound> {
    let (keys, keeper, ada) = (world.keys, world.keeper.insecure_clone(), &user.holder);
    let mut world = world.copy();
    let own = [ada.quote, ada.shares];
    let (number, args) = world.args(MILLION / 2);
    let open = batches::open_batch(&keys, &ada.key, number);
    let mut all = vec![Sound::new("open_batch", &world, open.clone(), &user.keypair)];
    world.send(&[open], &[&user.keypair]).unwrap();
    let deposit = batches::request_deposit(&keys, ada, number, args);
    all.push(Sound::new("request_deposit", &world, deposit.clone(), &user.keypair).free(&own));
    let (_, args) = world.args(world.tokens(&ada.shares) / 2);
    let redeem = batches::request_redeem(&keys, ada, number, args);
    all.push(Sound::new("request_redeem", &world, redeem.clone(), &user.keypair).free(&own));
    let operator = batches::set_operator(&keys, &ada.key, &keeper.pubkey(), true);
    all.push(Sound::new("set_operator", &world, operator, &user.keypair).free(&[keeper.pubkey()]));
    world.send(&[deposit], &[&user.keypair]).unwrap();
    let ticket = world.ticket(user).unwrap();
    let mut waited = world.copy();
    waited.pass(601, 601);
    let cancel = batches::cancel(&keys, &ticket);
    // What is the holder's own choice where they sign: where it goes.
    all.push(Sound::new("cancel", &waited, cancel, &user.keypair).free(&[ada.quote]));
    let to = batches::assign(&keys, &ticket, ada);
    all.push(
        Sound::new("assign", &world, to, &user.keypair)
            .free(&own)
            .free(&[ada.key]),
    );
    world.send(&[redeem], &[&user.keypair]).unwrap();
    let mut late = world.copy();
    late.pass(3_601, 3_601);
    fresh(&mut world, UNTIL_PRICED);
    let price = ix::price_batch(&keys, &keeper.pubkey(), number);
    all.push(Sound::new("price_batch", &world, price.clone(), &keeper));
    world.send(&[price], &[&keeper]).unwrap();
    for ticket in world.tickets() {
        if let Some(claim) = batches::claim(&keys, &ticket, &world.batch(number), &keeper.pubkey()) {
            all.push(Sound::new("claim", &world, claim, &keeper));
        }
    }
    all.push(Sound::new(
        "exit_liquid",
        &late,
        ix::exit_liquid(&keys, number),
        &keeper,
    ));
    let fees = batches::claim_fees(&keys, &params::collector().pubkey(), &ada.shares);
    all.push(Sound::new("claim_fees", &late, fees, &params::collector()).free(&[ada.shares]));
    let trip = ix::trip_breaker(&keys, &world.guardian.pubkey(), VaultBreaker::Turnover);
    all.push(Sound::new(
        "trip_breaker",
        &world,
        trip,
        &world.guardian.insecure_clone(),
    ));
    let mut done = world.copy();
    done.let_leave(60);
    done.claim_all();
    fresh(&mut done, 61);
    let close = batches::close_batch(&keys, 0, &done.batch(0).payer);
    all.push(Sound::new("close_batch", &done, close, &keeper));
    all
}

/// For each instruction and each account of it that nobody who signs may choose: a copy of the
/// account, byte for byte, at an address of somebody else's: of the same owner, unless that is the
/// vault program.
#[test]
fn r4_a_copy_of_no_account_is_taken_for_it() {
    let mut policy = params::vault();
    policy.management_fee = fixed("0.02");
    let vault = CreateVaultArgs {
        collector: Some(params::collector().pubkey()),
        ..params::create_vault(1, policy, Some(VaultFixture::guardian_key()))
    };
    let (world, user) = super::running_as(vault);
    let mut tried = 0;
    for sound in trades(&world, &user).into_iter().chain(doors(&world, &user)) {
        let sent = sound.send(&mut sound.world.copy(), &sound.instruction);
        assert!(sent.is_ok(), "{}: {sent:?}", sound.name);
        for (nth, meta) in sound.instruction.accounts.iter().enumerate() {
            // The program stands for an account that is not given, and for itself where it
            // announces: it calls what it is, whatever is named there.
            let is_program = meta.pubkey == ballast_vault::ID;
            if meta.is_signer || is_program || sound.free.contains(&meta.pubkey) {
                continue;
            }
            let mut world = sound.world.copy();
            let copy = Pubkey::new_unique();
            if let Some(mut account) = world.svm.get_account(&meta.pubkey) {
                if account.owner == ballast_vault::ID {
                    // Nobody but the program makes these; another program can make what looks so.
                    account.owner = Pubkey::new_unique();
                }
                world.svm.set_account(copy, account).unwrap();
            }
            let mut forged = sound.instruction.clone();
            forged.accounts[nth].pubkey = copy;
            let before = world.fingerprint();
            let sent = sound.send(&mut world, &forged);
            assert!(sent.is_err(), "{}: account {nth}, {}", sound.name, meta.pubkey);
            assert_eq!(world.fingerprint(), before, "{}: account {nth}", sound.name);
            tried += 1;
        }
    }
    assert!(tried > 100, "{tried}");
}
