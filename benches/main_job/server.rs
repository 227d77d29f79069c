//! The release's own server, with a data folder of its own.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::Outcome;

const PROGRAM: &str = env!("CARGO_BIN_EXE_datapulse");

/// A running server; it ends with the value.
pub(crate) struct Server {
    process: Child,
    address: SocketAddr,
    _data: TempDir,
}

impl Server {
    /// With nothing in it.
    pub(crate) fn empty() -> Outcome<Self> {
        Self::on(TempDir::new()?)
    }

    /// With the demo in it.
    pub(crate) fn with_demo() -> Outcome<Self> {
        let data = TempDir::new()?;
        let status = command(&data)
            .args(["seed", "--demo"])
            .stdout(Stdio::null())
            .status()?;
        if !status.success() {
            return Err("the demo could not be filled".into());
        }
        Self::on(data)
    }

    fn on(data: TempDir) -> Outcome<Self> {
        let mut process = command(&data).arg("serve").stdout(Stdio::piped()).spawn()?;
        let mut url = String::new();
        if let Some(stdout) = process.stdout.take() {
            BufReader::new(stdout).read_line(&mut url)?;
        }
        let address = url
            .trim()
            .trim_start_matches("http://")
            .trim_end_matches('/')
            .parse();
        let address = address.map_err(|_| format!("serve printed `{}`, which is no URL", url.trim()))?;
        Ok(Self {
            process,
            address,
            _data: data,
        })
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn process(&self) -> u32 {
        self.process.id()
    }

    /// Calls the API with JSON.
    pub(crate) fn post(&self, path: &str, token: &str, body: &Value) -> Outcome<Value> {
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .timeout_global(Some(Duration::from_mins(1)))
            .build()
            .into();
        let mut request = agent.post(format!("http://{}{path}", self.address));
        if !token.is_empty() {
            request = request.header("Authorization", format!("Bearer {token}"));
        }
        Ok(request.send_json(body)?.body_mut().read_json()?)
    }

    /// Makes an account and a write key; gives the access token and the key.
    pub(crate) fn register(&self) -> Outcome<(String, String)> {
        let person =
            json!({"email": "bench@example.org", "password": "a long enough password", "name": "Bench"});
        let account = self.post("/api/auth/register", "", &person)?;
        let token = text(&account["access_token"])?;
        let organization = text(&account["organization"]["id"])?;
        let key = self.post(
            &format!("/api/organizations/{organization}/keys"),
            &token,
            &json!({"name": "b", "kind": "write"}),
        )?;
        Ok((token, text(&key["key"])?))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The text of a JSON value.
pub(crate) fn text(value: &Value) -> Outcome<String> {
    Ok(value.as_str().ok_or("an answer lacks a field")?.to_owned())
}

fn command(data: &TempDir) -> Command {
    let mut command = Command::new(PROGRAM);
    command
        .env("DATAPULSE_ADDR", "127.0.0.1:0")
        .env("DATAPULSE_DATA_DIR", data.path())
        .env("DATAPULSE_RATE_LIMITS", "off")
        .env("DATAPULSE_LOG", "warn");
    command
}
