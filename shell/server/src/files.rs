//! Files that people share: sealed where they come from and kept here chunk by chunk, as they came. What a file is called and
//! what is in it is in a message of its group, which the server cannot read; so is its key. Whom the server hands the sealed
//! bytes is therefore kept simple: see [`may_open`].

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, DefaultBodyLimit, FromRequest as _, Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::{MethodRouter, put};
use serde::{Deserialize, Serialize};
use store::{CHUNK_BYTES, SEAL_BYTES, Session, Store, StoreError, StoredFile};
use tokio::sync::Semaphore;
use tokio::time::timeout;
use wire::{GroupId, Role, SeatId, SummitId, SummitPlan};

use crate::ask::ask_in_time;
use crate::clock::wall_time;
use crate::http::{BODY_WITHIN, Shared};
use crate::problem::{Code, problem};
use crate::sessions::Refused;

/// The largest file, in bytes.
const FILE_BYTES_MAX: u64 = 104_857_600;

/// The largest body of a chunk.
const CHUNK_BODY_MAX: usize = (CHUNK_BYTES + SEAL_BYTES) as usize;

/// How long a chunk may take to come: 64 KiB over a poor line.
const CHUNK_WITHIN: Duration = Duration::from_secs(60);

/// Chunks that are taken in at the same time, which bounds their memory to 8 MiB. A further one is refused with 503, and its
/// client tries again.
const CHUNKS_AT_ONCE: usize = 128;

/// Plans that are remembered. When there are so many, all are forgotten and read again.
const PLANS_KEPT: usize = 64;

/// What the requests about files share.
pub(crate) struct Files {
    taking: Semaphore,
    /// A plan never changes, and is large: it is not read for every chunk.
    plans: Mutex<HashMap<SummitId, Arc<SummitPlan>>>,
}

impl Files {
    pub(crate) fn new() -> Self {
        Self { taking: Semaphore::new(CHUNKS_AT_ONCE), plans: Mutex::default() }
    }
}

/// Whether a seat may share into a group and take from it. The plenary's files are for all who receive content, a party's own
/// for its seats. Who is in a caucus or a pair changes, and is no secret: any seat that receives content may fetch their
/// sealed bytes, which are of no use without the key.
fn may_open(plan: &SummitPlan, seat: &SeatId, group: &GroupId) -> bool {
    let receives = plan.seat(seat).is_some_and(|seat| seat.role != Role::Technician);
    let name = group.as_str();
    let is_allowed = match name.strip_prefix("side-") {
        Some(party) => plan.party_of(seat).is_some_and(|own| own.as_str() == party),
        None => name == "plenary" || name.starts_with("caucus-") || name.starts_with("pair-"),
    };
    receives && is_allowed
}

#[derive(Deserialize)]
struct NewFile {
    group: GroupId,
    size: u64,
}

#[derive(Serialize)]
struct Created {
    id: String,
    chunks: u64,
}

#[derive(Serialize)]
struct Shown {
    id: String,
    size: u64,
    chunks: u64,
    /// The first and the last chunk of each run that is there.
    stored: Vec<(u64, u64)>,
}

/// A request by somebody with a good token.
struct Caller {
    session: Session,
    plan: Arc<SummitPlan>,
}

type Answer = Result<Response<Body>, Code>;

/// `POST /api/v1/files`
pub(crate) async fn create(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    request: Request,
) -> Response<Body> {
    let work = async {
        let caller = caller(&shared, peer, &headers).await?;
        let body = timeout(BODY_WITHIN, Bytes::from_request(request, &())).await;
        let body = body.ok().and_then(Result::ok).ok_or(Code::Malformed)?;
        let wanted: NewFile = serde_json::from_slice(&body).map_err(|_| Code::Malformed)?;
        if wanted.size > FILE_BYTES_MAX {
            return Err(Code::TooLarge);
        }
        if !may_open(&caller.plan, &caller.session.seat, &wanted.group) {
            return Err(Code::NotFound);
        }
        let file = StoredFile {
            id: format!("{:032x}", rand::random::<u128>()),
            summit: caller.session.summit,
            group: wanted.group,
            by: caller.session.seat,
            size: wanted.size,
        };
        let created = Created { id: file.id.clone(), chunks: file.chunks() };
        ask(&shared, move |store| store.create_file(&file, wall_time())).await?;
        Ok((StatusCode::CREATED, NO_STORE, axum::Json(created)).into_response())
    };
    answered(work.await)
}

/// `GET /api/v1/files/{id}`
pub(crate) async fn show(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response<Body> {
    let work = async {
        let caller = caller(&shared, peer, &headers).await?;
        let find = move |store: &mut dyn Store| Ok((caller.opened(store, &id)?, store.stored_chunks(&id)?));
        let (file, stored) = ask(&shared, find).await?;
        let shown = Shown { size: file.size, chunks: file.chunks(), stored, id: file.id };
        Ok((StatusCode::OK, NO_STORE, axum::Json(shown)).into_response())
    };
    answered(work.await)
}

/// `/api/v1/files/{id}/chunks/{number}`
pub(crate) fn chunks() -> MethodRouter<Arc<Shared>> {
    put(put_chunk).get(chunk).layer(DefaultBodyLimit::max(CHUNK_BODY_MAX))
}

/// The number of a chunk in an address; one that is no number is that of no chunk.
fn number_of(text: &str) -> Result<u64, Code> {
    text.parse().map_err(|_| Code::NotFound)
}

async fn put_chunk(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    Path((id, number)): Path<(String, String)>,
    headers: HeaderMap,
    request: Request,
) -> Response<Body> {
    let work = async {
        let _taking = shared.files.taking.try_acquire().map_err(|_| Code::Unavailable)?;
        let caller = caller(&shared, peer, &headers).await?;
        let (number, name) = (number_of(&number)?, id.clone());
        let file = ask(&shared, move |store| caller.own(store, &name)).await?;
        let expected = file.chunk_bytes(number).ok_or(Code::NotFound)?;
        let body = match timeout(CHUNK_WITHIN, Bytes::from_request(request, &())).await {
            Ok(Ok(body)) => body,
            Ok(Err(refused)) if refused.status() == StatusCode::PAYLOAD_TOO_LARGE => return Err(Code::TooLarge),
            Ok(Err(_)) | Err(_) => return Err(Code::Malformed),
        };
        if body.len() as u64 != expected {
            return Err(Code::Malformed);
        }
        let stored = ask_in_time(&shared.writer, move |store| store.put_chunk(&id, number, &body)).await;
        match stored {
            // Sealing the same chunk again gives the same bytes; others under one number would undo the seal.
            Err(StoreError::Conflict(_)) => Err(Code::Malformed),
            stored => stored.map(|()| StatusCode::NO_CONTENT.into_response()).map_err(Code::from),
        }
    };
    answered(work.await)
}

async fn chunk(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    Path((id, number)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response<Body> {
    let work = async {
        let caller = caller(&shared, peer, &headers).await?;
        let number = number_of(&number)?;
        let find = move |store: &mut dyn Store| {
            caller.opened(store, &id)?;
            store.chunk(&id, number)
        };
        let bytes = ask(&shared, find).await?;
        let kind = [(header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"))];
        Ok((StatusCode::OK, NO_STORE, kind, bytes).into_response())
    };
    answered(work.await)
}

const NO_STORE: [(header::HeaderName, &str); 1] = [(header::CACHE_CONTROL, "no-store")];

fn answered(answer: Answer) -> Response<Body> {
    answer.unwrap_or_else(problem)
}

async fn ask<T: Send + 'static>(
    shared: &Shared,
    work: impl FnOnce(&mut dyn Store) -> Result<T, StoreError> + Send + 'static,
) -> Result<T, Code> {
    ask_in_time(&shared.writer, work).await.map_err(Code::from)
}

impl From<StoreError> for Code {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotFound => Self::NotFound,
            StoreError::Full => Self::Full,
            StoreError::Ended => Self::LinkRefused,
            StoreError::NotAgreed => Self::NotAgreed,
            StoreError::Conflict(_) | StoreError::Unavailable(_) => Self::Unavailable,
        }
    }
}

/// Who asks, by the token in `Authorization`.
async fn caller(shared: &Shared, peer: SocketAddr, headers: &HeaderMap) -> Result<Caller, Code> {
    let token = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    let from = shared.client(peer, headers);
    let session = shared.sessions.session(token.unwrap_or_default(), from).await.map_err(|refused| match refused {
        Refused::Unknown | Refused::Ended => Code::LinkRefused,
        Refused::NotAgreed => Code::NotAgreed,
        Refused::TooMany => Code::TooMany,
        Refused::Unavailable => Code::Unavailable,
    })?;
    let plan = plan(shared, &session.summit).await?;
    Ok(Caller { session, plan })
}

async fn plan(shared: &Shared, summit: &SummitId) -> Result<Arc<SummitPlan>, Code> {
    // The table is whole after every statement, so a panic elsewhere does not spoil it.
    let lock = || shared.files.plans.lock().unwrap_or_else(PoisonError::into_inner);
    let known = lock().get(summit).cloned();
    if let Some(plan) = known {
        return Ok(plan);
    }
    let wanted = summit.clone();
    let plan = Arc::new(ask(shared, move |store| Ok(store.summit(&wanted)?.plan)).await?);
    let mut plans = lock();
    if plans.len() >= PLANS_KEPT {
        plans.clear();
    }
    plans.insert(summit.clone(), plan.clone());
    Ok(plan)
}

impl Caller {
    /// A file that the caller may have; one of another circle is not there.
    fn opened(&self, store: &mut dyn Store, id: &str) -> Result<StoredFile, StoreError> {
        let file = store.file(id)?;
        let is_open = file.summit == self.session.summit && may_open(&self.plan, &self.session.seat, &file.group);
        if is_open { Ok(file) } else { Err(StoreError::NotFound) }
    }

    /// A file that the caller shares.
    fn own(&self, store: &mut dyn Store, id: &str) -> Result<StoredFile, StoreError> {
        let file = self.opened(store, id)?;
        if file.by == self.session.seat { Ok(file) } else { Err(StoreError::NotFound) }
    }
}
