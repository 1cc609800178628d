//! Refusals and failures as `application/problem+json` (RFC 9457): the one place with status
//! codes.
//!
//! `code` is stable and part of the API; `title` says in English and `title_zh` in Chinese what is
//! wrong. Clients see no internal detail.

use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, RETRY_AFTER};
use actix_web::{HttpResponse, ResponseError};
use ledger::rejection::{Kind, Rejection};
use sequencer::{Refusal, Unavailable};
use serde::Serialize;
use store::FileError;
use witness::Refused;

/// A refusal as a client sees it.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Problem {
    /// `urn:fundtrace:problem:` and the code.
    #[serde(rename = "type")]
    pub kind: String,
    /// The stable code.
    pub code: String,
    /// The HTTP status.
    pub status: u16,
    /// What is wrong, in English.
    pub title: String,
    /// What is wrong, in Chinese.
    pub title_zh: String,
    /// The field that is wrong, as a path: `data.amount_fen`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// Which command of a list, from 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub index: Option<usize>,
}

impl Problem {
    /// A problem by its code and texts.
    pub fn new(status: StatusCode, code: &str, title: &str, title_zh: &str) -> Problem {
        Problem {
            kind: format!("urn:fundtrace:problem:{code}"),
            code: code.to_owned(),
            status: status.as_u16(),
            title: title.to_owned(),
            title_zh: title_zh.to_owned(),
            field: None,
            index: None,
        }
    }

    /// The same, naming a field.
    #[must_use]
    pub fn at(mut self, field: impl Into<String>) -> Problem {
        self.field = Some(field.into());
        self
    }

    /// The same, naming a command of a list.
    #[must_use]
    pub fn of(mut self, index: usize) -> Problem {
        self.index = Some(index);
        self
    }

    /// 400: it cannot be read.
    pub fn bad(code: &str, title: &str, title_zh: &str) -> Problem {
        Problem::new(StatusCode::BAD_REQUEST, code, title, title_zh)
    }

    /// 404.
    pub fn not_found(what: &str, what_zh: &str) -> Problem {
        let (title, title_zh) = (format!("{what} is not known"), format!("查无{what_zh}"));
        Problem::new(StatusCode::NOT_FOUND, "NOT_FOUND", &title, &title_zh)
    }

    /// 401.
    pub fn unauthenticated() -> Problem {
        Problem::new(
            StatusCode::UNAUTHORIZED,
            "UNAUTHENTICATED",
            "a valid bearer token is needed",
            "需要有效的访问令牌",
        )
    }

    /// 403.
    pub fn forbidden(title: &str, title_zh: &str) -> Problem {
        Problem::new(StatusCode::FORBIDDEN, "FORBIDDEN", title, title_zh)
    }

    /// 413.
    pub fn request_too_large() -> Problem {
        Problem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "REQUEST_TOO_LARGE",
            "a request may have 16 MiB at the most",
            "单次请求不得超过 16 MiB",
        )
    }

    /// 413: a working file.
    pub fn file_too_large(len_max: usize) -> Problem {
        let mib = len_max >> 20;
        Problem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "REQUEST_TOO_LARGE",
            &format!("a file may have {mib} MiB at the most"),
            &format!("文件不得超过 {mib} MiB"),
        )
    }

    /// 413, from a witness.
    pub fn submission_too_large() -> Problem {
        Problem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "REQUEST_TOO_LARGE",
            "a submission may have 260 KiB at the most",
            "提交内容不得超过 260 KiB",
        )
    }

    /// 400: the body ended before its end.
    pub fn cut_off() -> Problem {
        Problem::bad(
            "BAD_BODY",
            "the body did not arrive whole",
            "请求正文未完整到达",
        )
    }

    /// 503 with a code.
    pub fn unavailable(code: &str, title: &str, title_zh: &str) -> Problem {
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, code, title, title_zh)
    }

    /// 500: the log could not be read. The reason is in the server's log.
    pub fn internal(error: &dyn std::fmt::Display) -> Problem {
        tracing::error!(%error, "a request failed");
        Problem::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "INTERNAL",
            "the server failed; its log says why",
            "服务器内部错误,详见服务器日志",
        )
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.code, self.title)?;
        match &self.field {
            Some(field) => write!(f, " ({field})"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Problem {}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status_code());
        response.insert_header((CONTENT_TYPE, "application/problem+json"));
        if self.status_code() == StatusCode::SERVICE_UNAVAILABLE {
            response.insert_header((RETRY_AFTER, "1"));
        }
        response.json(self)
    }
}

impl From<&Rejection> for Problem {
    fn from(rejection: &Rejection) -> Problem {
        let status = match rejection.kind() {
            Kind::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
            Kind::NotFound => StatusCode::NOT_FOUND,
            Kind::Forbidden => StatusCode::FORBIDDEN,
            Kind::Conflict => StatusCode::CONFLICT,
        };
        let problem = Problem::new(
            status,
            rejection.code(),
            &rejection.to_string(),
            &rejection.zh(),
        );
        match rejection.field() {
            Some(field @ ("occurred_on" | "expected_version")) => problem.at(field),
            Some(field) => problem.at(format!("data.{field}")),
            None => problem,
        }
    }
}

impl From<&Refusal> for Problem {
    fn from(refusal: &Refusal) -> Problem {
        let title = refusal.to_string();
        let new = |status, title_zh: &str| Problem::new(status, refusal.code(), &title, title_zh);
        match refusal {
            Refusal::Rejected(rejection) => rejection.into(),
            Refusal::IdempotencyMismatch(_) => {
                new(StatusCode::CONFLICT, "该 command_id 已用于内容不同的命令").at("command_id")
            }
            Refusal::UnknownLedger(_) => new(StatusCode::NOT_FOUND, "查无此账本"),
            Refusal::BodyTooLarge { .. } => {
                new(StatusCode::PAYLOAD_TOO_LARGE, "单条记录不得超过 6 KiB")
            }
            Refusal::ListTooLong => new(
                StatusCode::PAYLOAD_TOO_LARGE,
                "整批命令的记录过长,一次写不下,请拆分",
            ),
            Refusal::FileMissing(_) => {
                new(StatusCode::NOT_FOUND, "此账本未收到该文件,请先上传").at("data.sha256")
            }
            Refusal::AtomicAborted(_) => {
                new(StatusCode::CONFLICT, "同批命令中有一条被拒绝,整批未记录")
            }
            Refusal::Clock => new(
                StatusCode::SERVICE_UNAVAILABLE,
                "服务器时钟异常,须由管理员确认",
            ),
            Refusal::Newer => new(
                StatusCode::SERVICE_UNAVAILABLE,
                "账本含有更高版本写入的记录",
            ),
        }
    }
}

impl From<&FileError> for Problem {
    fn from(error: &FileError) -> Problem {
        let title = error.to_string();
        match error {
            FileError::TooLarge { len_max } => Problem::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                "FILE_TOO_LARGE",
                &title,
                &format!("文件不得超过 {len_max} 字节"),
            ),
            FileError::Mismatch { announced, actual } => Problem::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "HASH_MISMATCH",
                &title,
                &format!("收到内容的 SHA-256 为 {actual},与声明的 {announced} 不一致"),
            )
            .at("sha256"),
            FileError::Full(_) => {
                tracing::error!(%error, "a file was refused");
                Problem::new(
                    StatusCode::INSUFFICIENT_STORAGE,
                    "STORAGE_FULL",
                    "the server has no room for the file",
                    "服务器存储空间不足,文件未保存",
                )
            }
            FileError::Store(_) => Problem::internal(error),
        }
    }
}

impl From<Unavailable> for Problem {
    fn from(unavailable: Unavailable) -> Problem {
        let title = unavailable.to_string();
        match unavailable {
            Unavailable::Stopped => Problem::unavailable(
                "STOPPED",
                &title,
                "存储故障,写入已停止;重启后将核对磁盘上的记录",
            ),
            Unavailable::Overloaded => {
                Problem::unavailable("OVERLOADED", &title, "等待处理的命令过多,请稍后重试")
            }
        }
    }
}

/// The statuses that C2SP tlog-witness states; `Conflict` has an answer of its own, but for that.
impl From<Refused> for Problem {
    fn from(refused: Refused) -> Problem {
        let (status, code, title_zh) = match &refused {
            Refused::Malformed(_) => (
                StatusCode::BAD_REQUEST,
                "BAD_SUBMISSION",
                "请求不符合 tlog-witness 格式",
            ),
            Refused::UnknownLog { .. } => (StatusCode::NOT_FOUND, "NOT_FOUND", "查无此日志"),
            Refused::Unsigned(_) => (
                StatusCode::FORBIDDEN,
                "BAD_SIGNATURE",
                "检查点没有该日志的有效签名",
            ),
            Refused::Backwards { .. } => (
                StatusCode::BAD_REQUEST,
                "BAD_SUBMISSION",
                "旧规模大于检查点规模",
            ),
            Refused::Conflict { .. } => (
                StatusCode::CONFLICT,
                "CONFLICT",
                "旧规模不是本见证者上次见证的规模",
            ),
            Refused::OtherRoot { .. } => (
                StatusCode::CONFLICT,
                "OTHER_ROOT",
                "该检查点与上次见证的检查点规模相同而树根不同",
            ),
            Refused::Inconsistent(_) => (
                StatusCode::UNPROCESSABLE_ENTITY,
                "INCONSISTENT",
                "未能证明该检查点延续上次见证的检查点",
            ),
            Refused::NotBorneOut { .. } => (
                StatusCode::UNPROCESSABLE_ENTITY,
                "NOT_BORNE_OUT",
                "全部记录与此日志所称不符,本见证者不再为其联署",
            ),
            Refused::NotReplayed { .. } => (
                StatusCode::SERVICE_UNAVAILABLE,
                "NOT_REPLAYED",
                "记录尚未重放至该检查点,请稍后再试",
            ),
            Refused::Stopped => (
                StatusCode::SERVICE_UNAVAILABLE,
                "STOPPED",
                "存储故障,见证者已停止",
            ),
        };
        let title = format!("{:#}", anyhow::Error::from(refused));
        Problem::new(status, code, &title, title_zh)
    }
}
