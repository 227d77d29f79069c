//! What is kept of earlier questions, in bounded memory: whole answers, and the figures of single buckets. Where there is a
//! Redis, a copy lies there for other processes.

mod answers;
mod beside;
mod buckets;

use answers::Answers;
pub(super) use answers::Key;
pub(super) use beside::Beside;
pub(super) use buckets::{BucketFigures, BucketKey, Fingerprint, KeptBuckets};

/// About how many bytes are kept unless somebody says otherwise.
pub const ROOM: u64 = 128 * 1024 * 1024;

/// Everything that is kept.
#[derive(Debug)]
pub(super) struct Kept {
    pub(super) answers: Answers,
    pub(super) buckets: KeptBuckets,
}

impl Kept {
    /// In about `bytes` of memory, and `beside`.
    pub(super) fn within(bytes: u64, beside: &Beside) -> Self {
        Self {
            answers: Answers::within(bytes / 2, beside.clone()),
            buckets: KeptBuckets::within(bytes / 2, beside.clone()),
        }
    }
}

/// What moka compares with its capacity.
fn weight(bytes: usize) -> u32 {
    u32::try_from(bytes).unwrap_or(u32::MAX)
}
