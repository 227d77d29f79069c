use std::collections::HashSet;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::{Value, json};

/// What the server says to a request.
pub(super) enum Answer {
    /// 202, with ids that were seen before as duplicates.
    Accept,
    /// 202, without the event at `index`.
    Reject { index: usize, message: &'static str },
    /// A status, with further header lines.
    Status(u16, &'static str),
    /// The connection ends without a word.
    HangUp,
}

pub(super) fn accept_all(_: usize, _: &[String]) -> Answer {
    Answer::Accept
}

/// What was asked.
#[derive(Clone)]
pub(super) struct Request {
    pub(super) key: String,
    pub(super) names: Vec<String>,
}

type Script = Box<dyn Fn(usize, &[String]) -> Answer + Send + Sync>;

struct State {
    script: Script,
    requests: Mutex<Vec<Request>>,
    ids: Mutex<HashSet<String>>,
}

pub(super) struct FakeServer {
    url: String,
    state: Arc<State>,
}

impl FakeServer {
    pub(super) fn start(script: impl Fn(usize, &[String]) -> Answer + Send + Sync + 'static) -> Self {
        Self::start_with(HashSet::new(), script)
    }

    pub(super) fn start_with(
        ids: HashSet<String>,
        script: impl Fn(usize, &[String]) -> Answer + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("it is bound"));
        let state = Arc::new(State {
            script: Box::new(script),
            requests: Mutex::default(),
            ids: Mutex::new(ids),
        });
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let state = Arc::clone(&shared);
                thread::spawn(move || serve(&stream, &state));
            }
        });
        Self { url, state }
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }

    pub(super) fn requests(&self) -> Vec<Request> {
        self.state.requests.lock().expect("no test panicked").clone()
    }

    pub(super) fn ids(&self) -> HashSet<String> {
        self.state.ids.lock().expect("no test panicked").clone()
    }
}

fn serve(stream: &TcpStream, state: &State) {
    let mut reader = BufReader::new(stream);
    while let Some((key, events)) = read_request(&mut reader) {
        let names: Vec<String> = events
            .iter()
            .map(|event| event["name"].as_str().unwrap_or_default().to_owned())
            .collect();
        let number = {
            let mut requests = state.requests.lock().expect("no test panicked");
            requests.push(Request {
                key,
                names: names.clone(),
            });
            requests.len() - 1
        };
        let (status, headers, body) = match (state.script)(number, &names) {
            Answer::HangUp => return,
            Answer::Status(status, headers) => (status, headers, String::new()),
            Answer::Accept => (202, "", receipt(state, &events, None)),
            Answer::Reject { index, message } => (202, "", receipt(state, &events, Some((index, message)))),
        };
        let head = format!(
            "HTTP/1.1 {status} x\r\n{headers}Content-Length: {}\r\n\r\n",
            body.len()
        );
        let mut stream = stream;
        if stream.write_all(format!("{head}{body}").as_bytes()).is_err() {
            return;
        }
    }
}

fn receipt(state: &State, events: &[Value], refused: Option<(usize, &str)>) -> String {
    let mut ids = state.ids.lock().expect("no test panicked");
    let (mut accepted, mut duplicates) = (0, 0);
    for (index, event) in events.iter().enumerate() {
        if refused.is_some_and(|(refused, _)| refused == index) {
            continue;
        }
        let id = event["id"].as_str().expect("every event has an id");
        if ids.insert(id.to_owned()) {
            accepted += 1;
        } else {
            duplicates += 1;
        }
    }
    let errors: Vec<Value> = refused
        .iter()
        .map(|(index, message)| json!({"index": index, "field": "name", "code": "taken", "message": message}))
        .collect();
    json!({"accepted": accepted, "duplicates": duplicates, "rejected": errors.len(), "errors": errors})
        .to_string()
}

fn read_request(reader: &mut BufReader<&TcpStream>) -> Option<(String, Vec<Value>)> {
    let (mut length, mut key) = (0, String::new());
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let line = line.trim_end();
        if line.is_empty() {
            break;
        }
        let Some((name, value)) = line.split_once(": ") else {
            continue;
        };
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.parse().expect("a length"),
            "x-write-key" => value.clone_into(&mut key),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some((
        key,
        serde_json::from_slice(&body).expect("the import writes JSON"),
    ))
}
