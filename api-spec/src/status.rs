//! The answer to `GET /status`.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Where a package is in its life. On the wire one flat object, told apart by `status`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "status", rename_all = "kebab-case")]
pub enum StatusResponse {
    /// The build is queued or running.
    InProgress {
        /// What the build is doing now.
        stage: Stage,
    },
    /// The package can be downloaded.
    Success(Success),
    /// The build failed.
    Fail {
        /// What happened, written for the person who asked: free of secrets and paths.
        logs: String,
    },
    /// The package is destroyed. Answered for a day; after that the id is unknown.
    Expired,
}

/// The steps of a build, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Stage {
    /// Waiting for a worker.
    Queued,
    /// Fetching and verifying the agent's files.
    Fetching,
    /// Composing the package.
    Building,
    /// Signing it.
    Signing,
    /// Waiting for Apple's notary service.
    Notarizing,
    /// Attaching the notary service's ticket.
    Stapling,
    /// Writing it down, encrypted.
    Sealing,
}

/// A package that can be downloaded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Success {
    /// Where to download it: an absolute URL.
    #[schema(format = "uri")]
    pub download_url: String,
    /// Its conventional file name.
    #[schema(examples("fleet-osquery_1.58.0_amd64.deb"))]
    pub file_name: String,
    /// Its length in bytes.
    pub size: u64,
    /// Its SHA-256 in lower-case hexadecimal digits.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    pub sha256: String,
    /// When it will be destroyed (RFC 3339).
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: Timestamp,
    /// Whether the package carries a signature that its format defines, in itself or beside it.
    pub signed: bool,
    /// Where to download the signature, where the format has it beside the package: an absolute URL.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(format = "uri")]
    pub signature_url: Option<String>,
    /// Where to download the configuration profile that holds the URL and the secret, for a package that was asked for
    /// with `use-system-configuration` and both: an absolute URL.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(format = "uri")]
    pub profile_url: Option<String>,
    /// What is inside.
    pub versions: Versions,
}

/// The versions of the agent's parts, as its update repository states them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Versions {
    /// orbit, which starts and updates the others. Also the version of the package.
    pub orbit: String,
    /// osqueryd.
    pub osqueryd: String,
    /// Fleet Desktop, when it was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub desktop: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(status: &StatusResponse, json: &str) {
        assert_eq!(serde_json::to_string(status).unwrap(), json);
        assert_eq!(&serde_json::from_str::<StatusResponse>(json).unwrap(), status);
    }

    #[test]
    fn each_status_is_flat_and_comes_back() {
        for (stage, name) in [
            (Stage::Queued, "queued"),
            (Stage::Fetching, "fetching"),
            (Stage::Building, "building"),
            (Stage::Signing, "signing"),
            (Stage::Notarizing, "notarizing"),
            (Stage::Stapling, "stapling"),
            (Stage::Sealing, "sealing"),
        ] {
            check(
                &StatusResponse::InProgress { stage },
                &format!(r#"{{"status":"in-progress","stage":"{name}"}}"#),
            );
        }
        check(
            &StatusResponse::Fail {
                logs: "no room".to_owned(),
            },
            r#"{"status":"fail","logs":"no room"}"#,
        );
        check(&StatusResponse::Expired, r#"{"status":"expired"}"#);
    }

    #[test]
    fn success_carries_all_that_a_download_needs() {
        let mut success = Success {
            download_url: "https://pkg.example.com/download/x".to_owned(),
            file_name: "fleet-osquery_1.58.0_amd64.deb".to_owned(),
            size: u64::MAX,
            sha256: "00ff".to_owned(),
            expires_at: "2026-11-21T10:30:00Z".parse().unwrap(),
            signed: false,
            signature_url: None,
            profile_url: None,
            versions: Versions {
                orbit: "1.58.0".to_owned(),
                osqueryd: "5.20.0".to_owned(),
                desktop: None,
            },
        };
        let json = concat!(
            r#"{"status":"success","download_url":"https://pkg.example.com/download/x","#,
            r#""file_name":"fleet-osquery_1.58.0_amd64.deb","size":18446744073709551615,"sha256":"00ff","#,
            r#""expires_at":"2026-11-21T10:30:00Z","signed":false,"#,
            r#""versions":{"orbit":"1.58.0","osqueryd":"5.20.0"}}"#
        );
        check(&StatusResponse::Success(success.clone()), json);
        let beside = Success {
            signed: true,
            signature_url: Some("https://pkg.example.com/download/x/signature".to_owned()),
            ..success.clone()
        };
        let with_url = r#""signed":true,"signature_url":"https://pkg.example.com/download/x/signature""#;
        check(
            &StatusResponse::Success(beside),
            &json.replace(r#""signed":false"#, with_url),
        );
        let with_profile = Success {
            profile_url: Some("https://pkg.example.com/download/x/profile".to_owned()),
            ..success.clone()
        };
        let with_url = r#""signed":false,"profile_url":"https://pkg.example.com/download/x/profile""#;
        check(
            &StatusResponse::Success(with_profile),
            &json.replace(r#""signed":false"#, with_url),
        );
        success.versions.desktop = Some("1.2".to_owned());
        check(
            &StatusResponse::Success(success),
            &json.replace(r#""5.20.0""#, r#""5.20.0","desktop":"1.2""#),
        );
    }

    #[test]
    fn impossible_combinations_are_refused() {
        for json in [
            r"{}",
            r#"{"status":"done"}"#,
            r#"{"status":"in-progress"}"#,
            r#"{"status":"in-progress","stage":"resting"}"#,
            r#"{"status":"fail"}"#,
            r#"{"status":"success","stage":"queued"}"#,
        ] {
            assert!(serde_json::from_str::<StatusResponse>(json).is_err(), "{json}");
        }
    }
}
