//! What may be written over, and that nothing is half written.

use ballast_files::output::{write_all, Guard, Kind};
use std::fs;
use std::path::{Path, PathBuf};

const TABLE: Kind = Kind {
    what: "a table of tests",
    is_ours: |content| content.starts_with(b"ours"),
};

#[test]
fn nothing_but_an_earlier_result_is_replaced() {
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str, content: &str| {
        let path = dir.path().join(name);
        fs::write(&path, content).unwrap();
        path
    };
    let (input, mine, other) = (at("in", "ours"), at("mine", "ours, old"), at("other", "letter"));
    let key = at("key", &format!("{:?}", vec![1u8; 64]));
    let link = dir.path().join("link");
    std::os::unix::fs::symlink(&input, &link).unwrap();
    let hard = dir.path().join("hard");
    fs::hard_link(&input, &hard).unwrap();
    let guard = Guard::new().input("--in", &input);
    for (path, words) in [
        (&input, "is the input of --in"),
        (&link, "is the input of --in"),
        (&hard, "is the input of --in"),
        (&other, "is not a table of tests"),
        (&key, "looks like a key file"),
        (&dir.path().to_owned(), "is a folder"),
        (&dir.path().join("no/where"), "there is no folder"),
        (&PathBuf::new(), "has to name a file"),
    ] {
        let error = guard.file("--out", path, TABLE).unwrap_err().to_string();
        assert!(error.contains(words) && error.starts_with("--out: "), "{error}");
    }
    guard.file("--out", &mine, TABLE).unwrap().write(b"ours, new").unwrap();
    assert_eq!(fs::read(&mine).unwrap(), b"ours, new");
    let empty = at("empty", "");
    guard.file("--out", &empty, TABLE).unwrap().write(b"ours").unwrap();
    assert_eq!(fs::read(&other).unwrap(), b"letter");
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 7);
}

#[test]
fn what_appears_meanwhile_is_kept() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("new");
    let target = Guard::new().file("--out", &path, TABLE).unwrap();
    fs::write(&path, "letter").unwrap();
    assert!(target.write(b"ours").is_err());
    assert_eq!(fs::read(&path).unwrap(), b"letter");
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
}

#[test]
fn several_files_are_written_or_none() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("made");
    let guard = Guard::new();
    let first = guard.file_in("--out", &folder, "a.csv", TABLE).unwrap();
    let second = guard.file_in("--out", &folder, "b.csv", TABLE).unwrap();
    assert!(guard.file_in("--out", &folder, "smiles-btc/usd.svg", TABLE).is_err());
    write_all(&[(first.clone(), b"ours"), (second, b"ours")]).unwrap();
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 2);
    let full = guard.file("--out", Path::new("/dev/full"), TABLE).unwrap();
    let first = guard.file("--out", first.path(), TABLE).unwrap();
    let error = write_all(&[(first.clone(), b"ours, new"), (full, b"x")]).unwrap_err();
    assert!(error.to_string().contains("No space left"), "{error}");
    assert_eq!(fs::read(first.path()).unwrap(), b"ours");
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 2);
}
