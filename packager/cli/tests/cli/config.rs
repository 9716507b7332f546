use crate::support::{Place, stderr, stdout};

#[test]
fn check_judges_the_configuration() {
    let place = Place::new();
    let output = place.run(&["config", "check"]);
    assert_eq!(stdout(&output), "the configuration is valid\n");
    let file = place.path("packager.toml");
    std::fs::write(&file, "listen = \"nowhere\"\nno_such_key = 1\n").unwrap();
    let output = place
        .packager(&["config", "check"])
        .env("PACKAGER_CONFIG", &file)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(
        stderr(&output).contains("listen") && stderr(&output).contains("no_such_key"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn print_shows_what_is_in_force_and_no_secret() {
    let place = Place::new();
    let mut command = place.packager(&["config", "print", "--listen", "127.0.0.1:81"]);
    let output = command
        .env("PACKAGER_QUEUE", "7")
        .env("PACKAGER_MASTER_KEY", "1mWl3nOZ8F9cD2eB4aH6kJ0pQ5rS7tU+vXyzAbCdEf0=")
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    let text = stdout(&output);
    assert!(text.contains("127.0.0.1:81") && text.contains("queue = 7"), "{text}");
    assert!(
        !text.contains("1mWl3nOZ") && !stderr(&output).contains("1mWl3nOZ"),
        "{text}"
    );
    let _: toml::Table = toml::from_str(text).unwrap();
}

#[test]
fn version_and_help_are_results() {
    let place = Place::new();
    let output = place.run(&["--version"]);
    assert_eq!(stdout(&output), concat!("packager ", env!("CARGO_PKG_VERSION"), "\n"));
    for command in ["serve", "package", "demo", "healthcheck", "config"] {
        let output = place.run(&[command, "--help"]);
        assert!(output.status.success() && !output.stdout.is_empty(), "{command}");
    }
    assert_eq!(place.run(&[]).status.code(), Some(2));
}
