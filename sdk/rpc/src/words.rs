//! A rule's name and numbers, as a program writes them, in words.

/// Returns `StrikeStep { digits: 800005 }` as `strike step: digits 800005`, `Expired(307)` as
/// `expired: 307`. Leaves everything else as it is.
pub fn in_words(text: &str) -> String {
    let text = text.trim();
    let end = text.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    let is_name = name.starts_with(|c: char| c.is_ascii_uppercase()) && name.contains(|c: char| c.is_ascii_lowercase());
    let closes = rest.is_empty() || rest.ends_with(['}', ')']);
    if !is_name || !closes || !(rest.is_empty() || rest.starts_with(" {") || rest.starts_with('(')) {
        return text.to_owned();
    }
    let mut words = lower(name);
    let inner = rest
        .trim_start_matches([' ', '{', '('])
        .trim_end_matches(['}', ')', ' ']);
    if inner.is_empty() {
        return words;
    }
    words += ": ";
    let mut token = String::new();
    for c in inner.chars().chain([' ']) {
        if c.is_ascii_alphanumeric() || c == '_' {
            token.push(c);
            continue;
        }
        words += &lower(&token);
        token.clear();
        match c {
            ':' | '{' | '}' | ')' => {}
            '(' => words.push(' '),
            other => words.push(other),
        }
    }
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Returns the words of a name in camel or snake case; of anything else, itself.
fn lower(token: &str) -> String {
    let has_digits = token.bytes().any(|byte| byte.is_ascii_digit());
    if has_digits || !token.bytes().any(|byte| byte.is_ascii_lowercase()) {
        return token.to_owned();
    }
    let mut words = String::new();
    for c in token.chars() {
        if c == '_' || c.is_ascii_uppercase() && !words.is_empty() {
            words.push(' ');
        }
        words.extend(c.to_lowercase().filter(|c| *c != '_'));
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_program_derives_is_read_aloud() {
        for (text, expected) in [
            ("StrikeTooLow", "strike too low"),
            ("StrikeStep { digits: 800005 }", "strike step: digits 800005"),
            ("Expired(307)", "expired: 307"),
            (
                "BelowInitial { equity_value: Value(-5), required: Value(7) }",
                "below initial: equity value value -5, required value 7",
            ),
            ("Superseded(Nonce(7))", "superseded: nonce 7"),
            ("Left: 5", "Left: 5"),
            (
                "an ordinary sentence (with words).",
                "an ordinary sentence (with words).",
            ),
            (
                "Transfer: insufficient lamports 0, need 5",
                "Transfer: insufficient lamports 0, need 5",
            ),
        ] {
            assert_eq!(in_words(text), expected);
        }
    }
}
