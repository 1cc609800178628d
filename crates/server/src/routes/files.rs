//! Evidence files: in and out as streams. A file is read by whoever may read the records that name
//! it, and one that no record names by nobody.

use crate::identity::Bearer;
use crate::problem::Problem;
use crate::routes::mounted::Routes;
use crate::routes::question::{Answered, Question};
use crate::routes::through::Ask;
use crate::state::State;
use actix_web::http::StatusCode;
use actix_web::http::header::{
    CONTENT_DISPOSITION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, CONTENT_TYPE,
    X_CONTENT_TYPE_OPTIONS,
};
use actix_web::web::{self, Bytes};
use actix_web::{HttpRequest, HttpResponse, body};
use futures_util::{StreamExt, stream};
use ledger::digest::Digest;
use ledger::evidence::RECORDERS;
use ledger::ids::{LedgerId, PersonId};
use ledger::rejection::Rejection;
use projections::View;
use projections::evidence::Naming;
use serde::Serialize;
use std::time::Duration;
use store::{Download, FileError, FileHash, StoredFile, Upload};

/// How many bytes of an upload are gathered before they are written: few hops between threads, and
/// with all uploads of `State::uploads` under way still a few megabytes.
const BUFFER_LEN: usize = 256 << 10;

/// How long an upload waits for its next bytes. A connection that fell asleep holds a place.
const SILENCE_MAX: Duration = Duration::from_secs(30);

pub(super) fn mount(routes: &mut Routes) {
    routes
        .route("/v1/ledgers/{ledger}/files", web::post().to(post))
        .route("/v1/ledgers/{ledger}/files/{sha256}", web::put().to(put))
        .route("/v1/ledgers/{ledger}/files/{sha256}", web::get().to(get));
}

/// A file that is on the disk. Nobody can read it until a record names it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct UploadedFile {
    /// Its SHA-256.
    pub sha256: Digest,
    /// Its length in bytes.
    pub size: u64,
}

/// Uploads a file whose SHA-256 the caller has announced: other bytes are not kept.
#[utoipa::path(put, path = "/v1/ledgers/{ledger}/files/{sha256}", tag = "evidence",
    params(("ledger" = String, Path),
        ("sha256" = String, Path, description = "64 hexadecimal digits")),
    request_body(content = Vec<u8>, content_type = "application/octet-stream",
        description = "the bytes of the file, 200 MiB at the most"),
    responses((status = 201, body = UploadedFile), (status = 408, body = Problem),
        (status = 409, body = Problem), (status = 413, body = Problem),
        (status = 422, description = "other bytes came than were announced", body = Problem),
        (status = 507, description = "the disk is full", body = Problem)))]
pub async fn put(
    state: web::Data<State>,
    bearer: Bearer,
    path: web::Path<(String, Digest)>,
    request: HttpRequest,
    payload: web::Payload,
) -> Answered {
    let (ledger, announced) = path.into_inner();
    let announced = Some(FileHash(announced.0));
    receive(&state, &bearer, &ledger, &request, payload, announced).await
}

/// Uploads a file; the answer says which SHA-256 it has.
#[utoipa::path(post, path = "/v1/ledgers/{ledger}/files", tag = "evidence",
    params(("ledger" = String, Path)),
    request_body(content = Vec<u8>, content_type = "application/octet-stream",
        description = "the bytes of the file, 200 MiB at the most"),
    responses((status = 201, body = UploadedFile), (status = 408, body = Problem),
        (status = 409, body = Problem), (status = 413, body = Problem),
        (status = 507, description = "the disk is full", body = Problem)))]
pub async fn post(
    state: web::Data<State>,
    bearer: Bearer,
    path: web::Path<String>,
    request: HttpRequest,
    payload: web::Payload,
) -> Answered {
    receive(&state, &bearer, &path, &request, payload, None).await
}

async fn receive(
    state: &State,
    bearer: &Bearer,
    ledger: &str,
    request: &HttpRequest,
    payload: web::Payload,
    announced: Option<FileHash>,
) -> Answered {
    let ledger = admitted(state, bearer, ledger).await?;
    let len_max = state.handle.files().len_max();
    let stated = request.headers().get(CONTENT_LENGTH);
    let stated = stated.and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if stated.is_some_and(|stated| stated > len_max) {
        return Err((&FileError::TooLarge { len_max }).into());
    }
    let _place = state.uploads.try_enter(1)?;
    let stored = store(state, ledger, payload, announced).await?;
    Ok(HttpResponse::Created().json(UploadedFile {
        sha256: Digest(stored.hash.0),
        size: stored.len,
    }))
}

/// The ledger, if it takes files from this bearer.
async fn admitted(state: &State, bearer: &Bearer, ledger: &str) -> Result<LedgerId, Problem> {
    let (ledger, slot) = state.enter(bearer, ledger, None).await?;
    if ledger == state.handle.system() || !bearer.is_any(RECORDERS) {
        return Err(Problem::forbidden(
            "the token may not upload files to this ledger",
            "该令牌无权向此账本上传文件",
        ));
    }
    let open = slot
        .view()
        .books
        .book
        .as_ref()
        .is_some_and(|book| !book.closed);
    if !open {
        return Err((&Rejection::LedgerNotOpen).into());
    }
    Ok(ledger)
}

/// Writes what comes, piece by piece. Wherever it ends early the upload is dropped, and leaves
/// nothing.
async fn store(
    state: &State,
    ledger: LedgerId,
    mut payload: web::Payload,
    announced: Option<FileHash>,
) -> Result<StoredFile, Problem> {
    let files = state.handle.files().clone();
    let mut upload = on_disk(move || files.begin(chain::LedgerId(ledger.0))).await?;
    let mut buffer = Vec::with_capacity(BUFFER_LEN);
    loop {
        let next = tokio::time::timeout(SILENCE_MAX, payload.next()).await;
        match next.map_err(|_| too_slow())? {
            None => break,
            Some(Ok(bytes)) => buffer.extend_from_slice(&bytes),
            Some(Err(_)) => return Err(Problem::cut_off()),
        }
        if buffer.len() >= BUFFER_LEN {
            upload = write(upload, &mut buffer).await?;
        }
    }
    let upload = write(upload, &mut buffer).await?;
    on_disk(move || upload.finish(announced)).await
}

/// Writes the buffer and empties it.
async fn write(mut upload: Upload, buffer: &mut Vec<u8>) -> Result<Upload, Problem> {
    let bytes = std::mem::replace(buffer, Vec::with_capacity(BUFFER_LEN));
    on_disk(move || upload.write(&bytes).map(|()| upload)).await
}

/// Does what may wait for the disk on a thread that may wait.
async fn on_disk<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, FileError> + Send + 'static,
) -> Result<T, Problem> {
    let done = web::block(work).await;
    let done = done.map_err(|error| Problem::internal(&error))?;
    done.map_err(|error| (&error).into())
}

fn too_slow() -> Problem {
    Problem::new(
        StatusCode::REQUEST_TIMEOUT,
        "UPLOAD_TIMEOUT",
        "nothing came for 30 seconds",
        "上传中断超过 30 秒",
    )
}

/// Downloads a file that a record of this ledger names.
#[utoipa::path(get, path = "/v1/ledgers/{ledger}/files/{sha256}", tag = "evidence",
    params(("ledger" = String, Path),
        ("sha256" = String, Path, description = "64 hexadecimal digits"), Ask),
    responses((status = 200, body = Vec<u8>, content_type = "application/octet-stream",
            description = "the bytes, with the media type that was recorded"),
        (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub async fn get(question: Question<Ask>, path: web::Path<(String, Digest)>) -> Answered {
    let (_, file) = path.into_inner();
    let unknown = || Problem::not_found("the file", "此文件");
    let media_type = media_type(&question.view(), &question.bearer, file)?;
    let (files, ledger) = (question.state.handle.files().clone(), question.ledger);
    let read = move || Ok(files.read(chain::LedgerId(ledger.0), FileHash(file.0))?);
    let download = on_disk(read).await?.ok_or_else(unknown)?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, media_type))
        .insert_header((
            CONTENT_DISPOSITION,
            format!("attachment; filename=\"{file}\""),
        ))
        // Whatever was uploaded, a browser must not run it in the name of this server.
        .insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"))
        // Photos do not become smaller, and the length stays known.
        .insert_header((CONTENT_ENCODING, "identity"))
        .body(body::SizedStream::new(download.size(), chunks(download))))
}

/// The media type that the records give to a file, if this bearer may read it.
fn media_type(view: &View, bearer: &Bearer, file: Digest) -> Result<String, Problem> {
    let naming = view.evidence.naming(file);
    if naming.is_empty() {
        return Err(Problem::not_found("the file", "此文件"));
    }
    // As for their subject: who is not shown a person's name is not shown their photo either, and
    // nobody is once the person is erased.
    let open = |naming: &Naming| match naming {
        Naming::Item(_) => true,
        Naming::Evidence(id) => {
            let row = view.books.evidence.get(*id);
            let subject = row.map(|row| PersonId(row.registration.subject.0));
            let person = subject.and_then(|id| view.books.persons.get(id));
            person.is_none_or(|person| bearer.sight().opens(Some(person.state)))
        }
    };
    if !naming.iter().any(open) {
        return Err(Problem::forbidden(
            "the token may not see files about persons",
            "该令牌无权查看涉及个人的文件",
        ));
    }
    let stated = naming.iter().find_map(|naming| match naming {
        Naming::Item(_) => None,
        Naming::Evidence(id) => view.books.evidence.get(*id),
    });
    Ok(stated.map_or_else(
        || "application/octet-stream".to_owned(),
        |row| row.registration.media_type.to_string(),
    ))
}

/// True if this bearer may read a file that records name.
pub(super) fn may_read(view: &View, bearer: &Bearer, file: Digest) -> bool {
    media_type(view, bearer, file).is_ok()
}

/// The bytes of a file. An error ends the connection before its stated length is reached, so that
/// a client knows.
fn chunks(
    download: Download,
) -> impl futures_util::Stream<Item = Result<Bytes, Problem>> + 'static {
    stream::try_unfold(download, |mut download| async move {
        let next = on_disk(move || Ok((download.next_chunk()?, download))).await?;
        Ok(match next {
            (Some(bytes), download) => Some((Bytes::from(bytes), download)),
            (None, _) => None,
        })
    })
}
