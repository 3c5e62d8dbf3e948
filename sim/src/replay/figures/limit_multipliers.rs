//! The three limit multipliers and the liquidity factor, each under the signal it answers to.

use super::chart::{chart, Chart, Line};
use super::plots::{line, plain, prices, WIDTH};
use super::stacked;
use crate::chart::{css, Failure, Key, Vertical, AMBER, BLUE, GREEN, INK};
use crate::record::Mark;
use crate::replay::run::share;
use crate::replay::Step;
use crate::report::page::Figure;

/// A limit multiplier: what it is called, what it says, its signal and its factors.
struct Multiplier {
    title: &'static str,
    text: &'static str,
    signal: Vec<Line>,
    format: fn(f64) -> String,
    factors: Vec<Line>,
}

fn all(steps: &[Step]) -> Vec<Multiplier> {
    let ratio: fn(f64) -> String = |v| format!("{v:.1}×");
    let mut all = vec![
        Multiplier {
            title: "Delta ← acceleration",
            text: "Above, the acceleration of the trend in standard deviations; below, what is left of the delta limits: of the long one when the \
                   trend turns down, of the short one when it turns up.",
            signal: vec![line("acceleration", GREEN, |s| Some(s.acceleration))],
            format: |v| format!("{v:.0} σ"),
            factors: vec![
                line("long", BLUE, |s| Some(s.delta_long)),
                line("short", AMBER, |s| Some(s.delta_short)),
            ],
        },
        Multiplier {
            title: "Gamma ← volatility ratio",
            text: "Above, fast volatility over slow volatility; below, what is left of the gamma limit.",
            signal: vec![line("volatility ratio", GREEN, |s| Some(share(s.indicators.volatility_ratio)))],
            format: ratio,
            factors: vec![line("gamma", BLUE, |s| Some(s.gamma))],
        },
    ];
    if steps.iter().any(|step| step.vega.is_some()) {
        all.push(Multiplier {
            title: "Vega ← contraction, and every limit ← liquidity",
            text: "Above, the cost of a standard size over its average, estimated from hourly range and volume; below, what is left of the vega limit, \
                   and by liquidity of every limit.",
            signal: vec![line("contraction", GREEN, |s| s.indicators.contraction.map(share))],
            format: ratio,
            factors: vec![
                line("liquidity", AMBER, |s| s.liquidity),
                line("vega", BLUE, |s| s.vega),
            ],
        });
    }
    all
}

impl Multiplier {
    fn legend(&self) -> Vec<Key> {
        self.signal.iter().chain(&self.factors).map(Line::key).collect()
    }

    /// Signal and factors, one under the other.
    fn panels(self, steps: &[Step], marks: &[Mark]) -> Result<Vec<(String, u32)>, Failure> {
        let signal = Chart {
            size: (WIDTH, 150),
            ..plain(self.signal, self.format)
        };
        let factors = Chart {
            vertical: Vertical::Fixed(0.0, 1.05),
            size: (WIDTH, 130),
            ..plain(self.factors, |v| format!("{v:.1}"))
        };
        Ok(vec![
            (chart(&signal, steps, marks)?, 150),
            (chart(&factors, steps, &[])?, 130),
        ])
    }
}

/// Returns a figure of each limit multiplier of a run.
///
/// # Errors
/// What drawing returned.
pub(super) fn limit_multipliers(steps: &[Step], marks: &[Mark]) -> Result<Vec<Figure>, Failure> {
    let figure = |multiplier: Multiplier| {
        let (title, text, legend) = (
            multiplier.title.to_owned(),
            multiplier.text.to_owned(),
            multiplier.legend(),
        );
        let svg = stacked(&multiplier.panels(steps, marks)?, WIDTH);
        Ok(Figure::drawn(title, text, &legend, svg))
    };
    all(steps).into_iter().map(figure).collect()
}

/// Returns each limit multiplier as a picture that stands by itself, with its legend and the price:
/// its name (`delta`, `gamma`, `vega`) and the SVG.
///
/// # Errors
/// What drawing returned.
pub fn alone(steps: &[Step], marks: &[Mark]) -> Result<Vec<(String, String)>, Failure> {
    let prices = Chart {
        size: (WIDTH, 150),
        ..prices(steps)
    };
    let prices = chart(&prices, steps, marks)?;
    let one = |multiplier: Multiplier| {
        let name = multiplier
            .title
            .split(' ')
            .next()
            .unwrap_or_default()
            .to_ascii_lowercase();
        let mut drawings = vec![(head(&multiplier), HEAD), (prices.clone(), 150)];
        drawings.extend(multiplier.panels(steps, &[])?);
        Ok((name, crate::plot::marked(&stacked(&drawings, WIDTH))))
    };
    all(steps).into_iter().map(one).collect()
}

/// Height of the head of a picture.
const HEAD: u32 = 30;

/// Title and legend, as a drawing.
fn head(multiplier: &Multiplier) -> String {
    let ink = css(INK);
    let mut text = format!(
        "<svg width=\"{WIDTH}\" height=\"{HEAD}\">\n\
         <text x=\"58\" y=\"20\" font-family=\"sans-serif\" font-size=\"14\" font-weight=\"600\" fill=\"{ink}\">{}</text>\n",
        multiplier.title
    );
    // From the right, each label about seven units a letter.
    let mut right = WIDTH - 14;
    for Key { label, colour, .. } in multiplier.legend().into_iter().rev() {
        let width = 7 * label.chars().count() as u32;
        text += &format!(
            "<text x=\"{}\" y=\"20\" font-family=\"sans-serif\" font-size=\"12\" fill=\"{ink}\">{label}</text>\n\
             <line x1=\"{}\" y1=\"16\" x2=\"{}\" y2=\"16\" stroke=\"{}\" stroke-width=\"3\"/>\n",
            right - width,
            right - width - 24,
            right - width - 6,
            css(colour)
        );
        right -= width + 40;
    }
    text + "</svg>\n"
}
