use model::dashboard::WidgetOptions;
use model::query::{Measure, Op};
use serde_json::json;

use super::*;
use crate::editor::FilterDraft;

/// Questions of every kind, each with all that it can say and with next to nothing.
const QUERIES: [&str; 29] = [
    r#"{"kind":"trend","series":[
        {"event":"purchase","measure":"p95","property":"amount","label":"Slow","filter":{"property":"plan","op":"in","value":["pro"]}},
        {"measure":"count","filter":{"or":[{"property":"a","op":"exists"},{"not":{"property":"b","op":"exists"}}]}}],
        "range":{"from":"2015-05-17","to":"2015-05-20"},"interval":"day","timezone":"Europe/Berlin",
        "filter":{"and":[{"property":"status","op":"eq","value":200.0},{"property":"$path","op":"starts_with","value":"/a"}]},
        "breakdown":{"property":"$path","limit":5},"compare":"previous_year","formula":"A / B * 100"}"#,
    r#"{"kind":"trend","series":[{"measure":"count"}],"range":{"last":"90min"},"cumulative":true,"approximate":true}"#,
    r#"{"kind":"trend","series":[{"measure":"count"}],"range":{"last":"2y"},"rolling_average":7}"#,
    r#"{"kind":"trend","series":[{"event":"a","measure":"unique_groups","group":"company"},
        {"event":"b","measure":"revenue","property":"amount","currency":"EUR"}],
        "range":{"from":"2015-05-17T10:00:00Z","to":"2015-05-20"}}"#,
    r#"{"kind":"funnel","steps":[{"event":"page_view"},{"event":"sign_up"}],"range":{"last":"30d"}}"#,
    r#"{"kind":"funnel","steps":[{"event":"page_view","filter":{"property":"$path","op":"eq","value":"/pricing"},"label":"Prices"},
        {"event":"sign_up"},{"event":"purchase","filter":{"not":{"property":"plan","op":"eq","value":"free"}}}],
        "window":"90m","order":"strict","range":{"from":"2015-05-17","to":"2015-05-20"},"timezone":"Asia/Kathmandu",
        "exclude":[{"event":"log_out"},{"event":"refund","filter":{"property":"a","op":"between","value":[1.0,2.5]},"from_step":2,"to_step":3}],
        "breakdown":{"property":"plan","limit":4,"attribution":"last"},"over_time":true,"interval":"week",
        "filter":{"property":"country","op":"not_in","value":["DE","AT"]}}"#,
    r#"{"kind":"funnel","steps":[{"event":"a"},{"event":"b"}],"window":"2w","order":"any","interval":"day","range":{"last":"7d"}}"#,
    r#"{"kind":"retention","start":{},"return":{},"range":{"last":"30d"}}"#,
    r#"{"kind":"retention","start":{"event":"sign_up","filter":{"property":"plan","op":"eq","value":"pro"}},
        "return":{"event":"feature_used","filter":{"property":"feature","op":"matches","value":"^b"}},"interval":"week","periods":12,
        "mode":"on_or_after","cohort":"first_time","breakdown":{"property":"country","limit":3},"range":{"last":"12w"},
        "timezone":"UTC","filter":{"property":"test","op":"not_exists"}}"#,
    r#"{"kind":"retention","start":{"event":"a"},"return":{},"interval":"month","cohort":"recurring","range":{"last":"6mo"}}"#,
    r#"{"kind":"lifecycle","range":{"last":"12w"}}"#,
    r#"{"kind":"lifecycle","event":"feature_used","interval":"week","timezone":"America/Lima","range":{"last":"12w"},
        "filter":{"property":"plan","op":"neq","value":"free"}}"#,
    r#"{"kind":"stickiness","range":{"last":"30d"}}"#,
    r#"{"kind":"stickiness","event":"feature_used","interval":"day","range":{"last":"30d"},"filter":{"and":[]}}"#,
    r#"{"kind":"paths","range":{"last":"7d"}}"#,
    r#"{"kind":"paths","from":{"event":"page_view","filter":{"property":"$path","op":"eq","value":"/"}},"steps":7,"per":"user",
        "by":"property","property":"$path","limit":12,"range":{"last":"7d"},"timezone":"UTC"}"#,
    r#"{"kind":"paths","to":{"event":"purchase"},"steps":3,"range":{"last":"7d"},"filter":{"property":"a.b","op":"gte","value":1e21}}"#,
    r#"{"kind":"sessions","measures":["sessions"],"range":{"last":"30d"}}"#,
    r#"{"kind":"sessions","measures":["exit","sessions","entry"],"property":"page","limit":7,"interval":"hour","range":{"last":"24h"}}"#,
    r#"{"kind":"sessions","measures":["bounce_rate","avg_seconds"],"breakdown":{"property":"$browser","limit":10},
        "timezone":"UTC","range":{"last":"30d"},"filter":{"property":"$device","op":"in","value":["a, b","c\"d","5",""]}}"#,
    r#"{"kind":"events","range":{"last":"7d"}}"#,
    r#"{"kind":"events","event":"purchase","columns":["$timestamp","$user_id","amount","a.b"],"limit":500,"cursor":"abc",
        "timezone":"UTC","range":{"from":"2015-05-17","to":"2015-05-17"},"filter":{"property":"amount","op":"gt","value":"5"}}"#,
    r#"{"kind":"events","limit":1,"range":{"last":"1d"},"filter":{"property":"x","op":"eq","value":" padded "}}"#,
    r#"{"kind":"events","range":{"last":"1d"},"filter":{"and":[{"property":"x","op":"eq","value":true}]}}"#,
    r#"{"kind":"sql","sql":"SELECT 1"}"#,
    r#"{"kind":"sql","sql":"SELECT name,\n  count(*) FROM events\nWHERE ts >= :from -- ago\nGROUP BY 1","limit":7,
        "range":{"last":"12w"},"timezone":"UTC"}"#,
    r#"{"kind":"trend","series":[{"measure":"count"}],"range":{"period":"last_month"},"filter":{"and":[
        {"property":"plan","op":"eq","value":"pro"},
        {"cohort":{"event":"purchase","at_least":3,"range":{"last":"90d"}}},{"not":{"cohort":{"event":"refund","at_least":1}}},
        {"segment":"0197a5c0-0000-7000-8000-000000000003"},{"not":{"segment":"0197a5c0-0000-7000-8000-000000000003"}}]}}"#,
    r#"{"kind":"trend","series":[{"measure":"count"}],"range":{"last":"7d"},"filter":{"cohort":{"at_least":1,"range":{"period":"this_year"}}}}"#,
    r#"{"kind":"funnel","steps":[{"event":"a","filter":{"segment":"0197a5c0-0000-7000-8000-000000000003"}},{"event":"b"}],"range":{"last":"7d"},
        "filter":{"and":[{"cohort":{"event":"x","at_least":1,"at_most":2}},{"property":"plan","op":"eq","value":"pro"}]}}"#,
];

fn widget(kind: WidgetType, config: WidgetConfig) -> Widget {
    Widget {
        id: "0197a5c0-0000-7000-8000-000000000001".parse().expect("an id"),
        dashboard_id: "0197a5c0-0000-7000-8000-000000000002".parse().expect("an id"),
        kind,
        title: "A title".to_owned(),
        config,
        position: Position { x: 0, y: 0 },
        size: Size { w: 4, h: 5 },
        created_at: model::Timestamp::UNIX_EPOCH,
        version: 1,
    }
}

fn saved_again(widget: &Widget) -> WidgetSpec {
    let place = Some((widget.position, widget.size));
    Draft::of(widget)
        .spec(place)
        .expect("what was saved can be saved")
}

#[test]
fn every_kind_of_question_survives_the_editor() {
    let mut topics = Vec::new();
    for json in QUERIES {
        let query = Query::parse(json).expect(json);
        topics.push(Topic::of(&query));
        let config = WidgetConfig {
            query: Some(query),
            options: WidgetOptions::default(),
        };
        let topic = topics[topics.len() - 1];
        let suits = |kind: &WidgetType| kind.asks() && (topic != Topic::Sql || topic.types().contains(kind));
        for kind in WidgetType::ALL.into_iter().filter(suits) {
            let widget = widget(kind, config.clone());
            let saved = saved_again(&widget);
            let query = config.query.clone().expect("it asks");
            let interval = kind.interval_for(&query);
            let cut = interval.map_or(query.clone(), |interval| query.cut_by(interval));
            assert_eq!(saved.config.query, Some(cut), "{json}");
            assert_eq!(saved.config.options, config.options, "{json}");
            assert_eq!((saved.kind, saved.title), (kind, widget.title), "{json}");
        }
    }
    for topic in Topic::ALL {
        assert_eq!(topics.contains(&topic), topic != Topic::Text, "{topic:?}");
    }
}

#[test]
fn conditions_on_people_stand_in_rows() {
    let query = Query::parse(QUERIES[26]).expect("a trend");
    let draft = Draft::asking(&query, None);
    let Conditions { rows, people, kept } = &draft.conditions;
    assert_eq!((rows.len(), people.len(), kept), (1, 4, &None));
    let ways: Vec<Way> = people.iter().map(|people| people.way).collect();
    assert_eq!(ways, [Way::Did, Way::DidNot, Way::InSegment, Way::NotInSegment]);
    assert_eq!(
        (
            people[0].event.as_str(),
            people[0].at_least.as_str(),
            people[0].within.as_str()
        ),
        ("purchase", "3", "90d")
    );
    assert_eq!(draft.segment(), None, "a segment calls no other");

    let mut draft = Draft::new("visit", None);
    assert_eq!(draft.segment(), None, "without conditions");
    draft.conditions.people.push(PeopleDraft {
        at_least: "0".to_owned(),
        ..PeopleDraft::default()
    });
    let errors = draft.query().expect_err("nobody does something 0 times");
    assert_eq!(errors[0].field, "people[0].at_least");
    assert_eq!(draft.segment(), None, "not complete");
    draft.conditions.people[0].at_least = "2".to_owned();
    assert!(draft.segment().is_some());
    draft.conditions.people[0].way = Way::InSegment;
    let errors = draft.query().expect_err("which segment?");
    assert_eq!(errors[0].field, "people[0].segment");
}

#[test]
fn what_rows_cannot_say_of_people_is_kept() {
    let query = Query::parse(QUERIES[28]).expect("a funnel");
    let draft = Draft::asking(&query, None);
    assert!(draft.conditions.kept.is_some() && draft.conditions.people.is_empty());
    let step = &draft.funnel.steps[0].on.conditions;
    assert!(step.kept.is_some() && step.people.is_empty());
}

#[test]
fn how_it_looks_survives_too() {
    let options = [
        json!({}),
        json!({"unit":"currency","currency":"USD"}),
        json!({"unit":"currency"}),
        json!({"unit":"duration","currency":"USD","text":"left over"}),
        json!({"text":""}),
        json!({"text":"# Hello\n"}),
        json!({"goals":[{"value":1000.5},{"value":-2.0,"label":"Floor"}],"axis":"log","legend":"hidden",
            "stacking":"percent","nulls":"connect","colors":[{"series":"Paid","color":3}]}),
    ];
    for options in options {
        let options: WidgetOptions = serde_json::from_value(options).expect("options");
        let query = Query::parse(QUERIES[4]).expect("a funnel");
        for (kind, query) in [(WidgetType::Funnel, Some(query)), (WidgetType::Text, None)] {
            let config = WidgetConfig {
                query,
                options: options.clone(),
            };
            assert_eq!(saved_again(&widget(kind, config.clone())).config, config);
        }
    }
}

#[test]
fn every_widget_of_the_demo_survives_the_editor() {
    let documents = [
        include_str!("../../../../src/demo/dashboards/product_overview.json"),
        include_str!("../../../../src/demo/dashboards/web_traffic.json"),
    ];
    let mut count = 0;
    for document in documents {
        let document: serde_json::Value = serde_json::from_str(document).expect("a document");
        for spec in document["widgets"].as_array().expect("widgets") {
            let spec: WidgetSpec = serde_json::from_value(spec.clone()).expect("a widget");
            let saved = saved_again(&widget(spec.kind, spec.config.clone()));
            assert_eq!(saved.config, spec.config, "{}", spec.title);
            count += 1;
        }
    }
    assert!(count >= 10, "{count} widgets");
}

#[test]
fn a_new_draft_asks_for_the_most_frequent_event() {
    let draft = Draft::new("page_view", None);
    let spec = draft.spec(None).expect("it can be saved as it is");
    let query = spec.config.query.expect("it asks");
    assert_eq!(query.range(), &Range::parse_last("30d").expect("a range"));
    assert_eq!(draft.named_events(), ["page_view"]);
}

#[test]
fn what_both_can_say_goes_along_to_another_topic() {
    let mut draft = Draft::new("page_view", None);
    draft.title = "Buyers".to_owned();
    draft.trend.series[0].on.event = "purchase".to_owned();
    draft.conditions.rows.push(FilterDraft {
        property: "plan".to_owned(),
        value: "pro".to_owned(),
        ..FilterDraft::default()
    });
    draft.breakdown.property = "country".to_owned();
    "7d".clone_into(&mut draft.time.range);
    for topic in Topic::ALL {
        draft.turn_to(topic);
        assert!(topic.types().contains(&draft.kind), "{topic:?}");
        assert_eq!(draft.title, "Buyers");
        if draft.leading_event().is_some() {
            assert_eq!(draft.leading_event(), Some("purchase"), "{topic:?}");
        }
        if topic == Topic::Funnel {
            draft.funnel.steps[1].on.event = "refund".to_owned();
        }
        if let Some(query) = draft.query().expect("nothing is missing") {
            assert_eq!(query.range(), &Range::parse_last("7d").expect("a range"));
            let conditions = usize::from(topic.has_conditions());
            assert_eq!(query.filters().len(), conditions, "{topic:?}");
        }
    }
    assert_eq!(draft.topic, Topic::Text);
    draft.turn_to(Topic::Events);
    assert_eq!(draft.leading_event(), Some("purchase"));
}

#[test]
fn nothing_that_was_typed_is_lost_on_the_way_back() {
    let mut draft = Draft::new("page_view", None);
    draft.kind = WidgetType::Donut;
    draft.trend.formula = "A * 2".to_owned();
    draft.turn_to(Topic::Funnel);
    draft.funnel.steps[1].on.event = "half a na".to_owned();
    draft.funnel.window = "x".to_owned();
    let funnel = draft.funnel.clone();
    draft.turn_to(Topic::Text);
    draft.look.text = "words".to_owned();
    draft.turn_to(Topic::Trend);
    assert_eq!(
        (draft.kind, draft.trend.formula.as_str()),
        (WidgetType::Donut, "A * 2")
    );
    draft.trend.series[0].on.event = "purchase".to_owned();
    draft.turn_to(Topic::Funnel);
    assert_eq!(draft.funnel, funnel);
    draft.turn_to(Topic::Text);
    assert_eq!(draft.look.text, "words");
}

fn wrong_fields(draft: &Draft) -> Vec<String> {
    let errors = draft.query().expect_err("it is wrong");
    errors.into_iter().map(|error| error.field).collect()
}

#[test]
fn problems_name_the_inputs() {
    let mut draft = Draft::new("", None);
    draft.trend.series[0].measure = Measure::Sum;
    draft.trend.series[0]
        .on
        .conditions
        .rows
        .push(FilterDraft::default());
    draft.breakdown.property = "x".to_owned();
    draft.breakdown.limit = "many".to_owned();
    draft.trend.formula = "A +".to_owned();
    CUSTOM.clone_into(&mut draft.time.range);
    assert_eq!(
        wrong_fields(&draft),
        [
            "series[0].property",
            "series[0].filters[0].property",
            "breakdown.limit",
            "formula",
            "range"
        ]
    );
    draft.trend.series[0].measure = Measure::UniqueGroups;
    assert_eq!(wrong_fields(&draft)[0], "series[0].group");
}

#[test]
fn what_is_missing_of_other_kinds_is_named_too() {
    let mut draft = Draft::new("", None);
    draft.turn_to(Topic::Funnel);
    draft.funnel.window = "soon".to_owned();
    draft.funnel.exclude.push(ExclusionDraft::default());
    assert_eq!(
        wrong_fields(&draft),
        ["window", "steps[0].event", "steps[1].event", "exclude[0].event"]
    );
    draft.turn_to(Topic::Retention);
    draft.retention.periods = "61".to_owned();
    draft.retention.start.conditions.rows.push(FilterDraft::default());
    assert_eq!(wrong_fields(&draft), ["start.filters[0].property", "periods"]);
    draft.turn_to(Topic::Paths);
    draft.paths.side = Side::To;
    draft.paths.steps = "1".to_owned();
    draft.paths.by = model::query::PathsBy::Property;
    draft.paths.property = String::new();
    assert_eq!(wrong_fields(&draft), ["property", "steps", "to.event"]);
    draft.turn_to(Topic::Sessions);
    draft.sessions.measures.clear();
    assert_eq!(wrong_fields(&draft), ["measures"]);
    draft.turn_to(Topic::Events);
    draft.events.columns.push(String::new());
    draft.events.limit = "1001".to_owned();
    assert_eq!(wrong_fields(&draft), ["columns[0]", "limit"]);
    draft.turn_to(Topic::Lifecycle);
    draft.conditions.rows.push(FilterDraft::default());
    assert_eq!(wrong_fields(&draft), ["filters[0].property"]);
    // A statement has no conditions, so none of them can be missing.
    draft.turn_to(Topic::Sql);
    assert!(draft.query().is_ok());
    draft.sql.text = " ".to_owned();
    assert_eq!(wrong_fields(&draft), ["sql"]);
}

#[test]
fn a_regular_expression_that_the_server_refuses_is_told_beside_its_input() {
    let matching = |op| FilterDraft {
        property: "$path".to_owned(),
        op,
        value: "(".to_owned(),
    };
    let mut draft = Draft::new("page_view", None);
    draft.conditions.rows = vec![matching(Op::Eq), matching(Op::Matches)];
    draft.funnel.steps[1].on.conditions.rows = vec![matching(Op::Matches)];
    draft.retention.comeback.conditions.rows = vec![matching(Op::Matches)];
    for (told, placed) in [
        ("filter.value", "filters[1].value"),
        ("steps[1].filter.value", "steps[1].filters[0].value"),
        ("return.filter.value", "return.filters[0].value"),
        ("steps[0].filter.value", "steps[0].filter.value"),
        ("steps[9].filter.value", "steps[9].filter.value"),
        ("range", "range"),
    ] {
        let errors = [FieldError::new(told, "invalid_pattern", "It cannot be read.")];
        let fields: Vec<String> = draft
            .placed(&errors)
            .into_iter()
            .map(|error| error.field)
            .collect();
        assert_eq!(fields, [placed]);
    }
}

#[test]
fn goals_are_read_as_people_type_them() {
    let mut draft = Draft::new("page_view", None);
    for text in ["1,500", " ", "many"] {
        draft.look.goals.push(look::GoalDraft {
            value: text.to_owned(),
            label: String::new(),
        });
    }
    let fields = |draft: &Draft| -> Vec<String> {
        let errors = draft.spec(None).expect_err("a goal is no number");
        errors.into_iter().map(|error| error.field).collect()
    };
    assert_eq!(fields(&draft), ["goals[2].value"]);
    draft.look.goals.pop();
    let options = draft.spec(None).expect("it can be saved").config.options;
    let values: Vec<f64> = options.goals.iter().map(|goal| goal.value).collect();
    assert!(
        (values[0] - 1_500.0).abs() < f64::EPSILON && values.len() == 1,
        "{values:?}"
    );
}
