//! What pages ask the server: each function is who asks and one engine call.
#![expect(missing_docs, reason = "the structs that `#[server]` makes of its arguments")]

pub mod dashboards;
pub mod organization;
pub mod session;
pub mod shares;
pub mod widgets;
