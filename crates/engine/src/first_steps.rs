//! What somebody new does first, and how much of it is done: nothing is ticked that is not so.

use model::account::{ApiKey, KeyKind, KeyRequest};
use model::role::Action;
use serde::Deserialize;

use crate::caller::Caller;
use crate::engine::Engine;
use crate::error::Error;
use crate::templates::TemplateInfo;

/// How far an organization has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FirstSteps {
    /// Its keys that send events, newest first; `None` for those who may not see keys.
    pub write_keys: Option<Vec<ApiKey>>,
    /// Whether there is a key that sends events.
    pub has_write_key: bool,
    /// The kind of event that came most often; none before the first.
    pub event: Option<String>,
    /// Dashboards that fill themselves.
    pub templates: Vec<TemplateInfo>,
    /// Whether there is a dashboard.
    pub has_dashboard: bool,
    /// Members and open invitations.
    pub people: u32,
}

impl FirstSteps {
    /// Which of the steps are done: a key, an event, a dashboard, people.
    #[must_use]
    pub fn done(&self) -> [bool; 4] {
        [
            self.has_write_key,
            self.event.is_some(),
            self.has_dashboard,
            self.people > 1,
        ]
    }
}

/// What a member said about being shown the first steps: `hidden` or `shown`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Wish {
    /// Put away.
    Hidden,
    /// Shown, though all are done.
    Shown,
}

impl Wish {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Hidden => "hidden",
            Self::Shown => "shown",
        }
    }
}

impl Engine {
    /// How far the caller's organization has come; `None` where the caller cannot do anything about it, put it away, or
    /// everything is done.
    ///
    /// # Errors
    /// What the catalogue says, [`Error::Internal`], [`Error::Unavailable`].
    pub async fn first_steps(&self, caller: &Caller) -> Result<Option<FirstSteps>, Error> {
        if caller.user().is_none() || !caller.may(Action::EditDashboards) {
            return Ok(None);
        }
        let standing = self.organizations().standing_of_steps(caller).await?;
        if standing.wish.as_deref() == Some(Wish::Hidden.as_str()) {
            return Ok(None);
        }
        let names = self.catalogue().names(caller).await?;
        let mut steps = FirstSteps {
            write_keys: None,
            has_write_key: standing.write_keys > 0,
            event: names.first().map(|event| event.name.clone()),
            templates: Vec::new(),
            has_dashboard: standing.dashboards > 0,
            people: u32::try_from(standing.people).unwrap_or(u32::MAX),
        };
        if standing.wish.is_none() && steps.done().into_iter().all(|done| done) {
            return Ok(None);
        }
        if caller.may(Action::ManageKeys) {
            let mut keys = self.organizations().keys(caller, caller.org()).await?;
            keys.retain(|key| key.kind == KeyKind::Write);
            steps.write_keys = Some(keys);
        }
        steps.templates = self.templates(caller).await?;
        Ok(Some(steps))
    }

    /// Makes a key that sends events, for whoever follows the first steps; the key itself, which is told only here.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub async fn first_key(&self, caller: &Caller, name: &str) -> Result<String, Error> {
        let request = KeyRequest::new(name, KeyKind::Write);
        let made = self
            .organizations()
            .create_key(caller, caller.org(), request)
            .await?;
        Ok(made.1)
    }
}
