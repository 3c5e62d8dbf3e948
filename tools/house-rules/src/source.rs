//! Rust text, as far as the rules have to understand it.

/// Returns a file's lines without comments and without what only tests compile.
///
/// Tests are the last module of a file, as clippy demands: the rest is cut off with them.
pub fn production_code(file: &str, text: &str) -> String {
    if is_of_tests(file) {
        return String::new();
    }
    let mut code = String::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let follows = lines.peek().map_or("", |next| next.trim());
        if line.trim() == "#[cfg(test)]" {
            if follows.contains("mod ") && follows.ends_with('{') {
                break;
            }
            lines.next();
        } else if !line.trim_start().starts_with("//") {
            code += line;
            code.push('\n');
        }
    }
    code
}

/// Returns whether a file is compiled for tests and benches alone, by where it lies.
fn is_of_tests(file: &str) -> bool {
    file.split('/')
        .any(|part| ["tests", "tests.rs", "benches", "fixtures.rs"].contains(&part))
}
