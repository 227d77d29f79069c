use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};

use crate::app::{Member, TestApp, fields};
use crate::company::Company;
use crate::live::Socket;

/// A dashboard with a count of sign-ups by country, and a link to it.
async fn shared(app: &TestApp, member: &Member, request: Value) -> (String, Value) {
    let (_, dashboard) = app
        .post(member, "/api/dashboards", json!({"name": "Growth"}))
        .await;
    let id = dashboard["id"].as_str().expect("an id");
    let total = json!({"kind": "trend", "series": [{"event": "signup", "measure": "count", "label": "Sign-ups"}],
        "range": {"last": "7d"}, "interval": "day"});
    let mut by_country = total.clone();
    by_country["breakdown"] = json!({"property": "country", "limit": 5});
    for (kind, query) in [("stat", total), ("bar", by_country)] {
        let widget = json!({"type": kind, "title": "Sign-ups", "config": {"query": query}});
        let (status, made) = app
            .post(member, &format!("/api/dashboards/{id}/widgets"), widget)
            .await;
        assert_eq!(status, StatusCode::CREATED, "{made}");
    }
    let (status, share) = app
        .post(member, &format!("/api/dashboards/{id}/shares"), request)
        .await;
    assert_eq!(status, StatusCode::CREATED, "{share}");
    let url = share["url"].as_str().expect("a link");
    (url.strip_prefix(&app.url).expect("a path").to_owned(), share)
}

/// Three sign-ups from two countries, stored.
async fn sign_ups(app: &TestApp, member: &Member) {
    let events = json!([
        {"name": "signup", "properties": {"country": "DE"}},
        {"name": "signup", "properties": {"country": "DE"}},
        {"name": "signup", "properties": {"country": "=FR"}},
    ]);
    app.send(member, &events).await;
    let query = json!({"kind": "trend", "series": [{"event": "signup", "measure": "count"}],
        "range": {"last": "7d"}, "interval": "day"});
    app.ask_until(member, &query, |answer| answer["series"][0]["total"] == json!(3))
        .await;
}

async fn get(app: &TestApp, path: &str, cookie: Option<&str>) -> Response {
    let mut request = app.request(Method::GET, path);
    if let Some(cookie) = cookie {
        request = request.header("cookie", cookie);
    }
    request.send().await.expect("an answer")
}

fn header<'a>(answer: &'a Response, name: &str) -> &'a str {
    answer
        .headers()
        .get(name)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
}

#[tokio::test]
async fn a_link_opens_a_document_until_it_is_revoked() {
    let app = TestApp::start();
    let ada = app.member("ada").await;
    let (_, dashboard) = app
        .post(&ada, "/api/dashboards", json!({"name": "For <everyone>"}))
        .await;
    let shares = format!(
        "/api/dashboards/{}/shares",
        dashboard["id"].as_str().expect("an id")
    );
    let (status, share) = app.post(&ada, &shares, json!({"name": "press"})).await;
    assert_eq!(status, StatusCode::CREATED, "{share}");
    let url = share["url"].as_str().expect("a link");
    let path = url
        .strip_prefix(&app.url)
        .expect("it begins with the public address")
        .to_owned();

    let answer = app.request(Method::GET, &path).send().await.expect("an answer");
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(answer.headers()["x-robots-tag"], "noindex");
    assert_eq!(answer.headers()["cache-control"], "no-store");
    assert_eq!(answer.headers()["referrer-policy"], "no-referrer");
    let policy = answer.headers()["content-security-policy"]
        .to_str()
        .expect("ASCII")
        .to_owned();
    let nonce = policy
        .split_once("script-src 'nonce-")
        .and_then(|(_, rest)| rest.split_once('\''))
        .map(|(nonce, _)| nonce.to_owned())
        .expect("one script is allowed");
    assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
    let page = answer.text().await.expect("text");
    assert!(
        page.contains("For &lt;everyone&gt;") && page.matches("<script").count() == 1,
        "{page}"
    );
    assert!(
        page.contains(&format!("<script src=\"/share.js\" nonce=\"{nonce}\" defer>")),
        "{page}"
    );

    let listed = app.get(&ada, &shares).await.1;
    assert!(
        !listed.to_string().contains(path.trim_start_matches("/s/")),
        "the token is told once"
    );
    let revoke = format!("/api/shares/{}", share["id"].as_str().expect("an id"));
    assert_eq!(
        app.call(&ada, Method::DELETE, &revoke, None).await.0,
        StatusCode::NO_CONTENT
    );
    let (status, revoked) = app.page(&path, None).await;
    let wrong = app
        .page("/s/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", None)
        .await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert_eq!((status, revoked), wrong, "revoked and wrong are one page");
}

#[tokio::test]
async fn a_password_is_asked_for_by_a_plain_form() {
    let app = TestApp::start();
    let ada = app.member("ada").await;
    sign_ups(&app, &ada).await;
    let (path, _) = shared(
        &app,
        &ada,
        json!({"password": "open sesame", "viewer_may": ["download"]}),
    )
    .await;
    let locked = get(&app, &path, None).await;
    assert_eq!(locked.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(header(&locked, "cache-control"), "no-store");
    let page = locked.text().await.expect("text");
    assert!(
        page.contains("name=\"password\"") && !page.contains("Growth") && !page.contains("<script"),
        "{page}"
    );
    for below in ["/card.png", "/document.html", "/live"] {
        let status = get(&app, &format!("{path}{below}"), None).await.status();
        assert_eq!(status, StatusCode::NOT_FOUND, "{below}");
    }
    let post = async |password: &str| {
        let body = serde_urlencoded::to_string([("password", password)]).expect("plain text");
        let request = app
            .request(Method::POST, &path)
            .body(body)
            .header("origin", "null");
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        request.send().await.expect("an answer")
    };
    let wrong = post("open sesam").await;
    assert_eq!(wrong.status(), StatusCode::UNAUTHORIZED);
    assert!(wrong.text().await.expect("text").contains("not the password"));
    let right = post("open sesame").await;
    assert_eq!(right.status(), StatusCode::SEE_OTHER);
    let set = header(&right, "set-cookie").to_owned();
    assert!(
        set.contains(&format!("Path={path};")) && set.contains("HttpOnly") && set.contains("SameSite=Lax"),
        "{set}"
    );
    let cookie = set.split(';').next().expect("a cookie");
    let opened = get(&app, &path, Some(cookie)).await;
    assert_eq!(opened.status(), StatusCode::OK);
    let page = opened.text().await.expect("text");
    assert!(page.contains("Growth") && !page.contains("og:image"), "{page}");
    let status = get(&app, &format!("{path}/card.png"), Some(cookie))
        .await
        .status();
    assert_eq!(status, StatusCode::OK);
}

#[tokio::test]
async fn a_viewer_chooses_what_the_link_allows_and_nothing_else() {
    let app = TestApp::start();
    let ada = app.member("ada").await;
    sign_ups(&app, &ada).await;
    let (free, _) = shared(&app, &ada, json!({"viewer_may": ["range", "filter"]})).await;
    let (fixed, _) = shared(&app, &ada, json!({})).await;
    let text = async |path: String| get(&app, &path, None).await.text().await.expect("text");
    let total = |page: &str| {
        let (_, rest) = page.split_once("stat-value").expect("a figure");
        let (_, rest) = rest.split_once('>').expect("an element");
        rest.split('<').next().unwrap_or_default().to_owned()
    };
    let whole = text(free.clone()).await;
    assert_eq!(total(&whole), "3");
    for part in [
        "method=\"get\"",
        "name=\"from\"",
        "<option value=\"country\"",
        "?range=30d",
    ] {
        assert!(whole.contains(part), "{part} is missing in {whole}");
    }
    let only_german = "?property=country&value=DE";
    assert_eq!(total(&text(format!("{free}{only_german}")).await), "2");
    assert_eq!(
        total(&text(format!("{free}?from=2015-01-01&to=2015-01-02")).await),
        "0"
    );
    // What the dashboard does not break down by cannot be asked about, and a fixed link is what it is.
    assert_eq!(
        total(&text(format!("{free}?property=$user_id&value=x")).await),
        "3"
    );
    let filter =
        "?filter=%7B%22property%22%3A%22country%22%2C%22op%22%3A%22eq%22%2C%22value%22%3A%22DE%22%7D";
    assert_eq!(total(&text(format!("{free}{filter}")).await), "3");
    for asked in [only_german, "?from=2015-01-01&to=2015-01-02"] {
        let page = text(format!("{fixed}{asked}")).await;
        assert_eq!(total(&page), "3");
        assert!(!page.contains("<form"), "{page}");
    }
}

#[tokio::test]
async fn figures_and_the_whole_may_be_taken_along_where_the_link_says_so() {
    let app = TestApp::start();
    let ada = app.member("ada").await;
    sign_ups(&app, &ada).await;
    let (open, _) = shared(&app, &ada, json!({"viewer_may": ["download"]})).await;
    let (closed, _) = shared(&app, &ada, json!({})).await;
    let page = get(&app, &open, None).await.text().await.expect("text");
    let (_, rest) = page
        .rsplit_once(&format!("{open}/widgets/"))
        .expect("a link to the figures");
    let widget = rest.split('/').next().expect("an id").to_owned();
    let csv = get(&app, &format!("{open}/widgets/{widget}/data.csv"), None).await;
    assert_eq!(header(&csv, "content-type"), "text/csv; charset=utf-8");
    assert_eq!(header(&csv, "x-robots-tag"), "noindex");
    let text = csv.text().await.expect("text");
    assert!(text.contains("DE") && !text.contains(",=FR"), "{text}");
    let file = get(&app, &format!("{open}/document.html"), None).await;
    let named = "attachment; filename=\"Growth.html\"";
    assert!(header(&file, "content-disposition").starts_with(named));
    let text = file.text().await.expect("text");
    assert!(text.contains("Growth") && text.contains("<svg"), "{text}");
    assert!(
        !text.contains("href=\"/") && !text.contains("src=\"") && !text.contains("url(\"/"),
        "it stands alone"
    );
    let refused = get(&app, &format!("{closed}/document.html"), None).await;
    assert_eq!(refused.status(), StatusCode::NOT_FOUND);
    for path in [
        format!("{closed}/widgets/{widget}/data.csv"),
        format!("{open}/widgets/nonsense/data.csv"),
        "/s/wrong/document.html".to_owned(),
    ] {
        assert_eq!(
            get(&app, &path, None).await.status(),
            StatusCode::NOT_FOUND,
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_dashboard_is_taken_along_for_an_e_mail() {
    let app = TestApp::start();
    let ada = app.member("ada").await;
    sign_ups(&app, &ada).await;
    let (path, _) = shared(&app, &ada, json!({"viewer_may": ["download", "range"]})).await;
    let answer = get(&app, &format!("{path}/email.html?range=30d"), None).await;
    assert_eq!(answer.status(), StatusCode::OK);
    assert!(header(&answer, "content-disposition").contains("filename=\"Growth.html\""));
    let letter = answer.text().await.expect("a letter");
    for part in ["Growth", "Sign-ups", ">3</p>", "Open the dashboard"] {
        assert!(letter.contains(part), "{part}: {letter}");
    }
    assert!(
        letter.contains(&format!("href=\"{}{path}\"", app.url)),
        "{letter}"
    );
    for part in ["<script", "<style", "<link", "class=", "<svg"] {
        assert!(
            !letter.contains(part),
            "programs for mail want no {part}: {letter}"
        );
    }
    let picture = letter
        .split("<img src=\"")
        .nth(1)
        .and_then(|rest| rest.split('"').next());
    let picture = picture.expect("a chart").replace("&amp;", "&");
    assert!(picture.ends_with("/chart.png?range=30d"), "{picture}");
    let picture = get(&app, picture.strip_prefix(&app.url).expect("absolute"), None).await;
    assert_eq!(
        (picture.status(), header(&picture, "content-type")),
        (StatusCode::OK, "image/png")
    );

    let (locked, _) = shared(
        &app,
        &ada,
        json!({"viewer_may": ["download"], "password": "a walking horse"}),
    )
    .await;
    let (closed, _) = shared(&app, &ada, json!({})).await;
    let id = letter
        .split("/widgets/")
        .nth(1)
        .and_then(|rest| rest.split('/').next());
    let id = id.expect("a widget");
    for path in [
        format!("{locked}/email.html"),
        format!("{closed}/email.html"),
        format!("{closed}/widgets/{id}/chart.png"),
        format!("{path}/widgets/{}/chart.png", "0".repeat(8)),
    ] {
        assert_eq!(
            get(&app, &path, None).await.status(),
            StatusCode::NOT_FOUND,
            "{path}"
        );
    }
    let opened = app.form(&locked, &[("password", "a walking horse")], None).await;
    let cookie = header(&opened, "set-cookie")
        .split(';')
        .next()
        .expect("a pair")
        .to_owned();
    let letter = get(&app, &format!("{locked}/email.html"), Some(&cookie)).await;
    let letter = letter.text().await.expect("a letter");
    assert!(
        !letter.contains("<img") && letter.contains(">DE</t"),
        "who reads it gave no password, so it has figures: {letter}"
    );
}

#[tokio::test]
async fn a_link_has_a_picture_and_says_so() {
    let app = TestApp::start();
    let ada = app.member("ada").await;
    sign_ups(&app, &ada).await;
    let (path, _) = shared(&app, &ada, json!({})).await;
    let page = get(&app, &path, None).await.text().await.expect("text");
    let address = format!(
        "<meta property=\"og:image\" content=\"{}{path}/card.png\">",
        app.url
    );
    assert!(page.contains(&address), "{page}");
    let picture = get(&app, &format!("{path}/card.png"), None).await;
    assert_eq!(header(&picture, "content-type"), "image/png");
    let bytes = picture.bytes().await.expect("bytes");
    assert_eq!(&bytes[..8], b"\x89PNG\r\n\x1a\n");
    let size = |at: usize| u32::from_be_bytes(bytes[at..at + 4].try_into().expect("four bytes"));
    assert_eq!((size(16), size(20)), (1200, 630));
    let wrong = get(&app, "/s/wrong/card.png", None).await;
    assert_eq!(wrong.status(), StatusCode::NOT_FOUND);
    let widgets = app.get(&ada, "/api/dashboards").await.1;
    let id = widgets["items"][0]["id"].as_str().expect("an id").to_owned();
    let widgets = app.get(&ada, &format!("/api/dashboards/{id}/widgets")).await.1;
    let widget = widgets["items"][1]["id"].as_str().expect("an id");
    let request = app.request(Method::GET, &format!("/api/widgets/{widget}/chart.png"));
    let chart = request.bearer_auth(&ada.token).send().await.expect("an answer");
    assert_eq!(
        (chart.status(), header(&chart, "content-type")),
        (StatusCode::OK, "image/png")
    );
}

#[tokio::test]
async fn only_the_sites_of_a_link_may_frame_it() {
    let app = TestApp::start();
    let ada = app.member("ada").await;
    let (path, _) = shared(
        &app,
        &ada,
        json!({"embed_origins": ["https://Intranet.example.org/"]}),
    )
    .await;
    let framed = get(&app, &format!("{path}/embed?theme=dark"), None).await;
    assert_eq!(framed.status(), StatusCode::OK);
    let policy = header(&framed, "content-security-policy");
    assert!(
        policy.contains("frame-ancestors https://intranet.example.org;"),
        "{policy}"
    );
    assert_eq!(header(&framed, "x-frame-options"), "");
    assert!(framed.text().await.expect("text").contains("data-theme=\"dark\""));
    let page = get(&app, &path, None).await;
    assert_eq!(header(&page, "x-frame-options"), "DENY");
    let (closed, _) = shared(&app, &ada, json!({})).await;
    let policy = get(&app, &format!("{closed}/embed"), None).await;
    assert!(header(&policy, "content-security-policy").contains("frame-ancestors 'none'"));
    assert_eq!(header(&policy, "x-frame-options"), "DENY");
    let board = app.get(&ada, "/api/dashboards").await.1["items"][0]["id"].clone();
    let shares = format!("/api/dashboards/{}/shares", board.as_str().expect("an id"));
    let wrong = json!({"embed_origins": ["https://a.example/; script-src *"], "viewer_may": ["everything"]});
    let (status, problem) = app.post(&ada, &shares, wrong).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{problem}");
    let wrong = json!({"embed_origins": ["https://a.example/; script-src *"]});
    let (_, problem) = app.post(&ada, &shares, wrong).await;
    assert_eq!(
        fields(&problem),
        [("embed_origins[0]".to_owned(), "invalid".to_owned())]
    );
}

#[tokio::test]
async fn a_link_follows_what_happens_until_it_moves() {
    let app = TestApp::start();
    let ada = app.member("ada").await;
    sign_ups(&app, &ada).await;
    let (path, share) = shared(&app, &ada, json!({})).await;
    let live = format!("{path}/live");
    let mut socket = Socket::open_at(&app, &live, &[]).await.expect("a link is enough");
    let first = socket.until(|frame| frame["type"] == "update").await;
    assert!(
        first["html"]
            .as_str()
            .is_some_and(|html| html.contains("stat-value"))
    );
    assert!(first["answer"].is_null(), "the question stays hidden");
    app.send(&ada, &json!({"name": "signup", "properties": {"country": "IT"}}))
        .await;
    socket
        .until(|frame| frame["html"].as_str().is_some_and(|html| html.contains(">4<")))
        .await;
    let rotate = format!("/api/shares/{}/rotate", share["id"].as_str().expect("an id"));
    let (status, moved) = app.post(&ada, &rotate, json!({})).await;
    assert_eq!(status, StatusCode::OK, "{moved}");
    let end = loop {
        if let Err(code) = socket.next().await {
            break code;
        }
    };
    assert_eq!(end, 4401);
    assert_eq!(
        Socket::open_at(&app, &live, &[]).await.err(),
        Some(StatusCode::NOT_FOUND)
    );
    assert_eq!(get(&app, &path, None).await.status(), StatusCode::NOT_FOUND);
    let url = moved["url"].as_str().expect("a link");
    let path = url.strip_prefix(&app.url).expect("a path");
    assert_eq!(get(&app, path, None).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn all_links_of_an_organization_are_listed_renewed_and_revoked_by_plain_forms() {
    let app = TestApp::start();
    let company = Company::found(&app, "acme").await;
    let owner = app.cookie(&company.owner).await;
    let request =
        json!({"name": "For the board", "password": "open sesame", "embed_origins": ["https://a.example"]});
    let (_, made) = shared(&app, &company.owner, request).await;
    let (open, _) = shared(&app, &company.owner, json!({"name": "Press"})).await;
    let (status, page) = app.page("/settings/shares", Some(&owner)).await;
    assert_eq!(status, StatusCode::OK);
    for words in [
        "For the board",
        "Press",
        "Growth",
        "has a password",
        "https://a.example",
        "never",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(!page.contains(&open), "no address is told again");
    get(&app, &open, None).await;
    let (_, listed) = app.get(&company.editor, "/api/shares?limit=1").await;
    let newest = &listed["items"][0];
    assert_eq!(
        (&newest["name"], &newest["dashboard_name"]),
        (&json!("Press"), &json!("Growth"))
    );
    assert!(
        newest["last_opened_at"].is_string() && listed["next_cursor"].is_string(),
        "{listed}"
    );

    let share = made["id"].as_str().expect("an id");
    let old = made["url"].as_str().expect("a link").to_owned();
    let fields = [("share", share)];
    let answer = app.form("/settings/shares/rotate", &fields, Some(&owner)).await;
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(header(&answer, "cache-control"), "no-store");
    let told = answer.text().await.expect("text");
    let (_, from) = told
        .split_once(&format!("{}/s/", app.url))
        .expect("the new address is told");
    let token = from.split('<').next().expect("a token");
    assert!(!old.ends_with(token));
    let status = get(&app, &format!("/s/{token}"), None).await.status();
    assert_eq!(status, StatusCode::UNAUTHORIZED, "it asks for the same password");

    let answer = app.form("/settings/shares/revoke", &fields, Some(&owner)).await;
    assert_eq!(header(&answer, "location"), "/settings/shares?done=revoked");
    let (_, page) = app.page("/settings/shares?done=revoked", Some(&owner)).await;
    assert!(
        page.contains("The link is revoked") && !page.contains("For the board"),
        "{page}"
    );
    let answer = app.form("/settings/shares/revoke", &fields, Some(&owner)).await;
    assert_eq!(header(&answer, "location"), "/settings/shares?problem=gone");

    let viewer = app.cookie(&company.viewer).await;
    let (_, page) = app.page("/settings/keys", Some(&viewer)).await;
    assert!(!page.contains("/settings/shares"), "viewers are not led there");
    let (_, page) = app.page("/settings/shares", Some(&viewer)).await;
    assert!(!page.contains("Press"), "and see no link");
    let (_, page) = app.page("/settings/keys", Some(&owner)).await;
    assert!(page.contains("/settings/shares"), "{page}");
}
