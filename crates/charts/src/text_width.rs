//! How wide text is in Roboto, without carrying the font along.
//!
//! charts-rs measures by parsing the font that it embeds: about 100 kB of every page's WASM. The advances of the
//! letters are 1 kB; a test holds them against the embedded font.

/// Font units of an em.
const EM: f64 = 2048.0;
/// Wide enough for letters that Roboto does not have: most are no wider than an em.
const UNKNOWN: u16 = 2048;
const ELLIPSIS: char = '…';

/// How wide `text` is at `size` pixels, in the regular weight.
pub(crate) fn width(text: &str, size: f64) -> f64 {
    let units: f64 = text.chars().map(|letter| f64::from(advance(letter))).sum();
    units / EM * size
}

/// `text` as it is if it fits into `room` pixels, otherwise its beginning and an ellipsis.
pub(crate) fn fitted(text: &str, size: f64, room: f64) -> String {
    if width(text, size) <= room {
        return text.to_owned();
    }
    let mut left = room - width("…", size);
    let begin: String = text
        .chars()
        .take_while(|letter| {
            left -= f64::from(advance(*letter)) / EM * size;
            left >= 0.0
        })
        .collect();
    format!("{}{ELLIPSIS}", begin.trim_end())
}

fn advance(letter: char) -> u16 {
    let code = u32::from(letter);
    let within = |first: u32, widths: &[u16]| {
        let position = usize::try_from(code.checked_sub(first)?).ok()?;
        widths.get(position).copied().filter(|width| *width > 0)
    };
    let punctuation = match letter {
        ELLIPSIS => Some(1370),
        '–' => Some(1344),
        '—' => Some(1599),
        '’' => Some(409),
        '€' => Some(1150),
        _ => None,
    };
    punctuation
        .or_else(|| within(0x20, &LATIN))
        .or_else(|| within(0x370, &GREEK))
        .or_else(|| within(0x400, &CYRILLIC))
        .unwrap_or(UNKNOWN)
}

#[rustfmt::skip]
const LATIN: [u16; 352] = [
    507, 527, 655, 1261, 1150, 1500, 1273, 357, 700, 712, 882, 1161, 402, 565, 539, 844, 1150, 1150, 1150,
    1150, 1150, 1150, 1150, 1150, 1150, 1150, 496, 433, 1041, 1124, 1070, 967, 1839, 1336, 1275, 1333, 1343,
    1164, 1132, 1395, 1460, 557, 1130, 1284, 1102, 1788, 1460, 1408, 1292, 1408, 1261, 1215, 1222, 1328, 1303,
    1817, 1284, 1230, 1226, 543, 840, 543, 856, 924, 633, 1114, 1149, 1072, 1155, 1085, 711, 1149, 1128, 497,
    489, 1038, 497, 1795, 1130, 1168, 1149, 1164, 693, 1056, 669, 1129, 992, 1539, 1015, 969, 1015, 693, 499,
    693, 1393, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 507, 499, 1120, 1190, 1460, 1075, 491, 1256, 856, 1609, 915, 961, 1134, 565, 1610, 938, 765, 1094, 751,
    751, 642, 1160, 1001, 534, 507, 751, 931, 960, 1500, 1589, 1593, 969, 1336, 1336, 1336, 1336, 1336, 1336,
    1914, 1333, 1164, 1164, 1164, 1164, 557, 557, 557, 557, 1373, 1460, 1408, 1408, 1408, 1408, 1408, 1092,
    1408, 1328, 1328, 1328, 1328, 1230, 1210, 1218, 1114, 1114, 1114, 1114, 1114, 1114, 1729, 1072, 1085,
    1085, 1085, 1085, 506, 506, 506, 506, 1200, 1130, 1168, 1168, 1168, 1168, 1168, 1169, 1160, 1129, 1129,
    1129, 1129, 969, 1180, 969, 1336, 1114, 1336, 1114, 1336, 1114, 1333, 1072, 1333, 1072, 1333, 1072, 1333,
    1072, 1343, 1305, 1373, 1223, 1164, 1085, 1164, 1085, 1164, 1085, 1164, 1085, 1164, 1085, 1395, 1149,
    1395, 1149, 1395, 1149, 1395, 1149, 1460, 1128, 1434, 1158, 557, 506, 557, 506, 557, 506, 557, 497, 557,
    506, 1687, 986, 1130, 515, 1284, 1038, 1139, 1102, 497, 1102, 497, 1102, 647, 1102, 717, 1103, 553, 1460,
    1130, 1460, 1130, 1460, 1130, 1130, 1419, 1160, 1408, 1168, 1408, 1168, 1408, 1168, 1953, 1860, 1261, 693,
    1261, 693, 1261, 693, 1215, 1056, 1215, 1056, 1215, 1056, 1215, 1056, 1222, 669, 1222, 709, 1222, 669,
    1328, 1129, 1328, 1129, 1328, 1129, 1328, 1129, 1328, 1129, 1328, 1129, 1817, 1539, 1230, 969, 1230, 1226,
    1015, 1226, 1015, 1226, 1015, 508,
];

#[rustfmt::skip]
const GREEK: [u16; 144] = [
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 525, 1035, 1336, 535, 1164, 1460, 557, 0,
    1428, 0, 1330, 1382, 663, 1336, 1275, 1139, 1444, 1164, 1226, 1460, 1393, 557, 1284, 1342, 1788, 1460,
    1169, 1408, 1461, 1292, 0, 1169, 1222, 1230, 1467, 1284, 1417, 1362, 557, 1230, 1157, 1104, 1160, 663,
    1117, 1157, 1213, 1026, 1160, 1104, 1061, 1160, 1166, 663, 1139, 1134, 1160, 992, 1004, 1168, 1220, 1160,
    1101, 1160, 1068, 1117, 1443, 1015, 1434, 1687, 663, 1117, 1168, 1117, 1687, 0, 0, 1185, 1090, 0, 0, 0,
    1608, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0,
];

#[rustfmt::skip]
const CYRILLIC: [u16; 96] = [
    1164, 1164, 1535, 1139, 1380, 1215, 557, 557, 1130, 2193, 2212, 1666, 1284, 1460, 1287, 1460, 1336, 1291,
    1275, 1139, 1540, 1164, 1859, 1215, 1460, 1460, 1316, 1449, 1788, 1460, 1408, 1461, 1292, 1333, 1222,
    1287, 1580, 1284, 1497, 1402, 1927, 1984, 1554, 1771, 1285, 1380, 1831, 1304, 1114, 1132, 1170, 859, 1236,
    1085, 1568, 1040, 1182, 1182, 1106, 1184, 1519, 1181, 1168, 1182, 1149, 1072, 984, 969, 1485, 1015, 1213,
    1113, 1656, 1694, 1271, 1590, 1112, 1101, 1671, 1124, 1085, 1085, 1128, 859, 1101, 1056, 497, 506, 489,
    1737, 1764, 1161, 1106, 1182, 969, 1182,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_agrees_with_the_font_that_charts_rs_embeds() {
        let font = ttf_parser::Face::parse(charts_rs::DEFAULT_FONT_DATA, 0).expect("it is a font");
        assert!((f64::from(font.units_per_em()) - EM).abs() < 0.5);
        let letters = ('\u{20}'..'\u{17f}')
            .chain('\u{370}'..'\u{45f}')
            .chain(['…', '–', '—', '’', '€']);
        for letter in letters {
            let glyph = font
                .glyph_index(letter)
                .and_then(|glyph| font.glyph_hor_advance(glyph));
            let expected = glyph.filter(|advance| *advance > 0).unwrap_or(UNKNOWN);
            assert_eq!(advance(letter), expected, "{letter:?}");
        }
    }

    #[test]
    fn long_text_ends_in_an_ellipsis() {
        assert_eq!(fitted("short", 13.0, 100.0), "short");
        let cut = fitted("/a/very/long/path/that/does/not/fit", 13.0, 100.0);
        assert!(cut.ends_with('…') && width(&cut, 13.0) <= 100.0, "{cut}");
        assert_eq!(fitted("anything", 13.0, 0.0), "…");
    }
}
