//! The whole map on one page: every route and every layer.

use std::time::Duration;

use axum::Router;
use axum::body::to_bytes;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::{Next, from_fn, from_fn_with_state, map_response};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, patch, post, put};
use leptos::config::LeptosOptions;
use leptos::nonce::use_nonce;
use leptos::prelude::{IntoView, provide_context, use_context};
use leptos_axum::{LeptosRoutes, ResponseOptions, generate_route_list};
use percent_encoding::percent_decode_str;
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::cors::{Any, CorsLayer};
use tower_http::decompression::RequestDecompressionLayer;
use tower_http::request_id::{MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer};
use tower_http::timeout::{RequestBodyTimeoutLayer, TimeoutLayer};
use tower_http::trace::TraceLayer;

use crate::cookie::Cookies;
use crate::forms::{entry, oidc, settings, two_factor};
use crate::limits::{limit_addresses, limit_credentials, tell_of_waits};
use crate::problem::{plain, respond};
use crate::rest::{
    annotations, auth, catalogue, dashboards, docs, erasures, etag, events, export, members, operations,
    organizations, people, profiles, query, segments, shares, templates, totp, widgets,
};
use crate::site::SiteFiles;
use crate::state::AppState;
use crate::taking::tell_what_was_dropped;
use crate::{compat, forms, idempotency, identity, live, metrics, preflight, security, share_page};

/// How long a body may pause while it comes.
const BODY_PAUSE: Duration = Duration::from_secs(30);
const REQUEST_ID: &str = "x-request-id";
/// Most characters of a request's id that somebody else gave it.
const LONGEST_ID: usize = 128;
/// Most bytes of what an error says in plain text.
const LONGEST_WORD: usize = 4_096;
/// How long until an answer begins.
const LONGEST: Duration = Duration::from_mins(2);

/// Everything that the server answers.
pub(crate) fn router(state: AppState, files: SiteFiles) -> Router {
    let routes = Router::new()
        .merge(ingest(&state))
        .merge(compat::routes(&state))
        .merge(credentials(&state))
        .merge(api(&state))
        .merge(pages(&state))
        .merge(sockets(&state))
        .merge(operations_routes())
        .fallback(move |state: State<AppState>, request: Request| fallback(files, state, request))
        .layer(from_fn_with_state(state.clone(), security::refuse_other_sites));
    guarded(routes, state.cookies, LONGEST)
        .layer(from_fn_with_state(state.clone(), metrics::count))
        .layer(
            ServiceBuilder::new()
                .layer(SetRequestIdLayer::x_request_id(MakeRequestUuid))
                .layer(
                    TraceLayer::new_for_http()
                        .make_span_with(state.spans)
                        .on_response(state.spans)
                        .on_failure(state.spans),
                )
                .layer(PropagateRequestIdLayer::x_request_id()),
        )
        .layer(from_fn(readable_id))
        .with_state(state)
}

/// What holds for every answer, also where a handler panics or takes longer than `longest`: a problem where something went
/// wrong, and the headers that browsers and clients go by.
fn guarded<S: Clone + Send + Sync + 'static>(
    routes: Router<S>,
    cookies: Cookies,
    longest: Duration,
) -> Router<S> {
    routes
        .layer(
            ServiceBuilder::new()
                .layer(CatchPanicLayer::custom(|_| internal_problem()))
                .layer(TimeoutLayer::with_status_code(
                    StatusCode::GATEWAY_TIMEOUT,
                    longest,
                ))
                .layer(RequestBodyTimeoutLayer::new(BODY_PAUSE)),
        )
        .layer(from_fn(text_only))
        .layer(map_response(bare_as_problem))
        .layer(map_response(tell_of_waits))
        .layer(from_fn_with_state(cookies, security::harden))
}

/// Events, from any origin that their key allows: it is the credential, never a cookie.
fn ingest(state: &AppState) -> Router<AppState> {
    let any_origin = CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::POST])
        .allow_headers([
            header::CONTENT_TYPE,
            header::CONTENT_ENCODING,
            HeaderName::from_static("x-write-key"),
        ])
        .expose_headers([compat::DROPPED]);
    Router::new()
        .route("/api/analytics/events", post(events::send))
        .route_layer(from_fn(tell_what_was_dropped))
        .route_layer(from_fn_with_state(state.clone(), limit_addresses))
        .layer(DefaultBodyLimit::disable())
        .layer(RequestDecompressionLayer::new())
        .layer(from_fn_with_state(
            state.clone(),
            security::refuse_other_sites_here,
        ))
        .layer(any_origin)
        .layer(from_fn_with_state(state.clone(), preflight::refuse_other_sites))
}

/// The calls and forms that take a password or a refresh token.
fn credentials(state: &AppState) -> Router<AppState> {
    Router::new()
        .route("/api/auth/register", post(auth::register))
        .route("/api/auth/login", post(auth::log_in))
        .route("/api/auth/refresh", post(auth::refresh))
        .route("/api/auth/me/delete", post(auth::delete_me))
        .route("/api/auth/password", post(auth::change_password))
        .route("/api/auth/password/forgot", post(auth::ask_for_reset))
        .route("/api/auth/password/reset", post(auth::reset_password))
        .route("/api/auth/email", post(auth::ask_for_address))
        .route("/api/auth/email/send", post(auth::ask_to_confirm))
        .route("/api/auth/email/confirm", post(auth::confirm_email))
        .route("/api/auth/totp", get(totp::state).post(totp::begin))
        .route("/api/auth/totp/confirm", post(totp::confirm))
        .route("/api/auth/totp/recovery-codes", post(totp::renew))
        .route("/api/auth/totp/off", post(totp::turn_off))
        .route("/api/invitations/{token}", get(members::invited))
        .route("/login", post(forms::log_in))
        .route("/login/code", post(two_factor::log_in).get(two_factor::code_page))
        .route("/login/oidc", post(oidc::begin))
        .route("/login/oidc/callback", get(oidc::callback))
        .route("/settings/account/connect", post(oidc::connect))
        .route("/settings/two-factor/begin", post(two_factor::begin))
        .route("/settings/two-factor/confirm", post(two_factor::confirm))
        .route("/settings/two-factor/codes", post(two_factor::renew))
        .route("/settings/two-factor/off", post(two_factor::turn_off))
        .route("/register", post(forms::register))
        .route("/forgot", post(entry::ask_for_reset))
        .route("/reset", post(entry::reset))
        .route("/reset/{token}", get(entry::look_at_reset))
        .route("/confirm", post(entry::confirm))
        .route("/confirm/{token}", get(entry::look_at_confirmation))
        .route("/settings/account/email", post(entry::ask_for_address))
        .route("/settings/account/confirm", post(entry::ask_to_confirm))
        .route("/s/{token}", post(share_page::unlock))
        .route("/s/{token}/embed", post(share_page::unlock))
        .route("/settings/account/password", post(settings::change_password))
        .route("/settings/account/delete", post(settings::delete_account))
        .route_layer(from_fn_with_state(state.clone(), limit_credentials))
}

fn api(state: &AppState) -> Router<AppState> {
    Router::new()
        .route("/api/auth/logout", post(auth::log_out))
        .route("/api/auth/me", get(auth::me).patch(auth::change_me))
        .route("/api/auth/jwks.json", get(auth::jwks))
        .route("/api/auth/sessions", get(auth::sessions))
        .route("/api/auth/sessions/{session}", delete(auth::end_session))
        .route("/api/auth/keys", get(auth::keys).post(auth::create_key))
        .route("/api/auth/keys/{key}", delete(auth::revoke_key))
        .route(
            "/api/organizations",
            get(organizations::list).post(organizations::create),
        )
        .route(
            "/api/organizations/{id}",
            get(organizations::get)
                .patch(organizations::update)
                .delete(organizations::delete),
        )
        .route("/api/organizations/{id}/audit", get(organizations::audit))
        .route("/api/organizations/{id}/usage", get(organizations::usage))
        .route("/api/organizations/{id}/forget", post(erasures::forget))
        .route("/api/organizations/{id}/erasures", get(erasures::list))
        .route("/api/organizations/{id}/erasures/{erasure}", get(erasures::get))
        .route("/api/organizations/{id}/members", get(members::list))
        .route(
            "/api/organizations/{id}/members/{user}",
            patch(members::set_role).delete(members::remove),
        )
        .route("/api/organizations/{id}/transfer", post(members::transfer))
        .route(
            "/api/organizations/{id}/invitations",
            get(members::invitations).post(members::invite),
        )
        .route("/api/organizations/{id}/mail", get(members::stuck_letters))
        .route(
            "/api/organizations/{id}/invitations/{invitation}",
            delete(members::revoke),
        )
        .route("/api/invitations/{token}/accept", post(members::accept))
        .route(
            "/api/organizations/{id}/keys",
            get(organizations::keys).post(organizations::create_key),
        )
        .route(
            "/api/organizations/{id}/keys/{key}",
            patch(organizations::update_key).delete(organizations::revoke_key),
        )
        .route("/api/analytics/events/names", get(catalogue::names))
        .route("/api/analytics/events/properties", get(catalogue::properties))
        .route("/api/analytics/events/values", get(catalogue::values))
        .route("/api/analytics/users", get(people::list))
        .route("/api/analytics/users/{id}", get(profiles::user))
        .route("/api/analytics/users/{id}/events", get(people::events))
        .route("/api/analytics/users/{id}/sessions", get(people::sessions))
        .route("/api/analytics/groups/{type}/{id}", get(profiles::group))
        .route("/api/analytics/export", get(export::export))
        .route("/api/analytics/query", get(query::ask_by_url).post(query::ask))
        .route("/api/analytics/sql", post(query::ask_in_sql))
        .route("/api/segments", get(segments::list).post(segments::create))
        .route(
            "/api/segments/{id}",
            get(segments::get).put(segments::replace).delete(segments::delete),
        )
        .merge(dashboards_api())
        .route_layer(from_fn(etag::not_modified))
        .route_layer(from_fn_with_state(state.clone(), idempotency::once))
        .route_layer(from_fn_with_state(state.clone(), limit_addresses))
        .layer(map_response(bare_as_problem))
        .layer(compression())
}

/// Dashboards with what belongs to them.
fn dashboards_api() -> Router<AppState> {
    Router::new()
        .route("/api/dashboards", get(dashboards::list).post(dashboards::create))
        .route(
            "/api/dashboards/{id}",
            get(dashboards::get)
                .put(dashboards::replace)
                .delete(dashboards::delete),
        )
        .route("/api/dashboards/import", post(dashboards::import))
        .route("/api/dashboards/{id}/export", get(dashboards::export))
        .route("/api/dashboards/{id}/document.pdf", get(dashboards::pdf))
        .route("/api/dashboards/{id}/duplicate", post(dashboards::duplicate))
        .route("/api/dashboards/{id}/versions", get(dashboards::versions))
        .route(
            "/api/dashboards/{id}/versions/{version}/restore",
            post(dashboards::restore),
        )
        .route(
            "/api/dashboards/{id}/favourite",
            put(dashboards::mark).delete(dashboards::unmark),
        )
        .route(
            "/api/dashboards/{id}/annotations",
            get(annotations::list_of_dashboard).post(annotations::create_on_dashboard),
        )
        .route(
            "/api/annotations",
            get(annotations::list).post(annotations::create),
        )
        .route("/api/annotations/{id}", delete(annotations::delete))
        .route("/api/templates", get(templates::list))
        .route("/api/templates/{name}", post(templates::create))
        .route(
            "/api/dashboards/{id}/widgets",
            get(widgets::list).post(widgets::create).patch(widgets::place),
        )
        .route(
            "/api/widgets/{id}",
            get(widgets::get).put(widgets::replace).delete(widgets::delete),
        )
        .route("/api/widgets/{id}/behind", get(people::behind))
        .route("/api/widgets/{id}/data", get(widgets::data))
        .route("/api/widgets/{id}/chart.svg", get(widgets::chart_svg))
        .route("/api/widgets/{id}/chart.png", get(widgets::chart_png))
        .route("/api/widgets/{id}/chart.pdf", get(widgets::chart_pdf))
        .route("/api/widgets/{id}/data.csv", get(widgets::data_csv))
        .route(
            "/api/dashboards/{id}/shares",
            get(shares::list).post(shares::create),
        )
        .route("/api/shares", get(shares::list_all))
        .route("/api/shares/{id}", delete(shares::revoke))
        .route("/api/shares/{id}/rotate", post(shares::rotate))
        .route(
            "/api/shares/{id}/embed-key",
            post(shares::make_embed_key).delete(shares::end_embed_key),
        )
}

/// Live connections; nothing on the way may buffer or compress them.
fn sockets(state: &AppState) -> Router<AppState> {
    Router::new()
        .route("/api/ws", get(live::connect))
        .route("/s/{token}/live", get(live::connect_shared))
        .route("/embed/{token}/live", get(live::connect_signed))
        .route_layer(from_fn_with_state(state.clone(), limit_addresses))
}

/// What a browser opens: Leptos pages and their server functions, plain forms, share links.
fn pages(state: &AppState) -> Router<AppState> {
    let contexts = contexts(state);
    let shell = {
        let options = state.leptos.clone();
        move || page(options.clone())
    };
    Router::new()
        .route("/settings/two-factor", get(two_factor::settings_page))
        .leptos_routes_with_context(state, generate_route_list(app::App), contexts, shell)
        .layer(from_fn_with_state(state.clone(), identity::remember_caller))
        .route("/logout", post(forms::log_out))
        .route("/theme", post(forms::choose_theme))
        .route("/language", post(forms::choose_language))
        .route("/clock", post(forms::choose_clock))
        .merge(links())
        .route("/forgot", get(entry::forgot))
        .route("/organization", post(settings::choose))
        .route(
            "/dashboards",
            get(forms::dashboards::list).post(forms::dashboards::create),
        )
        .route(
            "/dashboards/from-template",
            post(forms::first_steps::from_template),
        )
        .route("/first-steps", post(forms::first_steps::wish))
        .route("/first-steps/key", post(forms::first_steps::make_key))
        .route("/organizations", post(settings::create))
        .route("/invitations/accept", post(settings::accept))
        .route("/settings/members/invite", post(settings::invite))
        .route("/settings/members/role", post(settings::set_role))
        .route("/settings/members/remove", post(settings::remove))
        .route("/settings/members/revoke", post(settings::revoke))
        .route("/settings/members/reset-link", post(settings::reset_link))
        .route("/settings/members/confirm-link", post(settings::confirm_link))
        .route("/segments/rename", post(forms::segments::rename))
        .route("/segments/delete", post(forms::segments::delete))
        .route("/settings/keys/create", post(forms::keys::create))
        .route("/settings/keys/sites", post(forms::keys::change_sites))
        .route("/settings/keys/revoke", post(forms::keys::revoke))
        .route("/settings/members/transfer", post(settings::transfer))
        .route("/settings/shares/rotate", post(forms::shares::rotate))
        .route("/settings/shares/revoke", post(forms::shares::revoke))
        .route("/settings/organization/save", post(settings::save))
        .route("/settings/organization/delete", post(settings::delete))
        .route("/settings/organization/forget", post(settings::forget))
        .route("/settings/organization/retention", post(settings::keep_for))
        .route("/settings/organization/rules", post(settings::change_rules))
        .route("/settings/account/name", post(settings::rename))
        .route("/settings/account/end-session", post(settings::end_session))
        .route_layer(from_fn_with_state(state.clone(), limit_addresses))
        .layer(map_response(bare_as_problem))
        .layer(compression())
}

/// Only what is compiled in: of the others the layer would choose one that a browser likes best, and then not compress at all.
fn compression() -> CompressionLayer {
    CompressionLayer::new().no_deflate().no_zstd()
}

/// What whoever has a link may open.
fn links() -> Router<AppState> {
    Router::new()
        .route("/s/{token}", get(share_page::show))
        .route("/s/{token}/embed", get(share_page::embed))
        .route("/embed/{token}", get(share_page::signed))
        .route("/s/{token}/card.png", get(share_page::card))
        .route("/s/{token}/document.html", get(share_page::file))
        .route("/s/{token}/document.pdf", get(share_page::pdf))
        .route("/s/{token}/email.html", get(share_page::letter))
        .route("/s/{token}/widgets/{id}/chart.png", get(share_page::chart))
        .route("/s/{token}/widgets/{id}/data.csv", get(share_page::csv))
}

/// What pages and server functions find in their context.
fn contexts(state: &AppState) -> impl Fn() + Clone + Send + Sync + 'static {
    let (engine, site) = (state.engine.clone(), state.site.clone());
    move || {
        provide_context(engine.clone());
        provide_context(site.clone());
        if let Some(parts) = use_context::<axum::http::request::Parts>() {
            provide_context(app::server::reader(&parts));
        }
    }
}

/// A page of the app, with the policy that lets its own scripts run.
fn page(options: LeptosOptions) -> impl IntoView {
    if let (Some(nonce), Some(response)) = (use_nonce(), use_context::<ResponseOptions>()) {
        let policy = security::content_security_policy(Some(&nonce));
        let policy = HeaderValue::from_str(&policy).expect("a policy is plain ASCII");
        response.insert_header(header::CONTENT_SECURITY_POLICY, policy);
    }
    app::shell(options)
}

fn operations_routes() -> Router<AppState> {
    Router::new()
        .route("/healthz", get(operations::healthz))
        .route("/readyz", get(operations::readyz))
        .route("/metrics", get(operations::metrics))
        .route("/api/address", get(operations::address))
        .route("/api/openapi.json", get(docs::openapi))
        .route("/api/docs", get(docs::docs))
        .layer(map_response(bare_as_problem))
        .layer(compression())
}

/// A file of the site, a problem for programs, or the page that says there is nothing here.
async fn fallback(files: SiteFiles, State(state): State<AppState>, request: Request) -> Response {
    if let Some(file) = files.serve(request.uri(), request.headers()).await {
        return file;
    }
    if request.uri().path().starts_with("/api/") {
        return respond(&plain(
            StatusCode::NOT_FOUND,
            "not-found",
            "There is no such call. See the API's documentation.",
        ));
    }
    let options = state.leptos.clone();
    let render = leptos_axum::render_app_async_with_context(contexts(&state), move || page(options.clone()));
    let mut response = render(request).await.into_response();
    *response.status_mut() = StatusCode::NOT_FOUND;
    response
}

/// No address of ours is anything but text: one that is not is as unknown as any other.
async fn text_only(request: Request, next: Next) -> Response {
    if is_text(request.uri().path()) {
        return next.run(request).await;
    }
    respond(&plain(
        StatusCode::NOT_FOUND,
        "not-found",
        "There is nothing here, or it is not yours.",
    ))
}

/// Whether a path is UTF-8 once it is decoded.
fn is_text(path: &str) -> bool {
    percent_decode_str(path).decode_utf8().is_ok()
}

/// Keeps a request's id from whoever sends it only where it can stand in a log: the layer after this one makes others anew.
async fn readable_id(mut request: Request, next: Next) -> Response {
    let id = request.headers().get(REQUEST_ID).map(HeaderValue::as_bytes);
    if id.is_some_and(|id| id.len() > LONGEST_ID || !id.iter().all(u8::is_ascii_graphic)) {
        request.headers_mut().remove(REQUEST_ID);
    }
    next.run(request).await
}

/// Errors of the layers, the router and the extractors say nothing, or a word in plain text: here they become problems too,
/// with the headers that they had.
async fn bare_as_problem(response: Response) -> Response {
    let status = response.status();
    let is_error = status.is_client_error() || status.is_server_error();
    let content_type = response.headers().get(header::CONTENT_TYPE);
    let is_word = content_type.is_none_or(|kind| kind.as_bytes().starts_with(b"text/plain"));
    if !is_error || !is_word || response.headers().contains_key(header::CONTENT_ENCODING) {
        return response;
    }
    let (head, body) = response.into_parts();
    let said = to_bytes(body, LONGEST_WORD).await.unwrap_or_default();
    let said = String::from_utf8_lossy(&said);
    let (kind, detail) = match status {
        StatusCode::METHOD_NOT_ALLOWED => ("method-not-allowed", "This address does not take that method."),
        StatusCode::GATEWAY_TIMEOUT => ("timed-out", "This took too long. Ask for less, or try again."),
        _ if !said.is_empty() => ("refused", &*said),
        _ => (
            "refused",
            status.canonical_reason().unwrap_or("This was refused."),
        ),
    };
    let mut problem = respond(&plain(status, kind, detail));
    for (name, value) in &head.headers {
        if name != header::CONTENT_LENGTH && name != header::CONTENT_TYPE {
            problem.headers_mut().append(name, value.clone());
        }
    }
    problem
}

fn internal_problem() -> Response {
    let detail = "Something went wrong on our side. Try again; if it stays, tell the operator.";
    respond(&plain(StatusCode::INTERNAL_SERVER_ERROR, "internal", detail))
}

#[cfg(test)]
mod tests;
