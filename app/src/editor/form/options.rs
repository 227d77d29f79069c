//! How the answer is drawn beside its type: goals, axis, legend, stacking, gaps and colours.

use leptos::prelude::*;
use model::dashboard::{Axis, Legend, MAX_GOALS, Nulls, Stacking, WidgetType};

use super::super::Editor;
use super::super::draft::{Course, Topic};
use super::super::inputs::{self, Called};
use super::super::spot::spot;
use crate::language::{key, t, t_with};
use crate::parts::live;

const AXES: [(Axis, &str, &str); 2] = [
    (Axis::Linear, "linear", key("Even")),
    (Axis::Log, "log", key("Tenfold (logarithmic)")),
];

const LEGENDS: [(Legend, &str, &str); 3] = [
    (Legend::Auto, "auto", key("Where it helps")),
    (Legend::Shown, "shown", key("Always")),
    (Legend::Hidden, "hidden", key("Never")),
];

const STACKINGS: [(Option<Stacking>, &str, &str); 4] = [
    (None, "", key("As usual")),
    (Some(Stacking::None), "none", key("Side by side")),
    (Some(Stacking::Normal), "normal", key("On top of one another")),
    (Some(Stacking::Percent), "percent", key("As shares of 100 %")),
];

const NULLS: [(Nulls, &str, &str); 3] = [
    (Nulls::Gap, "gap", key("A gap")),
    (Nulls::Connect, "connect", key("Go on to the next")),
    (Nulls::Zero, "zero", key("Zero")),
];

const COURSES: [(Course, &str, &str); 3] = [
    (Course::Each, "", key("Of each point")),
    (Course::AddedUp, "cumulative", key("Added up")),
    (Course::Averaged, "rolling", key("Average of the last points")),
];

const EXACTNESS: [(bool, &str, &str); 2] = [
    (false, "", key("Exactly")),
    (true, "approximate", key("Approximately, which is quicker")),
];

/// The colours in the words of the theme, the first in front.
const COLOURS: [(u8, &str, &str); 8] = [
    (1, "1", key("Indigo")),
    (2, "2", key("Teal")),
    (3, "3", key("Ochre")),
    (4, "4", key("Crimson")),
    (5, "5", key("Violet")),
    (6, "6", key("Olive")),
    (7, "7", key("Pink")),
    (8, "8", key("Plum")),
];

/// The options that matter for the type that is chosen.
pub(super) fn form(editor: Editor, topic: Topic) -> AnyView {
    let kind = Memo::new(move |_| editor.draft.with(|draft| draft.kind));
    let has_axis = move || kind.with(|kind| is_over_time(*kind));
    let stacks = move || has_axis() && kind.get() != WidgetType::Line;
    let has_goals = move || has_axis() || kind.get() == WidgetType::Gauge;
    let has_colours = move || {
        has_axis()
            || matches!(
                kind.get(),
                WidgetType::Pie | WidgetType::Donut | WidgetType::HorizontalBar | WidgetType::Gauge
            )
    };
    let any = move || has_goals() || has_colours();
    let course = (topic == Topic::Trend).then(|| course(editor));
    let axis = move || {
        view! {
            {inputs::choice(editor, Called::new("axis", t("Value axis grows"), "axis"), &AXES, spot!(look.axis))}
            {inputs::choice(editor, Called::new("nulls", t("Where there is no figure"), "nulls"), &NULLS, spot!(look.nulls))}
            {inputs::choice(editor, Called::new("legend", t("Legend"), "legend"), &LEGENDS, spot!(look.legend))}
        }
        .into_any()
    };
    let stacking = move || {
        let called = Called::new("stacking", t("Several series"), "stacking");
        inputs::choice(editor, called, &STACKINGS, spot!(look.stacking))
    };
    view! {
        {course}
        {live::shown(any, move || view! {
            <fieldset class="part">
                <legend>{t("Look")}</legend>
                <div class="two">
                    {live::shown(has_axis, axis)}
                    {live::shown(stacks, stacking)}
                </div>
                {live::shown(has_goals, move || goals(editor))}
                {live::shown(has_colours, move || colours(editor))}
            </fieldset>
        }.into_any())}
    }
    .into_any()
}

/// What each point tells, and how exactly.
fn course(editor: Editor) -> AnyView {
    let is_averaged = move || editor.draft.with(|draft| draft.trend.course == Course::Averaged);
    let counts_different = move || editor.draft.with(|draft| draft.trend.counts_different());
    let rolling = move || {
        let called = Called::new("rolling", t("Points to average"), "rolling_average");
        inputs::number(editor, called, spot!(trend.rolling))
    };
    let exactness = move || {
        let called = Called::new("approximate", t("Different ones are counted"), "approximate");
        inputs::choice(editor, called, &EXACTNESS, spot!(trend.approximate))
    };
    view! {
        <div class="two">
            {inputs::choice(editor, Called::new("course", t("Figures"), "cumulative"), &COURSES, spot!(trend.course))}
            {live::shown(is_averaged, rolling)}
            {live::shown(counts_different, exactness)}
        </div>
    }
    .into_any()
}

const fn is_over_time(kind: WidgetType) -> bool {
    matches!(
        kind,
        WidgetType::Line | WidgetType::Area | WidgetType::Bar | WidgetType::StackedBar
    )
}

fn goals(editor: Editor) -> AnyView {
    let count = Memo::new(move |_| editor.draft.with(|draft| draft.look.goals.len()));
    let add = move || {
        editor.draft.update(|draft| draft.look.goals.push(<_>::default()));
        inputs::focus_soon(format!("goal-{}", count.get_untracked().saturating_sub(1)));
    };
    view! {
        <div class="option-rows">
            {live::rows(count, move |position| goal(editor, position))}
            {live::shown(move || count.get() < MAX_GOALS, move || inputs::add_button(t("Add goal"), add))}
        </div>
    }
    .into_any()
}

fn goal(editor: Editor, position: usize) -> AnyView {
    let value = Called::new(
        format!("goal-{position}"),
        t("Goal"),
        format!("goals[{position}].value"),
    );
    let label = Called::new(
        format!("goal-label-{position}"),
        t("Called (optional)"),
        format!("goals[{position}].label"),
    );
    let take_away = move || {
        editor.draft.update(|draft| {
            if position < draft.look.goals.len() {
                draft.look.goals.remove(position);
            }
        });
    };
    view! {
        <div class="option-row">
            {inputs::text(editor, value.or("1000"), spot!(look.goals[position].value))}
            {inputs::text(editor, label.or(t("Target")), spot!(look.goals[position].label))}
            {inputs::remove(&t_with("Remove goal {0}", &[&(position + 1).to_string()]), take_away)}
        </div>
    }
    .into_any()
}

fn colours(editor: Editor) -> AnyView {
    let count = Memo::new(move |_| editor.draft.with(|draft| draft.look.colours.len()));
    let add = move || {
        editor
            .draft
            .update(|draft| draft.look.colours.push(<_>::default()));
        inputs::focus_soon(format!("coloured-{}", count.get_untracked().saturating_sub(1)));
    };
    view! {
        <div class="option-rows">
            {live::rows(count, move |position| colour(editor, position))}
            {inputs::add_button(t("Choose a series' colour"), add)}
        </div>
    }
    .into_any()
}

fn colour(editor: Editor, position: usize) -> AnyView {
    let series = Called::new(
        format!("coloured-{position}"),
        t("Series"),
        format!("colors[{position}].series"),
    );
    let colour = Called::new(
        format!("colour-{position}"),
        t("Colour"),
        format!("colors[{position}].color"),
    );
    let take_away = move || {
        editor.draft.update(|draft| {
            if position < draft.look.colours.len() {
                draft.look.colours.remove(position);
            }
        });
    };
    let swatch = move || {
        let chosen = editor
            .draft
            .with(|draft| draft.look.colours.get(position).map_or(1, |row| row.colour));
        format!("swatch series-{chosen}")
    };
    view! {
        <div class="option-row">
            {inputs::text(editor, series.or(t("As the legend says it")), spot!(look.colours[position].series))}
            {inputs::choice(editor, colour, &COLOURS, spot!(look.colours[position].colour))}
            <span class=live::text(swatch) aria-hidden="true"></span>
            {inputs::remove(&t_with("Remove colour {0}", &[&(position + 1).to_string()]), take_away)}
        </div>
    }
    .into_any()
}
