//! Mail: short letters in plain text, kept in the database from the change that makes them due until a mail server took them.
//! Where no server is set, the log tells what would have been sent.

mod letters;
mod outbox;

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use lettre::message::Mailbox;
use lettre::message::header::ContentType;
use lettre::transport::smtp::AsyncSmtpTransportBuilder;
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use model::problem::FieldError;
use tokio::sync::{Notify, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use uuid::Uuid;

use crate::db::Tx;
use crate::error::Error;
pub(crate) use letters::{Due, Letter, Used};
pub(crate) use outbox::Outbox;
use outbox::{Claimed, Reason};
pub use outbox::{Waiting, waiting};

/// Work beside requests at the same time; whoever asks for more is told in the log.
const BESIDE: usize = 1_000;
/// Letters that one process sends at the same time.
const AT_ONCE: usize = 4;
/// How often a process looks for letters that are due, its own later tries and those of others.
const LOOKS_EVERY: Duration = Duration::from_secs(2);
/// After so many looks it gives up what is of no use any more.
const TIDIES_AFTER: u32 = 300;
/// How long a mail server may take for each word of the protocol …
const PATIENCE: Duration = Duration::from_secs(20);
/// … and for a letter.
const PATIENCE_FOR_ALL: Duration = Duration::from_mins(1);
/// Answers of a mail server that does not know us (RFC 4954): not the letter's fault, and mended by whoever runs this program.
const NOT_LET_IN: [u16; 4] = [530, 534, 535, 538];
/// How long the end of the program waits for letters that are on their way.
const AT_THE_END: Duration = Duration::from_secs(3);

type Transport = AsyncSmtpTransport<Tokio1Executor>;

/// A mail server, and whom its letters are from.
#[derive(Clone, Debug)]
pub struct MailServer {
    /// A transport needs the runtime around it from the beginning, and settings are read before there is one.
    builder: AsyncSmtpTransportBuilder,
    from: Mailbox,
    shown: String,
}

impl MailServer {
    /// Reads `smtps://user:password@host`, `smtp://…?tls=required` or `smtp://…` and an address such as
    /// `DataPulse <stats@example.org>`.
    ///
    /// # Errors
    /// A [`FieldError`] on `smtp_url` or `mail_from`.
    pub fn new(url: &str, from: &str) -> Result<Self, FieldError> {
        let wrong = |_| {
            let message = "This should look like smtps://user:password@mail.example.org.";
            FieldError::new("smtp_url", "invalid", message)
        };
        let builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(url).map_err(wrong)?;
        let from = from.parse().map_err(|_| {
            let message = "This should look like stats@example.org, or DataPulse <stats@example.org>.";
            FieldError::new("mail_from", "invalid", message)
        })?;
        Ok(Self {
            builder: builder.timeout(Some(PATIENCE)),
            from,
            shown: crate::address::without_password(url),
        })
    }

    fn transport(&self) -> Transport {
        self.builder.clone().build()
    }

    /// Whether the server answers, and takes the name and password.
    ///
    /// # Errors
    /// What the server or the network said.
    pub async fn answers(&self) -> Result<(), String> {
        match self.transport().test_connection().await {
            Ok(true) => Ok(()),
            Ok(false) => Err("it does not answer NOOP".to_owned()),
            Err(error) => Err(chain(&error)),
        }
    }
}

impl std::fmt::Display for MailServer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.shown)
    }
}

/// Sends letters. Cheap to clone; all clones share the same queue.
#[derive(Clone, Debug)]
pub struct Mailer(Arc<Post>);

#[derive(Debug)]
struct Post {
    way: Way,
    wake: Notify,
    room: Arc<Semaphore>,
    under_way: TaskTracker,
}

/// What becomes of letters.
#[derive(Debug)]
enum Way {
    /// The log tells them.
    Log,
    /// They wait in the database until the server took them.
    Server {
        server: Box<MailServer>,
        transport: Transport,
        outbox: Outbox,
    },
}

/// A letter whose transaction is about to be committed.
#[must_use = "a letter goes out after `Mailer::go`"]
pub(crate) struct Posted(Option<Letter>);

impl Mailer {
    /// Tells letters to the log.
    #[must_use]
    pub fn to_the_log() -> Self {
        Self::by(Way::Log)
    }

    /// Sends through `server` what waits in `outbox`, once it [runs](Mailer::run); without a server, letters are told to the
    /// log.
    pub(crate) fn through(server: Option<MailServer>, outbox: Outbox) -> Self {
        Self::by(match server {
            None => Way::Log,
            Some(server) => Way::Server {
                transport: server.transport(),
                server: Box::new(server),
                outbox,
            },
        })
    }

    fn by(way: Way) -> Self {
        Self(Arc::new(Post {
            way,
            wake: Notify::new(),
            room: Arc::new(Semaphore::new(BESIDE)),
            under_way: TaskTracker::new(),
        }))
    }

    /// Whether letters reach people.
    #[must_use]
    pub fn is_set(&self) -> bool {
        matches!(self.0.way, Way::Server { .. })
    }

    /// Does `work` beside the request that asked for it, which then takes as long whatever the work is.
    pub(crate) fn beside(&self, work: impl Future<Output = ()> + Send + 'static) {
        let Ok(place) = Arc::clone(&self.0.room).try_acquire_owned() else {
            tracing::warn!("too much mail is asked for; a letter was left out");
            return;
        };
        self.0.under_way.spawn(async move {
            work.await;
            drop(place);
        });
    }

    /// Writes a letter down in the transaction that makes it due. After the commit, [`Mailer::go`] sends it on its way; where
    /// the process ends before, the next one finds it.
    pub(crate) async fn post(&self, tx: &mut Tx, due: Due) -> Result<Posted, Error> {
        match &self.0.way {
            Way::Log => Ok(Posted(Some(due.letter))),
            Way::Server { outbox, .. } => outbox.write(tx, &due).await.map(|()| Posted(None)),
        }
    }

    /// Sends what was posted, soon.
    pub(crate) fn go(&self, posted: Posted) {
        match posted.0 {
            Some(letter) => letter.tell(),
            None => self.0.wake.notify_one(),
        }
    }

    /// How many letters are not where they belong.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Internal`].
    pub async fn waiting(&self) -> Result<Waiting, Error> {
        match &self.0.way {
            Way::Log => Ok(Waiting::default()),
            Way::Server { outbox, .. } => outbox.waiting().await,
        }
    }

    /// Begins to send what is due, until `stop`: a letter that is being sent then is sent.
    pub(crate) fn run(&self, stop: CancellationToken) {
        if self.is_set() {
            self.0.under_way.spawn(Arc::clone(&self.0).send_until(stop));
        }
    }

    /// Waits a moment for letters that are on their way; those that wait are for the next start.
    pub async fn close(&self) {
        self.0.under_way.close();
        let ended = tokio::time::timeout(AT_THE_END, self.0.under_way.wait());
        if ended.await.is_err() {
            tracing::warn!("a mail server is slow: what it did not take is sent after the next start");
        }
    }
}

impl Post {
    async fn send_until(self: Arc<Self>, stop: CancellationToken) {
        let lanes = Arc::new(Semaphore::new(AT_ONCE));
        let mut looks = 0_u32;
        if let Way::Server { outbox, .. } = &self.way
            && let Err(error) = outbox.try_again_now().await
        {
            tracing::warn!(%error, "mail that waits is tried later, not at once");
        }
        while !stop.is_cancelled() {
            if let Err(error) = self.send_due(&lanes, &stop).await {
                tracing::warn!(%error, "mail waits: the database does not give it out");
            }
            if looks.is_multiple_of(TIDIES_AFTER)
                && let Way::Server { outbox, .. } = &self.way
                && let Err(error) = outbox.tidy().await
            {
                tracing::warn!(%error, "mail that is of no use any more stays for now");
            }
            looks = looks.wrapping_add(1);
            tokio::select! {
                () = stop.cancelled() => {}
                () = self.wake.notified() => {}
                () = tokio::time::sleep(LOOKS_EVERY) => {}
            }
        }
    }

    /// Gives each letter that is due to a lane that is free: a slow mail server holds up nothing but lanes.
    async fn send_due(
        self: &Arc<Self>,
        lanes: &Arc<Semaphore>,
        stop: &CancellationToken,
    ) -> Result<(), Error> {
        let Way::Server { outbox, .. } = &self.way else {
            return Ok(());
        };
        loop {
            let free = Arc::clone(lanes).acquire_owned();
            let lane = tokio::select! {
                () = stop.cancelled() => return Ok(()),
                lane = free => lane.map_err(Error::internal)?,
            };
            let Some(claimed) = outbox.claim().await? else {
                return Ok(());
            };
            let post = Arc::clone(self);
            self.under_way.spawn(async move {
                if let Err(error) = post.send(&claimed).await {
                    tracing::warn!(%error, "what became of a letter is not noted: it may be sent again");
                }
                drop(lane);
            });
        }
    }

    async fn send(&self, claimed: &Claimed) -> Result<(), Error> {
        let Way::Server {
            server,
            transport,
            outbox,
        } = &self.way
        else {
            return Ok(());
        };
        match server.send(transport, claimed).await {
            Ok(()) => outbox.sent(claimed).await,
            Err(Failed { why, reason }) => {
                let again = outbox.failed(claimed, reason, &why).await?;
                tracing::warn!(to = claimed.letter.to, again, why, "mail was not sent");
                Ok(())
            }
        }
    }
}

struct Failed {
    why: String,
    reason: Reason,
}

impl Failed {
    fn away(why: String) -> Self {
        let reason = Reason::Away;
        Self { why, reason }
    }
}

impl MailServer {
    async fn send(&self, transport: &Transport, claimed: &Claimed) -> Result<(), Failed> {
        let message = self
            .message(claimed.id, &claimed.letter)
            .map_err(|error| Failed {
                why: error.to_string(),
                reason: Reason::Refused,
            })?;
        match tokio::time::timeout(PATIENCE_FOR_ALL, transport.send(message)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => {
                let is_let_in = !error
                    .status()
                    .is_some_and(|code| NOT_LET_IN.contains(&u16::from(code)));
                let mut failed = Failed::away(chain(&error));
                if error.is_permanent() && is_let_in {
                    failed.reason = Reason::Refused;
                }
                Err(failed)
            }
            Err(_) => Err(Failed::away("the mail server took too long".to_owned())),
        }
    }

    /// A letter that is sent again, since nobody knows whether it was, is named as before: mail programs show it once.
    fn message(&self, id: Uuid, letter: &Letter) -> Result<Message, Error> {
        Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, letter.to.parse().map_err(Error::internal)?))
            .subject(&letter.subject)
            .message_id(Some(format!("<{id}@{}>", self.from.email.domain())))
            .header(ContentType::TEXT_PLAIN)
            .body(letter.text())
            .map_err(Error::internal)
    }
}

fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_addresses_name_their_setting() {
        let field = |url, from| {
            MailServer::new(url, from)
                .map(|_| ())
                .map_err(|error| error.field)
        };
        assert_eq!(
            field("smtps://u:p@mail.example.org", "DataPulse <a@example.org>"),
            Ok(())
        );
        assert_eq!(
            field("http://mail.example.org", "a@example.org"),
            Err("smtp_url".to_owned())
        );
        assert_eq!(
            field("smtp://mail.example.org", "nobody"),
            Err("mail_from".to_owned())
        );
    }

    #[test]
    fn the_password_is_not_shown() {
        let server =
            MailServer::new("smtps://ada:secret@mail.example.org", "a@example.org").expect("it is valid");
        assert!(!server.to_string().contains("secret") && server.to_string().contains("mail.example.org"));
    }

    #[test]
    fn a_subject_cannot_add_headers() {
        let server = MailServer::new("smtp://mail.example.org", "a@example.org").expect("it is valid");
        let letter = Letter {
            to: "ada@example.org".to_owned(),
            hello: "Hello,".to_owned(),
            subject: "Join X\r\nBcc: eve@example.org".to_owned(),
            lead: "Hello.".to_owned(),
            link: "https://stats.example.org/x".to_owned(),
            end: "Bye.".to_owned(),
        };
        let sent = server
            .message(Uuid::nil(), &letter)
            .expect("it is a message")
            .formatted();
        let sent = String::from_utf8(sent).expect("plain ASCII");
        let (head, _) = sent.split_once("\r\n\r\n").expect("a head and a body");
        assert!(!head.lines().any(|line| line.starts_with("Bcc")), "{head}");
    }
}
