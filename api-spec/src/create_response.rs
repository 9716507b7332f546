//! The answer to `POST /create`.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// The answer to `POST /create`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CreateResponse {
    /// Names the package in `/status` and `/download`. Who knows it may download the package.
    pub package_id: Uuid,
}
