//! Who did something, and what one of them did: on every store alike.

use model::answer::{Answer, OTHER};
use model::person::{Person, Place};
use model::query::Query;

use crate::world::{World, event, fields, on_every_store, org, time, utc};

on_every_store! {
    people_are_listed_by_what_they_did_last_page_by_page,
    somebody_is_found_by_any_id_and_nobody_by_another_organization_s,
    some_people_are_listed_by_their_ids,
    a_gap_of_half_an_hour_ends_a_session,
    the_users_at_a_place_are_as_many_as_its_figure,
    the_users_at_a_place_come_page_by_page,
    a_place_that_the_answer_does_not_have_is_refused,
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

async fn some_people_are_listed_by_their_ids() {
    let world = world().await;
    let hostile = r#"{"id":"h","name":"look","timestamp":"2026-05-04T11:40:00Z","user_id":"50%_\\' x"}"#;
    world.append(org(1), 2, vec![event(hostile)]).await;
    let wide = question(r#"{"kind":"events","range":{"last":"7d"}}"#);
    let told = |people: Vec<Person>| -> Vec<(String, u64)> {
        people
            .into_iter()
            .map(|person| (person.id, person.events))
            .collect()
    };
    let one = |id: &str, events| (id.to_owned(), events);
    let among = async |org_number, query: &Query, ids: &[&str]| {
        let ids: Vec<String> = ids.iter().map(|id| (*id).to_owned()).collect();
        let found = world
            .queries
            .people_among(org(org_number), &utc(), query, &ids)
            .await;
        told(found.expect("people"))
    };
    assert_eq!(
        among(1, &wide, &["w", "ada", "v", "eve", "' OR 1=1 --"]).await,
        [one("ada", 3), one("w", 1)]
    );
    assert_eq!(among(2, &wide, &["w", "ada", "eve"]).await, [one("eve", 1)]);
    assert_eq!(among(1, &wide, &[]).await, []);
    let bought = question(r#"{"kind":"events","event":"buy","range":{"last":"7d"}}"#);
    assert_eq!(among(1, &bought, &["ada", "bob"]).await, [one("ada", 1)]);

    let beginning = async |org_number, text: &str, after: &str, limit| {
        let found = world
            .queries
            .people_beginning(org(org_number), &utc(), &wide, text, (after, limit))
            .await;
        told(found.expect("people"))
    };
    assert_eq!(beginning(1, "a", "", 9).await, [one("ada", 3)]);
    assert_eq!(
        beginning(1, "AD", "", 9).await,
        [one("ada", 3)],
        "in small letters, too"
    );
    assert_eq!(beginning(1, "da", "", 9).await, []);
    // Of a device's events only those that it did; the others of its user are not asked for.
    assert_eq!(beginning(1, "v", "", 9).await, [one("ada", 2)]);
    assert_eq!(beginning(1, "50%_\\", "", 9).await, [one("50%_\\' x", 1)]);
    assert_eq!(beginning(1, "50a", "", 9).await, []);
    assert_eq!(beginning(2, "", "", 9).await, [one("eve", 1)]);
    let all = beginning(1, "", "", 2).await;
    assert_eq!(all, [one("50%_\\' x", 1), one("ada", 3)]);
    assert_eq!(beginning(1, "", "ada", 2).await, [one("bob", 1), one("w", 1)]);
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

/// What users did in March: `user name day`, at noon.
const MARCH: &str = "
    ann look 2 | ann cart 2 | ann buy 4 | ann look 9 | ann buy 10 | ann look 17
    bob look 2 | bob cart 3 | bob look 24
    cid look 3 | cid look 10 | cid look 11
    dan cart 3 | dan buy 4
    eve look 9 | eve cart 9 | eve buy 9 | eve look 16
    fay buy 9 | fay look 10 | fay cart 12";

async fn march() -> World {
    let world = World::at("2026-03-25T12:00:00Z").await;
    let lines = MARCH
        .split(['\n', '|'])
        .map(str::trim)
        .filter(|line| !line.is_empty());
    let events = lines.enumerate().map(|(number, line)| {
        let words: Vec<&str> = line.split(' ').collect();
        let (day, minute): (u32, usize) = (words[2].parse().expect("a day"), number);
        let plan = if words[0] < "d" { "pro" } else { "free" };
        event(&format!(
            r#"{{"id":"m{number:02}","name":"{}","timestamp":"2026-03-{day:02}T12:{minute:02}:00Z","user_id":"{}",
            "properties":{{"plan":"{plan}"}}}}"#,
            words[1], words[0],
        ))
    });
    world.append(org(1), 1, events.collect()).await;
    world
}

async fn at(world: &World, question: &str, place: &str) -> Vec<Person> {
    let query = Query::parse(question).expect(question);
    let place: Place = serde_json::from_str(place).expect(place);
    let page = world
        .queries
        .people_at(org(1), &utc(), &query, &place, None, 100)
        .await;
    let page = page.unwrap_or_else(|error| panic!("{question} at {place:?}: {error:?}"));
    assert_eq!(page.next_cursor, None);
    page.items
}

const THREE_WEEKS: &str = r#""range":{"from":"2026-03-02","to":"2026-03-22"},"timezone":"UTC""#;

/// Asks questions and looks at every place of their answers.
async fn the_users_at_a_place_are_as_many_as_its_figure() {
    let world = march().await;
    assert!(steps_have_their_users(&world).await > 10);
    assert!(cells_have_their_users(&world).await > 15);
    assert!(links_have_their_users(&world).await > 5);
}

/// How many places were looked at, as for the others.
async fn steps_have_their_users(world: &World) -> usize {
    let range = THREE_WEEKS;
    let mut looked = 0;
    for more in [
        "",
        r#","window":"1d""#,
        r#","order":"strict""#,
        r#","order":"any""#,
        r#","exclude":[{"event":"look"}],"order":"any""#,
        r#","breakdown":{"property":"plan","limit":1},"filter":{"property":"plan","op":"exists"}"#,
    ] {
        let question = format!(
            r#"{{"kind":"funnel","steps":[{{"event":"look"}},{{"event":"cart"}},{{"event":"buy"}}],{range}{more}}}"#
        );
        let answer = world.funnel(org(1), &question).await;
        let mut before = None;
        for (step, figures) in answer.steps.iter().enumerate() {
            let place = |outcome: &str| format!(r#"{{"of":"step","step":{step},"outcome":"{outcome}"}}"#);
            let came = at(world, &question, &place("converted")).await;
            assert_eq!(came.len() as u64, figures.count, "{question}: step {step}");
            assert!(came.iter().all(|person| person.events > step as u64));
            if let Some(before) = before.replace(figures.count) {
                let lost = at(world, &question, &place("dropped")).await;
                assert_eq!(
                    lost.len() as u64,
                    before - figures.count,
                    "{question}: step {step}"
                );
                assert!(
                    lost.iter()
                        .all(|person| !came.iter().any(|other| other.id == person.id))
                );
                looked += 1;
            }
        }
    }
    looked
}

async fn cells_have_their_users(world: &World) -> usize {
    let range = THREE_WEEKS;
    let mut looked = 0;
    for more in [
        "",
        r#","mode":"on_or_after""#,
        r#","cohort":"first_time""#,
        r#","cohort":"recurring""#,
        r#","interval":"day","periods":8,"cohort":"recurring","mode":"on_or_after""#,
        r#","breakdown":{"property":"plan","limit":5}"#,
        r#","breakdown":{"property":"$browser","limit":5},"cohort":"recurring""#,
    ] {
        let interval = if more.contains("interval") {
            ""
        } else {
            r#""interval":"week","periods":3,"#
        };
        let question = format!(
            r#"{{"kind":"retention","start":{{"event":"look"}},"return":{{"event":"buy"}},{interval}{range}{more}}}"#
        );
        let Ok(Answer::Retention(answer)) = world.ask_any(org(1), &utc(), &question).await else {
            panic!("{question} has an answer");
        };
        for cohort in &answer.cohorts {
            for (period, returned) in cohort.returned.iter().enumerate() {
                let mut place = serde_json::json!({"of": "cohort", "start": cohort.start, "period": period});
                if let Some(value) = &cohort.breakdown {
                    place["value"] = value.as_str().into();
                }
                let there = at(world, &question, &place.to_string()).await;
                assert_eq!(there.len() as u64, returned.unwrap_or(0), "{question} at {place}");
                looked += usize::from(!there.is_empty());
            }
        }
        let all = at(world, &question, r#"{"of":"cohort","period":1}"#).await;
        let most: u64 = answer
            .cohorts
            .iter()
            .filter_map(|cohort| cohort.returned[1])
            .sum();
        assert!(
            all.len() as u64 <= most,
            "{question}: a user counts once in all cohorts"
        );
        assert!(
            more.contains("recurring") || all.len() as u64 == most,
            "{question}"
        );
    }
    looked
}

async fn links_have_their_users(world: &World) -> usize {
    let range = THREE_WEEKS;
    let mut looked = 0;
    for more in [
        "",
        r#","per":"user""#,
        r#","per":"user","to":{"event":"buy"},"steps":3"#,
        r#","per":"user","from":{"event":"cart"}"#,
        r#","per":"user","by":"property","property":"plan""#,
    ] {
        let question = format!(r#"{{"kind":"paths",{range}{more}}}"#);
        let answer = world.paths(org(1), &question).await;
        for link in &answer.links {
            let place = serde_json::json!({"of": "link", "source": link.source, "target": link.target});
            let there = at(world, &question, &place.to_string()).await;
            let journeys: u64 = there.iter().map(|person| person.events).sum();
            assert_eq!(journeys, link.value, "{question} at {place}");
            looked += 1;
        }
        for node in answer.nodes.iter().filter(|node| node.name != OTHER) {
            let place = serde_json::json!({"of": "node", "node": node.id});
            let there = at(world, &question, &place.to_string()).await;
            let journeys: u64 = there.iter().map(|person| person.events).sum();
            assert_eq!(journeys, node.value, "{question} at {place}");
            looked += 1;
        }
    }
    looked
}

async fn the_users_at_a_place_come_page_by_page() {
    let world = march().await;
    let question = r#"{"kind":"funnel","steps":[{"event":"look"},{"event":"cart"}],"range":{"from":"2026-03-02","to":"2026-03-22"},
        "timezone":"UTC"}"#;
    let query = Query::parse(question).expect("a question");
    let place: Place = serde_json::from_str(r#"{"of":"step","step":0}"#).expect("a place");
    let mut seen = Vec::new();
    let mut cursor = None;
    loop {
        let page = world
            .queries
            .people_at(org(1), &utc(), &query, &place, cursor.as_deref(), 2)
            .await;
        let page = page.expect("people");
        assert!(page.items.len() <= 2);
        seen.extend(page.items.into_iter().map(|person| person.id));
        cursor = page.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    // The last step of whoever was there last comes first: fay on the 12th, eve on the 9th, bob and cid on the 3rd.
    assert_eq!(seen, ["fay", "eve", "cid", "bob", "ann"]);
    let elsewhere = world
        .queries
        .people_at(org(2), &utc(), &query, &place, None, 9)
        .await;
    assert_eq!(elsewhere.expect("nobody").items, []);
}

async fn a_place_that_the_answer_does_not_have_is_refused() {
    let world = march().await;
    let range = r#""range":{"from":"2026-03-02","to":"2026-03-22"}"#;
    let retention =
        format!(r#"{{"kind":"retention","start":{{}},"return":{{}},"interval":"week","periods":2,{range}}}"#);
    let paths = format!(r#"{{"kind":"paths","steps":3,{range}}}"#);
    for (question, place, field, code) in [
        (
            &retention,
            r#"{"of":"cohort","start":"2026-03-03T00:00:00Z","period":0}"#,
            "place.start",
            "no_cohort",
        ),
        (
            &retention,
            r#"{"of":"link","source":"0:a","target":"1:b"}"#,
            "place",
            "invalid",
        ),
        (
            &paths,
            r#"{"of":"link","source":"2:a","target":"3:b"}"#,
            "place",
            "invalid",
        ),
        (&paths, r#"{"of":"step","step":0}"#, "place", "invalid"),
    ] {
        let query = Query::parse(question).expect(question);
        let place: Place = serde_json::from_str(place).expect(place);
        let outcome = world
            .queries
            .people_at(org(1), &utc(), &query, &place, None, 9)
            .await;
        assert_eq!(
            fields(outcome),
            (field.to_owned(), code.to_owned()),
            "{question} at {place:?}"
        );
    }
}
