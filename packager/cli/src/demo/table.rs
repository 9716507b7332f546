//! The table of installers.

use std::fmt::Write as _;

use super::installer::{Installer, Kind};
use crate::error::Error;
use crate::terminal::with_causes;

const HEADINGS: [&str; 8] = ["TYPE", "ARCH", "DESKTOP", "FILE", "SIZE", "OWN", "TIME", "SHA-256"];
/// Columns whose cells end at the right.
const RIGHT: [bool; 8] = [false, false, false, false, true, true, true, false];

/// One row: an installer, or why there is none.
pub(super) struct Row {
    pub(super) kind: Kind,
    /// With the size of what is stored of this package alone, if it is known.
    pub(super) outcome: Result<(Installer, Option<u64>), Error>,
}

/// The rows under headings, in columns.
pub(super) fn table(rows: &[Row]) -> String {
    let mut lines = vec![HEADINGS.map(str::to_owned)];
    lines.extend(rows.iter().map(cells));
    let mut widths = [0; 8];
    for line in &lines {
        for (width, cell) in widths.iter_mut().zip(line) {
            *width = cell.chars().count().max(*width);
        }
    }
    let mut text = String::new();
    for (line, row) in lines.iter().zip(std::iter::once(None).chain(rows.iter().map(Some))) {
        let mut written = String::new();
        for ((cell, width), right) in line.iter().zip(widths).zip(RIGHT) {
            // Writing to a string does not fail.
            let _ = if right {
                write!(written, "{cell:>width$}  ")
            } else {
                write!(written, "{cell:width$}  ")
            };
        }
        text.push_str(written.trim_end());
        if let Some(Err(error)) = row.map(|row| &row.outcome) {
            let _ = write!(text, "  {}", with_causes(error));
        }
        text.push('\n');
    }
    text
}

fn cells(row: &Row) -> [String; 8] {
    let desktop = if row.kind.fleet_desktop { "yes" } else { "no" };
    let [file, size, own, time, sha256] = match &row.outcome {
        Ok((installer, own_bytes)) => [
            installer.success.file_name.clone(),
            installer.success.size.to_string(),
            own_bytes.map_or_else(|| "-".to_owned(), |bytes| bytes.to_string()),
            format!("{} ms", installer.build_time.as_millis()),
            installer.success.sha256.chars().take(16).collect(),
        ],
        Err(_) => ["failed", "-", "-", "-", "-"].map(str::to_owned),
    };
    let package_type = row.kind.package_type.to_string();
    let arch = row
        .kind
        .architecture
        .map_or_else(|| "both".to_owned(), |architecture| architecture.to_string());
    [package_type, arch, desktop.to_owned(), file, size, own, time, sha256]
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use packager_api::{Success, Versions};
    use packager_spec::{Architecture, PackageType};

    use super::*;

    #[test]
    fn columns_stand_under_their_headings_and_failures_say_why() {
        let kind = Kind {
            package_type: PackageType::Deb,
            architecture: Some(Architecture::Arm64),
            fleet_desktop: true,
        };
        let success = Success {
            download_url: String::new(),
            file_name: "x_1_arm64.deb".to_owned(),
            size: 1_234_567,
            sha256: "0123456789abcdef0123".to_owned(),
            expires_at: "2026-11-21T10:30:00Z".parse().unwrap(),
            signed: false,
            signature_url: None,
            profile_url: None,
            versions: Versions {
                orbit: "1".to_owned(),
                osqueryd: "1".to_owned(),
                desktop: None,
            },
        };
        let installer = Installer {
            id: uuid::Uuid::nil(),
            success,
            path: "x".into(),
            build_time: Duration::from_millis(7),
        };
        let rows = [
            Row {
                kind,
                outcome: Ok((installer, Some(4096))),
            },
            Row {
                kind,
                outcome: Err(Error::Refused("no room".to_owned())),
            },
        ];
        assert_eq!(
            table(&rows),
            "TYPE  ARCH   DESKTOP  FILE              SIZE   OWN  TIME  SHA-256\n\
             deb   arm64  yes      x_1_arm64.deb  1234567  4096  7 ms  0123456789abcdef\n\
             deb   arm64  yes      failed               -     -     -  -  no room\n"
        );
    }
}
