//! The façade: opens every piece, gives the verbs out in groups, and joins those that need more than one piece.

use std::collections::BTreeMap;
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use futures_util::stream;
use jiff::civil::DateTime;
use model::answer::Answer;
use model::dashboard::{DashboardPage, Panel, View, Widget};
use model::event::Receipt;
use model::ids::{DashboardId, WidgetId};
use model::query::Query;
use model::rates::Rates;
use model::role::Action;
use model::usage::Quotas;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::annotations::{Annotations, annotate};
use crate::auth::{Auth, AuthSettings, OidcProvider, Registration};
use crate::caller::Caller;
use crate::clock::Clock;
use crate::dashboards::Dashboards;
use crate::db::Db;
use crate::enrich::{Client, Enricher, Places};
use crate::erasures::{self, Erasures};
use crate::error::Error;
use crate::figures::{CacheFigures, Counting, Durations, Figures};
use crate::folder_size::bytes_below;
use crate::idempotency::Idempotency;
use crate::ingest::{Batch, Ingest};
use crate::live::Live;
use crate::mail::{MailServer, Mailer, Outbox};
use crate::organizations::Organizations;
use crate::profiles::Profiles;
use crate::query::{After, Catalogue, Explained, Export, Queries};
use crate::random::Random;
use crate::redis::{Redis, RedisAddress};
use crate::sealing::{MasterKeys, Vault};
use crate::segments::Segments;
use crate::sharing::Sharing;
use crate::store::{EventStore, EventsAt};
use crate::usage::{self, Usages};

/// Widgets of one dashboard that are answered side by side.
const PANELS_AT_ONCE: usize = 6;

/// A question for events whose range is not looked at.
const EVERYTHING: &str = r#"{"kind":"events","range":{"last":"1d"}}"#;
const OVERDUE: &str =
    "requests to erase events are not done by the time that was promised; GET …/erasures and the log say why";
const DAMAGED_RECORDS: &str =
    "damaged records of the event log were set aside; see the table `quarantine` in log/ingest.sqlite3";
const DAMAGED_FILES: &str = "damaged files of the event store were set aside in its folder (*.damaged-*): restore what is missing \
    from a backup, then move them away";

/// What the engine must know to open.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Folder for everything that is written.
    pub data_dir: PathBuf,
    /// `sqlite:FILE` or `postgres://…`.
    pub database_url: String,
    /// Where events are kept.
    pub events: EventsAt,
    /// What links begin with; also the issuer of access tokens.
    pub public_url: String,
    /// Who may make an account.
    pub registration: Registration,
    /// What currencies are worth, for revenue.
    pub currency_rates: Rates,
    /// About how many bytes of answers are kept in memory.
    pub cache_bytes: u64,
    /// How long a question may take before it is stopped.
    pub question_limit: Duration,
    /// Where answers are kept for other processes too.
    pub redis: Option<RedisAddress>,
    /// Events a month that each plan allows.
    pub quotas: Quotas,
    /// A file in the `MaxMind` format that knows where addresses are.
    pub geoip_file: Option<PathBuf>,
    /// What letters go out through; without one the log tells what they would have said.
    pub mail: Option<MailServer>,
    /// What secrets are sealed with.
    pub master_keys: MasterKeys,
    /// Where else people may sign in.
    pub oidc: Option<OidcProvider>,
}

/// One thing that readiness looks at.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Check {
    /// What it is.
    pub name: &'static str,
    /// Whether it works.
    pub ok: bool,
    /// Whether nothing goes on without it; told where it is not so.
    #[serde(skip_serializing_if = "Clone::clone")]
    pub required: bool,
    /// What somebody should look at although it works.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

impl Check {
    /// A check without a note.
    #[must_use]
    pub const fn new(name: &'static str, ok: bool) -> Self {
        let (required, note) = (true, None);
        Self {
            name,
            ok,
            required,
            note,
        }
    }

    fn noting(self, count: u64, what: &str) -> Self {
        let note = (count > 0).then(|| format!("{count} {what}"));
        Self { note, ..self }
    }
}

/// Every verb of DataPulse. Cheap to clone; all clones are one engine.
#[derive(Clone)]
pub struct Engine(Arc<Pieces>);

struct Pieces {
    clock: Clock,
    random: Random,
    db: Db,
    auth: Auth,
    organizations: Organizations,
    dashboards: Dashboards,
    annotations: Annotations,
    segments: Segments,
    sharing: Sharing,
    store: EventStore,
    queries: Queries,
    catalogue: Catalogue,
    ingest: Ingest,
    redis: Option<Redis>,
    enricher: Enricher,
    profiles: Profiles,
    live: Live,
    mailer: Mailer,
    idempotency: Idempotency,
    counting: Counting,
    log_dir: PathBuf,
    erasures: Erasures,
    logs: erasures::Logs,
    usages: Usages,
    /// Ends the work in the background, at the latest when it is dropped.
    stop: CancellationToken,
    _stops: DropGuard,
    _lock: File,
}

impl Engine {
    /// Opens the database, the event store and the ingest log, and brings each up to date.
    ///
    /// # Errors
    /// [`Error::Internal`] or [`Error::Unavailable`] for what could not be opened.
    pub async fn open(settings: Settings, clock: Clock, random: Random) -> Result<Self, Error> {
        let lock = lock_folder(&settings.data_dir)?;
        let places = settings.geoip_file.as_deref().map(Places::open).transpose()?;
        let db = Db::open(&settings.database_url).await?;
        let auth_settings = AuthSettings {
            registration: settings.registration,
            ..AuthSettings::new(settings.public_url.clone())
        };
        let vault = Vault::open(settings.master_keys, random.clone())?;
        let outbox = Outbox::new(db.clone(), clock.clone(), random.clone(), vault.clone());
        let mailer = Mailer::through(settings.mail, outbox);
        let auth = Auth::open(
            db.clone(),
            clock.clone(),
            random.clone(),
            auth_settings,
            vault.clone(),
        )
        .await?
        .with_mailer(mailer.clone())
        .with_oidc(settings.oidc);
        auth.can_sign().await?;
        let store =
            EventStore::open_with_limit(&settings.events, clock.clone(), settings.question_limit).await?;
        let log_dir = settings.data_dir.join("log");
        let (log, counted) = usage::counted_before(&db, &log_dir, (&clock, &random)).await?;
        let ingest =
            Ingest::open_counting(&log_dir, store.clone(), clock.clone(), random.clone(), counted).await?;
        let redis = settings.redis.as_ref().map(Redis::at).transpose()?;
        let queries = Queries::within(settings.cache_bytes, store.clone(), clock.clone())
            .with_rates(settings.currency_rates);
        let queries = match &redis {
            Some(redis) => queries.beside(redis.clone()),
            None => queries,
        };
        let organizations = Organizations::new(db.clone(), clock.clone(), random.clone());
        let catalogue = Catalogue::new(store.clone());
        let erasures = Erasures::new(db.clone(), clock.clone(), random.clone(), organizations.clone());
        let usages = Usages::new(usage::Parts {
            db: db.clone(),
            clock: clock.clone(),
            random: random.clone(),
            organizations: organizations.clone(),
            mailer: mailer.clone(),
            public_url: settings.public_url,
            quotas: settings.quotas,
            log,
            counted: ingest.counted(),
        });
        let logs = erasures::Logs {
            db: db.clone(),
            clock: clock.clone(),
            ingest: ingest.clone(),
            log,
        };
        let worker = erasures::Worker {
            erasures: erasures.clone(),
            store: store.clone(),
            ingest: ingest.clone(),
            queries: queries.clone(),
            catalogue: catalogue.clone(),
            usages: usages.clone(),
            logs: logs.clone(),
        };
        let stop = CancellationToken::new();
        tokio::spawn(worker.run(stop.clone()));
        tokio::spawn(usages.clone().run(stop.clone()));
        mailer.run(stop.clone());
        Ok(Self(Arc::new(Pieces {
            auth,
            idempotency: Idempotency::new(db.clone(), clock.clone(), random.clone(), vault.clone()),
            organizations: organizations
                .with_mailer(mailer.clone())
                .with_registration(settings.registration),
            dashboards: Dashboards::new(db.clone(), clock.clone(), random.clone()),
            annotations: Annotations::new(db.clone(), clock.clone(), random.clone()),
            segments: Segments::new(db.clone(), clock.clone(), random.clone()),
            sharing: Sharing::new(db.clone(), clock.clone(), random.clone()).with_vault(vault),
            enricher: Enricher::new(db.clone(), clock.clone(), random.clone(), places),
            random,
            profiles: Profiles::new(db.clone(), clock.clone()).folding(stop.clone()),
            queries,
            catalogue,
            live: Live::new(store.listeners(), db.clone(), clock.clone()),
            clock,
            db,
            store,
            ingest,
            redis,
            mailer,
            counting: Counting::default(),
            log_dir,
            erasures,
            logs,
            usages,
            _stops: stop.clone().drop_guard(),
            stop,
            _lock: lock,
        })))
    }

    /// Accounts, sessions and tokens.
    #[must_use]
    pub fn auth(&self) -> &Auth {
        &self.0.auth
    }

    /// Organizations and their keys.
    #[must_use]
    pub fn organizations(&self) -> &Organizations {
        &self.0.organizations
    }

    /// Requests that are sent again.
    #[must_use]
    pub fn idempotency(&self) -> &Idempotency {
        &self.0.idempotency
    }

    /// Dashboards and widgets.
    #[must_use]
    pub fn dashboards(&self) -> &Dashboards {
        &self.0.dashboards
    }

    /// What happened, as people noted it down.
    #[must_use]
    pub fn annotations(&self) -> &Annotations {
        &self.0.annotations
    }

    /// Saved segments.
    #[must_use]
    pub fn segments(&self) -> &Segments {
        &self.0.segments
    }

    /// Share links.
    #[must_use]
    pub fn sharing(&self) -> &Sharing {
        &self.0.sharing
    }

    /// Which events, properties and values there are.
    #[must_use]
    pub fn catalogue(&self) -> &Catalogue {
        &self.0.catalogue
    }

    /// Events in.
    #[must_use]
    pub fn ingest(&self) -> &Ingest {
        &self.0.ingest
    }

    /// Users and groups.
    #[must_use]
    pub fn profiles(&self) -> &Profiles {
        &self.0.profiles
    }

    /// What is erased, and what was.
    #[must_use]
    pub fn erasures(&self) -> &Erasures {
        &self.0.erasures
    }

    /// What organizations use of their plans.
    #[must_use]
    pub fn usages(&self) -> &Usages {
        &self.0.usages
    }

    /// Letters that are due.
    #[must_use]
    pub fn mailer(&self) -> &Mailer {
        &self.0.mailer
    }

    /// Questions, for verbs that ask in their own way.
    pub(crate) fn queries(&self) -> &Queries {
        &self.0.queries
    }

    /// Takes the events of one request, with what its organization wants added and left out. What the receipt counts as
    /// accepted is on disk; with `dry_run` nothing is kept and the receipt says what it would have said.
    ///
    /// # Errors
    /// [`Error::Forbidden`]; [`Error::OtherSite`] for a page of a site that its key does not name;
    /// [`Error::Unavailable`] while the log or the database cannot take it.
    pub async fn take(
        &self,
        caller: &Caller,
        batch: Batch<'_>,
        client: &Client,
        dry_run: bool,
    ) -> Result<Receipt, Error> {
        caller.must(Action::SendEvents)?;
        if !caller.may_come_from(client.origin.as_deref()) {
            return Err(Error::OtherSite);
        }
        let org = caller.org();
        if !dry_run && self.usages().drops(org, batch.len()).await? {
            return Ok(Receipt::over_quota(batch.len()));
        }
        let rules = self.organizations().ingest_rules(org).await?;
        let enrichment = self.0.enricher.for_request(org, rules, client).await?;
        let mut intake = self.ingest().read(caller, batch, &enrichment)?;
        if !dry_run {
            self.profiles().apply(org, intake.take_changes()).await?;
        }
        self.ingest().keep(org, intake, dry_run).await
    }

    /// An id that was never given out before.
    #[must_use]
    pub fn fresh_id(&self) -> String {
        self.0.random.id(self.0.clock.now()).to_string()
    }

    /// What happens now.
    #[must_use]
    pub fn live(&self) -> &Live {
        &self.0.live
    }

    /// The time as this engine knows it.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.0.clock
    }

    /// Answers a question about the caller's organization.
    ///
    /// # Errors
    /// [`Error::Forbidden`] where the caller may not ask, [`Error::Invalid`] where the question cannot be answered,
    /// [`Error::TimedOut`] where it takes too long.
    pub async fn ask(&self, caller: &Caller, query: &Query) -> Result<Answer, Error> {
        caller.must(match query {
            Query::Sql(_) => Action::AskInSql,
            _ => Action::Read,
        })?;
        self.answer(caller, query).await
    }

    /// Begins to tell the events that a question for events means (all of them where it is absent), from `after` on.
    ///
    /// # Errors
    /// As [`Engine::ask`].
    pub async fn export(
        &self,
        caller: &Caller,
        events: Option<&Query>,
        after: Option<After>,
    ) -> Result<Export, Error> {
        caller.must(Action::Export)?;
        let org = caller.org();
        let calendar = self.organizations().calendar(org).await?;
        let everything = Query::parse(EVERYTHING).map_err(Error::Invalid)?;
        let query = self
            .segments()
            .expanded(org, events.unwrap_or(&everything))
            .await?;
        let export = self
            .0
            .queries
            .export(org, &calendar, &query, events.is_none(), after)
            .await?;
        self.organizations()
            .record_export(caller, events, export.total())
            .await?;
        Ok(export)
    }

    /// As [`Engine::ask`], read anew, with the statements that it took.
    ///
    /// # Errors
    /// As [`Engine::ask`].
    pub async fn explain(&self, caller: &Caller, query: &Query) -> Result<(Answer, Vec<Explained>), Error> {
        caller.must(Action::Explain)?;
        let calendar = self.organizations().calendar(caller.org()).await?;
        let query = self.segments().expanded(caller.org(), query).await?;
        self.0.queries.explain(caller.org(), &calendar, &query).await
    }

    /// The answer to a widget's question, as seen through `view`; `None` for a widget that asks nothing.
    ///
    /// # Errors
    /// As [`Engine::ask`], and [`Error::NotFound`] for a widget that the caller may not see.
    pub async fn widget_answer(
        &self,
        caller: &Caller,
        id: WidgetId,
        view: &View,
    ) -> Result<Option<Answer>, Error> {
        let widget = self.dashboards().widget(caller, id).await?;
        let dashboard = self.dashboards().get(caller, widget.dashboard_id).await?;
        let saved = dashboard.view();
        let mut answer = self.answer_within(caller, &widget, &saved, view).await?;
        if let Some(answer) = &mut answer {
            let annotations = self
                .annotations()
                .shown(caller, Some(widget.dashboard_id))
                .await?;
            annotate(answer, &annotations);
        }
        Ok(answer)
    }

    /// A widget with its question as it is seen through `view`, to be asked further.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a widget that the caller may not see.
    pub async fn widget_seen(&self, caller: &Caller, id: WidgetId, view: &View) -> Result<Widget, Error> {
        let mut widget = self.dashboards().widget(caller, id).await?;
        let dashboard = self.dashboards().get(caller, widget.dashboard_id).await?;
        widget.config.query = widget.seen(&dashboard.view(), view);
        Ok(widget)
    }

    /// A dashboard with all its widgets answered; a widget's fault is told in its own place.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a dashboard that the caller may not see.
    pub async fn dashboard_page(
        &self,
        caller: &Caller,
        id: DashboardId,
        view: &View,
    ) -> Result<DashboardPage, Error> {
        let dashboard = self.dashboards().get(caller, id).await?;
        let saved = dashboard.view();
        let mut widgets = self.dashboards().widgets(caller, id).await?;
        widgets.sort_by_key(|widget| (widget.position.y, widget.position.x));
        let mut panels = Vec::with_capacity(widgets.len());
        for widget in widgets {
            panels.push(self.panel(caller, widget, &saved, view));
        }
        let mut panels: Vec<Panel> = stream::iter(panels).buffered(PANELS_AT_ONCE).collect().await;
        let annotations = self.annotations().shown(caller, Some(id)).await?;
        for answer in panels.iter_mut().filter_map(|panel| panel.answer.as_mut()) {
            annotate(answer, &annotations);
        }
        Ok(DashboardPage { dashboard, panels })
    }

    async fn panel(&self, caller: &Caller, widget: Widget, saved: &View, view: &View) -> Panel {
        let (answer, problem) = match self.answer_within(caller, &widget, saved, view).await {
            Ok(answer) => (answer, None),
            Err(error) => (None, Some(problem_for_people(&error))),
        };
        Panel {
            widget,
            answer,
            problem,
        }
    }

    /// The answer to a widget's question, seen through what its dashboard saved and what the viewer asks beside it.
    pub(crate) async fn answer_within(
        &self,
        caller: &Caller,
        widget: &Widget,
        saved: &View,
        view: &View,
    ) -> Result<Option<Answer>, Error> {
        match widget.seen(saved, view) {
            None => Ok(None),
            Some(query) => self.answer(caller, &query).await.map(Some),
        }
    }

    async fn answer(&self, caller: &Caller, query: &Query) -> Result<Answer, Error> {
        let calendar = self.organizations().calendar(caller.org()).await?;
        let query = self.segments().expanded(caller.org(), query).await?;
        let began = Instant::now();
        // On the heap: the futures of pages that ask would grow with it.
        let result = Box::pin(self.0.queries.run(caller.org(), &calendar, &query)).await;
        self.0.counting.count(query.kind(), began.elapsed(), &result);
        result
    }

    /// How long questions took since the start, by their kind.
    #[must_use]
    pub fn question_durations(&self) -> BTreeMap<&'static str, Durations> {
        self.0.counting.durations()
    }

    /// How long the store took since the start, to `read` and to `append`.
    #[must_use]
    pub fn store_durations(&self) -> BTreeMap<&'static str, Durations> {
        self.0.store.durations()
    }

    /// About how many bytes the events take where they are stored, with everything that is kept for them; of all that the
    /// store's server has of us.
    ///
    /// # Errors
    /// [`Error::Unavailable`] where the store does not answer.
    pub async fn store_bytes(&self) -> Result<u64, Error> {
        self.0.store.bytes().await
    }

    /// The bytes of the event log's files.
    pub async fn log_bytes(&self) -> u64 {
        bytes_below(&self.0.log_dir).await
    }

    /// What is kept in memory of answers: whole ones, and the figures of single buckets.
    pub async fn caches(&self) -> [(&'static str, CacheFigures); 2] {
        self.0.queries.cache_figures().await
    }

    /// What was asked since the start.
    #[must_use]
    pub fn figures(&self) -> Figures {
        self.0.counting.figures()
    }

    /// The time on the clocks of `timezone`; in UTC where there is no such zone.
    #[must_use]
    pub fn local_now(&self, timezone: &str) -> DateTime {
        let zone = jiff::tz::TimeZone::get(timezone).unwrap_or(jiff::tz::TimeZone::UTC);
        self.0.clock.now().to_zoned(zone).datetime()
    }

    async fn overdue_erasures(&self) -> u64 {
        self.0.erasures.open().await.unwrap_or_default().overdue
    }

    /// Looks at everything that is needed to take events and answer questions, and at what lies aside.
    pub async fn readiness(&self) -> Vec<Check> {
        let damaged_files = u64::try_from(self.0.store.damaged_files().await).unwrap_or(u64::MAX);
        let mut checks = self.checks().await;
        if let Some(store) = checks.iter_mut().find(|check| check.name == "store") {
            *store = store.clone().noting(damaged_files, DAMAGED_FILES);
        }
        checks
    }

    /// As [`Engine::readiness`], without reading a folder: for what asks all the time.
    pub async fn checks(&self) -> Vec<Check> {
        let pieces = &self.0;
        let mut checks = vec![
            Check::new("log", pieces.ingest.check().await.is_ok())
                .noting(pieces.ingest.status().quarantined, DAMAGED_RECORDS),
            Check::new("database", pieces.db.check().await.is_ok())
                .noting(self.overdue_erasures().await, OVERDUE),
            Check::new("store", pieces.store.check().await.is_ok()),
        ];
        if let Some(redis) = &pieces.redis {
            checks.push(Check {
                required: false,
                ..Check::new("redis", redis.answers().await)
            });
        }
        checks
    }

    /// Stores what was accepted, then closes every file.
    pub async fn close(&self) {
        self.0.stop.cancel();
        for (piece, closed) in [
            ("log", self.0.ingest.close().await),
            ("store", self.0.store.close().await),
        ] {
            if let Err(error) = closed {
                tracing::error!(piece, %error, "could not be closed in good order");
            }
        }
        if let Err(error) = self.usages().write().await {
            tracing::warn!(%error, "the count of events is written down after the next start");
        }
        if self.0.store.has_several_writers()
            && let Err(error) = self.0.logs.tell_end().await
        {
            tracing::warn!(%error, "other processes wait for this one for a minute when events are to be erased");
        }
        self.0.mailer.close().await;
        self.0.db.close().await;
    }
}

/// One process for each data folder: neither the log nor the store can be shared. The folder is free again when the file is
/// dropped.
///
/// # Errors
/// [`Error::Conflict`] when another process works in the folder, [`Error::Internal`] when it cannot be used.
pub fn lock_folder(folder: &Path) -> Result<File, Error> {
    std::fs::create_dir_all(folder).map_err(Error::internal)?;
    let file = File::create(folder.join("lock")).map_err(Error::internal)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            let folder = folder.display();
            let message =
                format!("another DataPulse works in {folder}; stop it first, or choose another folder");
            Err(Error::Conflict(message))
        }
        Err(TryLockError::Error(error)) => Err(Error::internal(error)),
    }
}

pub(crate) fn problem_for_people(error: &Error) -> String {
    match error {
        Error::Invalid(fields) => {
            let lines: Vec<&str> = fields.iter().map(|field| field.message.as_str()).collect();
            lines.join(" ")
        }
        Error::Internal(source) => {
            tracing::error!(error = %source, "a widget's question failed");
            "This could not be answered. Try again.".to_owned()
        }
        other => format!("{other}. Try again in a moment."),
    }
}
