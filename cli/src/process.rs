//! Child processes that end with us.

use anyhow::{anyhow, bail, Context, Result};
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{channel, Receiver, TryRecvError};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// Lines of standard error kept for the message if the process dies.
const KEPT: usize = 20;

/// A running child; killed when dropped.
pub struct Process {
    name: &'static str,
    child: Child,
    lines: Receiver<String>,
    errors: Arc<Mutex<Vec<String>>>,
}

fn lines_of(stream: impl Read + Send + 'static, mut each: impl FnMut(String) + Send + 'static) {
    std::thread::spawn(move || BufReader::new(stream).lines().map_while(Result::ok).for_each(&mut each));
}

impl Process {
    /// Starts a command whose standard output is read line by line.
    ///
    /// # Errors
    /// If it cannot be started.
    pub fn start(name: &'static str, command: &mut Command) -> Result<Self> {
        let command = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command
            .spawn()
            .with_context(|| format!("{name} could not be started"))?;
        let (sender, lines) = channel();
        if let Some(stdout) = child.stdout.take() {
            lines_of(stdout, move |line| drop(sender.send(line)));
        }
        let errors = Arc::new(Mutex::new(Vec::new()));
        if let Some(stderr) = child.stderr.take() {
            let errors = Arc::clone(&errors);
            lines_of(stderr, move |line| {
                if let Ok(mut kept) = errors.lock() {
                    if kept.len() == KEPT {
                        kept.remove(0);
                    }
                    kept.push(line);
                }
            });
        }
        Ok(Self {
            name,
            child,
            lines,
            errors,
        })
    }

    /// Returns the first line of output that `wanted` takes.
    ///
    /// # Errors
    /// If the process ends or stays silent for `patience`.
    pub fn line(&mut self, patience: Duration, wanted: impl Fn(&str) -> bool) -> Result<String> {
        let end = Instant::now() + patience;
        loop {
            match self.lines.recv_timeout(
                end.saturating_duration_since(Instant::now())
                    .min(Duration::from_millis(50)),
            ) {
                Ok(line) if wanted(&line) => return Ok(line),
                Ok(_) => {}
                Err(_) => {
                    self.check()?;
                    if Instant::now() >= end {
                        bail!("{} did not get ready in {} s", self.name, patience.as_secs());
                    }
                }
            }
        }
    }

    /// Returns the lines of output since the last time.
    pub fn news(&mut self) -> Vec<String> {
        let mut news = Vec::new();
        loop {
            match self.lines.try_recv() {
                Ok(line) => news.push(line),
                Err(TryRecvError::Empty | TryRecvError::Disconnected) => return news,
            }
        }
    }

    /// # Errors
    /// If the process has ended, with the last thing it said.
    pub fn check(&mut self) -> Result<()> {
        let Some(status) = self.child.try_wait()? else {
            return Ok(());
        };
        // Its last words may still be on their way through the reader.
        std::thread::sleep(Duration::from_millis(50));
        let last = self.errors.lock().ok().and_then(|lines| lines.last().cloned());
        Err(anyhow!(
            "{} ended ({status}): {}",
            self.name,
            last.unwrap_or_else(|| "it said nothing".to_owned())
        ))
    }

    /// Kills it, as a power cut would.
    pub fn kill(&mut self) {
        // An error means that it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}
