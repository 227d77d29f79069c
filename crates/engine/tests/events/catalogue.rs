//! The catalogue: names, properties and values, always as many as there are.

use std::collections::BTreeMap;

use engine::query::{Catalogue, ValuesAsked};
use engine::{Caller, Error};
use model::catalogue::PropertyType::{Boolean, Number, Object, Text};
use model::catalogue::{EventProperty, PropertyType, PropertyValues};
use serde_json::Value;

use crate::generator::Generator;
use crate::world::{World, event, on_every_store, org};

on_every_store! {
    names_are_counted_exactly_and_grow_with_what_is_stored,
    properties_have_types_and_counts,
    values_are_the_most_frequent_first_and_can_be_searched,
    random_events_are_counted_as_one_would_by_hand,
    properties_of_users_are_listed_for_every_event,
    of_very_many_events_the_newest_are_looked_at,
}

const EVENTS: [&str; 5] = [
    r#"{"id":"1","name":"view","timestamp":"2026-03-01T10:00:00Z","user_id":"ada","properties":{"plan":"Pro","n":1}}"#,
    r#"{"id":"2","name":"view","timestamp":"2026-03-03T10:00:00Z","user_id":"bob","properties":{"plan":"free","n":2.5}}"#,
    r#"{"id":"3","name":"view","timestamp":"2026-03-02T10:00:00Z","user_id":"ada","properties":{"plan":"free","nest":{"x":[1]}}}"#,
    r#"{"id":"4","name":"buy","timestamp":"2026-02-01T10:00:00Z","properties":{"n":"many","gift":true,"none":null}}"#,
    r#"{"id":"5","name":"buy","timestamp":"2026-02-02T10:00:00Z","properties":{"n":200.0}}"#,
];

async fn world() -> (World, Catalogue) {
    let world = World::at("2026-03-10T12:00:00Z").await;
    let events = EVENTS.iter().map(|json| event(json)).collect();
    world.append(org(1), 1, events).await;
    let catalogue = Catalogue::new(world.store.clone());
    (world, catalogue)
}

fn caller(number: u128) -> Caller {
    Caller::operator(org(number))
}

async fn names(catalogue: &Catalogue, number: u128) -> Vec<(String, u64, String, String)> {
    let names = catalogue.names(&caller(number)).await.expect("they are listed");
    let plain = names.into_iter().map(|event| {
        let (first, last) = (event.first_seen.to_string(), event.last_seen.to_string());
        (event.name, event.count, first, last)
    });
    plain.collect()
}

fn listed(properties: &[EventProperty]) -> Vec<(&str, u64, &[PropertyType])> {
    let listed = properties
        .iter()
        .map(|found| (found.property.as_str(), found.count, found.types.as_slice()));
    listed.collect()
}

async fn values(
    catalogue: &Catalogue,
    property: &str,
    event: Option<&str>,
    search: Option<&str>,
) -> PropertyValues {
    let asked = ValuesAsked {
        property: property.parse().expect("a property"),
        event: event.map(str::to_owned),
        search: search.map(str::to_owned),
        limit: 10,
    };
    catalogue
        .values(&caller(1), &asked)
        .await
        .expect("they are listed")
}

fn pairs(values: &PropertyValues) -> Vec<(&str, u64)> {
    values
        .items
        .iter()
        .map(|item| (item.value.as_str(), item.count))
        .collect()
}

fn row(name: &str, count: u64, first: &str, last: &str) -> (String, u64, String, String) {
    (name.to_owned(), count, first.to_owned(), last.to_owned())
}

async fn names_are_counted_exactly_and_grow_with_what_is_stored() {
    let (world, catalogue) = world().await;
    let view = row("view", 3, "2026-03-01T10:00:00Z", "2026-03-03T10:00:00Z");
    let buy = row("buy", 2, "2026-02-01T10:00:00Z", "2026-02-02T10:00:00Z");
    assert_eq!(names(&catalogue, 1).await, [view.clone(), buy]);
    assert!(
        names(&catalogue, 2).await.is_empty(),
        "another organization has none"
    );
    let late = |id: u32, name: &str, time: &str| {
        event(&format!(
            r#"{{"id":"late{id}","name":"{name}","timestamp":"{time}"}}"#
        ))
    };
    let more = vec![
        late(1, "buy", "2026-01-01T00:00:00Z"),
        late(2, "buy", "2026-03-09T00:00:00Z"),
        late(3, "leave", "2026-03-09T00:00:00Z"),
    ];
    world.append(org(1), 2, more).await;
    let buy = row("buy", 4, "2026-01-01T00:00:00Z", "2026-03-09T00:00:00Z");
    let leave = row("leave", 1, "2026-03-09T00:00:00Z", "2026-03-09T00:00:00Z");
    let expected = [buy, view, leave];
    assert_eq!(names(&catalogue, 1).await, expected);
    let fresh = Catalogue::new(world.store.clone());
    assert_eq!(names(&fresh, 1).await, expected, "counted anew it is the same");
}

async fn properties_have_types_and_counts() {
    let (_world, catalogue) = world().await;
    let all = catalogue
        .properties(&caller(1), None)
        .await
        .expect("they are listed");
    let expected: [(&str, u64, &[PropertyType]); 5] = [
        ("n", 4, &[Text, Number]),
        ("plan", 3, &[Text]),
        ("gift", 1, &[Boolean]),
        ("nest", 1, &[Object]),
        ("nest.x", 1, &[Object]),
    ];
    assert_eq!(listed(&all), expected);
    assert!(all.iter().all(|property| !property.sampled));
    let of_buy = catalogue
        .properties(&caller(1), Some("buy"))
        .await
        .expect("they are listed");
    assert_eq!(
        listed(&of_buy),
        [("n", 2, &[Text, Number][..]), ("gift", 1, &[Boolean])]
    );
    let of_nothing = catalogue
        .properties(&caller(1), Some("'; DROP"))
        .await
        .expect("none");
    assert!(of_nothing.is_empty());
    let others = catalogue.properties(&caller(2), None).await.expect("none");
    assert!(others.is_empty(), "another organization has none");
}

async fn values_are_the_most_frequent_first_and_can_be_searched() {
    let (world, catalogue) = world().await;
    let plans = values(&catalogue, "plan", None, None).await;
    assert_eq!(pairs(&plans), [("free", 2), ("Pro", 1)]);
    assert!(!plans.sampled);
    assert_eq!(
        pairs(&values(&catalogue, "plan", None, Some("pR")).await),
        [("Pro", 1)]
    );
    assert_eq!(pairs(&values(&catalogue, "plan", None, Some("%")).await), []);
    let numbers = values(&catalogue, "n", Some("buy"), None).await;
    assert_eq!(pairs(&numbers), [("200", 1), ("many", 1)]);
    assert_eq!(
        pairs(&values(&catalogue, "$user_id", None, None).await),
        [("ada", 2), ("bob", 1)]
    );
    assert_eq!(
        pairs(&values(&catalogue, "$name", None, None).await),
        [("view", 3), ("buy", 2)]
    );
    assert_eq!(pairs(&values(&catalogue, "no'body", None, None).await), []);
    let late =
        event(r#"{"id":"6","name":"view","timestamp":"2026-03-01T10:00:00Z","properties":{"plan":"Pro"}}"#);
    world.append(org(1), 2, vec![late]).await;
    assert_eq!(
        pairs(&values(&catalogue, "plan", None, None).await),
        [("Pro", 2), ("free", 2)]
    );
    let too_many = ValuesAsked {
        property: "plan".parse().expect("a property"),
        event: None,
        search: None,
        limit: 1_001,
    };
    let refused = catalogue.values(&caller(1), &too_many).await;
    assert!(matches!(refused, Err(Error::Invalid(fields)) if fields[0].field == "limit"));
}

async fn properties_of_users_are_listed_for_every_event() {
    let (world, catalogue) = world().await;
    let said = [
        r#"{"id":"6","name":"$identify","timestamp":"2026-03-01T10:00:00Z","user_id":"ada","properties":{"$set":{"plan":"pro","seats":3}}}"#,
        r#"{"id":"7","name":"$identify","timestamp":"2026-03-02T10:00:00Z","user_id":"bob","properties":{"$set_once":{"plan":"free","seats":"few"}}}"#,
        r#"{"id":"8","name":"$identify","timestamp":"2026-03-03T10:00:00Z","user_id":"ada","properties":{"$set":{"plan":"pro"}}}"#,
    ];
    let said = said.iter().map(|json| event(json)).collect();
    world.append(org(1), 2, said).await;
    for name in [None, Some("buy")] {
        let all = catalogue
            .properties(&caller(1), name)
            .await
            .expect("they are listed");
        let mut of_users = listed(&all);
        of_users.retain(|(property, ..)| property.starts_with("$user."));
        let expected: [(&str, u64, &[PropertyType]); 2] =
            [("$user.plan", 3, &[Text]), ("$user.seats", 2, &[Number, Text])];
        assert_eq!(of_users, expected, "{name:?}");
        let plans = values(&catalogue, "$user.plan", name, None).await;
        assert_eq!(pairs(&plans), [("pro", 2), ("free", 1)], "{name:?}");
    }
}

async fn random_events_are_counted_as_one_would_by_hand() {
    for seed in 0..4 {
        let world = World::at("2026-05-01T12:00:00Z").await;
        let events = Generator::new(seed).events(400);
        let mut expected: BTreeMap<String, u64> = BTreeMap::new();
        let mut plans: BTreeMap<String, u64> = BTreeMap::new();
        for event in &events {
            *expected.entry(event.name().to_owned()).or_default() += 1;
            let properties: Value = serde_json::from_str(event.properties()).expect("JSON");
            if let Some(plan) = properties["plan"].as_str() {
                *plans.entry(plan.to_owned()).or_default() += 1;
            }
        }
        let catalogue = Catalogue::new(world.store.clone());
        for (position, some) in events.chunks(90).enumerate() {
            world.append(org(1), position as u64 + 1, some.to_vec()).await;
            names(&catalogue, 1).await;
        }
        let counted = names(&catalogue, 1)
            .await
            .into_iter()
            .map(|(name, count, ..)| (name, count));
        assert_eq!(counted.collect::<BTreeMap<_, _>>(), expected);
        let found = values(&catalogue, "plan", None, None).await;
        let counted = found.items.into_iter().map(|item| (item.value, item.count));
        assert_eq!(counted.collect::<BTreeMap<_, _>>(), plans);
    }
}

async fn of_very_many_events_the_newest_are_looked_at() {
    let world = World::at("2026-05-01T12:00:00Z").await;
    let numbered = |n: u32| {
        let plan = if n < 100 { "old" } else { "new" };
        let (hour, minute, second) = (n / 3_600, n / 60 % 60, n % 60);
        event(&format!(
            r#"{{"id":"{n}","name":"view","timestamp":"2026-03-01T{hour:02}:{minute:02}:{second:02}Z","properties":{{"{plan}":1}}}}"#
        ))
    };
    world.append(org(1), 1, (0..50_100).map(numbered).collect()).await;
    let catalogue = Catalogue::new(world.store.clone());
    let found = catalogue
        .properties(&caller(1), None)
        .await
        .expect("they are listed");
    let counts: Vec<(&str, u64, bool)> = found
        .iter()
        .map(|property| (property.property.as_str(), property.count, property.sampled))
        .collect();
    assert_eq!(counts, [("new", 50_000, true), ("old", 0, true)]);
}
