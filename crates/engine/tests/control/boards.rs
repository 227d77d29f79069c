//! Dashboards and widgets.

use std::collections::BTreeSet;
use std::time::Duration;

use engine::Error;
use engine::db::PageRequest;
use model::dashboard::{DashboardSpec, MAX_WIDGETS, Position, Size, WidgetPlace, WidgetPlaces};
use model::problem::read_json;
use model::role::Role;
use tokio::task::JoinSet;

use crate::world::{World, field_of, named, on_every_database, refuses, text_widget, widget};

on_every_database!(
    a_dashboard_is_made_changed_and_deleted,
    widgets_are_placed_changed_and_deleted,
    many_widgets_move_at_once_or_none_does,
    a_change_needs_the_version_it_was_made_for,
    one_of_many_changes_at_once_wins,
    a_copy_has_everything_but_the_identity,
    lists_come_in_pages,
    a_dashboard_has_a_last_widget,
    roles_decide,
    text_that_one_database_cannot_keep_is_refused_on_both,
);

const QUERY: &str = r#"{"type":"line","title":"Views","config":{"query":{"kind":"trend",
    "series":[{"event":"page_view","measure":"count","label":"Views"}],"range":{"last":"30d"},"interval":"day"}}}"#;

fn full_spec() -> DashboardSpec {
    let json = r#"{"name":" Growth ","description":"All of it","layout":{"density":"cosy"},"range":{"last":"7d"},
        "filter":{"and":[{"property":"status","op":"eq","value":200},{"property":"$name","op":"in","value":["a","b"]}]}}"#;
    read_json(json).expect("a dashboard")
}

async fn a_dashboard_is_made_changed_and_deleted(world: World) {
    let ada = world.owner("ada").await;
    let made = world
        .dashboards
        .create(&ada.caller, full_spec())
        .await
        .expect("it is made");
    assert_eq!((made.name.as_str(), made.version), ("Growth", 1));
    assert_eq!(made.layout["density"], "cosy");
    assert_eq!(made.created_by, Some(ada.user.id));
    assert_eq!(made.filter, full_spec().filter);
    assert_eq!(
        world
            .dashboards
            .get(&ada.caller, made.id)
            .await
            .expect("it is there"),
        made
    );

    world.clock.advance(Duration::from_mins(1));
    let changed = world
        .dashboards
        .replace(&ada.caller, made.id, named("Less"), None)
        .await
        .expect("it changes");
    assert_eq!((changed.name.as_str(), changed.version), ("Less", 2));
    assert_eq!((changed.range.as_ref(), changed.filter.as_ref()), (None, None));
    assert_eq!(changed.created_at, made.created_at);
    assert_eq!(changed.updated_at, world.clock.now());
    assert_eq!(
        world
            .dashboards
            .get(&ada.caller, made.id)
            .await
            .expect("it is there"),
        changed
    );

    let nameless = world
        .dashboards
        .replace(&ada.caller, made.id, named("  "), None)
        .await;
    assert_eq!(
        field_of(&nameless.expect_err("it has no name")),
        Some(("name", "required"))
    );

    let put = world
        .dashboards
        .create_widget(&ada.caller, made.id, text_widget())
        .await
        .expect("it is put there");
    world
        .dashboards
        .delete(&ada.caller, made.id, None)
        .await
        .expect("it goes");
    refuses!(world.dashboards.get(&ada.caller, made.id).await, Error::NotFound);
    refuses!(
        world.dashboards.widget(&ada.caller, put.id).await,
        Error::NotFound
    );
    refuses!(
        world.dashboards.delete(&ada.caller, made.id, None).await,
        Error::NotFound
    );
    let actions = world.audited(&ada).await;
    let expected = [
        "dashboard.created",
        "dashboard.changed",
        "widget.created",
        "dashboard.deleted",
    ];
    assert_eq!(
        actions[2..],
        expected,
        "one row for each change, none for what failed"
    );
}

async fn widgets_are_placed_changed_and_deleted(world: World) {
    let ada = world.owner("ada").await;
    let board = world
        .dashboards
        .create(&ada.caller, named("Board"))
        .await
        .expect("it is made");
    let line = world
        .dashboards
        .create_widget(&ada.caller, board.id, widget(QUERY))
        .await
        .expect("it is put there");
    assert_eq!(
        (line.position, line.size),
        (Position { x: 0, y: 0 }, Size { w: 6, h: 5 })
    );
    let note = world
        .dashboards
        .create_widget(&ada.caller, board.id, text_widget())
        .await
        .expect("it is put there");
    assert_eq!(note.position, Position { x: 0, y: 5 }, "below the others");
    let corner = widget(r#"{"type":"text","position":{"x":9,"y":0},"size":{"w":3,"h":1}}"#);
    let corner = world
        .dashboards
        .create_widget(&ada.caller, board.id, corner)
        .await
        .expect("it is put there");
    let order = world
        .dashboards
        .widgets(&ada.caller, board.id)
        .await
        .expect("they are there");
    assert_eq!(
        order,
        [line.clone(), corner, note.clone()],
        "from the upper left to the lower right"
    );

    let bar = widget(
        &QUERY
            .replace("\"line\"", "\"bar\"")
            .replace("Views\",\"config", "Bars\",\"config"),
    );
    let changed = world
        .dashboards
        .replace_widget(&ada.caller, line.id, bar, None)
        .await
        .expect("it changes");
    assert_eq!((changed.title.as_str(), changed.version), ("Bars", 2));
    assert_eq!(
        (changed.position, changed.size),
        (line.position, line.size),
        "it stays where it is"
    );
    assert_eq!(
        world
            .dashboards
            .widget(&ada.caller, line.id)
            .await
            .expect("it is there"),
        changed
    );

    let moved = widget(r#"{"type":"text","position":{"x":9,"y":9}}"#);
    let moved = world
        .dashboards
        .replace_widget(&ada.caller, note.id, moved, None)
        .await;
    assert_eq!(
        field_of(&moved.expect_err("four columns from 9 on")),
        Some(("position", "out_of_range"))
    );

    world
        .dashboards
        .delete_widget(&ada.caller, note.id, None)
        .await
        .expect("it goes");
    refuses!(
        world.dashboards.widget(&ada.caller, note.id).await,
        Error::NotFound
    );
    refuses!(
        world.dashboards.delete_widget(&ada.caller, note.id, None).await,
        Error::NotFound
    );
    let board = world
        .dashboards
        .get(&ada.caller, board.id)
        .await
        .expect("it is there");
    assert_eq!(
        board.version, 6,
        "every change of a widget is one of its dashboard"
    );
}

async fn many_widgets_move_at_once_or_none_does(world: World) {
    let ada = world.owner("ada").await;
    let grace = world.owner("grace").await;
    let [board, other] = ["Board", "Other"].map(named);
    let board = world
        .dashboards
        .create(&ada.caller, board)
        .await
        .expect("made")
        .id;
    let other = world
        .dashboards
        .create(&ada.caller, other)
        .await
        .expect("made")
        .id;
    let mut put = Vec::new();
    for on in [board, board, other] {
        let widget = world
            .dashboards
            .create_widget(&ada.caller, on, text_widget())
            .await;
        put.push(widget.expect("it is put there"));
    }
    let place = |index: usize, y: u16, version: Option<i64>| WidgetPlace {
        id: put[index].id,
        position: Position { x: 6, y },
        size: Size { w: 6, h: 3 },
        version,
    };
    let asked = async |caller, widgets, version| {
        let places = WidgetPlaces { widgets };
        world
            .dashboards
            .place_widgets(caller, board, &places, version)
            .await
    };
    let (first, second) = (place(0, 3, Some(1)), place(1, 0, Some(1)));

    let beyond = Position { x: 7, y: 0 };
    for (widgets, wrong) in [
        (vec![], ("widgets", "out_of_range")),
        (
            vec![
                first,
                WidgetPlace {
                    position: beyond,
                    ..second
                },
            ],
            ("widgets.1.position", "out_of_range"),
        ),
        (vec![first, first], ("widgets.1.id", "duplicate")),
    ] {
        let refused = asked(&ada.caller, widgets, None).await.expect_err("it is wrong");
        assert_eq!(field_of(&refused), Some(wrong));
    }
    refuses!(
        asked(&ada.caller, vec![first, place(2, 0, None)], None).await,
        Error::NotFound
    );
    refuses!(
        asked(&ada.caller, vec![first, place(1, 0, Some(2))], None).await,
        Error::Changed
    );
    refuses!(
        asked(&ada.caller, vec![first, second], Some(2)).await,
        Error::Changed
    );
    refuses!(
        asked(&grace.caller, vec![first, second], None).await,
        Error::NotFound
    );
    let now = world
        .dashboards
        .widgets(&ada.caller, board)
        .await
        .expect("they are there");
    assert_eq!(now, put[..2], "what is refused moves nothing");

    let moved = asked(&ada.caller, vec![first, second], Some(3))
        .await
        .expect("they move");
    let now = world
        .dashboards
        .widgets(&ada.caller, board)
        .await
        .expect("they are there");
    assert_eq!(now, [moved[1].clone(), moved[0].clone()]);
    for (place, widget) in [first, second].iter().zip(&moved) {
        let is = (widget.id, widget.position, widget.size, widget.version);
        assert_eq!(is, (place.id, place.position, place.size, 2));
    }
    let board = world
        .dashboards
        .get(&ada.caller, board)
        .await
        .expect("it is there");
    assert_eq!(board.version, 4, "one change of the dashboard");
}

async fn a_change_needs_the_version_it_was_made_for(world: World) {
    let ada = world.owner("ada").await;
    let board = world
        .dashboards
        .create(&ada.caller, named("Board"))
        .await
        .expect("it is made");
    let put = world
        .dashboards
        .create_widget(&ada.caller, board.id, text_widget())
        .await
        .expect("it is put there");
    let old = Some(board.version);
    refuses!(
        world
            .dashboards
            .replace(&ada.caller, board.id, named("x"), old)
            .await,
        Error::Changed
    );
    refuses!(
        world.dashboards.delete(&ada.caller, board.id, old).await,
        Error::Changed
    );
    let now = world
        .dashboards
        .get(&ada.caller, board.id)
        .await
        .expect("it is there");
    assert_eq!(
        (now.name.as_str(), now.version),
        ("Board", 2),
        "a refused change changes nothing"
    );
    world
        .dashboards
        .replace(&ada.caller, board.id, named("Renamed"), Some(2))
        .await
        .expect("the right version");

    let first = Some(put.version);
    world
        .dashboards
        .replace_widget(&ada.caller, put.id, text_widget(), first)
        .await
        .expect("the right version");
    refuses!(
        world
            .dashboards
            .replace_widget(&ada.caller, put.id, text_widget(), first)
            .await,
        Error::Changed
    );
    refuses!(
        world.dashboards.delete_widget(&ada.caller, put.id, first).await,
        Error::Changed
    );
    world
        .dashboards
        .delete_widget(&ada.caller, put.id, Some(2))
        .await
        .expect("the right version");
    world
        .dashboards
        .delete(&ada.caller, board.id, Some(5))
        .await
        .expect("the right version");
}

async fn one_of_many_changes_at_once_wins(world: World) {
    let ada = world.owner("ada").await;
    let board = world
        .dashboards
        .create(&ada.caller, named("Board"))
        .await
        .expect("it is made");
    let mut racers = JoinSet::new();
    for n in 0..8 {
        let (dashboards, caller) = (world.dashboards.clone(), ada.caller.clone());
        racers.spawn(async move {
            dashboards
                .replace(&caller, board.id, named(&format!("{n}")), Some(1))
                .await
        });
    }
    let results = racers.join_all().await;
    let won: Vec<_> = results.iter().filter_map(|result| result.as_ref().ok()).collect();
    assert_eq!(won.len(), 1, "{results:?}");
    assert_eq!(
        &world
            .dashboards
            .get(&ada.caller, board.id)
            .await
            .expect("it is there"),
        won[0]
    );
}

async fn a_copy_has_everything_but_the_identity(world: World) {
    let ada = world.owner("ada").await;
    let board = world
        .dashboards
        .create(&ada.caller, full_spec())
        .await
        .expect("it is made");
    for json in [QUERY, r#"{"type":"text","position":{"x":6,"y":0}}"#] {
        world
            .dashboards
            .create_widget(&ada.caller, board.id, widget(json))
            .await
            .expect("it is put there");
    }
    let copy = world
        .dashboards
        .duplicate(&ada.caller, board.id)
        .await
        .expect("it is copied");
    assert_ne!(copy.id, board.id);
    assert_eq!((copy.name.as_str(), copy.version), ("Copy of Growth", 1));
    assert_eq!(
        (&copy.layout, &copy.range, &copy.filter),
        (&board.layout, &board.range, &board.filter)
    );
    let originals = world
        .dashboards
        .widgets(&ada.caller, board.id)
        .await
        .expect("they are there");
    let copies = world
        .dashboards
        .widgets(&ada.caller, copy.id)
        .await
        .expect("they are there");
    assert_eq!(copies.len(), 2);
    for (original, copied) in originals.iter().zip(&copies) {
        assert_ne!(original.id, copied.id);
        assert_eq!(
            (original.kind, &original.config, original.position),
            (copied.kind, &copied.config, copied.position)
        );
    }
    let long = world
        .dashboards
        .create(&ada.caller, named(&"é".repeat(200)))
        .await
        .expect("it is made");
    let copy = world
        .dashboards
        .duplicate(&ada.caller, long.id)
        .await
        .expect("it is copied");
    assert_eq!(copy.name.chars().count(), 200);
}

async fn lists_come_in_pages(world: World) {
    let ada = world.owner("ada").await;
    let mut made = BTreeSet::new();
    for n in 0..7 {
        let board = world
            .dashboards
            .create(&ada.caller, named(&n.to_string()))
            .await
            .expect("it is made");
        made.insert(board.id);
    }
    let mut seen = Vec::new();
    let mut sizes = Vec::new();
    let mut request = PageRequest {
        limit: Some(3),
        cursor: None,
    };
    loop {
        let page = world
            .dashboards
            .list(&ada.caller, &request)
            .await
            .expect("a page");
        sizes.push(page.items.len());
        seen.extend(page.items.into_iter().map(|board| board.id));
        let Some(cursor) = page.next_cursor else { break };
        request.cursor = Some(cursor);
    }
    assert_eq!(sizes, [3, 3, 1]);
    assert!(seen.is_sorted_by(|a, b| a > b), "newest first");
    assert_eq!(seen.into_iter().collect::<BTreeSet<_>>(), made);

    let exact = PageRequest {
        limit: Some(7),
        cursor: None,
    };
    assert_eq!(
        world
            .dashboards
            .list(&ada.caller, &exact)
            .await
            .expect("a page")
            .next_cursor,
        None
    );
    for (limit, cursor, field) in [
        (Some(0), None, "limit"),
        (Some(201), None, "limit"),
        (None, Some("x"), "cursor"),
    ] {
        let wrong = PageRequest {
            limit,
            cursor: cursor.map(str::to_owned),
        };
        let error = world
            .dashboards
            .list(&ada.caller, &wrong)
            .await
            .expect_err("it is wrong");
        assert_eq!(field_of(&error).map(|(field, _)| field), Some(field));
    }
}

async fn a_dashboard_has_a_last_widget(world: World) {
    let ada = world.owner("ada").await;
    let board = world
        .dashboards
        .create(&ada.caller, named("Board"))
        .await
        .expect("it is made");
    let mut writers = JoinSet::new();
    for _ in 0..MAX_WIDGETS + 4 {
        let (dashboards, caller) = (world.dashboards.clone(), ada.caller.clone());
        writers.spawn(async move { dashboards.create_widget(&caller, board.id, text_widget()).await });
    }
    let results = writers.join_all().await;
    let full = results
        .iter()
        .filter(|result| matches!(result, Err(Error::Conflict(_))))
        .count();
    assert_eq!(full, 4, "also when they come at once");
    assert_eq!(
        world
            .dashboards
            .widgets(&ada.caller, board.id)
            .await
            .expect("they are there")
            .len(),
        MAX_WIDGETS
    );
}

async fn roles_decide(world: World) {
    let ada = world.owner("ada").await;
    let board = world
        .dashboards
        .create(&ada.caller, named("Board"))
        .await
        .expect("it is made");
    let put = world
        .dashboards
        .create_widget(&ada.caller, board.id, text_widget())
        .await
        .expect("it is put there");
    let viewer = world.member("vic", &ada.organization, Role::Viewer).await.caller;
    let editor = world.member("edi", &ada.organization, Role::Editor).await.caller;

    world
        .dashboards
        .list(&viewer, &PageRequest::default())
        .await
        .expect("a viewer looks");
    world
        .dashboards
        .get(&viewer, board.id)
        .await
        .expect("a viewer looks");
    world
        .dashboards
        .widgets(&viewer, board.id)
        .await
        .expect("a viewer looks");
    world
        .dashboards
        .widget(&viewer, put.id)
        .await
        .expect("a viewer looks");
    refuses!(
        world.dashboards.create(&viewer, named("x")).await,
        Error::Forbidden
    );
    refuses!(
        world
            .dashboards
            .replace(&viewer, board.id, named("x"), None)
            .await,
        Error::Forbidden
    );
    refuses!(
        world.dashboards.delete(&viewer, board.id, None).await,
        Error::Forbidden
    );
    refuses!(
        world.dashboards.duplicate(&viewer, board.id).await,
        Error::Forbidden
    );
    refuses!(
        world
            .dashboards
            .create_widget(&viewer, board.id, text_widget())
            .await,
        Error::Forbidden
    );
    refuses!(
        world
            .dashboards
            .replace_widget(&viewer, put.id, text_widget(), None)
            .await,
        Error::Forbidden
    );
    refuses!(
        world.dashboards.delete_widget(&viewer, put.id, None).await,
        Error::Forbidden
    );
    assert_eq!(
        world
            .dashboards
            .get(&ada.caller, board.id)
            .await
            .expect("it is there")
            .version,
        2
    );

    world
        .dashboards
        .replace_widget(&editor, put.id, text_widget(), None)
        .await
        .expect("an editor changes");
    world
        .dashboards
        .delete(&editor, board.id, None)
        .await
        .expect("an editor deletes");
}

async fn text_that_one_database_cannot_keep_is_refused_on_both(world: World) {
    let ada = world.owner("ada").await;
    let board = world
        .dashboards
        .create(&ada.caller, named("Board"))
        .await
        .expect("it is made");
    let spec: DashboardSpec = read_json(r#"{"name":"x","description":"a\u0000b"}"#).expect("a dashboard");
    let error = world
        .dashboards
        .create(&ada.caller, spec)
        .await
        .expect_err("it holds a NUL");
    assert_eq!(field_of(&error), Some(("description", "invalid")));
    let spec: DashboardSpec = read_json(r#"{"name":"x","layout":{"a":{"\u0000":1}}}"#).expect("a dashboard");
    let error = world
        .dashboards
        .replace(&ada.caller, board.id, spec, None)
        .await
        .expect_err("it holds a NUL");
    assert_eq!(field_of(&error), Some(("layout.a", "invalid")));
    let spec = widget(r#"{"type":"text","config":{"options":{"text":"\u0000"}}}"#);
    let error = world
        .dashboards
        .create_widget(&ada.caller, board.id, spec)
        .await
        .expect_err("it holds a NUL");
    assert_eq!(field_of(&error), Some(("config.options.text", "invalid")));
    let odd = "Robert'); DROP TABLE users;-- \u{200f}\u{1f4c8} $1 ?1 \"";
    let kept = world
        .dashboards
        .create(&ada.caller, named(odd))
        .await
        .expect("it is only text");
    assert_eq!(kept.name, odd);
}
