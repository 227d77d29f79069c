//! How events lie in the log: columns one after another, each with its length before it.

use model::Timestamp;
use model::event::{Event, EventParts};

const ABSENT: u16 = u16::MAX;

/// Bytes that are not events: the record they come from is damaged.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("the bytes are not events")]
pub(super) struct Damaged;

/// Appends one event to `out`.
pub(super) fn encode(event: &Event, out: &mut Vec<u8>) {
    out.extend_from_slice(&event.timestamp().as_microsecond().to_le_bytes());
    put(out, Some(event.id()));
    put(out, Some(event.name()));
    put(out, event.user_id());
    put(out, event.anonymous_id());
    put(out, event.session_id());
    let length = u32::try_from(event.properties().len()).expect("an event has at most 32 KiB");
    out.extend_from_slice(&length.to_le_bytes());
    out.extend_from_slice(event.properties().as_bytes());
}

fn put(out: &mut Vec<u8>, text: Option<&str>) {
    let Some(text) = text else {
        out.extend_from_slice(&ABSENT.to_le_bytes());
        return;
    };
    let length = u16::try_from(text.len()).expect("names and ids have at most 200 characters");
    out.extend_from_slice(&length.to_le_bytes());
    out.extend_from_slice(text.as_bytes());
}

/// Reads back all events of a record, which must hold `count` of them and nothing else.
pub(super) fn decode(mut bytes: &[u8], count: usize) -> Result<Vec<Event>, Damaged> {
    let mut events = Vec::with_capacity(count.min(bytes.len()));
    while !bytes.is_empty() {
        events.push(take_event(&mut bytes)?);
    }
    if events.len() == count {
        Ok(events)
    } else {
        Err(Damaged)
    }
}

fn take_event(bytes: &mut &[u8]) -> Result<Event, Damaged> {
    let micros = i64::from_le_bytes(take_array(bytes)?);
    let parts = EventParts {
        timestamp: Timestamp::from_microsecond(micros).map_err(|_| Damaged)?,
        id: take_text(bytes)?.ok_or(Damaged)?,
        name: take_text(bytes)?.ok_or(Damaged)?,
        user_id: take_text(bytes)?,
        anonymous_id: take_text(bytes)?,
        session_id: take_text(bytes)?,
        properties: take_properties(bytes)?,
    };
    Ok(Event::from_parts(parts))
}

fn take_text(bytes: &mut &[u8]) -> Result<Option<String>, Damaged> {
    match u16::from_le_bytes(take_array(bytes)?) {
        ABSENT => Ok(None),
        length => take_string(bytes, usize::from(length)).map(Some),
    }
}

fn take_properties(bytes: &mut &[u8]) -> Result<String, Damaged> {
    let length = u32::from_le_bytes(take_array(bytes)?);
    take_string(bytes, usize::try_from(length).map_err(|_| Damaged)?)
}

fn take_string(bytes: &mut &[u8], length: usize) -> Result<String, Damaged> {
    let (head, rest) = bytes.split_at_checked(length).ok_or(Damaged)?;
    *bytes = rest;
    std::str::from_utf8(head).map(str::to_owned).map_err(|_| Damaged)
}

fn take_array<const N: usize>(bytes: &mut &[u8]) -> Result<[u8; N], Damaged> {
    let (head, rest) = bytes.split_first_chunk().ok_or(Damaged)?;
    *bytes = rest;
    Ok(*head)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn events() -> Vec<Event> {
        let full = r#"{"name":"käse","id":"e","timestamp":"1815-01-01T00:00:00Z","user_id":"u","anonymous_id":"a",
            "session_id":"s","properties":{"a":[1,2,{"b":null}]}}"#;
        let parse = |json| Event::parse(json, Timestamp::UNIX_EPOCH, || "fresh".to_owned());
        [full, r#"{"name":"x"}"#]
            .map(|json| parse(json).expect("it is valid").event)
            .to_vec()
    }

    fn encoded() -> Vec<u8> {
        let mut bytes = Vec::new();
        for event in events() {
            encode(&event, &mut bytes);
        }
        bytes
    }

    #[test]
    fn events_come_back_as_they_were() {
        assert_eq!(decode(&encoded(), 2), Ok(events()));
    }

    #[test]
    fn a_wrong_count_and_a_cut_are_noticed() {
        let bytes = encoded();
        assert_eq!(decode(&bytes, 1), Err(Damaged));
        for end in 1..bytes.len() {
            assert_eq!(decode(&bytes[..end], 2), Err(Damaged), "cut after {end} bytes");
        }
    }
}
