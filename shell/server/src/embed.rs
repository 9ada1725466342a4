//! The web client inside the binary. Development builds read it from `web/dist` each time, so that rebuilding the client
//! does not need rebuilding the server.

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use axum::response::IntoResponse;
use rust_embed::RustEmbed;

use crate::problem::{Code, problem};

#[derive(RustEmbed)]
#[folder = "../../web/dist"]
struct Client;

/// Shown where a binary was built without the client.
const NOT_BUILT: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Sommet</title>\
<h1>The web client is not built</h1><p>This server runs, but the pages are missing. In the source folder, run \
<code>cargo x setup</code> and <code>npm run build</code> in <code>web/</code>, then start the server again; \
<code>cargo x dist</code> makes a binary with everything inside.</p></html>";

/// Files whose name holds a hash of their content never change.
const IMMUTABLE: &str = "public, max-age=31536000, immutable";

/// The file at `path` (without the leading slash); the page itself at the root.
pub(crate) fn file(path: &str, asked: &HeaderMap) -> Response<Body> {
    let path = if path.is_empty() { "index.html" } else { path };
    match Client::get(path) {
        Some(file) => serve(path, &file, asked),
        None if path == "index.html" => {
            (StatusCode::SERVICE_UNAVAILABLE, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], NOT_BUILT)
                .into_response()
        }
        None => problem(Code::NotFound),
    }
}

fn serve(path: &str, file: &rust_embed::EmbeddedFile, asked: &HeaderMap) -> Response<Body> {
    let hash = file.metadata.sha256_hash();
    let tag = format!("\"{}\"", hash[..16].iter().map(|byte| format!("{byte:02x}")).collect::<String>());
    let unchanged = asked.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes());
    let mut response =
        if unchanged { StatusCode::NOT_MODIFIED.into_response() } else { file.data.clone().into_response() };
    let caching = if path.starts_with("assets/") { IMMUTABLE } else { "no-cache" };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type(path)));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(header::ETAG, tag);
    }
    response
}

/// The types of the files that the client consists of. Others are offered as bytes: `nosniff` keeps browsers from guessing.
fn media_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map(|(_, extension)| extension) {
        Some("css") => "text/css; charset=utf-8",
        Some("html") => "text/html; charset=utf-8",
        Some("ico") => "image/x-icon",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("json" | "map") => "application/json",
        Some("ogg" | "opus") => "audio/ogg",
        Some("png") => "image/png",
        Some("svg") => "image/svg+xml",
        Some("txt") => "text/plain; charset=utf-8",
        Some("wasm") => "application/wasm",
        Some("webmanifest") => "application/manifest+json",
        Some("webp") => "image/webp",
        Some("woff2") => "font/woff2",
        Some(_) | None => "application/octet-stream",
    }
}
