//! The web client inside the binary. Development builds read it from `web/dist` each time, so that rebuilding the client
//! does not need rebuilding the server.

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use axum::response::IntoResponse;
use rust_embed::RustEmbed;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::problem::{Code, problem};

#[derive(RustEmbed)]
#[folder = "../../web/dist"]
struct Client;

/// Shown where a binary was built without the client.
const NOT_BUILT: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Sommet</title>\
<h1>The web client is not built</h1><p>This server runs, but the pages are missing. In the source folder, run \
<code>cargo x setup</code> and <code>npm run build</code> in <code>web/</code>, then start the server again; \
<code>cargo x dist</code> makes a binary with everything inside.</p></html>";

/// The web client as it is served: what `sommet verify-web` compares.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebClient {
    /// [`client_hash`] of the files.
    pub hash: String,
    /// Its files.
    pub files: Vec<ClientFile>,
}

/// A file of the web client.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ClientFile {
    /// Its path, without a slash at the beginning.
    pub path: String,
    /// SHA-256 of its bytes, in hexadecimal digits.
    pub sha256: String,
}

/// The hash that names a web client in a manifest: SHA-256 over one line `path NUL sha256 LF` for each file, sorted by path.
pub fn client_hash(files: &[ClientFile]) -> String {
    let mut sorted: Vec<_> = files.iter().collect();
    sorted.sort();
    let lines = sorted.iter().map(|file| format!("{}\0{}\n", file.path, file.sha256)).collect::<String>();
    hex(&Sha256::digest(lines))
}

/// The web client inside this binary; none where it was built without one.
pub fn client() -> Option<WebClient> {
    let file = |path: std::borrow::Cow<'static, str>| {
        let sha256 = hex(&Client::get(&path)?.metadata.sha256_hash());
        Some(ClientFile { path: path.into_owned(), sha256 })
    };
    Client::get("index.html")?;
    let mut files: Vec<_> = Client::iter().filter_map(file).collect();
    files.sort();
    Some(WebClient { hash: client_hash(&files), files })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

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
    let tag = format!("\"{}\"", hex(&hash[..16]));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_has_one_hash_in_whatever_order_its_files_are_named() {
        let file = |path: &str, of: &str| ClientFile { path: path.to_owned(), sha256: hex(&Sha256::digest(of)) };
        let files = [file("index.html", "page"), file("assets/a.js", "script")];
        let turned = [files[1].clone(), files[0].clone()];
        assert_eq!(client_hash(&files), client_hash(&turned));
        let lines = format!("assets/a.js\0{}\nindex.html\0{}\n", files[1].sha256, files[0].sha256);
        assert_eq!(client_hash(&files), hex(&Sha256::digest(lines)));
        assert_ne!(client_hash(&files), client_hash(&[file("index.html", "other"), files[1].clone()]));
    }
}
