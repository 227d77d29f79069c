//! Mixpanel's raw export.

use model::event::Draft;

use crate::compat::said::{Object, Said, id, instant, object, text};

/// Before what identifies a device, where a project merges ids in the simple way.
const DEVICE: &str = "$device:";

pub(super) fn translate(mut line: Object) -> Result<Draft<'static>, String> {
    let name = text(&line, "event").ok_or("`event` is missing.")?;
    let name = if name == "$mp_web_page_view" {
        "page_view"
    } else {
        name
    }
    .to_owned();
    let mut properties = object(&mut line, "properties");
    let mut said = Said {
        name,
        id: id(properties.remove("$insert_id").as_ref()),
        timestamp: instant(properties.remove("time").as_ref()),
        user_id: id(properties.remove("$user_id").as_ref()),
        anonymous_id: id(properties.remove("$device_id").as_ref()),
        ..Said::default()
    };
    let distinct_id = id(properties.remove("distinct_id").as_ref());
    match distinct_id {
        Some(distinct_id) if said.user_id.is_none() && said.anonymous_id.is_none() => {
            match distinct_id.strip_prefix(DEVICE) {
                Some(device) => said.anonymous_id = Some(device.to_owned()),
                None => said.user_id = Some(distinct_id),
            }
        }
        _ => {}
    }
    for (ours, theirs) in [
        ("$url", "$current_url"),
        ("$country", "mp_country_code"),
        ("$referrer_domain", "$referring_domain"),
        ("$title", "current_page_title"),
    ] {
        if let Some(value) = properties.remove(theirs) {
            properties.entry(ours).or_insert(value);
        }
    }
    properties.retain(|key, _| !key.starts_with("mp_processing") && key != "mp_sent_by_lib_version");
    said.properties = properties;
    said.add_page();
    Ok(said.draft())
}
