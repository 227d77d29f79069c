//! The site's files: inside a release, on disk while developing.

use std::borrow::Cow;
use std::path::{Component, Path, PathBuf};

use axum::http::header::{self, HeaderMap};
use axum::http::{HeaderValue, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use rust_embed::{EmbeddedFile, RustEmbed};
use sha2::{Digest, Sha256};

/// What `cargo leptos` built; `build.rs` names the folder.
#[derive(RustEmbed)]
#[folder = "$DATAPULSE_SITE_DIR"]
struct Embedded;

/// Where the files come from.
#[derive(Clone, Debug)]
pub(crate) enum SiteFiles {
    /// From inside the program.
    Embedded,
    /// From a folder.
    Folder(PathBuf),
}

struct SiteFile {
    bytes: Cow<'static, [u8]>,
    hash: [u8; 32],
}

impl SiteFiles {
    /// Answers a request for the file at `uri`; `None` where there is none.
    pub(crate) async fn serve(&self, uri: &Uri, request: &HeaderMap) -> Option<Response> {
        let path = uri.path().trim_start_matches('/');
        if path.is_empty() || !is_plain(path) {
            return None;
        }
        let (file, encoding) = self.best_encoding(path, request).await?;
        let tag = HeaderValue::from_str(&format!("\"{}\"", hex(&file.hash[..12]))).ok()?;
        if request.get(header::IF_NONE_MATCH) == Some(&tag) {
            return Some((StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response());
        }
        let content_type = mime_guess::from_path(path).first_or_octet_stream();
        let mut response = file.bytes.into_owned().into_response();
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_str(content_type.as_ref()).ok()?,
        );
        headers.insert(header::ETAG, tag);
        headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        // Names stay the same from version to version, so browsers ask each time and mostly hear 304.
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        if let Some(encoding) = encoding {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
        }
        Some(response)
    }

    async fn best_encoding(
        &self,
        path: &str,
        request: &HeaderMap,
    ) -> Option<(SiteFile, Option<&'static str>)> {
        let accepted = request
            .get(header::ACCEPT_ENCODING)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        for (encoding, ending) in [("br", "br"), ("gzip", "gz")] {
            let is_accepted = accepted
                .split(',')
                .any(|word| word.trim().split(';').next() == Some(encoding));
            if is_accepted && let Some(file) = self.read(&format!("{path}.{ending}")).await {
                return Some((file, Some(encoding)));
            }
        }
        Some((self.read(path).await?, None))
    }

    /// The file at `path`, as it is.
    pub(crate) async fn bytes(&self, path: &str) -> Option<Vec<u8>> {
        if !is_plain(path) {
            return None;
        }
        Some(self.read(path).await?.bytes.into_owned())
    }

    async fn read(&self, path: &str) -> Option<SiteFile> {
        match self {
            Self::Embedded => Embedded::get(path).map(|EmbeddedFile { data, metadata }| SiteFile {
                bytes: data,
                hash: metadata.sha256_hash(),
            }),
            Self::Folder(folder) => {
                let bytes = tokio::fs::read(folder.join(path)).await.ok()?;
                let hash = Sha256::digest(&bytes).into();
                Some(SiteFile {
                    bytes: bytes.into(),
                    hash,
                })
            }
        }
    }
}

/// Only names below the folder: no `..`, no root, no drive.
fn is_plain(path: &str) -> bool {
    Path::new(path)
        .components()
        .all(|part| matches!(part, Component::Normal(_)))
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn nothing_outside_the_folder_is_served() {
        let folder = tempfile::tempdir().expect("a scratch folder");
        std::fs::create_dir(folder.path().join("site")).expect("it can be made");
        std::fs::write(folder.path().join("secret"), "x").expect("it can be written");
        std::fs::write(folder.path().join("site/app.js"), "y").expect("it can be written");
        let files = SiteFiles::Folder(folder.path().join("site"));
        let status = |path: &'static str| {
            let files = files.clone();
            async move {
                files
                    .serve(&Uri::from_static(path), &HeaderMap::new())
                    .await
                    .map(|answer| answer.status())
            }
        };
        assert_eq!(status("/app.js").await, Some(StatusCode::OK));
        assert_eq!(status("/../secret").await, None);
        assert_eq!(status("//secret").await, None);
    }
}
