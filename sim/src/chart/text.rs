//! How much room words take.
//!
//! The words of an SVG are set by whoever shows it, in a typeface nobody knows here. The widths
//! below are those of DejaVu Sans rounded up, the widest of the usual ones.

use plotters::prelude::*;
use plotters::style::text_anchor::Pos;
use plotters::style::TextStyle;

use super::SCALE;

/// Plotters writes its font sizes divided by this.
const PLOTTERS: f64 = 1.24;
/// Height of a line of text over its font size.
const LINE: f64 = 1.2;

/// A font of a size, in the units of a drawing.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Font {
    size: u32,
}

impl Font {
    /// Returns the font that is called `size` as shown.
    pub(crate) const fn new(size: u32) -> Self {
        Self { size: size * SCALE }
    }

    /// Returns the size at which its letters are set.
    pub(crate) fn em(self) -> f64 {
        f64::from(self.size) / PLOTTERS
    }

    /// Returns the height of a line of text.
    pub(crate) fn height(self) -> f64 {
        self.em() * LINE
    }

    /// Returns a width in which `text` fits.
    pub(crate) fn width(self, text: &str) -> f64 {
        self.em() * text.chars().map(advance).sum::<f64>()
    }

    /// Returns the font as plotters takes it.
    pub(crate) fn style(self, colour: &RGBColor, pos: Pos) -> TextStyle<'static> {
        ("sans-serif", self.size).into_font().color(colour).pos(pos)
    }
}

/// Returns the width of a letter over the font's size.
fn advance(letter: char) -> f64 {
    match letter {
        'i' | 'j' | 'l' | 'I' | 'J' | '\'' | '.' | ',' | ' ' | ':' | ';' | '/' | '|' => 0.34,
        'f' | 't' | 'r' | '-' | '(' | ')' | '!' | '[' | ']' => 0.42,
        'm' | 'w' | 'M' | 'W' | '%' | '@' | '+' | '=' | '<' | '>' | '#' => 1.0,
        '\u{a0}' => 0.34,
        letter if letter.is_ascii_uppercase() || letter == '&' => 0.79,
        letter if letter.is_ascii() => 0.64,
        _ => 1.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_letters_take_more_room_than_narrow_ones() {
        let font = Font::new(14);
        assert!(font.width("mm") > font.width("aa") && font.width("aa") > font.width("ll"));
        assert!(font.width("") < f64::EPSILON && font.height() > font.em());
        // A digit of DejaVu Sans is 0.636 of its size wide.
        assert!(font.width("7,850") >= font.em() * (4.0 * 0.636 + 0.317));
    }
}
