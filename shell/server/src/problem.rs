//! Errors of the HTTP API as problem details (RFC 9457). Programs act on the code; the words are for whoever reads a log.

use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, header};
use axum::response::IntoResponse;
use wire::Problem;

/// The stable codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Code {
    /// The link is unknown, expired or withdrawn, or its summit is over.
    LinkRefused,
    /// A party has not signed the summit's manifest yet.
    NotAgreed,
    /// The file is larger than a file may be, or the chunk.
    TooLarge,
    /// The summit has no room left for files.
    Full,
    /// The request is not what the API takes.
    Malformed,
    /// Only allowed from elsewhere: a page of another origin, or an address that may not.
    Forbidden,
    /// Too many failures from this address, or too many sessions of one link.
    TooMany,
    /// The store does not answer, or the server stops.
    Unavailable,
    /// There is nothing at this address.
    NotFound,
    /// The address exists, but not for this method.
    Method,
}

impl Code {
    fn parts(self) -> (StatusCode, &'static str, &'static str, &'static str) {
        match self {
            Self::LinkRefused => (
                StatusCode::UNAUTHORIZED,
                "link-refused",
                "This link does not open a summit.",
                "It may have expired or been withdrawn, or the summit is over. Ask whoever invited you for a new one.",
            ),
            Self::NotAgreed => (
                StatusCode::CONFLICT,
                "not-agreed",
                "Not every party has signed yet.",
                "The summit opens when all of them have. Try again later, or ask whoever invited you.",
            ),
            Self::TooLarge => (
                StatusCode::PAYLOAD_TOO_LARGE,
                "too-large",
                "The file is too large.",
                "A file has at most 104857600 bytes, a sealed chunk 65552.",
            ),
            Self::Full => (
                StatusCode::INSUFFICIENT_STORAGE,
                "full",
                "There is no room left for files of this summit.",
                "Share a smaller file; the limit is for all files of a summit together.",
            ),
            Self::Malformed => (
                StatusCode::BAD_REQUEST,
                "malformed",
                "The request cannot be understood.",
                "Send what /api/v1/openapi.json describes.",
            ),
            Self::Forbidden => (
                StatusCode::FORBIDDEN,
                "forbidden",
                "This is not allowed from here.",
                "Open the page of this server itself; figures are only shown on the server's own machine.",
            ),
            Self::TooMany => (
                StatusCode::TOO_MANY_REQUESTS,
                "too-many",
                "This link was opened too often.",
                "Wait a minute, then try again.",
            ),
            Self::Unavailable => (
                StatusCode::SERVICE_UNAVAILABLE,
                "unavailable",
                "The server cannot do this now.",
                "Try again in a few seconds.",
            ),
            Self::NotFound => (
                StatusCode::NOT_FOUND,
                "not-found",
                "There is nothing at this address.",
                "Check the address; the page itself is at /.",
            ),
            Self::Method => (
                StatusCode::METHOD_NOT_ALLOWED,
                "method-not-allowed",
                "This address does not take this method.",
                "See /api/v1/openapi.json.",
            ),
        }
    }
}

/// The response for a code.
pub(crate) fn problem(code: Code) -> Response<Body> {
    let (status, name, title, detail) = code.parts();
    let problem = Problem {
        kind: format!("urn:sommet:problem:{name}"),
        title: title.to_owned(),
        status: status.as_u16(),
        detail: detail.to_owned(),
        code: name.to_owned(),
    };
    let mut response = (status, axum::Json(problem)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    match code {
        // RFC 9110, 15.5.2: a 401 names a scheme. This one is ours, so browsers do not ask for a password.
        Code::LinkRefused => headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Sommet-Link")),
        Code::TooMany => headers.insert(header::RETRY_AFTER, HeaderValue::from_static("60")),
        Code::Unavailable => headers.insert(header::RETRY_AFTER, HeaderValue::from_static("2")),
        Code::Forbidden
        | Code::Full
        | Code::Malformed
        | Code::Method
        | Code::NotAgreed
        | Code::NotFound
        | Code::TooLarge => None,
    };
    response
}
