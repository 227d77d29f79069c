//! Ids that the same line in the same place of the same file always gets.

use std::collections::{HashMap, HashSet};

use sha2::{Digest, Sha256};

/// Gives each line its id: a hash of what the file is, of the line, and of how many lines like it came before.
pub(crate) struct Identities {
    kind: Vec<u8>,
    seen: HashSet<u64>,
    repeated: HashMap<u64, u32>,
}

impl Identities {
    /// Ids for lines of a `kind`: the format's name, and whatever else says what a line means.
    pub(crate) fn of(kind: &[u8]) -> Self {
        Self {
            kind: kind.to_vec(),
            seen: HashSet::new(),
            repeated: HashMap::new(),
        }
    }

    /// The id of the next line.
    pub(crate) fn next(&mut self, line: &[u8]) -> String {
        let earlier = self.count(line);
        let mut hash = Sha256::new();
        for part in [b"datapulse/import/1", self.kind.as_slice(), line] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        hash.update(earlier.to_be_bytes());
        hex16(&hash.finalize())
    }

    /// How many lines like this one came before. Short hashes do: a clash only counts a line's ordinal up once more.
    fn count(&mut self, line: &[u8]) -> u32 {
        let digest = Sha256::digest(line);
        let short = u64::from_be_bytes(digest[..8].try_into().expect("a digest has 32 bytes"));
        if self.seen.insert(short) {
            return 0;
        }
        let repeats = self.repeated.entry(short).or_insert(0);
        *repeats += 1;
        *repeats
    }
}

/// The user id that stands for a client address, so that the address itself is not kept.
pub(crate) fn client_id(salt: Option<&str>, address: &str) -> String {
    let mut hash = Sha256::new();
    hash.update(b"datapulse/client/1\0");
    hash.update(salt.unwrap_or_default());
    hash.update(b"\0");
    hash.update(address.to_ascii_lowercase());
    hex16(&hash.finalize())
}

/// The first 16 bytes, in hexadecimal.
pub(crate) fn hex16(digest: &[u8]) -> String {
    let leading: [u8; 16] = digest[..16].try_into().expect("a digest has 32 bytes");
    format!("{:032x}", u128::from_be_bytes(leading))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_line_again_is_another_event_and_the_same_file_again_is_not() {
        let ids = |lines: &[&str]| -> Vec<String> {
            let mut identities = Identities::of(b"ndjson");
            lines
                .iter()
                .map(|line| identities.next(line.as_bytes()))
                .collect()
        };
        let once = ids(&["a", "b", "a", "a"]);
        assert_eq!(once, ids(&["a", "b", "a", "a"]));
        assert_eq!(once.iter().collect::<HashSet<_>>().len(), 4);
        assert_eq!(once[0], ids(&["a"])[0]);
        assert_ne!(once[0], Identities::of(b"csv").next(b"a"));
    }

    #[test]
    fn an_address_is_hashed_and_the_salt_matters() {
        let plain = client_id(None, "83.149.9.216");
        assert_eq!(plain.len(), 32);
        assert_eq!(plain, client_id(None, "83.149.9.216"));
        assert_ne!(plain, client_id(Some("pepper"), "83.149.9.216"));
        assert_eq!(client_id(None, "2001:DB8::1"), client_id(None, "2001:db8::1"));
    }
}
