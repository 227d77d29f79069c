use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use duckdb::Connection;
use jiff::SignedDuration;
use model::Timestamp;
use model::ids::OrgId;

use super::damage::set_aside_what_is_damaged;
use super::fault::Fault;
use crate::clock::Clock;
use crate::store::kinds::{KindSet, Kinds};
use crate::store::links::Links;

/// Most files that are attached at the same time, unless more are in use.
const MOST_ATTACHED: usize = 64;
/// A file that nobody used for so long is detached.
const IDLE: SignedDuration = SignedDuration::from_mins(10);
/// So many events after the last look, what DuckDB keeps of a file in memory is looked at again.
pub(super) const MOST_UNASKED: usize = 100_000;
/// Rows that DuckDB compresses together, all of them in memory: a quarter of its own choice, which questions do not feel.
/// Below 30,000 it would leave properties whole, and reading one of them would cost ten times as much.
const ROW_GROUP: usize = 30_720;

/// No key, no index, nothing but appending: what DuckDB is sturdy at.
pub(super) const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS events (
        id TEXT, name TEXT, ts TIMESTAMP, user_id TEXT, anonymous_id TEXT, session_id TEXT, properties VARIANT);
    CREATE TABLE IF NOT EXISTS progress (position UBIGINT);
    CREATE TABLE IF NOT EXISTS property_kinds (path TEXT, kinds UTINYINT);
    CREATE TABLE IF NOT EXISTS links (anonymous_id TEXT, user_id TEXT, ts TIMESTAMP);
    CREATE TABLE IF NOT EXISTS erasures (number UBIGINT);
    INSERT INTO links
        SELECT anonymous_id, arg_min(user_id, (ts, user_id)), min(ts) FROM events
        WHERE user_id IS NOT NULL AND anonymous_id IS NOT NULL AND NOT EXISTS (FROM links)
        GROUP BY anonymous_id;
    INSERT INTO progress SELECT 0 WHERE NOT EXISTS (FROM progress);
    INSERT INTO erasures SELECT 0 WHERE NOT EXISTS (FROM erasures);";

/// One organization's file while somebody needs it.
pub(super) struct Attached {
    alias: String,
    position: AtomicU64,
    kinds: RwLock<Arc<Kinds>>,
    links: Links,
    erasures: u64,
    /// Events that were appended since the last look at its memory.
    appended: AtomicUsize,
    /// Whether a question read it since then.
    asked: AtomicBool,
}

impl Attached {
    /// The name under which statements find its tables: letters, digits and underscores.
    pub(super) fn alias(&self) -> &str {
        &self.alias
    }

    pub(super) fn position(&self) -> u64 {
        self.position.load(Ordering::SeqCst)
    }

    pub(super) fn set_position(&self, position: u64) {
        self.position.store(position, Ordering::SeqCst);
    }

    pub(super) fn kinds(&self) -> Arc<Kinds> {
        Arc::clone(&self.kinds.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// How often events were taken out of the file.
    pub(super) const fn erasures(&self) -> u64 {
        self.erasures
    }

    /// Somebody reads events of it.
    pub(super) fn mark_asked(&self) {
        self.asked.store(true, Ordering::SeqCst);
    }

    /// Counts what was appended. Says whether what DuckDB keeps of the file in memory serves nobody: it is what was
    /// written, for the next question, up to the limit of all questions; and long nobody asked.
    pub(super) fn is_kept_for_nobody(&self, appended: usize) -> bool {
        if self.appended.fetch_add(appended, Ordering::SeqCst) + appended < MOST_UNASKED {
            return false;
        }
        self.appended.store(0, Ordering::SeqCst);
        !self.asked.swap(false, Ordering::SeqCst)
    }

    pub(super) fn links(&self) -> &Links {
        &self.links
    }

    pub(super) fn set_kinds(&self, kinds: Kinds) {
        *self.kinds.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(kinds);
    }
}

/// The statement that attaches the file at `path`, whose quotes are doubled; a new file where there is none.
pub(super) fn attach(path: &str, alias: &str) -> String {
    format!("ATTACH IF NOT EXISTS '{path}' AS {alias} (TYPE duckdb, ROW_GROUP_SIZE {ROW_GROUP})")
}

/// The files that are attached now.
pub(super) struct Shelf {
    connection: Connection,
    folder: String,
    clock: Clock,
    files: HashMap<OrgId, (Arc<Attached>, Timestamp)>,
    /// Whose files are being put in another's place.
    moving: HashSet<OrgId>,
}

impl Shelf {
    pub(super) fn new(connection: Connection, folder: String, clock: Clock) -> Self {
        Self {
            connection,
            folder,
            clock,
            files: HashMap::new(),
            moving: HashSet::new(),
        }
    }

    pub(super) fn folder(&self) -> &Path {
        Path::new(&self.folder)
    }

    pub(super) fn connect(&self) -> duckdb::Result<Connection> {
        self.connection.try_clone()
    }

    /// The organization's file, unless it is not attached or being put in another's place.
    pub(super) fn at_hand(&mut self, org: OrgId) -> Option<Arc<Attached>> {
        if self.is_moving(org) {
            return None;
        }
        let (attached, last_used) = self.files.get_mut(&org)?;
        *last_used = self.clock.now();
        Some(Arc::clone(attached))
    }

    pub(super) fn attach(&mut self, org: OrgId) -> Result<Arc<Attached>, Fault> {
        if let Some(attached) = self.at_hand(org) {
            return Ok(attached);
        }
        let now = self.clock.now();
        self.make_room(now)?;
        let attached = Arc::new(self.attach_readable(org, now)?);
        self.files.insert(org, (Arc::clone(&attached), now));
        Ok(attached)
    }

    /// Attaches the file; what is damaged of it is set aside first, and comes from the ingest log as far as that reaches.
    fn attach_readable(&self, org: OrgId, now: Timestamp) -> Result<Attached, Fault> {
        let folder = Path::new(&self.folder);
        match self.attach_file(org) {
            Err(fault) if set_aside_what_is_damaged(folder, org, &fault, now)? => {
                // The journal was damaged, and perhaps the file is as well.
                match self.attach_file(org) {
                    Err(fault) if set_aside_what_is_damaged(folder, org, &fault, now)? => {
                        self.attach_file(org)
                    }
                    other => other,
                }
            }
            other => other,
        }
    }

    fn attach_file(&self, org: OrgId) -> Result<Attached, Fault> {
        let alias = format!("org_{}", org.uuid().simple());
        let path = format!("{}/{org}.duckdb", self.folder).replace('\'', "''");
        self.connection.execute_batch(&attach(&path, &alias))?;
        let opened = self.read_file(&alias);
        if opened.is_err() {
            self.connection.execute_batch(&format!("DETACH {alias}"))?;
        }
        let (position, kinds, links, erasures) = opened?;
        Ok(Attached {
            alias,
            position: AtomicU64::new(position),
            kinds: RwLock::new(Arc::new(kinds)),
            links,
            erasures,
            appended: AtomicUsize::new(0),
            asked: AtomicBool::new(false),
        })
    }

    fn read_file(&self, alias: &str) -> Result<(u64, Kinds, Links, u64), Fault> {
        self.make_tables(alias)?;
        let position = self.connection.query_row(
            &format!("SELECT max(position) FROM {alias}.progress"),
            [],
            |row| row.get(0),
        )?;
        let mut statement = self
            .connection
            .prepare(&format!("SELECT path, kinds FROM {alias}.property_kinds"))?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, KindSet::from_bits(row.get(1)?))))?;
        let kinds = rows.collect::<duckdb::Result<_>>()?;
        let any_link = format!("SELECT EXISTS (FROM {alias}.links)");
        let any_link = self.connection.query_row(&any_link, [], |row| row.get(0))?;
        let erasures = format!("SELECT max(number) FROM {alias}.erasures");
        let erasures = self.connection.query_row(&erasures, [], |row| row.get(0))?;
        Ok((position, kinds, Links::new(any_link), erasures))
    }

    fn make_tables(&self, alias: &str) -> Result<(), Fault> {
        let count = "SELECT count(*) FROM duckdb_tables() WHERE database_name = ?";
        let tables: i64 = self.connection.query_row(count, [alias], |row| row.get(0))?;
        if tables == 5 {
            return Ok(());
        }
        let made = self.connection.execute_batch(&format!(
            "USE {alias}; BEGIN; {TABLES} COMMIT; CHECKPOINT {alias};"
        ));
        if made.is_err() && !self.connection.is_autocommit() {
            self.connection.execute_batch("ROLLBACK")?;
        }
        self.connection.execute_batch("USE memory")?;
        Ok(made?)
    }

    /// Detaches what nobody used for a while, and the longest unused beyond the bound; never one that is in use.
    fn make_room(&mut self, now: Timestamp) -> Result<(), Fault> {
        let mut unused: Vec<(Timestamp, OrgId)> = self
            .files
            .iter()
            .filter(|(_, (attached, _))| Arc::strong_count(attached) == 1)
            .map(|(org, (_, last_used))| (*last_used, *org))
            .collect();
        unused.sort_unstable();
        let beyond = (self.files.len() + 1).saturating_sub(MOST_ATTACHED);
        for (position, (last_used, org)) in unused.into_iter().enumerate() {
            if position < beyond || now.duration_since(last_used) > IDLE {
                self.detach(org)?;
            }
        }
        Ok(())
    }

    /// From here on nobody attaches the organization's file, until [`Shelf::moved`].
    pub(super) fn begin_to_move(&mut self, org: OrgId) {
        self.moving.insert(org);
    }

    pub(super) fn is_moving(&self, org: OrgId) -> bool {
        self.moving.contains(&org)
    }

    pub(super) fn moved(&mut self, org: OrgId) {
        self.moving.remove(&org);
    }

    /// Detaches the organization's file as soon as nobody uses it; says whether it is detached.
    pub(super) fn let_go(&mut self, org: OrgId) -> Result<bool, Fault> {
        let in_use = |(attached, _): &(Arc<Attached>, Timestamp)| Arc::strong_count(attached) > 1;
        if self.files.get(&org).is_some_and(in_use) {
            return Ok(false);
        }
        self.detach(org)?;
        Ok(true)
    }

    fn detach(&mut self, org: OrgId) -> Result<(), Fault> {
        if let Some((attached, _)) = self.files.remove(&org) {
            self.connection
                .execute_batch(&format!("DETACH {}", attached.alias))?;
        }
        Ok(())
    }

    pub(super) fn close(mut self) -> Result<(), Fault> {
        let orgs: Vec<OrgId> = self.files.keys().copied().collect();
        orgs.into_iter().try_for_each(|org| self.detach(org))?;
        self.connection.close().map_err(|(_, error)| error.into())
    }
}
