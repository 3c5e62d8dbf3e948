//! What lasts is said once when it begins, and once when it has ended.

use std::collections::HashSet;
use std::hash::Hash;
use std::time::{Duration, Instant};

/// How long all has to be well for trouble to count as ended, the first time.
const STEADY: Duration = Duration::from_secs(1);
/// The same after it came back again and again: each relapse doubles it up to this.
const STEADIEST: Duration = Duration::from_secs(64);
/// Trouble that begins this long after the last one is no relapse.
const FORGOTTEN: Duration = Duration::from_secs(300);
/// What still lasts is said again this often.
const REMINDER: Duration = Duration::from_secs(600);

/// What to say about trouble that was just met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Say {
    /// It has begun, or has become of another kind.
    Begun,
    /// It has lasted this long, and was not mentioned for a while.
    Lasts(Duration),
    /// It was said already.
    Nothing,
}

/// Remembers what was said about one thing that can be in trouble of several kinds.
///
/// Something that comes and goes is not said at every turn: it counts as ended when it stayed away
/// for a second, and longer after each relapse.
#[derive(Debug)]
pub struct Told<K> {
    said: HashSet<K>,
    begun: Option<Instant>,
    last: Option<Instant>,
    well: Option<Instant>,
    mentioned: Option<Instant>,
    ended: Option<Instant>,
    steady: Duration,
}

impl<K> Default for Told<K> {
    fn default() -> Self {
        Self {
            said: HashSet::new(),
            begun: None,
            last: None,
            well: None,
            mentioned: None,
            ended: None,
            steady: STEADY,
        }
    }
}

impl<K: Eq + Hash> Told<K> {
    /// Trouble of this kind was met `now`.
    pub fn trouble(&mut self, kind: K, now: Instant) -> Say {
        if self.begun.is_none() {
            let relapse = self
                .ended
                .is_some_and(|ended| now.saturating_duration_since(ended) < FORGOTTEN);
            self.steady = if relapse {
                self.steady.saturating_mul(2).min(STEADIEST)
            } else {
                STEADY
            };
            self.begun = Some(now);
        }
        (self.last, self.well) = (Some(now), None);
        if self.said.insert(kind) {
            self.mentioned = Some(now);
            return Say::Begun;
        }
        let since = |moment: Option<Instant>| moment.map_or(Duration::ZERO, |at| now.saturating_duration_since(at));
        if since(self.mentioned) < REMINDER {
            return Say::Nothing;
        }
        self.mentioned = Some(now);
        Say::Lasts(since(self.begun))
    }

    /// All was well `now`. Returns how long the trouble had lasted, once it counts as ended.
    pub fn well(&mut self, now: Instant) -> Option<Duration> {
        let (begun, last) = (self.begun?, self.last?);
        // Counted from the first good moment: a pause without trouble proves nothing.
        let well = *self.well.get_or_insert(now);
        if now.saturating_duration_since(well) < self.steady {
            return None;
        }
        self.said.clear();
        (self.begun, self.last, self.well, self.mentioned) = (None, None, None, None);
        self.ended = Some(now);
        Some(last.saturating_duration_since(begun))
    }

    /// Returns whether there is trouble that does not count as ended.
    pub const fn in_trouble(&self) -> bool {
        self.begun.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Calls `each` every 0.4 s for so many seconds; returns how often it had something to say.
    fn lines(seconds: u32, mut each: impl FnMut(u32, Instant) -> bool) -> usize {
        let start = Instant::now();
        let rounds = seconds * 10 / 4;
        (0..rounds)
            .filter(|round| each(*round, start + Duration::from_millis(400) * *round))
            .count()
    }

    #[test]
    fn a_day_of_one_state_is_a_reminder_every_ten_minutes() {
        let mut told = Told::default();
        let said = lines(86_400, |_, now| told.trouble("down", now) != Say::Nothing);
        assert_eq!(said, 144);
    }

    #[test]
    fn an_end_is_said_once_and_each_kind_once() {
        let mut told = Told::default();
        let start = Instant::now();
        let at = |tenths: u64| start + Duration::from_millis(100) * u32::try_from(tenths).unwrap();
        assert_eq!(told.well(at(0)), None);
        assert_eq!(told.trouble("down", at(0)), Say::Begun);
        assert_eq!(told.trouble("limited", at(4)), Say::Begun);
        assert_eq!(told.trouble("down", at(8)), Say::Nothing);
        assert_eq!(told.well(at(12)), None);
        assert!(told.in_trouble());
        assert_eq!(told.well(at(18)), None);
        assert_eq!(told.well(at(22)), Some(Duration::from_millis(800)));
        assert_eq!(told.well(at(26)), None);
        assert!(!told.in_trouble());
        assert_eq!(told.trouble("down", at(30)), Say::Begun);
    }

    #[test]
    fn what_comes_and_goes_does_not_flood() {
        for period in [2, 3, 5, 10, 50] {
            let mut told = Told::default();
            let said = lines(3_600, |round, now| {
                if round % period == 0 {
                    told.trouble((), now) != Say::Nothing
                } else {
                    told.well(now).is_some()
                }
            });
            assert!(said < 25, "{period}: {said} lines in an hour");
        }
    }
}
