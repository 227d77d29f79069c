//! A server of its own for each test: the real program on a free port with an empty data folder.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use reqwest::{Client, Method, RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;

pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_datapulse");
pub(crate) const PASSWORD: &str = "correct horse battery";

/// A running server; it ends with the value.
pub(crate) struct TestApp {
    server: Child,
    pub(crate) url: String,
    pub(crate) data: TempDir,
    pub(crate) client: Client,
    log: Option<tempfile::NamedTempFile>,
    settings: Vec<(String, String)>,
}

/// Somebody with an account: their token, their organization and a write key of it.
pub(crate) struct Member {
    pub(crate) email: String,
    pub(crate) token: String,
    pub(crate) organization: String,
    pub(crate) write_key: String,
}

impl TestApp {
    pub(crate) fn start() -> Self {
        Self::start_with(&[])
    }

    pub(crate) fn start_with(settings: &[(&str, &str)]) -> Self {
        Self::start_with_log(settings, Stdio::inherit())
    }

    /// A server whose log is kept: JSON, from `info`.
    pub(crate) fn start_logging() -> Self {
        let log = tempfile::NamedTempFile::new().expect("a scratch file");
        let kept = log.reopen().expect("the scratch file");
        let settings = [("DATAPULSE_LOG", "info"), ("DATAPULSE_LOG_FORMAT", "json")];
        let mut app = Self::start_with_log(&settings, Stdio::from(kept));
        app.log = Some(log);
        app
    }

    /// The first line of the log that `is` says so of, once it is there.
    pub(crate) async fn logged(&self, is: impl Fn(&str) -> bool) -> String {
        let log = self.log.as_ref().expect("a server whose log is kept");
        for _ in 0..400 {
            let text = std::fs::read_to_string(log.path()).expect("text");
            if let Some(line) = text.lines().find(|line| is(line)) {
                return line.to_owned();
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("no such line in the log");
    }

    fn start_with_log(settings: &[(&str, &str)], log: Stdio) -> Self {
        let data = tempfile::tempdir().expect("a scratch folder");
        let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let settings: Vec<(String, String)> = settings.iter().map(own).collect();
        let (server, url) = launch(&data, "127.0.0.1:0", &settings, log);
        Self {
            server,
            url,
            data,
            log: None,
            client: client(),
            settings,
        }
    }

    /// Ends the server as a crash does.
    pub(crate) fn kill(&mut self) {
        self.server.kill().expect("it runs");
        self.server.wait().expect("it ended");
    }

    /// Starts the server again, at the same address and on what it left.
    pub(crate) fn start_again(&mut self) {
        let addr = self.url.trim_start_matches("http://").to_owned();
        (self.server, self.url) = launch(&self.data, &addr, &self.settings, Stdio::inherit());
        // Connections to the earlier one are gone.
        self.client = client();
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.url))
    }

    /// Sends `body` as `member` and gives back status and JSON.
    pub(crate) async fn call(
        &self,
        member: &Member,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> (StatusCode, Value) {
        let mut request = self.request(method, path).bearer_auth(&member.token);
        if let Some(body) = body {
            request = request.json(&body);
        }
        read(request.send().await.expect("the server answers")).await
    }

    pub(crate) async fn get(&self, member: &Member, path: &str) -> (StatusCode, Value) {
        self.call(member, Method::GET, path, None).await
    }

    pub(crate) async fn post(&self, member: &Member, path: &str, body: Value) -> (StatusCode, Value) {
        self.call(member, Method::POST, path, Some(body)).await
    }

    /// Makes an account with an organization and a write key.
    pub(crate) async fn member(&self, name: &str) -> Member {
        let email = format!("{name}@example.org");
        let body = json!({"email": email, "password": PASSWORD, "name": name, "organization": format!("{name} Ltd")});
        let answer = self
            .request(Method::POST, "/api/auth/register")
            .json(&body)
            .send()
            .await;
        let (status, made) = read(answer.expect("the server answers")).await;
        assert_eq!(status, StatusCode::CREATED, "{made}");
        let text = |value: &Value| value.as_str().expect("a string").to_owned();
        let mut member = Member {
            email,
            token: text(&made["access_token"]),
            organization: text(&made["organization"]["id"]),
            write_key: String::new(),
        };
        let path = format!("/api/organizations/{}/keys", member.organization);
        let (status, key) = self
            .post(&member, &path, json!({"name": "test", "kind": "write"}))
            .await;
        assert_eq!(status, StatusCode::CREATED, "{key}");
        member.write_key = text(&key["key"]);
        member
    }

    /// Sends events with the member's write key.
    pub(crate) async fn send(&self, member: &Member, events: &Value) -> (StatusCode, Value) {
        let request = self
            .request(Method::POST, "/api/analytics/events")
            .header("x-write-key", &member.write_key);
        read(request.json(events).send().await.expect("the server answers")).await
    }

    /// Asks until `is_there` holds: an accepted event is in answers within two seconds.
    pub(crate) async fn ask_until(
        &self,
        member: &Member,
        query: &Value,
        is_there: impl Fn(&Value) -> bool,
    ) -> Value {
        let mut last = Value::Null;
        for _ in 0..200 {
            let (status, answer) = self.post(member, "/api/analytics/query", query.clone()).await;
            assert_eq!(status, StatusCode::OK, "{answer}");
            if is_there(&answer) {
                return answer;
            }
            last = answer;
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("the answer never came: {last}");
    }

    /// Signs in as a browser does and gives back the session cookie.
    pub(crate) async fn cookie(&self, member: &Member) -> String {
        let form = [("email", member.email.as_str()), ("password", PASSWORD)];
        let answer = self.form("/login", &form, None).await;
        assert_eq!(answer.status(), StatusCode::SEE_OTHER);
        session_cookie(&answer).expect("a session cookie")
    }

    /// Posts a form as a browser's own page does.
    pub(crate) async fn form(&self, path: &str, fields: &[(&str, &str)], cookie: Option<&str>) -> Response {
        let body = serde_urlencoded::to_string(fields).expect("plain text");
        let mut request = self
            .request(Method::POST, path)
            .body(body)
            .header("sec-fetch-site", "same-origin");
        request = request.header("content-type", "application/x-www-form-urlencoded");
        if let Some(cookie) = cookie {
            request = request.header("cookie", cookie);
        }
        request.send().await.expect("the server answers")
    }

    /// A page as a browser with this cookie gets it.
    pub(crate) async fn page(&self, path: &str, cookie: Option<&str>) -> (StatusCode, String) {
        let mut request = self.request(Method::GET, path);
        if let Some(cookie) = cookie {
            request = request.header("cookie", cookie);
        }
        let answer = request.send().await.expect("the server answers");
        (answer.status(), answer.text().await.expect("text"))
    }

    /// Runs another command of the program against this server's data or address.
    pub(crate) fn run(&self, args: &[&str]) -> Output {
        let mut command = Command::new(PROGRAM);
        command
            .args(args)
            .env("XDG_STATE_HOME", self.data.path().join("state"));
        command.stdin(Stdio::null()).output().expect("the program runs")
    }

    /// Runs another command of the program on this server's own data folder.
    pub(crate) fn run_on_its_data(&self, args: &[&str], input: &str) -> Output {
        let mut command = Command::new(PROGRAM);
        command
            .args(args)
            .env("DATAPULSE_DATA_DIR", self.data.path())
            .env("DATAPULSE_ADDR", "127.0.0.1:0");
        let piped = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut running = piped.spawn().expect("the program starts");
        let mut stdin = running.stdin.take().expect("standard input is piped");
        // A program that ends without reading has heard enough.
        let _ = stdin.write_all(input.as_bytes());
        drop(stdin);
        running.wait_with_output().expect("the program runs")
    }

    pub(crate) fn pid(&self) -> u32 {
        self.server.id()
    }

    /// Ends the server in good order.
    pub(crate) fn stop(&mut self) {
        let asked = Command::new("kill")
            .args(["-TERM", &self.pid().to_string()])
            .status();
        assert!(asked.expect("kill runs").success());
        assert!(self.wait().success());
    }

    /// Waits for the server's own end.
    pub(crate) fn wait(&mut self) -> std::process::ExitStatus {
        self.server.wait().expect("it ended")
    }
}

fn client() -> Client {
    // A client wants its cryptography chosen; another client may have been first.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .expect("a client")
}

/// The program on a data folder, and the address that it tells.
fn launch(data: &TempDir, addr: &str, settings: &[(String, String)], log: Stdio) -> (Child, String) {
    let mut command = Command::new(PROGRAM);
    command
        .arg("serve")
        .env("DATAPULSE_ADDR", addr)
        .env("DATAPULSE_DATA_DIR", data.path())
        .env("DATAPULSE_LOG", "warn")
        .env("DATAPULSE_RATE_LIMITS", "off")
        .envs(settings.iter().map(|(name, value)| (name, value)));
    let mut server = command
        .stdout(Stdio::piped())
        .stderr(log)
        .spawn()
        .expect("the program starts");
    let out = server.stdout.take().expect("standard output is piped");
    let mut url = String::new();
    BufReader::new(out)
        .read_line(&mut url)
        .expect("the first line is the address");
    (server, url.trim().to_owned())
}

impl Drop for TestApp {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// `name=value` of the session cookie that an answer sets.
pub(crate) fn session_cookie(answer: &Response) -> Option<String> {
    let cookies = answer
        .headers()
        .get_all("set-cookie")
        .iter()
        .filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.filter_map(|cookie| cookie.split(';').next());
    pairs
        .find(|pair| pair.starts_with("datapulse=") && pair.len() > "datapulse=".len())
        .map(str::to_owned)
}

pub(crate) async fn read(answer: Response) -> (StatusCode, Value) {
    let status = answer.status();
    let text = answer.text().await.expect("text");
    (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
}

/// The fields that a problem names, each with its code.
pub(crate) fn fields(problem: &Value) -> Vec<(String, String)> {
    let errors = problem["errors"].as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    errors
        .iter()
        .map(|error| (text(&error["field"]), text(&error["code"])))
        .collect()
}

/// Runs one of the scripts that start and stop real servers; gives what it says.
pub(crate) fn script(name: &str, args: &[&str]) -> String {
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts").join(name);
    let done = Command::new(program)
        .args(args)
        .output()
        .expect("the script runs");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8_lossy(&done.stdout).trim().to_owned()
}
