//! Pools that can not work. Part of the one check of a plan.

use super::pool::Pool;
use crate::duration::Pretty;
use crate::error::{Error, Exit};
use crate::plan::{Facts, Hook, Plan, Trigger};

/// Looks at all pools, and at the hooks that hear of them.
///
/// # Errors
/// [`Exit::Config`] with the pool, the setting, its value and what to write instead.
pub(crate) fn check(plan: &Plan) -> Result<(), Error> {
    for (index, pool) in plan.pools.iter().enumerate() {
        check_pool(pool)?;
        for earlier in &plan.pools[..index] {
            if earlier.name == pool.name {
                return Err(config(format!("{pool}: there is another of that name, {earlier}: rename one")));
            }
        }
    }
    plan.hooks.iter().try_for_each(|hook| check_hook(plan, hook))
}

fn check_pool(pool: &Pool) -> Result<(), Error> {
    let key = if pool.kind == super::pool::Kind::Task { "limit" } else { "pool" };
    let numbers = [(key, pool.size), ("queue", pool.queue)].map(|(key, number)| (key, number, number.to_string()));
    let lengths =
        [("timeout", pool.timeout), ("backoff", pool.backoff), ("max_age", pool.max_age), ("grace", pool.grace)]
            .map(|(key, length)| (key, length, Pretty(length).to_string()));
    let mut facts = Facts::new().hook("worker");
    for (key, number, text) in &numbers {
        #[allow(clippy::cast_precision_loss, reason = "a number that large is refused all the same")]
        let number = *number as f64;
        facts = facts.number(key, number, text);
    }
    for (key, length, text) in &lengths {
        facts = facts.length(key, *length, text);
    }
    if let Some(fault) = facts.fault_of_pool() {
        return Err(config(format!("{pool}: {}", fault.as_str())));
    }
    if pool.methods.is_empty() {
        return Err(config(format!("{pool} has nothing to call: give a method #[call], or write pool.call(…)")));
    }
    Ok(())
}

fn check_hook(plan: &Plan, hook: &Hook) -> Result<(), Error> {
    match hook.trigger {
        Trigger::Call(_, key) if !plan.pools.iter().any(|pool| pool.methods.contains(&key)) => {
            Err(config(format!("{hook}: `{key:?}` is no worker and no task of this daemon: declare it, or rename")))
        }
        _ => Ok(()),
    }
}

fn config(text: String) -> Error {
    Error::new(Exit::Config, text)
}

#[cfg(test)]
mod tests {
    use crate::spec::Spec;
    use crate::{Result, duration};

    fn job(_: u32) -> Result<()> {
        Ok(())
    }

    fn other(_: u32) -> Result<()> {
        Ok(())
    }

    fn refused(declare: impl FnOnce(&mut Spec<()>)) -> String {
        let mut spec = Spec::<()>::default();
        spec.package("x", "1");
        declare(&mut spec);
        spec.plan.check().expect_err("must be refused").to_string()
    }

    #[test]
    fn pools_that_can_not_work_are_refused() {
        let text = refused(|spec| {
            spec.worker(job).pool(0);
        });
        assert!(
            text.starts_with("worker job (") && text.ends_with("pool = 0: write a number from 1 to 1000"),
            "{text}"
        );
        let text = refused(|spec| {
            spec.task(job).limit(5000);
        });
        assert!(text.starts_with("task job (") && text.contains("limit = 5000"), "{text}");
        let text = refused(|spec| {
            spec.worker(job).timeout(duration!("20000w"));
        });
        assert!(text.contains("timeout = ") && text.ends_with("10 years or less, or 0 for no limit"), "{text}");
        let text = refused(|spec| {
            spec.worker(job);
            spec.task(job);
        });
        assert!(text.contains("there is another of that name, worker job"), "{text}");
    }

    #[test]
    fn a_hook_hears_only_of_what_is_declared() {
        let text = refused(|spec| {
            spec.worker(job);
            spec.returned(other, |_, _, _, ()| ());
        });
        assert!(text.contains("on returned = other") && text.contains("no worker and no task"), "{text}");
    }
}
