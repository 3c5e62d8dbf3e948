//! What is submitted of chains: one priced from a known surface, and months of real ones where they
//! are at hand.
#![cfg(test)]

use ballast_core_market::surface_feed::{self, FeedBounds, FeedSlice, FeedSurface, Published};
use ballast_core_math::fit::{publish, MIN_QUOTES};
use ballast_core_types::{Ratio, I80F48};
use ballast_market_data::chains::{self, Snapshot};
use ballast_sdk::surface::submission::{self, Chain, SubmissionError, SurfaceSubmission, Terms};
use std::path::Path;

/// Days, θ, ρ, φ that the synthetic chain was priced from.
const KNOWN: [(f64, f64, f64, f64); 5] = [
    (1.0, 0.0012, -0.30, 30.0),
    (7.0, 0.0075, -0.27, 12.5),
    (30.0, 0.031, -0.25, 5.6),
    (90.0, 0.09, -0.20, 3.0),
    (270.0, 0.26, -0.15, 1.5),
];
const DAY: i64 = 86_400;
const TERMS: Terms = Terms {
    max_chain_age: 600,
    as_of_now: false,
    max_extrapolation: 2.0,
};

fn prepare(
    snapshot: &Snapshot,
    expiries: &[i64],
    now: i64,
    terms: &Terms,
) -> Result<SurfaceSubmission, SubmissionError> {
    let chain = Chain {
        unix_time: snapshot.unix_time,
        expiries: &snapshot.expiries,
    };
    submission::prepare(chain, expiries, now, terms)
}

fn synthetic() -> Snapshot {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../sim/data/tests/data/synthetic_chain.csv");
    chains::load(&file, None).unwrap().snapshots.remove(0)
}

fn grid(from: i64, days: &[i64]) -> Vec<i64> {
    days.iter().map(|days| from + days * DAY).collect()
}

fn levels(submitted: &SurfaceSubmission) -> Vec<f64> {
    submitted.slices.iter().map(|slice| slice.variance.to_num()).collect()
}

#[test]
fn the_surface_behind_a_chain_is_said_at_the_grids_expiries() {
    let chain = synthetic();
    let taken = chain.unix_time;
    let submitted = prepare(&chain, &grid(taken, &[1, 7, 15, 30, 60, 90, 180, 365]), taken, &TERMS).unwrap();
    assert_eq!((submitted.listed, submitted.fitted, submitted.as_of), (5, 5, taken));
    let distance = submitted.distance.unwrap();
    assert!(distance.median < 0.02 && distance.quotes == 85, "{distance:?}");
    for (days, theta, rho, phi) in KNOWN {
        let at = taken + days as i64 * DAY;
        let Some(slice) = submitted.slices.iter().find(|slice| slice.expiry == at) else {
            continue;
        };
        let (variance, skew, curvature): (f64, f64, f64) =
            (slice.variance.to_num(), slice.skew.to_num(), slice.curvature.to_num());
        assert!((variance * days / 365.0 / theta - 1.0).abs() < 1e-3, "{slice:?}");
        assert!(
            (skew - rho).abs() < 2e-3 && (curvature / phi - 1.0).abs() < 2e-3,
            "{slice:?}"
        );
    }
    // Half way from 30 to 90 days: half way in total variance. Beyond the last: its volatility.
    let total = submitted.slices[4].variance.to_num::<f64>() * 60.0 / 365.0;
    assert!((total / 0.0605 - 1.0).abs() < 1e-3, "{total}");
    let far = submitted.slices[7].variance.to_num::<f64>();
    assert!((far / (0.26 * 365.0 / 270.0) - 1.0).abs() < 1e-3, "{far}");
}

#[test]
fn as_of_now_keeps_the_times_to_expiry() {
    let chain = synthetic();
    let days = [2, 7, 14, 30, 60, 90, 120, 270];
    let then = prepare(&chain, &grid(chain.unix_time, &days), chain.unix_time, &TERMS).unwrap();
    let now = chain.unix_time + 321 * DAY;
    let terms = Terms {
        as_of_now: true,
        ..TERMS
    };
    let submitted = prepare(&chain, &grid(now, &days), now, &terms).unwrap();
    assert_eq!(submitted.as_of, now);
    assert_eq!(levels(&submitted), levels(&then));
}

#[test]
fn a_chain_of_minutes_ago_counts_from_when_it_was_taken() {
    let chain = synthetic();
    let expiries = grid(chain.unix_time, &[7, 30, 90]);
    let fresh = prepare(&chain, &expiries, chain.unix_time, &TERMS).unwrap();
    let later = prepare(&chain, &expiries, chain.unix_time + 600, &TERMS).unwrap();
    assert_eq!(fresh.slices, later.slices);
    let (unix_time, limit) = (chain.unix_time, 600);
    let refused = |now| prepare(&chain, &expiries, now, &TERMS).unwrap_err();
    assert_eq!(
        refused(unix_time + 601),
        SubmissionError::Old {
            unix_time,
            age: 601,
            limit
        }
    );
    assert_eq!(refused(unix_time - 5), SubmissionError::Future { unix_time, ahead: 5 });
}

#[test]
fn what_cannot_be_said_is_refused_by_name() {
    let chain = synthetic();
    let taken = chain.unix_time;
    assert_eq!(prepare(&chain, &[], taken, &TERMS).unwrap_err(), SubmissionError::Grid);
    let far = grid(taken, &[7, 541]);
    let error = prepare(&chain, &far, taken, &TERMS).unwrap_err();
    assert!(matches!(error, SubmissionError::Beyond { .. }), "{error}");
    assert!(
        error.to_string().contains("541.0 days") && error.to_string().contains("270.0"),
        "{error}"
    );
    assert!(prepare(&chain, &grid(taken, &[7, 540]), taken, &TERMS).is_ok());
    let mut thin = chain.clone();
    for expiry in &mut thin.expiries {
        expiry.quotes.truncate(MIN_QUOTES - 1);
    }
    let error = prepare(&thin, &grid(taken, &[7]), taken, &TERMS).unwrap_err();
    let SubmissionError::Quotes { census, .. } = error else {
        panic!("{error}");
    };
    assert!(
        error.to_string().contains("it lists 5 expiries: ") && census.usable > 0,
        "{error}"
    );
    // A grid that is not in order is none, and the no-arbitrage check says so.
    let error = prepare(&chain, &grid(taken, &[30, 7]), taken, &TERMS).unwrap_err();
    assert!(matches!(error, SubmissionError::Slice { slice: 1, .. }), "{error}");
    assert!(!error.to_string().contains('\n'));
}

/// Returns months of real chains, or nothing, said aloud.
fn real_chains() -> Option<Vec<Snapshot>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/history");
    let Ok(entries) = std::fs::read_dir(folder) else {
        eprintln!("skipped: there are no real chains beside the repository");
        return None;
    };
    let mut files: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.retain(|path| path.to_string_lossy().contains("deribit_options_"));
    files.sort();
    let read = |file| chains::load(file, None).unwrap().snapshots;
    Some(files.iter().flat_map(|file| read(file)).collect())
}

/// What a network's own surface allows.
const BOUNDS: FeedBounds = FeedBounds {
    min_interval_seconds: 60,
    average_tenor_seconds: 2_592_000,
    variance_change_per_hour: Ratio::from_fixed(I80F48::lit("0.2")),
    skew_change_per_hour: Ratio::from_fixed(I80F48::lit("0.1")),
    curvature_change_per_hour: Ratio::from_fixed(I80F48::lit("0.5")),
};

/// Moves a published surface to another one by publications a quarter of an hour apart. Every one
/// of them has to be free of arbitrage. Returns how many it took.
fn quarters_to(from: &FeedSurface, to: &FeedSurface, now: i64) -> i64 {
    let (mut at, mut quarters) = (*from, 0);
    loop {
        let before = Published {
            at: now + 900 * quarters,
            slices: &at,
        };
        quarters += 1;
        let moment = now + 900 * quarters;
        let published = surface_feed::publish(Some(before), &[*to], 1, &BOUNDS, moment).unwrap();
        assert_eq!(published.slices.check(moment), Ok(()));
        at = published.slices;
        if published.limited == 0 {
            return quarters;
        }
        assert!(quarters < 1_000, "{from:?} does not become {to:?}");
    }
}

/// R24 on markets as they were: from each chain to the next one of its currency, and to one of
/// another month or of the other currency.
#[test]
fn from_every_real_chain_to_any_other_there_is_a_way() {
    let Some(all) = real_chains() else { return };
    assert_eq!(all.len(), 122);
    let days = [7, 14, 30, 60, 90, 120, 180, 270];
    let said = |snapshot: &Snapshot, expiries: &[i64]| {
        let submitted = prepare(snapshot, expiries, snapshot.unix_time, &TERMS).unwrap();
        FeedSurface::new(&submitted.slices).unwrap()
    };
    let shifted = |surface: &FeedSurface, by: i64| {
        let moved = |slice: &FeedSlice| FeedSlice {
            expiry: slice.expiry + by,
            ..*slice
        };
        FeedSurface::new(&surface.slices().iter().map(moved).collect::<Vec<_>>()).unwrap()
    };
    let (mut next_day, mut far) = (Vec::new(), Vec::new());
    for (index, from) in all.iter().enumerate() {
        let expiries = grid(from.unix_time, &days);
        let start = said(from, &expiries);
        let later = all[index + 1..].iter().find(|other| other.currency == from.currency);
        if let Some(to) = later.filter(|to| to.unix_time - from.unix_time <= DAY) {
            next_day.push(quarters_to(&start, &said(to, &expiries), to.unix_time));
        }
        let to = &all[(index * 37 + 61) % all.len()];
        let end = said(to, &grid(to.unix_time, &days));
        far.push(quarters_to(
            &start,
            &shifted(&end, from.unix_time - to.unix_time),
            from.unix_time,
        ));
    }
    for (what, quarters) in [("the next day", &mut next_day), ("anywhere", &mut far)] {
        quarters.sort_unstable();
        let share = |share: f64| quarters[(share * (quarters.len() - 1) as f64) as usize];
        let [half, most, all] = [0.5, 0.95, 1.0].map(share);
        println!(
            "{what}: {} ways, quarters of an hour: {half} (median), {most} (95 %), {all} (longest)",
            quarters.len()
        );
    }
    // What a day changes is published within the hours that it took.
    assert!(next_day.len() > 70 && next_day.last().is_some_and(|longest| *longest < 96));
}

#[test]
fn every_real_chain_is_said_on_fixed_grids_and_stays_near_its_quotes() {
    let Some(all) = real_chains() else { return };
    // Months as an authority may list them, days as a test network does, and one that begins within
    // the hour.
    let grids: [&[f64]; 3] = [
        &[7.0, 14.0, 30.0, 60.0, 90.0, 120.0, 180.0, 270.0],
        &[1.0, 2.0, 3.0, 7.0, 28.0, 91.0, 182.0, 300.0],
        &[0.05, 0.5, 1.5, 5.0, 21.0, 45.0, 150.0, 364.0],
    ];
    let (mut count, mut medians, mut bends) = (0, [const { Vec::new() }; 3], Vec::new());
    for snapshot in all {
        for (grid, medians) in grids.iter().zip(&mut medians) {
            let expiries: Vec<i64> = grid
                .iter()
                .map(|days| snapshot.unix_time + (days * DAY as f64) as i64)
                .collect();
            let submitted = prepare(&snapshot, &expiries, snapshot.unix_time, &TERMS).unwrap();
            // And a day later, when the first two may have left the grid, what is left still has no
            // arbitrage.
            let ahead: Vec<_> = submitted
                .slices
                .iter()
                .filter(|s| s.expiry > submitted.as_of + DAY + 61)
                .copied()
                .collect();
            assert_eq!(FeedSurface::new(&ahead).unwrap().check(submitted.as_of + DAY), Ok(()));
            medians.push(submitted.distance.unwrap().median);
            bends.extend(bend(&snapshot, &submitted));
            count += 1;
        }
    }
    let median = |values: &mut Vec<f64>, share: f64| {
        values.sort_by(f64::total_cmp);
        values[(share * (values.len() - 1) as f64) as usize]
    };
    let summary: Vec<_> = medians
        .iter_mut()
        .map(|values| (median(values, 0.5), median(values, 0.95)))
        .collect();
    let bend = [0.5, 0.95, 1.0].map(|share| median(&mut bends, share));
    println!("{count} submissions; median distance, vol points, its median and 95th percentile over days: {summary:.2?}; bend: {bend:.3?}");
    assert_eq!(count, 3 * 122);
    assert!(
        summary.iter().all(|(middle, high)| *middle < 1.0 && *high < 2.5),
        "{summary:?}"
    );
    assert!(bend[1] < 0.5, "{bend:?}");
}

/// Vol points between a slice of the grid and the chain's own fit, linear in total variance, at
/// moneyness within two deviations.
fn bend(snapshot: &Snapshot, submitted: &SurfaceSubmission) -> Vec<f64> {
    let fitted = ballast_core_math::fit::fit(&snapshot.expiries).unwrap();
    let surface = surface_feed::at(submitted.slices.iter().copied(), submitted.as_of).unwrap();
    let mut bends = Vec::new();
    for slice in surface.slices() {
        let years: f64 = slice.time.to_num();
        let Some(after) = fitted
            .iter()
            .position(|expiry| expiry.years > years)
            .filter(|after| *after > 0)
        else {
            continue;
        };
        let (a, b) = (&fitted[after - 1], &fitted[after]);
        let share = (years - a.years) / (b.years - a.years);
        for step in -4..=4 {
            let k = f64::from(step) / 2.0 * slice.total_variance.to_num::<f64>().sqrt();
            let linear = a.essvi.total_variance(k) * (1.0 - share) + b.essvi.total_variance(k) * share;
            if let Some(volatility) = publish::volatility(&surface, k, years) {
                bends.push(100.0 * (volatility - (linear / years).sqrt()).abs());
            }
        }
    }
    bends
}
