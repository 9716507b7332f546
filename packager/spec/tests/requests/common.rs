//! What the tests of requests share.

use packager_api::{CreateRequest, Field};
use packager_spec::{PackageSpec, Rejection, Submission};
use rcgen::{CertificateParams, KeyPair};

/// A request of one field and the least that must stand beside it, as JSON members.
pub fn body(members: &[(Field, &str)]) -> String {
    let quoted = |text: &str| -> String {
        let escaped: String = text
            .chars()
            .map(|character| match character {
                '"' | '\\' => format!("\\{character}"),
                control if u32::from(control) < 0x20 => format!("\\u{:04x}", u32::from(control)),
                other => other.to_string(),
            })
            .collect();
        format!("\"{escaped}\"")
    };
    let mut all: Vec<(Field, &str)> = members.to_vec();
    for default in [
        (Field::Type, "deb"),
        (Field::FleetUrl, "https://f.example"),
        (Field::EnrollSecret, "s"),
    ] {
        if !members.iter().any(|(field, _)| *field == default.0) {
            all.push(default);
        }
    }
    let members: Vec<String> = all
        .into_iter()
        .filter(|(_, value)| *value != ABSENT)
        .map(|(field, value)| {
            let value = if matches!(value, "true" | "false") {
                value.to_owned()
            } else {
                quoted(value)
            };
            format!("\"{field}\":{value}")
        })
        .collect();
    format!("{{{}}}", members.join(","))
}

/// Stands for a field that is not given.
pub const ABSENT: &str = "<absent>";

pub fn parse(members: &[(Field, &str)]) -> Result<PackageSpec, Vec<(String, String)>> {
    match Submission::parse(body(members).as_bytes()) {
        Ok(submission) => Ok(submission.spec),
        Err(Rejection::Invalid(problems)) => Err(problems
            .into_iter()
            .map(|problem| (problem.field, problem.detail))
            .collect()),
        Err(Rejection::Malformed(error)) => panic!("{error}: {}", body(members)),
    }
}

/// Asserts that the request is accepted, and that its normalised form asks for the same.
pub fn accept(members: &[(Field, &str)]) -> PackageSpec {
    let spec = parse(members).unwrap_or_else(|problems| panic!("{members:?}: {problems:?}"));
    assert_eq!(
        PackageSpec::from_request(&spec.to_request()).as_ref(),
        Ok(&spec),
        "{members:?}"
    );
    assert_eq!(
        PackageSpec::from_canonical_bytes(&spec.canonical_bytes()).as_ref(),
        Ok(&spec),
        "{members:?}"
    );
    spec
}

/// Asserts that the request is refused with problems of `field` alone that do not repeat the value, and returns the first.
pub fn refuse(field: Field, members: &[(Field, &str)]) -> String {
    let problems = parse(members).err().unwrap_or_else(|| panic!("accepted: {members:?}"));
    let named: Vec<&str> = problems.iter().map(|(field, _)| field.as_str()).collect();
    assert_eq!(named, vec![field.name(); named.len()], "{members:?}: {problems:?}");
    problems[0].1.clone()
}

/// Texts that would inject something somewhere, inside otherwise harmless letters.
pub const INJECTIONS: &[&str] = &[
    "a\nb",
    "a\rb",
    "a\r\nb",
    "a\0b",
    "a\tb",
    "a\u{1b}[2Jb",
    "a\u{7f}b",
    "a\u{85}b",
    "a\u{9b}b",
    "a\u{2028}b",
    "a\u{2029}b",
    "a\u{202e}b",
    "a\u{2066}b",
    "a\u{200b}b",
    "a\u{feff}b",
    "a\u{a0}b",
    "a\u{e0041}b",
];

/// Texts that a shell, systemd, Windows or a property list might take for more than text.
pub const SPECIALS: &[&str] = &[
    "a\"b", "a'b", "a`b", "a$b", "${IFS}", "$(id)", "a%n", "%TEMP%", "a\\b", "<a>", "a|b",
];

pub struct Identity {
    pub certificate: String,
    pub key: String,
}

pub fn identity() -> Identity {
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(vec!["client.example".to_owned()])
        .unwrap()
        .self_signed(&key)
        .unwrap();
    Identity {
        certificate: certificate.pem(),
        key: key.serialize_pem(),
    }
}

pub fn request(members: &[(Field, &str)]) -> CreateRequest {
    CreateRequest::parse(body(members).as_bytes())
        .unwrap()
        .into_result()
        .unwrap()
}
