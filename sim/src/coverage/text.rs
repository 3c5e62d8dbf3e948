//! The coverage as a table of Markdown.

use super::{Coverage, Rules};
use ballast_market_data::format::utc_minute;

/// Returns the table, two rows a position: by all rules, and by the grid alone.
pub fn table(all: &[Coverage]) -> String {
    let mut text = String::from(
        "| Short | Days | Rules | Initial, median | Loss of a day above initial | above maintenance | Most above initial; maintenance |\n\
         |---|---:|---|---:|---:|---:|---|\n",
    );
    for row in all {
        let share = |count: usize| format!("{:.1} bp", count as f64 * 1e4 / row.hours.max(1) as f64);
        let (most, at) = row.worst;
        let most = match most > 0.0 {
            true => format!("{:.1} % ({})", most * 100.0, utc_minute(at)),
            false => "none".to_owned(),
        };
        let of_maintenance = match row.worst_of_maintenance > 0.0 {
            true => format!("{:.1} %", row.worst_of_maintenance * 100.0),
            false => "none".to_owned(),
        };
        text += &format!(
            "| {} | {} | {} | {:.1} % | {} | {} | {most}; {of_maintenance} |\n",
            row.short.name,
            row.short.days,
            match row.rules {
                Rules::All => "all",
                Rules::GridAlone => "grid alone",
            },
            row.median_initial * 100.0,
            share(row.above_initial),
            share(row.above_maintenance),
        );
    }
    text
}
