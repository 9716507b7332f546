//! The sample update repository.

use std::io;
use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use packager_targets::TargetName;
use packager_targets::sample::{SampleRepository, SampleSettings};

use super::agent::{CHANNELS, releases};
use crate::error::Error;

/// How long the repository's metadata is valid: a demonstration is not left running for longer.
const VALID_FOR: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Publishes the sample agent in a TUF repository in `folder`, laid out as Fleet's is.
pub(super) fn publish(folder: &Path, now: Timestamp) -> Result<(), Error> {
    let published = || -> io::Result<()> {
        let expires = now.checked_add(VALID_FOR).map_err(io::Error::other)?;
        let mut repository = SampleRepository::create(folder, SampleSettings::until(expires))?;
        for versions in &CHANNELS {
            for release in releases(versions)? {
                let version = release.version.parse().map_err(io::Error::other)?;
                for platform in release.platforms {
                    let name = TargetName::in_fleet_layout(release.component, platform, versions.channel, release.file)
                        .map_err(io::Error::other)?;
                    repository.put_target(&name, &release.content, Some(&version))?;
                }
            }
        }
        repository.publish()
    };
    published().map_err(Error::io("make the sample update repository"))
}
