//! What a first visit downloads, and what an idle server takes.

use std::thread;
use std::time::Duration;

use crate::Outcome;
use crate::client::Connection;
use crate::machine::resident_mb;
use crate::server::Server;
use crate::table::Table;

pub(crate) fn measure(table: &mut Table) -> Outcome<()> {
    let server = Server::empty()?;
    let mut connection = Connection::open(server.address())?;
    let page = connection.get("/login", "")?;
    // Long enough for whatever starts late.
    thread::sleep(Duration::from_secs(5));
    let idle = resident_mb(server.process()).ok_or("the server's memory cannot be read")?;
    table.at_most("idle memory, empty store", idle, 120.0, "MB");

    let html = String::from_utf8_lossy(&page.body).into_owned();
    let path =
        wasm_path(&html).ok_or("the first page names no .wasm file: build the release with its site")?;
    let wasm = connection.get(path, "Accept-Encoding: br\r\n")?;
    if wasm.status != 200 || !wasm.head.to_ascii_lowercase().contains("content-encoding: br") {
        return Err(format!("{path} is not sent in brotli:\n{}", wasm.head).into());
    }
    table.at_most(
        "first page's WASM, brotli, as sent",
        wasm.body.len() as f64 / 1e3,
        450.0,
        "KB",
    );
    Ok(())
}

fn wasm_path(html: &str) -> Option<&str> {
    let end = html.find(".wasm")? + ".wasm".len();
    let start = html[..end].rfind(['"', '\'', '='])? + 1;
    Some(&html[start..end])
}
