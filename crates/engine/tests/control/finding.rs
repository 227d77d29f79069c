//! People are found by what is known of them: on both databases, with the whole engine.

use engine::db::PageRequest;
use engine::{Caller, Engine, Error};
use model::account::{KeyKind, KeyRequest};
use model::person::{ListedPerson, Whose};
use model::query::EventsSpec;
use tempfile::TempDir;

use crate::erasing::{folder, opened, send, until};
use crate::world::{Person, World, behind_the_scenes, field_of, on_every_database, refuses};

on_every_database!(
    somebody_is_found_by_any_part_of_what_is_known,
    no_sign_is_special_and_directions_do_not_matter,
    organizations_do_not_find_each_other_s_people,
    people_come_page_by_page_each_once,
    conditions_narrow_a_search,
    who_was_known_before_is_found_after_a_start,
    who_is_erased_is_not_found,
    what_cannot_be_looked_for_is_refused,
);

const PEOPLE: &str = r#"[
    {"name":"$identify","user_id":"u-1","anonymous_id":"device-One","properties":{"$set":{"name":"Ada Lovelace","email":"ada@acme.org","plan":"pro"}}},
    {"name":"$identify","user_id":"u-2","properties":{"$set":{"name":"Björn Straße","email":"BJORN@ACME.org","seats":4711}}},
    {"name":"$identify","user_id":"u-3","properties":{"$set":{"name":"Chloé","address":{"city":["Québec"]},"secret":"gone"}}},
    {"name":"$identify","user_id":"u-3","properties":{"$unset":["secret"]}},
    {"name":"$identify","user_id":"U","properties":{"$set":{"name":"Zoe"}}},
    {"name":"look","user_id":"u-1"},
    {"name":"look","anonymous_id":"visitor-7"},
    {"name":"look","user_id":"U-plain"},
    {"name":"buy","user_id":"u-2"}]"#;

fn of(json: &str) -> Whose {
    Whose::parse(json).expect("a question")
}

fn lately() -> Whose {
    Whose::Events(Box::new(EventsSpec::last_30_days()))
}

async fn found(engine: &Engine, caller: &Caller, typed: &str) -> Vec<ListedPerson> {
    let all = PageRequest {
        limit: Some(200),
        cursor: None,
    };
    let page = engine.find_people(caller, typed, lately(), &all).await;
    let page = page.unwrap_or_else(|error| panic!("{typed}: {error:?}"));
    assert_eq!(page.next_cursor, None);
    page.items
}

async fn ids(engine: &Engine, caller: &Caller, typed: &str) -> Vec<String> {
    let people = found(engine, caller, typed).await;
    people.into_iter().map(|person| person.id).collect()
}

/// An engine that holds what `people` say of themselves.
async fn world_with(world: &World, people: &str) -> (Person, Engine, TempDir) {
    let (ada, folder) = (world.owner("ada").await, folder());
    let engine = opened(world, &folder, "").await;
    let receipt = send(&engine, &ada.caller, people).await;
    assert!(receipt.errors.is_empty(), "{:?}", receipt.errors);
    engine.ingest().drained().await.expect("the log works");
    (ada, engine, folder)
}

async fn somebody_is_found_by_any_part_of_what_is_known(world: World) {
    let (ada, engine, _folder) = world_with(&world, PEOPLE).await;
    for (typed, expected) in [
        ("ada", vec!["u-1"]),
        ("LOVE", vec!["u-1"]),
        ("  lovelace   ada ", vec!["u-1"]),
        ("@acme", vec!["u-1", "u-2"]),
        ("@acme pro", vec!["u-1"]),
        ("bjorn", vec!["u-2"]),
        ("strasse", vec!["u-2"]),
        ("STRAẞE", vec!["u-2"]),
        ("471", vec!["u-2"]),
        ("chloe", vec!["u-3"]),
        ("CHLOÉ", vec!["u-3"]),
        ("quebec", vec!["u-3"]),
        ("gone", vec![]),
        ("device-one", vec!["u-1"]),
        ("evice", vec!["u-1"]),
        ("visitor", vec!["visitor-7"]),
        ("VISITOR-7", vec!["visitor-7"]),
        ("isitor", vec![]),
        // Whoever has the id comes first, then those with a profile, then the others.
        ("U", vec!["U", "u-1", "u-2", "u-3", "U-plain"]),
        ("device-One", vec!["u-1"]),
        ("nobody", vec![]),
    ] {
        assert_eq!(ids(&engine, &ada.caller, typed).await, expected, "{typed}");
    }
    let people = found(&engine, &ada.caller, "u-1").await;
    assert_eq!(people[0].name.as_deref(), Some("Ada Lovelace"));
    assert_eq!(
        (people[0].email.as_deref(), people[0].events),
        (Some("ada@acme.org"), 2)
    );
    assert!(people[0].first_seen.is_some() && people[0].last_seen.is_some());
    let long_ago = of(r#"{"kind":"events","range":{"from":"2015-05-17","to":"2015-05-18"}}"#);
    let then = engine
        .find_people(&ada.caller, "u-1", long_ago, &PageRequest::default())
        .await;
    let then = then.expect("a page").items;
    assert_eq!(
        (then.len(), then[0].events, then[0].last_seen),
        (1, 0, None),
        "known, whatever they did"
    );

    let listed = engine
        .people(&ada.caller, lately(), &PageRequest::default())
        .await;
    let listed = listed.expect("people").items;
    let named: Vec<&str> = listed
        .iter()
        .filter_map(|person| person.name.as_deref())
        .collect();
    assert_eq!((listed.len(), named.len()), (6, 4), "{listed:?}");
}

async fn no_sign_is_special_and_directions_do_not_matter(world: World) {
    let people = serde_json::json!([
        {"name": "$identify", "user_id": "a", "properties": {"$set": {"name": "100% sure"}}},
        {"name": "$identify", "user_id": "b", "properties": {"$set": {"name": "snake_case"}}},
        {"name": "$identify", "user_id": "c", "properties": {"$set": {"name": r"back\slash"}}},
        {"name": "$identify", "user_id": "d", "properties": {"$set": {"name": "O'Hara \"Quote\" -- ; DROP TABLE profiles"}}},
        {"name": "$identify", "user_id": "e", "properties": {"$set": {"name": "\u{202b}שלום עולם\u{202c}"}}},
        {"name": "$identify", "user_id": "f", "properties": {"$set": {"name": "ordinary"}}},
        {"name": "$identify", "user_id": "g", "properties": {"$set": {"name": "👩‍🚀 Astro"}}},
        {"name": "look", "user_id": "50%_of\\'all"},
    ]);
    let (ada, engine, _folder) = world_with(&world, &people.to_string()).await;
    for (typed, expected) in [
        ("%", vec!["a"]),
        ("0% s", vec!["a"]),
        ("_", vec!["b"]),
        (r"\", vec!["c"]),
        (r"\%", vec![]),
        ("o'hara", vec!["d"]),
        ("\"quote\"", vec!["d"]),
        ("' OR 1=1 --", vec![]),
        ("; drop table", vec!["d"]),
        ("שלום", vec!["e"]),
        ("\u{200f}עולם\u{200e}", vec!["e"]),
        ("👩‍🚀", vec!["g"]),
        ("50%", vec!["50%_of\\'all"]),
        ("50%_of\\'", vec!["50%_of\\'all"]),
        ("50a", vec![]),
    ] {
        assert_eq!(ids(&engine, &ada.caller, typed).await, expected, "{typed}");
    }
}

async fn organizations_do_not_find_each_other_s_people(world: World) {
    let (ada, engine, _folder) = world_with(&world, PEOPLE).await;
    let eve = world.owner("eve").await;
    assert_eq!(ids(&engine, &eve.caller, "a").await, Vec::<String>::new());
    // The same people, of whom somebody else says something else.
    let theirs = r#"[{"name":"$identify","user_id":"u-1","properties":{"$set":{"name":"Eve's Ada"}}},{"name":"look","anonymous_id":"visitor-7"}]"#;
    send(&engine, &eve.caller, theirs).await;
    engine.ingest().drained().await.expect("the log works");
    assert_eq!(ids(&engine, &eve.caller, "lovelace").await, Vec::<String>::new());
    assert_eq!(ids(&engine, &ada.caller, "eve's").await, Vec::<String>::new());
    assert_eq!(ids(&engine, &eve.caller, "device").await, Vec::<String>::new());
    let names = async |caller: &Caller| found(&engine, caller, "u-1").await[0].name.clone();
    assert_eq!(names(&eve.caller).await.as_deref(), Some("Eve's Ada"));
    assert_eq!(names(&ada.caller).await.as_deref(), Some("Ada Lovelace"));
    let visitor = found(&engine, &eve.caller, "visitor").await;
    assert_eq!(visitor[0].events, 1);
    let listed = engine
        .people(&eve.caller, lately(), &PageRequest::default())
        .await;
    let listed = listed.expect("people").items;
    assert!(
        listed
            .iter()
            .all(|person| person.name.as_deref() != Some("Ada Lovelace"))
    );
}

async fn people_come_page_by_page_each_once(world: World) {
    let mut people: Vec<serde_json::Value> = (0..7)
        .map(|number| serde_json::json!({"name": "$identify", "user_id": format!("x{number}"), "properties": {"$set": {"team": "rockets"}}}))
        .collect();
    people.extend(
        (0..5).map(|number| serde_json::json!({"name": "look", "user_id": format!("rockets-{number}")})),
    );
    people.push(
        serde_json::json!({"name": "$identify", "user_id": "rockets", "properties": {"$set": {"team": "z"}}}),
    );
    let (ada, engine, _folder) = world_with(&world, &serde_json::json!(people).to_string()).await;
    let mut expected = vec!["rockets".to_owned()];
    expected.extend((0..7).map(|number| format!("x{number}")));
    expected.extend((0..5).map(|number| format!("rockets-{number}")));
    for limit in [1, 2, 3, 7, 8, 12, 13, 14] {
        let (mut seen, mut cursor) = (Vec::new(), None);
        loop {
            let page = PageRequest {
                limit: Some(limit),
                cursor,
            };
            let page = engine.find_people(&ada.caller, "Rockets", lately(), &page).await;
            let page = page.expect("a page");
            assert!(page.items.len() <= limit as usize);
            seen.extend(page.items.into_iter().map(|person| person.id));
            cursor = page.next_cursor;
            if cursor.is_none() {
                break;
            }
        }
        // `Rockets` is nobody's id; `rockets` is one of those with a profile.
        assert_eq!(seen.len(), expected.len(), "{limit}: {seen:?}");
        let exact = engine
            .find_people(
                &ada.caller,
                "rockets",
                lately(),
                &PageRequest {
                    limit: Some(200),
                    cursor: None,
                },
            )
            .await
            .expect("a page");
        let exact: Vec<String> = exact.items.into_iter().map(|person| person.id).collect();
        assert_eq!(exact, expected);
        let (mut sorted, mut all) = (seen, expected.clone());
        sorted.sort();
        all.sort();
        assert_eq!(sorted, all, "{limit}");
    }
}

async fn conditions_narrow_a_search(world: World) {
    let (ada, engine, _folder) = world_with(&world, PEOPLE).await;
    let whose = async |typed: &str, question: &str| {
        let page = engine
            .find_people(&ada.caller, typed, of(question), &PageRequest::default())
            .await;
        let ids: Vec<String> = page
            .expect("a page")
            .items
            .into_iter()
            .map(|person| person.id)
            .collect();
        ids
    };
    let bought = r#"{"kind":"events","event":"buy","range":{"last":"30d"}}"#;
    let looked = r#"{"kind":"events","event":"look","range":{"last":"30d"}}"#;
    let said = r#"{"kind":"events","range":{"last":"30d"},"filter":{"property":"$set.plan","op":"eq","value":"pro"}}"#;
    assert_eq!(whose("acme", bought).await, ["u-2"]);
    assert_eq!(whose("acme", looked).await, ["u-1"]);
    assert_eq!(whose("acme", said).await, ["u-1"]);
    assert_eq!(
        whose("u-1", bought).await,
        Vec::<String>::new(),
        "not by the exact id either"
    );
    assert_eq!(whose("visitor", looked).await, ["visitor-7"]);
    assert_eq!(whose("visitor", bought).await, Vec::<String>::new());
}

async fn who_was_known_before_is_found_after_a_start(world: World) {
    let (ada, engine, folder) = world_with(&world, PEOPLE).await;
    behind_the_scenes!(world, "UPDATE profiles SET folded = NULL");
    assert_eq!(ids(&engine, &ada.caller, "lovelace").await, Vec::<String>::new());
    engine.close().await;
    drop(engine);
    let engine = opened(&world, &folder, "").await;
    until("the profiles from before", async || {
        let found = ids(&engine, &ada.caller, "lovelace").await;
        (found == ["u-1"]).then_some(())
    })
    .await;
    assert_eq!(
        ids(&engine, &ada.caller, "device-o").await,
        ["u-1"],
        "by other ids, too"
    );
    assert_eq!(engine.profiles().fold_some().await.expect("it looks"), 0);
}

async fn who_is_erased_is_not_found(world: World) {
    let (ada, engine, _folder) = world_with(&world, PEOPLE).await;
    let org = ada.organization.id;
    let whom = model::erasure::ForgetRequest {
        user_id: "device-One".to_owned(),
    };
    engine
        .erasures()
        .forget(&ada.caller, org, &whom)
        .await
        .expect("asked");
    until("the end of an erasure", async || {
        let gone = ids(&engine, &ada.caller, "lovelace").await.is_empty()
            && ids(&engine, &ada.caller, "u-1").await.is_empty()
            && ids(&engine, &ada.caller, "device").await.is_empty();
        gone.then_some(())
    })
    .await;
    assert_eq!(ids(&engine, &ada.caller, "@acme").await, ["u-2"]);
}

async fn what_cannot_be_looked_for_is_refused(world: World) {
    let (ada, engine, _folder) = world_with(&world, PEOPLE).await;
    let place = r#"{"query":{"kind":"paths","range":{"last":"7d"}},"place":{"of":"node","node":"0:a"}}"#;
    let long = "x".repeat(201);
    for (typed, whose, page, field) in [
        (" \u{200f}", lately(), PageRequest::default(), "search"),
        (long.as_str(), lately(), PageRequest::default(), "search"),
        ("a\0b", lately(), PageRequest::default(), "search"),
        ("a", of(place), PageRequest::default(), "q"),
        (
            "a",
            lately(),
            PageRequest {
                limit: Some(0),
                cursor: None,
            },
            "limit",
        ),
        (
            "a",
            lately(),
            PageRequest {
                limit: None,
                cursor: Some("x".to_owned()),
            },
            "cursor",
        ),
    ] {
        let outcome = engine.find_people(&ada.caller, typed, whose, &page).await;
        let error = outcome.expect_err("it is refused");
        assert_eq!(field_of(&error).map(|(field, _)| field), Some(field), "{typed:?}");
    }
    let made = engine
        .organizations()
        .create_key(
            &ada.caller,
            ada.organization.id,
            KeyRequest::new("Site", KeyKind::Write),
        )
        .await
        .expect("it is made");
    let writer = engine.auth().by_key(&made.1).await.expect("the key is good");
    refuses!(
        engine
            .find_people(&writer, "a", lately(), &PageRequest::default())
            .await,
        Error::Forbidden
    );
}
