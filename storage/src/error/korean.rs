//! The Korean sentence of every store error. Names stand in quotes with a noun after them, so that no
//! particle depends on a name.

use super::{CommitFault, Damage, FolderFault, JsonFault, StoreError};
use crate::limits;
use crate::log::ExpectedVersion;

pub(super) fn sentence(error: &StoreError) -> String {
    match error {
        StoreError::StreamName { name } => format!(
            "‘{name}’ 이름은 스트림 이름으로 쓸 수 없습니다. 공백과 제어 문자 없이 1~{}바이트로 적어 주십시오.",
            limits::STREAM_ID_BYTES_MAX
        ),
        StoreError::VersionConflict { stream, expected, actual } => format!(
            "다른 요청이 먼저 처리되었습니다. ‘{stream}’ 스트림의 현재 버전은 {actual}이며, 이 요청의 전제 조건은 {} 상태입니다. 다시 읽은 뒤 판단해 주십시오.",
            expectation(*expected)
        ),
        StoreError::CommitInvalid(fault) => commit(fault),
        StoreError::EventTooLarge { stream, bytes, max } => format!(
            "‘{stream}’ 스트림에 넣을 기록의 크기가 {bytes}바이트로 한도 {max}바이트를 넘습니다. 나누어 기록하거나 첨부 파일로 저장해 주십시오."
        ),
        StoreError::Json(fault) => json(fault),
        StoreError::EventUnreadable { position, reason } => {
            format!("순번 {position} 기록을 읽을 수 없습니다: {reason}")
        }
        StoreError::PositionBeyondHead { position, size } => {
            format!("순번 {position} 위치는 아직 기록되지 않았습니다. 전체 기록은 {size}건입니다.")
        }
        StoreError::PageTooLarge { limit, max } => {
            format!(
                "한 번에 {limit}건을 요청하였으나 한도는 {max}건입니다. 나누어 요청해 주십시오."
            )
        }
        StoreError::LogPoisoned { reason } => format!(
            "앞선 쓰기가 실패하여 더 이상 기록하지 않습니다({reason}). 디스크를 점검한 뒤 다시 시작해 주십시오."
        ),
        StoreError::LogClosed => "기록 저장소가 닫혀 있습니다. 다시 열어 주십시오.".to_owned(),
        StoreError::LogDamaged(damage) => damaged(damage),
        StoreError::Folder(fault) => folder(fault),
        StoreError::DiskFull { path, .. } => format!(
            "디스크에 남은 공간이 없어 ‘{path}’ 파일에 쓰지 못하였습니다. 공간을 확보한 뒤 다시 시작해 주십시오. 처리 완료된 기록은 보존되어 있습니다."
        ),
        StoreError::Disk { path, reason, .. } => {
            format!("‘{path}’ 파일을 처리하지 못하였습니다: {reason}")
        }
        StoreError::DerivedDamaged { reason } => format!(
            "색인 또는 조회용 자료가 손상되었습니다({reason}). 원본 기록에서 다시 만들 수 있으므로 해당 폴더를 지워도 됩니다."
        ),
    }
}

fn expectation(expected: ExpectedVersion) -> String {
    match expected {
        ExpectedVersion::Exact(version) => format!("{version} 버전"),
        ExpectedVersion::Absent => "기록 없음".to_owned(),
        ExpectedVersion::Exists => "기록 있음".to_owned(),
        ExpectedVersion::Any => "제한 없음".to_owned(),
    }
}

fn commit(fault: &CommitFault) -> String {
    let why = match fault {
        CommitFault::NoParts => "기록할 내용이 없습니다".to_owned(),
        CommitFault::EmptyPart { stream } => {
            format!("‘{stream}’ 스트림에 기록할 내용이 없습니다")
        }
        CommitFault::StreamTwice { stream } => {
            format!("‘{stream}’ 스트림이 두 번 들어 있습니다")
        }
        CommitFault::TooManyEvents { found } => {
            format!("기록이 {found}건으로 한도 {}건을 넘습니다", limits::COMMIT_EVENTS_MAX)
        }
        CommitFault::TooManyStreams { found } => {
            format!("스트림이 {found}개로 한도 {}개를 넘습니다", limits::COMMIT_STREAMS_MAX)
        }
        CommitFault::TooManyBytes { found } => {
            format!(
                "기록의 크기가 모두 {found}바이트로 한도 {}바이트를 넘습니다",
                limits::COMMIT_BYTES_MAX
            )
        }
        CommitFault::KeyLength { bytes } => format!(
            "중복 방지 키 또는 그 범위의 길이가 {bytes}바이트로 1~{}바이트를 벗어납니다",
            limits::IDEMPOTENCY_KEY_BYTES_MAX
        ),
        CommitFault::TypeLength { bytes } => format!(
            "기록 종류 이름의 길이가 {bytes}바이트로 1~{}바이트를 벗어납니다",
            limits::EVENT_TYPE_BYTES_MAX
        ),
        CommitFault::StreamFull { stream } => {
            format!("‘{stream}’ 스트림이 {}건 한도를 넘습니다", limits::STREAM_VERSION_MAX)
        }
    };
    format!("이 묶음은 기록할 수 없습니다: {why}. 아무것도 기록되지 않았습니다.")
}

fn json(fault: &JsonFault) -> String {
    match fault {
        JsonFault::Syntax { line, column, reason } => {
            format!("{line}행 {column}열의 JSON 문법이 올바르지 않습니다: {reason}")
        }
        JsonFault::DuplicateKey { path } => {
            format!("‘{path}’ 항목이 같은 객체에 두 번 적혀 있습니다. 하나만 남겨 주십시오.")
        }
        JsonFault::Surrogate { path } => {
            format!("‘{path}’ 항목의 문자가 온전하지 않습니다(짝이 없는 서로게이트).")
        }
        JsonFault::Integer { path } => format!(
            "‘{path}’ 항목의 수가 ±{} 범위를 벗어납니다. 문자열로 적어 주십시오.",
            limits::JSON_INTEGER_MAX
        ),
        JsonFault::Depth { path } => format!(
            "‘{path}’ 항목이 {}단계보다 깊이 들어 있습니다. 구조를 줄여 주십시오.",
            limits::JSON_DEPTH_MAX
        ),
    }
}

fn folder(fault: &FolderFault) -> String {
    match fault {
        FolderFault::Locked { folder } => format!(
            "‘{folder}’ 데이터 폴더를 다른 프로세스가 사용하고 있습니다. 그 프로세스를 끝내거나 다른 폴더를 지정해 주십시오."
        ),
        FolderFault::Newer { found, supported } => format!(
            "데이터 폴더의 형식은 {found} 버전으로, 이 프로그램이 읽을 수 있는 {supported} 버전보다 새것입니다. 더 새로운 프로그램을 사용해 주십시오."
        ),
        FolderFault::ReadOnly { path } => format!(
            "데이터 폴더의 ‘{path}’ 파일에 쓸 권한이 없습니다. 권한을 주거나 다른 폴더를 지정해 주십시오."
        ),
    }
}

fn damaged(Damage { segment, position, byte, what }: &Damage) -> String {
    format!(
        "기록이 손상되었습니다. ‘{segment}’ 파일의 {byte}번째 바이트, 순번 {position} 위치입니다({what}). 백업에서 되살려 주십시오. 아무것도 고치거나 건너뛰지 않았습니다."
    )
}
