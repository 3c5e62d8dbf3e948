//! What commands print with `--json`. Names of fields stay as they are; decimals are strings, so
//! that no reader rounds them.

use crate::coverage::Coverage;
use crate::fitting::Day;
use crate::record::Check;
use crate::replay::calibrate::Calibration;
use crate::replay::events::Met;
use crate::replay::page::Summary;
use ballast_core_math::fit::errors::Errors;
use ballast_market_data::chains::Snapshot;
use ballast_market_data::format::utc_minute;
use serde::Serialize;
use serde_json::{json, Value};

/// Returns the value with each decimal in it as a string. Whole numbers stay numbers.
#[must_use]
pub fn exact(value: Value) -> Value {
    match value {
        Value::Number(number) if number.is_f64() => Value::String(number.to_string()),
        Value::Array(all) => all.into_iter().map(exact).collect(),
        Value::Object(fields) => fields.into_iter().map(|(name, value)| (name, exact(value))).collect(),
        other => other,
    }
}

fn of(value: &impl Serialize) -> Value {
    serde_json::to_value(value).map_or(Value::Null, exact)
}

/// Returns a fitted chain: distances in vol points, of the surface free of arbitrage, of each
/// expiry alone, and of what would be published.
#[must_use]
pub fn day(day: &Day) -> Value {
    json!({
        "unix_time": day.unix_time,
        "time": utc_minute(day.unix_time),
        "currency": day.currency,
        "expiries_listed": day.listed,
        "expiries_fitted": day.fitted.len(),
        "quotes_without_price": day.unpriced,
        "free_of_arbitrage": distances(&day.errors),
        "each_expiry_alone": distances(&day.alone),
        "as_published": distances(&day.on_chain),
        "warnings": day.warnings.iter().map(ToString::to_string).collect::<Vec<_>>(),
    })
}

/// Returns a snapshot that gave no surface, and why.
#[must_use]
pub fn no_surface(snapshot: &Snapshot, error: &str) -> Value {
    json!({
        "unix_time": snapshot.unix_time,
        "time": utc_minute(snapshot.unix_time),
        "currency": snapshot.currency,
        "error": error,
    })
}

fn distances(errors: &Errors) -> Value {
    let Some(summary) = errors.summary() else {
        return Value::Null;
    };
    exact(json!({
        "quotes": summary.quotes,
        "half_bid_ask": summary.half_width,
        "median": summary.median,
        "p95": summary.p95,
        "share_inside": summary.inside,
    }))
}

/// Returns how margins covered losses, a position and its rules after the other.
#[must_use]
pub fn coverage(all: &[Coverage]) -> Value {
    let rows = all.iter().map(|row| {
        let (most, at) = row.worst;
        exact(json!({
            "short": row.short.name,
            "days": row.short.days,
            "rules": row.rules,
            "hours": row.hours,
            "median_initial": row.median_initial,
            "above_initial": row.above_initial,
            "above_maintenance": row.above_maintenance,
            "most_above_initial": most,
            "most_above_initial_from": at,
            "most_above_maintenance": row.worst_of_maintenance,
        }))
    });
    rows.collect()
}

fn met(met: &Met) -> Value {
    let [elevated, stressed, crisis] = met.regimes;
    json!({
        "name": met.fall.name,
        "unix_time": met.fall.at,
        "in_time": met.in_time(),
        "hours_to_crisis_or_breaker": met.guarded,
        "hours_to_elevated": elevated,
        "hours_to_stressed": stressed,
        "hours_to_crisis": crisis,
    })
}

/// Returns a replay.
#[must_use]
pub fn replay(summary: &Summary) -> Value {
    let (first, last) = summary.span;
    json!({
        "market": summary.market,
        "source": summary.source,
        "observer": summary.observer,
        "observations": summary.observations,
        "first_unix_time": first,
        "last_unix_time": last,
        "seconds": summary.seconds.to_string(),
        "falls": summary.met.iter().map(met).collect::<Vec<_>>(),
        "alarms": of(&summary.alarms),
    })
}

/// Returns a calibration: each parameter with its reason, what was tried, and how what was taken
/// meets the falls.
#[must_use]
pub fn calibration(calibration: &Calibration) -> Value {
    let parameters = calibration
        .reasons
        .iter()
        .map(|reason| json!({"parameter": reason.parameter, "value": reason.value, "why": reason.why}));
    let candidates = calibration.candidates.iter().enumerate().map(|(index, tried)| {
        exact(json!({
            "taken": index == calibration.taken,
            "fast_seconds": tried.fast,
            "slow_seconds": tried.slow,
            "volatility_share": tried.shares.volatility,
            "drawdown_share": tried.shares.drawdown,
            "breaker_share": tried.shares.breaker,
            "falls": tried.in_time.1,
            "falls_in_time": tried.in_time.0,
            "falls_by_crisis": tried.by_crisis,
            "worst_hours": tried.worst,
            "false_crisis_days_a_year": tried.false_days,
            "false_trips_a_year": tried.false_trips,
            "share_in_crisis": tried.in_crisis,
        }))
    });
    json!({
        "market": calibration.name,
        "holds": calibration.holds(),
        "parameters": parameters.collect::<Vec<_>>(),
        "candidates": candidates.collect::<Vec<_>>(),
        "falls": calibration.met.iter().map(met).collect::<Vec<_>>(),
        "alarms": of(&calibration.alarms),
    })
}

/// Returns what a demo came to.
#[must_use]
pub fn demo(checks: &[Check], held: bool, steps: u64, seconds: f64) -> Value {
    let checks = checks
        .iter()
        .map(|check| json!({"name": check.name, "held": check.held, "detail": check.detail}));
    json!({
        "held": held,
        "steps": steps,
        "seconds": seconds.to_string(),
        "checks": checks.collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_become_strings_and_nothing_else_does() {
        let value = json!({"a": 0.1, "b": [1, 2.5, null, true], "c": {"d": -3, "e": "x"}});
        let expected = json!({"a": "0.1", "b": [1, "2.5", null, true], "c": {"d": -3, "e": "x"}});
        assert_eq!(exact(value), expected);
    }
}
