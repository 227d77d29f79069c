//! Which days a page of the calendar holds.

use jiff::ToSpan;
use jiff::civil::Date;
use model::account::WeekStart;
use model::query::Period;

use super::first_of_week;

/// The first day of `period`, and the first day after it.
pub(super) fn days(period: Period, today: Date, week_start: WeekStart) -> Result<(Date, Date), jiff::Error> {
    let first = first_day(period, today, week_start)?;
    if period.is_running() {
        return Ok((first, today.tomorrow()?));
    }
    Ok((first_day(period, first.yesterday()?, week_start)?, first))
}

/// The first day of the page that `date` is on.
fn first_day(period: Period, date: Date, week_start: WeekStart) -> Result<Date, jiff::Error> {
    match period {
        Period::Yesterday => Ok(date),
        Period::ThisWeek | Period::LastWeek => first_of_week(date, week_start),
        Period::ThisMonth | Period::LastMonth => Ok(date.first_of_month()),
        Period::ThisQuarter | Period::LastQuarter => {
            let months_in = i64::from((date.month() - 1) % 3);
            date.first_of_month().checked_sub(months_in.months())
        }
        Period::ThisYear | Period::LastYear => Ok(date.first_of_year()),
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn pages_begin_and_end_where_calendars_say() {
        let friday = date(2026, 11, 27);
        let tomorrow = date(2026, 11, 28);
        let monday = WeekStart::Monday;
        for (period, first, end) in [
            (Period::Yesterday, date(2026, 11, 26), friday),
            (Period::ThisWeek, date(2026, 11, 23), tomorrow),
            (Period::LastWeek, date(2026, 11, 16), date(2026, 11, 23)),
            (Period::ThisMonth, date(2026, 11, 1), tomorrow),
            (Period::LastMonth, date(2026, 10, 1), date(2026, 11, 1)),
            (Period::ThisQuarter, date(2026, 10, 1), tomorrow),
            (Period::LastQuarter, date(2026, 7, 1), date(2026, 10, 1)),
            (Period::ThisYear, date(2026, 1, 1), tomorrow),
            (Period::LastYear, date(2025, 1, 1), date(2026, 1, 1)),
        ] {
            assert_eq!(
                days(period, friday, monday).expect("days"),
                (first, end),
                "{period:?}"
            );
        }
    }

    #[test]
    fn weeks_begin_with_the_day_that_the_organization_says() {
        let sunday = date(2026, 11, 29);
        assert_eq!(
            days(Period::ThisWeek, sunday, WeekStart::Sunday).expect("days"),
            (sunday, date(2026, 11, 30))
        );
        assert_eq!(
            days(Period::LastWeek, sunday, WeekStart::Monday).expect("days"),
            (date(2026, 11, 16), date(2026, 11, 23))
        );
    }

    #[test]
    fn on_new_year_last_year_is_over() {
        let new_year = date(2027, 1, 1);
        assert_eq!(
            days(Period::LastQuarter, new_year, WeekStart::Monday).expect("days"),
            (date(2026, 10, 1), new_year)
        );
        assert_eq!(
            days(Period::ThisYear, new_year, WeekStart::Monday).expect("days"),
            (new_year, date(2027, 1, 2))
        );
    }
}
