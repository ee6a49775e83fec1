//! How many calls are made before the clock is read: few slow ones, many quick ones.

use crate::abi::MOST_ROWS as ROWS;
use std::time::{Duration, Instant};

/// The time after which the interpreter gets a look at signals.
const LOOK_EVERY: Duration = Duration::from_micros(500);
/// The time that calls which are made at a time should take at most.
const AT_A_TIME: Duration = Duration::from_micros(100);

/// Reads the clock between calls.
#[derive(Debug)]
pub struct Pace {
    /// How many calls to make before the clock is read.
    calls: usize,
    looked: Instant,
    read: Instant,
}

impl Pace {
    /// Begins with as many calls at a time as an earlier batch of the same function ended with.
    #[must_use]
    pub fn new(calls: usize) -> Self {
        let now = Instant::now();
        Self {
            calls: calls.clamp(1, ROWS),
            looked: now,
            read: now,
        }
    }

    #[inline]
    #[must_use]
    pub fn calls(&self) -> usize {
        self.calls
    }

    /// Adapts to the time that `made` calls took, and returns whether it is time to look at signals.
    #[inline]
    pub fn is_due(&mut self, made: usize) -> bool {
        let now = Instant::now();
        let took = now - self.read;
        self.read = now;
        if took < AT_A_TIME / 4 {
            self.calls = ROWS.min(self.calls * 2);
        } else if took > AT_A_TIME {
            let fitting = AT_A_TIME.as_nanos() * made as u128 / took.as_nanos();
            self.calls = usize::try_from(fitting).unwrap_or(ROWS).clamp(1, ROWS);
        }
        now - self.looked >= LOOK_EVERY
    }

    /// Notes that signals were looked at.
    pub fn looked(&mut self) {
        let now = Instant::now();
        (self.looked, self.read) = (now, now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::thread::sleep;

    #[test]
    fn quick_calls_are_made_many_at_a_time_and_slow_ones_one_by_one() {
        let mut pace = Pace::new(0);
        assert_eq!(pace.calls(), 1);
        // However busy the machine is, some of many readings of the clock follow each other at once.
        assert!((0..1000).any(|_| {
            let _ = pace.is_due(1);
            pace.calls() == ROWS
        }));
        sleep(LOOK_EVERY);
        assert!(pace.is_due(2));
        assert_eq!(pace.calls(), 1);
    }
}
