//! Plugins: parts of a daemon that can be used again in the next one.
//!
//! Whatever the framework offers as a plugin is built on this trait alone, so yours can do as much.

use std::any::{Any, TypeId};
use std::cell::{RefCell, RefMut};

use crate::context::Context;
use crate::error::Result;

/// A reusable part with a life of its own beside the daemon's.
///
/// ```
/// use daemon_core::{Context, Plugin, Result};
///
/// struct Spool { directory: std::path::PathBuf }
///
/// impl Plugin for Spool {
///     fn check_environment(&self, problems: &mut Vec<String>) {
///         if !self.directory.is_dir() {
///             problems.push(format!("{} is not a directory: create it", self.directory.display()));
///         }
///     }
///
///     fn teardown(&mut self, _: &Context) -> Result<()> {
///         log::info!("spool closed");
///         Ok(())
///     }
/// }
/// ```
pub trait Plugin: Any {
    /// What it is called in messages; the type's name unless you say otherwise.
    fn name(&self) -> String {
        let path = std::any::type_name::<Self>();
        path.rsplit("::").next().unwrap_or(path).to_owned()
    }

    /// Looks whether the plugin can work here and adds what is wrong, each with what to do about it. Problems of all
    /// plugins are collected before the daemon gives up with 78. Nothing is opened or changed.
    fn check_environment(&self, problems: &mut Vec<String>) {
        let _ = problems;
    }

    /// After the lock is held, before the daemon's own setup, in declared order. A failure is a failed start.
    ///
    /// # Errors
    /// Whatever keeps the plugin from working.
    fn setup(&mut self, cx: &Context) -> Result<()> {
        let _ = cx;
        Ok(())
    }

    /// At the end, in reverse order, after the daemon's own state is gone and before the lock is given back. Runs for
    /// every plugin whose setup succeeded.
    ///
    /// # Errors
    /// Is logged, and turns a clean exit into 70; the other plugins are torn down all the same.
    fn teardown(&mut self, cx: &Context) -> Result<()> {
        let _ = cx;
        Ok(())
    }

    /// Lines for `-i`: what an administrator must prepare.
    fn instructions(&self) -> Vec<String> {
        Vec::new()
    }
}

/// Makes a plugin when the daemon really runs.
pub(crate) type MakePlugin = Box<dyn FnOnce() -> Box<dyn Plugin>>;

/// The plugins of a running daemon, in declared order.
#[derive(Default)]
pub(crate) struct Plugins(Vec<Slot>);

struct Slot {
    kind: TypeId,
    plugin: RefCell<Box<dyn Plugin>>,
}

impl Plugins {
    /// Makes the plugins that were declared.
    pub(crate) fn make(makers: Vec<MakePlugin>) -> Self {
        let mut plugins = Self::default();
        makers.into_iter().for_each(|make| plugins.add(make()));
        plugins
    }

    fn add(&mut self, plugin: Box<dyn Plugin>) {
        let kind = (*plugin).type_id();
        self.0.push(Slot { kind, plugin: RefCell::new(plugin) });
    }

    /// The first plugin of type `P`.
    ///
    /// # Panics
    /// When the same plugin is in use already, further up on the stack.
    pub(crate) fn get<P: Plugin>(&self) -> Option<RefMut<'_, P>> {
        let slot = self.0.iter().find(|slot| slot.kind == TypeId::of::<P>())?;
        RefMut::filter_map(slot.plugin.borrow_mut(), |plugin| {
            let any: &mut dyn Any = plugin.as_mut();
            any.downcast_mut::<P>()
        })
        .ok()
    }

    pub(crate) fn nth(&self, index: usize) -> RefMut<'_, Box<dyn Plugin>> {
        self.0[index].plugin.borrow_mut()
    }

    pub(crate) fn names(&self) -> Vec<String> {
        self.0.iter().map(|slot| slot.plugin.borrow().name()).collect()
    }

    /// Each line of each plugin's instructions, with the plugin's name before it.
    pub(crate) fn instructions(&self) -> Vec<String> {
        let lines = |slot: &Slot| {
            let plugin = slot.plugin.borrow();
            plugin.instructions().into_iter().map(|line| format!("[{}] {line}", plugin.name())).collect::<Vec<_>>()
        };
        self.0.iter().flat_map(lines).collect()
    }

    /// All problems of all plugins, each with the plugin's name before it.
    pub(crate) fn problems(&self) -> Vec<String> {
        let mut all = Vec::new();
        for slot in &self.0 {
            let plugin = slot.plugin.borrow();
            let mut found = Vec::new();
            plugin.check_environment(&mut found);
            all.extend(found.into_iter().map(|problem| format!("[{}] {problem}", plugin.name())));
        }
        all
    }
}
