//! `GET /`: the page on which a person asks for an installer, and `/fleet-installer-button.js`, which other sites embed.
//!
//! Both are files of `packager/service/page`, built into the program. They load nothing from elsewhere, keep no
//! secret, and make texts of what the service says, never markup.

use std::sync::LazyLock;

use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse};
use packager_artifact::Sha256Digest;

use super::api_error::ApiError;

/// What the page may do: load its own scripts and style, and talk to this service. `form-action 'none'` keeps the form,
/// and so the secret, from being sent by anything but the script; `frame-ancestors` keeps the page out of frames, in
/// which others could have a person type a secret; no script can make markup of a text (Trusted Types).
const PAGE_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";
/// A file that is opened on its own can do nothing.
const FILE_POLICY: &str = "default-src 'none'; frame-ancestors 'none'; sandbox";

/// A file of the page.
struct Asset {
    name: &'static str,
    media_type: &'static str,
    content: &'static str,
    etag: String,
}

impl Asset {
    fn new(name: &'static str, content: &'static str) -> Self {
        let media_type = match name.rsplit('.').next() {
            Some("html") => "text/html; charset=utf-8",
            Some("css") => "text/css; charset=utf-8",
            Some("svg") => "image/svg+xml",
            _ => "text/javascript; charset=utf-8",
        };
        let etag = format!("\"{}\"", Sha256Digest::of(content.as_bytes()));
        Self {
            name,
            media_type,
            content,
            etag,
        }
    }
}

macro_rules! assets {
    ($($name:literal,)+) => {
        LazyLock::new(|| vec![$(Asset::new($name, include_str!(concat!("../../page/", $name))),)+])
    };
}

static PAGE: LazyLock<Asset> = LazyLock::new(|| Asset::new("index.html", include_str!("../../page/index.html")));
static BUTTON: LazyLock<Asset> = LazyLock::new(|| {
    Asset::new(
        "fleet-installer-button.js",
        include_str!("../../page/fleet-installer-button.js"),
    )
});
/// What the two load, below `/page/`.
static FILES: LazyLock<Vec<Asset>> = assets![
    "client.js",
    "dom.js",
    "form.js",
    "icon.svg",
    "kept.js",
    "options.js",
    "outcome.js",
    "page.css",
    "page.js",
    "platforms.js",
];

/// Of the page alone. No window that another site opened can reach it; it needs nothing of the machine.
const PAGE_HEADERS: [(&str, &str); 4] = [
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "camera=(), geolocation=(), microphone=()"),
    // For browsers that do not know frame-ancestors.
    ("x-frame-options", "DENY"),
];
/// Of the files, which are the same for everybody: other sites load modules with CORS. From where the button may ask the
/// API is another matter, and a setting.
const FILE_HEADERS: [(&str, &str); 2] = [
    ("access-control-allow-origin", "*"),
    ("cross-origin-resource-policy", "cross-origin"),
];

pub(super) async fn page(request: HttpRequest) -> HttpResponse {
    answer(&request, &PAGE, PAGE_POLICY, &PAGE_HEADERS)
}

pub(super) async fn button(request: HttpRequest) -> HttpResponse {
    answer(&request, &BUTTON, FILE_POLICY, &FILE_HEADERS)
}

pub(super) async fn file(request: HttpRequest, name: Path<String>) -> Result<HttpResponse, ApiError> {
    let file = FILES
        .iter()
        .find(|file| file.name == *name)
        .ok_or(ApiError::NoSuchPath)?;
    Ok(answer(&request, file, FILE_POLICY, &FILE_HEADERS))
}

fn answer(
    request: &HttpRequest,
    asset: &Asset,
    policy: &str,
    headers: &[(&'static str, &'static str)],
) -> HttpResponse {
    let tags = request
        .headers()
        .get(IF_NONE_MATCH)
        .and_then(|value| value.to_str().ok());
    let is_known = tags.is_some_and(|tags| {
        tags.split(',')
            .any(|tag| tag.trim().trim_start_matches("W/") == asset.etag)
    });
    let mut response = if is_known {
        HttpResponse::NotModified()
    } else {
        HttpResponse::Ok()
    };
    response
        .insert_header((ETAG, asset.etag.as_str()))
        // Asked for anew each time: a page and its scripts are of one release.
        .insert_header((CACHE_CONTROL, "no-cache"))
        .insert_header((CONTENT_SECURITY_POLICY, policy))
        .insert_header((REFERRER_POLICY, "no-referrer"))
        .insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"));
    for header in headers {
        response.insert_header(*header);
    }
    if is_known {
        return response.finish();
    }
    response
        .insert_header((CONTENT_TYPE, asset.media_type))
        .body(asset.content)
}
