//! From a package id in a request to what is known of the package, with the rate limits on the way.

use actix_web::HttpRequest;
use packager_api::FieldProblem;
use packager_store::{PackageId, Record};

use super::api_error::ApiError;
use super::client_address::AddressKey;
use super::rate_limit::{Allowance, Limiter};
use crate::app::App;

/// A package that exists, or existed lately.
pub(super) struct Known {
    pub(super) id: PackageId,
    pub(super) record: Record,
    pub(super) allowance: Allowance,
}

/// Looks a package up. An id that exists counts against `limiter`, by the package; one that does not counts against
/// the client's address, so that ids cannot be tried out.
pub(super) fn look_up(
    app: &App,
    request: &HttpRequest,
    id: &str,
    limiter: &Limiter<PackageId>,
) -> Result<Known, ApiError> {
    let miss = || app.limits.unknown.check(&AddressKey::from(app.proxies.client(request)));
    let Ok(id) = id.parse::<PackageId>() else {
        miss()?;
        let problem = FieldProblem::new("package_id", "must be the id of a package, a UUID of version 4");
        return Err(ApiError::Invalid(vec![problem]));
    };
    let Some(record) = app.store.view(id, app.clock.now())? else {
        miss()?;
        return Err(ApiError::NotFound);
    };
    let allowance = limiter.check(&id)?;
    Ok(Known { id, record, allowance })
}
