//! The page about this machine.

use crate::{ballast, support};
use serde_json::Value;
use std::fs;
use std::os::unix::fs::PermissionsExt;

fn status(page: &Value, name: &str) -> String {
    let findings = page["findings"].as_array().unwrap();
    let finding = findings.iter().find(|finding| finding["name"] == name);
    finding.unwrap_or_else(|| panic!("{name} is not on the page"))["status"]
        .as_str()
        .unwrap()
        .to_owned()
}

#[test]
fn everything_is_on_one_page_and_wrong_things_say_what_mends_them() {
    let ran = ballast(&["doctor", "--json"]);
    let page: Value = serde_json::from_str(&ran.out).unwrap();
    for name in [
        "machine",
        "memory",
        "disk",
        "clock",
        "version",
        "packages",
        "compiler",
        "toolchain",
        "programs",
        "tools",
        "ports",
        "node",
        "key",
    ] {
        let found = status(&page, name);
        assert!(["ok", "warning", "wrong"].contains(&found.as_str()), "{name}: {found}");
    }
    for finding in page["findings"].as_array().unwrap() {
        assert_eq!(finding["status"] != "ok", finding["mend"].is_string(), "{finding}");
    }
    assert_eq!(page["ok"] == true, ran.code == Some(0));
    let page = ballast(&["doctor"]);
    assert!(
        page.out.lines().count() <= 60 && !page.out.contains('\u{1b}'),
        "{}",
        page.out
    );
}

#[test]
fn a_named_node_and_a_named_key_have_to_be_right() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("key.json");
    ballast(&["keys", "new", file.to_str().unwrap()]);
    let url = format!("http://127.0.0.1:{}", support::port());
    let look = |key: &str| ballast(&["doctor", "--json", "--rpc-url", &url, "--keypair", key]);
    let ran = look(file.to_str().unwrap());
    let page: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(
        (status(&page, "node").as_str(), status(&page, "key").as_str()),
        ("wrong", "ok")
    );
    assert_eq!((ran.code, &page["ok"]), (Some(1), &Value::Bool(false)));
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    let page: Value = serde_json::from_str(&look(file.to_str().unwrap()).out).unwrap();
    assert_eq!(status(&page, "key"), "wrong");
}
