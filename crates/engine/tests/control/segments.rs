//! Saved segments.

use engine::Error;
use engine::db::PageRequest;
use model::ids::SegmentId;
use model::problem::read_json;
use model::query::{Filter, Query};
use model::role::Role;
use model::segment::{Segment, SegmentSpec};

use crate::world::{Person, World, field_of, on_every_database, refuses};

on_every_database!(
    a_segment_is_made_changed_and_deleted,
    a_name_is_taken_once,
    a_segment_holds_no_segment,
    roles_and_organizations_decide,
    a_question_gets_the_filter_in_the_place_of_the_name,
);

fn spec(name: &str, value: u32) -> SegmentSpec {
    let json = format!(r#"{{"name":"{name}","filter":{{"property":"n","op":"eq","value":{value}}}}}"#);
    read_json(&json).expect("a segment")
}

async fn made(world: &World, person: &Person, name: &str) -> Segment {
    let segment = world.segments.create(&person.caller, spec(name, 1)).await;
    segment.expect("it is made")
}

fn everything() -> PageRequest {
    PageRequest {
        limit: None,
        cursor: None,
    }
}

async fn a_segment_is_made_changed_and_deleted(world: World) {
    let ada = world.owner("ada").await;
    let segment = made(&world, &ada, " Payers ").await;
    assert_eq!((segment.name.as_str(), segment.version), ("Payers", 1));
    let read = world.segments.get(&ada.caller, segment.id).await;
    assert_eq!(read.expect("it is there"), segment);

    let changed = world
        .segments
        .replace(&ada.caller, segment.id, spec("Payers", 2), Some(1))
        .await
        .expect("it changes");
    assert_eq!((changed.version, &changed.filter), (2, &spec("x", 2).filter));
    let late = world
        .segments
        .replace(&ada.caller, segment.id, spec("Payers", 3), Some(1))
        .await;
    refuses!(late, Error::Changed);
    refuses!(
        world.segments.delete(&ada.caller, segment.id, Some(1)).await,
        Error::Changed
    );
    world
        .segments
        .delete(&ada.caller, segment.id, Some(2))
        .await
        .expect("it goes");
    refuses!(world.segments.get(&ada.caller, segment.id).await, Error::NotFound);
    let audited: Vec<String> = world
        .audited(&ada)
        .await
        .into_iter()
        .filter(|action| action.starts_with("segment."))
        .collect();
    assert_eq!(audited, ["segment.created", "segment.changed", "segment.deleted"]);
}

async fn a_name_is_taken_once(world: World) {
    let ada = world.owner("ada").await;
    let eve = world.owner("eve").await;
    made(&world, &ada, "Payers").await;
    let other = made(&world, &ada, "Guests").await;
    made(&world, &eve, "Payers").await;
    let again = world.segments.create(&ada.caller, spec("Payers", 2)).await;
    assert_eq!(
        field_of(&again.expect_err("it is taken")),
        Some(("name", "taken"))
    );
    let renamed = world
        .segments
        .replace(&ada.caller, other.id, spec("Payers", 2), None)
        .await;
    assert_eq!(
        field_of(&renamed.expect_err("it is taken")),
        Some(("name", "taken"))
    );
    let page = world.segments.list(&ada.caller, &everything()).await;
    let names: Vec<String> = page
        .expect("a page")
        .items
        .into_iter()
        .map(|segment| segment.name)
        .collect();
    assert_eq!(names, ["Guests", "Payers"], "newest first");
}

async fn a_segment_holds_no_segment(world: World) {
    let ada = world.owner("ada").await;
    let inner = made(&world, &ada, "Payers").await;
    let json = format!(
        r#"{{"name":"Outer","filter":{{"not":{{"segment":"{}"}}}}}}"#,
        inner.id
    );
    let outer = world
        .segments
        .create(&ada.caller, read_json(&json).expect("well-formed"))
        .await;
    assert_eq!(
        field_of(&outer.expect_err("it nests")),
        Some(("filter", "nested_segment"))
    );
}

async fn roles_and_organizations_decide(world: World) {
    let ada = world.owner("ada").await;
    let eve = world.owner("eve").await;
    let vic = world.member("vic", &ada.organization, Role::Viewer).await;
    let ed = world.member("ed", &ada.organization, Role::Editor).await;
    let segment = made(&world, &ed, "Payers").await;
    refuses!(
        world.segments.create(&vic.caller, spec("Mine", 1)).await,
        Error::Forbidden
    );
    refuses!(
        world
            .segments
            .replace(&vic.caller, segment.id, spec("Mine", 1), None)
            .await,
        Error::Forbidden
    );
    refuses!(
        world.segments.delete(&vic.caller, segment.id, None).await,
        Error::Forbidden
    );
    world
        .segments
        .get(&vic.caller, segment.id)
        .await
        .expect("viewers look");
    refuses!(world.segments.get(&eve.caller, segment.id).await, Error::NotFound);
    refuses!(
        world
            .segments
            .replace(&eve.caller, segment.id, spec("Mine", 1), None)
            .await,
        Error::NotFound
    );
    refuses!(
        world.segments.delete(&eve.caller, segment.id, None).await,
        Error::NotFound
    );
    let page = world.segments.list(&eve.caller, &everything()).await;
    assert!(page.expect("a page").items.is_empty());
}

fn question(id: SegmentId) -> Query {
    let json = format!(
        r#"{{"kind":"trend","range":{{"last":"7d"}},
        "series":[{{"measure":"count","filter":{{"not":{{"segment":"{id}"}}}}}}]}}"#
    );
    Query::parse(&json).expect("a question")
}

async fn a_question_gets_the_filter_in_the_place_of_the_name(world: World) {
    let ada = world.owner("ada").await;
    let eve = world.owner("eve").await;
    let segment = made(&world, &ada, "Payers").await;
    let asked = question(segment.id);
    let text = |query: &Query| serde_json::to_string(query).expect("JSON");
    let org = ada.organization.id;
    let expanded = world.segments.expanded(org, &asked).await.expect("it is there");
    let filters: Vec<Filter> = expanded
        .filters()
        .into_iter()
        .map(|(_, filter)| filter.clone())
        .collect();
    assert_eq!(filters, [Filter::Not(Box::new(spec("x", 1).filter))]);
    world
        .segments
        .replace(&ada.caller, segment.id, spec("Payers", 2), None)
        .await
        .expect("it changes");
    let again = world.segments.expanded(org, &asked).await.expect("it is there");
    assert_ne!(text(&again), text(&expanded));
    let of_others = world.segments.expanded(eve.organization.id, &asked).await;
    assert_eq!(
        field_of(&of_others.expect_err("it is not hers")),
        Some(("series[0].filter.segment", "unknown"))
    );
}
