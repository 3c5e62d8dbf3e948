//! Text out of any file: gzip is recognised by its first bytes, not by a name; UTF-8 with or
//! without a mark, and UTF-16 as Excel and PowerShell write it.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::path::{Path, PathBuf};

use flate2::bufread::MultiGzDecoder;

/// Size of a buffer: enough to see what a file begins with.
const BUFFER: usize = 1 << 16;
/// Most bytes of a file in UTF-16, which is read as a whole.
const MAX_UTF16: u64 = 1 << 30;
/// Most bytes of a file that is read as a whole.
const MAX_WHOLE: u64 = 1 << 24;

/// Formats that are no text, by their first bytes.
const BINARY: [(&[u8], &str); 7] = [
    (
        b"PK\x03\x04",
        "a ZIP archive or an Excel workbook; unpack it, or save it as CSV",
    ),
    (b"PAR1", "a Parquet file; save it as CSV"),
    (b"\x28\xb5\x2f\xfd", "compressed with zstd; unpack it first (zstd -d)"),
    (b"\xfd7zXZ\0", "compressed with xz; unpack it first (xz -d)"),
    (b"BZh", "compressed with bzip2; unpack it first (bzip2 -d)"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook; save it as CSV"),
    (b"ARROW1", "an Arrow or Feather file; save it as CSV"),
];

/// Why a file gives no text. One line that names it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// It is missing, unreadable or not whole.
    #[error("{}: cannot be read ({cause}); check the path, and that the file is whole", .file.display())]
    Read {
        /// The file.
        file: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
    /// It is of another kind.
    #[error("{}: is {what}", .file.display())]
    Foreign {
        /// The file.
        file: PathBuf,
        /// What it is, and what to do.
        what: &'static str,
    },
}

/// The text of an input, and what had to be done to get it.
pub struct Text {
    /// UTF-8 without a mark. Whether every byte of it is UTF-8 is for the reader to check.
    pub reader: Box<dyn BufRead + Send>,
    /// What was found, such as `compressed with gzip`.
    pub notes: Vec<String>,
}

/// Opens a file.
///
/// # Errors
/// [`DecodeError`].
pub fn open(path: &Path) -> Result<Text, DecodeError> {
    let failed = |cause| DecodeError::Read {
        file: path.to_owned(),
        cause,
    };
    let file = File::open(path).map_err(failed)?;
    if file.metadata().map_err(failed)?.is_dir() {
        return Err(failed(io::Error::from(io::ErrorKind::IsADirectory)));
    }
    text(file, path)
}

/// Returns the whole text of a small file, such as settings or a quote.
///
/// # Errors
/// [`DecodeError`]; also of a file that is no UTF-8, or larger than 16 MiB.
pub fn whole(path: &Path) -> Result<String, DecodeError> {
    let mut text = String::new();
    let read = open(path)?.reader.take(MAX_WHOLE + 1).read_to_string(&mut text);
    let failed = |cause| DecodeError::Read {
        file: path.to_owned(),
        cause,
    };
    match read.map_err(failed)? as u64 {
        0..=MAX_WHOLE => Ok(text),
        _ => Err(failed(io::Error::other("it is larger than 16 MiB"))),
    }
}

/// Returns the text of an input that arrives piece by piece; `name` is what errors call it.
///
/// # Errors
/// [`DecodeError`].
pub fn text(input: impl Read + Send + 'static, name: &Path) -> Result<Text, DecodeError> {
    let failed = |cause| DecodeError::Read {
        file: name.to_owned(),
        cause,
    };
    let foreign = |what| DecodeError::Foreign {
        file: name.to_owned(),
        what,
    };
    let (mut start, mut reader) = peek(Box::new(input)).map_err(failed)?;
    let mut notes = Vec::new();
    if start.starts_with(&[0x1f, 0x8b]) {
        (start, reader) = peek(Box::new(MultiGzDecoder::new(reader))).map_err(failed)?;
        notes.push("compressed with gzip".to_owned());
    }
    if let Some((_, what)) = BINARY.iter().find(|(magic, _)| start.starts_with(magic)) {
        return Err(foreign(what));
    }
    if let Some(big_endian) = utf16(&start) {
        notes
            .push("the file is UTF-16; it is read as that (save it as UTF-8 and nothing has to be guessed)".to_owned());
        let text = read_utf16(&mut reader, big_endian).map_err(failed)?;
        start = text.as_bytes().iter().copied().take(8).collect();
        reader = Box::new(Cursor::new(text.into_bytes()));
    }
    if start.starts_with(b"\xef\xbb\xbf") {
        reader.fill_buf().map_err(failed)?;
        reader.consume(3);
    } else if start.contains(&0) {
        return Err(foreign("no text: it has zero bytes at its beginning"));
    }
    Ok(Text { reader, notes })
}

/// Returns the first eight bytes, or fewer at the end of the input, and a reader of all of it.
fn peek(mut input: Box<dyn Read + Send>) -> io::Result<(Vec<u8>, Box<dyn BufRead + Send>)> {
    let mut start = Vec::new();
    (&mut input).take(8).read_to_end(&mut start)?;
    let whole = Cursor::new(start.clone()).chain(input);
    Ok((start, Box::new(BufReader::with_capacity(BUFFER, whole))))
}

/// Returns whether the beginning is UTF-16, and then whether its big end comes first.
fn utf16(start: &[u8]) -> Option<bool> {
    match start {
        [0xff, 0xfe, ..] => Some(false),
        [0xfe, 0xff, ..] => Some(true),
        // Without a mark: letters of a header.
        [a, 0, b, 0, ..] if a.is_ascii_graphic() && b.is_ascii_graphic() => Some(false),
        [0, a, 0, b, ..] if a.is_ascii_graphic() && b.is_ascii_graphic() => Some(true),
        _ => None,
    }
}

fn read_utf16(reader: &mut dyn Read, big_endian: bool) -> io::Result<String> {
    let mut bytes = Vec::new();
    reader.take(MAX_UTF16).read_to_end(&mut bytes)?;
    let unit = |pair: &[u8]| {
        let pair = [pair[0], pair[1]];
        if big_endian {
            u16::from_be_bytes(pair)
        } else {
            u16::from_le_bytes(pair)
        }
    };
    let pairs = bytes.chunks_exact(2);
    if !pairs.remainder().is_empty() {
        return Err(io::Error::new(
            io::ErrorKind::InvalidData,
            "UTF-16 with half a character at its end",
        ));
    }
    let text: String = char::decode_utf16(pairs.map(unit))
        .collect::<Result<_, _>>()
        .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, format!("not UTF-16: {error}")))?;
    Ok(text.strip_prefix('\u{feff}').map_or(text.clone(), str::to_owned))
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::{write::GzEncoder, Compression};
    use std::io::Write;

    fn read(bytes: &[u8]) -> Result<(String, usize), String> {
        let mut text = text(Cursor::new(bytes.to_vec()), Path::new("f")).map_err(|error| error.to_string())?;
        let mut read = String::new();
        text.reader
            .read_to_string(&mut read)
            .map_err(|error| error.to_string())?;
        Ok((read, text.notes.len()))
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn utf16(text: &str, big_endian: bool, mark: bool) -> Vec<u8> {
        let units = mark.then_some(0xfeff).into_iter().chain(text.encode_utf16());
        let bytes = |unit: u16| {
            if big_endian {
                unit.to_be_bytes()
            } else {
                unit.to_le_bytes()
            }
        };
        units.flat_map(bytes).collect()
    }

    #[test]
    fn every_common_encoding_gives_the_same_text() {
        let plain = "a,b\n1,ä\n";
        let marked = [b"\xef\xbb\xbf", plain.as_bytes()].concat();
        for (bytes, notes) in [
            (plain.as_bytes().to_vec(), 0),
            (marked.clone(), 0),
            (gzip(plain.as_bytes()), 1),
            (gzip(&marked), 1),
            (utf16(plain, false, true), 1),
            (utf16(plain, true, true), 1),
            (utf16(plain, false, false), 1),
            (utf16(plain, true, false), 1),
            (gzip(&utf16(plain, false, true)), 2),
        ] {
            assert_eq!(read(&bytes), Ok((plain.to_owned(), notes)));
        }
        assert_eq!(read(b""), Ok((String::new(), 0)));
        assert_eq!(read(b"a"), Ok(("a".to_owned(), 0)));
    }

    #[test]
    fn what_is_no_text_is_said() {
        let whole = gzip(&[b'x'; 10_000]);
        for (bytes, words) in [
            (b"PK\x03\x04....".as_slice(), "a ZIP archive"),
            (b"PAR1....", "a Parquet file"),
            (b"\0\0\0\0", "zero bytes"),
            (&whole[..whole.len() / 2], ""),
            (b"\xff\xfea\0b", "half a character"),
        ] {
            let error = read(bytes).unwrap_err();
            assert!(error.contains(words) && !error.contains('\n'), "{error}");
        }
        assert!(open(Path::new("no-such-file")).is_err_and(|error| error.to_string().contains("check the path")));
        assert!(open(Path::new(".")).is_err_and(|error| error.to_string().contains("directory")));
    }
}
