//! The other server: what it says of itself, its page, and what it says of whoever signed in there.

use std::time::Duration;

use model::account::Email;
use openidconnect::core::{CoreAuthenticationFlow, CoreClient, CoreProviderMetadata, CoreUserInfoClaims};
use openidconnect::{
    AccessTokenHash, AuthorizationCode, ClientId, ClientSecret, CsrfToken, EndpointMaybeSet, EndpointNotSet,
    EndpointSet, HttpRequest, HttpResponse, IssuerUrl, Nonce, OAuth2TokenResponse, PkceCodeChallenge,
    PkceCodeVerifier, RedirectUrl, Scope, SubjectIdentifier, TokenResponse,
};

use crate::error::Error;

/// Where it sends people back to.
const BACK: &str = "/login/oidc/callback";
const PATIENCE: Duration = Duration::from_secs(10);
/// More than any answer of such a server.
const MOST_BYTES: usize = 1024 * 1024;

type Client = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// A server where people sign in.
#[derive(Clone)]
pub struct OidcProvider {
    name: String,
    issuer: IssuerUrl,
    client_id: ClientId,
    client_secret: Option<ClientSecret>,
    http: reqwest::Client,
}

impl std::fmt::Debug for OidcProvider {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "OidcProvider({})", self.issuer.as_str())
    }
}

/// What it says of somebody.
pub(super) struct Claims {
    pub(super) subject: String,
    pub(super) name: Option<String>,
    email: Option<String>,
    is_confirmed: bool,
}

impl Claims {
    /// Their address, where the server knows that it is theirs.
    pub(super) fn confirmed_email(&self) -> Result<Email, Error> {
        let email = self.email.as_deref().filter(|_| self.is_confirmed);
        let email = email.and_then(|email| Email::parse(email).ok());
        email.ok_or_else(|| {
            let message =
                "The other server does not say that your e-mail address is yours. Confirm it there first.";
            Error::Conflict(message.to_owned())
        })
    }
}

/// Why it could not be asked.
#[derive(Debug, thiserror::Error)]
enum Fault {
    #[error(transparent)]
    Http(#[from] reqwest::Error),
    #[error(transparent)]
    Shape(#[from] http::Error),
    #[error("the answer is larger than any should be")]
    TooLarge,
}

impl OidcProvider {
    /// The server at `issuer`, which knows this one as `client_id`; people read `name`.
    ///
    /// # Errors
    /// [`Error::Invalid`] for an issuer that is no URL.
    pub fn new(
        name: String,
        issuer: String,
        client_id: String,
        client_secret: Option<String>,
    ) -> Result<Self, Error> {
        let issuer = IssuerUrl::new(issuer).map_err(|_| {
            let message = "This should look like https://accounts.example.org.";
            Error::invalid("oidc_issuer", "invalid", message)
        })?;
        // It may have been chosen already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder()
            .timeout(PATIENCE)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(Error::internal)?;
        Ok(Self {
            name,
            issuer,
            client_id: ClientId::new(client_id),
            client_secret: client_secret.map(ClientSecret::new),
            http,
        })
    }

    /// What people read.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its address.
    #[must_use]
    pub fn issuer(&self) -> &str {
        self.issuer.as_str()
    }

    /// Whether it answers, and says of itself what it should.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn check(&self) -> Result<(), Error> {
        self.client("http://localhost").await.map(drop)
    }

    pub(super) async fn page(
        &self,
        state: &str,
        nonce: &str,
        verifier: &str,
        public_url: &str,
    ) -> Result<String, Error> {
        let client = self.client(public_url).await?;
        let (state, nonce) = (state.to_owned(), nonce.to_owned());
        let verifier = PkceCodeVerifier::new(verifier.to_owned());
        let (url, ..) = client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                move || CsrfToken::new(state),
                move || Nonce::new(nonce),
            )
            .add_scope(Scope::new("email".to_owned()))
            .add_scope(Scope::new("profile".to_owned()))
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier))
            .url();
        Ok(url.into())
    }

    /// Takes the code to the server, and checks what it says of whoever brought it.
    pub(super) async fn claims(
        &self,
        code: &str,
        nonce: String,
        verifier: String,
        public_url: &str,
    ) -> Result<Claims, Error> {
        let client = self.client(public_url).await?;
        let ask = |request: HttpRequest| asked(self.http.clone(), request);
        let answer = client
            .exchange_code(AuthorizationCode::new(code.to_owned()))
            .map_err(Error::internal)?
            .set_pkce_verifier(PkceCodeVerifier::new(verifier))
            .request_async(&ask)
            .await
            .map_err(|error| refused(&error))?;
        let id_token = answer.id_token().ok_or_else(|| refused("there is no ID token"))?;
        let id_verifier = client.id_token_verifier();
        let claims = id_token
            .claims(&id_verifier, &Nonce::new(nonce))
            .map_err(|error| refused(&error))?;
        if let Some(expected) = claims.access_token_hash() {
            let algorithm = id_token.signing_alg().map_err(|error| refused(&error))?;
            let key = id_token
                .signing_key(&id_verifier)
                .map_err(|error| refused(&error))?;
            let hash = AccessTokenHash::from_token(answer.access_token(), algorithm, key);
            if hash.map_err(|error| refused(&error))? != *expected {
                return Err(refused("the ID token belongs to another access token"));
            }
        }
        let told = Claims {
            subject: claims.subject().as_str().to_owned(),
            name: claims
                .name()
                .and_then(|name| name.get(None))
                .map(|name| name.as_str().to_owned()),
            email: claims.email().map(|email| email.as_str().to_owned()),
            is_confirmed: claims.email_verified().unwrap_or(false),
        };
        if told.email.is_some() {
            return Ok(told);
        }
        let subject = claims.subject().clone();
        let token = answer.access_token().clone();
        Ok(self.more(&client, token, subject).await?.unwrap_or(told))
    }

    /// Some servers tell the address only when they are asked again.
    async fn more(
        &self,
        client: &Client,
        token: openidconnect::AccessToken,
        subject: SubjectIdentifier,
    ) -> Result<Option<Claims>, Error> {
        let ask = |request: HttpRequest| asked(self.http.clone(), request);
        let Ok(request) = client.user_info(token, Some(subject)) else {
            return Ok(None);
        };
        let claims: CoreUserInfoClaims = request
            .request_async(&ask)
            .await
            .map_err(|error| refused(&error))?;
        Ok(Some(Claims {
            subject: claims.subject().as_str().to_owned(),
            name: claims
                .name()
                .and_then(|name| name.get(None))
                .map(|name| name.as_str().to_owned()),
            email: claims.email().map(|email| email.as_str().to_owned()),
            is_confirmed: claims.email_verified().unwrap_or(false),
        }))
    }

    /// What the server says of itself is read each time: its keys may have changed, and people sign in rarely.
    async fn client(&self, public_url: &str) -> Result<Client, Error> {
        let ask = |request: HttpRequest| asked(self.http.clone(), request);
        let metadata = CoreProviderMetadata::discover_async(self.issuer.clone(), &ask).await;
        let metadata = metadata.map_err(|error| unavailable(&error))?;
        let back = format!("{}{BACK}", public_url.trim_end_matches('/'));
        let back = RedirectUrl::new(back).map_err(Error::internal)?;
        let client =
            CoreClient::from_provider_metadata(metadata, self.client_id.clone(), self.client_secret.clone());
        Ok(client.set_redirect_uri(back))
    }
}

async fn asked(http: reqwest::Client, request: HttpRequest) -> Result<HttpResponse, Fault> {
    let mut answer = http.execute(request.try_into()?).await?;
    let mut told = http::Response::builder().status(answer.status());
    for (name, value) in answer.headers() {
        told = told.header(name, value);
    }
    let mut body = Vec::new();
    while let Some(part) = answer.chunk().await? {
        body.extend_from_slice(&part);
        if body.len() > MOST_BYTES {
            return Err(Fault::TooLarge);
        }
    }
    Ok(told.body(body)?)
}

fn unavailable(why: &dyn std::error::Error) -> Error {
    tracing::warn!(
        why = chain(why),
        "the server for signing in does not answer as it should"
    );
    Error::Unavailable {
        what: "The server for signing in",
        retry_after: Duration::from_secs(5),
    }
}

fn refused(why: impl std::fmt::Display) -> Error {
    tracing::warn!(%why, "signing in at the other server came to nothing");
    let message = "The other server did not confirm who you are. Begin again.";
    Error::Unauthenticated(message.to_owned())
}

fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
