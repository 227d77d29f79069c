//! What happened, favourites and documents, on every database.

use engine::Error;
use model::annotation::AnnotationSpec;
use model::ids::{AnnotationId, DashboardId};
use model::role::Role;

use crate::world::{World, named, on_every_database, text_widget};

on_every_database!(
    what_happened_belongs_to_one_dashboard_or_to_all,
    favourites_are_marked_and_unmarked,
    a_document_becomes_the_same_dashboard_again,
    what_it_was_comes_back,
);

fn said(text: &str, at: Option<&str>) -> AnnotationSpec {
    AnnotationSpec {
        at: at.map(|at| at.parse().expect("a time")),
        text: text.to_owned(),
    }
}

async fn what_happened_belongs_to_one_dashboard_or_to_all(world: World) {
    let (ada, eve) = (world.owner("ada").await, world.owner("eve").await);
    let viewer = world.member("vic", &ada.organization, Role::Viewer).await;
    let one = world
        .dashboards
        .create(&ada.caller, named("One"))
        .await
        .expect("it is made")
        .id;
    let other = world
        .dashboards
        .create(&ada.caller, named("Other"))
        .await
        .expect("it is made")
        .id;
    let note =
        async |board: Option<DashboardId>, spec| world.annotations.create(&ada.caller, board, spec).await;
    let release = note(Some(one), said("Release", None)).await.expect("it is noted");
    assert_eq!(release.at.to_string(), "2026-02-03T04:05:06.789012Z", "now");
    note(None, said("Founded", Some("2001-01-01T00:00:00Z")))
        .await
        .expect("it is noted");

    let texts = async |board: Option<DashboardId>| -> Vec<String> {
        let listed = world
            .annotations
            .list(&viewer.caller, board)
            .await
            .expect("they are listed");
        listed.into_iter().map(|annotation| annotation.text).collect()
    };
    assert_eq!(texts(Some(one)).await, ["Release", "Founded"]);
    assert_eq!(texts(Some(other)).await, ["Founded"]);
    assert_eq!(texts(None).await, ["Founded"]);

    let foreign = world
        .annotations
        .create(&eve.caller, Some(one), said("x", None))
        .await;
    assert!(matches!(foreign, Err(Error::NotFound)));
    assert!(matches!(
        world.annotations.list(&eve.caller, Some(one)).await,
        Err(Error::NotFound)
    ));
    assert!(matches!(
        world.annotations.delete(&eve.caller, release.id).await,
        Err(Error::NotFound)
    ));
    let by_viewer = world
        .annotations
        .create(&viewer.caller, Some(one), said("x", None))
        .await;
    assert!(matches!(by_viewer, Err(Error::Forbidden)));
    let unknown = AnnotationId::new(one.uuid());
    assert!(matches!(
        world.annotations.delete(&ada.caller, unknown).await,
        Err(Error::NotFound)
    ));

    world
        .dashboards
        .delete(&ada.caller, one, None)
        .await
        .expect("it is deleted");
    assert_eq!(texts(None).await, ["Founded"]);
    let gone = world.annotations.delete(&ada.caller, release.id).await;
    assert!(matches!(gone, Err(Error::NotFound)), "it went with its dashboard");
    let audited = world.audited(&ada).await;
    assert_eq!(
        audited
            .iter()
            .filter(|action| *action == "annotation.created")
            .count(),
        2
    );
}

async fn favourites_are_marked_and_unmarked(world: World) {
    let (ada, eve) = (world.owner("ada").await, world.owner("eve").await);
    let viewer = world.member("vic", &ada.organization, Role::Viewer).await;
    let board = world
        .dashboards
        .create(&ada.caller, named("One"))
        .await
        .expect("it is made")
        .id;
    for _ in 0..2 {
        world
            .dashboards
            .mark(&viewer.caller, board, true)
            .await
            .expect("it is marked");
    }
    let marked = |caller| world.dashboards.favourites(caller);
    assert!(
        marked(&viewer.caller)
            .await
            .expect("they are read")
            .contains(&board)
    );
    assert!(marked(&ada.caller).await.expect("they are read").is_empty());
    assert!(matches!(
        world.dashboards.mark(&eve.caller, board, true).await,
        Err(Error::NotFound)
    ));
    world
        .dashboards
        .mark(&viewer.caller, board, false)
        .await
        .expect("it is unmarked");
    assert!(marked(&viewer.caller).await.expect("they are read").is_empty());
}

async fn a_document_becomes_the_same_dashboard_again(world: World) {
    let (ada, eve) = (world.owner("ada").await, world.owner("eve").await);
    let board = world
        .dashboards
        .create(&ada.caller, named("One"))
        .await
        .expect("it is made")
        .id;
    for _ in 0..3 {
        let widget = world
            .dashboards
            .create_widget(&ada.caller, board, text_widget())
            .await;
        widget.expect("it is put there");
    }
    let document = world
        .dashboards
        .export(&ada.caller, board)
        .await
        .expect("it goes out");
    assert_eq!(document.widgets.len(), 3);
    let copy = world
        .dashboards
        .import(&eve.caller, document.clone())
        .await
        .expect("it comes in");
    let again = world
        .dashboards
        .export(&eve.caller, copy.id)
        .await
        .expect("it goes out");
    assert_eq!(again, document);

    let mut unplaced = document;
    for widget in &mut unplaced.widgets {
        widget.position = None;
    }
    let copy = world
        .dashboards
        .import(&eve.caller, unplaced)
        .await
        .expect("it comes in");
    let widgets = world
        .dashboards
        .widgets(&eve.caller, copy.id)
        .await
        .expect("they are there");
    let tops: Vec<u16> = widgets.iter().map(|widget| widget.position.y).collect();
    let height = widgets[0].size.h;
    assert_eq!(tops, [0, height, 2 * height], "below one another");
}

async fn what_it_was_comes_back(world: World) {
    let (ada, eve) = (world.owner("ada").await, world.owner("eve").await);
    let boards = &world.dashboards;
    let board = boards
        .create(&ada.caller, named("First"))
        .await
        .expect("it is made")
        .id;
    let kept = boards
        .create_widget(&ada.caller, board, text_widget())
        .await
        .expect("it is put there");
    world.clock.advance(std::time::Duration::from_mins(6));
    let before = boards.export(&ada.caller, board).await.expect("it goes out");
    boards
        .delete_widget(&ada.caller, kept.id, None)
        .await
        .expect("it is deleted");
    boards
        .replace(&ada.caller, board, named("Second"), None)
        .await
        .expect("it is renamed");
    let versions = boards
        .versions(&ada.caller, board)
        .await
        .expect("they are listed");
    let told: Vec<(&str, usize)> = versions
        .iter()
        .map(|one| (one.name.as_str(), one.widgets))
        .collect();
    assert_eq!(
        told,
        [("First", 1), ("First", 0)],
        "changes within five minutes are one"
    );
    assert_eq!(versions[0].changed_by, Some(ada.user.id));

    let restored = boards
        .restore(&ada.caller, board, versions[0].version, None)
        .await
        .expect("it comes back");
    assert_eq!((restored.name.as_str(), restored.id), ("First", board));
    assert_eq!(
        boards.export(&ada.caller, board).await.expect("it goes out"),
        before
    );
    let latest = boards
        .versions(&ada.caller, board)
        .await
        .expect("they are listed")
        .remove(0);
    assert_eq!((latest.name.as_str(), latest.widgets), ("Second", 0));
    assert!(matches!(
        boards
            .restore(&ada.caller, board, latest.version, Some(restored.version - 1))
            .await,
        Err(Error::Changed)
    ));
    boards
        .restore(&ada.caller, board, latest.version, Some(restored.version))
        .await
        .expect("that comes back, too");
    assert_eq!(
        boards.get(&ada.caller, board).await.expect("it is there").name,
        "Second"
    );

    let version = versions[0].version;
    assert!(matches!(
        boards.versions(&eve.caller, board).await,
        Err(Error::NotFound)
    ));
    assert!(matches!(
        boards.restore(&eve.caller, board, version, None).await,
        Err(Error::NotFound)
    ));
    assert!(matches!(
        boards.restore(&ada.caller, board, 9_999, None).await,
        Err(Error::NotFound)
    ));
}
