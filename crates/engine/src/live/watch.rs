//! A dashboard that somebody looks at: its answers are asked again when events arrived, at most about once a second, once
//! for everybody who looks at it in the same way.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use std::time::Duration;

use futures_util::future::BoxFuture;
use futures_util::{StreamExt, stream};
use model::answer::{Answer, Meta};
use model::dashboard::{Panel, View, Widget};
use model::ids::{DashboardId, OrgId, WidgetId};
use model::language::{Reader, within};
use model::query::Filter;
use model::role::Action;
use serde::Serialize;
use tokio::sync::{broadcast, watch};
use tokio::task::AbortHandle;
use tokio::time::Instant;

use super::changes::Changed;
use super::hub::News;
use super::matching::Matcher;
use crate::annotations::annotate;
use crate::caller::{Caller, Who};
use crate::engine::{Engine, problem_for_people};
use crate::error::Error;

/// The least time from one look to the next.
const PAUSE: Duration = Duration::from_secs(1);
/// Ranges such as "the last hour" move on although nothing arrives.
const LOOK_ANYWAY: Duration = Duration::from_mins(1);
/// Widgets of a watched dashboard that are asked side by side: whoever opens a page comes first.
const AT_ONCE: usize = 2;
/// Different views of dashboards that one organization may watch at a time.
const MOST_WATCHED: usize = 200;
/// Beyond so many, viewers of links and frames start none: members still can.
const MOST_FOR_VIEWERS: usize = 150;

/// A dashboard, and how it is looked at.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    org: OrgId,
    dashboard: DashboardId,
    view: String,
}

/// What is watched at the moment.
#[derive(Default)]
pub(crate) struct Watches(Mutex<HashMap<Key, Weak<Watch>>>);

/// A dashboard that is being watched; the watching ends with the last clone of its [`Arc`].
pub struct Watch {
    board: Arc<Board>,
    task: OnceLock<AbortHandle>,
}

/// A widget as it was last answered.
pub struct Shown {
    /// The widget with its answer or problem.
    pub panel: Panel,
    version: u64,
    json: OnceLock<String>,
    /// For each kind of reader.
    drawn: [OnceLock<String>; Reader::COUNT],
}

/// What came after something that was seen before.
pub struct Since {
    /// Widgets whose answers are others now.
    pub shown: Vec<Arc<Shown>>,
    /// Whether the dashboard itself was changed, so that it has to be loaded anew.
    pub is_changed: bool,
    /// Whether it is not there any more.
    pub is_gone: bool,
    /// What to ask with the next time.
    pub version: u64,
}

#[derive(Default)]
struct State {
    version: u64,
    widgets: BTreeMap<WidgetId, Arc<Shown>>,
    /// The versions of the dashboard and of its widgets.
    outline: Option<(i64, Vec<(WidgetId, i64)>)>,
    changed_at: u64,
    is_gone: bool,
}

struct Board {
    engine: Engine,
    key: Key,
    view: View,
    state: Mutex<State>,
    versions: watch::Sender<u64>,
}

impl Shown {
    /// What `draw` makes of the widget for `reader`; it is asked once for all who read alike.
    pub fn drawn(&self, reader: Reader, draw: impl FnOnce(&Panel) -> String) -> &str {
        self.drawn[reader.index()].get_or_init(|| within(reader, || draw(&self.panel)))
    }

    /// `"widget_id":…,"answer":…` or `"widget_id":…,"problem":…`: the inside of a JSON object.
    #[must_use]
    pub fn json(&self) -> &str {
        self.json.get_or_init(|| {
            #[derive(Serialize)]
            struct Inside<'p> {
                widget_id: WidgetId,
                #[serde(skip_serializing_if = "Option::is_none")]
                answer: Option<&'p Answer>,
                #[serde(skip_serializing_if = "Option::is_none")]
                problem: Option<&'p str>,
            }
            let inside = Inside {
                widget_id: self.panel.widget.id,
                answer: self.panel.answer.as_ref(),
                problem: self.panel.problem.as_deref(),
            };
            let object = serde_json::to_string(&inside).unwrap_or_default();
            object
                .trim_start_matches('{')
                .strip_suffix('}')
                .unwrap_or_default()
                .to_owned()
        })
    }
}

impl Watch {
    /// Tells when there is something new.
    #[must_use]
    pub fn versions(&self) -> watch::Receiver<u64> {
        self.board.versions.subscribe()
    }

    /// What is new to somebody who has seen `version`; 0 for somebody who has seen nothing.
    #[must_use]
    pub fn since(&self, version: u64) -> Since {
        let state = self.board.state();
        Since {
            shown: state
                .widgets
                .values()
                .filter(|shown| shown.version > version)
                .cloned()
                .collect(),
            is_changed: version > 0 && state.changed_at > version,
            is_gone: state.is_gone,
            version: state.version,
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        if let Some(task) = self.task.get() {
            task.abort();
        }
    }
}

impl Engine {
    /// Watches a dashboard with everybody else who looks at it through the same `view`.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`]; [`Error::TooMany`] where the organization watches too much already.
    pub async fn watch_dashboard(
        &self,
        caller: &Caller,
        id: DashboardId,
        view: View,
    ) -> Result<Arc<Watch>, Error> {
        self.watch_at_most(caller, id, view, MOST_WATCHED).await
    }

    /// As [`Engine::watch_dashboard`], for somebody who is no member.
    pub(crate) async fn watch_for_viewers(
        &self,
        caller: &Caller,
        id: DashboardId,
        view: View,
    ) -> Result<Arc<Watch>, Error> {
        self.watch_at_most(caller, id, view, MOST_FOR_VIEWERS).await
    }

    async fn watch_at_most(
        &self,
        caller: &Caller,
        id: DashboardId,
        view: View,
        most: usize,
    ) -> Result<Arc<Watch>, Error> {
        self.dashboards().get(caller, id).await?;
        let key = Key {
            org: caller.org(),
            dashboard: id,
            view: serde_json::to_string(&view).map_err(Error::internal)?,
        };
        self.live().watches.join(self, key, view, most)
    }

    /// The events of the caller's organization from now on, and what says which of them pass `filter`.
    ///
    /// # Errors
    /// [`Error::Forbidden`]; [`Error::Invalid`] for a filter that cannot be told from one event alone.
    pub async fn watch_events(
        &self,
        caller: &Caller,
        filter: Option<&Filter>,
    ) -> Result<(broadcast::Receiver<News>, Matcher), Error> {
        caller.must(Action::Read)?;
        let filter = match filter {
            Some(filter) => Some(self.segments().expanded_filter(caller.org(), filter).await?),
            None => None,
        };
        let matcher = Matcher::new(filter.as_ref())?;
        Ok((self.live().hub.listen(caller.org()), matcher))
    }
}

impl Watches {
    fn join(&self, engine: &Engine, key: Key, view: View, most: usize) -> Result<Arc<Watch>, Error> {
        let mut watched = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(watch) = watched.get(&key).and_then(Weak::upgrade) {
            return Ok(watch);
        }
        watched.retain(|_, watch| watch.strong_count() > 0);
        if watched.keys().filter(|other| other.org == key.org).count() >= most {
            let retry_after = Duration::from_secs(10);
            return Err(Error::TooMany { retry_after });
        }
        let board = Arc::new(Board {
            engine: engine.clone(),
            key: key.clone(),
            view,
            state: Mutex::default(),
            versions: watch::channel(0).0,
        });
        let watch = Arc::new(Watch {
            board: Arc::clone(&board),
            task: OnceLock::new(),
        });
        // The task is the only one that sets it, and it is started once.
        let _ = watch.task.set(tokio::spawn(board.keep_looking()).abort_handle());
        watched.insert(key, Arc::downgrade(&watch));
        Ok(watch)
    }
}

impl Board {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn keep_looking(self: Arc<Self>) {
        let mut news = self.engine.live().hub.listen(self.key.org);
        let mut changes = self.engine.live().changes();
        loop {
            let started = Instant::now();
            let is_done = self.look().await;
            // A dashboard that costs a lot is looked at less often: it never has more than a third of the time.
            let earliest = started + PAUSE.max(started.elapsed() * 3);
            let anyway = if is_done { started + LOOK_ANYWAY } else { earliest };
            tokio::select! {
                () = events_stored(&mut news) => {}
                () = change_in(&mut changes, self.key.org) => {}
                () = tokio::time::sleep_until(anyway.max(earliest)) => {}
            }
            tokio::time::sleep_until(earliest).await;
            // All of that is in what is asked next.
            news = news.resubscribe();
            changes = changes.resubscribe();
        }
    }

    /// Asks everything once; false where something could not be answered now and is to be asked again.
    async fn look(&self) -> bool {
        let caller = self.caller();
        let asked = async {
            let dashboard = self.engine.dashboards().get(&caller, self.key.dashboard).await?;
            let id = self.key.dashboard;
            let widgets = self.engine.dashboards().widgets(&caller, id).await?;
            let annotations = self.engine.annotations().shown(&caller, Some(id)).await?;
            Ok((dashboard, widgets, annotations))
        };
        let (dashboard, widgets, annotations) = match asked.await {
            Ok(asked) => asked,
            Err(Error::NotFound) => {
                self.gone();
                return true;
            }
            Err(error) => {
                tracing::warn!(%error, "a watched dashboard could not be read");
                return false;
            }
        };
        self.outlined(dashboard.version, &widgets);
        let saved = dashboard.view();
        let asking = widgets.into_iter().filter(|widget| widget.config.query.is_some());
        let (engine, caller, saved) = (&self.engine, &caller, &saved);
        let mut answers = stream::iter(asking)
            .map(
                |widget| -> BoxFuture<'_, (Widget, Result<Option<Answer>, Error>)> {
                    // Without its type: what is spawned would be nested too deeply for the compiler.
                    Box::pin(async move {
                        let answer = engine.answer_within(caller, &widget, saved, &self.view).await;
                        (widget, answer)
                    })
                },
            )
            .buffered(AT_ONCE);
        let mut is_done = true;
        while let Some((widget, answer)) = answers.next().await {
            let (answer, problem) = match answer {
                Ok(mut answer) => {
                    if let Some(answer) = &mut answer {
                        annotate(answer, &annotations);
                    }
                    (answer, None)
                }
                // What is shown stays until there is something better.
                Err(Error::TooMany { .. } | Error::Unavailable { .. }) => {
                    is_done = false;
                    continue;
                }
                Err(error) => (None, Some(problem_for_people(&error))),
            };
            self.show(Panel {
                widget,
                answer,
                problem,
            });
        }
        is_done
    }

    /// Whoever may see the dashboard sees the same: the watch asks with no more rights than a link to it gives.
    fn caller(&self) -> Caller {
        let dashboard = self.key.dashboard;
        Caller::new(self.key.org, Who::Link { dashboard })
    }

    fn gone(&self) {
        let mut state = self.state();
        if !state.is_gone {
            state.is_gone = true;
            state.widgets.clear();
            self.next_version(&mut state);
        }
    }

    fn outlined(&self, version: i64, widgets: &[Widget]) {
        let outline = (
            version,
            widgets.iter().map(|widget| (widget.id, widget.version)).collect(),
        );
        let mut state = self.state();
        if state.outline.as_ref() == Some(&outline) {
            return;
        }
        let is_first = state.outline.replace(outline).is_none();
        state
            .widgets
            .retain(|id, _| widgets.iter().any(|widget| widget.id == *id));
        self.next_version(&mut state);
        if !is_first {
            state.changed_at = state.version;
        }
    }

    fn show(&self, panel: Panel) {
        let mut state = self.state();
        let id = panel.widget.id;
        let is_same = state
            .widgets
            .get(&id)
            .is_some_and(|shown| is_same(&shown.panel, &panel));
        if is_same {
            return;
        }
        let version = state.version + 1;
        let shown = Shown {
            panel,
            version,
            json: OnceLock::new(),
            drawn: Default::default(),
        };
        state.widgets.insert(id, Arc::new(shown));
        self.next_version(&mut state);
    }

    fn next_version(&self, state: &mut State) {
        state.version += 1;
        self.versions.send_replace(state.version);
    }
}

/// Whether two panels show the same, however long their answers took.
fn is_same(one: &Panel, other: &Panel) -> bool {
    let figures = |panel: &Panel| {
        let mut answer = panel.answer.clone();
        if let Some(answer) = &mut answer {
            let meta = answer.meta_mut();
            *meta = Meta {
                warnings: std::mem::take(&mut meta.warnings),
                annotations: std::mem::take(&mut meta.annotations),
                ..Meta::fresh(0)
            };
        }
        answer
    };
    one.widget == other.widget && one.problem == other.problem && figures(one) == figures(other)
}

async fn events_stored(news: &mut broadcast::Receiver<News>) {
    loop {
        match news.recv().await {
            Ok(News::Refused(_)) => {}
            Ok(News::Stored { .. }) | Err(broadcast::error::RecvError::Lagged(_)) => return,
            Err(broadcast::error::RecvError::Closed) => return std::future::pending().await,
        }
    }
}

/// Waits for a change of what the organization's dashboards show.
async fn change_in(changes: &mut broadcast::Receiver<Changed>, org: OrgId) {
    const SHOWN: [&str; 5] = [
        "dashboard.",
        "widget.",
        "segment.",
        "organization.",
        "annotation.",
    ];
    loop {
        match changes.recv().await {
            Ok(change) if change.org == org && SHOWN.iter().any(|word| change.action.starts_with(word)) => {
                return;
            }
            Ok(_) => {}
            Err(broadcast::error::RecvError::Lagged(_)) => return,
            Err(broadcast::error::RecvError::Closed) => return std::future::pending().await,
        }
    }
}
