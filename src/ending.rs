//! The end, in two steps: the program first says that it leaves, so that a proxy sends its requests elsewhere, and then
//! takes no more of them.

use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

/// How long the program still takes requests after SIGTERM: as long as a proxy may need to notice.
const LEAVES_FOR: Duration = Duration::from_secs(2);

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    Serving,
    Leaving,
    Closing,
}

/// How far the end has come. Cheap to clone; all clones tell the same.
#[derive(Clone, Debug)]
pub(crate) struct Ending(watch::Receiver<Stage>);

impl Ending {
    /// SIGTERM leaves and then closes; SIGINT, from somebody at a terminal, closes at once.
    pub(crate) fn on_signals() -> Self {
        let (stage, told) = watch::channel(Stage::Serving);
        tokio::spawn(end_on_signals(stage));
        Self(told)
    }

    /// Whether requests should go elsewhere from now on.
    pub(crate) fn is_leaving(&self) -> bool {
        *self.0.borrow() > Stage::Serving
    }

    /// Waits until requests should go elsewhere.
    pub(crate) async fn leaving(&self) {
        self.reached(Stage::Leaving).await;
    }

    /// Waits until no more requests are taken.
    pub(crate) async fn closing(&self) {
        self.reached(Stage::Closing).await;
    }

    async fn reached(&self, stage: Stage) {
        if self.0.clone().wait_for(|now| *now >= stage).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

async fn end_on_signals(stage: watch::Sender<Stage>) {
    let (Ok(mut terminate), Ok(mut interrupt)) =
        (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
    else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = terminate.recv() => {
            tracing::info!("leaving: new requests should go elsewhere");
            stage.send_replace(Stage::Leaving);
            tokio::select! {
                () = tokio::time::sleep(LEAVES_FOR) => {}
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
        }
        _ = interrupt.recv() => {}
    }
    tracing::info!("ending: no new requests, finishing what is under way");
    stage.send_replace(Stage::Closing);
    // While somebody listens the stage is told.
    stage.closed().await;
}
