//! Which accounts of an instruction may be the same, as the sources say it.
//!
//! Anchor writes an account back when an instruction ends: two that are the same and both mutable
//! would overwrite each other. Against that it hashes their addresses in every instruction, some
//! 1,700 compute units and 4 kB of a program. Two accounts of different types are never the same,
//! since their first eight bytes differ: so what is the only mutable one of its type says `dup`,
//! which leaves it out of the check, and of two of a type neither may.

use ballast_house_rules::{assert_none, production_code, Tree};
use std::collections::BTreeMap;

/// A mutable account that is written back.
struct Field {
    name: String,
    of: String,
    is_dup: bool,
}

/// Returns the type inside `Account<'info, …>` or `InterfaceAccount<'info, …>`.
fn written_back(kind: &str) -> Option<&str> {
    let start = ["Box<Account<", "Box<InterfaceAccount<", "Account<", "InterfaceAccount<"];
    let kind = kind.strip_prefix("Option<").unwrap_or(kind);
    let inside = start.iter().find_map(|start| kind.strip_prefix(start))?;
    inside.strip_prefix("'info, ")?.split('>').next()
}

/// Returns the accounts of each struct that are mutable and written back.
fn structs(code: &str) -> Vec<Vec<Field>> {
    let mut all = Vec::new();
    for text in code.split("#[derive(Accounts)]").skip(1) {
        let text = text.split("\n}").next().unwrap_or_default();
        let (mut fields, mut attribute) = (Vec::new(), String::new());
        for line in text.lines().map(str::trim) {
            match line.strip_prefix("pub ").and_then(|field| field.split_once(": ")) {
                Some((name, kind)) => {
                    let said: Vec<&str> = attribute.split(|c: char| !(c.is_alphanumeric() || c == '_')).collect();
                    let is_mutable = said.contains(&"mut") && !said.contains(&"init");
                    if let Some(of) = written_back(kind).filter(|_| is_mutable) {
                        fields.push(Field {
                            name: name.to_owned(),
                            of: of.to_owned(),
                            is_dup: said.contains(&"dup"),
                        });
                    }
                    attribute.clear();
                }
                None => attribute.push_str(line),
            }
        }
        all.push(fields);
    }
    all
}

#[test]
fn the_only_mutable_account_of_its_type_is_not_compared_with_others() {
    let tree = Tree::read();
    let (mut findings, mut seen) = (Vec::new(), 0);
    for file in tree.rust("programs") {
        let code = production_code(file, &tree.text(file).unwrap());
        for fields in structs(&code) {
            let mut types: BTreeMap<&str, u32> = BTreeMap::new();
            fields
                .iter()
                .for_each(|field| *types.entry(&field.of).or_default() += 1);
            seen += fields.len();
            for Field { name, of, is_dup } in &fields {
                let is_only = types.get(of.as_str()) == Some(&1);
                if is_only != *is_dup {
                    let should = if is_only {
                        "is the only one of its type: add `dup`"
                    } else {
                        "could be another one of its type: no `dup`"
                    };
                    findings.push(format!("{file}: `{name}` {should}"));
                }
            }
        }
    }
    assert!(seen > 60, "only {seen} accounts were found");
    assert_none(
        "`dup` stands on whatever cannot be the same as another account, and on nothing else",
        &findings,
    );
}

#[test]
fn a_missing_and_a_wrong_dup_are_found() {
    let of = |fields: &str| {
        let code = format!("#[derive(Accounts)]\npub struct A<'info> {{\n{fields}\n}}\n");
        let fields = structs(&code).remove(0);
        fields
            .into_iter()
            .map(|field| (field.name, field.of, field.is_dup))
            .collect::<Vec<_>>()
    };
    let named = |name: &str, of: &str, is_dup| (name.to_owned(), of.to_owned(), is_dup);
    assert_eq!(
        of("#[account(\n mut,\n has_one = mint,\n )]\n pub a: Box<Account<'info, Vault>>,\n #[account(mut, dup)]\n pub b: Option<Box<Account<'info, T>>>,"),
        [named("a", "Vault", false), named("b", "T", true)]
    );
    assert_eq!(of("#[account(init, mut)]\n pub a: Account<'info, Vault>,\n pub b: Account<'info, Vault>,\n #[account(mut)]\n pub c: UncheckedAccount<'info>,"), []);
}
