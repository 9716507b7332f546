//! Reading hostile and friendly bodies of `POST /create`.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail like tests")]

use packager_api::{CreateRequest, Field, FieldProblem, MAX_PROBLEMS, MalformedJson, Parsed, SecretText};

fn parse(body: &str) -> Parsed {
    CreateRequest::parse(body.as_bytes()).unwrap()
}

fn problems(body: &str) -> Vec<(String, String)> {
    parse(body)
        .problems
        .into_iter()
        .map(|FieldProblem { field, detail }| (field, detail))
        .collect()
}

fn problem(field: &str, detail: &str) -> Vec<(String, String)> {
    vec![(field.to_owned(), detail.to_owned())]
}

/// A value of the type that the field has.
fn valid_value(field: Field) -> &'static str {
    let text = format!(r#"{{"{field}":"x"}}"#);
    if parse(&text).problems.is_empty() {
        r#""x""#
    } else {
        "true"
    }
}

#[test]
fn every_field_is_read_in_both_spellings_and_written_in_the_contracts() {
    for &field in Field::ALL {
        let value = valid_value(field);
        let written = format!(r#"{{"{field}":{value}}}"#);
        for name in [
            field.name().to_owned(),
            field.name().replace('-', "_"),
            field.name().replace('_', "-"),
        ] {
            let parsed = parse(&format!(r#"{{ "{name}" : {value} }}"#));
            assert_eq!(parsed.problems, [], "{name}");
            assert_eq!(String::from_utf8_lossy(&parsed.request.to_json()), written, "{name}");
        }
    }
}

#[test]
fn null_and_absence_are_the_same() {
    for &field in Field::ALL {
        assert_eq!(parse(&format!(r#"{{"{field}":null}}"#)), Parsed::default(), "{field}");
    }
    assert_eq!(CreateRequest::default().to_json().as_slice(), b"{}");
}

#[test]
fn a_field_given_twice_in_any_spelling_is_named() {
    for body in [
        r#"{"fleet_url":"a","fleet_url":"b"}"#,
        r#"{"fleet_url":"a","fleet-url":"b"}"#,
        r#"{"fleet-url":"a","fleet_url":null}"#,
        r#"{"fleet_url":"a","fleet\u005furl":"a"}"#,
    ] {
        let parsed = parse(body);
        assert_eq!(
            parsed.problems,
            [FieldProblem::new("fleet_url", "is given more than once")],
            "{body}"
        );
        assert_eq!(parsed.request.fleet_url, Some(SecretText::from("a")), "{body}");
    }
}

#[test]
fn a_wrong_type_names_the_field_and_the_type() {
    for &field in Field::ALL {
        let expected = if valid_value(field) == "true" {
            "must be true or false"
        } else {
            "must be a string"
        };
        let other = if valid_value(field) == "true" {
            r#""true""#
        } else {
            "true"
        };
        for value in [other, "0", "-1.5e3", "[]", "{}", r#"[{"type":"deb"}]"#] {
            let body = format!(r#"{{"{field}":{value}}}"#);
            assert_eq!(problems(&body), problem(field.name(), expected), "{body}");
        }
    }
}

#[test]
fn an_unknown_field_is_named_bounded_and_escaped() {
    assert_eq!(problems(r#"{"colour":1}"#), problem("colour", "is not a known field"));
    assert_eq!(problems(r#"{"":{}}"#), problem("", "is not a known field"));
    assert_eq!(
        problems("{\"a\\nb\\u0000\\u001b\\u202e\":1}")[0].0,
        r"a\nb\0\u{1b}\u{202e}"
    );
    let at = "é".repeat(64);
    assert_eq!(problems(&format!(r#"{{"{at}":1}}"#))[0].0, at);
    assert_eq!(problems(&format!(r#"{{"{at}x":1}}"#))[0].0, format!("{at}…"));
}

#[test]
fn the_number_of_problems_is_bounded() {
    let body = |count: usize| {
        let members: Vec<String> = (0..count).map(|n| format!("\"x{n}\":0")).collect();
        format!("{{{}}}", members.join(","))
    };
    assert_eq!(problems(&body(MAX_PROBLEMS - 1)).len(), MAX_PROBLEMS - 1);
    assert_eq!(problems(&body(MAX_PROBLEMS)).len(), MAX_PROBLEMS);
    assert_eq!(problems(&body(MAX_PROBLEMS + 1)).len(), MAX_PROBLEMS);
}

#[test]
fn all_problems_come_together_and_the_rest_is_read() {
    let parsed = parse(r#"{"retry":"yes","typ":"deb","type":"deb","debug":1,"enroll_secret":"\ud800"}"#);
    let fields: Vec<&str> = parsed.problems.iter().map(|problem| problem.field.as_str()).collect();
    assert_eq!(fields, ["retry", "typ", "debug", "enroll_secret"]);
    assert_eq!(
        parsed.request,
        CreateRequest {
            package_type: Some("deb".to_owned()),
            ..CreateRequest::default()
        }
    );
    assert!(parsed.into_result().is_err());
}

#[test]
fn a_body_that_is_no_object_is_malformed_and_never_quoted() {
    for body in ["[]", "\"hunter2\"", "1", "true", "null", "[{\"type\":\"deb\"}]"] {
        assert_eq!(
            CreateRequest::parse(body.as_bytes()),
            Err(MalformedJson::NotAnObject),
            "{body}"
        );
    }
    for body in [
        "",
        "{",
        "{\"type\"",
        "{\"type\":",
        "{\"type\":\"hunter2",
        "{\"type\":\"d\"",
        "{\"a\":[[[",
    ] {
        let error = CreateRequest::parse(body.as_bytes()).unwrap_err();
        assert!(
            matches!(error, MalformedJson::Incomplete { line: 1 | 0, .. }),
            "{body}: {error:?}"
        );
        assert!(!error.to_string().contains("hunter2"));
    }
    for body in [
        "hunter2",
        "{hunter2}",
        "{\"type\":hunter2}",
        "{\"type\":\"a\nb\"}",
        "{\"type\":\"\\x\"}",
        "{\"type\":\"\\u12g4\"}",
        "{\"type\":01}",
        "{\"type\":\"deb\",}",
        "{} hunter2",
        "{}{}",
        "{}\0",
        "\u{feff}{}",
        "{'type':'deb'}",
    ] {
        let error = CreateRequest::parse(body.as_bytes()).unwrap_err();
        assert!(matches!(error, MalformedJson::Syntax { .. }), "{body}: {error:?}");
        assert!(!error.to_string().contains("hunter2"));
    }
}

#[test]
fn a_syntax_error_says_where() {
    let error = CreateRequest::parse(b"{\n  \"type\": deb\n}").unwrap_err();
    assert_eq!(error.to_string(), "the body is not valid JSON at line 2, column 11");
}

#[test]
fn text_that_is_not_utf8_is_malformed_wherever_it_is() {
    for body in [
        &b"{\"type\":\"\xff\"}"[..],
        b"{\"\xc3\":1}",
        b"{\"unknown\":[\"\xed\xa0\x80\"]}",
        b"\xff",
    ] {
        assert!(
            matches!(CreateRequest::parse(body), Err(MalformedJson::Syntax { .. })),
            "{body:?}"
        );
    }
}

#[test]
fn deep_nesting_does_not_exhaust_the_stack() {
    let deep = |open: &str, close: &str| format!("{}0{}", open.repeat(200_000), close.repeat(200_000));
    assert_eq!(
        problems(&format!(r#"{{"x":{}}}"#, deep("[", "]"))),
        problem("x", "is not a known field")
    );
    assert_eq!(
        problems(&format!(r#"{{"type":{}}}"#, deep("{\"a\":", "}"))),
        problem("type", "must be a string")
    );
    assert!(CreateRequest::parse("[".repeat(200_000).as_bytes()).is_err());
}

#[test]
fn debug_of_a_request_prints_no_value_of_a_customer() {
    for &field in Field::ALL {
        let plain = matches!(
            field,
            Field::Type
                | Field::Arch
                | Field::OrbitChannel
                | Field::OsquerydChannel
                | Field::DesktopChannel
                | Field::UpdateInterval
                | Field::HostIdentifier
        );
        let parsed = parse(&format!(r#"{{"{field}":"hunter2"}}"#));
        assert_eq!(format!("{parsed:?}").contains("hunter2"), plain, "{field}");
    }
}

#[test]
fn every_request_survives_the_wire() {
    let members: Vec<String> = Field::ALL
        .iter()
        .map(|&field| format!(r#""{field}":{}"#, valid_value(field).replace('x', "\\u00e9\\n\\\"")))
        .collect();
    let body = format!("{{{}}}", members.join(","));
    let request = parse(&body).into_result().unwrap();
    assert_eq!(request.fleet_url, Some(SecretText::from("é\n\"")));
    assert_eq!(
        CreateRequest::parse(&request.to_json()).unwrap().into_result().unwrap(),
        request
    );
}
