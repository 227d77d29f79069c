//! The release's own server, with a data folder of its own.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
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
    data: TempDir,
    client: ureq::Agent,
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
        let (process, address) = serve(&data, &[])?;
        Ok(Self {
            process,
            address,
            data,
            client: patient(),
        })
    }

    /// Ends the process; its data stays.
    pub(crate) fn stop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }

    /// Starts it again on its data and at its address, for which its tokens were made, with these settings.
    pub(crate) fn start(&mut self, settings: &[(&str, &str)]) -> Outcome<()> {
        let address = self.address.to_string();
        let at_its_address = [("DATAPULSE_ADDR", address.as_str())];
        let settings = [settings, &at_its_address].concat();
        (self.process, self.address) = serve(&self.data, &settings)?;
        // The connections to the one before are gone.
        self.client = patient();
        Ok(())
    }

    /// Runs another command of the program on its data while it is stopped.
    pub(crate) fn run(&self, arguments: &[&str]) -> Outcome<()> {
        let status = command(&self.data).args(arguments).status()?;
        if !status.success() {
            return Err(format!("`datapulse {}` failed", arguments[0]).into());
        }
        Ok(())
    }

    /// The folder of its data.
    pub(crate) fn data(&self) -> &Path {
        self.data.path()
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn process(&self) -> u32 {
        self.process.id()
    }

    /// Reads from the API.
    pub(crate) fn get(&self, path: &str, token: &str) -> Outcome<Value> {
        let request = self
            .client
            .get(format!("http://{}{path}", self.address))
            .header("Authorization", format!("Bearer {token}"));
        Ok(request.call()?.body_mut().read_json()?)
    }

    /// Calls the API with JSON.
    pub(crate) fn post(&self, path: &str, token: &str, body: &Value) -> Outcome<Value> {
        let mut request = self.client.post(format!("http://{}{path}", self.address));
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
        self.stop();
    }
}

fn patient() -> ureq::Agent {
    let config = ureq::Agent::config_builder().timeout_global(Some(Duration::from_mins(5)));
    config.build().into()
}

/// A process that serves `data`, once it listens.
fn serve(data: &TempDir, settings: &[(&str, &str)]) -> Outcome<(Child, SocketAddr)> {
    let mut process = command(data)
        .arg("serve")
        .envs(settings.iter().copied())
        .stdout(Stdio::piped())
        .spawn()?;
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
    Ok((process, address))
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
