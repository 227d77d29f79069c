//! Pages as a person waits for them: warm, signed in, compressed.

use std::time::Duration;

use serde_json::json;

use crate::Outcome;
use crate::client::{Connection, Response, median, milliseconds};
use crate::server::{Server, text};
use crate::table::Table;

const ROUNDS: usize = 60;
const ENCODING: &str = "Accept-Encoding: gzip, br\r\n";

pub(crate) fn measure(table: &mut Table) -> Outcome<()> {
    let server = Server::with_demo()?;
    let account = json!({"email": "demo@datapulse.local", "password": "datapulse-demo"});
    let token = text(&server.post("/api/auth/login", "", &account)?["access_token"])?;
    let dashboard = product_overview(&server, &token)?;
    let mut connection = Connection::open(server.address())?;

    let cookie = log_in(&mut connection)?;
    let headers = format!("Cookie: {cookie}\r\n{ENCODING}");
    let page = visits(&mut connection, &format!("/dashboards/{dashboard}"), &headers)?;
    table.at_most(
        "dashboard page of 8 widgets, first byte, p50",
        page.first_byte,
        60.0,
        "ms",
    );
    table.note("dashboard page, last byte, p50", page.last_byte, "ms");
    table.note("dashboard page, compressed", page.kilobytes, "KB");

    let share = server.post(&format!("/api/dashboards/{dashboard}/shares"), &token, &json!({}))?;
    let url = text(&share["url"])?;
    let path = url
        .find("/s/")
        .map(|at| url[at..].to_owned())
        .ok_or("a share link without /s/")?;
    let page = visits(&mut connection, &path, ENCODING)?;
    table.at_most("share page, first byte, p50", page.first_byte, 30.0, "ms");
    table.note("share page, last byte, p50", page.last_byte, "ms");
    table.at_most("share page, compressed", page.kilobytes, 100.0, "KB");
    Ok(())
}

struct Visits {
    first_byte: f64,
    last_byte: f64,
    kilobytes: f64,
}

fn visits(connection: &mut Connection, path: &str, headers: &str) -> Outcome<Visits> {
    let mut responses: Vec<Response> = Vec::new();
    for _ in 0..ROUNDS + 5 {
        let response = connection.get(path, headers)?;
        if response.status != 200 {
            return Err(format!("{path} answered {}", response.status).into());
        }
        responses.push(response);
    }
    let warm = &responses[5..];
    let middle = |time: fn(&Response) -> Duration| milliseconds(median(warm.iter().map(time).collect()));
    Ok(Visits {
        first_byte: middle(|response| response.first_byte),
        last_byte: middle(|response| response.whole),
        kilobytes: warm[0].body.len() as f64 / 1e3,
    })
}

fn log_in(connection: &mut Connection) -> Outcome<String> {
    let form = "email=demo%40datapulse.local&password=datapulse-demo";
    let request = format!(
        "POST /login HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: same-origin\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
        form.len()
    );
    let response = connection.exchange(request.as_bytes())?;
    let cookie = response
        .head
        .lines()
        .find(|line| line.to_ascii_lowercase().starts_with("set-cookie:"));
    let pair = cookie
        .and_then(|line| line.split_once(": "))
        .and_then(|(_, value)| value.split(';').next());
    Ok(pair.ok_or("logging in set no cookie")?.to_owned())
}

fn product_overview(server: &Server, token: &str) -> Outcome<String> {
    let url = format!("http://{}/api/dashboards", server.address());
    let request = ureq::get(url).header("Authorization", format!("Bearer {token}"));
    let list: serde_json::Value = request.call()?.body_mut().read_json()?;
    let items = list["items"]
        .as_array()
        .ok_or("the list of dashboards has no items")?;
    let found = items.iter().find(|item| item["name"] == "Product overview");
    text(&found.ok_or("the demo has no dashboard `Product overview`")?["id"])
}
