//! Child processes that end with us, however we end.

use anyhow::{anyhow, bail, Context, Result};
use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{channel, Receiver, TryRecvError};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// First lines of standard error kept for the message if the process dies.
const KEPT: usize = 20;

/// Sets the signal that the kernel sends a process when its parent ends, then becomes the program.
/// It is a part of util-linux, which every Debian has; in Rust the same takes `unsafe`.
const SETPRIV: &str = "/usr/bin/setpriv";
/// Becomes the program, if the parent is still who started this: it may have ended before the
/// signal was set, and then nobody would send it.
const UNLESS_ORPHANED: &str = r#"[ "$PPID" = "$1" ] || exit 1; shift; exec "$@""#;

/// Returns a command that runs a program which ends when this thread does: the kernel tells it to
/// (SIGTERM), so also after a SIGKILL, which lets nobody clean up. Every child of ours is started
/// with it.
pub fn child(program: impl AsRef<OsStr>) -> Command {
    if !Path::new(SETPRIV).is_file() {
        return Command::new(program);
    }
    let mut command = Command::new(SETPRIV);
    let ours = std::process::id().to_string();
    command
        .args([
            "--pdeathsig",
            "TERM",
            "--",
            "/bin/sh",
            "-c",
            UNLESS_ORPHANED,
            "sh",
            &ours,
        ])
        .arg(program);
    command
}

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

/// Returns the first line that reports an error; where none says so, the first.
fn first_error(lines: &[String]) -> Option<String> {
    let reports = |line: &&String| {
        let line = line.to_lowercase();
        line.starts_with("ballast") || line.contains("error") || line.contains("panicked")
    };
    lines.iter().find(reports).or(lines.first()).cloned()
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
                    if kept.len() < KEPT && !line.trim().is_empty() {
                        kept.push(line);
                    }
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
    /// If the process has ended, with the first error it reported: what follows is its consequence.
    pub fn check(&mut self) -> Result<()> {
        let Some(status) = self.child.try_wait()? else {
            return Ok(());
        };
        // Its last words may still be on their way through the reader.
        std::thread::sleep(Duration::from_millis(50));
        let said = self.errors.lock().ok().and_then(|lines| first_error(&lines));
        Err(anyhow!(
            "{} ended ({status}): {}",
            self.name,
            said.unwrap_or_else(|| "it said nothing".to_owned())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_error_of_a_child_is_told() {
        let script = "echo starting >&2; echo 'error: the port is taken' >&2; echo 'error: giving up' >&2; exit 3";
        let mut process = Process::start("the child", child("sh").args(["-c", script])).unwrap();
        let error = process
            .line(Duration::from_secs(60), |_| false)
            .unwrap_err()
            .to_string();
        assert_eq!(error, "the child ended (exit status: 3): error: the port is taken");
        let lines = ["one".to_owned(), "two".to_owned()];
        assert_eq!((first_error(&lines), first_error(&[])), (Some("one".to_owned()), None));
    }
}
