//! Colours, where they can be seen.

use anstyle::{AnsiColor, Style};
use std::fmt;

/// What a colour says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colour {
    /// It is as it should be.
    Good,
    /// It works, and could be better.
    Doubtful,
    /// It is wrong.
    Bad,
}

/// A word with its colour. Print it through `anstream`, which leaves the colour out where standard
/// output is no terminal, or with `NO_COLOR`.
#[derive(Clone, Copy, Debug)]
pub struct Painted<'a>(pub Colour, pub &'a str);

impl fmt::Display for Painted<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let colour = match self.0 {
            Colour::Good => AnsiColor::Green,
            Colour::Doubtful => AnsiColor::Yellow,
            Colour::Bad => AnsiColor::Red,
        };
        let style = Style::new().fg_color(Some(colour.into())).bold();
        write!(out, "{style}{}{style:#}", self.1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_colour_is_around_its_word_and_can_be_stripped() {
        let painted = Painted(Colour::Bad, "FAILED").to_string();
        assert!(
            painted.starts_with('\u{1b}') && painted.ends_with("\u{1b}[0m"),
            "{painted:?}"
        );
        assert_eq!(anstream::adapter::strip_str(&painted).to_string(), "FAILED");
    }
}
