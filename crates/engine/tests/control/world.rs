//! A database of its own for every test, and people to fill it with.

use engine::annotations::Annotations;
use engine::audit::EntryFilter;
use engine::auth::{Auth, AuthSettings};
use engine::dashboards::Dashboards;
use engine::db::{Db, PageRequest};
use engine::organizations::Organizations;
use engine::sealing::{MasterKeys, Vault};
use engine::segments::Segments;
use engine::sharing::Sharing;
use engine::{Caller, Clock, Error, Random};
use model::account::{Organization, Registration, User};
use model::dashboard::{DashboardSpec, WidgetSpec};
use model::membership::InvitationRequest;
use model::role::Role;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tempfile::TempDir;

pub(crate) const PASSWORD: &str = "a horse on a staple";
pub(crate) const ISSUER: &str = "https://datapulse.test";

/// Makes two tests of each function: on `SQLite`, and on PostgreSQL.
macro_rules! on_every_database {
    ($($name:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                super::$name($crate::world::World::on_sqlite().await).await;
            })+
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                super::$name($crate::world::World::on_postgres().await).await;
            })+
        }
    };
}
pub(crate) use on_every_database;

/// Changes rows behind the engine's back, for what no verb does yet.
macro_rules! behind_the_scenes {
    ($world:expr, $text:expr $(, $bind:expr)* $(,)?) => {
        match &$world.db {
            engine::db::Db::Sqlite { writer, .. } => {
                sqlx::query($text)$(.bind($bind))*.execute(writer).await.expect("the statement runs").rows_affected()
            }
            engine::db::Db::Postgres(pool) => {
                sqlx::query($text)$(.bind($bind))*.execute(pool).await.expect("the statement runs").rows_affected()
            }
        }
    };
}
pub(crate) use behind_the_scenes;

/// Reads one row behind the engine's back.
macro_rules! peek {
    ($world:expr, $row:ty, $text:expr $(, $bind:expr)* $(,)?) => {
        match &$world.db {
            engine::db::Db::Sqlite { reader, .. } => {
                sqlx::query_as::<_, $row>($text)$(.bind($bind))*.fetch_one(reader).await.expect("the row is there")
            }
            engine::db::Db::Postgres(pool) => {
                sqlx::query_as::<_, $row>($text)$(.bind($bind))*.fetch_one(pool).await.expect("the row is there")
            }
        }
    };
}
pub(crate) use peek;

pub(crate) struct World {
    pub(crate) url: String,
    pub(crate) db: Db,
    pub(crate) clock: Clock,
    pub(crate) auth: Auth,
    pub(crate) organizations: Organizations,
    pub(crate) dashboards: Dashboards,
    pub(crate) annotations: Annotations,
    pub(crate) segments: Segments,
    pub(crate) sharing: Sharing,
    pub(crate) random: Random,
    _folder: Option<TempDir>,
    keys: TempDir,
}

/// Somebody with an account.
pub(crate) struct Person {
    pub(crate) user: User,
    pub(crate) organization: Organization,
    pub(crate) caller: Caller,
}

impl World {
    pub(crate) async fn on_sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let url = format!("sqlite:{}", folder.path().join("app.db").display());
        Self::on(&url, Some(folder)).await
    }

    pub(crate) async fn on_postgres() -> Self {
        Self::on(&fresh_postgres_database().await, None).await
    }

    async fn on(url: &str, folder: Option<TempDir>) -> Self {
        let db = Db::open(url).await.expect("the database opens");
        let clock = Clock::manual("2026-02-03T04:05:06.789012Z".parse().expect("an instant"));
        let random = Random::from_os();
        let keys = tempfile::tempdir().expect("a scratch folder");
        let vault = Vault::open(MasterKeys::file(keys.path().join("master.keys")), random.clone())
            .expect("a master key is made");
        let auth = Auth::open(
            db.clone(),
            clock.clone(),
            random.clone(),
            AuthSettings::new(ISSUER),
            vault,
        )
        .await
        .expect("the signing key is made");
        Self {
            organizations: Organizations::new(db.clone(), clock.clone(), random.clone()),
            dashboards: Dashboards::new(db.clone(), clock.clone(), random.clone()),
            annotations: Annotations::new(db.clone(), clock.clone(), random.clone()),
            segments: Segments::new(db.clone(), clock.clone(), random.clone()),
            sharing: Sharing::new(db.clone(), clock.clone(), random.clone()),
            _folder: folder,
            keys,
            url: url.to_owned(),
            db,
            clock,
            auth,
            random,
        }
    }

    /// What secrets are sealed with here.
    pub(crate) fn master_keys(&self) -> MasterKeys {
        MasterKeys::file(self.keys.path().join("master.keys"))
    }

    /// The accounts again, as after a restart, with other settings.
    pub(crate) async fn auth_with(&self, change: impl FnOnce(&mut AuthSettings)) -> Auth {
        let mut settings = AuthSettings::new(ISSUER);
        change(&mut settings);
        let (clock, random) = (self.clock.clone(), self.random.clone());
        let vault = self.auth.vault().clone();
        Auth::open(self.db.clone(), clock, random, settings, vault)
            .await
            .expect("the accounts open")
    }

    /// Registers `name`, who owns an organization, and signs in.
    pub(crate) async fn owner(&self, name: &str) -> Person {
        let (user, organization) = self
            .auth
            .register(&registration(name))
            .await
            .expect("the account is made");
        let caller = self.signed_in(&user, None).await;
        Person {
            user,
            organization,
            caller,
        }
    }

    /// Registers `name` and takes them into `organization` with `role`; the caller acts there.
    pub(crate) async fn member(&self, name: &str, organization: &Organization, role: Role) -> Person {
        let (user, _) = self
            .auth
            .register(&registration(name))
            .await
            .expect("the account is made");
        behind_the_scenes!(
            self,
            "INSERT INTO org_members (org_id, user_id, role, joined_at) VALUES ($1, $2, $3, $4)",
            organization.id.uuid(),
            user.id.uuid(),
            role.as_str(),
            chrono::DateTime::from_timestamp_micros(self.clock.now().as_microsecond() + 1),
        );
        let caller = self.signed_in(&user, Some(organization)).await;
        Person {
            user,
            organization: organization.clone(),
            caller,
        }
    }

    /// Invites `name`, who registers with that and belongs to no other organization.
    pub(crate) async fn invited(&self, name: &str, by: &Person, role: Role) -> Person {
        let registration = registration(name);
        let request = InvitationRequest {
            email: registration.email.clone(),
            role,
        };
        let made = self
            .organizations
            .invite(&by.caller, by.organization.id, &request, ISSUER)
            .await
            .expect("it is made");
        let token = made.url.rsplit('/').next().map(str::to_owned);
        let (user, organization) = self
            .auth
            .register(&Registration {
                invitation: token,
                ..registration
            })
            .await
            .expect("the account is made");
        let caller = self.signed_in(&user, Some(&organization)).await;
        Person {
            user,
            organization,
            caller,
        }
    }

    /// A fresh session of `user`, in `organization` or in the one joined first.
    pub(crate) async fn signed_in(&self, user: &User, organization: Option<&Organization>) -> Caller {
        let pair = self.auth.issue_tokens(user.id).await.expect("tokens are issued");
        let org = organization.map(|organization| organization.id);
        self.auth
            .by_access_token(&pair.access_token, org)
            .await
            .expect("the token is good")
    }

    /// What the organization's record says was done, oldest first.
    pub(crate) async fn audited(&self, person: &Person) -> Vec<String> {
        let all = PageRequest {
            limit: Some(200),
            cursor: None,
        };
        let org = person.organization.id;
        let page = self
            .organizations
            .audit(&person.caller, org, &EntryFilter::default(), &all)
            .await
            .expect("the owner may read it");
        page.items.into_iter().rev().map(|entry| entry.action).collect()
    }
}

async fn fresh_postgres_database() -> String {
    #[expect(clippy::disallowed_methods, reason = "a test's only setting")]
    let server = std::env::var("DATAPULSE_TEST_POSTGRES_URL").expect(
        "set DATAPULSE_TEST_POSTGRES_URL to a PostgreSQL where databases may be made; `make test` starts one",
    );
    let name = format!("control_{}", uuid::Uuid::new_v4().simple());
    let mut connection = PgConnection::connect(&server)
        .await
        .expect("the PostgreSQL of the tests answers");
    let statement = AssertSqlSafe(format!("CREATE DATABASE {name}"));
    sqlx::query(statement)
        .execute(&mut connection)
        .await
        .expect("a database is made");
    connection.close().await.expect("the connection closes");
    let (address, _) = server.rsplit_once('/').expect("the address ends in a database");
    format!("{address}/{name}")
}

pub(crate) fn registration(name: &str) -> Registration {
    Registration {
        email: format!("{name}@example.org"),
        password: PASSWORD.to_owned(),
        name: name.to_owned(),
        organization: None,
        invitation: None,
    }
}

pub(crate) fn named(name: &str) -> DashboardSpec {
    DashboardSpec {
        name: name.to_owned(),
        ..DashboardSpec::default()
    }
}

pub(crate) fn widget(json: &str) -> WidgetSpec {
    model::problem::read_json(json).expect("the test's widget is well-formed")
}

pub(crate) fn text_widget() -> WidgetSpec {
    widget(r##"{"type":"text","title":"Note","config":{"options":{"text":"# Hello"}}}"##)
}

pub(crate) fn field_of(error: &Error) -> Option<(&str, &str)> {
    match error {
        Error::Invalid(errors) => errors
            .first()
            .map(|error| (error.field.as_str(), error.code.as_str())),
        _ => None,
    }
}

macro_rules! refuses {
    ($result:expr, $pattern:pat) => {
        match $result {
            Err($pattern) => {}
            other => panic!("expected {}, got {other:?}", stringify!($pattern)),
        }
    };
}
pub(crate) use refuses;
