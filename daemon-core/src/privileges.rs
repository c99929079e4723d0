//! Who the daemon runs as: looked up before anything is opened, carried out once the lock is held.
//!
//! The way is one way: after it nothing of the author's runs with the rights of the starting user, and no later image
//! can become somebody else. Every doubt ends the process.

use std::ffi::CString;
use std::fmt::Display;

use nix::errno::Errno;
use nix::unistd::{Gid, Group, Uid, User, getgrouplist};

use crate::account::Account;
use crate::error::{Error, Exit};
use crate::plan::{Origin, Plan, Setting};
use crate::sys::privileges::{self, Failure, Target};
use crate::sys::process;

/// What is to be done about user and group.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// Nothing is declared.
    #[default]
    Nothing,
    /// We are who is declared.
    Stay,
    /// To become another, or the same with fewer groups.
    Become(Target),
}

impl Wanted {
    /// Looks up what is declared, and whether this process can become that.
    ///
    /// # Errors
    /// [`Exit::Config`], or [`Exit::Usage`] for a flag: nobody is called that. [`Exit::NoPermission`]: only root could.
    pub(crate) fn of(plan: &Plan) -> Result<Self, Error> {
        let user = said(&plan.user).map(|(account, origin)| Person::find(account, origin)).transpose()?;
        let group = said(&plan.group).map(|(account, origin)| find_group(account, origin)).transpose()?;
        if user.is_none() && group.is_none() {
            return Ok(Self::Nothing);
        }
        if process::uid() != 0 {
            return stay(plan, user.as_ref(), group);
        }
        let gid = match (group, user.as_ref().and_then(|user| user.primary)) {
            (Some(gid), _) | (None, Some(gid)) => gid,
            (None, None) => {
                let told = told("user", &plan.user);
                let text = format!("{told}: this number has no entry in the user database: write a group too");
                return Err(refuse(plan.user.origin, text));
            }
        };
        let groups = match &user {
            Some(user) => user.groups(gid)?,
            None => vec![gid],
        };
        Ok(Self::Become(Target { uid: user.map(|user| user.uid), gid, groups }))
    }

    /// Whether there is anything to do.
    pub(crate) fn is_something(&self) -> bool {
        *self != Self::Nothing
    }

    /// Who shall own what root opens before the change; `None` when the user stays.
    pub(crate) fn new_owner(&self) -> Option<(u32, u32)> {
        match self {
            Self::Become(Target { uid: Some(uid), gid, .. }) if *uid != 0 => Some((*uid, *gid)),
            _ => None,
        }
    }

    /// Becomes it, and gives up all ways to more. After an error the process must end.
    pub(crate) fn carry_out(&self, core_dumps: bool) -> Result<(), Error> {
        match self {
            Self::Nothing => return Ok(()),
            Self::Stay => {}
            Self::Become(target) => privileges::become_for_good(target).map_err(|failure| end(target, &failure))?,
        }
        let failed = |Failure { call, why }| Error::new(Exit::NoPermission, format!("{call}: {why}"));
        privileges::gain_nothing().map_err(failed)?;
        if core_dumps {
            privileges::allow_core();
        }
        self.tell();
        Ok(())
    }

    fn tell(&self) {
        if let Self::Become(target) = self {
            log::info!(target: "daemon", "running as {} from here on", shown(target));
        }
        let others = privileges::threads_that_may_gain();
        if others > 0 {
            let text = "a program that one of them starts could gain rights by its set-user-ID bit";
            log::warn!(target: "daemon", "other threads were started before the daemon: {others}; {text}");
        }
    }
}

/// A user who was found.
struct Person {
    uid: u32,
    name: Option<String>,
    primary: Option<u32>,
}

impl Person {
    fn find(account: &Account, origin: Origin) -> Result<Self, Error> {
        let look_up =
            |result: nix::Result<Option<User>>| result.map_err(|error| can_not_look_up("user", account, error));
        let by_name = match account.name() {
            Some(name) => look_up(User::from_name(name))?,
            None => None,
        };
        let found = match (by_name, account.number()) {
            (None, Some(number)) => look_up(User::from_uid(Uid::from_raw(number)))?,
            (found, _) => found,
        };
        match (found, account.number()) {
            (Some(user), _) => {
                Ok(Self { uid: user.uid.as_raw(), name: Some(user.name), primary: Some(user.gid.as_raw()) })
            }
            (None, Some(uid)) => Ok(Self { uid, name: None, primary: None }),
            (None, None) => Err(unknown("user", account, origin)),
        }
    }

    /// All groups of the user, `gid` among them.
    fn groups(&self, gid: u32) -> Result<Vec<u32>, Error> {
        let Some(name) = self.name.as_deref().and_then(|name| CString::new(name).ok()) else {
            return Ok(vec![gid]);
        };
        let groups = getgrouplist(&name, Gid::from_raw(gid)).map_err(|error| {
            Error::new(
                Exit::Os,
                format!("can not tell the groups of user {}: {}", name.to_string_lossy(), error.desc()),
            )
        })?;
        Ok(groups.into_iter().map(Gid::as_raw).collect())
    }
}

fn find_group(account: &Account, origin: Origin) -> Result<u32, Error> {
    let found = match account.name() {
        Some(name) => Group::from_name(name).map_err(|error| can_not_look_up("group", account, error))?,
        None => None,
    };
    // A number needs no entry.
    let gid = found.map(|group| group.gid.as_raw()).or_else(|| account.number());
    gid.ok_or_else(|| unknown("group", account, origin))
}

/// Without root's rights the process can only be who it is.
fn stay(plan: &Plan, user: Option<&Person>, group: Option<u32>) -> Result<Wanted, Error> {
    let (us, advice) = (process::user_name(process::uid()), "only root can change that: start it as root");
    if user.is_some_and(|user| !privileges::is_wholly_user(user.uid)) {
        let told = told("user", &plan.user);
        return Err(Error::new(Exit::NoPermission, format!("{told}: this process runs as {us}, and {advice}")));
    }
    if group.is_some_and(|gid| !privileges::is_wholly_group(gid)) {
        let told = told("group", &plan.group);
        let text = format!("{told}: this process of user {us} has another group, and {advice}");
        return Err(Error::new(Exit::NoPermission, text));
    }
    Ok(Wanted::Stay)
}

fn said(setting: &Setting<Option<Account>>) -> Option<(&Account, Origin)> {
    setting.value.as_ref().map(|account| (account, setting.origin))
}

/// `user = www-data (declared)`.
fn told(key: &str, setting: &Setting<Option<Account>>) -> String {
    let value = setting.value.as_ref().map(ToString::to_string).unwrap_or_default();
    format!("{key} = {value} ({})", setting.origin)
}

fn unknown(key: &str, account: &Account, origin: Origin) -> Error {
    let advice = format!("add it, or write another {key}");
    refuse(origin, format!("{key} = {account} ({origin}): this machine has no {key} of that name: {advice}"))
}

fn can_not_look_up(key: &str, account: &Account, error: Errno) -> Error {
    Error::new(Exit::Os, format!("can not look up the {key} {account}: {}", error.desc()))
}

fn refuse(origin: Origin, text: String) -> Error {
    Error::new(if origin == Origin::Flag { Exit::Usage } else { Exit::Config }, text)
}

fn end(target: &Target, Failure { call, why }: &Failure) -> Error {
    Error::new(Exit::NoPermission, format!("can not become {}: {call}: {why}", shown(target)))
}

/// `user www-data, group www-data`.
fn shown(target: &Target) -> String {
    let group = group_name(target.gid);
    match target.uid {
        Some(uid) => format!("user {}, group {group}", process::user_name(uid)),
        None => format!("group {group}"),
    }
}

fn group_name(gid: u32) -> impl Display {
    Group::from_gid(Gid::from_raw(gid)).ok().flatten().map_or_else(|| gid.to_string(), |group| group.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(user: Option<Account>, group: Option<Account>) -> Plan {
        let mut plan = Plan { name: "x".into(), ..Plan::default() };
        plan.user.overridden(user.map(Some));
        plan.group.overridden(group.map(Some));
        plan
    }

    #[test]
    fn who_is_not_known_is_refused_and_told_by_whom() {
        let error = Wanted::of(&plan(Some("no-such-user".into()), None)).expect_err("nobody");
        assert_eq!(error.exit(), Exit::Usage, "{error}");
        assert!(error.to_string().starts_with("user = no-such-user (flag): "), "{error}");
        let mut declared = plan(None, None);
        declared.group.declare(Some("no-such-group".into()));
        assert_eq!(Wanted::of(&declared).expect_err("nobody").exit(), Exit::Config);
        assert_eq!(Wanted::of(&plan(None, None)), Ok(Wanted::Nothing));
    }

    /// These tests may run as root or not: what is wanted follows from who asks.
    #[test]
    fn a_number_without_an_entry_needs_a_group() {
        let alone = Wanted::of(&plan(Some(3_999_999_999.into()), None)).expect_err("no group");
        let both = Wanted::of(&plan(Some(3_999_999_999.into()), Some(7.into())));
        if process::uid() == 0 {
            assert!(alone.to_string().contains("write a group too"), "{alone}");
            assert_eq!(both, Ok(Wanted::Become(Target { uid: Some(3_999_999_999), gid: 7, groups: vec![7] })));
        } else {
            assert_eq!(alone.exit(), Exit::NoPermission);
            assert_eq!(both.expect_err("not root").exit(), Exit::NoPermission);
        }
    }

    #[test]
    fn root_is_a_user_like_any_other() {
        let wanted = Wanted::of(&plan(Some("root".into()), None));
        if process::uid() == 0 {
            assert!(matches!(&wanted, Ok(Wanted::Become(target)) if target.uid == Some(0)), "{wanted:?}");
            assert_eq!(wanted.expect("found").new_owner(), None);
        } else {
            let error = wanted.expect_err("not root");
            assert!(error.to_string().contains("only root can change that"), "{error}");
        }
    }
}
