//! Who the demo's users are: nobody, and their addresses lead nowhere (`.example`, RFC 2606).

use super::dice::Dice;

const FIRST: [&str; 24] = [
    "Ada", "Amara", "Björn", "Chiara", "Daniel", "Elif", "Farid", "Grace", "Hana", "Ivo", "Jonas", "Keiko",
    "Lena", "Mateo", "Nadia", "Oskar", "Priya", "Quentin", "Rosa", "Samir", "Tess", "Uma", "Viktor", "Yara",
];
const LAST: [&str; 24] = [
    "Almeida",
    "Berg",
    "Castillo",
    "Dubois",
    "Eriksen",
    "Fontaine",
    "García",
    "Hughes",
    "Ito",
    "Jansen",
    "Kaya",
    "Lindqvist",
    "Moreau",
    "Novak",
    "Okafor",
    "Patel",
    "Quinn",
    "Rossi",
    "Schneider",
    "Tanaka",
    "Ueda",
    "Vogel",
    "Weber",
    "Zhang",
];
const COMPANIES: [&str; 8] = [
    "acme",
    "brightdesk",
    "fjordworks",
    "lumen",
    "northwind",
    "parcelhub",
    "stonebridge",
    "tidewater",
];

/// A name and an e-mail address.
pub(super) struct Known {
    pub(super) name: String,
    pub(super) email: String,
}

impl Known {
    /// The `number`th visitor who came first on `day` (days since 1970): always the same one.
    pub(super) fn of(day: i64, number: u32) -> Self {
        // Other throws than those that decide what the visitor does.
        let mut dice = Dice::of(day, 1 << 23 | number);
        let (first, last, company) = (dice.one_of(&FIRST), dice.one_of(&LAST), dice.one_of(&COMPANIES));
        let mailbox = format!("{first}.{last}")
            .to_lowercase()
            .replace('ö', "oe")
            .replace('í', "i");
        Self {
            name: format!("{first} {last}"),
            // Some people share a name, and nobody shares an address.
            email: format!(
                "{mailbox}{}@{company}.example",
                day % 200 * 200 + i64::from(number)
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn everybody_has_a_name_and_an_address_of_their_own() {
        let known: Vec<Known> = (0..1_000)
            .map(|number| Known::of(20_000 + i64::from(number) / 100, number % 100))
            .collect();
        let addresses: HashSet<&str> = known.iter().map(|known| known.email.as_str()).collect();
        assert_eq!(addresses.len(), known.len());
        let names: HashSet<&str> = known.iter().map(|known| known.name.as_str()).collect();
        assert!(names.len() > 400, "{}", names.len());
        assert!(
            known
                .iter()
                .all(|known| known.name.contains(' ') && known.email.is_ascii())
        );
    }
}
