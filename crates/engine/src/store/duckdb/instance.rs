use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use duckdb::{Config, Connection};
use model::ids::OrgId;

use super::attached::{Attached, Shelf};
use super::damage::{has_file, remove_all_of, replace};
use super::fault::Fault;
use super::writer::STAGING;
use crate::clock::Clock;

/// Between two looks whether anybody still reads.
const PAUSE: Duration = Duration::from_millis(5);
/// Questions end by then.
const LONGEST_QUESTION: Duration = Duration::from_mins(1);

/// One in-memory DuckDB instance to which the organizations' files are attached.
pub(super) struct Instance {
    shelf: Mutex<Shelf>,
    /// A file that was being put in another's place is there.
    moved: Condvar,
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
            moved: Condvar::new(),
            writer: Mutex::new(writer),
        })
    }

    /// The organization's file; it stays attached while the handle lives.
    pub(super) fn attach(&self, org: OrgId) -> Result<Arc<Attached>, Fault> {
        let is_moving = |files: &mut Shelf| files.is_moving(org);
        let free = self.moved.wait_while(lock(&self.shelf), is_moving);
        free.unwrap_or_else(PoisonError::into_inner).attach(org)
    }

    /// The organization's file, if it is attached and that can be seen without waiting.
    pub(super) fn at_hand(&self, org: OrgId) -> Option<Arc<Attached>> {
        self.shelf.try_lock().ok()?.at_hand(org)
    }

    /// Where the files are.
    pub(super) fn folder(&self) -> PathBuf {
        lock(&self.shelf).folder().to_owned()
    }

    /// Keeps everybody from attaching the organization's file until the value is dropped.
    pub(super) fn move_file_of(&self, org: OrgId) -> Moving<'_> {
        lock(&self.shelf).begin_to_move(org);
        Moving { instance: self, org }
    }

    /// In the writer's turn: removes everything that there is of an organization. Answers how many events that were.
    pub(super) fn remove(&self, org: OrgId) -> Result<u64, Fault> {
        if !has_file(&self.folder(), org) {
            remove_all_of(&self.folder(), org)?;
            return Ok(0);
        }
        let file = self.attach(org)?;
        let count = format!("SELECT count(*) FROM {}.events", file.alias());
        let events: i64 = self.connect()?.query_row(&count, [], |row| row.get(0))?;
        let moving = self.move_file_of(org);
        Moving::wait_for_readers(&file, LONGEST_QUESTION)?;
        drop(file);
        moving.let_go()?;
        remove_all_of(&self.folder(), org)?;
        Ok(events.unsigned_abs())
    }

    /// Moves what the journal of the organization's file holds into the file.
    pub(super) fn checkpoint(&self, org: OrgId) -> Result<(), Fault> {
        let file = self.attach(org)?;
        Ok(self
            .connect()?
            .execute_batch(&format!("CHECKPOINT {}", file.alias()))?)
    }

    /// Detaches the organization's file if nobody uses it, so that DuckDB lets go of what it keeps of it in memory. Whoever
    /// comes next attaches it again.
    pub(super) fn let_go_of_memory(&self, org: OrgId) -> Result<(), Fault> {
        lock(&self.shelf).let_go(org).map(drop)
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

/// A file that nobody attaches.
pub(super) struct Moving<'i> {
    instance: &'i Instance,
    org: OrgId,
}

impl Moving<'_> {
    /// Waits until nobody but the caller, who holds `file`, uses it.
    pub(super) fn wait_for_readers(file: &Arc<Attached>, patience: Duration) -> Result<(), Fault> {
        // One of them is the shelf's.
        let mut left = patience;
        while Arc::strong_count(file) > 2 {
            left = left.checked_sub(PAUSE).ok_or(Fault::InUse)?;
            std::thread::sleep(PAUSE);
        }
        Ok(())
    }

    fn let_go(&self) -> Result<(), Fault> {
        if lock(&self.instance.shelf).let_go(self.org)? {
            Ok(())
        } else {
            Err(Fault::InUse)
        }
    }

    /// Puts a whole file in the place of the organization's, which nobody uses any more.
    pub(super) fn replace_by(self, file: &Path) -> Result<(), Fault> {
        self.let_go()?;
        Ok(replace(&self.instance.folder(), self.org, file)?)
    }
}

impl Drop for Moving<'_> {
    fn drop(&mut self) {
        lock(&self.instance.shelf).moved(self.org);
        self.instance.moved.notify_all();
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

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::super::attached::MOST_UNASKED;
    use super::*;

    const ROWS: i64 = 300_000;

    fn megabytes_in_memory(instance: &Instance) -> i64 {
        let sum = "SELECT (sum(memory_usage_bytes) // 1000000)::BIGINT FROM duckdb_memory()";
        let connection = instance.connect().expect("it is open");
        connection.query_row(sum, [], |row| row.get(0)).expect("it tells")
    }

    fn rows(instance: &Instance, file: &Attached) -> i64 {
        let count = format!("SELECT count(*) FROM {}.events", file.alias());
        let connection = instance.connect().expect("it is open");
        connection
            .query_row(&count, [], |row| row.get(0))
            .expect("it counts")
    }

    #[test]
    fn what_was_written_leaves_the_memory_and_nothing_else() {
        let dir = tempfile::tempdir().expect("a folder");
        let instance = Instance::open(dir.path(), Clock::System).expect("it opens");
        let org = OrgId::new(Uuid::from_u128(1));
        let file = instance.attach(org).expect("a new file");
        let insert = format!(
            "INSERT INTO {}.events SELECT uuid()::TEXT, 'x', make_timestamp(range), NULL, NULL, NULL,
             {{'hash': md5(range::TEXT)}}::VARIANT FROM range({ROWS})",
            file.alias()
        );
        instance.writer().execute_batch(&insert).expect("it takes them");
        instance.checkpoint(org).expect("it writes them");
        assert_eq!(rows(&instance, &file), ROWS);
        let before = megabytes_in_memory(&instance);

        instance
            .let_go_of_memory(org)
            .expect("somebody reads: nothing happens");
        assert_eq!(rows(&instance, &file), ROWS, "who reads is not disturbed");
        drop(file);
        instance.let_go_of_memory(org).expect("nobody reads");
        let after = megabytes_in_memory(&instance);
        assert!(before > 10 && after < before / 4, "{before} MB, then {after} MB");
        let again = instance.attach(org).expect("it is attached again");
        assert_eq!(rows(&instance, &again), ROWS);
    }

    #[test]
    fn memory_is_kept_while_somebody_asks() {
        let dir = tempfile::tempdir().expect("a folder");
        let instance = Instance::open(dir.path(), Clock::System).expect("it opens");
        let file = instance
            .attach(OrgId::new(Uuid::from_u128(1)))
            .expect("a new file");
        assert!(
            !file.is_kept_for_nobody(MOST_UNASKED - 1),
            "too little to look at"
        );
        assert!(file.is_kept_for_nobody(1));
        file.mark_asked();
        assert!(!file.is_kept_for_nobody(MOST_UNASKED), "somebody asked");
        assert!(file.is_kept_for_nobody(MOST_UNASKED), "and then nobody any more");
    }
}
