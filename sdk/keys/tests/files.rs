//! Key files: made once with mode 0600, never onto anything, and read with their mode in view.

use ballast_keys::{read, write_new, KeyFileError};
use solana_keypair::Keypair;
use solana_signer::Signer;
use std::fs;
use std::os::unix::fs::{symlink, PermissionsExt};

#[test]
fn a_new_file_is_solanas_and_nobody_elses() {
    let folder = tempfile::tempdir().unwrap();
    let (file, key) = (folder.path().join("key.json"), Keypair::new());
    write_new(&file, &key).unwrap();
    let found = fs::metadata(&file).unwrap();
    assert_eq!(found.permissions().mode() & 0o777, 0o600);
    let numbers: Vec<u8> = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
    assert_eq!(numbers, key.to_bytes());
    let back = read(&file).unwrap();
    back.check_mode().unwrap();
    assert_eq!(back.signer().unwrap().pubkey(), key.pubkey());
    assert_eq!(
        fs::read_dir(folder.path()).unwrap().count(),
        1,
        "something is left beside it"
    );
}

#[test]
fn nothing_is_ever_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name);
    fs::write(place("full"), "something").unwrap();
    fs::write(place("empty"), "").unwrap();
    fs::create_dir(place("folder")).unwrap();
    symlink(place("nowhere"), place("link")).unwrap();
    for name in ["full", "empty", "folder", "link"] {
        let error = write_new(&place(name), &Keypair::new()).unwrap_err();
        assert!(
            matches!(&error, KeyFileError::Taken(shown) if shown.ends_with(name)),
            "{error}"
        );
    }
    assert_eq!(fs::read(place("full")).unwrap(), b"something");
    assert!(fs::read(place("empty")).unwrap().is_empty() && !place("nowhere").exists());
    let error = write_new(&place("missing/key.json"), &Keypair::new()).unwrap_err();
    assert!(error.to_string().contains("there is no folder"), "{error}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 4);
}

#[test]
fn a_file_that_others_can_read_says_how_to_mend_it() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("key.json");
    write_new(&file, &Keypair::new()).unwrap();
    for (mode, exposed) in [
        (0o400, false),
        (0o700, false),
        (0o640, true),
        (0o604, true),
        (0o622, true),
    ] {
        fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
        let checked = read(&file).unwrap().check_mode();
        assert_eq!(checked.is_err(), exposed, "{mode:o}");
        if let Err(error) = checked {
            let expected = [format!("mode {mode:04o}"), format!("chmod 600 {}", file.display())];
            assert!(expected.iter().all(|part| error.to_string().contains(part)), "{error}");
        }
    }
}

#[test]
fn what_cannot_be_opened_is_named_but_a_key_in_place_of_a_name_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let say = |name: &str| read(name.as_ref()).err().unwrap().to_string();
    assert!(say("no-such.json").contains("no-such.json: there is no such file"));
    assert!(say(folder.path().to_str().unwrap()).contains("it is a folder"));
    assert!(say("usb://ledger?key=0").contains("hardware"));
    let key = Keypair::new();
    let array = serde_json::to_string(key.to_bytes().as_slice()).unwrap();
    let seed = bs58::encode(key.secret_bytes()).into_string();
    let phrase = ["abandon"; 12].join(" ");
    for name in [array, key.to_base58_string(), seed, phrase] {
        let error = say(&name);
        assert!(error.contains("a key was given") && !error.contains(&name), "{error}");
    }
}
