//! Who is known by what somebody types, and what some users are called.

use std::collections::{HashMap, HashSet};

use model::ids::OrgId;
use model::profile::{email_in, name_in};
use sqlx::AssertSqlSafe;
use sqlx::types::Json;

use super::Profiles;
use super::document::Document;
use super::folded::Wanted;
use crate::db::{On, sql};
use crate::error::Error;

/// What a list says of a user.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Known {
    pub(crate) name: Option<String>,
    pub(crate) email: Option<String>,
    /// What they are looked for by; nothing where that is not written down yet.
    pub(crate) folded: Option<String>,
}

impl Known {
    fn of(document: Document, folded: Option<String>) -> Self {
        let said = document.values();
        Self {
            name: name_in(&said).map(str::to_owned),
            email: email_in(&said).map(str::to_owned),
            folded,
        }
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    properties: Json<Document>,
    folded: Option<String>,
}

impl Row {
    fn known(self) -> (String, Known) {
        (self.id, Known::of(self.properties.0, self.folded))
    }
}

impl Profiles {
    /// Users of whom all that is `wanted` was said, by their ids, those behind `after`; at most `limit`.
    pub(crate) async fn matching(
        &self,
        org: OrgId,
        wanted: &Wanted,
        after: &str,
        limit: usize,
    ) -> Result<Vec<(String, Known)>, Error> {
        let [first, second, third, fourth] = wanted.patterns();
        // Only the index is read through: it holds nothing but what the inner statement names.
        let rows = sql!(
            self.db,
            all as Row,
            r"SELECT id, properties, folded FROM profiles
              WHERE org_id = $1 AND kind = 'user' AND id IN (
                  SELECT id FROM profiles
                  WHERE org_id = $1 AND kind = 'user' AND id > $2
                    AND folded LIKE $3 ESCAPE '\' AND folded LIKE $4 ESCAPE '\'
                    AND folded LIKE $5 ESCAPE '\' AND folded LIKE $6 ESCAPE '\'
                  ORDER BY id LIMIT $7)
              ORDER BY id",
            org.uuid(),
            after,
            first.as_str(),
            second.as_str(),
            third.as_str(),
            fourth.as_str(),
            i64::try_from(limit).unwrap_or(i64::MAX),
        )?;
        Ok(rows.into_iter().map(Row::known).collect())
    }

    /// The user who has exactly this id, or had it.
    pub(crate) async fn exactly(&self, org: OrgId, id: &str) -> Result<Option<(String, Known)>, Error> {
        let row = sql!(
            self.db,
            optional as Row,
            "SELECT id, properties, folded FROM profiles WHERE org_id = $1 AND kind = 'user' AND id IN (
                 SELECT user_id FROM profile_ids WHERE org_id = $1 AND other_id = $2 UNION ALL SELECT $2)
             ORDER BY CASE WHEN id = $2 THEN 1 ELSE 0 END LIMIT 1",
            org.uuid(),
            id,
        )?;
        Ok(row.map(Row::known))
    }

    /// What is known of these users, of whom something was said.
    pub(crate) async fn among(&self, org: OrgId, ids: &[String]) -> Result<HashMap<String, Known>, Error> {
        let rows: Vec<Row> = self
            .listed(
                "SELECT id, properties, folded FROM profiles WHERE org_id = $1 AND kind = 'user' AND id IN",
                org,
                ids,
            )
            .await?;
        Ok(rows.into_iter().map(Row::known).collect())
    }

    /// Those of these ids that turned out to be other ids of a user.
    pub(crate) async fn others_among(&self, org: OrgId, ids: &[String]) -> Result<HashSet<String>, Error> {
        let rows: Vec<(String,)> = self
            .listed(
                "SELECT other_id FROM profile_ids WHERE org_id = $1 AND other_id IN",
                org,
                ids,
            )
            .await?;
        Ok(rows.into_iter().map(|(id,)| id).collect())
    }

    /// The rows of a statement that ends in a list of ids.
    async fn listed<R>(&self, text: &'static str, org: OrgId, ids: &[String]) -> Result<Vec<R>, Error>
    where
        R: for<'r> sqlx::FromRow<'r, sqlx::sqlite::SqliteRow>
            + for<'r> sqlx::FromRow<'r, sqlx::postgres::PgRow>
            + Send
            + Unpin,
    {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let marks: Vec<String> = (2..ids.len() + 2).map(|number| format!("${number}")).collect();
        let text = format!("{text} ({})", marks.join(", "));
        let rows = match self.db.on() {
            On::Sqlite(on) => {
                let query = sqlx::query_as(AssertSqlSafe(text)).bind(org.uuid());
                let query = ids.iter().fold(query, sqlx::query::QueryAs::bind);
                query.fetch_all(on).await?
            }
            On::Postgres(on) => {
                let query = sqlx::query_as(AssertSqlSafe(text)).bind(org.uuid());
                let query = ids.iter().fold(query, sqlx::query::QueryAs::bind);
                query.fetch_all(on).await?
            }
        };
        Ok(rows)
    }
}
