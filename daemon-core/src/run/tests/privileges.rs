//! When the user is changed in a daemon's life, and what follows when that fails.

use super::*;
use crate::lock::{Acquired, Held, Renewal};
use crate::plugin::Plugin;

type Notes = Rc<RefCell<Vec<&'static str>>>;

/// A lock that is always free, and notes what is done with it.
struct Free(Notes);

impl Provider for Free {
    fn describe(&self) -> String {
        "free".into()
    }

    fn acquire(&mut self) -> Acquired {
        self.0.borrow_mut().push("lock");
        Acquired::Held(Held::default())
    }

    fn renew(&mut self) -> Renewal {
        Renewal::Held(Held::default())
    }

    fn release(&mut self) {
        self.0.borrow_mut().push("unlock");
    }
}

/// A plugin that notes all that is done with it.
struct Talking(Notes);

impl Plugin for Talking {
    fn check_environment(&self, _: &mut Vec<String>) {
        self.0.borrow_mut().push("look around");
    }

    fn setup(&mut self, _: &Context) -> crate::Result<()> {
        self.0.borrow_mut().push("set up");
        Ok(())
    }

    fn teardown(&mut self, _: &Context) -> crate::Result<()> {
        self.0.borrow_mut().push("torn down");
        Ok(())
    }
}

fn life(change: Result<(), Error>) -> (Notes, Run) {
    let notes = Notes::default();
    let (made, plugin, born, changed) = (Rc::clone(&notes), Rc::clone(&notes), Rc::clone(&notes), Rc::clone(&notes));
    let mut sim = Sim::new().declare(|spec| {
        spec.plugin(move || {
            made.borrow_mut().push("plugin made");
            Talking(plugin)
        });
        spec.on(Event::init(), move |_: &mut Probe, cx: &Context| {
            born.borrow_mut().push("init");
            cx.stop();
        });
    });
    sim.locks.push(Box::new(Free(Rc::clone(&notes))));
    sim.mode.becomes = true;
    sim.clock.changes.borrow_mut().push_back(change);
    sim.clock.on_change.replace(Some(Box::new(move || changed.borrow_mut().push("change"))));
    (notes, sim.run())
}

#[test]
fn fault_117_the_authors_code_runs_after_the_change_alone() {
    let (notes, run) = life(Ok(()));
    assert_eq!(run.ended.exit, Exit::Clean);
    let want = ["lock", "change", "plugin made", "look around", "set up", "init", "torn down", "unlock"];
    assert_eq!(*notes.borrow(), want);
}

#[test]
fn fault_117_a_change_that_failed_is_the_end() {
    let (notes, run) = life(Err(Error::new(Exit::NoPermission, "can not become user x: setresuid: no")));
    assert_eq!(run.ended.exit, Exit::NoPermission);
    assert_eq!(run.ended.reason.as_deref(), Some("can not become user x: setresuid: no"));
    assert_eq!(*notes.borrow(), ["lock", "change", "unlock"], "nothing of the author's ran");
    assert!(run.order().is_empty());
}
