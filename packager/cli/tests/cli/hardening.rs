//! What the system may keep of the process's memory, as the system itself says.

use std::collections::HashMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::process::Command;

use rustix::process::{Resource, Signal};
use rustix::thread::{CapabilitySet, capabilities};

use crate::support::{Place, Service, stderr};

fn status(pid: u32) -> HashMap<String, String> {
    let text = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let fields = text.lines().filter_map(|line| line.split_once(':'));
    fields
        .map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
        .collect()
}

fn locked_kilobytes(pid: u32) -> u64 {
    status(pid)["VmLck"].trim_end_matches(" kB").parse().unwrap()
}

fn may_lock() -> bool {
    capabilities(None).is_ok_and(|sets| sets.effective.contains(CapabilitySet::IPC_LOCK))
        || rustix::process::getrlimit(Resource::Memlock).current.is_none()
}

#[test]
fn the_service_is_never_dumped() {
    let place = Place::new();
    let service = Service::start(&place, &[]);
    let limits = fs::read_to_string(format!("/proc/{}/limits", service.pid())).unwrap();
    let core = limits
        .lines()
        .find(|line| line.starts_with("Max core file size"))
        .unwrap();
    let values: Vec<_> = core.split_whitespace().skip(4).take(2).collect();
    assert_eq!(values, ["0", "0"], "{core}");
    // What the system lays on for a process that may not be dumped belongs to root, whoever runs it (proc(5)).
    if rustix::process::geteuid().is_root() {
        let folder = unprivileged(&place);
        let unprivileged = service_as_nobody(&place, &folder, &[]);
        let owner = fs::metadata(format!("/proc/{}/environ", unprivileged.pid()))
            .unwrap()
            .uid();
        assert_eq!(owner, 0);
        assert_ne!(status(unprivileged.pid())["Uid"].split_whitespace().next(), Some("0"));
    }
    // A crash leaves nothing behind.
    let (exit, _) = service.stop(Signal::ABORT);
    assert_eq!(exit, None);
    assert!(place.work().is_empty(), "{:?}", place.work());
}

#[test]
fn the_allocator_gives_back_what_is_locked() {
    // The allocator names its configuration, and where it comes from.
    let output = Command::new(env!("CARGO_BIN_EXE_packager"))
        .arg("--version")
        .env("MALLOC_CONF", "confirm_conf:true")
        .output()
        .unwrap();
    let said = stderr(&output);
    let built_in = said.lines().find(|line| line.contains("--with-malloc-conf")).unwrap();
    assert!(built_in.contains("retain:false"), "{built_in}");
}

#[test]
fn memory_is_locked_where_the_system_allows_it() {
    let place = Place::new();
    let service = Service::start(&place, &[]);
    let locked = locked_kilobytes(service.pid());
    let said = service.started_with();
    if may_lock() {
        assert!(locked > 1000, "{locked}");
        assert!(said.contains("memory is locked"), "{said}");
    } else {
        assert_eq!(locked, 0);
        assert!(said.contains("LimitMEMLOCK=infinity"), "{said}");
    }
}

#[test]
fn memory_is_not_locked_when_that_is_off() {
    let place = Place::new();
    let service = Service::start(&place, &["--lock-memory", "off"]);
    assert_eq!(locked_kilobytes(service.pid()), 0);
    assert!(service.started_with().contains("lock_memory is off"));
}

/// Under a limit, without the capability.
#[test]
fn under_a_limit_it_runs_unlocked_or_is_refused_as_the_operator_wants() {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let place = Place::new();
    let folder = unprivileged(&place);
    let service = service_as_nobody(&place, &folder, &[]);
    assert_eq!(locked_kilobytes(service.pid()), 0);
    let said = service.started_with();
    assert!(
        said.contains("RLIMIT_MEMLOCK is 65536 bytes") && said.contains("LimitMEMLOCK=infinity"),
        "{said}"
    );
    drop(service);
    let output = as_nobody(&place.packager(&["serve", "--lock-memory", "require"]))
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(
        stderr(&output).contains("lock_memory is `require`: memory cannot be locked"),
        "{}",
        stderr(&output)
    );
}

/// A data directory for a user without rights.
fn unprivileged(place: &Place) -> String {
    let folder = place.path("nobody");
    fs::create_dir_all(&folder).unwrap();
    std::os::unix::fs::chown(&folder, Some(NOBODY), Some(NOBODY)).unwrap();
    folder.join("data").display().to_string()
}

const NOBODY: u32 = 65534;

fn service_as_nobody(place: &Place, data_dir: &str, arguments: &[&str]) -> Service {
    let arguments = [&["--data-dir", data_dir], arguments].concat();
    Service::start_with(place, &arguments, |command| as_nobody(&command))
}

/// The same command without privileges and under a limit of locked memory. The user may read what the test made.
fn as_nobody(command: &Command) -> Command {
    let work = command.get_current_dir().unwrap();
    let readable = Command::new("/bin/chmod")
        .args(["-R", "a+rX"])
        .arg(work.parent().unwrap())
        .status();
    assert!(readable.unwrap().success());
    let mut without = Command::new("/usr/bin/prlimit");
    without.args([
        "--memlock=65536:65536",
        "/usr/bin/setpriv",
        "--reuid=65534",
        "--regid=65534",
    ]);
    without.args(["--clear-groups", "--inh-caps=-all", "--bounding-set=-all"]);
    without.arg(command.get_program()).args(command.get_args()).env_clear();
    without.current_dir(work);
    without
}
