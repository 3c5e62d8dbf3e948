//! Which line a row begins on. The reader's own count is off after empty lines.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::io::{self, BufRead, Read};

/// A reader that keeps where each line that is not empty begins.
pub(super) struct Lines {
    input: Box<dyn BufRead + Send>,
    offset: u64,
    line: u64,
    begun: bool,
    /// Whether the last byte was a carriage return, which ends a line with or without what follows.
    returned: bool,
    /// Place of the first byte of a line that ends no line, and the line's number.
    starts: RefCell<VecDeque<(u64, u64)>>,
}

impl Lines {
    /// Counts from `line` on.
    pub(super) fn new(input: Box<dyn BufRead + Send>, line: u64) -> Self {
        Self {
            input,
            offset: 0,
            line,
            begun: false,
            returned: false,
            starts: RefCell::default(),
        }
    }

    /// Returns the line of the first byte from `begin` on that ends no line. Places must not fall.
    pub(super) fn line_of(&self, begin: u64) -> u64 {
        let mut starts = self.starts.borrow_mut();
        while starts.front().is_some_and(|(start, _)| *start < begin) {
            starts.pop_front();
        }
        starts.front().map_or(self.line, |(_, line)| *line)
    }
}

impl Read for Lines {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.input.read(buffer)?;
        for byte in &buffer[..count] {
            match byte {
                b'\n' if self.returned => {}
                b'\n' | b'\r' => {
                    self.line += 1;
                    self.begun = false;
                }
                _ if !self.begun => {
                    self.begun = true;
                    self.starts.borrow_mut().push_back((self.offset, self.line));
                }
                _ => {}
            }
            self.returned = *byte == b'\r';
            self.offset += 1;
        }
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    #[test]
    fn every_kind_of_line_end_is_one() {
        for text in ["a\nb\n\nc", "a\r\nb\r\n\r\nc", "a\rb\r\rc"] {
            let mut lines = Lines::new(Box::new(Cursor::new(text.as_bytes().to_vec())), 1);
            io::copy(&mut lines, &mut io::sink()).unwrap();
            let places = ["a", "b", "c"].map(|row| text.find(row).unwrap() as u64);
            assert_eq!(places.map(|place| lines.line_of(place)), [1, 2, 4], "{text:?}");
        }
    }
}
