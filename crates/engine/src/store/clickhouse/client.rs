//! The HTTP interface, as much of it as is needed.

use std::time::Duration;

use model::ids::OrgId;
use reqwest::header::CONTENT_TYPE;
use reqwest::{RequestBuilder, Response, Url};

use super::decode::Decoder;
use super::fault::Fault;
use super::form::Form;
use super::place::Place;
use crate::error::Error;
use crate::store::{Frame, ServerAddress};

/// How long a connection may take to be made.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long storing or reading for ourselves may take; questions have their own limit.
const LONGEST: Duration = Duration::from_mins(2);
/// How long erasing may take: the server writes whole parts anew.
const ERASING: Duration = Duration::from_hours(1);
/// Servers close connections that nobody uses, some after three seconds.
const IDLE: Duration = Duration::from_secs(2);
/// Where the server's word for a fault is.
const EXCEPTION_CODE: &str = "x-clickhouse-exception-code";
/// Most of a message that is kept.
const MOST_OF_A_MESSAGE: usize = 2_000;

/// What makes SQL mean the same as on the other stores: NULL where there is nothing, names before aliases.
const MEANING: [(&str, &str); 7] = [
    ("join_use_nulls", "1"),
    ("group_by_use_nulls", "1"),
    ("cast_keep_nullable", "1"),
    ("aggregate_functions_null_for_empty", "1"),
    ("prefer_column_name_to_alias", "1"),
    ("precise_float_parsing", "1"),
    ("default_format", "RowBinaryWithNamesAndTypes"),
];

/// Something that is asked of the server.
pub(super) struct Asking {
    text: String,
    params: Vec<(String, String)>,
    settings: Vec<(&'static str, String)>,
    most_rows: usize,
    is_limited: bool,
    in_database: bool,
}

impl Asking {
    pub(super) fn new(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            params: Vec::new(),
            settings: Vec::new(),
            most_rows: usize::MAX,
            is_limited: true,
            in_database: true,
        }
    }

    /// Of an organization, which the text calls `{org:UUID}`.
    pub(super) fn of(org: OrgId, text: &str) -> Self {
        Self::new(text).with("org", &org.uuid().to_string())
    }

    /// With the value of a parameter, as [`super::form::escaped`] writes it.
    pub(super) fn with(mut self, name: &str, value: &str) -> Self {
        self.params.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(super) fn set(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.settings.push((name, value.into()));
        self
    }

    /// Whose answer is not read any further than this.
    pub(super) fn of_at_most(mut self, rows: usize) -> Self {
        self.most_rows = rows;
        self
    }

    /// That reads so little that more threads take longer to begin than to read.
    pub(super) fn of_few_rows(self) -> Self {
        self.set("max_threads", "1")
    }

    /// That needs no database to be there.
    pub(super) fn anywhere(mut self) -> Self {
        self.in_database = false;
        self
    }

    /// Whose limit of time is kept elsewhere.
    pub(super) fn without_limit(mut self) -> Self {
        self.is_limited = false;
        self
    }
}

/// A server and the database on it.
pub(super) struct Client {
    http: reqwest::Client,
    base: Url,
    database: String,
}

impl Client {
    pub(super) fn new(address: &ServerAddress) -> Result<Self, Error> {
        let Place {
            base,
            database,
            authorities,
        } = Place::read(address.reveal())?;
        // It may have been chosen already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder()
            .connect_timeout(PATIENCE)
            .pool_idle_timeout(IDLE)
            .redirect(reqwest::redirect::Policy::none())
            .tls_certs_merge(authorities)
            .build()
            .map_err(Error::internal)?;
        Ok(Self { http, base, database })
    }

    pub(super) fn database(&self) -> &str {
        &self.database
    }

    /// The rows that a statement gives.
    pub(super) async fn rows(&self, asking: &Asking) -> Result<Frame, Fault> {
        let settings = asking
            .settings
            .iter()
            .map(|(name, value)| (*name, value.as_str()));
        let form = Form::new(&asking.text, &asking.params);
        let mut request = self
            .post(MEANING.into_iter().chain(settings), asking.in_database)
            .header(CONTENT_TYPE, form.content_type)
            .body(form.body);
        if asking.is_limited {
            request = request.timeout(LONGEST);
        }
        let mut response = answer(request).await?;
        let mut decoder = Decoder::of_at_most(asking.most_rows);
        while let Some(piece) = response.chunk().await? {
            decoder.add(&piece)?;
        }
        decoder.finish()
    }

    /// Runs a statement that gives no rows and may come before there is a database.
    pub(super) async fn run(
        &self,
        text: &str,
        params: &[(String, String)],
        in_database: bool,
    ) -> Result<(), Fault> {
        self.run_within(LONGEST, text, params, in_database).await
    }

    /// As [`Client::run`], of a statement that may take an hour.
    pub(super) async fn run_long(&self, text: &str, params: &[(String, String)]) -> Result<(), Fault> {
        self.run_within(ERASING, text, params, true).await
    }

    async fn run_within(
        &self,
        limit: Duration,
        text: &str,
        params: &[(String, String)],
        in_database: bool,
    ) -> Result<(), Fault> {
        let form = Form::new(text, params);
        let request = self
            .post([], in_database)
            .header(CONTENT_TYPE, form.content_type)
            .body(form.body)
            .timeout(limit);
        answer(request).await?;
        Ok(())
    }

    /// Stores rows in the format that the statement ends in.
    pub(super) async fn insert(
        &self,
        statement: &str,
        settings: &[(&str, &str)],
        rows: Vec<u8>,
    ) -> Result<(), Fault> {
        let statement = [("query", statement)];
        let request = self
            .post(statement.into_iter().chain(settings.iter().copied()), true)
            .body(rows)
            .timeout(LONGEST);
        answer(request).await?;
        Ok(())
    }

    /// The status is sent when all is done, so that an error never comes after half of an answer.
    fn post<'s>(
        &self,
        settings: impl IntoIterator<Item = (&'s str, &'s str)>,
        in_database: bool,
    ) -> RequestBuilder {
        let mut url = self.base.clone();
        {
            let mut pairs = url.query_pairs_mut();
            pairs.append_pair("wait_end_of_query", "1");
            if in_database {
                pairs.append_pair("database", &self.database);
            }
            pairs.extend_pairs(settings);
        }
        self.http.post(url)
    }
}

/// The answer to a request that went well.
async fn answer(request: RequestBuilder) -> Result<Response, Fault> {
    let response = request.send().await?;
    let code = response.headers().get(EXCEPTION_CODE);
    let code = code.and_then(|code| code.to_str().ok()?.parse().ok());
    let status = response.status();
    match code {
        None if status.is_success() => Ok(response),
        None => Err(Fault::Status(status.as_u16())),
        Some(code) => {
            let mut message = response.text().await?;
            message.truncate(message.floor_char_boundary(MOST_OF_A_MESSAGE));
            Err(Fault::Refused { code, message })
        }
    }
}
