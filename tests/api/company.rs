//! An organization with somebody in every role, and whatever a route needs to be called.

use std::sync::atomic::{AtomicUsize, Ordering};

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::app::{Member, PASSWORD, TestApp, read};

/// Names that are not taken yet.
static NEXT: AtomicUsize = AtomicUsize::new(0);

/// An organization with its people.
pub(crate) struct Company {
    pub(crate) owner: Member,
    pub(crate) admin: Member,
    pub(crate) editor: Member,
    pub(crate) viewer: Member,
    pub(crate) stranger: Member,
    pub(crate) dashboard: String,
    share: String,
}

pub(crate) fn text(value: &Value) -> String {
    value
        .as_str()
        .unwrap_or_else(|| panic!("a string: {value}"))
        .to_owned()
}

pub(crate) fn last_part(url: &Value) -> String {
    text(url).rsplit('/').next().expect("a part").to_owned()
}

fn fresh(kind: &str) -> String {
    format!("{kind}-{}", NEXT.fetch_add(1, Ordering::Relaxed))
}

impl Company {
    /// Registers everybody; all names begin with `name`.
    pub(crate) async fn found(app: &TestApp, name: &str) -> Self {
        let owner = app.member(&fresh(&format!("{name}-owner"))).await;
        let (_, dashboard) = app
            .post(
                &owner,
                "/api/dashboards",
                json!({"name": format!("{name} board")}),
            )
            .await;
        let dashboard = text(&dashboard["id"]);
        let stranger = app.member(&fresh("stranger")).await;
        for founder in [&owner, &stranger] {
            first_events(app, founder).await;
        }
        let (_, share) = app
            .post(&owner, &format!("/api/dashboards/{dashboard}/shares"), json!({}))
            .await;
        Self {
            admin: join(app, &owner, name, "admin").await,
            editor: join(app, &owner, name, "editor").await,
            viewer: join(app, &owner, name, "viewer").await,
            stranger,
            share: last_part(&share["url"]),
            owner,
            dashboard,
        }
    }

    /// The bearer token of a column of the table.
    pub(crate) fn token(&self, caller: &str) -> Option<&str> {
        Some(match caller {
            "nobody" => return None,
            "write key" => &self.owner.write_key,
            "share" => &self.share,
            "stranger" => &self.stranger.token,
            "viewer" => &self.viewer.token,
            "editor" => &self.editor.token,
            "admin" => &self.admin.token,
            "owner" => &self.owner.token,
            other => panic!("there is no caller {other}"),
        })
    }

    pub(crate) async fn user_id(&self, app: &TestApp, member: &Member) -> String {
        let (_, me) = app.get(member, "/api/auth/me").await;
        text(&me["user"]["id"])
    }

    pub(crate) async fn segment(&self, app: &TestApp) -> String {
        text(&self.made(app, "/api/segments", segment()).await["id"])
    }

    /// The address of a route with something fresh of this company in it.
    pub(crate) async fn address(&self, app: &TestApp, method: &Method, path: &str) -> String {
        let org = &self.owner.organization;
        let board = format!("/api/dashboards/{}", self.dashboard);
        let filled = match path {
            "/api/analytics/query" if *method == Method::GET => {
                let question = serde_urlencoded::to_string([("q", question().to_string())]);
                return format!("{path}?{}", question.expect("plain text"));
            }
            "/api/analytics/events/values" => return format!("{path}?property=plan"),
            "/api/dashboards/{id}" if *method == Method::DELETE => {
                let made = self.made(app, "/api/dashboards", json!({"name": "x"})).await;
                path.replace("{id}", &text(&made["id"]))
            }
            "/api/annotations/{id}" => {
                let made = self.made(app, "/api/annotations", json!({"text": "x"})).await;
                path.replace("{id}", &text(&made["id"]))
            }
            _ if path.starts_with("/api/dashboards/{id}") => path.replace("{id}", &self.dashboard),
            _ if path.starts_with("/api/widgets/{id}") => {
                // On a dashboard of its own: one holds only so many.
                let own = self.made(app, "/api/dashboards", json!({"name": "x"})).await;
                let widgets = format!("/api/dashboards/{}/widgets", text(&own["id"]));
                let made = self.made(app, &widgets, widget()).await;
                path.replace("{id}", &text(&made["id"]))
            }
            _ if path.starts_with("/api/segments/{id}") => path.replace("{id}", &self.segment(app).await),
            _ if path.starts_with("/api/shares/{id}") => {
                let made = self.made(app, &format!("{board}/shares"), json!({})).await;
                path.replace("{id}", &text(&made["id"]))
            }
            "/s/{token}" => path.replace("{token}", &self.share),
            _ if path.starts_with("/compat/") => {
                let path = path.replace("{call}", "track");
                return path
                    .replace("{key}", &self.owner.write_key)
                    .replace("{token}", &self.owner.write_key);
            }
            "/api/auth/keys/{key}" => {
                let made = self.made(app, "/api/auth/keys", json!({"name": "x"})).await;
                path.replace("{key}", &text(&made["id"]))
            }
            "/api/auth/sessions/{session}" => path.replace("{session}", &self.other_session(app).await),
            _ if path.starts_with("/api/invitations/{token}") => {
                let made = self.invitation(app).await;
                path.replace("{token}", &last_part(&made["url"]))
            }
            _ => path.replace("{id}", org),
        };
        self.within_organization(app, method, filled).await
    }

    async fn within_organization(&self, app: &TestApp, method: &Method, path: String) -> String {
        if path.contains("{key}") {
            let keys = format!("/api/organizations/{}/keys", self.owner.organization);
            let made = self
                .made(app, &keys, json!({"name": "x", "kind": "secret"}))
                .await;
            return path.replace("{key}", &text(&made["id"]));
        }
        if path.contains("{invitation}") {
            return path.replace("{invitation}", &text(&self.invitation(app).await["id"]));
        }
        if path.contains("{erasure}") {
            let forget = format!("/api/organizations/{}/forget", self.owner.organization);
            let (_, asked) = app
                .post(&self.owner, &forget, json!({"user_id": fresh("nobody")}))
                .await;
            return path.replace("{erasure}", &text(&asked["id"]));
        }
        // A template, a type of groups, and the version before a dashboard's first change.
        let path = path
            .replace("{name}", "funnel")
            .replace("{type}", "company")
            .replace("{version}", "1");
        if path.contains("{user}") {
            let member = if *method == Method::DELETE {
                &join(app, &self.owner, "extra", "viewer").await
            } else {
                &self.viewer
            };
            return path.replace("{user}", &self.user_id(app, member).await);
        }
        path
    }

    /// A body that is in order.
    pub(crate) async fn body(&self, app: &TestApp, method: &Method, path: &str) -> Option<Value> {
        Some(match (method.as_str(), path) {
            ("POST", "/api/analytics/events") => json!({"name": "visit", "properties": {"plan": "pro"}}),
            ("POST", "/api/analytics/query") => question(),
            ("POST", "/api/analytics/sql") => json!({"sql": "SELECT count(*) AS n FROM events"}),
            ("POST", "/api/auth/register") => {
                json!({"email": format!("{}@example.org", fresh("new")), "password": PASSWORD, "name": "New"})
            }
            ("POST", "/api/auth/login") => json!({"email": self.owner.email, "password": PASSWORD}),
            ("POST", "/api/auth/password") => {
                json!({"current_password": PASSWORD, "new_password": PASSWORD})
            }
            ("POST", "/api/auth/me/delete") => json!({"password": "not this one"}),
            ("POST", "/api/auth/totp") => json!({"password": PASSWORD}),
            ("POST", "/api/auth/totp/confirm" | "/api/auth/totp/recovery-codes" | "/api/auth/totp/off") => {
                json!({"code": "x"})
            }
            ("POST", "/api/auth/password/forgot") => json!({"email": self.owner.email}),
            ("POST", "/api/auth/password/reset") => json!({"token": "x", "password": PASSWORD}),
            ("POST", "/api/auth/email") => {
                json!({"email": format!("{}@example.org", fresh("new")), "current_password": PASSWORD})
            }
            ("POST", "/api/auth/email/confirm") => json!({"token": "x"}),
            ("POST", "/api/auth/refresh") => json!({"refresh_token": self.refresh_token(app).await}),
            (
                "POST",
                "/api/auth/keys" | "/api/organizations" | "/api/dashboards" | "/api/dashboards/{id}/shares",
            )
            | ("PUT", "/api/dashboards/{id}") => json!({"name": "x"}),
            ("POST", path) if path.starts_with("/compat/") => self.dialect(path),
            ("PATCH", "/api/auth/me") => json!({"name": fresh("name")}),
            ("PATCH", "/api/organizations/{id}") => json!({"week_start": "sunday"}),
            ("PATCH", "/api/organizations/{id}/keys/{key}") => json!({"name": "y"}),
            ("PATCH", "/api/organizations/{id}/members/{user}") => json!({"role": "viewer"}),
            ("POST", "/api/organizations/{id}/transfer") => {
                json!({"user_id": self.user_id(app, &self.admin).await})
            }
            ("POST", "/api/organizations/{id}/forget") => json!({"user_id": fresh("nobody")}),
            ("POST", "/api/organizations/{id}/invitations") => invitation(),
            ("POST", "/api/organizations/{id}/keys") => json!({"name": "x", "kind": "write"}),
            ("POST", "/api/segments") | ("PUT", "/api/segments/{id}") => segment(),
            ("POST", "/api/dashboards/{id}/widgets") | ("PUT", "/api/widgets/{id}") => widget(),
            ("PATCH", "/api/dashboards/{id}/widgets") => {
                let widgets = format!("/api/dashboards/{}/widgets", self.dashboard);
                let made = self.made(app, &widgets, widget()).await;
                let place = json!({"id": made["id"], "position": {"x": 8, "y": 4}, "size": {"w": 4, "h": 2}});
                json!({"widgets": [place]})
            }
            ("POST", "/api/dashboards/import") => json!({"dashboard": {"name": "x"}}),
            ("POST", "/api/annotations" | "/api/dashboards/{id}/annotations") => json!({"text": "x"}),
            _ => return None,
        })
    }

    /// A call in the dialect of another SDK.
    fn dialect(&self, path: &str) -> Value {
        let (key, org) = (&self.owner.write_key, &self.owner.organization);
        let umami =
            json!({"type": "event", "payload": {"website": org, "url": "/", "hostname": "a.example"}});
        match path {
            "/compat/segment/v1/batch" | "/compat/segment/v1/b" => {
                json!({"writeKey": key, "batch": [{"type": "track", "event": "visit", "userId": "ada"}]})
            }
            "/compat/segment/v1/{call}" => json!({"writeKey": key, "event": "visit", "userId": "ada"}),
            "/compat/plausible/api/event" => {
                json!({"n": "pageview", "u": "https://a.example/", "d": "nobody.example"})
            }
            "/compat/umami/api/send" => umami,
            "/compat/umami/api/batch" => json!([umami]),
            _ => json!({"api_key": key, "event": "visit", "distinct_id": "ada"}),
        }
    }

    async fn refresh_token(&self, app: &TestApp) -> String {
        let body = json!({"email": self.owner.email, "password": PASSWORD});
        let answer = app
            .request(Method::POST, "/api/auth/login")
            .json(&body)
            .send()
            .await;
        text(&read(answer.expect("the server answers")).await.1["refresh_token"])
    }

    /// A session of the owner beside the one that calls.
    async fn other_session(&self, app: &TestApp) -> String {
        self.refresh_token(app).await;
        let (_, sessions) = app.get(&self.owner, "/api/auth/sessions").await;
        text(&sessions["items"][0]["id"])
    }

    async fn invitation(&self, app: &TestApp) -> Value {
        let path = format!("/api/organizations/{}/invitations", self.owner.organization);
        self.made(app, &path, invitation()).await
    }

    async fn made(&self, app: &TestApp, path: &str, body: Value) -> Value {
        let (status, made) = app.post(&self.owner, path, body).await;
        assert_eq!(status, StatusCode::CREATED, "{path}: {made}");
        made
    }
}

fn question() -> Value {
    json!({"kind": "trend", "series": [{"event": "visit", "measure": "count"}], "range": {"last": "7d"}})
}

fn widget() -> Value {
    json!({"type": "stat", "title": "Visits", "config": {"query": question()}})
}

fn segment() -> Value {
    json!({"name": fresh("segment"), "filter": {"property": "plan", "op": "eq", "value": "pro"}})
}

fn invitation() -> Value {
    json!({"email": format!("{}@example.org", fresh("guest")), "role": "viewer"})
}

/// Enough kinds of events to fill any template, and they can be seen.
async fn first_events(app: &TestApp, founder: &Member) {
    let events = ["visit", "signup", "purchase"].map(|name| json!({"name": name, "user_id": "ada"}));
    let (status, receipt) = app.send(founder, &json!(events)).await;
    assert_eq!(status, StatusCode::ACCEPTED, "{receipt}");
    app.ask_until(founder, &question(), |answer| answer["series"][0]["total"] == 1.0)
        .await;
}

/// Invites somebody new, who registers with the invitation.
/// Somebody in the owner's organization.
pub(crate) async fn join(app: &TestApp, owner: &Member, company: &str, role: &str) -> Member {
    let name = fresh(&format!("{company}-{role}"));
    let email = format!("{name}@example.org");
    let path = format!("/api/organizations/{}/invitations", owner.organization);
    let (status, made) = app
        .post(owner, &path, json!({"email": email, "role": role}))
        .await;
    assert_eq!(status, StatusCode::CREATED, "{made}");
    let body =
        json!({"email": email, "password": PASSWORD, "name": name, "invitation": last_part(&made["url"])});
    let answer = app
        .request(Method::POST, "/api/auth/register")
        .json(&body)
        .send()
        .await;
    let (status, made) = read(answer.expect("the server answers")).await;
    assert_eq!(status, StatusCode::CREATED, "{made}");
    Member {
        email,
        token: text(&made["access_token"]),
        organization: text(&made["organization"]["id"]),
        write_key: String::new(),
    }
}
