//! Looks at how far a server has come: whoever comes while one is under way shares the next, as the widgets of a dashboard do.
//!
//! A look that began earlier may not know of an event that was stored before somebody came, so it is never shared with them.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use model::ids::OrgId;
use tokio::sync::Mutex;

use super::per_org::PerOrg;
use super::{Version, timed_out};
use crate::error::Error;

/// The looks at all organizations.
#[derive(Debug)]
pub(super) struct Looks {
    /// How long a look may take, for others wait for it.
    patience: Duration,
    /// Puts comings and beginnings in an order.
    moments: AtomicU64,
    last: PerOrg<Mutex<Option<Look>>>,
}

/// A look that has ended.
#[derive(Debug)]
struct Look {
    began: u64,
    found: Result<Version, Arc<Error>>,
}

impl Looks {
    /// Each may take as long as a question.
    pub(super) fn new(patience: Duration) -> Self {
        Self {
            patience,
            moments: AtomicU64::default(),
            last: PerOrg::default(),
        }
    }

    /// What `look` finds, or somebody else's look that began after this was called.
    ///
    /// # Errors
    /// As the look that it is; [`Error::TimedOut`] past the patience.
    pub(super) async fn share(
        &self,
        org: OrgId,
        look: impl Future<Output = Result<Version, Error>>,
    ) -> Result<Version, Error> {
        let came = self.moment();
        let turn = self.last.of(org, Mutex::default);
        let mut last = turn.lock().await;
        if let Some(shared) = last.as_ref().filter(|shared| shared.began > came) {
            return shared.found.clone().map_err(Error::shared);
        }
        // It would have what it found copied by whoever adds to it.
        *last = None;
        let began = self.moment();
        let outcome = tokio::time::timeout(self.patience, look).await;
        let found = outcome
            .unwrap_or_else(|_| Err(timed_out(self.patience)))
            .map_err(Arc::new);
        *last = Some(Look {
            began,
            found: found.clone(),
        });
        found.map_err(Error::shared)
    }

    fn moment(&self) -> u64 {
        self.moments.fetch_add(1, Ordering::SeqCst)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use tokio::sync::Semaphore;

    use super::*;
    use crate::store::Touched;

    /// Looks that count themselves and wait until they may end.
    struct Watched {
        looks: Looks,
        org: OrgId,
        count: AtomicUsize,
        may_end: Semaphore,
    }

    impl Watched {
        fn new() -> Arc<Self> {
            Arc::new(Self {
                looks: Looks::new(Duration::from_secs(5)),
                org: OrgId::new(uuid::Uuid::from_u128(1)),
                count: AtomicUsize::new(0),
                may_end: Semaphore::new(0),
            })
        }

        async fn position(&self) -> Result<u64, Error> {
            let look = async {
                let position = self.count.fetch_add(1, Ordering::SeqCst) as u64;
                self.may_end.acquire().await.expect("it is open").forget();
                match position {
                    // Everybody sees the second one fail.
                    1 => Err(Error::NotFound),
                    position => Ok(Version {
                        position,
                        erasures: 0,
                        touched: Arc::new(Touched::known_from(0)),
                    }),
                }
            };
            Ok(self.looks.share(self.org, look).await?.position)
        }

        fn asked(self: &Arc<Self>) -> tokio::task::JoinHandle<Result<u64, Error>> {
            let watched = Arc::clone(self);
            tokio::spawn(async move { watched.position().await })
        }
    }

    /// Lets everything else go as far as it can.
    async fn all_wait() {
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test]
    async fn those_who_come_during_a_look_share_the_next() {
        let watched = Watched::new();
        let first = watched.asked();
        all_wait().await;
        let others: Vec<_> = (0..11).map(|_| watched.asked()).collect();
        all_wait().await;
        watched.may_end.add_permits(2);
        assert_eq!(first.await.expect("it ends").expect("it is found"), 0);
        for other in others {
            assert!(matches!(other.await.expect("it ends"), Err(Error::NotFound)));
        }
        assert_eq!(watched.count.load(Ordering::SeqCst), 2);
        watched.may_end.add_permits(1);
        assert_eq!(watched.position().await.expect("it looks anew"), 2);
    }

    #[tokio::test]
    async fn one_who_goes_away_holds_nobody_up() {
        let watched = Watched::new();
        let first = watched.asked();
        all_wait().await;
        let second = watched.asked();
        all_wait().await;
        first.abort();
        all_wait().await;
        watched.may_end.add_permits(1);
        assert!(matches!(second.await.expect("it ends"), Err(Error::NotFound)));
    }
}
