//! SIGTERM under load, behind nginx with two upstreams.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::load::{Account, Load, client};
use crate::program::Program;
use crate::promise::{must_hold, stored};

const ENDS_WITHIN: Duration = Duration::from_secs(25);

struct Nginx {
    child: Child,
    url: String,
}

impl Nginx {
    /// In front of these addresses, as `deploy/nginx.conf` sets it up.
    fn start(dir: &Path, upstreams: &[&str]) -> Self {
        let address = free_address();
        let servers: Vec<String> = upstreams
            .iter()
            .map(|upstream| format!("server {upstream};"))
            .collect();
        let home = dir.display();
        let configuration = format!(
            "pid {home}/nginx.pid; error_log {home}/error.log; daemon off; worker_processes 1;
             events {{ worker_connections 512; }}
             http {{
                 access_log off;
                 client_body_temp_path {home}/body; proxy_temp_path {home}/proxy; fastcgi_temp_path {home}/fastcgi;
                 uwsgi_temp_path {home}/uwsgi; scgi_temp_path {home}/scgi;
                 upstream datapulse {{ {} keepalive 32; keepalive_timeout 20s; }}
                 server {{
                     listen {address};
                     client_max_body_size 8m;
                     location / {{
                         proxy_pass http://datapulse; proxy_http_version 1.1; proxy_set_header Connection '';
                     }}
                 }}
             }}",
            servers.join(" ")
        );
        let file = dir.join("nginx.conf");
        std::fs::write(&file, configuration).expect("a scratch file");
        let child = Command::new("/usr/sbin/nginx")
            .arg("-c")
            .arg(&file)
            .spawn()
            .expect("nginx is installed");
        let nginx = Self {
            child,
            url: format!("http://{address}"),
        };
        let deadline = Instant::now() + ENDS_WITHIN;
        while std::net::TcpStream::connect(&address).is_err() {
            assert!(Instant::now() < deadline, "nginx does not listen");
            std::thread::sleep(Duration::from_millis(20));
        }
        nginx
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        let _ = Command::new("kill").arg(self.child.id().to_string()).status();
        let _ = self.child.wait();
    }
}

fn free_address() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("it has an address").to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replica_that_leaves_fails_no_request() {
    let (first_dir, second_dir) = (
        tempfile::tempdir().expect("a folder"),
        tempfile::tempdir().expect("a folder"),
    );
    let nginx_dir = tempfile::tempdir().expect("a folder");
    let client = client();
    let mut first = Program::start(first_dir.path());
    let account = Account::make(&client, &first.url).await;
    // The second knows the same account.
    first.terminate();
    assert!(first.wait().success());
    let from = format!("{}/.", first_dir.path().display());
    let copied = Command::new("cp")
        .arg("-a")
        .arg(from)
        .arg(second_dir.path())
        .status();
    assert!(copied.expect("cp runs").success());
    let mut first = Program::start(first_dir.path());
    let mut second = Program::start(second_dir.path());
    let nginx = Nginx::start(nginx_dir.path(), &[first.address(), second.address()]);

    let mut load = Load::start(&client, &nginx.url, &account, Load::fresh(), 0);
    load.acknowledged(100).await;
    let began = Instant::now();
    first.terminate();
    let ready = client.get(format!("{}/readyz", first.url)).send().await;
    assert_eq!(ready.expect("it still answers").status(), 503);
    // A sender that hears anything but 202 stops: this would wait for it in vain.
    while began.elapsed() < Duration::from_secs(4) {
        load.acknowledged(20).await;
    }
    assert!(first.wait().success(), "a good end");
    assert!(began.elapsed() < ENDS_WITHIN);
    load.acknowledged(100).await;
    let complaints = std::fs::read_to_string(nginx_dir.path().join("error.log")).expect("nginx keeps a log");
    assert_eq!(
        load.stopped(),
        0,
        "requests failed while the replica left: {complaints}"
    );

    second.terminate();
    let memories = load.ended().await;
    assert!(second.wait().success());
    let mut both = stored(first_dir.path(), account.org).await;
    for (id, count) in stored(second_dir.path(), account.org).await {
        // Each replica here knows only its own ids: one sent again may be in both.
        both.entry(id).or_insert(count);
    }
    must_hold(&memories, &both);
}

/// What became of requests, each on a connection of its own.
#[derive(Default)]
struct Outcomes {
    answered: usize,
    refused: usize,
    broken: Vec<String>,
}

/// Asks until nobody listens any more.
async fn ask_until_refused(address: String) -> Outcomes {
    let mut outcomes = Outcomes::default();
    while outcomes.refused < 20 {
        let Ok(mut connection) = TcpStream::connect(&address).await else {
            outcomes.refused += 1;
            continue;
        };
        let request = b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
        let mut answer = Vec::new();
        let asked = async {
            connection.write_all(request).await?;
            connection.read_to_end(&mut answer).await
        };
        match asked.await {
            Ok(_) if answer.starts_with(b"HTTP/1.1 200") => outcomes.answered += 1,
            asked => outcomes
                .broken
                .push(format!("{asked:?} {}", String::from_utf8_lossy(&answer))),
        }
    }
    outcomes
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_can_still_connect_is_answered() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut program = Program::start(dir.path());
    let asking: Vec<_> = (0..8)
        .map(|_| tokio::spawn(ask_until_refused(program.address().to_owned())))
        .collect();
    program.terminate();
    assert!(program.wait().success(), "a good end");
    for asking in asking {
        let outcomes = asking.await.expect("it asks to the end");
        assert!(outcomes.answered > 10, "{} were answered", outcomes.answered);
        assert!(outcomes.broken.is_empty(), "{}", outcomes.broken.join("\n"));
    }
}
