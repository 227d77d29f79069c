//! Events in DuckDB: one instance, one database file for each organization, attached when it is needed.

mod attached;
mod damage;
mod erase;
mod fault;
mod instance;
mod reader;
mod values;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use model::ids::OrgId;
use tokio::sync::{OwnedRwLockReadGuard, RwLock, Semaphore};

use super::selected::described;
use super::{Appended, Erasure, Frame, SelectedColumn, Shape, Statement, TakesRows, closed};
use crate::clock::Clock;
use crate::error::Error;
use crate::folder_size::bytes_below;
use attached::Attached;
use fault::Fault;
pub(super) use fault::words_about_statement;
use instance::Instance;
use writer::Writer;

/// How long, and how often, the end of erasing waits for readers before it insists.
const SHORT_TRY: Duration = Duration::from_millis(50);
const SHORT_TRIES: usize = 100;
const BETWEEN_TRIES: Duration = Duration::from_millis(50);
const LAST_TRY: Duration = Duration::from_secs(45);

/// The files of one folder; clones share everything.
#[derive(Clone)]
pub(super) struct DuckDb {
    home: Arc<Home>,
    writer: Writer,
}

/// What the writer thread and the readers share.
struct Home {
    dir: PathBuf,
    clock: Clock,
    /// Held for reading by everyone who uses the instance, for writing by whoever opens or closes it.
    instance: Arc<RwLock<Option<Instance>>>,
    readers: Arc<Semaphore>,
    time_limit: Duration,
}

type Open = OwnedRwLockReadGuard<Option<Instance>, Instance>;

impl DuckDb {
    /// Opens the files in `dir`, which is made when it is not there.
    pub(super) async fn open(dir: &Path, clock: Clock, time_limit: Duration) -> Result<Self, Error> {
        let home = Arc::new(Home {
            dir: dir.to_owned(),
            clock,
            instance: Arc::new(RwLock::new(None)),
            readers: Arc::new(Semaphore::new(reader::concurrent_questions())),
            time_limit,
        });
        home.reopen().await?;
        let writer = Writer::start().map_err(Error::internal)?;
        Ok(Self { home, writer })
    }

    /// About how many bytes all files take.
    pub(super) async fn bytes(&self) -> u64 {
        bytes_below(&self.home.dir).await
    }

    pub(super) async fn append(&self, org: OrgId, batches: Vec<Appended>) -> Result<(), Error> {
        self.writer.append(&self.home, org, batches).await
    }

    /// Writes the organization's file anew without what is to be erased, then puts it in the place of the old one.
    pub(super) async fn erase(&self, org: OrgId, erasure: &Erasure) -> Result<u64, Error> {
        let erasure = erasure.clone();
        if erasure == Erasure::Everything {
            return self
                .writer
                .in_turn(&self.home, move |instance| instance.remove(org))
                .await;
        }
        let begun = self
            .home
            .with_instance(move |instance| erase::begin(instance, org, &erasure))
            .await?;
        let Some(mut rewrite) = begun else { return Ok(0) };
        // Appends of all organizations wait meanwhile: rather many short tries than a long wait for a slow question.
        for patience in std::iter::repeat_n(SHORT_TRY, SHORT_TRIES).chain([LAST_TRY]) {
            let tried = move |instance: &Instance| {
                let outcome = rewrite.finish(instance, patience);
                Ok((rewrite, outcome))
            };
            let outcome;
            (rewrite, outcome) = self.writer.in_turn(&self.home, tried).await?;
            match outcome {
                Err(Fault::InUse) => tokio::time::sleep(BETWEEN_TRIES).await,
                other => return self.home.settle(other).await,
            }
        }
        Err(Fault::InUse.into())
    }

    /// Files of the organization that were set aside as damaged.
    pub(super) fn damaged_files_of(&self, org: OrgId) -> usize {
        damage::set_aside_of(&self.home.dir, org)
    }

    pub(super) async fn position(&self, org: OrgId) -> Result<u64, Error> {
        self.home.of_the_file(org, Attached::position).await
    }

    /// The position, and how often events were erased.
    pub(super) async fn version(&self, org: OrgId) -> Result<(u64, u64), Error> {
        let version = |file: &Attached| (file.position(), file.erasures());
        self.home.of_the_file(org, version).await
    }

    pub(super) async fn shape(&self, org: OrgId) -> Result<Shape, Error> {
        let shape = |file: &Attached| Shape {
            kinds: file.kinds(),
            has_links: file.links().any(),
        };
        self.home.of_the_file(org, shape).await
    }

    pub(super) fn is_settled(&self, org: OrgId) -> bool {
        !damage::has_journal(&self.home.dir, org)
    }

    pub(super) async fn settle(&self, org: OrgId) -> Result<(), Error> {
        self.home
            .with_instance(move |instance| instance.checkpoint(org))
            .await
    }

    pub(super) async fn damaged_files(&self) -> usize {
        let dir = self.home.dir.clone();
        blocking(move || Ok::<_, Error>(damage::set_aside(&dir)))
            .await
            .unwrap_or_default()
    }

    pub(super) async fn fetch_all(
        &self,
        org: OrgId,
        statements: Vec<Statement>,
    ) -> Result<Vec<Frame>, Error> {
        reader::fetch_all(&self.home, org, statements).await
    }

    pub(super) async fn work_off<R: TakesRows>(
        &self,
        org: OrgId,
        statement: Statement,
        rows: R,
    ) -> Result<R, Error> {
        reader::work_off(&self.home, org, statement, rows).await
    }

    pub(super) async fn columns_of(&self, org: OrgId, text: &str) -> Result<Vec<SelectedColumn>, Error> {
        let describe = Statement::new(format!("DESCRIBE {text}"), Vec::new());
        Ok(described(&self.fetch_all(org, vec![describe]).await?))
    }

    pub(super) async fn pattern_fault(&self, pattern: String) -> Result<Option<String>, Error> {
        self.home
            .with_instance(move |instance| instance.pattern_fault(&pattern))
            .await
    }

    pub(super) async fn check(&self) -> Result<(), Error> {
        if !self.writer.is_running() {
            return Err(closed());
        }
        self.home.with_instance(Instance::check).await
    }

    /// Finishes what is under way and closes every file.
    pub(super) async fn close(&self) -> Result<(), Error> {
        let closing = self.home.instance.write().await.take();
        match closing {
            Some(instance) => blocking(move || instance.close()).await,
            None => Ok(()),
        }
    }
}

impl Home {
    /// The open instance; nobody closes it while the guard lives.
    async fn open(&self) -> Result<Open, Error> {
        let guard = Arc::clone(&self.instance).read_owned().await;
        OwnedRwLockReadGuard::try_map(guard, Option::as_ref).map_err(|_| closed())
    }

    /// Runs `work` on a thread that may block.
    async fn with_instance<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Instance) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, Error> {
        let open = self.open().await?;
        let outcome = blocking(move || Ok::<_, Error>(work(&open))).await?;
        self.settle(outcome).await
    }

    /// What is known of the organization's file without reading it: at once where it is attached, as it mostly is.
    async fn of_the_file<T: Send + 'static>(
        self: &Arc<Self>,
        org: OrgId,
        tell: impl FnOnce(&Attached) -> T + Send + 'static,
    ) -> Result<T, Error> {
        let open = self.open().await?;
        if let Some(file) = open.at_hand(org) {
            return Ok(tell(&file));
        }
        drop(open);
        self.with_instance(move |instance| Ok(tell(instance.attach(org)?.as_ref())))
            .await
    }

    /// Turns a fault into an error; a fault that broke the instance opens a new one first.
    async fn settle<T>(self: &Arc<Self>, outcome: Result<T, Fault>) -> Result<T, Error> {
        match outcome {
            Err(fault) if fault.broke_the_instance() => {
                tracing::error!(%fault, "the event store broke and is opened again");
                self.reopen_broken().await?;
                Err(fault.into())
            }
            other => other.map_err(Error::from),
        }
    }

    /// A FATAL error leaves the whole instance unusable: every handle is closed before a new one opens the files.
    async fn reopen_broken(&self) -> Result<(), Error> {
        let mut slot = self.instance.write().await;
        if slot.as_ref().is_none_or(|instance| instance.check().is_ok()) {
            return Ok(());
        }
        drop(slot.take());
        *slot = Some(self.instance().await?);
        Ok(())
    }

    async fn reopen(&self) -> Result<(), Error> {
        let mut slot = self.instance.write().await;
        *slot = Some(self.instance().await?);
        Ok(())
    }

    async fn instance(&self) -> Result<Instance, Error> {
        let (dir, clock) = (self.dir.clone(), self.clock.clone());
        blocking(move || Instance::open(&dir, clock)).await
    }
}

/// DuckDB blocks its thread, so it never runs on one that serves requests.
async fn blocking<T: Send + 'static, E: Into<Error> + Send + 'static>(
    work: impl FnOnce() -> Result<T, E> + Send + 'static,
) -> Result<T, Error> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(Error::internal)?
        .map_err(Into::into)
}
