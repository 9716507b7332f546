//! What is told of a package that is there.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use packager_api::Versions;
use packager_spec::PackageType;
use serde_json::{Map, Value, json};

use super::files::Files;

/// A package that is there, whoever built it.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// Where it lies, and what goes with it.
    pub(super) files: Files<PathBuf>,
    pub(super) package_type: PackageType,
    /// Its conventional name, whatever it is called here.
    pub(super) file_name: String,
    pub(super) size_bytes: u64,
    /// In lower-case hexadecimal digits.
    pub(super) sha256: String,
    pub(super) signed: bool,
    pub(super) versions: Versions,
    /// When the service destroys its copy; `None` for one that was built here.
    pub(super) expires_at: Option<Timestamp>,
}

impl Outcome {
    /// As one JSON object, in the words of `/status` where it has them. Members that do not apply are left out.
    pub(super) fn to_json(&self) -> Value {
        let text = |path: &Path| Value::from(path.display().to_string());
        let mut object = Map::new();
        let mut put = |name: &str, value: Value| drop(object.insert(name.to_owned(), value));
        put("path", text(&self.files.package));
        put("type", self.package_type.to_string().into());
        put("file_name", self.file_name.as_str().into());
        put("size", self.size_bytes.into());
        put("sha256", self.sha256.as_str().into());
        put("signed", self.signed.into());
        put("versions", json!(self.versions));
        if let Some(at) = self.expires_at {
            put("expires_at", at.to_string().into());
        }
        if let Some(path) = &self.files.signature {
            put("signature_path", text(path));
        }
        if let Some(path) = &self.files.profile {
            put("profile_path", text(path));
        }
        Value::Object(object)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// One with everything.
    pub(in crate::package) fn outcome() -> Outcome {
        Outcome {
            files: Files {
                package: "out/x.deb".into(),
                signature: Some("out/x.deb.sig".into()),
                profile: Some("out/x.mobileconfig".into()),
            },
            package_type: PackageType::Deb,
            file_name: "fleet-osquery_1.58.0_amd64.deb".to_owned(),
            size_bytes: 7,
            sha256: "00ff".to_owned(),
            signed: true,
            versions: Versions {
                orbit: "1.58.0".to_owned(),
                osqueryd: "5.20.0".to_owned(),
                desktop: None,
            },
            expires_at: Some("2026-11-21T10:30:00Z".parse().unwrap()),
        }
    }

    #[test]
    fn members_that_do_not_apply_are_left_out() {
        let all = outcome();
        assert_eq!(
            all.to_json(),
            json!({
                "path": "out/x.deb", "type": "deb", "file_name": "fleet-osquery_1.58.0_amd64.deb", "size": 7,
                "sha256": "00ff", "signed": true, "versions": {"orbit": "1.58.0", "osqueryd": "5.20.0"},
                "expires_at": "2026-11-21T10:30:00Z", "signature_path": "out/x.deb.sig",
                "profile_path": "out/x.mobileconfig",
            })
        );
        let bare = Outcome {
            files: Files::from(PathBuf::from("x.deb")),
            expires_at: None,
            ..all
        };
        let json = bare.to_json();
        for member in ["expires_at", "signature_path", "profile_path"] {
            assert!(json.get(member).is_none(), "{json}");
        }
    }
}
