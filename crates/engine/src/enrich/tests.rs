use serde_json::{Value, json};

use super::*;

const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0";
const GOOGLEBOT: &str = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)";

fn now() -> Timestamp {
    "2026-03-01T12:00:00Z".parse().expect("an instant")
}

async fn enrichment(rules: IngestRules, client: &Client) -> Enrichment {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let file = folder.path().join("control.sqlite3");
    let db = Db::open(&format!("sqlite:{}", file.display()))
        .await
        .expect("a database");
    let enricher = Enricher::new(db, Clock::manual(now()), Random::seeded(1), None);
    let org = OrgId::new(uuid::Uuid::nil());
    enricher
        .for_request(org, Arc::new(rules), client)
        .await
        .expect("a salt")
}

fn browser(user_agent: &str) -> Client {
    Client {
        is_browser: true,
        user_agent: Some(user_agent.to_owned()),
        address: Some(IpAddr::from([203, 0, 113, 7])),
        place: Place {
            country: Some("DE".to_owned()),
            ..Place::default()
        },
        origin: None,
    }
}

fn enriched(enrichment: &Enrichment, event: &Value) -> Option<(Value, Option<String>)> {
    let parsed = Event::parse(&event.to_string(), now(), || "id".to_owned()).expect("a valid event");
    match enrichment.apply(parsed.event, parsed.carries) {
        Enriched::Kept(event) => {
            let properties = serde_json::from_str(event.properties()).expect("JSON");
            Some((properties, event.anonymous_id().map(str::to_owned)))
        }
        Enriched::Dropped => None,
    }
}

#[tokio::test]
async fn a_browsers_event_says_where_it_came_from() {
    let enrichment = enrichment(IngestRules::default(), &browser(FIREFOX)).await;
    let event = json!({"name": "page_view", "properties": {
        "$url": "https://shop.example/a%20b?utm_source=news&utm_medium=email",
        "$referrer": "https://www.google.com/", "$os": "mine", "n": 1}});
    let (properties, visitor) = enriched(&enrichment, &event).expect("kept");
    let expected = json!({
        "$url": "https://shop.example/a%20b?utm_source=news&utm_medium=email", "$referrer": "https://www.google.com/",
        "$os": "mine", "n": 1, "$browser": "Firefox", "$device": "desktop", "$country": "DE",
        "utm_source": "news", "utm_medium": "email", "$host": "shop.example", "$path": "/a%20b",
        "$referrer_domain": "google.com", "$channel": "Email",
    });
    assert_eq!(properties, expected);
    let visitor = visitor.expect("a visitor of the day");
    assert!(visitor.starts_with("day-") && visitor.len() == 36, "{visitor}");
    let known = json!({"name": "x", "user_id": "u"});
    assert_eq!(enriched(&enrichment, &known).expect("kept").1, None);
}

#[tokio::test]
async fn a_servers_event_is_left_alone_unless_it_names_a_client() {
    let server = Client {
        is_browser: false,
        ..browser("curl/8")
    };
    let enrichment = enrichment(IngestRules::default(), &server).await;
    let plain = json!({"name": "x", "properties": {"$url": "https://a.b/?utm_source=c"}});
    assert_eq!(
        enriched(&enrichment, &plain),
        Some((plain["properties"].clone(), None))
    );
    let about = json!({"name": "x", "properties": {"$user_agent": FIREFOX, "$ip": "198.51.100.1"}});
    let expected = json!({"$browser": "Firefox", "$os": "Linux", "$device": "desktop"});
    assert_eq!(enriched(&enrichment, &about), Some((expected, None)));
}

#[tokio::test]
async fn bots_are_marked_or_dropped() {
    let event = json!({"name": "page_view"});
    let marking = enrichment(IngestRules::default(), &browser(GOOGLEBOT)).await;
    let (properties, _) = enriched(&marking, &event).expect("kept");
    assert_eq!(
        (&properties["$bot"], &properties["$device"]),
        (&json!(true), &json!("bot"))
    );
    let rules = IngestRules {
        bots: Bots::Drop,
        ..IngestRules::default()
    };
    let dropping = enrichment(rules.clone(), &browser(GOOGLEBOT)).await;
    assert_eq!(enriched(&dropping, &event), None);
    let people = enrichment(rules, &browser(FIREFOX)).await;
    assert!(enriched(&people, &event).is_some());
}

#[tokio::test]
async fn lists_leave_out_and_hide() {
    let rules = IngestRules {
        deny: vec!["secret_*".to_owned()],
        redact: vec!["email".to_owned()],
        ..IngestRules::default()
    };
    let enrichment = enrichment(rules, &Client::default()).await;
    let event =
        json!({"name": "x", "properties": {"secret_a": 1, "secret_b": {"c": 2}, "email": "a@b.c", "n": 1}});
    let expected = json!({"email": "[redacted]", "n": 1});
    assert_eq!(enriched(&enrichment, &event), Some((expected, None)));
}

#[tokio::test]
async fn every_switch_switches_off() {
    let rules = IngestRules {
        user_agent: false,
        referrer: false,
        campaign: false,
        location: false,
        visitor_id: false,
        clock: false,
        store_address: true,
        bots: Bots::Keep,
        ..IngestRules::default()
    };
    let enrichment = enrichment(rules, &browser(GOOGLEBOT)).await;
    let event = json!({"name": "x", "properties": {
        "$url": "https://a.b/c?utm_source=d", "$referrer": "https://e.f/", "$raw_user_agent": "g"}});
    let (properties, visitor) = enriched(&enrichment, &event).expect("kept");
    let expected = json!({
        "$url": "https://a.b/c?utm_source=d", "$referrer": "https://e.f/", "$raw_user_agent": "g",
        "$ip": "203.0.113.7", "$host": "a.b", "$path": "/c",
    });
    assert_eq!((properties, visitor), (expected, None));
    assert_eq!(
        enrichment.skew(Some("2026-03-01T11:00:00Z".parse().expect("an instant")), now()),
        SignedDuration::ZERO
    );
}

#[tokio::test]
async fn only_a_wrong_clock_is_corrected() {
    let enrichment = enrichment(IngestRules::default(), &Client::default()).await;
    let skew = |sent_at: &str| {
        enrichment
            .skew(Some(sent_at.parse().expect("an instant")), now())
            .as_secs()
    };
    assert_eq!(skew("2026-03-01T11:59:55Z"), 0);
    assert_eq!(skew("2026-03-01T11:00:00Z"), 3_600);
    assert_eq!(skew("2026-03-02T12:00:00Z"), -86_400);
    assert_eq!(enrichment.skew(None, now()), SignedDuration::ZERO);
}
