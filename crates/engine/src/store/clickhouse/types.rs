//! The types of columns, and one value of each.

use super::fault::Fault;
use crate::store::Cell;

/// What compiled statements may select.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Type {
    Nothing,
    Bool,
    /// So many bytes.
    Int(usize),
    Unsigned(usize),
    Float32,
    Float64,
    Text,
    /// Whole microseconds.
    Micros,
    Nullable(Box<Type>),
    List(Box<Type>),
}

impl Type {
    /// Reads a type's name.
    pub(super) fn read(name: &str) -> Result<Self, Fault> {
        if let Some(inner) = inside(name, "Nullable") {
            return Ok(Self::Nullable(Box::new(Self::read(inner)?)));
        }
        if let Some(inner) = inside(name, "Array") {
            return Ok(Self::List(Box::new(Self::read(inner)?)));
        }
        if let Some(inner) = inside(name, "LowCardinality") {
            return Self::read(inner);
        }
        // The name of a function, and the type of what it makes.
        if let Some((_, inner)) =
            inside(name, "SimpleAggregateFunction").and_then(|both| both.split_once(", "))
        {
            return Self::read(inner);
        }
        Ok(match name {
            "Nothing" => Self::Nothing,
            "Bool" => Self::Bool,
            "Int8" => Self::Int(1),
            "Int16" => Self::Int(2),
            "Int32" => Self::Int(4),
            "Int64" => Self::Int(8),
            "UInt8" => Self::Unsigned(1),
            "UInt16" => Self::Unsigned(2),
            "UInt32" => Self::Unsigned(4),
            "UInt64" => Self::Unsigned(8),
            "Float32" => Self::Float32,
            "Float64" => Self::Float64,
            "String" => Self::Text,
            "DateTime64(6)" | "DateTime64(6, 'UTC')" => Self::Micros,
            other => return Err(Fault::UnknownType(other.to_owned())),
        })
    }

    /// The next value of `bytes`, which then begin after it; nothing where they end before it does.
    pub(super) fn value(&self, bytes: &mut &[u8]) -> Option<Cell> {
        Some(match self {
            Self::Nothing => Cell::Null,
            Self::Bool => Cell::Int(i64::from(take(bytes, 1)?[0] != 0)),
            Self::Int(width) => Cell::Int(i64::from_le_bytes(widened(take(bytes, *width)?, true))),
            Self::Unsigned(width) => {
                let value = u64::from_le_bytes(widened(take(bytes, *width)?, false));
                i64::try_from(value).map_or(Cell::Null, Cell::Int)
            }
            Self::Float32 => Cell::Number(f32::from_le_bytes(array(take(bytes, 4)?)?).into()),
            Self::Float64 => Cell::Number(f64::from_le_bytes(array(take(bytes, 8)?)?)),
            Self::Text => Cell::Text(text(bytes)?),
            Self::Micros => Cell::Int(i64::from_le_bytes(array(take(bytes, 8)?)?)),
            Self::Nullable(inner) => match take(bytes, 1)?[0] {
                0 => inner.value(bytes)?,
                _ => Cell::Null,
            },
            Self::List(inner) => inner.list(bytes)?,
        })
    }

    fn list(&self, bytes: &mut &[u8]) -> Option<Cell> {
        let count = length(bytes)?;
        let is_text = match self {
            Self::Nullable(inner) => **inner == Self::Text,
            plain => *plain == Self::Text,
        };
        let values = (0..count).map(|_| self.value(bytes));
        if is_text {
            let texts = values.map(|value| Some(value?.text().unwrap_or_default().to_owned()));
            return texts.collect::<Option<_>>().map(Cell::Texts);
        }
        let ints = values.map(|value| Some(value?.int().unwrap_or_default()));
        ints.collect::<Option<_>>().map(Cell::Ints)
    }
}

fn inside<'n>(name: &'n str, outer: &str) -> Option<&'n str> {
    name.strip_prefix(outer)?.strip_prefix('(')?.strip_suffix(')')
}

fn take<'b>(bytes: &mut &'b [u8], count: usize) -> Option<&'b [u8]> {
    let (taken, rest) = bytes.split_at_checked(count)?;
    *bytes = rest;
    Some(taken)
}

fn array<const N: usize>(bytes: &[u8]) -> Option<[u8; N]> {
    bytes.try_into().ok()
}

/// Little end first, filled up with the sign.
fn widened(bytes: &[u8], is_signed: bool) -> [u8; 8] {
    let is_negative = is_signed && bytes.last().is_some_and(|byte| *byte >= 0x80);
    let mut wide = [if is_negative { 0xff } else { 0 }; 8];
    wide[..bytes.len()].copy_from_slice(bytes);
    wide
}

/// A length: seven bits in each byte, the least first.
pub(super) fn length(bytes: &mut &[u8]) -> Option<usize> {
    let mut length = 0_u64;
    for position in 0..9 {
        let byte = take(bytes, 1)?[0];
        length |= u64::from(byte & 0x7f) << (7 * position);
        if byte & 0x80 == 0 {
            break;
        }
    }
    usize::try_from(length).ok()
}

pub(super) fn text(bytes: &mut &[u8]) -> Option<String> {
    let count = length(bytes)?;
    Some(String::from_utf8_lossy(take(bytes, count)?).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(name: &str, mut bytes: &[u8]) -> Option<Cell> {
        let value = Type::read(name).expect("a type").value(&mut bytes);
        assert!(value.is_none() || bytes.is_empty(), "{name} left {bytes:?}");
        value
    }

    #[test]
    fn values_are_read_exactly() {
        assert_eq!(read("Int8", &[0xff]), Some(Cell::Int(-1)));
        assert_eq!(read("Int64", &i64::MIN.to_le_bytes()), Some(Cell::Int(i64::MIN)));
        assert_eq!(read("UInt32", &[0xff; 4]), Some(Cell::Int(u32::MAX.into())));
        assert_eq!(read("UInt64", &[0xff; 8]), Some(Cell::Null), "it fits nowhere");
        assert_eq!(read("Float64", &0.1_f64.to_le_bytes()), Some(Cell::Number(0.1)));
        assert_eq!(
            read("LowCardinality(Nullable(String))", b"\0\x02hi"),
            Some(Cell::Text("hi".to_owned()))
        );
        assert_eq!(read("Nullable(Nothing)", &[1]), Some(Cell::Null));
        assert_eq!(
            read("SimpleAggregateFunction(max, UInt8)", &[9]),
            Some(Cell::Int(9))
        );
        assert_eq!(
            read("DateTime64(6, 'UTC')", &(-5_i64).to_le_bytes()),
            Some(Cell::Int(-5))
        );
        assert_eq!(read("Array(UInt8)", &[2, 7, 8]), Some(Cell::Ints(vec![7, 8])));
        assert_eq!(
            read("Array(Nullable(String))", b"\x02\0\x01a\x01"),
            Some(Cell::Texts(vec!["a".to_owned(), String::new()]))
        );
    }

    #[test]
    fn what_is_not_all_there_is_no_value() {
        assert_eq!(read("Int64", &[1, 2, 3]), None);
        assert_eq!(read("String", b"\x05hi"), None);
        assert_eq!(read("Array(String)", b"\x02\x01a"), None);
        assert!(Type::read("Tuple(Int8)").is_err());
    }
}
