//! Where words go, so that no two overlap.

/// Words that want to stand beside a point of the horizontal axis.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Words {
    /// The point.
    pub at: f64,
    /// Width of the words.
    pub width: f64,
}

/// Where words were put: in which row, and from where to where.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Placed {
    /// The row, counted from the top.
    pub row: usize,
    /// Left edge.
    pub left: f64,
    /// Right edge.
    pub right: f64,
}

/// Spreads labels of one `height` that want to stand with their middles at `wanted` between `top`
/// and `bottom`.
///
/// They keep their order and are pushed apart by at least their height. Where they cannot all fit,
/// the later ones of `wanted` are left out. Returns the middle of each.
pub(super) fn spread(wanted: &[f64], height: f64, (top, bottom): (f64, f64)) -> Vec<Option<f64>> {
    let room = ((bottom - top) / height).floor().max(0.0) as usize;
    let finite = (0..wanted.len()).filter(|index| wanted[*index].is_finite());
    let mut kept: Vec<usize> = finite.take(room).collect();
    kept.sort_by(|a, b| wanted[*a].total_cmp(&wanted[*b]));
    let mut placed = vec![None; wanted.len()];
    let mut free = top + height / 2.0;
    for index in &kept {
        let middle = wanted[*index].max(free);
        placed[*index] = Some(middle);
        free = middle + height;
    }
    // What was pushed out at the bottom pushes the ones above it back up.
    let mut free = bottom - height / 2.0;
    for index in kept.iter().rev() {
        let middle = placed[*index].map_or(free, |middle: f64| middle.min(free));
        placed[*index] = Some(middle);
        free = middle - height;
    }
    placed
}

/// Places words beside the lines that go down from them, in at most `rows` rows between the edges
/// of `span`.
///
/// Words stand on the right of their line, or on its left where they do not fit otherwise, `gap`
/// away from it. No words overlap others or the line of others. Where there is no place for all,
/// the later ones are left out, unless more of them fit in the opposite order.
pub(super) fn rows(all: &[Words], span: (f64, f64), rows: usize, gap: f64) -> Vec<Option<Placed>> {
    let forwards = in_order(all.iter(), span, rows, gap);
    if forwards.iter().all(Option::is_some) {
        return forwards;
    }
    let mut backwards = in_order(all.iter().rev(), span, rows, gap);
    backwards.reverse();
    let count = |places: &[Option<Placed>]| places.iter().flatten().count();
    if count(&backwards) > count(&forwards) {
        backwards
    } else {
        forwards
    }
}

/// Gives each in turn the first place that is free.
fn in_order<'a>(
    all: impl Iterator<Item = &'a Words>,
    (left, right): (f64, f64),
    rows: usize,
    gap: f64,
) -> Vec<Option<Placed>> {
    let mut lines: Vec<(f64, Placed)> = Vec::new();
    let place = |words: &Words| {
        let sides = [words.at + gap, words.at - gap - words.width];
        let mut places = sides.into_iter().flat_map(|begins| {
            (0..rows).map(move |row| Placed {
                row,
                left: begins,
                right: begins + words.width,
            })
        });
        let found = places.find(|place| {
            let inside = place.left >= left && place.right <= right;
            inside && lines.iter().all(|line| is_clear((words.at, *place), *line, gap))
        })?;
        lines.push((words.at, found));
        Some(found)
    };
    all.map(place).collect()
}

/// Returns whether neither of two words, each with its line, covers the other or the line of the
/// other.
fn is_clear(one: (f64, Placed), other: (f64, Placed), gap: f64) -> bool {
    let apart = one.1.right + gap <= other.1.left || other.1.right + gap <= one.1.left;
    (one.1.row != other.1.row || apart) && !crosses(one, other.1, gap) && !crosses(other, one.1, gap)
}

/// Returns whether the line of some words passes through others that are active in a lower row.
fn crosses((at, words): (f64, Placed), others: Placed, gap: f64) -> bool {
    // A line just beside words is not in them: their own stands there, and those of the same
    // moment.
    let near = gap / 2.0;
    words.row < others.row && at > others.left - near && at < others.right + near
}

#[cfg(test)]
mod tests {
    use super::*;

    fn apart(placed: &[Option<f64>], height: f64) -> bool {
        let mut middles: Vec<f64> = placed.iter().flatten().copied().collect();
        middles.sort_by(f64::total_cmp);
        middles.windows(2).all(|pair| pair[1] - pair[0] >= height - 1e-9)
    }

    #[test]
    fn labels_of_nearly_equal_values_do_not_overlap() {
        for wanted in [
            vec![50.0, 50.0, 50.0, 50.1, 49.9],
            vec![99.0, 98.0, 99.5, 100.0],
            vec![0.0, 0.5, 1.0, -20.0],
            vec![10.0, 90.0, 11.0, 89.0, 50.0, 50.0, 12.0],
        ] {
            let placed = spread(&wanted, 12.0, (0.0, 100.0));
            assert!(placed.iter().all(Option::is_some), "{placed:?}");
            assert!(apart(&placed, 12.0), "{placed:?}");
            let edges = placed.iter().flatten().map(|middle| (middle - 6.0, middle + 6.0));
            assert!(edges
                .clone()
                .all(|(top, bottom)| top >= -1e-9 && bottom <= 100.0 + 1e-9));
            // The order of the values is the order of their labels.
            for (a, b) in (0..wanted.len()).flat_map(|a| (0..wanted.len()).map(move |b| (a, b))) {
                assert!(wanted[a] >= wanted[b] || placed[a] < placed[b], "{wanted:?} {placed:?}");
            }
        }
    }

    #[test]
    fn labels_with_room_stay_where_they_want_to_be() {
        let placed = spread(&[80.0, 20.0, 50.0], 12.0, (0.0, 100.0));
        assert_eq!(placed, [Some(80.0), Some(20.0), Some(50.0)]);
    }

    #[test]
    fn what_does_not_fit_is_left_out_from_the_end() {
        let placed = spread(&[5.0, 5.0, 5.0, 5.0], 12.0, (0.0, 30.0));
        assert_eq!(placed, [Some(6.0), Some(18.0), None, None]);
        assert_eq!(spread(&[1.0], 12.0, (0.0, 5.0)), [None]);
        assert_eq!(spread(&[f64::NAN, 5.0], 4.0, (0.0, 10.0)), [None, Some(5.0)]);
        assert_eq!(spread(&[], 4.0, (0.0, 10.0)), []);
    }

    fn words(at: f64, width: f64) -> Words {
        Words { at, width }
    }

    /// Returns whether no box touches another, and no line goes through a box.
    fn is_readable(all: &[Words], placed: &[Option<Placed>]) -> bool {
        let shown: Vec<_> = all
            .iter()
            .zip(placed)
            .filter_map(|(w, p)| Some((w.at, (*p)?)))
            .collect();
        let pairs = (0..shown.len()).flat_map(|a| (0..shown.len()).map(move |b| (a, b)));
        let mut different = pairs.filter(|(a, b)| a != b);
        different.all(|(a, b)| {
            let ((at, one), (_, other)) = (shown[a], shown[b]);
            let overlap = one.row == other.row && one.left < other.right && other.left < one.right;
            let through = one.row < other.row && other.left < at && at < other.right;
            !overlap && !through
        })
    }

    #[test]
    fn words_of_near_moments_share_the_rows() {
        let crowd = [
            words(10.0, 100.0),
            words(50.0, 100.0),
            words(120.0, 100.0),
            words(121.0, 60.0),
        ];
        let placed = rows(&crowd, (0.0, 300.0), 3, 4.0);
        assert!(
            placed[0].is_some() && placed[1].is_some() && placed[2].is_some(),
            "{placed:?}"
        );
        assert!(is_readable(&crowd, &placed), "{placed:?}");
        let same = [words(40.0, 30.0); 4];
        let placed = rows(&same, (0.0, 300.0), 3, 4.0);
        assert!(
            placed.iter().flatten().count() >= 3 && is_readable(&same, &placed),
            "{placed:?}"
        );
    }

    #[test]
    fn words_that_do_not_fit_on_the_right_go_to_the_left_or_away() {
        let placed = rows(&[words(95.0, 30.0), words(50.0, 200.0)], (0.0, 100.0), 2, 2.0);
        assert_eq!(placed[0].map(|p| (p.row, p.left, p.right)), Some((0, 63.0, 93.0)));
        assert_eq!(placed[1], None);
    }

    #[test]
    fn the_opposite_order_is_taken_where_more_words_fit_in_it() {
        // At the right edge, the first on the right of its line bars the way to the left for the
        // second.
        let crowd = [words(50.0, 40.0), words(90.0, 45.0)];
        let placed = rows(&crowd, (0.0, 100.0), 3, 4.0);
        assert!(placed.iter().all(Option::is_some), "{placed:?}");
        assert!(is_readable(&crowd, &placed), "{placed:?}");
    }

    #[test]
    fn random_crowds_are_readable() {
        // A simple recurrence is random enough to move words about.
        let mut state = 12_345_u64;
        let mut next = |most: u64| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            ((state >> 33) % most) as f64
        };
        for _ in 0..500 {
            let crowd: Vec<_> = (0..12).map(|_| words(next(600), 20.0 + next(150))).collect();
            let placed = rows(&crowd, (0.0, 640.0), 3, 4.0);
            assert!(is_readable(&crowd, &placed), "{crowd:?} {placed:?}");
        }
    }
}
