//! What an organization wants done with its events, and the sites that send to it.

use std::sync::Arc;

use model::account::OrganizationSettings;
use model::erasure::retention_days;
use model::ids::OrgId;
use model::ingest::{IngestPatch, IngestRules, MAX_DOMAINS, domain};
use model::problem::FieldError;
use sqlx::types::Json;

use super::Organizations;
use crate::caller::Caller;
use crate::db::{Tx, sql};
use crate::error::Error;

impl Organizations {
    /// An organization with what it wants done with its events.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`].
    pub async fn settings(&self, caller: &Caller, org: OrgId) -> Result<OrganizationSettings, Error> {
        let organization = self.get(caller, org).await?;
        let domains = sql!(
            self.db,
            all as (String,),
            "SELECT domain FROM organization_domains WHERE org_id = $1 ORDER BY domain",
            org.uuid(),
        )?;
        let (retention,) = sql!(
            self.db,
            one as (Option<i64>,),
            "SELECT retention_days FROM organizations WHERE id = $1",
            org.uuid(),
        )?;
        Ok(OrganizationSettings {
            organization,
            ingest: self.read_rules(org).await?,
            domains: domains.into_iter().map(|(domain,)| domain).collect(),
            retention_days: retention.and_then(|days| u32::try_from(days).ok()),
        })
    }

    /// What the organization wants done with its events; at most two seconds old.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn ingest_rules(&self, org: OrgId) -> Result<Arc<IngestRules>, Error> {
        if let Some(rules) = self.rules.get(&org) {
            return Ok(rules);
        }
        let rules = Arc::new(self.read_rules(org).await?);
        self.rules.insert(org, Arc::clone(&rules));
        Ok(rules)
    }

    async fn read_rules(&self, org: OrgId) -> Result<IngestRules, Error> {
        let row = sql!(
            self.db,
            optional as (Json<IngestRules>,),
            "SELECT ingest FROM organizations WHERE id = $1",
            org.uuid(),
        )?;
        row.map(|(rules,)| rules.0).ok_or(Error::NotFound)
    }
}

/// Changes the rules in the transaction of the change.
pub(super) async fn change_rules(tx: &mut Tx, org: OrgId, patch: IngestPatch) -> Result<(), Error> {
    let (Json(rules),) = sql!(
        tx,
        one as (Json<IngestRules>,),
        "SELECT ingest FROM organizations WHERE id = $1",
        org.uuid(),
    )?;
    let rules = patch.applied_to(rules).map_err(|error| vec![error])?;
    sql!(
        tx,
        run,
        "UPDATE organizations SET ingest = $2 WHERE id = $1",
        org.uuid(),
        Json(rules),
    )?;
    Ok(())
}

/// Keeps events for so many days from now on, or for ever.
pub(super) async fn change_retention(tx: &mut Tx, org: OrgId, days: u32) -> Result<(), Error> {
    sql!(
        tx,
        run,
        "UPDATE organizations SET retention_days = $2 WHERE id = $1",
        org.uuid(),
        retention_days(days)?.map(i64::from),
    )?;
    Ok(())
}

/// Replaces the domains; a domain sends to one organization only.
pub(super) async fn replace_domains(tx: &mut Tx, org: OrgId, domains: &[String]) -> Result<(), Error> {
    sql!(
        tx,
        run,
        "DELETE FROM organization_domains WHERE org_id = $1",
        org.uuid(),
    )?;
    for domain in domains {
        let added = sql!(
            tx,
            run,
            "INSERT INTO organization_domains (domain, org_id) VALUES ($1, $2) ON CONFLICT (domain) DO NOTHING",
            domain.as_str(),
            org.uuid(),
        )?;
        if added == 0 {
            let message = format!("{domain} sends to another organization. Take it off there first.");
            return Err(Error::Conflict(message));
        }
    }
    Ok(())
}

/// Domains in the form in which they are compared, each once.
pub(super) fn checked_domains(domains: &[String]) -> Result<Vec<String>, FieldError> {
    if domains.len() > MAX_DOMAINS {
        let message = format!("An organization has at most {MAX_DOMAINS} domains.");
        return Err(FieldError::new("domains", "too_many", message));
    }
    let mut checked = domains
        .iter()
        .map(|text| domain("domains", text))
        .collect::<Result<Vec<_>, _>>()?;
    checked.sort();
    checked.dedup();
    Ok(checked)
}
