//! Points and stretches from the steps of a run.

use super::Points;

/// Most points of one line; longer runs keep the lowest and the highest of each bucket.
const MAX_POINTS: usize = 1_200;

/// Returns a line's points, in parts where it has a value at all, in order of time.
pub(crate) fn points<S>(steps: &[S], time: impl Fn(&S) -> i64, value: impl Fn(&S) -> Option<f64>) -> Vec<Points> {
    let bucket = (2 * steps.len()).div_ceil(MAX_POINTS).max(1);
    let mut parts: Vec<Points> = Vec::new();
    let mut open = false;
    for chunk in steps.chunks(bucket) {
        let valued = chunk.iter().filter_map(|step| Some((time(step), value(step)?)));
        let pair = extremes(valued.collect());
        if pair.is_empty() {
            open = false;
            continue;
        }
        if !open {
            parts.push(Vec::new());
            open = true;
        }
        if let Some(part) = parts.last_mut() {
            part.extend(pair);
        }
    }
    parts
}

/// Returns the lowest and the highest point in order of time; one if they are the same, none of
/// none.
fn extremes(mut points: Points) -> Points {
    points.sort_by(|a, b| a.1.total_cmp(&b.1));
    let mut pair: Points = match (points.first(), points.last()) {
        (Some(lowest), Some(highest)) => vec![*lowest, *highest],
        _ => Vec::new(),
    };
    pair.dedup();
    pair.sort_by_key(|point| point.0);
    pair
}

/// Returns the stretches of steps for which `key` stays the same: from, to, key. The last ends with
/// the last step.
pub(crate) fn stretches<S, K: PartialEq>(
    steps: &[S],
    time: impl Fn(&S) -> i64,
    key: impl Fn(&S) -> K,
) -> Vec<(i64, i64, K)> {
    let mut found: Vec<(i64, i64, K)> = Vec::new();
    for step in steps {
        let (at, now) = (time(step), key(step));
        let goes_on = match found.last_mut() {
            Some((_, to, before)) => {
                *to = at;
                *before == now
            }
            None => false,
        };
        if !goes_on {
            found.push((at, at, now));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Step;

    fn step(unix_time: i64, price: f64) -> Step {
        Step {
            unix_time,
            price,
            ..Step::default()
        }
    }

    #[test]
    fn long_runs_are_thinned_without_losing_their_extremes() {
        let price = |i: i64| if i == 7_777 { 999.0 } else { (i % 10) as f64 };
        let steps: Vec<_> = (0..50_000).map(|i| step(i, price(i))).collect();
        let parts = points(&steps, |s| s.unix_time, |s| Some(s.price));
        let [points] = parts.as_slice() else {
            panic!("one part: {}", parts.len())
        };
        assert!(points.len() <= MAX_POINTS + 2);
        assert!(points.contains(&(7_777, 999.0)));
        assert!(points.windows(2).all(|p| p[0].0 <= p[1].0));
    }

    #[test]
    fn a_line_has_a_gap_where_it_has_no_value() {
        let steps: Vec<_> = (0..6).map(|i| step(i, i as f64)).collect();
        let some = |s: &Step| (s.unix_time != 2).then_some(s.price);
        let parts = points(&steps, |s| s.unix_time, some);
        assert_eq!(parts, [vec![(0, 0.0), (1, 1.0)], vec![(3, 3.0), (4, 4.0), (5, 5.0)]]);
    }

    #[test]
    fn stretches_join_up() {
        let steps: Vec<_> = [1.0, 1.0, 2.0, 1.0]
            .into_iter()
            .zip(0..)
            .map(|(p, i)| step(i, p))
            .collect();
        let found = stretches(&steps, |s| s.unix_time, |s| s.price > 1.5);
        assert_eq!(found, [(0, 2, false), (2, 3, true), (3, 3, false)]);
        assert_eq!(stretches(&steps[..0], |s| s.unix_time, |s| s.breaker), []);
    }
}
