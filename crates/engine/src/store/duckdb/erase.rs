//! Erasing without a DELETE: what stays is copied to a new file, which then takes the place of the old one. So nothing of
//! what was erased is left in a free block either.
//!
//! Most of the copying is done beside appends and questions. The rest, what came meanwhile, is copied in the writer's turn
//! at a moment when nobody reads the organization's file.

use std::path::PathBuf;
use std::time::Duration;

use duckdb::{Connection, Transaction, params};
use model::ids::OrgId;

use super::attached::{Attached, TABLES, attach};
use super::damage::remove_files_of;
use super::fault::Fault;
use super::instance::{Instance, Moving};
use crate::store::Erasure;

/// A new file that holds what stays of the events up to a row.
pub(super) struct Rewrite {
    org: OrgId,
    erasure: Erasure,
    connection: Connection,
    alias: String,
    path: PathBuf,
    /// The first row that is not copied yet.
    next_row: i64,
    erased: u64,
    is_attached: bool,
}

/// Copies what is there now; nothing where there is nothing to erase.
pub(super) fn begin(instance: &Instance, org: OrgId, erasure: &Erasure) -> Result<Option<Rewrite>, Fault> {
    let file = instance.attach(org)?;
    let connection = instance.connect()?;
    connection.execute_batch("CREATE TEMP TABLE erased_ids (id TEXT)")?;
    if let Erasure::Person(ids) = erasure {
        let mut appender = connection.appender_to_catalog_and_db("erased_ids", "temp", "main")?;
        for id in ids {
            appender.append_row(params![id])?;
        }
        appender.flush()?;
    }
    if !is_there(&connection, &file, erasure)? {
        return Ok(None);
    }
    let path = instance.folder().join(format!("{org}.erasing.duckdb"));
    let mut rewrite = Rewrite {
        org,
        erasure: erasure.clone(),
        connection,
        alias: format!("{}_erasing", file.alias()),
        path,
        next_row: 0,
        erased: 0,
        is_attached: false,
    };
    rewrite.make_file()?;
    rewrite.copy_events(&file)?;
    Ok(Some(rewrite))
}

impl Rewrite {
    fn make_file(&mut self) -> Result<(), Fault> {
        self.clear()?;
        let path = self.path.to_str().ok_or(Fault::FolderName)?.replace('\'', "''");
        let alias = &self.alias;
        self.connection.execute_batch(&attach(&path, alias))?;
        self.is_attached = true;
        self.connection.execute_batch(&format!(
            "USE {alias}; BEGIN; {TABLES} COMMIT; CHECKPOINT {alias}; USE memory"
        ))?;
        Ok(())
    }

    /// Copies the rows from the next one on, as far as they stay.
    fn copy_events(&mut self, file: &Attached) -> Result<(), Fault> {
        let (old, new) = (file.alias().to_owned(), self.alias.clone());
        let (goes, first) = (goes(&self.erasure), self.next_row);
        let transaction = self.connection.transaction()?;
        let end: i64 = number(
            &transaction,
            &format!("SELECT coalesce(max(rowid) + 1, {first}) FROM {old}.events"),
        )?;
        let rows = format!("FROM {old}.events WHERE rowid >= {first} AND rowid < {end}");
        let erased: i64 = number(&transaction, &format!("SELECT count(*) {rows} AND {goes}"))?;
        transaction.execute_batch(&format!(
            "INSERT INTO {new}.events SELECT * {rows} AND NOT coalesce({goes}, FALSE)"
        ))?;
        transaction.commit()?;
        self.next_row = end;
        self.erased += erased.unsigned_abs();
        Ok(())
    }

    /// In the writer's turn: copies the rest and puts the new file in the place of the old one. Answers how many events were
    /// erased.
    ///
    /// # Errors
    /// [`Fault::InUse`] where somebody reads the old one for longer than `patience`; it may be tried again.
    pub(super) fn finish(&mut self, instance: &Instance, patience: Duration) -> Result<u64, Fault> {
        let file = instance.attach(self.org)?;
        let moving = instance.move_file_of(self.org);
        Moving::wait_for_readers(&file, patience)?;
        self.copy_events(&file)?;
        self.copy_the_rest(&file)?;
        drop(file);
        self.detach()?;
        moving.replace_by(&self.path)?;
        Ok(self.erased)
    }

    fn copy_the_rest(&mut self, file: &Attached) -> Result<(), Fault> {
        let (old, new) = (file.alias().to_owned(), self.alias.clone());
        let links = links(&self.erasure, &old, &new);
        let transaction = self.connection.transaction()?;
        transaction.execute_batch(&format!(
            "UPDATE {new}.progress SET position = (SELECT max(position) FROM {old}.progress);
             UPDATE {new}.erasures SET number = (SELECT max(number) + 1 FROM {old}.erasures);
             INSERT INTO {new}.property_kinds SELECT * FROM {old}.property_kinds;
             {links}"
        ))?;
        transaction.commit()?;
        self.connection.execute_batch(&format!("CHECKPOINT {new}"))?;
        Ok(())
    }

    fn detach(&mut self) -> Result<(), Fault> {
        if self.is_attached {
            self.connection.execute_batch(&format!("DETACH {}", self.alias))?;
            self.is_attached = false;
        }
        Ok(())
    }

    /// Removes what an earlier attempt left.
    fn clear(&self) -> Result<(), Fault> {
        let alias = &self.alias;
        self.connection
            .execute_batch(&format!("DETACH DATABASE IF EXISTS {alias}"))?;
        Ok(remove_files_of(&self.path)?)
    }
}

impl Drop for Rewrite {
    fn drop(&mut self) {
        // What came to nothing must not stay attached; its files are in the way of nobody else.
        if let Err(fault) = self.clear() {
            tracing::warn!(%fault, org = %self.org, "a file that was to replace another could not be removed");
        }
    }
}

fn number(transaction: &Transaction<'_>, text: &str) -> Result<i64, Fault> {
    Ok(transaction.query_row(text, [], |row| row.get(0))?)
}

/// Whether any event or link is to be erased.
fn is_there(connection: &Connection, file: &Attached, erasure: &Erasure) -> Result<bool, Fault> {
    let (alias, goes) = (file.alias(), goes(erasure));
    let links = match erasure {
        Erasure::Person(_) => format!(
            "EXISTS (FROM {alias}.links WHERE anonymous_id IN (FROM temp.erased_ids) OR user_id IN (FROM temp.erased_ids))"
        ),
        Erasure::Before(_) | Erasure::Everything => "FALSE".to_owned(),
    };
    let text = format!("SELECT EXISTS (FROM {alias}.events WHERE {goes}) OR {links}");
    Ok(connection.query_row(&text, [], |row| row.get(0))?)
}

/// The condition on events that are erased.
fn goes(erasure: &Erasure) -> String {
    match erasure {
        Erasure::Person(_) => "(user_id IN (FROM temp.erased_ids)
             OR (user_id IS NULL AND anonymous_id IN (FROM temp.erased_ids)))"
            .to_owned(),
        Erasure::Before(time) => earlier_than(time.as_microsecond()),
        Erasure::Everything => "TRUE".to_owned(),
    }
}

fn earlier_than(micros: i64) -> String {
    format!("ts < make_timestamp({micros}::BIGINT)")
}

/// The links that stay. A visitor may have been somebody else, too: what is left says so.
fn links(erasure: &Erasure, old: &str, new: &str) -> String {
    match erasure {
        Erasure::Person(_) => format!(
            "INSERT INTO {new}.links SELECT * FROM {old}.links
             WHERE anonymous_id NOT IN (FROM temp.erased_ids) AND user_id NOT IN (FROM temp.erased_ids);
             INSERT INTO {new}.links
             SELECT anonymous_id, arg_min(user_id, (ts, user_id)), min(ts) FROM {new}.events
             WHERE user_id IS NOT NULL AND anonymous_id IN (FROM temp.erased_ids) GROUP BY anonymous_id;"
        ),
        // Links stay as long as there are events of the visitor that need them.
        Erasure::Before(time) => {
            let earlier = earlier_than(time.as_microsecond());
            format!(
                "INSERT INTO {new}.links SELECT * FROM {old}.links AS link WHERE NOT {earlier} OR EXISTS (
                    FROM {new}.events AS event WHERE event.anonymous_id = link.anonymous_id);"
            )
        }
        Erasure::Everything => String::new(),
    }
}
