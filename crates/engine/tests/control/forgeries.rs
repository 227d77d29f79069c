//! Access tokens that are not ours: every one is refused, and they all look alike.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::SigningKey;
use ed25519_dalek::pkcs8::EncodePrivateKey;
use engine::Error;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use model::role::Role;
use serde_json::{Value, json};

use crate::world::{ISSUER, Person, World, behind_the_scenes, named, on_every_database, peek, refuses};

on_every_database!(
    forged_tokens_are_refused,
    tokens_of_whoever_is_no_longer_welcome_are_refused,
    another_replica_s_key_is_found,
    a_key_written_by_somebody_without_a_master_key_is_none,
);

struct Forger {
    kid: String,
    key: SigningKey,
    claims: Value,
}

impl Forger {
    /// A forger who knows the seed that access tokens are signed with.
    async fn new(world: &mut World, victim: &Person) -> Self {
        let seed = [5; 32];
        behind_the_scenes!(world, "UPDATE signing_keys SET seed = $1", seed.as_slice());
        world.auth = world.auth_with(|_| {}).await;
        let (kid,): (String,) = peek!(world, _, "SELECT kid FROM signing_keys");
        let (session,): (uuid::Uuid,) = peek!(world, _, "SELECT id FROM sessions");
        let now = world.clock.now().as_second();
        let claims = json!({
            "sub": victim.user.id, "sid": session, "iss": ISSUER, "aud": "datapulse", "nbf": now, "exp": now + 600,
        });
        let key = SigningKey::from_bytes(&seed);
        Self { kid, key, claims }
    }

    fn header(&self) -> Header {
        Header {
            kid: Some(self.kid.clone()),
            ..Header::new(Algorithm::EdDSA)
        }
    }

    fn token(&self, header: &Header, claims: &Value) -> String {
        sign(&self.key, header, claims)
    }

    fn with(&self, claim: &str, value: Value) -> String {
        let mut claims = self.claims.clone();
        claims[claim] = value;
        self.token(&self.header(), &claims)
    }

    fn without(&self, claim: &str) -> String {
        let mut claims = self.claims.clone();
        claims.as_object_mut().expect("an object").remove(claim);
        self.token(&self.header(), &claims)
    }
}

fn sign(key: &SigningKey, header: &Header, claims: &Value) -> String {
    let der = key.to_pkcs8_der().expect("a key");
    jsonwebtoken::encode(header, claims, &EncodingKey::from_ed_der(der.as_bytes())).expect("it signs")
}

fn unsigned(header: &Value, claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}.", part(header), part(claims))
}

type Case = (&'static str, String);

fn with_wrong_signatures(forger: &Forger, genuine: &str) -> Vec<Case> {
    let stranger = SigningKey::from_bytes(&[7; 32]);
    let with_kid = |kid: Option<&str>| Header {
        kid: kid.map(str::to_owned),
        ..forger.header()
    };
    let unknown = uuid::Uuid::new_v4().to_string();
    let hs256 = Header {
        alg: Algorithm::HS256,
        ..forger.header()
    };
    let by_public_key = EncodingKey::from_secret(forger.key.verifying_key().as_bytes());
    let with_secret = jsonwebtoken::encode(&hs256, &forger.claims, &by_public_key).expect("it signs");
    let public = URL_SAFE_NO_PAD.encode(stranger.verifying_key().as_bytes());
    let jwk: Jwk =
        serde_json::from_value(json!({ "kty": "OKP", "crv": "Ed25519", "x": public })).expect("a JWK");
    let brings_key = Header {
        jwk: Some(jwk),
        ..forger.header()
    };
    let mut changed = genuine.to_owned().into_bytes();
    let middle = genuine.find('.').expect("a token has dots") + 20;
    changed[middle] = if changed[middle] == b'A' { b'B' } else { b'A' };
    let none = json!({ "alg": "none", "typ": "JWT", "kid": forger.kid });
    let bare = json!({ "alg": "EdDSA", "typ": "JWT", "kid": forger.kid });
    vec![
        ("nothing", String::new()),
        ("no token", "a.b.c".to_owned()),
        ("no algorithm", unsigned(&none, &forger.claims)),
        ("no signature", unsigned(&bare, &forger.claims)),
        ("the public key as a secret", with_secret),
        (
            "a stranger's key",
            sign(&stranger, &forger.header(), &forger.claims),
        ),
        (
            "a key that the token brings",
            sign(&stranger, &brings_key, &forger.claims),
        ),
        (
            "an unknown kid",
            forger.token(&with_kid(Some(&unknown)), &forger.claims),
        ),
        (
            "a kid that is a path",
            forger.token(&with_kid(Some("../../dev/null")), &forger.claims),
        ),
        ("no kid", forger.token(&with_kid(None), &forger.claims)),
        ("changed claims", String::from_utf8(changed).expect("ASCII")),
    ]
}

fn with_wrong_claims(forger: &Forger, now: i64) -> Vec<Case> {
    vec![
        ("expired", forger.with("exp", json!(now - 31))),
        ("exp as text", forger.with("exp", json!((now + 600).to_string()))),
        ("no exp", forger.without("exp")),
        ("not yet", forger.with("nbf", json!(now + 31))),
        ("no nbf", forger.without("nbf")),
        ("another audience", forger.with("aud", json!("elsewhere"))),
        ("no audience", forger.without("aud")),
        (
            "another issuer",
            forger.with("iss", json!("https://elsewhere.test")),
        ),
        ("no issuer", forger.without("iss")),
        ("another user", forger.with("sub", json!(uuid::Uuid::new_v4()))),
        ("no user", forger.without("sub")),
        ("another session", forger.with("sid", json!(uuid::Uuid::new_v4()))),
        ("no session", forger.without("sid")),
    ]
}

async fn of_another_kind(world: &World, victim: &Person, forger: &Forger) -> Vec<Case> {
    let pair = world
        .auth
        .issue_tokens(victim.user.id)
        .await
        .expect("it is issued");
    let browser = world
        .auth
        .open_browser_session(victim.user.id)
        .await
        .expect("it opens");
    let (session,): (uuid::Uuid,) = peek!(world, _, "SELECT id FROM sessions WHERE kind = 'browser'");
    let ended = world
        .auth
        .issue_tokens(victim.user.id)
        .await
        .expect("it is issued");
    let caller = world
        .auth
        .by_access_token(&ended.access_token, None)
        .await
        .expect("it is open");
    world.auth.log_out(&caller).await.expect("it ends");
    vec![
        ("a browser's session", forger.with("sid", json!(session))),
        ("a refresh token", pair.refresh_token),
        ("a session cookie", browser.token),
        ("an ended session", ended.access_token),
    ]
}

async fn forged_tokens_are_refused(mut world: World) {
    let ada = world.owner("ada").await;
    let forger = Forger::new(&mut world, &ada).await;
    let genuine = forger.token(&forger.header(), &forger.claims);
    world
        .auth
        .by_access_token(&genuine, None)
        .await
        .expect("the forger's tools do work with the right key");

    let mut cases = with_wrong_signatures(&forger, &genuine);
    cases.extend(with_wrong_claims(&forger, world.clock.now().as_second()));
    cases.extend(of_another_kind(&world, &ada, &forger).await);
    let mut messages = Vec::new();
    for (what, token) in cases {
        match world.auth.by_access_token(&token, None).await {
            Err(Error::Unauthenticated(message)) => messages.push(message),
            other => panic!("{what}: {other:?}"),
        }
    }
    messages.dedup();
    assert_eq!(messages.len(), 1, "{messages:?}");
}

/// Genuine tokens, whose sessions nobody ended one by one.
async fn tokens_of_whoever_is_no_longer_welcome_are_refused(world: World) {
    let mut messages = Vec::new();
    for what in ["disabled", "deleted", "suspended", "removed"] {
        let owner = world.owner(&format!("owner-{what}")).await;
        let person = world
            .invited(&format!("person-{what}"), &owner, Role::Editor)
            .await;
        let org = person.organization.id;
        let token = world
            .auth
            .issue_tokens(person.user.id)
            .await
            .expect("it is issued")
            .access_token;
        let asked = async || {
            let caller = world.auth.by_access_token(&token, Some(org)).await?;
            world.dashboards.create(&caller, named("Board")).await.map(drop)
        };
        asked().await.expect("welcome so far");
        match what {
            "disabled" => world
                .auth
                .disable(&person.user.email, true)
                .await
                .expect("closed"),
            "deleted" => {
                behind_the_scenes!(world, "DELETE FROM users WHERE id = $1", person.user.id.uuid());
            }
            "suspended" => world.organizations.suspend(org, true).await.expect("suspended"),
            _ => world
                .organizations
                .remove_member(&owner.caller, org, person.user.id)
                .await
                .expect("removed"),
        }
        match (what, asked().await) {
            ("disabled" | "deleted", Err(Error::Unauthenticated(message))) => messages.push(message),
            ("suspended", Err(Error::Suspended)) | ("removed", Err(Error::NotFound)) => {}
            (_, other) => panic!("{what}: {other:?}"),
        }
        if what == "suspended" {
            world.organizations.suspend(org, false).await.expect("it goes on");
            asked().await.expect("the token was good all along");
        }
    }
    messages.dedup();
    assert_eq!(messages.len(), 1, "they look alike: {messages:?}");
}

async fn another_replica_s_key_is_found(world: World) {
    let ada = world.owner("ada").await;
    let replica = world.auth_with(|_| {}).await;
    world.clock.advance(std::time::Duration::from_secs(1));
    replica.rotate_signing_key(false).await.expect("it is made");
    let pair = replica.issue_tokens(ada.user.id).await.expect("it is issued");
    world
        .auth
        .by_access_token(&pair.access_token, None)
        .await
        .expect("it is a key of ours");
    let restarted = world.auth_with(|_| {}).await;
    restarted
        .by_access_token(&pair.access_token, None)
        .await
        .expect("keys survive a restart");
}

async fn a_key_written_by_somebody_without_a_master_key_is_none(mut world: World) {
    let ada = world.owner("ada").await;
    let mut forger = Forger::new(&mut world, &ada).await;
    forger.kid = uuid::Uuid::new_v4().to_string();
    forger.key = SigningKey::from_bytes(&[9; 32]);
    let token = forger.token(&forger.header(), &forger.claims);
    behind_the_scenes!(
        world,
        "INSERT INTO signing_keys (kid, seed, created_at) SELECT $1, $2, created_at FROM users",
        forger.kid.as_str(),
        [9_u8; 32].as_slice(),
    );
    refuses!(
        world.auth.by_access_token(&token, None).await,
        Error::Unauthenticated(_)
    );
    let restarted = world.auth_with(|_| {}).await;
    refuses!(
        restarted.by_access_token(&token, None).await,
        Error::Unauthenticated(_)
    );
    let told = restarted.public_keys().await.expect("they are told");
    assert!(told.iter().all(|key| key.kid != forger.kid), "{told:?}");
    // Nor does a sealed seed of ours in another row.
    behind_the_scenes!(
        world,
        "UPDATE signing_keys SET seed = (SELECT s.seed FROM signing_keys s WHERE length(s.seed) > 32) WHERE kid = $1",
        forger.kid.as_str(),
    );
    let known = SigningKey::from_bytes(&[5; 32]);
    let token = sign(&known, &forger.header(), &forger.claims);
    refuses!(
        world.auth_with(|_| {}).await.by_access_token(&token, None).await,
        Error::Unauthenticated(_)
    );
}
