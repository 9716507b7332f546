//! The steps of the command.

use super::enroll_secret::enroll_secret;
use super::flags::PackageFlags;
use super::output::Output;
use super::{from_service, here, report, request};
use crate::error::Error;
use crate::interrupt::or_interrupted;
use crate::logging::{self, Verbosity};

/// Builds the package that the flags ask for and prints where it is.
pub(crate) async fn run(flags: PackageFlags) -> Result<(), Error> {
    let is_verbose = flags.output.verbose == Some(true);
    logging::init(if is_verbose {
        Verbosity::Verbose
    } else {
        Verbosity::Quiet
    });
    flags.elsewhere.check(&flags.agent.package_type)?;
    let secret = enroll_secret(&flags.enrollment, std::io::stdin().lock(), |name| {
        std::env::var_os(name)
    })?;
    let request = request::request(&flags, secret)?;
    let spec = request::spec(&request)?;
    let output = Output::new(flags.output.outfile.as_deref(), spec.package_type)?;
    let outcome = or_interrupted(async {
        match &flags.output.remote {
            Some(url) => from_service::obtain(&flags, url, &request, &spec, &output).await,
            None => here::build(&flags, spec, &output).await,
        }
    })
    .await?;
    report::success(&outcome, flags.output.json)
}
