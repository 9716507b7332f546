//! What shells complete, and the manual pages, by the tools that read them.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::support::{Place, names, stderr, stdout};

fn script(place: &Place, shell: &str) -> String {
    let output = place.run(&["completions", shell]);
    assert!(output.status.success(), "{}", stderr(&output));
    let path = place.path(&format!("packager.{shell}"));
    std::fs::write(&path, output.stdout).unwrap();
    path.display().to_string()
}

fn run(program: &str, arguments: &[&str], home: &Path) -> Output {
    let output = Command::new(program)
        .args(arguments)
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env("HOME", home)
        .env("LC_ALL", "C.UTF-8")
        .stdin(Stdio::null())
        .output();
    output.unwrap_or_else(|error| panic!("{program}: {error}"))
}

/// What bash offers for the last of `words`.
fn completed(place: &Place, words: &[&str]) -> Vec<String> {
    let script = script(place, "bash");
    // As the shell does it: it looks up which function completes the command, and calls that.
    let complete = r#"
        . "$1"; shift
        specification=$(complete -p packager)
        [[ $specification =~ -F\ ([^ ]+) ]]
        COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
        "${BASH_REMATCH[1]}" packager "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
        printf '%s\n' "${COMPREPLY[@]}"
    "#;
    let arguments = [&["--norc", "-c", complete, "bash", &script, "packager"], words].concat();
    let output = run("bash", &arguments, &place.path("home"));
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    stdout(&output).lines().map(str::to_owned).collect()
}

#[test]
fn bash_completes_commands_flags_and_words() {
    let place = Place::new();
    assert_eq!(completed(&place, &["pack"]), ["package"]);
    assert_eq!(
        completed(&place, &["package", "--remote"]),
        ["--remote", "--remote-ca", "--remote-public-key"]
    );
    assert_eq!(completed(&place, &["completions", "z"]), ["zsh"]);
    let flags = completed(&place, &["package", "--"]);
    assert!(flags.iter().any(|flag| flag == "--fleet-url"), "{flags:?}");
    // Flags for keys that do not belong on a command line are not offered.
    assert!(!flags.iter().any(|flag| flag.contains("app-store")), "{flags:?}");
}

#[test]
fn other_shells_take_their_scripts() {
    let place = Place::new();
    let home = place.path("home");
    let zsh = script(&place, "zsh");
    assert!(run("zsh", &["-f", "-n", &zsh], &home).status.success());
    let fish = script(&place, "fish");
    let output = run(
        "fish",
        &[
            "--no-config",
            "-c",
            &format!("source {fish}; complete -C 'packager package --remote-p'"),
        ],
        &home,
    );
    assert!(output.status.success(), "{output:?}");
    assert!(stdout(&output).starts_with("--remote-public-key\t"), "{output:?}");
    for shell in ["elvish", "powershell"] {
        assert!(Path::new(&script(&place, shell)).metadata().unwrap().len() > 1000);
    }
    let output = place.run(&["completions", "tcsh"]);
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn each_command_has_a_manual_page_that_the_formatters_accept() {
    let place = Place::new();
    let folder = place.path("man");
    let output = place.run(&["man", folder.to_str().unwrap()]);
    assert!(output.status.success(), "{}", stderr(&output));
    let pages = names(&folder);
    assert_eq!(
        pages,
        [
            "packager-completions.1",
            "packager-config-check.1",
            "packager-config-print.1",
            "packager-config.1",
            "packager-demo.1",
            "packager-healthcheck.1",
            "packager-man.1",
            "packager-package.1",
            "packager-rotate-key.1",
            "packager-serve.1",
            "packager.1",
        ]
    );
    let home = place.path("home");
    for page in pages {
        let path = folder.join(&page).display().to_string();
        let lint = run("mandoc", &["-T", "lint", "-W", "error", &path], &home);
        assert!(lint.status.success() && lint.stdout.is_empty(), "{lint:?}");
        let groff = run("groff", &["-man", "-Kutf8", "-ww", "-z", &path], &home);
        assert!(groff.status.success() && groff.stderr.is_empty(), "{page}: {groff:?}");
    }
    // What a reader sees.
    let path = folder.join("packager-package.1").display().to_string();
    let seen = run("mandoc", &["-T", "ascii", &path], &home);
    let text = stdout(&seen).replace("_\u{8}", "");
    let text = strip_overstrikes(&text);
    for expected in [
        "PACKAGER-PACKAGE(1)",
        "Fleet Packager",
        "EXIT STATUS",
        "--remote-public-key",
        "130",
    ] {
        assert!(text.contains(expected), "{expected}: {text}");
    }
    // Alone it is the page of the command, on standard output.
    let output = place.run(&["man"]);
    assert_eq!(output.stdout, std::fs::read(folder.join("packager.1")).unwrap());
}

/// `text` without the letters that a printer would strike over to make them bold.
fn strip_overstrikes(text: &str) -> String {
    let mut plain = String::new();
    for c in text.chars() {
        if c == '\u{8}' {
            plain.pop();
        } else {
            plain.push(c);
        }
    }
    plain
}
