//! What DataPulse keeps things in, and whom it talks to: database, event log and store, Redis, mail.

use engine::db::{Db, Look, look};
use engine::ingest::look_at_log;
use engine::mail::Waiting;
use engine::sealing::{Sealed, Vault};
use engine::store::{EventStore, EventsAt};
use engine::{Clock, Error, Random, Redis};

use super::finding::Finding;
use crate::config::Config;
use crate::server::for_people;

/// Seconds by which clocks of two machines may differ.
const CLOCKS_DIFFER: i64 = 30;

pub(super) async fn findings(config: &Config, running: bool) -> Vec<Finding> {
    let mut findings = Vec::new();
    match look(&config.database_url).await {
        Ok(look) => {
            findings.extend(database(&look));
            if look.version.is_some() && look.pending.is_empty() && look.unknown.is_empty() {
                findings.push(secrets(config).await);
                findings.extend(letters(config).await);
            }
        }
        Err(error) => findings.push(Finding::bad(
            "database",
            for_people(&error),
            "Check DATAPULSE_DATABASE_URL, and that the server runs and lets this machine in.",
        )),
    }
    findings.push(log(config).await);
    findings.push(store(config, running).await);
    findings.push(redis(config).await);
    findings.push(mail(config).await);
    findings.extend(oidc(config).await);
    findings
}

fn database(look: &Look) -> Vec<Finding> {
    const WHAT: &str = "database";
    let Some(version) = &look.version else {
        let todo =
            "The first start makes it. Meant another one? Set DATAPULSE_DATABASE_URL or DATAPULSE_DATA_DIR.";
        return vec![Finding::notice(WHAT, "the file is not there yet", todo)];
    };
    let mut findings = Vec::new();
    if let Some(damage) = &look.damage {
        let todo = "The file is damaged. Stop the server, keep a copy, and bring back a backup.";
        findings.push(Finding::bad(WHAT, damage.clone(), todo));
    }
    findings.push(if !look.broken.is_empty() {
        let todo = "Run `datapulse migrate` again; if it breaks off again, bring back a backup.";
        Finding::bad(
            WHAT,
            format!("{version}; migrations broke off: {:?}", look.broken),
            todo,
        )
    } else if !look.unknown.is_empty() {
        let todo =
            "A newer DataPulse was here. Use that version again, or bring back a backup from before it.";
        Finding::bad(
            WHAT,
            format!("{version}; unknown migrations: {:?}", look.unknown),
            todo,
        )
    } else if look.pending.is_empty() {
        Finding::good(WHAT, format!("{version}, up to date"))
    } else {
        let todo = "`datapulse migrate`, or the next start, brings it up to date.";
        Finding::notice(
            WHAT,
            format!("{version}; migrations to run: {:?}", look.pending),
            todo,
        )
    });
    findings.extend(look.clock.map(|there| {
        let apart = there.duration_since(Clock::System.now()).as_secs();
        let said = format!(
            "the database's is {} s {}",
            apart.abs(),
            if apart < 0 { "behind" } else { "ahead" }
        );
        if apart.abs() > CLOCKS_DIFFER {
            Finding::bad("clocks", said, "Set both machines' clocks (timedatectl, chrony).")
        } else {
            Finding::good("clocks", said)
        }
    }));
    findings
}

/// Whether the master keys open what is sealed.
async fn secrets(config: &Config) -> Finding {
    const WHAT: &str = "secrets";
    match closed_secrets(config).await {
        Ok(Sealed { all, closed: 0 }) => Finding::good(WHAT, format!("{all} sealed, all open")),
        Ok(Sealed { all, closed }) => {
            let todo = "A master key is missing: bring back master.keys from a backup, or add the old key behind the new one \
                in DATAPULSE_MASTER_KEYS. Is it lost for good? `datapulse keys rotate --at-once` makes a new key for access \
                tokens, and `datapulse user end-two-factor ADDRESS` lets in whose second factor is lost.";
            Finding::bad(
                WHAT,
                format!("{closed} of {all} sealed secrets do not open"),
                todo,
            )
        }
        Err(error) => Finding::bad(
            WHAT,
            for_people(&error),
            "See the lines above about master keys and the database.",
        ),
    }
}

/// Looking makes no master key where there is none.
async fn closed_secrets(config: &Config) -> Result<Sealed, Error> {
    let is_missing = config.master_keys.path().is_some_and(|path| !path.exists());
    let vault = if is_missing {
        None
    } else {
        Some(Vault::open(config.master_keys.clone(), Random::from_os())?)
    };
    let db = Db::open(&config.database_url).await?;
    let found = engine::sealing::look(&db, vault.as_ref()).await;
    db.close().await;
    found
}

async fn log(config: &Config) -> Finding {
    const WHAT: &str = "event log";
    let folder = config.data_dir.join("log");
    let todo = "Stop the server, keep a copy of the folder, and start it again: what can be read is stored, the rest is set aside.";
    match look_at_log(&folder).await {
        Ok(None) => Finding::good(WHAT, "there is none yet"),
        Ok(Some(look)) => match look.damage {
            Some(damage) => Finding::bad(WHAT, damage, todo),
            None if look.quarantined > 0 => Finding::notice(
                WHAT,
                format!("{} damaged records were set aside", look.quarantined),
                "They lie in the table `quarantine` of log/ingest.sqlite3.",
            ),
            None => Finding::good(WHAT, format!("{} events in it", look.events)),
        },
        Err(error) => Finding::bad(WHAT, for_people(&error), todo),
    }
}

async fn store(config: &Config, running: bool) -> Finding {
    const WHAT: &str = "event store";
    if let EventsAt::DuckDb(folder) = &config.events {
        if running {
            return Finding::good(WHAT, "in use by the running server, which is asked below");
        }
        if !folder.exists() {
            return Finding::good(WHAT, "there is none yet");
        }
    }
    match checked_store(config).await {
        Ok(()) => Finding::good(WHAT, format!("{} answers", config.events)),
        Err(error) => Finding::bad(
            WHAT,
            format!("{}: {}", config.events, for_people(&error)),
            "Check DATAPULSE_EVENTS_URL and that the server runs. Until it answers, events wait in the log.",
        ),
    }
}

async fn checked_store(config: &Config) -> Result<(), Error> {
    let store = EventStore::open(&config.events, Clock::System).await?;
    let checked = store.check().await;
    store.close().await?;
    checked
}

async fn redis(config: &Config) -> Finding {
    const WHAT: &str = "redis";
    let Some(address) = &config.redis else {
        return Finding::good(WHAT, "none is set; answers are kept in memory");
    };
    let answers = match Redis::at(address) {
        Ok(redis) => redis.answers().await,
        Err(_) => false,
    };
    if answers {
        return Finding::good(WHAT, format!("{address} answers"));
    }
    let todo =
        "Everything works without it, only slower. Check DATAPULSE_REDIS_URL and that the server runs.";
    Finding::notice(WHAT, format!("{address} does not answer"), todo)
}

async fn mail(config: &Config) -> Finding {
    const WHAT: &str = "mail";
    let Some(server) = &config.mail else {
        let todo = "Links to choose another password are told in the log, and on the page of members. Set \
            DATAPULSE_SMTP_URL to send them.";
        return Finding::notice(WHAT, "no server is set", todo);
    };
    match server.answers().await {
        Ok(()) => Finding::good(WHAT, format!("{server} takes mail")),
        Err(why) => {
            let todo = "Check DATAPULSE_SMTP_URL: scheme (smtps, or smtp with ?tls=required), port, name and password.";
            Finding::bad(WHAT, format!("{server}: {why}"), todo)
        }
    }
}

/// Letters that lie in the database.
async fn letters(config: &Config) -> Option<Finding> {
    const WHAT: &str = "letters";
    config.mail.as_ref()?;
    let todo = "The server's log names each with what the mail server said. Failed ones are not sent again: whoever asked \
        asks anew, and the page of members shows which.";
    Some(match letters_in(config).await {
        Ok(Waiting { waiting, failed: 0 }) => Finding::good(WHAT, format!("{waiting} on their way")),
        Ok(Waiting { waiting, failed }) => Finding::notice(
            WHAT,
            format!("{failed} given up within 30 days, {waiting} on their way"),
            todo,
        ),
        Err(error) => Finding::bad(WHAT, for_people(&error), "See the line above about the database."),
    })
}

async fn letters_in(config: &Config) -> Result<Waiting, Error> {
    let db = Db::open(&config.database_url).await?;
    let found = engine::mail::waiting(&db, Clock::System.now()).await;
    db.close().await;
    found
}

async fn oidc(config: &Config) -> Option<Finding> {
    const WHAT: &str = "sign-in";
    let provider = config.oidc.as_ref()?;
    Some(match provider.check().await {
        Ok(()) => Finding::good(WHAT, format!("{} answers", provider.issuer())),
        Err(error) => Finding::bad(
            WHAT,
            format!("{}: {}", provider.issuer(), for_people(&error)),
            "Check DATAPULSE_OIDC_ISSUER: what it says of itself is below /.well-known/openid-configuration, under the same name.",
        ),
    })
}
