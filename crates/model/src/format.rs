//! Figures and dates as people say them, in the [current language](crate::language::within). Pure, so that the server, the
//! browser, a label and a table agree.

use jiff::civil::DateTime;

use crate::dashboard::{Unit, WidgetOptions};
use crate::language::{Clock, Language, current, reader, t_with};
use crate::query::Interval;

/// How a language writes figures and dates.
struct Habits {
    months: [&'static str; 12],
    weekdays: [&'static str; 7],
    thousands: char,
    decimals: char,
    /// What stands behind thousands, millions and so on.
    large: [&'static str; 4],
    minutes: &'static str,
    /// What stands behind a time before and after noon, on a clock of twelve hours.
    halves: [&'static str; 2],
}

static ENGLISH: Habits = Habits {
    months: [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ],
    weekdays: ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],
    thousands: ',',
    decimals: '.',
    large: ["k", "M", "B", "T"],
    minutes: "m",
    halves: ["am", "pm"],
};

static GERMAN: Habits = Habits {
    months: [
        "Jan", "Feb", "März", "Apr", "Mai", "Juni", "Juli", "Aug", "Sep", "Okt", "Nov", "Dez",
    ],
    weekdays: ["Mo", "Di", "Mi", "Do", "Fr", "Sa", "So"],
    thousands: '.',
    decimals: ',',
    large: ["Tsd.", "Mio.", "Mrd.", "Bio."],
    minutes: "min",
    halves: ["AM", "PM"],
};

fn habits() -> &'static Habits {
    match current() {
        Language::English => &ENGLISH,
        Language::German => &GERMAN,
    }
}

/// The days of a week from Monday on: `Mon`.
#[must_use]
pub fn weekdays() -> [&'static str; 7] {
    habits().weekdays
}

/// A figure in few characters, for axes and big figures: `1,234`, `12.3 k`, `4.6 M`.
#[must_use]
pub fn short(value: f64) -> String {
    let magnitude = value.abs();
    if magnitude < 10_000.0 {
        return exact(value);
    }
    let (divisor, size) = match magnitude {
        below if below < 999_950.0 => (1e3, 0),
        below if below < 999_950_000.0 => (1e6, 1),
        below if below < 999_950_000_000.0 => (1e9, 2),
        _ => (1e12, 3),
    };
    format!("{} {}", trimmed(value / divisor, 1), habits().large[size])
}

/// A figure in full, for tables and tooltips: thousands separated, at most two decimals.
#[must_use]
pub fn exact(value: f64) -> String {
    grouped(&plain(value, 2))
}

/// A figure with its unit in few characters.
#[must_use]
pub fn short_with_unit(value: f64, options: &WidgetOptions) -> String {
    with_unit(value, options, short)
}

/// A figure with its unit in full.
#[must_use]
pub fn exact_with_unit(value: f64, options: &WidgetOptions) -> String {
    with_unit(value, options, exact)
}

fn with_unit(value: f64, options: &WidgetOptions, number: fn(f64) -> String) -> String {
    match options.unit {
        Unit::Number => number(value),
        Unit::Percent => format!("{} %", trimmed(value, 1)),
        Unit::Currency => money(value, options.currency.as_deref().unwrap_or("USD"), number),
        Unit::Duration => duration(value),
        Unit::Bytes => bytes(value),
    }
}

fn money(value: f64, currency: &str, number: fn(f64) -> String) -> String {
    let sign = if value < 0.0 { "-" } else { "" };
    let amount = number(value.abs());
    if current() == Language::German {
        let symbol = match currency {
            "USD" => "$",
            "EUR" => "€",
            "GBP" => "£",
            "JPY" => "¥",
            code => code,
        };
        return format!("{sign}{amount} {symbol}");
    }
    match currency {
        "USD" => format!("{sign}${amount}"),
        "EUR" => format!("{sign}€{amount}"),
        "GBP" => format!("{sign}£{amount}"),
        "JPY" => format!("{sign}¥{amount}"),
        code => format!("{sign}{amount} {code}"),
    }
}

/// Seconds as `850 ms`, `14 s`, `2 m 14 s`, `3 h 5 m`, `4 d 2 h`.
#[must_use]
pub fn duration(seconds: f64) -> String {
    let sign = if seconds < 0.0 { "-" } else { "" };
    let seconds = seconds.abs();
    if seconds < 1.0 && seconds > 0.0 {
        return format!("{sign}{} ms", trimmed(seconds * 1_000.0, 0));
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "not negative, and saturation is fine"
    )]
    let whole = seconds.round() as u64;
    let (days, hours, minutes, rest) = (whole / 86_400, whole / 3_600 % 24, whole / 60 % 60, whole % 60);
    let two = |large: u64, unit: &str, small: u64, sub: &str| match small {
        0 => format!("{sign}{large} {unit}"),
        small => format!("{sign}{large} {unit} {small} {sub}"),
    };
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{sign}{rest} s"),
        (0, 0, minutes) => two(minutes, habits().minutes, rest, "s"),
        (0, hours, minutes) => two(hours, "h", minutes, habits().minutes),
        (days, hours, _) => two(days, "d", hours, "h"),
    }
}

/// Bytes as `812 B`, `12.3 kB`, `4.6 MB`.
#[must_use]
pub fn bytes(value: f64) -> String {
    let magnitude = value.abs();
    let (divisor, unit) = match magnitude {
        below if below < 1e3 => (1.0, "B"),
        below if below < 1e6 => (1e3, "kB"),
        below if below < 1e9 => (1e6, "MB"),
        below if below < 1e12 => (1e9, "GB"),
        _ => (1e12, "TB"),
    };
    format!("{} {unit}", trimmed(value / divisor, 1))
}

/// The relative change from `before` to `now` in per cent; `None` where there is nothing to compare with.
#[must_use]
pub fn change_percent(now: f64, before: f64) -> Option<f64> {
    (before != 0.0).then(|| (now - before) / before.abs() * 100.0)
}

/// A time of day to the minute: `14:05`, or `2:05 pm` on a clock of twelve hours.
#[must_use]
pub fn time_of_day(time: DateTime) -> String {
    clocked(hour(time), &format!(":{:02}", time.minute()))
}

/// A full hour of the day, from 0: `14:00`, `2:00 pm`.
#[must_use]
pub fn hour_in_full(hour: usize) -> String {
    clocked(hour, ":00")
}

/// A full hour of the day, from 0, above a column: `14`, `2p`.
#[must_use]
pub fn hour_of_day(hour: usize) -> String {
    match reader().clock {
        Clock::TwentyFour => hour.to_string(),
        Clock::Twelve => format!("{}{}", on_the_dial(hour), if hour < 12 { 'a' } else { 'p' }),
    }
}

/// A full hour in few characters: `14:00`, `2 pm`.
fn full_hour(time: DateTime) -> String {
    match reader().clock {
        Clock::TwentyFour => time_of_day(time),
        Clock::Twelve => clocked(hour(time), ""),
    }
}

/// The hour, what comes `after` it, and the half of the day where the clock has two.
fn clocked(hour: usize, after: &str) -> String {
    match reader().clock {
        Clock::TwentyFour => format!("{hour:02}{after}"),
        Clock::Twelve => {
            let half = habits().halves[usize::from(hour >= 12)];
            format!("{}{after} {half}", on_the_dial(hour))
        }
    }
}

fn hour(time: DateTime) -> usize {
    usize::from(time.hour().unsigned_abs())
}

const fn on_the_dial(hour: usize) -> usize {
    if hour.is_multiple_of(12) { 12 } else { hour % 12 }
}

/// A bucket on an axis: `17 May`, `14:00` or `2 pm`, `May 2015`; the year only where `with_year` asks for it.
#[must_use]
pub fn bucket(begin: DateTime, interval: Interval, with_year: bool) -> String {
    let month = habits().months[begin.month().unsigned_abs() as usize - 1];
    let dot = if current() == Language::German { "." } else { "" };
    match interval {
        Interval::Hour if begin.minute() == 0 => full_hour(begin),
        Interval::Minute | Interval::Hour => time_of_day(begin),
        Interval::Day | Interval::Week if with_year => {
            format!("{}{dot} {month} {}", begin.day(), begin.year())
        }
        Interval::Day | Interval::Week => format!("{}{dot} {month}", begin.day()),
        Interval::Month => format!("{month} {}", begin.year()),
    }
}

/// A bucket in full, for tables and tooltips: `Sun 17 May 2015`, `17 May 2015, 14:00`, `Week of 18 May 2015`.
#[must_use]
pub fn bucket_in_full(begin: DateTime, interval: Interval) -> String {
    let day = bucket(begin, Interval::Day, true);
    match interval {
        Interval::Minute | Interval::Hour => format!("{day}, {}", time_of_day(begin)),
        Interval::Day => {
            let weekday = begin.date().weekday().to_monday_zero_offset().unsigned_abs();
            let comma = if current() == Language::German { "," } else { "" };
            format!("{}{comma} {day}", weekdays()[weekday as usize])
        }
        Interval::Week => t_with("Week of {0}", &[&day]),
        Interval::Month => bucket(begin, Interval::Month, true),
    }
}

/// A moment to the second: `17 May 2015, 14:00:05`.
#[must_use]
pub fn moment_in_full(moment: DateTime) -> String {
    let day = bucket(moment, Interval::Day, true);
    let seconds = format!(":{:02}:{:02}", moment.minute(), moment.second());
    format!("{day}, {}", clocked(hour(moment), &seconds))
}

/// A figure with exactly so many decimals, without groups: `5.0`.
#[must_use]
pub fn fixed(value: f64, decimals: usize) -> String {
    signed(format!("{value:.decimals$}"))
}

fn trimmed(value: f64, decimals: usize) -> String {
    signed(plain(value, decimals))
}

/// With the decimal sign of the language.
fn signed(text: String) -> String {
    match habits().decimals {
        '.' => text,
        sign => text.replace('.', sign.encode_utf8(&mut [0; 4])),
    }
}

fn plain(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    let text = if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.')
    } else {
        &text
    };
    if text == "-0" {
        "0".to_owned()
    } else {
        text.to_owned()
    }
}

fn grouped(text: &str) -> String {
    let habits = habits();
    let (whole, fraction) = text
        .split_once('.')
        .map_or((text, None), |(whole, fraction)| (whole, Some(fraction)));
    let (sign, digits) = whole
        .strip_prefix('-')
        .map_or(("", whole), |digits| ("-", digits));
    let mut grouped = String::with_capacity(text.len() + digits.len() / 3);
    grouped.push_str(sign);
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            grouped.push(habits.thousands);
        }
        grouped.push(digit);
    }
    if let Some(fraction) = fraction {
        grouped.push(habits.decimals);
        grouped.push_str(fraction);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers() {
        for (value, few, full) in [
            (0.0, "0", "0"),
            (-0.001, "0", "0"),
            (1_234.0, "1,234", "1,234"),
            (9_126.5, "9,126.5", "9,126.5"),
            (12_345.0, "12.3 k", "12,345"),
            (999_960.0, "1 M", "999,960"),
            (4_600_000.0, "4.6 M", "4,600,000"),
            (-1_234_567.891, "-1.2 M", "-1,234,567.89"),
            (2e12, "2 T", "2,000,000,000,000"),
        ] {
            assert_eq!(
                (short(value).as_str(), exact(value).as_str()),
                (few, full),
                "{value}"
            );
        }
    }

    #[test]
    fn units() {
        assert_eq!(duration(134.0), "2 m 14 s");
        assert_eq!(duration(0.85), "850 ms");
        assert_eq!(duration(356_400.0), "4 d 3 h");
        assert_eq!(bytes(203_023.0), "203 kB");
        let money = WidgetOptions {
            unit: Unit::Currency,
            currency: Some("EUR".into()),
            ..WidgetOptions::default()
        };
        assert_eq!(exact_with_unit(-1_234.5, &money), "-€1,234.5");
        assert_eq!(change_percent(110.0, 100.0), Some(10.0));
        assert_eq!(change_percent(1.0, 0.0), None);
    }

    #[test]
    fn german() {
        use crate::language::within;
        let money = WidgetOptions {
            unit: Unit::Currency,
            currency: Some("EUR".into()),
            ..WidgetOptions::default()
        };
        let begin = jiff::civil::date(2015, 5, 17).at(14, 0, 0, 0);
        let written = within(Language::German, || {
            [
                short(12_345.0),
                short(-1.2e9),
                exact(-1_234_567.891),
                exact_with_unit(-1_234.5, &money),
                duration(134.0),
                bytes(1_234.0),
                bucket(begin, Interval::Day, false),
                bucket_in_full(begin, Interval::Day),
                bucket_in_full(begin, Interval::Week),
                bucket_in_full(begin, Interval::Hour),
            ]
        });
        assert_eq!(
            written,
            [
                "12,3 Tsd.",
                "-1,2 Mrd.",
                "-1.234.567,89",
                "-1.234,5 €",
                "2 min 14 s",
                "1,2 kB",
                "17. Mai",
                "So, 17. Mai 2015",
                "Woche ab 17. Mai 2015",
                "17. Mai 2015, 14:00",
            ]
        );
    }

    #[test]
    fn a_clock_of_twelve_hours() {
        use crate::language::{Reader, within};
        let at = |hour, minute| jiff::civil::date(2015, 5, 17).at(hour, minute, 5, 0);
        let read = |language| Reader {
            language,
            clock: Clock::Twelve,
        };
        let written = within(read(Language::English), || {
            [
                time_of_day(at(0, 5)),
                time_of_day(at(12, 0)),
                time_of_day(at(23, 59)),
                bucket(at(14, 0), Interval::Hour, false),
                bucket(at(0, 0), Interval::Hour, false),
                bucket(at(14, 30), Interval::Hour, false),
                bucket(at(14, 0), Interval::Minute, false),
                bucket_in_full(at(9, 0), Interval::Hour),
                moment_in_full(at(21, 7)),
                [0, 1, 12, 23].map(hour_of_day).join(" "),
                [0, 11, 12].map(hour_in_full).join(" "),
            ]
        });
        assert_eq!(
            written,
            [
                "12:05 am",
                "12:00 pm",
                "11:59 pm",
                "2 pm",
                "12 am",
                "2:30 pm",
                "2:00 pm",
                "17 May 2015, 9:00 am",
                "17 May 2015, 9:07:05 pm",
                "12a 1a 12p 11p",
                "12:00 am 11:00 am 12:00 pm",
            ]
        );
        let german = within(read(Language::German), || {
            bucket_in_full(at(14, 5), Interval::Minute)
        });
        assert_eq!(german, "17. Mai 2015, 2:05 PM");
        assert_eq!(moment_in_full(at(14, 5)), "17 May 2015, 14:05:05");
        assert_eq!([0, 23].map(hour_of_day), ["0", "23"]);
    }

    #[test]
    fn dates() {
        let begin = jiff::civil::date(2015, 5, 17).at(14, 0, 0, 0);
        assert_eq!(bucket(begin, Interval::Day, false), "17 May");
        assert_eq!(bucket(begin, Interval::Hour, false), "14:00");
        assert_eq!(bucket(begin, Interval::Month, false), "May 2015");
        assert_eq!(bucket_in_full(begin, Interval::Day), "Sun 17 May 2015");
        assert_eq!(bucket_in_full(begin, Interval::Hour), "17 May 2015, 14:00");
    }
}
