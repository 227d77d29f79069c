//! The program, serving.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};

const PROGRAM: &str = env!("CARGO_BIN_EXE_datapulse");

/// A running program; it is killed when this is dropped.
pub(crate) struct Program {
    child: Child,
    pub(crate) url: String,
}

impl Program {
    /// Serves what is in `data_dir`.
    pub(crate) fn start(data_dir: &Path) -> Self {
        Self::start_within(data_dir, &[], &[])
    }

    /// As [`Program::start`], with more settings, as an argument of another program.
    pub(crate) fn start_within(data_dir: &Path, settings: &[(&str, &str)], wrapper: &[&str]) -> Self {
        let mut command = match wrapper {
            [] => Command::new(PROGRAM),
            [first, rest @ ..] => {
                let mut command = Command::new(first);
                command.args(rest).arg(PROGRAM);
                command
            }
        };
        let mut child = command
            .arg("serve")
            .env("DATAPULSE_ADDR", "127.0.0.1:0")
            .env("DATAPULSE_DATA_DIR", data_dir)
            // The issuer of access tokens, which must outlive the port.
            .env("DATAPULSE_PUBLIC_URL", "http://datapulse.test")
            .env("DATAPULSE_RATE_LIMITS", "off")
            .env("DATAPULSE_LOG", "off")
            .envs(settings.iter().copied())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("{wrapper:?} does not start: {error}"));
        let mut first_line = String::new();
        let stdout = child.stdout.take().expect("it is piped");
        BufReader::new(stdout)
            .read_line(&mut first_line)
            .expect("the program says where it listens");
        let url = first_line.trim().to_owned();
        assert!(url.starts_with("http://"), "no URL in {first_line:?}");
        Self { child, url }
    }

    /// `host:port`.
    pub(crate) fn address(&self) -> &str {
        self.url.trim_start_matches("http://")
    }

    /// SIGKILL: no handler runs, nothing is flushed.
    pub(crate) fn kill(mut self) {
        self.child.kill().expect("it runs");
        self.child.wait().expect("it ends");
    }

    /// SIGTERM: please end.
    pub(crate) fn terminate(&self) {
        let told = Command::new("kill")
            .args(["-TERM", &self.child.id().to_string()])
            .status();
        assert!(told.expect("kill runs").success());
    }

    /// Waits for the program's own end.
    pub(crate) fn wait(&mut self) -> ExitStatus {
        self.child.wait().expect("it ends")
    }

    /// Memory that it takes now, in bytes.
    pub(crate) fn memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).expect("it runs");
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:"))
            .expect("a process has memory");
        let kilobytes: u64 = line
            .trim()
            .trim_end_matches(" kB")
            .parse()
            .expect("it is told in kB");
        kilobytes * 1024
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
