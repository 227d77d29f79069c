//! What stands around every route; the routes here are made up, so they are not in `router.rs`.

use axum::body::Body;
use model::problem::Problem;
use tower::ServiceExt;

use super::*;

async fn panic() -> &'static str {
    panic!("a handler")
}

async fn sleep() -> &'static str {
    tokio::time::sleep(Duration::from_mins(1)).await;
    "late"
}

async fn wait() -> impl IntoResponse {
    (StatusCode::TOO_MANY_REQUESTS, [(header::RETRY_AFTER, "7")])
}

async fn answer(method: Method, path: &str) -> Response {
    let routes = Router::new()
        .route("/api/panic", get(panic))
        .route("/api/sleep", get(sleep))
        .route("/api/wait", get(wait))
        .route("/api/word", get(async || (StatusCode::BAD_REQUEST, "no")))
        .route("/api/{id}", get(async || "found"));
    let cookies = Cookies::for_url("https://stats.example.org");
    let request = Request::builder().method(method).uri(path).body(Body::empty());
    guarded(routes, cookies, Duration::from_millis(20))
        .oneshot(request.expect("a request"))
        .await
        .expect("an answer")
}

#[tokio::test]
async fn what_goes_wrong_is_a_problem_with_every_header() {
    for (method, path, status, kind) in [
        (Method::GET, "/api/panic", 500, "/problems/internal"),
        (Method::GET, "/api/sleep", 504, "/problems/timed-out"),
        (Method::POST, "/api/sleep", 405, "/problems/method-not-allowed"),
        (Method::GET, "/api/wait", 429, "/problems/refused"),
        (Method::GET, "/api/word", 400, "/problems/refused"),
        (Method::GET, "/api/%ff", 404, "/problems/not-found"),
        (Method::GET, "/api/%c3%28", 404, "/problems/not-found"),
    ] {
        let response = answer(method, path).await;
        let headers = response.headers().clone();
        assert_eq!(headers["content-type"], "application/problem+json", "{path}");
        for name in [
            "content-security-policy",
            "strict-transport-security",
            "cache-control",
        ] {
            assert!(headers.contains_key(name), "{path}: {name}");
        }
        let body = to_bytes(response.into_body(), 10_000).await.expect("a body");
        let problem: Problem = serde_json::from_slice(&body).expect("a problem");
        assert_eq!((problem.status, problem.kind.as_str()), (status, kind), "{path}");
        assert_eq!(
            problem.detail == "no",
            path == "/api/word",
            "{path}: {}",
            problem.detail
        );
    }
}

#[test]
fn addresses_are_text() {
    for (path, is) in [
        ("/", true),
        ("/a%20b%C3%BC", true),
        ("/%", true),
        ("/%zz%2", true),
        ("/%ff", false),
        ("/%C3%28", false),
    ] {
        assert_eq!(is_text(path), is, "{path}");
    }
}

#[tokio::test]
async fn a_wait_is_told_in_the_headers_of_limits() {
    let response = answer(Method::GET, "/api/wait").await;
    assert_eq!(response.headers()["ratelimit"], "\"wait\";r=0;t=7");
    assert_eq!(response.headers()["ratelimit-policy"], "\"wait\";q=1;w=7");
    assert_eq!(response.headers()["retry-after"], "7");
}
