//! The skeleton of every page: a heading, a verdict, tiles, and sections of words, tables, checks
//! and figures.

use minijinja::{AutoEscape, Environment};
use serde::Serialize;

use super::ReportError;
use crate::chart::{css, draw, Chart, Frame, Key, Shape};
use crate::record::{Book, Check, Ledger, LedgerLine, Mark, Side};
use ballast_market_data::format::{token_amount, utc_minute};

const TEMPLATE: &str = include_str!("page.html");
const STYLE: &str = include_str!("page.css");

/// A chart as shown on pages wide enough to read it.
pub(crate) const WIDE: Frame = Frame {
    width: 760,
    height: 260,
    font: 14,
    side: 62,
    times: 9,
    words: true,
    ends: Some(92),
};

/// The same on telephones, where the legend has to do.
pub(crate) const NARROW: Frame = Frame {
    width: 380,
    height: 230,
    font: 14,
    side: 62,
    times: 4,
    words: false,
    ends: None,
};

/// A page. Everything in it but the figures' drawings is escaped.
#[derive(Default, Serialize)]
pub(crate) struct Page {
    pub title: String,
    /// Lines under the title.
    pub subtitle: Vec<String>,
    pub verdict: Option<Verdict>,
    pub tiles: Vec<Tile>,
    pub sections: Vec<Section>,
    /// Names of the files beside the page: the steps, the summary.
    pub files: [&'static str; 2],
    /// What else the foot says.
    pub foot: String,
    /// Whether its column is wider than usual.
    pub broad: bool,
}

/// Whether everything held.
#[derive(Serialize)]
pub(crate) struct Verdict {
    held: bool,
    balanced: bool,
    checks: usize,
    failed: Vec<String>,
}

/// One number with its name.
#[derive(Serialize)]
pub(crate) struct Tile {
    pub label: &'static str,
    pub value: String,
    pub note: String,
}

/// A part of a page. What is empty is left out.
#[derive(Default, Serialize)]
pub(crate) struct Section {
    pub title: String,
    pub text: Vec<String>,
    pub tables: Vec<Table>,
    pub checks: Vec<Check>,
    pub figures: Vec<Figure>,
    /// Words under all of it.
    pub after: String,
}

/// A table: the first column is words, and so are as many after it as `words` says; the others are
/// numbers.
#[derive(Default, Serialize)]
pub(crate) struct Table {
    pub title: String,
    pub head: Vec<String>,
    pub words: usize,
    pub rows: Vec<Vec<Cell>>,
    /// Whether the last row is a good one, and the row.
    pub last: Option<(bool, Vec<String>)>,
}

/// A cell of a table.
#[derive(Serialize)]
pub(crate) struct Cell {
    pub text: String,
    /// Whether it says that something is wrong.
    pub bad: bool,
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self { text, bad: false }
    }
}

/// Returns a row whose cells are all right.
pub(crate) fn row(cells: impl IntoIterator<Item = String>) -> Vec<Cell> {
    cells.into_iter().map(Cell::from).collect()
}

/// A chart with its words.
#[derive(Serialize)]
pub(crate) struct Figure {
    title: String,
    text: String,
    legend: Vec<LegendEntry>,
    wide: String,
    /// The drawing for narrow pages, if there is another.
    narrow: Option<String>,
}

#[derive(Serialize)]
struct LegendEntry {
    label: String,
    colour: String,
    shape: &'static str,
}

impl From<&Key> for LegendEntry {
    fn from(key: &Key) -> Self {
        Self {
            label: key.label.clone(),
            colour: css(key.colour),
            shape: match key.shape {
                Shape::Line => "line",
                Shape::Dashes => "dashes",
                Shape::Area => "area",
            },
        }
    }
}

impl Figure {
    /// Returns a figure of a drawing that exists.
    pub(crate) fn drawn(title: String, text: String, legend: &[Key], svg: String) -> Self {
        Self {
            title,
            text,
            legend: legend.iter().map(LegendEntry::from).collect(),
            wide: svg,
            narrow: None,
        }
    }

    /// Draws a chart for wide and for narrow pages.
    ///
    /// # Errors
    /// [`ReportError::Draw`].
    pub(crate) fn new(title: &str, text: &str, chart: &Chart) -> Result<Self, ReportError> {
        let svg = |frame| draw(chart, frame).map_err(|error| ReportError::draw(&error));
        let wide = svg(WIDE)?;
        let figure = Self::drawn(title.to_owned(), text.to_owned(), &chart.legend(), wide);
        Ok(Self {
            narrow: Some(svg(NARROW)?),
            ..figure
        })
    }
}

impl Verdict {
    /// Returns the verdict over books and checks.
    pub(crate) fn of(held: bool, balanced: bool, checks: &[Check]) -> Self {
        let failed = checks.iter().filter(|check| !check.held);
        Self {
            held,
            balanced,
            checks: checks.len(),
            failed: failed.map(|check| check.name.clone()).collect(),
        }
    }
}

impl Section {
    /// Returns a section of paragraphs.
    pub(crate) fn story(title: &str, text: Vec<String>) -> Self {
        Self {
            title: title.to_owned(),
            text,
            ..Self::default()
        }
    }

    /// Returns a section of one table.
    pub(crate) fn table(title: &str, table: Table) -> Self {
        Self {
            tables: vec![table],
            ..Self::story(title, Vec::new())
        }
    }

    /// Returns a section of figures.
    pub(crate) fn figures(title: &str, figures: Vec<Figure>) -> Self {
        Self {
            figures,
            ..Self::story(title, Vec::new())
        }
    }

    /// Returns the section of what was checked.
    pub(crate) fn checked(checks: &[Check]) -> Self {
        Self {
            checks: checks.to_vec(),
            ..Self::story("What was checked", Vec::new())
        }
    }

    /// Returns the section of moments, in order of time.
    pub(crate) fn moments(marks: &[Mark]) -> Self {
        let mut marks: Vec<&Mark> = marks.iter().collect();
        marks.sort_by_key(|mark| mark.unix_time);
        let table = Table {
            head: vec!["When (UTC)".to_owned(), "What".to_owned()],
            words: 1,
            rows: marks
                .into_iter()
                .map(|mark| row([utc_minute(mark.unix_time), mark.label.clone()]))
                .collect(),
            ..Table::default()
        };
        Self::table("Moments", table)
    }

    /// Returns the section of the tokens' books.
    pub(crate) fn books(ledger: &Ledger) -> Self {
        if ledger.lines().is_empty() {
            return Self::default();
        }
        let intro = "Every token that came into being must be found again at the end, to the last base unit.";
        Self {
            tables: ledger.books().iter().map(|book| book_table(ledger, book)).collect(),
            ..Self::story("The books", vec![intro.to_owned()])
        }
    }

    /// Returns whether there is something in it.
    fn says_something(&self) -> bool {
        let rows = self.tables.iter().any(|table| !table.rows.is_empty());
        let words = self.tables.is_empty() && !self.text.is_empty();
        words || rows || !self.checks.is_empty() || !self.figures.is_empty()
    }
}

fn book_table(ledger: &Ledger, book: &Book) -> Table {
    let amount = |units: u128| {
        u64::try_from(units).map_or_else(|_| format!("{units} base units"), |u| token_amount(u, book.decimals))
    };
    let line = |line: &LedgerLine| {
        let amount = token_amount(line.amount, book.decimals);
        row(match line.side {
            Side::Minted => [line.name.clone(), amount, String::new()],
            Side::Found => [line.name.clone(), String::new(), amount],
        })
    };
    let balances = book.balances();
    let verdict = if balances { "Balances" } else { "Does not balance" };
    Table {
        title: book.token.clone(),
        head: ["Account", "Minted", "Found"].map(str::to_owned).to_vec(),
        words: 0,
        rows: ledger
            .lines()
            .iter()
            .filter(|l| l.token == book.token)
            .map(line)
            .collect(),
        last: Some((
            balances,
            vec![verdict.to_owned(), amount(book.minted), amount(book.found)],
        )),
    }
}

impl Page {
    /// Returns the page as text, without the sections that are empty.
    ///
    /// # Errors
    /// [`ReportError::Draw`].
    pub(crate) fn render(mut self) -> Result<Vec<u8>, ReportError> {
        self.sections.retain(Section::says_something);
        let mut environment = Environment::new();
        environment.set_keep_trailing_newline(true);
        environment.set_auto_escape_callback(|_| AutoEscape::Html);
        let context = minijinja::context! { style => STYLE, ..minijinja::Value::from_serialize(self) };
        let page = environment.render_named_str("page.html", TEMPLATE, context);
        Ok(page.map_err(|error| ReportError::draw(&error))?.into_bytes())
    }
}
