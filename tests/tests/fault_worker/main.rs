//! Faults around workers, with real processes: rows 73 to 88 of the fault table, and what locks, terminals and older daemons
//! have to do with them.
//!
//! The daemon is `subjects/worker`, which does what it is ordered. Its processes are those of its session: none may be left.

mod ends;
mod families;
mod floods;
mod lines;
mod many;
mod older;
mod restarts;
mod starts;
mod stops;
mod yard;

use yard::{Yard, kill_surely, mono, number_after, processes, sums};
