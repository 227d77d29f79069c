//! What is kept beside this process's memory: other processes find it, and the next one after a restart.

use std::sync::Arc;
use std::time::Duration;

use model::answer::Answer;
use model::ids::OrgId;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::answers::Key;
use super::buckets::{BucketFigures, BucketKey, Fingerprint};
use crate::redis::Redis;
use crate::store::EventsAt;

/// Raised whenever what is kept means something else than before.
const FORMAT: u32 = 1;
/// Answers are of one position, so they are soon of no use.
const ANSWERS_FOR: Duration = Duration::from_hours(24);
/// Figures of a bucket that is over hold until something late comes.
const FIGURES_FOR: Duration = Duration::from_hours(7 * 24);
/// Longer values stay in memory alone.
const MOST_BYTES: usize = 2 * 1024 * 1024;
/// Most buckets that are looked for at once.
const MOST_BUCKETS: usize = 2_000;

/// Where else something is kept. The choices are closed, so this is no trait.
#[derive(Clone, Debug)]
pub(in crate::query) enum Beside {
    Nowhere,
    Redis {
        redis: Redis,
        /// Tells the figures of one event store from those of another.
        store: Fingerprint,
    },
}

impl Beside {
    pub(in crate::query) fn redis(redis: Redis, at: &EventsAt) -> Self {
        let store = Fingerprint::of(&at.to_string());
        Self::Redis { redis, store }
    }

    /// An answer that somebody kept.
    pub(super) async fn answer(&self, key: &Key) -> Option<Answer> {
        let Self::Redis { redis, store } = self else {
            return None;
        };
        let mut values = redis.values(&[answer_key(*store, key)]).await;
        read(&values.pop()??)
    }

    pub(super) fn keep_answer(&self, key: &Key, answer: &Answer) {
        let Self::Redis { redis, store } = self else {
            return;
        };
        if let Some(value) = written(answer) {
            redis.keep(vec![(answer_key(*store, key), value)], ANSWERS_FOR);
        }
    }

    /// Figures that somebody kept, right or not, in the order of `keys`.
    pub(super) async fn figures(&self, org: OrgId, keys: &[BucketKey]) -> Vec<Option<BucketFigures>> {
        let Self::Redis { redis, store } = self else {
            return vec![None; keys.len()];
        };
        if keys.len() > MOST_BUCKETS {
            return vec![None; keys.len()];
        }
        let names: Vec<String> = keys.iter().map(|key| figures_key(*store, org, key)).collect();
        let values = redis.values(&names).await;
        values.into_iter().map(|value| read(&value?)).collect()
    }

    pub(super) fn keep_figures(&self, org: OrgId, figures: &[(BucketKey, Arc<BucketFigures>)]) {
        let Self::Redis { redis, store } = self else {
            return;
        };
        for some in figures.chunks(MOST_BUCKETS) {
            let values = some.iter().filter_map(|(key, figures)| {
                let value = written(figures.as_ref())?;
                Some((figures_key(*store, org, key), value))
            });
            redis.keep(values.collect(), FIGURES_FOR);
        }
    }
}

/// The organization in braces: on a cluster, everything of it lies on one machine.
fn key_of(store: Fingerprint, org: OrgId, rest: &str) -> String {
    format!("datapulse:{FORMAT}:{store}:{{{org}}}:{rest}")
}

fn answer_key(store: Fingerprint, key: &Key) -> String {
    let question = Fingerprint::of(&format!("{key:?}"));
    key_of(store, key.org(), &format!("answer:{question}"))
}

fn figures_key(store: Fingerprint, org: OrgId, key: &BucketKey) -> String {
    let BucketKey { question, start, end } = key;
    key_of(store, org, &format!("figures:{question}:{start}:{end}"))
}

/// `MessagePack`, in which every number comes back as it was.
fn written<T: Serialize>(value: &T) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut serializer = rmp_serde::Serializer::new(&mut bytes)
        .with_struct_map()
        .with_human_readable();
    value.serialize(&mut serializer).ok()?;
    (bytes.len() <= MOST_BYTES).then_some(bytes)
}

fn read<T: DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    let mut deserializer = rmp_serde::Deserializer::new(bytes).with_human_readable();
    T::deserialize(&mut deserializer).ok()
}

#[cfg(test)]
mod tests {
    use super::super::super::partial::Partial;
    use super::*;

    #[test]
    fn figures_come_back_as_they_were() {
        let figure = |figure| Partial {
            events: u64::MAX,
            figure,
            numbers: 0,
        };
        let figures = BucketFigures {
            position: 1_800_000_000_000_001,
            values: vec![
                (None, figure(Some(0.1 + 0.2))),
                (Some("ü".to_owned()), figure(Some(-0.0))),
                (Some(String::new()), figure(None)),
            ],
        };
        let bytes = written(&figures).expect("it is short");
        assert_eq!(read::<BucketFigures>(&bytes), Some(figures));
        assert_eq!(
            read::<BucketFigures>(&bytes[1..]),
            None,
            "what is damaged is not there"
        );
    }
}
