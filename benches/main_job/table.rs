use std::fmt;

/// Figures beside their targets.
#[derive(Default)]
pub(crate) struct Table(Vec<[String; 4]>);

impl Table {
    /// A figure that should be at least `target`.
    pub(crate) fn at_least(&mut self, what: &str, figure: f64, target: f64, unit: &str) {
        self.target(
            what,
            figure,
            &format!("at least {}", number(target)),
            figure >= target,
            unit,
        );
    }

    /// A figure that should be at most `target`.
    pub(crate) fn at_most(&mut self, what: &str, figure: f64, target: f64, unit: &str) {
        self.target(
            what,
            figure,
            &format!("at most {}", number(target)),
            figure <= target,
            unit,
        );
    }

    /// A figure that explains others.
    pub(crate) fn note(&mut self, what: &str, figure: f64, unit: &str) {
        self.push(
            what,
            format!("{} {unit}", number(figure)),
            String::new(),
            String::new(),
        );
    }

    /// A row that another program wrote.
    pub(crate) fn push(&mut self, what: &str, figure: String, target: String, verdict: String) {
        eprintln!("  {what}: {figure} {verdict}");
        self.0.push([what.to_owned(), figure, target, verdict]);
    }

    fn target(&mut self, what: &str, figure: f64, target: &str, is_met: bool, unit: &str) {
        let verdict = if is_met { "met" } else { "**missed**" };
        self.push(
            what,
            format!("{} {unit}", number(figure)),
            format!("{target} {unit}"),
            verdict.to_owned(),
        );
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "| what | measured | target | |\n|---|---|---|---|")?;
        for [what, figure, target, verdict] in &self.0 {
            writeln!(
                f,
                "| {what} | {} | {} | {verdict} |",
                figure.trim(),
                target.trim()
            )?;
        }
        Ok(())
    }
}

/// Three digits that count, thousands apart.
fn number(value: f64) -> String {
    if value < 10.0 {
        return format!("{value:.2}");
    }
    if value < 100.0 {
        return format!("{value:.1}");
    }
    let digits = format!("{value:.0}");
    let mut text = String::new();
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
