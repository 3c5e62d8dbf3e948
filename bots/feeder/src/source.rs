//! Where chains come from: a file or a stream, read in a thread of its own so that a slow pipe
//! holds nothing up.

use ballast_market_data::chains::{self, ChainError, Snapshot, Stream};
use std::cell::Cell;
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
    /// The system gives no thread to read in.
    #[error("the chain cannot be read: {0}")]
    Thread(#[from] std::io::Error),
}

impl Source {
    /// `-` is standard input.
    pub fn of(chain: &Path, all: bool) -> Self {
        match chain.to_str() {
            Some("-") => Self::Stdin,
            _ if all => Self::All(chain.to_owned()),
            _ => Self::Newest(chain.to_owned()),
        }
    }

    /// Returns whether more than one snapshot may come.
    pub fn goes_on(&self) -> bool {
        !matches!(self, Self::Newest(_))
    }

    /// Begins to read. The channel closes at the end of the input, after the first error, or when
    /// nobody listens.
    ///
    /// # Errors
    /// [`SourceError::Thread`].
    pub fn open(self, currency: String) -> Result<Receiver<Arrival>, SourceError> {
        let (sender, receiver) = channel(1);
        thread::Builder::new()
            .name("chain".to_owned())
            .spawn(move || read(&self, &currency, &sender))?;
        Ok(receiver)
    }
}

fn read(source: &Source, currency: &str, sender: &Sender<Arrival>) {
    let seen = Cell::new(0usize);
    let mut send = |arrival: Arrival| {
        seen.set(seen.get() + 1);
        sender.blocking_send(arrival).is_ok()
    };
    let (input, ended) = match source {
        Source::Stdin => ("the input".to_owned(), stream(currency, &mut send)),
        Source::Newest(path) | Source::All(path) => {
            let newest_only = !source.goes_on();
            (path.display().to_string(), file(path, currency, newest_only, &mut send))
        }
    };
    match ended {
        Err(error) => drop(send(Err(error.into()))),
        Ok(()) if seen.get() == 0 => drop(send(Err(SourceError::Nothing {
            input,
            currency: currency.to_owned(),
        }))),
        Ok(()) => {}
    }
}

fn stream(currency: &str, send: &mut dyn FnMut(Arrival) -> bool) -> Result<(), ChainError> {
    for snapshot in Stream::new(std::io::stdin(), Path::new("standard input"), currency)? {
        if !send(Ok(snapshot?)) {
            break;
        }
    }
    Ok(())
}

fn file(
    path: &Path,
    currency: &str,
    newest_only: bool,
    send: &mut dyn FnMut(Arrival) -> bool,
) -> Result<(), ChainError> {
    let mut snapshots = chains::load(path)?;
    snapshots.retain(|snapshot| snapshot.currency.eq_ignore_ascii_case(currency));
    let skipped = if newest_only {
        snapshots.len().saturating_sub(1)
    } else {
        0
    };
    let _ = snapshots.into_iter().skip(skipped).all(|snapshot| send(Ok(snapshot)));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROWS: &str = "unix_time,currency,expiry,strike,type,bid,ask,forward\n\
        1,BTC,9,100,C,0.1,0.2,100\n2,BTC,9,100,C,0.1,0.2,100\n3,ETH,9,100,C,0.1,0.2,100\n";

    fn times(all: bool, currency: &str, text: &str) -> Vec<Result<i64, String>> {
        let name = format!(
            "ballast-feeder-{}-{all}-{currency}-{}.csv",
            std::process::id(),
            text.len()
        );
        let path = std::env::temp_dir().join(name);
        std::fs::write(&path, text).unwrap();
        let mut receiver = Source::of(&path, all).open(currency.to_owned()).unwrap();
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
    fn what_is_not_there_or_not_a_chain_is_one_clear_line() {
        let chains = times(false, "SOL", ROWS);
        assert!(
            chains[0].as_ref().unwrap_err().ends_with("holds no chain of SOL"),
            "{chains:?}"
        );
        let chains = times(true, "BTC", &format!("{ROWS}4,BTC,9,-1,C,0.1,0.2,100\n"));
        assert!(
            chains.len() == 1 && chains[0].as_ref().unwrap_err().contains("line 5"),
            "{chains:?}"
        );
        assert_eq!(Source::of(Path::new("-"), false), Source::Stdin);
    }
}
