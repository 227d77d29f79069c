//! Writes a page with every chart to standard output: `cargo run -p charts --example gallery > gallery.html`.

#[path = "../tests/charts/samples.rs"]
mod samples;

use charts::{ChartSpec, Theme, render};
use model::answer::Answer;
use model::dashboard::{Stacking, WidgetType};

fn main() {
    let style = include_str!("../../../style/theme.css").replace("/fonts/", "public/fonts/");
    println!("<!doctype html><meta charset=utf-8><style>{style}</style><style>{PAGE}</style>");
    for (theme, name) in [(Theme::Page, "light"), (Theme::Page, "dark")] {
        println!("<main data-theme={name}>");
        for (title, answer, spec) in cards(theme) {
            println!(
                "<section><h2>{title}</h2>{}</section>",
                render(&answer, &spec).as_str()
            );
        }
        println!("</main>");
    }
}

const PAGE: &str = "body{margin:0} main{background:var(--page);color:var(--text);padding:24px;display:flex;\
    flex-wrap:wrap;gap:16px;font-family:Roboto;width:1300px} section{background:var(--card);\
    border:1px solid var(--line);border-radius:10px;padding:16px} h2{font:500 13px Roboto;color:var(--muted);\
    margin:0 0 12px}";

#[expect(clippy::too_many_lines, reason = "one line for each picture")]
fn cards(theme: Theme) -> Vec<(&'static str, Answer, ChartSpec)> {
    let wide = |kind| samples::spec(kind, 592, 250, theme);
    let small = |kind| samples::spec(kind, 376, 240, theme);
    let with = |options, spec| ChartSpec { options, ..spec };
    let in_seconds = |spec: ChartSpec| ChartSpec {
        options: samples::seconds(),
        ..spec
    };
    let in_euros = |spec: ChartSpec| ChartSpec {
        options: samples::euros(),
        ..spec
    };
    vec![
        ("Views, four days", samples::log(), wide(WidgetType::Bar)),
        ("Views, four days", samples::log(), wide(WidgetType::Line)),
        ("Sign-ups, 30 days", samples::month(), wide(WidgetType::Area)),
        ("Sign-ups, 30 days", samples::month(), wide(WidgetType::Bar)),
        ("Visitors, half an hour", samples::quiet(), wide(WidgetType::Bar)),
        ("Traffic, 90 days", samples::quarter(), wide(WidgetType::Line)),
        ("Traffic, 90 days", samples::quarter(), wide(WidgetType::Bar)),
        ("Views by path", samples::paths(), wide(WidgetType::StackedBar)),
        ("Views by path", samples::paths(), wide(WidgetType::Line)),
        (
            "Views by path",
            samples::compared(),
            small(WidgetType::HorizontalBar),
        ),
        ("Views by path", samples::paths(), small(WidgetType::Donut)),
        ("Views by path", samples::paths(), small(WidgetType::Pie)),
        (
            "Checkout time",
            samples::hours(),
            in_seconds(wide(WidgetType::Area)),
        ),
        (
            "Sign-ups",
            samples::month(),
            samples::spec(WidgetType::Stat, 260, 56, theme),
        ),
        (
            "Views",
            samples::log(),
            samples::spec(WidgetType::Stat, 260, 56, theme),
        ),
        (
            "Ways",
            samples::ways(),
            samples::spec(WidgetType::Paths, 900, 340, theme),
        ),
        ("Ways", samples::ways(), small(WidgetType::Paths)),
        (
            "Narrow donut",
            samples::paths(),
            samples::spec(WidgetType::Donut, 220, 400, theme),
        ),
        ("Views, compared", samples::log_compared(), wide(WidgetType::Bar)),
        (
            "Views, compared",
            samples::log_compared(),
            small(WidgetType::Area),
        ),
        ("Profit", samples::losses(), in_euros(small(WidgetType::Bar))),
        (
            "Profit",
            samples::losses(),
            in_euros(small(WidgetType::StackedBar)),
        ),
        ("Profit", samples::losses(), in_euros(small(WidgetType::Area))),
        ("An average with gaps", samples::gaps(), small(WidgetType::Line)),
        (
            "Profit",
            samples::losses(),
            in_euros(small(WidgetType::HorizontalBar)),
        ),
        (
            "Who comes back",
            samples::retention(),
            wide(WidgetType::Retention),
        ),
        (
            "Who comes back, by plan",
            samples::retention_by_plan(),
            small(WidgetType::Retention),
        ),
        ("Lifecycle", samples::lifecycle(), wide(WidgetType::StackedBar)),
        ("How far users get", samples::funnel(), wide(WidgetType::Funnel)),
        ("Active days", samples::stickiness(), small(WidgetType::Bar)),
        (
            "Hours of the week",
            samples::hours_of_weeks(),
            wide(WidgetType::Heatmap),
        ),
        ("Views by path", samples::paths(), wide(WidgetType::Heatmap)),
        ("Sign-ups", samples::year(), wide(WidgetType::Calendar)),
        ("Sign-ups", samples::year(), small(WidgetType::Calendar)),
        ("Sign-ups, 30 days", samples::month(), small(WidgetType::Calendar)),
        (
            "Visits",
            samples::countries(),
            samples::spec(WidgetType::Map, 800, 420, theme),
        ),
        ("Visits", samples::countries(), small(WidgetType::Map)),
        (
            "Views",
            samples::log(),
            with(samples::goals(&[12_000.0]), small(WidgetType::Gauge)),
        ),
        (
            "Views",
            samples::log(),
            with(
                samples::goals(&[9_000.0]),
                samples::spec(WidgetType::Gauge, 240, 180, theme),
            ),
        ),
        (
            "Views",
            samples::log(),
            samples::spec(WidgetType::Gauge, 240, 120, theme),
        ),
        (
            "Goals",
            samples::log(),
            with(samples::goals(&[2_000.0, 4_500.0]), wide(WidgetType::Line)),
        ),
        (
            "Logarithmic",
            samples::paths(),
            with(samples::by_tens(), wide(WidgetType::Line)),
        ),
        (
            "Stacked",
            samples::paths(),
            with(samples::stacked(Stacking::Normal), wide(WidgetType::Area)),
        ),
        (
            "Shares",
            samples::paths(),
            with(samples::stacked(Stacking::Percent), wide(WidgetType::Area)),
        ),
        (
            "Shares",
            samples::paths(),
            with(samples::stacked(Stacking::Percent), small(WidgetType::StackedBar)),
        ),
        ("With notes", samples::noted(), wide(WidgetType::Area)),
        (
            "Narrow",
            samples::quarter(),
            samples::spec(WidgetType::Area, 260, 200, theme),
        ),
    ]
}
