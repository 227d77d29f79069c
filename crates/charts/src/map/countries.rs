//! The countries of the world: codes, names and outlines. `README.md` says where they come from.

const WORLD: &str = include_str!("world.txt");
/// The letter of no step.
const STILL: i32 = 79;
/// Across the whole map.
pub(super) const WIDTH: f64 = 1_000.0;
/// From the north to Cape Horn.
pub(super) const HEIGHT: f64 = 436.0;

/// A country of the map.
pub(super) struct Country {
    /// Two letters of ISO 3166-1.
    pub(super) code: &'static str,
    /// What most people call it.
    pub(super) name: &'static str,
    /// Where it is marked when it is too small for an outline.
    pub(super) centre: (i32, i32),
    outlines: &'static str,
}

impl Country {
    pub(super) const fn has_outline(&self) -> bool {
        !self.outlines.is_empty()
    }

    /// The points of each of its parts.
    pub(super) fn outlines(&self) -> impl Iterator<Item = Vec<(i32, i32)>> + use<> {
        let parts = self.outlines.split(' ').filter(|part| !part.is_empty());
        parts.filter_map(|part| {
            let (first, steps) = part.split_once(':')?;
            let mut at = point(first)?;
            let mut points = vec![at];
            for step in steps.as_bytes().chunks_exact(2) {
                at.0 += i32::from(step[0]) - STILL;
                at.1 += i32::from(step[1]) - STILL;
                points.push(at);
            }
            Some(points)
        })
    }
}

fn point(text: &str) -> Option<(i32, i32)> {
    let (x, y) = text.split_once(',')?;
    Some((x.parse().ok()?, y.parse().ok()?))
}

/// Every country, by its code.
pub(super) fn all() -> impl Iterator<Item = Country> {
    WORLD.lines().filter_map(|line| {
        let mut columns = line.split('\t');
        let (code, _, names) = (columns.next()?, columns.next()?, columns.next()?);
        Some(Country {
            code,
            name: names.split('|').next()?,
            centre: point(columns.next()?)?,
            outlines: columns.next()?,
        })
    })
}

/// The code of the country that `words` name: by its code of two or three letters or by one of its names.
pub(super) fn find(words: &str) -> Option<&'static str> {
    let words = words.trim();
    WORLD.lines().find_map(|line| {
        let mut columns = line.split('\t');
        let (two, three, names) = (columns.next()?, columns.next()?, columns.next()?);
        let mut called = [two, three].into_iter().chain(names.split('|'));
        called.any(|name| name.eq_ignore_ascii_case(words)).then_some(two)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn countries_are_found_by_code_and_by_name() {
        for (words, code) in [
            ("DE", "DE"),
            ("de", "DE"),
            ("DEU", "DE"),
            ("Germany", "DE"),
            ("United States", "US"),
            ("usa", "US"),
            ("UK", "GB"),
            ("Russia", "RU"),
            ("South Korea", "KR"),
            ("Czechia", "CZ"),
            ("Singapore", "SG"),
        ] {
            assert_eq!(find(words), Some(code), "{words}");
        }
        assert_eq!(find("Atlantis"), None);
        assert_eq!(find(""), None);
    }

    #[test]
    fn every_country_lies_on_the_map() {
        let mut with_outline = 0;
        for country in all() {
            let points = country.outlines().flatten().chain([country.centre]);
            for (x, y) in points {
                assert!(
                    (-2..=1_002).contains(&x) && (-2..=437).contains(&y),
                    "{}: {x}, {y}",
                    country.code
                );
            }
            with_outline += usize::from(country.has_outline());
        }
        assert!(with_outline > 160, "{with_outline}");
    }
}
