//! Who did something, and what one of them did: on every store alike.

use model::person::Person;
use model::query::Query;

use crate::world::{World, event, fields, on_every_store, org, time, utc};

on_every_store! {
    people_are_listed_by_what_they_did_last_page_by_page,
    somebody_is_found_by_any_id_and_nobody_by_another_organization_s,
    a_gap_of_half_an_hour_ends_a_session,
}

const NOW: &str = "2026-05-04T12:00:00Z";

fn all() -> Query {
    question(r#"{"kind":"events","range":{"last":"7d"},"limit":2}"#)
}

fn question(json: &str) -> Query {
    Query::parse(json).expect("a question")
}

/// `v` turns out to be `ada`; `w` stays who it is, and one event is nobody's.
async fn world() -> World {
    let world = World::at(NOW).await;
    let events = [
        r#"{"id":"a","name":"look","timestamp":"2026-05-04T08:00:00Z","anonymous_id":"v"}"#,
        r#"{"id":"b","name":"sign_up","timestamp":"2026-05-04T08:10:00Z","anonymous_id":"v","user_id":"ada"}"#,
        r#"{"id":"c","name":"buy","timestamp":"2026-05-04T08:40:00Z","user_id":"ada","properties":{"plan":"pro"}}"#,
        r#"{"id":"d","name":"look","timestamp":"2026-05-04T11:00:00Z","user_id":"bob","properties":{"plan":"free"}}"#,
        r#"{"id":"e","name":"look","timestamp":"2026-05-04T09:00:00Z","anonymous_id":"w"}"#,
        r#"{"id":"f","name":"look","timestamp":"2026-05-04T11:30:00Z"}"#,
    ];
    world.append(org(1), 1, events.map(event).to_vec()).await;
    let elsewhere = r#"{"id":"g","name":"look","timestamp":"2026-05-04T11:00:00Z","user_id":"eve"}"#;
    world.append(org(2), 1, vec![event(elsewhere)]).await;
    world
}

async fn people_are_listed_by_what_they_did_last_page_by_page() {
    let world = world().await;
    let list = async |query: &Query, cursor: Option<&str>, limit| {
        let page = world.queries.people(org(1), &utc(), query, cursor, limit).await;
        page.expect("people")
    };
    let first = list(&all(), None, 2).await;
    let ada = Person {
        id: "ada".to_owned(),
        events: 3,
        first_seen: time("2026-05-04T08:00:00Z"),
        last_seen: time("2026-05-04T08:40:00Z"),
    };
    let ids = |people: &[Person]| -> Vec<String> { people.iter().map(|person| person.id.clone()).collect() };
    assert_eq!(ids(&first.items), ["bob", "w"]);
    let second = list(&all(), first.next_cursor.as_deref(), 2).await;
    assert_eq!(second.items, [ada]);
    assert_eq!(second.next_cursor, None);

    let named = question(r#"{"kind":"events","event":"buy","range":{"last":"7d"}}"#);
    assert_eq!(ids(&list(&named, None, 9).await.items), ["ada"]);
    let filtered = question(
        r#"{"kind":"events","range":{"last":"7d"},"filter":{"property":"plan","op":"eq","value":"free"}}"#,
    );
    assert_eq!(ids(&list(&filtered, None, 9).await.items), ["bob"]);
    let broken = world.queries.people(org(1), &utc(), &all(), Some("x"), 9).await;
    assert_eq!(fields(broken), ("cursor".to_owned(), "invalid".to_owned()));
}

async fn somebody_is_found_by_any_id_and_nobody_by_another_organization_s() {
    let world = world().await;
    let mut query = all();
    let mut seen = Vec::new();
    loop {
        let page = world.queries.person_events(org(1), &utc(), &query, "ada").await;
        let page = page.expect("events");
        seen.extend(page.items.iter().map(|event| event["id"].to_string()));
        let Some(cursor) = page.next_cursor else { break };
        query = question(&format!(
            r#"{{"kind":"events","range":{{"last":"7d"}},"limit":2,"cursor":"{cursor}"}}"#
        ));
    }
    assert_eq!(
        seen,
        [r#""c""#, r#""b""#, r#""a""#],
        "the visit before she said who she is, too"
    );
    for (id, count) in [("v", 2), ("w", 1), ("eve", 0), ("' OR 1=1 --", 0)] {
        let wide = question(r#"{"kind":"events","range":{"last":"7d"}}"#);
        let found = world.queries.person_events(org(1), &utc(), &wide, id).await;
        assert_eq!(found.expect("events").items.len(), count, "{id}");
    }
}

async fn a_gap_of_half_an_hour_ends_a_session() {
    let world = world().await;
    let page = async |cursor: Option<&str>| {
        let query = question(r#"{"kind":"events","range":{"last":"7d"},"limit":1}"#);
        let page = world
            .queries
            .person_sessions(org(1), &utc(), &query, "ada", cursor)
            .await;
        page.expect("sessions")
    };
    let newest = page(None).await;
    let told = |session: &model::person::PersonSession| {
        let (start, end) = (session.start.to_string(), session.end.to_string());
        (
            start,
            end,
            session.events,
            session.entry.clone(),
            session.exit.clone(),
        )
    };
    let expected = |start: &str, end: &str, events, entry: &str, exit: &str| {
        (
            start.to_owned(),
            end.to_owned(),
            events,
            entry.to_owned(),
            exit.to_owned(),
        )
    };
    assert_eq!(
        newest.items.iter().map(told).collect::<Vec<_>>(),
        [expected(
            "2026-05-04T08:40:00Z",
            "2026-05-04T08:40:00Z",
            1,
            "buy",
            "buy"
        )]
    );
    let earlier = page(newest.next_cursor.as_deref()).await;
    assert_eq!(
        earlier.items.iter().map(told).collect::<Vec<_>>(),
        [expected(
            "2026-05-04T08:00:00Z",
            "2026-05-04T08:10:00Z",
            2,
            "look",
            "sign_up"
        )]
    );
    assert_eq!(earlier.next_cursor, None);
}
