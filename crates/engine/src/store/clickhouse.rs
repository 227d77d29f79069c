//! Events on a ClickHouse server, over its HTTP interface: one table for all organizations, of which a question sees one
//! organization's rows alone.
//!
//! # Whose rows a question sees
//!
//! Every question sends a filter for each table along (the setting `additional_table_filters`), which the server puts on
//! every look at that table, wherever in a statement it is. It is read-only, so no statement can take the filter away.
//!
//! # Once and only once, without a transaction
//!
//! An insert that was not answered may have failed, may have stored rows, or may still store them in a minute. So rows
//! are never visible by being there. Each row names its *run*, an uninterrupted stretch of appending by one process, and
//! the log position of its batch; the table `runs` says for each run which position of the log it began at (`start`) and
//! which it has reached (`position`). A row of a run is visible up to the position that the run has reached, and never
//! beyond the start of any later run:
//!
//! - A batch becomes visible by one row in `runs`, written after all its rows: all of it or nothing.
//! - A process that ends with nothing under way says so, and the next goes on with its run.
//! - After an append that did not end well, and after a process that just vanished, the next append begins a new run at the
//!   position that is visible then, and writes the batch again there. Whatever arrives late from the earlier run, rows or their
//!   `position`, lies beyond the start of the later one and stays invisible for ever. Nothing has to be deleted first.
//! - The hours that a batch has events in lie in the same row (`touched`), so that every process knows which of its kept
//!   figures are still right as soon as it can see the batch.
//! - What a question sees is decided by the limits that it read at its beginning, so all its statements see the same.
//!
//! One process at a time may append an organization's events; one that finds a run later than its own gives up with an
//! error and does not forget the batch.

mod client;
mod decode;
mod encode;
mod erase;
mod fault;
mod form;
mod place;
mod plain;
mod reader;
mod runs;
mod tables;
mod types;
mod writer;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use model::ids::OrgId;

use super::kept_at::KeptAt;
use super::selected::described;
use super::touched::Told;
use super::{
    Appended, Cell, Erasure, Frame, KindSet, SelectedColumn, ServerAddress, Shape, Statement, closed,
};
use crate::error::Error;
use client::{Asking, Client};
use fault::Fault;
pub(super) use fault::words_about_statement;
pub(crate) use plain::is_plain;
use runs::Visible;
use writer::Writer;

/// The server's word for a regular expression that it cannot read.
const BAD_PATTERN: u32 = 427;

/// The tables on one server; clones share everything.
#[derive(Clone)]
pub(super) struct ClickHouse {
    shared: Arc<Shared>,
}

struct Shared {
    client: Client,
    writer: Writer,
    /// What could be seen at the last look.
    seen: KeptAt<Visible>,
    time_limit: Duration,
    is_closed: AtomicBool,
}

impl ClickHouse {
    /// Makes what is missing of the database and its tables.
    pub(super) async fn open(address: &ServerAddress, time_limit: Duration) -> Result<Self, Error> {
        let client = Client::new(address)?;
        tables::check(&client).await?;
        tables::make(&client).await?;
        let shared = Shared {
            client,
            writer: Writer::default(),
            seen: KeptAt::default(),
            time_limit,
            is_closed: AtomicBool::new(false),
        };
        Ok(Self {
            shared: Arc::new(shared),
        })
    }

    pub(super) async fn append(&self, org: OrgId, batches: &[Appended]) -> Result<(), Error> {
        let client = self.client()?;
        let known = self.shape(org).await?.kinds;
        Ok(self.shared.writer.append(client, org, batches, &known).await?)
    }

    pub(super) async fn erase(&self, org: OrgId, erasure: &Erasure) -> Result<u64, Error> {
        Ok(erase::erase(self.client()?, org, erasure).await?)
    }

    pub(super) async fn position(&self, org: OrgId) -> Result<u64, Error> {
        Ok(Visible::read(self.client()?, org).await?.position())
    }

    /// The position, and the hours that were touched after another one.
    pub(super) async fn touched_after(&self, org: OrgId, position: u64) -> Result<Told, Error> {
        let (told, visible) = runs::touched_after(self.client()?, org, position).await?;
        self.shared.seen.keep(org, told.position, &Arc::new(visible));
        Ok(told)
    }

    /// Kinds and links are stored before the events that have them, so this is true of everything that was visible before.
    pub(super) async fn shape(&self, org: OrgId) -> Result<Shape, Error> {
        let asking = Asking::of(
            org,
            "SELECT path, groupBitOr(kinds) FROM property_kinds WHERE org_id = {org:UUID} GROUP BY path
             UNION ALL (SELECT NULL, 0 FROM links WHERE org_id = {org:UUID} LIMIT 1)",
        );
        let rows = self.client()?.rows(&asking).await?.rows;
        let has_links = rows.iter().any(|row| row.first() == Some(&Cell::Null));
        let kinds = rows.iter().filter_map(|row| {
            let (path, bits) = (row.first()?.text()?, row.get(1)?.int()?);
            let bits = u8::try_from(bits).unwrap_or(u8::MAX);
            Some((path.to_owned(), KindSet::from_bits(bits)))
        });
        Ok(Shape {
            kinds: Arc::new(kinds.collect()),
            has_links,
        })
    }

    /// Of what could be seen at `position`, where that is known, and now otherwise.
    pub(super) async fn fetch_all(
        &self,
        org: OrgId,
        position: Option<u64>,
        statements: &[Statement],
    ) -> Result<Vec<Frame>, Error> {
        let client = self.client()?;
        let visible = position.and_then(|position| self.shared.seen.at(org, position));
        reader::fetch_all(client, org, visible, statements, self.shared.time_limit).await
    }

    pub(super) async fn columns_of(
        &self,
        org: OrgId,
        position: u64,
        text: &str,
    ) -> Result<Vec<SelectedColumn>, Error> {
        let describe = Statement::new(format!("DESCRIBE TABLE ({text})"), Vec::new());
        Ok(described(
            &self.fetch_all(org, Some(position), &[describe]).await?,
        ))
    }

    pub(super) async fn pattern_fault(&self, pattern: &str) -> Result<Option<String>, Error> {
        let asking =
            Asking::new("SELECT match('', {pattern:String})").with("pattern", &form::escaped(pattern));
        match self.client()?.rows(&asking).await {
            Err(Fault::Refused { code, message }) if code == BAD_PATTERN => Ok(Some(reason(&message))),
            Err(fault) => Err(fault.into()),
            Ok(_) => Ok(None),
        }
    }

    pub(super) async fn check(&self) -> Result<(), Error> {
        self.client()?.rows(&Asking::new("SELECT 1")).await?;
        Ok(())
    }

    /// What the tables take, without what is replaced by larger pieces.
    pub(super) async fn bytes(&self) -> Result<u64, Error> {
        let text = "SELECT toInt64(sum(bytes_on_disk)) FROM system.parts WHERE active AND database = currentDatabase()";
        let frame = self.client()?.rows(&Asking::new(text)).await?;
        let bytes = frame.rows.first().and_then(|row| row.first()?.int());
        Ok(bytes.unwrap_or_default().unsigned_abs())
    }

    /// Waits for the append that is under way.
    pub(super) async fn close(&self) {
        self.shared.is_closed.store(true, Ordering::SeqCst);
        self.shared.writer.close(&self.shared.client).await;
    }

    fn client(&self) -> Result<&Client, Error> {
        if self.shared.is_closed.load(Ordering::SeqCst) {
            return Err(closed());
        }
        Ok(&self.shared.client)
    }
}

/// What is wrong with a pattern, out of a message that says a lot more.
fn reason(message: &str) -> String {
    let told = message.split_once("error: ").map_or(message, |(_, told)| told);
    let told = told.split_once(". Look at").map_or(told, |(told, _)| told);
    told.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_long_message_the_reason_is_told() {
        let message = "Code: 427. DB::Exception: OptimizedRegularExpression: cannot compile re2: (, error: missing ): (. \
                       Look at https://example.org for reference.";
        assert_eq!(reason(message), "missing ): (");
        assert_eq!(reason("something else"), "something else");
    }
}
