//! Children end with their parent, and a taken port says by whom.

use crate::support::{self, node_with};
use crate::PATIENCE;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

fn localnet(port: u16) -> Child {
    Command::new(env!("CARGO_BIN_EXE_ballast"))
        .args(["localnet", "--bare", "--port", &port.to_string()])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// The case localnet-killed-leaves-node.
#[test]
fn a_node_ends_with_its_command_and_a_second_one_is_told_of_the_first() {
    if node_with("ballast_vault.so").is_none() {
        return;
    }
    let port = support::port();
    let mut parent = localnet(port);
    let stdout = BufReader::new(parent.stdout.take().unwrap());
    let mut lines = stdout.lines().map_while(Result::ok);
    assert!(lines.any(|line| line.starts_with("node: ")));
    let second = localnet(port).wait_with_output().unwrap();
    let words = String::from_utf8(second.stderr).unwrap();
    assert!(
        words.contains(&format!("port {port} is held by a local node of ours, process ")),
        "{words}"
    );
    assert!(words.contains("kill ") && second.status.code() == Some(1), "{words}");
    // SIGKILL: it can clean up nothing.
    parent.kill().unwrap();
    parent.wait().unwrap();
    let start = Instant::now();
    while TcpListener::bind(("127.0.0.1", port)).is_err() {
        assert!(start.elapsed() < PATIENCE, "the node outlives its command");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_child_ends_with_its_parent_however_that_ends() {
    if let Ok(seconds) = std::env::var("BALLAST_TEST_CHILD_SLEEPS") {
        let mut child = ballast_cli::process::child("sleep").arg(&seconds).spawn().unwrap();
        println!("child {}", child.id());
        let _ = child.wait();
        return;
    }
    let name = "children::a_child_ends_with_its_parent_however_that_ends";
    let mut parent = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", name, "--nocapture"])
        .env("BALLAST_TEST_CHILD_SLEEPS", "600")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let stdout = BufReader::new(parent.stdout.take().unwrap());
    let line = stdout
        .lines()
        .map_while(Result::ok)
        .find(|line| line.contains("child "))
        .unwrap();
    let child = line.rsplit(' ').next().unwrap().to_owned();
    let runs = || {
        let status = std::fs::read_to_string(format!("/proc/{child}/status")).unwrap_or_default();
        !status.is_empty() && !status.contains("State:\tZ")
    };
    assert!(runs());
    // SIGKILL: it can clean up nothing.
    parent.kill().unwrap();
    parent.wait().unwrap();
    let start = Instant::now();
    while runs() {
        assert!(start.elapsed() < PATIENCE, "the child outlives its parent");
        std::thread::sleep(Duration::from_millis(20));
    }
}
