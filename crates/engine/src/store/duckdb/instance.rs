use std::num::NonZero;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use duckdb::{Config, Connection};
use model::ids::OrgId;

use super::attached::{Attached, Shelf};
use super::fault::Fault;
use super::writer::STAGING;
use crate::clock::Clock;

/// One in-memory DuckDB instance to which the organizations' files are attached.
pub(super) struct Instance {
    shelf: Mutex<Shelf>,
    /// The writer thread's own connection.
    writer: Mutex<Connection>,
}

impl Instance {
    pub(super) fn open(dir: &Path, clock: Clock) -> Result<Self, Fault> {
        std::fs::create_dir_all(dir)?;
        let dir = std::path::absolute(dir)?;
        let folder = dir.to_str().ok_or(Fault::FolderName)?;
        let connection = Connection::open_in_memory_with_flags(configuration(folder)?)?;
        lock_down(&connection, folder)?;
        let writer = connection.try_clone()?;
        writer.execute_batch(STAGING)?;
        Ok(Self {
            shelf: Mutex::new(Shelf::new(connection, folder.to_owned(), clock)),
            writer: Mutex::new(writer),
        })
    }

    /// The organization's file; it stays attached while the handle lives.
    pub(super) fn attach(&self, org: OrgId) -> Result<Arc<Attached>, Fault> {
        lock(&self.shelf).attach(org)
    }

    /// Moves what the journal of the organization's file holds into the file.
    pub(super) fn checkpoint(&self, org: OrgId) -> Result<(), Fault> {
        let file = self.attach(org)?;
        Ok(self
            .connect()?
            .execute_batch(&format!("CHECKPOINT {}", file.alias()))?)
    }

    /// A connection of its own for one reader.
    pub(super) fn connect(&self) -> Result<Connection, Fault> {
        Ok(lock(&self.shelf).connect()?)
    }

    pub(super) fn writer(&self) -> MutexGuard<'_, Connection> {
        lock(&self.writer)
    }

    pub(super) fn check(&self) -> Result<(), Fault> {
        Ok(self.connect()?.query_row("SELECT 1", [], |_| Ok(()))?)
    }

    pub(super) fn pattern_fault(&self, pattern: &str) -> Result<Option<String>, Fault> {
        let connection = self.connect()?;
        let answer = connection.query_row("SELECT regexp_matches('', ?)", [pattern], |_| Ok(()));
        let Err(error) = answer else { return Ok(None) };
        let text = error.to_string();
        match text.split_once("Invalid Input Error: ") {
            Some((_, reason)) => Ok(Some(reason.lines().next().unwrap_or(reason).to_owned())),
            None => Err(error.into()),
        }
    }

    pub(super) fn close(self) -> Result<(), Fault> {
        drop(self.writer);
        self.shelf
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner)
            .close()
    }
}

/// A panic elsewhere leaves connections usable: DuckDB rolls back by itself.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn configuration(folder: &str) -> Result<Config, Fault> {
    let threads = std::thread::available_parallelism().map_or(2, NonZero::get);
    let config = Config::default()
        .with("threads", threads.to_string())?
        .with("memory_limit", "25%")?
        .with("temp_directory", format!("{folder}/spill"))?
        .with("autoinstall_known_extensions", "false")?
        .with("autoload_known_extensions", "false")?
        .with("allow_community_extensions", "false")?;
    Ok(config)
}

/// From here on the instance reaches the organizations' files and nothing else, whatever a statement says.
fn lock_down(connection: &Connection, folder: &str) -> Result<(), Fault> {
    let folder = folder.replace('\'', "''");
    connection.execute_batch(&format!(
        "SET allowed_directories = ['{folder}/'];
         SET enable_external_access = false;
         SET lock_configuration = true;"
    ))?;
    Ok(())
}
