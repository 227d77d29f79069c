use engine::auth::Origin;
use engine::store::EventsAt;
use engine::{Clock, Random, Settings};
use model::dashboard::View;
use model::person::Whose;
use tempfile::TempDir;

use super::*;

async fn open(folder: &TempDir) -> Engine {
    let settings = Settings {
        data_dir: folder.path().to_path_buf(),
        database_url: format!("sqlite:{}", folder.path().join("datapulse.db").display()),
        events: EventsAt::DuckDb(folder.path().join("events")),
        public_url: "http://127.0.0.1:3000".to_owned(),
        registration: engine::auth::Registration::Open,
        currency_rates: model::rates::Rates::default(),
        quotas: model::usage::Quotas::default(),
        cache_bytes: engine::query::ROOM,
        question_limit: engine::store::TIME_LIMIT,
        redis: None,
        geoip_file: None,
        mail: None,
        oidc: None,
        master_keys: engine::sealing::MasterKeys::file(folder.path().join("master.keys")),
    };
    let now = "2026-03-18T15:00:00Z".parse().expect("a constant");
    Engine::open(settings, Clock::manual(now), Random::seeded(1))
        .await
        .expect("the engine opens")
}

#[tokio::test(flavor = "multi_thread")]
async fn every_widget_has_something_to_show_and_a_second_seed_changes_nothing() {
    let folder = TempDir::new().expect("a folder");
    let engine = open(&folder).await;
    let first = seed(&engine).await.expect("the first seed");
    assert!(
        first.account && first.dashboards == 2 && first.events > 60_000,
        "{first:?}"
    );
    assert_eq!(seed(&engine).await.expect("the second seed"), Seeded::default());

    let (user, organization) = engine
        .auth()
        .log_in(EMAIL, PASSWORD, None, &Origin::default())
        .await
        .expect("people can look at it");
    let organization = organization.expect("it owns one");
    assert_eq!((user.name.as_str(), organization.name.as_str()), (NAME, NAME));
    let caller = Caller::operator(organization.id);
    let page = engine
        .dashboards()
        .list(&caller, &PageRequest::default())
        .await
        .expect("the dashboards");
    let names: Vec<&str> = page
        .items
        .iter()
        .map(|dashboard| dashboard.name.as_str())
        .collect();
    assert_eq!(names, ["Product overview", "Web traffic, May 2015"]);
    let question = serde_json::json!({ "range": { "last": "90d" } });
    let lately = Whose::Events(serde_json::from_value(question).expect("a question"));
    let people = engine
        .find_people(&caller, "@acme.example", lately, &PageRequest::default())
        .await
        .expect("people are found");
    assert!(people.items.len() > 10, "{people:?}");
    assert!(
        people.items.iter().all(|person| person.name.is_some()),
        "{people:?}"
    );
    for dashboard in &page.items {
        let page = engine
            .dashboard_page(&caller, dashboard.id, &View::default())
            .await
            .expect("its page");
        for panel in page.panels {
            let title = &panel.widget.title;
            assert_eq!(panel.problem, None, "{title}");
            let Some(Answer::Trend(trend)) = panel.answer else {
                continue;
            };
            assert!(!trend.is_empty(), "{title}");
        }
    }
    engine.close().await;
}
