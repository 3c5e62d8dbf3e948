//! Where chains come from: a file or a stream, read in a thread of its own so that a slow pipe
//! holds nothing up.

use ballast_files::decode::DecodeError;
use ballast_files::fault::{self, RowError};
use ballast_files::moment::TimeUnit;
use ballast_files::table::TableError;
use ballast_market_data::chains::{self, ChainError, Snapshot, Stream};
use std::fs::File;
use std::io::Read;
use std::os::unix::fs::FileTypeExt;
use std::path::{Path, PathBuf};
use std::thread;
use tokio::sync::mpsc::{channel, Receiver, Sender};

/// Which snapshots are played.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// The newest of a file.
    Newest(PathBuf),
    /// Every one of a file, by time.
    All(PathBuf),
    /// Those that arrive on standard input.
    Stdin,
    /// Those that arrive on a named pipe, until whoever writes to it closes it.
    Pipe(PathBuf),
}

/// A snapshot, or why there will be no more.
pub type Arrival = Result<Snapshot, SourceError>;

/// Why there is no snapshot. One line.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// The input is not a chain.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// It is one, but of something else.
    #[error("{input} holds no chain of {currency}")]
    Nothing {
        /// The input.
        input: String,
        /// What was asked for.
        currency: String,
    },
    /// Rows of it were left out; the others were played.
    #[error("{rows} rows of {input} were left out")]
    LeftOut {
        /// The input.
        input: String,
        /// How many.
        rows: usize,
    },
    /// The system gives no thread to read in.
    #[error("the chain cannot be read: {0}")]
    Thread(#[from] std::io::Error),
}

impl Source {
    /// `-` is standard input.
    pub fn of(chain: &Path, all: bool) -> Self {
        let found = std::fs::metadata(chain);
        match chain.to_str() {
            Some("-") => Self::Stdin,
            _ if found.is_ok_and(|found| found.file_type().is_fifo()) => Self::Pipe(chain.to_owned()),
            _ if all => Self::All(chain.to_owned()),
            _ => Self::Newest(chain.to_owned()),
        }
    }

    /// Returns whether snapshots arrive as they are taken.
    pub const fn is_stream(&self) -> bool {
        matches!(self, Self::Stdin | Self::Pipe(_))
    }

    /// Returns whether more than one snapshot may come.
    pub fn goes_on(&self) -> bool {
        !matches!(self, Self::Newest(_))
    }

    /// Begins to read; `unit` is that of times that are numbers. The channel closes at the end of
    /// the input, after the first error, or when nobody listens.
    ///
    /// # Errors
    /// [`SourceError::Thread`].
    pub fn open(self, currency: String, unit: Option<TimeUnit>) -> Result<Receiver<Arrival>, SourceError> {
        let (sender, receiver) = channel(1);
        let mut reader = Reader {
            source: self,
            currency,
            unit,
            sender,
            sent: 0,
            left_out: 0,
        };
        thread::Builder::new()
            .name("chain".to_owned())
            .spawn(move || reader.read())?;
        Ok(receiver)
    }
}

/// Reads in a thread of its own.
struct Reader {
    source: Source,
    currency: String,
    unit: Option<TimeUnit>,
    sender: Sender<Arrival>,
    sent: usize,
    left_out: usize,
}

impl Reader {
    fn send(&mut self, arrival: Arrival) -> bool {
        self.sent += 1;
        self.sender.blocking_send(arrival).is_ok()
    }

    fn read(&mut self) {
        let (input, ended) = match self.source.clone() {
            Source::Stdin => (
                "the input".to_owned(),
                self.stream(std::io::stdin(), Path::new("standard input")),
            ),
            Source::Pipe(path) => (path.display().to_string(), self.pipe(&path)),
            Source::Newest(path) | Source::All(path) => (path.display().to_string(), self.file(&path)),
        };
        let rows = self.left_out;
        let last = match ended {
            Err(error) => Some(error.into()),
            Ok(()) if self.sent == 0 => Some(SourceError::Nothing {
                input,
                currency: self.currency.clone(),
            }),
            Ok(()) => (rows > 0).then_some(SourceError::LeftOut { input, rows }),
        };
        if let Some(error) = last {
            self.send(Err(error));
        }
    }

    fn warn(&mut self, left_out: &[RowError]) {
        self.left_out += left_out.len();
        for line in fault::lines(left_out) {
            tracing::warn!("{line}");
        }
    }

    fn pipe(&mut self, path: &Path) -> Result<(), ChainError> {
        // Waits until somebody writes.
        let pipe = File::open(path).map_err(|cause| DecodeError::Read {
            file: path.to_owned(),
            cause,
        });
        let pipe = pipe.map_err(TableError::from)?;
        self.stream(pipe, path)
    }

    fn stream(&mut self, input: impl Read + Send + 'static, name: &Path) -> Result<(), ChainError> {
        let mut stream = Stream::new(input, name, &self.currency, self.unit)?;
        for snapshot in stream.by_ref() {
            let snapshot = snapshot?;
            self.warn(&snapshot.left_out);
            if !self.send(Ok(snapshot)) {
                return Ok(());
            }
        }
        self.warn(&stream.rest());
        Ok(())
    }

    fn file(&mut self, path: &Path) -> Result<(), ChainError> {
        let chains = chains::load(path, self.unit)?;
        for note in &chains.notes {
            tracing::info!("{}: {note}", path.display());
        }
        self.warn(&chains.left_out);
        let mut snapshots = chains.snapshots;
        snapshots.retain(|snapshot| snapshot.currency == self.currency);
        let skipped = if self.source.goes_on() {
            0
        } else {
            snapshots.len().saturating_sub(1)
        };
        let _ = snapshots
            .into_iter()
            .skip(skipped)
            .all(|snapshot| self.send(Ok(snapshot)));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    const ROWS: &str = "unix_time,currency,expiry,strike,type,bid,ask,forward\n\
        1,BTC,900,100,C,0.1,0.2,100\n2,BTC,900,100,C,0.1,0.2,100\n3,ETH,900,100,C,0.1,0.2,100\n";

    fn times(all: bool, currency: &str, text: &str) -> Vec<Result<i64, String>> {
        let name = format!(
            "ballast-feeder-{}-{all}-{currency}-{}.csv",
            std::process::id(),
            text.len()
        );
        let path = std::env::temp_dir().join(name);
        std::fs::write(&path, text).unwrap();
        let mut receiver = Source::of(&path, all)
            .open(currency.to_ascii_uppercase(), None)
            .unwrap();
        let mut seen = Vec::new();
        while let Some(arrival) = receiver.blocking_recv() {
            seen.push(
                arrival
                    .map(|snapshot| snapshot.unix_time)
                    .map_err(|error| error.to_string()),
            );
        }
        std::fs::remove_file(&path).unwrap();
        seen
    }

    #[test]
    fn a_file_gives_its_newest_snapshot_of_the_currency_or_all() {
        assert_eq!(times(false, "btc", ROWS), [Ok(2)]);
        assert_eq!(times(true, "BTC", ROWS), [Ok(1), Ok(2)]);
        assert_eq!(times(true, "ETH", ROWS), [Ok(3)]);
    }

    #[test]
    fn a_named_pipe_gives_each_snapshot_as_it_comes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("chain");
        let made = std::process::Command::new("mkfifo").arg(&path).status().unwrap();
        assert!(made.success());
        let source = Source::of(&path, false);
        assert!(source == Source::Pipe(path.clone()) && source.goes_on());
        let mut receiver = source.open("BTC".to_owned(), None).unwrap();
        let mut writer = std::fs::File::options().write(true).open(&path).unwrap();
        let head = ROWS.lines().take(3).collect::<Vec<_>>().join("\n");
        writeln!(writer, "{head}").unwrap();
        // The first is whole when the second begins; the second when nobody writes any more.
        assert_eq!(receiver.blocking_recv().unwrap().unwrap().unix_time, 1);
        drop(writer);
        assert_eq!(receiver.blocking_recv().unwrap().unwrap().unix_time, 2);
        assert!(receiver.blocking_recv().is_none());
    }

    #[test]
    fn what_is_not_there_or_not_a_chain_is_one_clear_line() {
        let chains = times(false, "SOL", ROWS);
        assert!(
            chains[0].as_ref().unwrap_err().ends_with("holds no chain of SOL"),
            "{chains:?}"
        );
        let chains = times(true, "BTC", &format!("{ROWS}4,BTC,900,-1,C,0.1,0.2,100\n"));
        assert!(
            chains.len() == 3 && chains[2].as_ref().unwrap_err().starts_with("1 rows of "),
            "{chains:?}"
        );
        assert_eq!(Source::of(Path::new("-"), false), Source::Stdin);
    }
}
