//! Every setting, on one page. A flag beats an environment variable, which beats a key of the TOML file, which beats the
//! default; nothing else in the program reads the environment.

use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args, ValueEnum};
use engine::RedisAddress;
use engine::address::without_password;
use engine::auth::{OidcProvider, Registration};
use engine::mail::MailServer;
use engine::sealing::MasterKeys;
use engine::store::EventsAt;
use model::problem::FieldError;
use model::rates::Rates;
use model::usage::Quotas;
use serde::Deserialize;

use crate::client::Proxies;

/// Our own lines, and of the libraries only what somebody should look at.
const USUAL_LOG: &str = "warn,datapulse=info,engine=info,app=info";

/// More memory than any machine has; keeps the bytes within 64 bits.
const MOST_CACHE_MB: u64 = 1 << 30;
/// How many seconds a question may be given.
const QUESTION_SECONDS: RangeInclusive<u64> = 1..=3_600;

/// What can be set, as it was given: by flag or environment variable (`clap` reads both), or by a key of the TOML file.
#[derive(Args, Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
pub(crate) struct Given {
    /// A TOML file with any of these settings
    #[arg(long = "config", env = "DATAPULSE_CONFIG", value_name = "FILE", global = true)]
    #[serde(skip)]
    pub(crate) file: Option<PathBuf>,
    /// Address to listen on; port 0 picks a free one [default: 127.0.0.1:3000]
    #[arg(long, env = "DATAPULSE_ADDR", global = true)]
    pub(crate) addr: Option<SocketAddr>,
    /// Folder for everything that is written [default: ./data]
    #[arg(long, env = "DATAPULSE_DATA_DIR", value_name = "FOLDER", global = true)]
    pub(crate) data_dir: Option<PathBuf>,
    /// Where people reach it; an https URL turns on Secure cookies and HSTS [default: http:// and the address]
    #[arg(long, env = "DATAPULSE_PUBLIC_URL", value_name = "URL", global = true)]
    pub(crate) public_url: Option<String>,
    /// Accounts and dashboards: sqlite:FILE or postgres://… [default: sqlite in the data folder]
    #[arg(
        long = "database",
        env = "DATAPULSE_DATABASE_URL",
        value_name = "URL",
        global = true,
        hide_env_values = true
    )]
    pub(crate) database_url: Option<String>,
    /// Events: duckdb:FOLDER, postgres://… or clickhouse://… [default: duckdb in the data folder]
    #[arg(
        long = "events",
        env = "DATAPULSE_EVENTS_URL",
        value_name = "URL",
        global = true,
        hide_env_values = true
    )]
    pub(crate) events_url: Option<String>,
    /// Who may make an account [default: open]
    #[arg(long, env = "DATAPULSE_REGISTRATION", value_enum, global = true)]
    pub(crate) registration: Option<Joining>,
    /// Megabytes of memory for answers that are kept; 0 keeps none [default: 128]
    #[arg(long, env = "DATAPULSE_CACHE_MB", value_name = "MB", global = true, value_parser = clap::value_parser!(u64).range(..=MOST_CACHE_MB))]
    pub(crate) cache_mb: Option<u64>,
    /// Seconds that a question may take before it is stopped [default: 30]
    #[arg(long, env = "DATAPULSE_QUESTION_SECONDS", value_name = "SECONDS", global = true, value_parser = clap::value_parser!(u64).range(QUESTION_SECONDS))]
    pub(crate) question_seconds: Option<u64>,
    /// A Redis where answers are kept for other processes too: redis://… [default: none]
    #[arg(
        long = "redis",
        env = "DATAPULSE_REDIS_URL",
        value_name = "URL",
        global = true,
        hide_env_values = true
    )]
    pub(crate) redis_url: Option<String>,
    /// Limits on how often a caller may ask; off for benchmarks [default: on]
    #[arg(long, env = "DATAPULSE_RATE_LIMITS", value_enum, global = true)]
    pub(crate) rate_limits: Option<Switch>,
    /// Keys that secrets are sealed with: 32 bytes in base64 each, the first for what is new [default: a file in the data folder]
    #[arg(
        long,
        env = "DATAPULSE_MASTER_KEYS",
        value_name = "KEYS",
        global = true,
        hide_env_values = true
    )]
    pub(crate) master_keys: Option<String>,
    /// A server that takes mail: `smtps://user:password@host`, or `smtp://…?tls=required` [default: none, the log tells links]
    #[arg(
        long = "smtp",
        env = "DATAPULSE_SMTP_URL",
        value_name = "URL",
        global = true,
        hide_env_values = true
    )]
    pub(crate) smtp_url: Option<String>,
    /// Whom mail is from: `stats@example.org`, or `DataPulse <stats@example.org>` [default: datapulse, at the public host]
    #[arg(long, env = "DATAPULSE_MAIL_FROM", value_name = "ADDRESS", global = true)]
    pub(crate) mail_from: Option<String>,
    /// An `OpenID` provider where people may sign in: `https://accounts.example.org` [default: none]
    #[arg(long, env = "DATAPULSE_OIDC_ISSUER", value_name = "URL", global = true)]
    pub(crate) oidc_issuer: Option<String>,
    /// What that provider knows this server as
    #[arg(long, env = "DATAPULSE_OIDC_CLIENT_ID", value_name = "ID", global = true)]
    pub(crate) oidc_client_id: Option<String>,
    /// The secret between the two
    #[arg(
        long,
        env = "DATAPULSE_OIDC_CLIENT_SECRET",
        value_name = "SECRET",
        global = true,
        hide_env_values = true
    )]
    pub(crate) oidc_client_secret: Option<String>,
    /// What people call that provider [default: its host]
    #[arg(long, env = "DATAPULSE_OIDC_NAME", value_name = "NAME", global = true)]
    pub(crate) oidc_name: Option<String>,
    /// What one unit of each currency is worth: EUR=1,USD=0.92; amounts without a currency are in the first
    #[arg(long, env = "DATAPULSE_CURRENCY_RATES", value_name = "RATES", global = true)]
    pub(crate) currency_rates: Option<String>,
    /// Events a month that each plan allows: free=100000,team=5000000; a plan that is not named allows any number [default: none]
    #[arg(long, env = "DATAPULSE_QUOTAS", value_name = "QUOTAS", global = true)]
    pub(crate) quotas: Option<String>,
    /// A `MaxMind` file, such as `GeoLite2-City.mmdb`, that knows where addresses are [default: none]
    #[arg(long, env = "DATAPULSE_GEOIP_FILE", value_name = "FILE", global = true)]
    pub(crate) geoip_file: Option<PathBuf>,
    /// Networks of proxies whose word on addresses counts: 10.0.0.0/8,192.0.2.1 [default: this machine]
    #[arg(
        long,
        env = "DATAPULSE_TRUSTED_PROXIES",
        value_name = "NETWORKS",
        global = true
    )]
    pub(crate) trusted_proxies: Option<String>,
    /// How log lines look [default: text on a terminal, json elsewhere]
    #[arg(long, env = "DATAPULSE_LOG_FORMAT", value_enum, global = true)]
    pub(crate) log_format: Option<LogFormat>,
    /// What is logged, for example `info` or `datapulse=debug` [default: what matters]
    #[arg(long, env = "DATAPULSE_LOG", value_name = "FILTER", global = true)]
    pub(crate) log: Option<String>,
    /// A collector of traces, which takes OTLP over HTTP: `http://127.0.0.1:4318` [default: none]
    #[arg(
        long,
        env = "OTEL_EXPORTER_OTLP_ENDPOINT",
        value_name = "URL",
        global = true,
        hide_env_values = true
    )]
    pub(crate) otlp_endpoint: Option<String>,
    /// Folder with the site's files, instead of those inside the program
    #[arg(long, env = "LEPTOS_SITE_ROOT", value_name = "FOLDER", global = true)]
    pub(crate) site_dir: Option<PathBuf>,
    /// Folder for the progress of imports [default: below the user's state folder]
    #[arg(
        long,
        env = "XDG_STATE_HOME",
        value_name = "FOLDER",
        global = true,
        hide = true
    )]
    pub(crate) state_dir: Option<PathBuf>,
    /// The user's home folder
    #[arg(long, env = "HOME", value_name = "FOLDER", global = true, hide = true)]
    pub(crate) home_dir: Option<PathBuf>,
}

/// Who may make an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Joining {
    /// Anyone.
    Open,
    /// Nobody, except through the command line.
    Closed,
    /// Whoever was invited.
    Invite,
}

/// On or off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Switch {
    /// On.
    On,
    /// Off.
    Off,
}

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LogFormat {
    /// For people.
    Text,
    /// For machines.
    Json,
}

/// The settings in force.
#[derive(Clone, Debug)]
pub(crate) struct Config {
    /// Address to listen on.
    pub(crate) addr: SocketAddr,
    /// Folder for everything that is written.
    pub(crate) data_dir: PathBuf,
    /// As given; see [`Config::public_url_for`].
    pub(crate) public_url: Option<String>,
    /// URL of the control plane.
    pub(crate) database_url: String,
    /// Where events are kept.
    pub(crate) events: EventsAt,
    /// Who may make an account.
    pub(crate) registration: Registration,
    /// Megabytes of memory for answers that are kept.
    pub(crate) cache_mb: u64,
    /// How long a question may take.
    pub(crate) question_limit: Duration,
    /// Where answers are kept for other processes too.
    pub(crate) redis: Option<RedisAddress>,
    /// What secrets are sealed with.
    pub(crate) master_keys: MasterKeys,
    /// What letters go out through.
    pub(crate) mail: Option<MailServer>,
    /// Where else people may sign in.
    pub(crate) oidc: Option<OidcProvider>,
    /// Whether limits are on.
    pub(crate) rate_limits: bool,
    /// What currencies are worth.
    pub(crate) currency_rates: Rates,
    /// Events a month that each plan allows.
    pub(crate) quotas: Quotas,
    /// Knows where addresses are.
    pub(crate) geoip_file: Option<PathBuf>,
    /// Whose word on addresses counts.
    pub(crate) trusted_proxies: Proxies,
    /// How log lines look.
    pub(crate) log_format: Option<LogFormat>,
    /// What is logged.
    pub(crate) log: String,
    /// Where traces are collected.
    pub(crate) otlp_endpoint: Option<String>,
    /// Folder with the site's files.
    pub(crate) site_dir: Option<PathBuf>,
    /// Folder for the progress of imports.
    pub(crate) imports_dir: PathBuf,
}

impl Config {
    /// Merges what was given with the file and the defaults.
    ///
    /// # Errors
    /// A sentence that names the setting and says what to do.
    pub(crate) fn load(given: Given) -> Result<Self, String> {
        let file = match &given.file {
            Some(path) => read_file(path)?,
            None => Given::default(),
        };
        let data_dir = given
            .data_dir
            .or(file.data_dir)
            .unwrap_or_else(|| PathBuf::from("./data"));
        let database_url = given.database_url.or(file.database_url);
        let events_url = given.events_url.or(file.events_url);
        let state_dir = given
            .state_dir
            .or_else(|| given.home_dir.map(|home| home.join(".local/state")));
        let public_url = given
            .public_url
            .or(file.public_url)
            .map(|url| checked_public_url(&url))
            .transpose()?;
        let mail_from = given.mail_from.or(file.mail_from);
        let mail = given
            .smtp_url
            .or(file.smtp_url)
            .map(|url| mail_server(&url, mail_from, public_url.as_deref()))
            .transpose()?;
        Ok(Self {
            addr: given
                .addr
                .or(file.addr)
                .unwrap_or(SocketAddr::from(([127, 0, 0, 1], 3000))),
            public_url,
            database_url: database_url
                .unwrap_or_else(|| format!("sqlite:{}", data_dir.join("datapulse.sqlite3").display())),
            events: events_at(events_url.as_deref(), &data_dir)?,
            registration: match given.registration.or(file.registration).unwrap_or(Joining::Open) {
                Joining::Open => Registration::Open,
                Joining::Closed => Registration::Closed,
                Joining::Invite => Registration::Invite,
            },
            cache_mb: given
                .cache_mb
                .or(file.cache_mb)
                .unwrap_or(engine::query::ROOM / (1024 * 1024))
                .min(MOST_CACHE_MB),
            question_limit: question_limit(given.question_seconds.or(file.question_seconds))?,
            redis: given
                .redis_url
                .or(file.redis_url)
                .map(|url| url.parse())
                .transpose()
                .map_err(|error: FieldError| format!("DATAPULSE_REDIS_URL: {}", error.message))?,
            mail,
            oidc: oidc_provider(
                given.oidc_issuer.or(file.oidc_issuer),
                given.oidc_client_id.or(file.oidc_client_id),
                given.oidc_client_secret.or(file.oidc_client_secret),
                given.oidc_name.or(file.oidc_name),
            )?,
            master_keys: match given.master_keys.or(file.master_keys) {
                Some(text) => text
                    .parse()
                    .map_err(|error| format!("DATAPULSE_MASTER_KEYS: {error}"))?,
                None => MasterKeys::file(data_dir.join("master.keys")),
            },
            rate_limits: given.rate_limits.or(file.rate_limits) != Some(Switch::Off),
            currency_rates: given
                .currency_rates
                .or(file.currency_rates)
                .unwrap_or_default()
                .parse()
                .map_err(|error| format!("DATAPULSE_CURRENCY_RATES: {error}"))?,
            quotas: given
                .quotas
                .or(file.quotas)
                .unwrap_or_default()
                .parse()
                .map_err(|error: FieldError| format!("DATAPULSE_QUOTAS: {}", error.message))?,
            geoip_file: given.geoip_file.or(file.geoip_file),
            trusted_proxies: match given.trusted_proxies.or(file.trusted_proxies) {
                Some(text) => text
                    .parse()
                    .map_err(|error| format!("DATAPULSE_TRUSTED_PROXIES: {error}"))?,
                None => Proxies::default(),
            },
            log_format: given.log_format.or(file.log_format),
            log: given.log.or(file.log).unwrap_or_else(|| USUAL_LOG.to_owned()),
            otlp_endpoint: given
                .otlp_endpoint
                .or(file.otlp_endpoint)
                .map(|url| checked_collector(&url))
                .transpose()?,
            site_dir: given.site_dir.or(file.site_dir),
            imports_dir: state_dir
                .unwrap_or_else(|| data_dir.clone())
                .join("datapulse/imports"),
            data_dir,
        })
    }

    /// Where people reach a server that listens on `addr`.
    #[must_use]
    pub(crate) fn public_url_for(&self, addr: SocketAddr) -> String {
        self.public_url
            .clone()
            .unwrap_or_else(|| format!("http://{addr}"))
    }

    /// The settings as the TOML file that would give them, with secrets hidden.
    #[must_use]
    pub(crate) fn print(&self) -> String {
        let registration = match self.registration {
            Registration::Open => "open",
            Registration::Closed => "closed",
            Registration::Invite => "invite",
        };
        let redis = self
            .redis
            .as_ref()
            .map(|address| ("redis_url", address.to_string()));
        let mail = self.mail.as_ref().map(|server| ("smtp_url", server.to_string()));
        let oidc = self
            .oidc
            .as_ref()
            .map(|provider| ("oidc_issuer", provider.issuer().to_owned()));
        let geoip_file = self
            .geoip_file
            .as_ref()
            .map(|path| ("geoip_file", path.display().to_string()));
        let otlp = self
            .otlp_endpoint
            .as_ref()
            .map(|url| ("otlp_endpoint", without_password(url)));
        let lines = [
            ("addr", self.addr.to_string()),
            ("data_dir", self.data_dir.display().to_string()),
            ("public_url", self.public_url_for(self.addr)),
            ("database_url", without_password(&self.database_url)),
            ("events_url", self.events.to_string()),
            ("registration", registration.to_owned()),
            (
                "rate_limits",
                if self.rate_limits { "on" } else { "off" }.to_owned(),
            ),
            ("currency_rates", self.currency_rates.to_string()),
            ("quotas", self.quotas.to_string()),
            ("trusted_proxies", self.trusted_proxies.to_string()),
            ("log", self.log.clone()),
        ];
        let lines = lines
            .into_iter()
            .chain(redis)
            .chain(mail)
            .chain(oidc)
            .chain(geoip_file)
            .chain(otlp);
        let lines = lines.map(|(key, value)| format!("{key} = {}", toml::Value::String(value)));
        format!(
            "{}\ncache_mb = {}\nquestion_seconds = {}",
            lines.collect::<Vec<_>>().join("\n"),
            self.cache_mb,
            self.question_limit.as_secs()
        )
    }
}

fn question_limit(seconds: Option<u64>) -> Result<Duration, String> {
    match seconds {
        None => Ok(engine::store::TIME_LIMIT),
        Some(seconds) if QUESTION_SECONDS.contains(&seconds) => Ok(Duration::from_secs(seconds)),
        Some(seconds) => Err(format!(
            "question_seconds: {seconds} is not from {} to {}",
            QUESTION_SECONDS.start(),
            QUESTION_SECONDS.end()
        )),
    }
}

fn read_file(path: &Path) -> Result<Given, String> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    toml::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))
}

fn events_at(url: Option<&str>, data_dir: &Path) -> Result<EventsAt, String> {
    let Some(url) = url else {
        return Ok(EventsAt::DuckDb(data_dir.join("events")));
    };
    url.parse()
        .map_err(|error: FieldError| format!("DATAPULSE_EVENTS_URL: {}", error.message))
}

fn oidc_provider(
    issuer: Option<String>,
    client_id: Option<String>,
    client_secret: Option<String>,
    name: Option<String>,
) -> Result<Option<OidcProvider>, String> {
    let Some(issuer) = issuer else { return Ok(None) };
    let client_id =
        client_id.ok_or("DATAPULSE_OIDC_CLIENT_ID: say what the provider knows this server as")?;
    let host = issuer.split_once("://").map_or(issuer.as_str(), |(_, rest)| rest);
    let host = host.split('/').next().unwrap_or(host).to_owned();
    let provider = OidcProvider::new(name.unwrap_or(host), issuer, client_id, client_secret);
    provider.map(Some).map_err(|error| match error {
        engine::Error::Invalid(fields) => {
            let messages: Vec<&str> = fields.iter().map(|field| field.message.as_str()).collect();
            format!("DATAPULSE_OIDC_ISSUER: {}", messages.join(" "))
        }
        other => other.to_string(),
    })
}

/// Letters come from the host that people know, unless something else is said.
fn mail_server(url: &str, from: Option<String>, public_url: Option<&str>) -> Result<MailServer, String> {
    let from = from.unwrap_or_else(|| {
        let host = public_url.and_then(|url| url.split_once("://"));
        let host = host.map_or("localhost", |(_, host)| host.split(':').next().unwrap_or(host));
        format!("DataPulse <datapulse@{host}>")
    });
    MailServer::new(url, &from)
        .map_err(|error| format!("DATAPULSE_{}: {}", error.field.to_uppercase(), error.message))
}

fn checked_public_url(url: &str) -> Result<String, String> {
    let url = url.trim_end_matches('/');
    let host = url
        .strip_prefix("https://")
        .or_else(|| url.strip_prefix("http://"));
    match host {
        Some(host) if !host.is_empty() && !host.contains(['/', '?', '#', ' ']) => Ok(url.to_owned()),
        _ => Err(format!(
            "DATAPULSE_PUBLIC_URL: {url} should look like https://stats.example.org"
        )),
    }
}

fn checked_collector(url: &str) -> Result<String, String> {
    let is_http = url::Url::parse(url).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
    let message = || format!("OTEL_EXPORTER_OTLP_ENDPOINT: {url} should look like http://127.0.0.1:4318");
    is_http.then(|| url.to_owned()).ok_or_else(message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flag_beats_the_file_and_the_file_beats_the_default() {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let file = folder.path().join("datapulse.toml");
        std::fs::write(&file, "addr = \"127.0.0.1:4000\"\nlog = \"debug\"\n").expect("it can be written");
        let given = Given {
            file: Some(file),
            log: Some("warn".into()),
            ..Given::default()
        };
        let config = Config::load(given).expect("it is valid");
        assert_eq!((config.addr.port(), config.log.as_str()), (4000, "warn"));
        assert_eq!(config.data_dir, PathBuf::from("./data"));
    }

    #[test]
    fn wrong_settings_name_themselves() {
        let events = Given {
            events_url: Some("mongodb://u:secret@h/x".into()),
            ..Given::default()
        };
        let error = Config::load(events).expect_err("there is no such store");
        assert!(
            error.contains("DATAPULSE_EVENTS_URL") && !error.contains("secret"),
            "{error}"
        );
        let url = Given {
            public_url: Some("stats.example.org".into()),
            ..Given::default()
        };
        assert!(
            Config::load(url)
                .expect_err("it has no scheme")
                .contains("DATAPULSE_PUBLIC_URL")
        );
    }

    #[test]
    fn passwords_are_not_printed() {
        let given = Given {
            database_url: Some("postgres://ada:secret@db/app".into()),
            events_url: Some("clickhouse://ada:secret@db/events".into()),
            ..Given::default()
        };
        let text = Config::load(given).expect("it is valid").print();
        assert!(
            text.contains("postgres://ada:…@db/app")
                && text.contains("clickhouse://ada:…@db/events")
                && !text.contains("secret"),
            "{text}"
        );
    }
}
