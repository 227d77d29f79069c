//! All that lies sealed: where, and how each of it is wrapped by another master key.

use uuid::Uuid;

use super::{Place, Vault};
use crate::db::{Db, sql};
use crate::error::Error;

/// Rows that are looked at together.
const PAGE: i64 = 200;

/// A column of secrets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Secrets {
    /// Of authenticator apps, by the account.
    Apps,
    /// That sites sign frames of a share with, by the share.
    EmbedKeys,
    /// Of the keys that sign access tokens, by the key.
    SigningSeeds,
    /// Answers that are given again, by the turn of the request.
    Answers,
    /// Letters that are due, by the letter.
    Letters,
}

type Rows = Vec<(Uuid, Vec<u8>)>;

impl Secrets {
    const ALL: [Self; 5] = [
        Self::Apps,
        Self::EmbedKeys,
        Self::SigningSeeds,
        Self::Answers,
        Self::Letters,
    ];

    /// Where one of them lies.
    pub(crate) const fn place(self, row: Uuid) -> Place {
        let (table, column) = match self {
            Self::Apps => ("user_totp", "secret_sealed"),
            Self::EmbedKeys => ("shares", "embed_key_sealed"),
            Self::SigningSeeds => ("signing_keys", "seed"),
            Self::Answers => ("idempotency", "answer_sealed"),
            Self::Letters => ("mail_outbox", "letter_sealed"),
        };
        Place {
            owner: row,
            table,
            row,
            column,
        }
    }

    /// Those that come after `after`, a few at a time.
    async fn page(self, db: &Db, after: Uuid) -> Result<Rows, Error> {
        let text = match self {
            Self::Apps => {
                "SELECT user_id, secret_sealed FROM user_totp WHERE user_id > $1 ORDER BY user_id LIMIT $2"
            }
            Self::EmbedKeys => {
                "SELECT id, embed_key_sealed FROM shares WHERE embed_key_sealed IS NOT NULL AND id > $1
                 ORDER BY id LIMIT $2"
            }
            Self::Answers => {
                "SELECT turn, answer_sealed FROM idempotency WHERE answer_sealed IS NOT NULL AND turn > $1
                 ORDER BY turn LIMIT $2"
            }
            Self::Letters => {
                "SELECT id, letter_sealed FROM mail_outbox WHERE letter_sealed IS NOT NULL AND id > $1
                 ORDER BY id LIMIT $2"
            }
            Self::SigningSeeds => return seeds(db, after).await,
        };
        sql!(db, all as (Uuid, Vec<u8>), text, after, PAGE)
    }

    /// Puts one back, unless it was changed in the meantime: then it is new, and wrapped as it should be.
    async fn put(self, db: &Db, row: Uuid, before: &[u8], after: Vec<u8>) -> Result<u64, Error> {
        let text = match self {
            Self::Apps => "UPDATE user_totp SET secret_sealed = $3 WHERE user_id = $1 AND secret_sealed = $2",
            Self::EmbedKeys => {
                "UPDATE shares SET embed_key_sealed = $3 WHERE id = $1 AND embed_key_sealed = $2"
            }
            Self::Answers => {
                "UPDATE idempotency SET answer_sealed = $3 WHERE turn = $1 AND answer_sealed = $2"
            }
            Self::Letters => "UPDATE mail_outbox SET letter_sealed = $3 WHERE id = $1 AND letter_sealed = $2",
            Self::SigningSeeds => "UPDATE signing_keys SET seed = $3 WHERE kid = $1 AND seed = $2",
        };
        let mut tx = db.begin().await?;
        let done = if self == Self::SigningSeeds {
            sql!(tx, run, text, row.to_string(), before, after)?
        } else {
            sql!(tx, run, text, row, before, after)?
        };
        tx.commit().await?;
        Ok(done)
    }
}

/// Their names are text in the database.
async fn seeds(db: &Db, after: Uuid) -> Result<Rows, Error> {
    let rows = sql!(
        db,
        all as (String, Vec<u8>),
        "SELECT kid, seed FROM signing_keys WHERE kid > $1 ORDER BY kid LIMIT $2",
        after.to_string(),
        PAGE,
    )?;
    let named = |(kid, seed): (String, Vec<u8>)| {
        let kid = Uuid::parse_str(&kid).map_err(Error::internal)?;
        Ok((kid, seed))
    };
    rows.into_iter().map(named).collect()
}

/// How many secrets there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sealed {
    /// All of them.
    pub all: u64,
    /// Those that no master key opens.
    pub closed: u64,
}

/// Wraps every secret by the first master key; how many were wrapped anew.
///
/// # Errors
/// [`Error::Internal`] where one does not open; all others are done.
pub async fn rewrap(db: &Db, vault: &Vault) -> Result<u64, Error> {
    let (mut count, mut failed) = (0, None);
    each(db, async |secrets, row, sealed| {
        match vault.rewrapped(secrets.place(row), &sealed) {
            Ok(None) => {}
            Ok(Some(again)) => count += secrets.put(db, row, &sealed, again).await?,
            Err(error) => failed = Some(error),
        }
        Ok(())
    })
    .await?;
    failed.map_or(Ok(count), Err)
}

/// How many secrets there are, and how many of them no master key opens; with no vault, none does.
///
/// # Errors
/// [`Error::Unavailable`], [`Error::Internal`] where they cannot be read.
pub async fn look(db: &Db, vault: Option<&Vault>) -> Result<Sealed, Error> {
    let mut found = Sealed::default();
    each(db, async |secrets, row, sealed| {
        let opens = vault.is_some_and(|vault| vault.unseal(secrets.place(row), &sealed).is_ok());
        found.all += 1;
        found.closed += u64::from(!opens);
        Ok(())
    })
    .await?;
    Ok(found)
}

/// Hands every secret to `with`, of a page at a time.
async fn each(
    db: &Db,
    mut with: impl AsyncFnMut(Secrets, Uuid, Vec<u8>) -> Result<(), Error>,
) -> Result<(), Error> {
    for secrets in Secrets::ALL {
        let mut after = Uuid::nil();
        loop {
            let rows = secrets.page(db, after).await?;
            let Some((last, _)) = rows.last() else { break };
            after = *last;
            for (row, sealed) in rows {
                with(secrets, row, sealed).await?;
            }
        }
    }
    Ok(())
}
