//! What a measurement came to, and how it is shown.

use std::fmt::Write as _;

/// Smallest, middle and largest of what was measured.
#[derive(Clone, Debug, PartialEq)]
pub struct Summary {
    /// What was measured.
    pub name: &'static str,
    /// `fast` or `precise`; `-` for what has no tiers.
    pub tier: &'static str,
    /// Unit of the figures.
    pub unit: &'static str,
    /// The smallest.
    pub min: f64,
    /// The middle one; of two in the middle the larger.
    pub median: f64,
    /// The largest.
    pub max: f64,
    /// How many were measured.
    pub count: usize,
    /// How many rows the function did not answer; they are not in the figures.
    pub refused: usize,
}

impl Summary {
    /// `None` if there is nothing to sum up.
    pub fn of(
        name: &'static str,
        tier: &'static str,
        unit: &'static str,
        mut values: Vec<f64>,
        refused: usize,
    ) -> Option<Self> {
        values.sort_by(f64::total_cmp);
        Some(Self {
            name,
            tier,
            unit,
            min: *values.first()?,
            median: *values.get(values.len() / 2)?,
            max: *values.last()?,
            count: values.len(),
            refused,
        })
    }

    /// Returns one object on one line.
    pub fn to_json(&self) -> String {
        let [min, median, max] = [self.min, self.median, self.max].map(number);
        format!(
            r#"{{"name":"{}","tier":"{}","unit":"{}","min":{min},"median":{median},"max":{max}}}"#,
            self.name, self.tier, self.unit
        )
    }
}

/// Whole numbers without a point, others with three digits.
fn number(value: f64) -> String {
    if value.fract() == 0.0 && value.abs() < 1e15 {
        format!("{value:.0}")
    } else {
        format!("{value:.2e}")
    }
}

/// Returns a table for people.
pub fn aligned(rows: &[Summary]) -> String {
    let cells: Vec<[String; 6]> = rows
        .iter()
        .map(|row| {
            [
                row.name.into(),
                row.tier.into(),
                number(row.min),
                number(row.median),
                number(row.max),
                row.unit.into(),
            ]
        })
        .collect();
    let head = ["name", "tier", "min", "median", "max", "unit"].map(str::to_owned);
    let width = |at: usize| {
        cells
            .iter()
            .chain([&head])
            .map(|row| row[at].chars().count())
            .max()
            .unwrap_or(0)
    };
    let widths: [usize; 6] = std::array::from_fn(width);
    let mut text = String::new();
    for [name, tier, min, median, max, unit] in [&head].into_iter().chain(&cells) {
        let [a, b, c, d, e, _] = widths;
        let _ = writeln!(text, "{name:a$}  {tier:b$}  {min:>c$}  {median:>d$}  {max:>e$}  {unit}");
    }
    text
}

/// Returns a table for a page.
pub fn markdown(rows: &[Summary]) -> String {
    let mut text = String::from("| Name | Tier | Min | Median | Max | Rows |\n|---|---|---:|---:|---:|---:|\n");
    for row in rows {
        let [min, median, max] = [row.min, row.median, row.max].map(number);
        let _ = writeln!(
            text,
            "| `{}` | {} | {min} | {median} | {max} | {} |",
            row.name, row.tier, row.count
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_up_and_shows() {
        assert_eq!(Summary::of("a", "-", "CU", Vec::new(), 3), None);
        let row = Summary::of("ln", "fast", "CU", vec![30.0, 10.0, 20.0, 40.0], 0).unwrap();
        assert_eq!(
            row.to_json(),
            r#"{"name":"ln","tier":"fast","unit":"CU","min":10,"median":30,"max":40}"#
        );
        let error = Summary::of("price", "precise", "/S", vec![1.25e-13], 0).unwrap();
        assert!(error.to_json().ends_with(r#""max":1.25e-13}"#), "{}", error.to_json());
        assert_eq!(
            aligned(&[row]),
            "name  tier  min  median  max  unit\nln    fast   10      30   40  CU\n"
        );
    }
}
