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
                b'\n' => {
                    self.line += 1;
                    self.begun = false;
                }
                b'\r' => {}
                _ if !self.begun => {
                    self.begun = true;
                    self.starts.borrow_mut().push_back((self.offset, self.line));
                }
                _ => {}
            }
            self.offset += 1;
        }
        Ok(count)
    }
}
