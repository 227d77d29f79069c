//! `datapulse seed --demo`: an organization with something true to show on every widget.
//!
//! It holds a real access log and 90 days of a small product's events. Every id follows from the data, so a second run
//! adds nothing.

mod dashboards;
mod dice;
mod names;
mod person;
mod product;
mod web_traffic;

use std::fmt;

use engine::db::PageRequest;
use engine::enrich::Client;
use engine::ingest::{Batch, BodyFormat};
use engine::{Caller, Engine, Error};
use model::account::Organization;
use model::answer::Answer;
use model::dashboard::{DashboardSpec, WidgetSpec};
use model::ids::DashboardId;
use model::query::Query;

/// Address of the demo account.
pub(crate) const EMAIL: &str = "demo@datapulse.local";
/// Password of the demo account; there is nothing of anybody's in it.
pub(crate) const PASSWORD: &str = "datapulse-demo";
const NAME: &str = "Demo";
const BATCH: usize = 2_000;

/// What a run of the seed did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Seeded {
    /// Whether the account was made.
    pub(crate) account: bool,
    /// Events that are new.
    pub(crate) events: usize,
    /// Dashboards that were made.
    pub(crate) dashboards: usize,
}

impl fmt::Display for Seeded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Self::default() {
            return write!(f, "The demo is already there. Nothing was changed.");
        }
        write!(
            f,
            "The demo is ready: {} new events, {} new dashboards.",
            self.events, self.dashboards
        )
    }
}

/// Fills the demo organization: account, events, dashboards; what is there already stays as it is.
///
/// # Errors
/// What the engine could not do. A second run goes on from there.
pub(crate) async fn seed(engine: &Engine) -> Result<Seeded, Error> {
    let (organization, account) = account(engine).await?;
    let caller = Caller::operator(organization.id);
    let present = dashboard_names(engine, &caller).await?;
    let wanted = dashboards::all();
    let is_untouched = wanted
        .iter()
        .all(|(dashboard, _)| !present.contains(&dashboard.name));
    let events = if is_untouched {
        send_events(engine, &caller).await?
    } else {
        0
    };
    let mut seeded = Seeded {
        account,
        events,
        dashboards: 0,
    };
    // The last one made is the first one listed.
    for (dashboard, widgets) in wanted.into_iter().rev() {
        if !present.contains(&dashboard.name) {
            make_dashboard(engine, &caller, dashboard, widgets).await?;
            seeded.dashboards += 1;
        }
    }
    Ok(seeded)
}

async fn account(engine: &Engine) -> Result<(Organization, bool), Error> {
    if let Some((_, organization)) = engine.auth().find_user(EMAIL).await? {
        return Ok((organization, false));
    }
    let (_, organization) = engine
        .auth()
        .create_user(EMAIL, PASSWORD, NAME, Some(NAME))
        .await?;
    Ok((organization, true))
}

async fn dashboard_names(engine: &Engine, caller: &Caller) -> Result<Vec<String>, Error> {
    let mut names = Vec::new();
    let mut request = PageRequest {
        limit: Some(200),
        cursor: None,
    };
    loop {
        let page = engine.dashboards().list(caller, &request).await?;
        names.extend(page.items.into_iter().map(|dashboard| dashboard.name));
        if page.next_cursor.is_none() {
            return Ok(names);
        }
        request.cursor = page.next_cursor;
    }
}

/// Sends what is not there yet. Ids count once within days only, so what was sent long ago is asked for.
async fn send_events(engine: &Engine, caller: &Caller) -> Result<usize, Error> {
    let mut sent = 0;
    let log = web_traffic::events();
    if count(engine, caller, web_traffic::COUNTED).await? < log.len() {
        sent += send(engine, caller, &log).await?;
    }
    let product = product::events(engine.clock().now());
    let sign_ups = product
        .iter()
        .filter(|event| event.contains(r#""name":"sign_up""#))
        .count();
    if count(engine, caller, product::COUNTED).await? < sign_ups / 2 {
        sent += send(engine, caller, &product).await?;
    }
    engine.ingest().drained().await?;
    Ok(sent)
}

async fn send(engine: &Engine, caller: &Caller, events: &[String]) -> Result<usize, Error> {
    let mut accepted = 0;
    for part in events.chunks(BATCH) {
        let body = part.join("\n");
        let batch = Batch::read(body.as_bytes(), BodyFormat::Ndjson)?;
        let receipt = engine.take(caller, batch, &Client::default(), false).await?;
        accepted += receipt.accepted;
    }
    Ok(accepted)
}

/// How many events a question with one series counts in all.
async fn count(engine: &Engine, caller: &Caller, question: &str) -> Result<usize, Error> {
    let Answer::Trend(trend) = engine.ask(caller, &Query::parse(question)?).await? else {
        return Ok(0);
    };
    let total = trend
        .series
        .first()
        .and_then(|series| series.total)
        .unwrap_or(0.0);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a count is small and not negative"
    )]
    Ok(total as usize)
}

async fn make_dashboard(
    engine: &Engine,
    caller: &Caller,
    dashboard: DashboardSpec,
    widgets: Vec<WidgetSpec>,
) -> Result<(), Error> {
    let made = engine.dashboards().create(caller, dashboard).await?;
    let filled = fill(engine, caller, made.id, widgets).await;
    if filled.is_err() {
        // Half a dashboard would be taken for a whole one by the next run.
        engine.dashboards().delete(caller, made.id, None).await?;
    }
    filled
}

async fn fill(
    engine: &Engine,
    caller: &Caller,
    id: DashboardId,
    widgets: Vec<WidgetSpec>,
) -> Result<(), Error> {
    for widget in widgets {
        engine.dashboards().create_widget(caller, id, widget).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
