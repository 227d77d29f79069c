//! CSV: a header, and an event on each row. The columns of an event by their names, every other one a property.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use serde_json::{Map, Number, Value};

/// What a column holds.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Column {
    /// A field of the event itself.
    Field(&'static str),
    /// The time of the event.
    Timestamp,
    /// A property.
    Property(String),
    /// A column without a name.
    Nameless,
}

/// The header, with which rows become events.
#[derive(Debug)]
pub(crate) struct CsvRows {
    delimiter: u8,
    columns: Vec<Column>,
}

impl CsvRows {
    /// Reads the header row. Commas, semicolons and tabs are told apart by what it holds most.
    ///
    /// # Errors
    /// A sentence when the header cannot be one.
    pub(crate) fn from_header(row: &[u8]) -> Result<Self, String> {
        let delimiter = delimiter_of(row);
        let names = cells(row, delimiter)?;
        let mut columns = Vec::new();
        for name in &names {
            let column = column(name.trim());
            if column != Column::Nameless && columns.contains(&column) {
                return Err(format!("The header names the column `{}` twice.", name.trim()));
            }
            columns.push(column);
        }
        if !columns.contains(&Column::Field("name")) {
            return Err("The first row must be a header with a column `name` or `event`.".to_owned());
        }
        Ok(Self { delimiter, columns })
    }

    /// The row as an event; `id` is its id unless the row has one.
    ///
    /// # Errors
    /// A sentence that says what is wrong.
    pub(crate) fn event(&self, row: &[u8], id: &str) -> Result<String, String> {
        let cells = cells(row, self.delimiter)?;
        if cells.len() != self.columns.len() {
            let (found, expected) = (cells.len(), self.columns.len());
            return Err(format!("This row has {found} fields, the header has {expected}."));
        }
        let mut event = Map::new();
        let mut properties = Map::new();
        event.insert("id".to_owned(), id.into());
        for (column, cell) in self.columns.iter().zip(cells) {
            if cell.is_empty() {
                continue;
            }
            match column {
                Column::Field(field) => drop(event.insert((*field).to_owned(), cell.into())),
                Column::Timestamp => drop(event.insert("timestamp".to_owned(), in_rfc_3339(cell).into())),
                Column::Property(name) => drop(properties.insert(name.clone(), value(cell))),
                Column::Nameless => {}
            }
        }
        event.insert("properties".to_owned(), Value::Object(properties));
        Ok(Value::Object(event).to_string())
    }
}

fn column(name: &str) -> Column {
    match name {
        "name" | "event" => Column::Field("name"),
        "id" => Column::Field("id"),
        "user_id" => Column::Field("user_id"),
        "anonymous_id" => Column::Field("anonymous_id"),
        "session_id" => Column::Field("session_id"),
        "timestamp" => Column::Timestamp,
        "" => Column::Nameless,
        property => Column::Property(property.to_owned()),
    }
}

pub(super) fn delimiter_of(header: &[u8]) -> u8 {
    let count = |delimiter: u8| header.split(|byte| *byte == delimiter).count();
    // Of equals, `max_by_key` takes the last: the comma.
    [b'\t', b';', b',']
        .into_iter()
        .max_by_key(|delimiter| count(*delimiter))
        .unwrap_or(b',')
}

pub(super) fn cells(row: &[u8], delimiter: u8) -> Result<Vec<String>, String> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .buffer_capacity(row.len().max(64))
        .from_reader(row);
    let mut record = csv::StringRecord::new();
    match reader.read_record(&mut record) {
        Ok(true) => Ok(record.iter().map(str::to_owned).collect()),
        Ok(false) => Err("This row is empty.".to_owned()),
        Err(_) => Err("This row is not UTF-8. Save the file as UTF-8.".to_owned()),
    }
}

/// A time without a zone is taken as UTC; what is no time at all is left for the server to refuse.
fn in_rfc_3339(cell: String) -> String {
    let date_time = cell
        .parse::<DateTime>()
        .or_else(|_| cell.parse::<Date>().map(|date| date.at(0, 0, 0, 0)));
    let has_zone = cell.parse::<jiff::Timestamp>().is_ok();
    match date_time.map(|date_time| date_time.to_zoned(TimeZone::UTC)) {
        Ok(Ok(utc)) if !has_zone => utc.timestamp().to_string(),
        _ => cell,
    }
}

/// Numbers and booleans are recognised; what only looks like a number (`007`, a 20-digit code) stays text.
fn value(cell: String) -> Value {
    match cell.as_str() {
        "true" | "True" | "TRUE" => return true.into(),
        "false" | "False" | "FALSE" => return false.into(),
        _ => {}
    }
    if is_long_code(&cell) {
        return cell.into();
    }
    match serde_json::from_str::<Number>(&cell) {
        Ok(number) => Value::Number(number),
        Err(_) => cell.into(),
    }
}

/// Whole numbers of so many digits are codes, and a floating point number would lose their end.
fn is_long_code(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    digits.len() > 15 && digits.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn event(header: &str, row: &str) -> Value {
        let rows = CsvRows::from_header(header.as_bytes()).expect(header);
        serde_json::from_str(&rows.event(row.as_bytes(), "new").expect(row)).expect("it writes JSON")
    }

    #[test]
    fn columns_become_fields_and_properties() {
        let found = event(
            "event,timestamp,user_id,plan,amount,paid,code,,note",
            r#"purchase,2026-01-02 03:04:05,u1,pro,12.50,TRUE,007,ignored,"said ""hi"",
then left""#,
        );
        let expected = json!({
            "name": "purchase", "id": "new", "timestamp": "2026-01-02T03:04:05Z", "user_id": "u1",
            "properties": {"plan": "pro", "amount": 12.5, "paid": true, "code": "007", "note": "said \"hi\",\nthen left"},
        });
        assert_eq!(found, expected);
    }

    #[test]
    fn empty_cells_are_absent_and_a_row_may_have_its_own_id() {
        let found = event("id;name;user_id;a", "e-1;x;;");
        assert_eq!(found, json!({"id": "e-1", "name": "x", "properties": {}}));
    }

    #[test]
    fn a_table_of_times() {
        let cases = [
            ("2026-01-02T03:04:05+02:00", "2026-01-02T03:04:05+02:00"),
            ("2026-01-02T03:04:05Z", "2026-01-02T03:04:05Z"),
            ("2026-01-02", "2026-01-02T00:00:00Z"),
            ("2026-01-02T03:04", "2026-01-02T03:04:00Z"),
            ("soon", "soon"),
        ];
        for (cell, expected) in cases {
            assert_eq!(in_rfc_3339(cell.to_owned()), expected, "{cell}");
        }
    }

    #[test]
    fn a_table_of_values() {
        let cases = [
            ("1", json!(1)),
            ("-1.5e3", json!(-1500.0)),
            ("0", json!(0)),
            ("1,5", json!("1,5")),
            ("+1", json!("+1")),
            ("12345678901234567890", json!("12345678901234567890")),
            ("NaN", json!("NaN")),
            ("false", json!(false)),
            (" 1", json!(1)),
            ("0.30000000000000004", json!(0.300_000_000_000_000_04)),
        ];
        for (cell, expected) in cases {
            assert_eq!(value(cell.to_owned()), expected, "{cell}");
        }
    }

    #[test]
    fn headers_and_rows_that_do_not_fit_say_why() {
        let header = |row: &str| CsvRows::from_header(row.as_bytes()).expect_err(row);
        assert_eq!(
            header("a,b"),
            "The first row must be a header with a column `name` or `event`."
        );
        assert_eq!(header("name,a,a"), "The header names the column `a` twice.");
        let rows = CsvRows::from_header(b"name,a").expect("a header");
        assert_eq!(
            rows.event(b"x,1,2", "new").expect_err("too many"),
            "This row has 3 fields, the header has 2."
        );
        assert!(
            rows.event(b"x,\xFF", "new")
                .expect_err("Latin-1")
                .contains("UTF-8")
        );
    }

    proptest! {
        #[test]
        fn no_bytes_panic(header in r#"name[,;a-z"]{0,20}"#, row in proptest::collection::vec(any::<u8>(), 0..200)) {
            if let Ok(rows) = CsvRows::from_header(header.as_bytes()) {
                let _ = rows.event(&row, "id");
            }
        }
    }
}
