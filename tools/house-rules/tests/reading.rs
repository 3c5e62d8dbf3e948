//! What the rules rest on: how manifests and sources are read.

use ballast_house_rules::{production_code, Manifest};

#[test]
fn tests_and_comments_are_no_production_code() {
    let text = "//! std::fs\nuse core::fmt;\n#[cfg(test)]\nextern crate std;\nfn f() {} // kept\n    /// std::vec\n\
                #[cfg(test)]\nmod tests {\n    use std::vec;\n}\n";
    let code = production_code("core/types/src/lib.rs", text);
    assert_eq!(code, "use core::fmt;\nfn f() {} // kept\n");
    for file in [
        "core/a/src/tests.rs",
        "core/a/src/b/tests/c.rs",
        "core/a/benches/d.rs",
        "core/a/src/fixtures.rs",
    ] {
        assert_eq!(production_code(file, text), "", "{file}");
    }
}

#[test]
fn dependencies_of_every_target_are_found() {
    let text = "[package]\nname = \"p\"\n[lib]\ncrate-type = [\"cdylib\", \"lib\"]\n[dependencies]\na = \"1\"\n\
                [target.'cfg(unix)'.dependencies]\nb = \"1\"\n[build-dependencies]\nc = \"1\"\n[dev-dependencies]\nd = \"1\"\n\
                [lints]\nworkspace = true\n";
    let manifest = Manifest::parse("programs/p", text);
    assert_eq!((manifest.name(), manifest.dependencies()), ("p", vec!["a", "b", "c"]));
    assert_eq!(manifest.dev_dependencies(), ["d"]);
    assert!(manifest.is_program() && manifest.has_workspace_lints());
    assert!(!manifest.is_workspace() && !manifest.forbids_unsafe());
}
