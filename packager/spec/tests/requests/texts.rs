//! `osquery-flagfile`, `end-user-email`, `osquery-db` and the browser's host.

use crate::common::{INJECTIONS, SPECIALS, accept, refuse};
use packager_api::Field::{EndUserEmail, FleetDesktopAlternativeBrowserHost, OsqueryDb, OsqueryFlagfile, Type};

#[test]
fn a_flagfile_is_made_of_flags_comments_and_blank_lines() {
    for content in [
        "",
        "\n",
        "--verbose",
        "--verbose\n",
        "# a comment: 100% ${free} \"text\" é\n\n  \n  --host_identifier=uuid  \n--tls-dump=true\n--a=\n--b==c --d\n",
    ] {
        assert_eq!(accept(&[(OsqueryFlagfile, content)]).osquery_flagfile.as_str(), content);
    }
    for (line, content) in [
        (1, "verbose"),
        (1, "-verbose"),
        (1, "--"),
        (1, "--=x"),
        (1, "---x"),
        (1, "--1x"),
        (1, "--a b"),
        (1, "--a$b=c"),
        (1, "\u{feff}--a"),
        (2, "--a\n; comment"),
        (3, "--a\n\n[section]\n--b"),
        (2, "--a\n\t--b"),
    ] {
        let detail = refuse(OsqueryFlagfile, &[(OsqueryFlagfile, content)]);
        assert!(detail.starts_with(&format!("line {line}: ")), "{content:?}: {detail}");
    }
}

#[test]
fn a_flagfile_has_one_kind_of_line_break() {
    let unix = accept(&[(OsqueryFlagfile, "--a\n# b\n\n--c")]);
    let windows = accept(&[(OsqueryFlagfile, "--a\r\n# b\r\n\r\n--c")]);
    assert_eq!(unix.canonical_bytes(), windows.canonical_bytes());
    for content in ["--a\r--b", "--a\r", "--a\r\r\n", "\r"] {
        refuse(OsqueryFlagfile, &[(OsqueryFlagfile, content)]);
    }
}

#[test]
fn a_flagfile_is_bounded_at_64_kib() {
    let at = format!("#{}", "a".repeat(65_535));
    accept(&[(OsqueryFlagfile, &at)]);
    accept(&[(OsqueryFlagfile, &"\n".repeat(65_536))]);
    assert_eq!(
        refuse(OsqueryFlagfile, &[(OsqueryFlagfile, &format!("{at}a"))]),
        "must be at most 65536 bytes long"
    );
}

#[test]
fn nothing_invisible_is_in_a_flagfile() {
    for injection in INJECTIONS {
        refuse(OsqueryFlagfile, &[(OsqueryFlagfile, &format!("--a={injection}"))]);
        if !injection.contains('\n') {
            refuse(OsqueryFlagfile, &[(OsqueryFlagfile, &format!("# {injection}"))]);
        }
    }
}

#[test]
fn an_email_is_an_address() {
    let at = format!("{}@{}.ab", "l".repeat(64), "d".repeat(254 - 64 - 4));
    assert_eq!(at.len(), 254);
    for address in [
        "a@b.c",
        "first.last+tag@sub.example.com",
        "o'brien@example.ie",
        "müller@bücher.example",
        &at,
    ] {
        assert_eq!(
            accept(&[(EndUserEmail, address)])
                .end_user_email
                .as_ref()
                .unwrap()
                .as_str(),
            address
        );
    }
    for address in [
        "",
        "a",
        "@",
        "a@",
        "@b.c",
        "a@b",
        "a@b.",
        "a@.b",
        "a@b..c",
        "a@@b.c",
        "a@b@c.d",
        ".a@b.c",
        "a.@b.c",
        "a..b@c.d",
        "a b@c.d",
        "a@b c.d",
        " a@b.c",
        "a@b.c ",
        "\"a\"@b.c",
        "a@[1.2.3.4]",
        "a@-b.c",
        "a@b_.c",
        "<a@b.c>",
        "a,b@c.d",
        &format!("{}@b.c", "l".repeat(65)),
        &format!("l{at}"),
        &format!("{at}c"),
    ] {
        refuse(EndUserEmail, &[(EndUserEmail, address)]);
    }
    for injection in INJECTIONS
        .iter()
        .chain(SPECIALS.iter().filter(|special| !matches!(**special, "a'b" | "a%n")))
    {
        refuse(EndUserEmail, &[(EndUserEmail, &format!("{injection}@b.c"))]);
        refuse(EndUserEmail, &[(EndUserEmail, &format!("a@{injection}.c"))]);
    }
    refuse(EndUserEmail, &[(EndUserEmail, "a%n@b.c")]);
    assert_eq!(
        refuse(EndUserEmail, &[(Type, "pkg"), (EndUserEmail, "a@b.c")]),
        "is not for pkg"
    );
}

#[test]
fn the_database_is_an_absolute_path_of_the_types_system() {
    let unix = [
        "/opt/orbit/osquery.db",
        "/a",
        "/a//b/",
        "/with space/é",
        "/a..b/...",
        "/a/./b",
    ];
    let windows = ["C:\\osquery.db", "d:/osquery/db", "C:\\Program Files\\a", "C:\\a..b"];
    for package_type in ["deb", "rpm", "pkg.tar.zst", "pkg"] {
        for path in unix {
            assert_eq!(
                accept(&[(Type, package_type), (OsqueryDb, path)])
                    .osquery_database
                    .as_ref()
                    .unwrap()
                    .as_str(),
                path
            );
        }
        for path in windows {
            refuse(OsqueryDb, &[(Type, package_type), (OsqueryDb, path)]);
        }
    }
    for path in windows {
        assert_eq!(
            accept(&[(Type, "msi"), (OsqueryDb, path)])
                .osquery_database
                .as_ref()
                .unwrap()
                .as_str(),
            path
        );
    }
    for path in unix {
        refuse(OsqueryDb, &[(Type, "msi"), (OsqueryDb, path)]);
    }
}

#[test]
fn a_database_path_does_not_climb_and_holds_nothing_special() {
    for path in [
        "", "a", "./a", "~/a", "/", "//", "/..", "/../a", "/a/..", "/a/../b", "/a\\b", "/a:b",
    ] {
        refuse(OsqueryDb, &[(OsqueryDb, path)]);
    }
    for path in [
        "C:",
        "C:a",
        "C:\\",
        "C:\\..\\a",
        "C:\\a\\.. \\b",
        "C:\\a.",
        "C:\\a ",
        "C:/a/..",
        "C:\\a/..\\b",
        "\\a",
        "\\\\server\\share",
        "CC:\\a",
        "C:\\a:b",
        "1:\\a",
    ] {
        refuse(OsqueryDb, &[(Type, "msi"), (OsqueryDb, path)]);
    }
    for injection in INJECTIONS.iter().chain(SPECIALS) {
        refuse(OsqueryDb, &[(OsqueryDb, &format!("/{injection}"))]);
        if !injection.contains('\\') {
            refuse(OsqueryDb, &[(Type, "msi"), (OsqueryDb, &format!("C:\\{injection}"))]);
        }
    }
    let at = format!("/{}", "a".repeat(1023));
    accept(&[(OsqueryDb, &at)]);
    assert_eq!(
        refuse(OsqueryDb, &[(OsqueryDb, &format!("{at}a"))]),
        "must be at most 1024 bytes long"
    );
}

#[test]
fn a_browser_host_is_a_host_with_or_without_a_port() {
    let field = FleetDesktopAlternativeBrowserHost;
    let name = format!(
        "{}.{}.{}.{}",
        "a".repeat(63),
        "b".repeat(63),
        "c".repeat(63),
        "d".repeat(61)
    );
    assert_eq!(name.len(), 253);
    for host in [
        "fleet",
        "fleet.example.com",
        "fleet.example.com:1",
        "fleet.example.com:65535",
        "192.0.2.1:443",
        "[::1]",
        "[2001:db8::1]:8080",
        "under_score.example",
        "a.example.",
        &name,
        &format!("{name}:65535"),
    ] {
        let spec = accept(&[(field, host)]);
        assert_eq!(
            spec.fleet_desktop_alternative_browser_host.as_ref().unwrap().as_str(),
            host
        );
    }
    for host in [
        "",
        ":",
        ":80",
        "a:",
        "a:0",
        "a:65536",
        "a:99999",
        "a:-1",
        "a:+1",
        "a:1 ",
        "a:1:2",
        "a b",
        "a/b",
        "https://a",
        "user@a",
        "::1",
        "2001:db8::1",
        "[::1",
        "::1]",
        "[]",
        "[::1]80",
        "[::1]:",
        "[::1]:0",
        "[a]",
        "[1.2.3.4]",
        "a?b",
        "a#b",
        "é.example",
        ".",
        "a..b",
        "-a",
        "a-",
        "1.2.3.4.5",
        "1.2.3",
        &format!("{name}e"),
        &format!("{}.a", "a".repeat(64)),
    ] {
        refuse(field, &[(field, host)]);
    }
    for injection in INJECTIONS.iter().chain(SPECIALS) {
        refuse(field, &[(field, injection)]);
        refuse(field, &[(field, &format!("a:{injection}"))]);
    }
}
