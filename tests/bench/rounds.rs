//! The round-robin: who is measured, and the samples of each, one place a round.

use crate::process::Program;
use crate::quiet::Sample;
use crate::workshop::{Link, Target, Workshop};
use std::fmt::Display;
use std::io;
use std::time::Duration;

/// What every bench is given.
#[derive(Debug)]
pub struct Desk {
    /// Rounds asked for on the command line, if any.
    pub rounds: Option<usize>,
    /// How long a sample waits for a quiet moment, per try.
    pub patience: Duration,
    /// Where the subjects are built.
    pub workshop: Workshop,
}

impl Desk {
    /// The rounds asked for, or the bench's own number.
    pub fn rounds(&self, otherwise: usize) -> usize {
        self.rounds.unwrap_or(otherwise).max(1)
    }
}

/// One subject and its samples.
#[derive(Debug)]
pub struct Lane<S> {
    /// The name in the tables.
    pub name: &'static str,
    /// How it is started.
    pub program: Program,
    /// It runs in so many rounds at most.
    pub rounds: usize,
    samples: Vec<Option<Sample<S>>>,
}

impl<S> Lane<S> {
    /// Keeps what a round gave: nothing, if it could not be measured.
    pub fn keep(&mut self, sample: Option<Sample<S>>) {
        self.samples.push(sample);
    }

    /// One figure of each round.
    pub fn figures(&self, figure: impl Fn(&S) -> f64) -> Vec<Option<f64>> {
        self.samples.iter().map(|sample| sample.as_ref().map(|sample| figure(&sample.value))).collect()
    }

    /// The same without the rounds that have none.
    pub fn present(&self, figure: impl Fn(&S) -> f64) -> Vec<f64> {
        self.figures(figure).into_iter().flatten().collect()
    }

    /// The samples that others left alone.
    pub fn undisturbed(&self) -> impl Iterator<Item = &S> {
        let quiet = |sample: &&Sample<S>| crate::quiet::undisturbed(sample.foreign);
        self.samples.iter().flatten().filter(quiet).map(|sample| &sample.value)
    }

    /// The worst share of the machine others took, in per cent.
    pub fn foreign(&self) -> String {
        let worst = self.samples.iter().flatten().map(|sample| sample.foreign).fold(0.0, f64::max);
        format!("{:.0}", worst * 100.0)
    }

    /// How many rounds have a sample.
    pub fn measured(&self) -> usize {
        self.samples.iter().flatten().count()
    }
}

/// The lanes of a bench, the floor first. What can not be built leaves a note and no lane.
#[derive(Debug, Default)]
pub struct Field<S> {
    /// In the order they run.
    pub lanes: Vec<Lane<S>>,
    /// Why others are missing.
    pub notes: Vec<String>,
}

impl<S> Field<S> {
    /// An empty field.
    pub fn new() -> Self {
        Self { lanes: Vec::new(), notes: Vec::new() }
    }

    /// Adds a subject that runs in every round.
    pub fn add(&mut self, name: &'static str, program: Result<Program, impl Display>) {
        self.add_for(usize::MAX, name, program);
    }

    /// Adds a subject that runs in the first rounds only: enough to know its order of magnitude.
    pub fn add_for(&mut self, rounds: usize, name: &'static str, program: Result<Program, impl Display>) {
        match program {
            Ok(program) => self.lanes.push(Lane { name, program, rounds, samples: Vec::new() }),
            Err(error) => self.notes.push(format!("{name}: left out, {error}")),
        }
    }

    /// The lane of this name.
    pub fn lane(&self, name: &str) -> Option<&Lane<S>> {
        self.lanes.iter().find(|lane| lane.name == name)
    }

    /// One figure of each round of the named lane: empty if there is no such lane.
    pub fn figures(&self, name: &str, figure: impl Fn(&S) -> f64) -> Vec<Option<f64>> {
        self.lane(name).map(|lane| lane.figures(figure)).unwrap_or_default()
    }

    /// A subject's figure ÷ the floor's, round by round.
    pub fn ratios(&self, name: &str, floor: &str, figure: impl Fn(&S) -> f64) -> Vec<f64> {
        crate::stats::ratios(&self.figures(name, &figure), &self.figures(floor, &figure))
    }
}

/// One turn of short runs: each lane once, in an order that changes from turn to turn. What runs after an
/// interpreter finds colder caches than what runs after a small program, so no lane may keep its neighbour.
/// A lane that failed once is left out of the turns that follow.
pub fn turns<T>(
    programs: &[Program],
    turns: usize,
    mut run: impl FnMut(&Program, usize) -> io::Result<T>,
) -> Vec<io::Result<Vec<T>>> {
    let mut found: Vec<io::Result<Vec<T>>> = programs.iter().map(|_| Ok(Vec::new())).collect();
    for turn in 0..turns {
        for lane in order(programs.len(), turn) {
            let Ok(so_far) = &mut found[lane] else {
                continue;
            };
            match run(&programs[lane], turn) {
                Ok(value) => so_far.push(value),
                Err(error) => found[lane] = Err(error),
            }
        }
    }
    found
}

/// The numbers below `len`, shuffled by the turn.
fn order(len: usize, turn: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..len).collect();
    for last in (1..len).rev() {
        order.swap(last, mixed(turn * len + last) % (last + 1));
    }
    order
}

/// The finisher of splitmix64: neighbouring numbers become strangers.
fn mixed(number: usize) -> usize {
    let mut mixed = number.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}

/// Builds one of our subjects.
pub fn ours(workshop: &Workshop, name: &'static str, link: Link) -> io::Result<Program> {
    workshop.build(Target::Subject(name), link)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_turn_has_every_lane_once_in_another_order() {
        let sorted = |turn| {
            let mut order = order(7, turn);
            order.sort_unstable();
            order
        };
        assert!((0..50).all(|turn| sorted(turn) == (0..7).collect::<Vec<_>>()));
        let firsts: std::collections::HashSet<usize> = (0..50).map(|turn| order(7, turn)[0]).collect();
        assert_eq!(firsts.len(), 7, "every lane comes first now and then");
        let before_first = |turn| {
            let order = order(7, turn);
            order.iter().position(|lane| *lane == 0).and_then(|at| at.checked_sub(1)).map(|at| order[at])
        };
        let before: std::collections::HashSet<_> = (0..25).map(before_first).collect();
        assert!(before.len() > 5, "and after every other: {before:?}");
    }

    #[test]
    fn a_lane_that_fails_keeps_its_error_and_stops_the_others_not() {
        let programs = [Program::new("a"), Program::new("b")];
        let found = turns(&programs, 3, |program, turn| match program.path.to_str() {
            Some("b") if turn == 1 => Err(io::Error::other("no")),
            _ => Ok(turn),
        });
        assert_eq!(found[0].as_ref().unwrap().len(), 3);
        assert!(found[1].is_err());
    }
}
