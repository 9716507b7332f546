//! The product: the program that everything under test comes from.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;
use std::{env, fs};

/// The program `packager` that was built beside this test.
///
/// # Panics
/// If there is none, or one that is older than a source of it, and says what to do.
#[must_use]
pub fn packager() -> PathBuf {
    let profile = env::current_exe().unwrap();
    let profile = profile.ancestors().nth(2).unwrap();
    let program = profile.join("packager");
    let built = modified(&program).unwrap_or_else(|| stop(&program, "is not there"));
    let newer = sources(&program.with_extension("d"))
        .into_iter()
        // One that is not there any more is listed by what was built before it went.
        .find(|source| modified(source).is_some_and(|changed| changed > built));
    if let Some(source) = newer {
        stop(&program, &format!("is older than {}", source.display()));
    }
    program
}

/// The program with `arguments`, in an empty environment.
#[must_use]
pub fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(packager());
    command.args(arguments).env_clear();
    command
}

fn stop(program: &Path, fault: &str) -> ! {
    panic!(
        "the packages under test come from the program {}, which {fault}: `cargo build -p packager` makes it, as does \
         `cargo test --workspace`",
        program.display()
    )
}

fn modified(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).ok()?.modified().ok()
}

/// The sources in this workspace that cargo wrote down of a program: `program: source source …`, spaces in a name
/// escaped. A target folder that was copied from elsewhere may tell of elsewhere.
fn sources(listed_in: &Path) -> Vec<PathBuf> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let text = fs::read_to_string(listed_in).unwrap_or_default();
    let list = text.split_once(": ").map_or("", |(_, list)| list.trim_end());
    list.replace("\\ ", "\0")
        .split(' ')
        .filter(|name| !name.is_empty())
        .map(|name| PathBuf::from(name.replace('\0', " ")))
        .filter(|source| source.starts_with(workspace))
        .collect()
}
