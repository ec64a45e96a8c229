//! How the engine names its streams. Nothing else writes a stream's name.

use dure_storage::{IdempotencyKey, StoreError, StreamId};

use crate::model::account::AccountRef;
use crate::model::names::{CaseId, Name, PersonId};

/// The events of a case.
pub fn case(id: &CaseId) -> Result<StreamId, StoreError> {
    StreamId::new(format!("case/{id}"))
}

/// The versions of a workflow.
pub fn workflow(name: &Name) -> Result<StreamId, StoreError> {
    StreamId::new(format!("workflow/{name}"))
}

/// The versions of a calendar.
pub fn calendar(name: &Name) -> Result<StreamId, StoreError> {
    StreamId::new(format!("calendar/{name}"))
}

/// What a webhook was told.
pub fn webhook(name: &Name) -> Result<StreamId, StoreError> {
    StreamId::new(format!("webhook/{name}"))
}

/// What is known of a person.
pub fn person(id: &PersonId) -> Result<StreamId, StoreError> {
    StreamId::new(format!("person/{id}"))
}

/// The events of an account.
pub fn account(account: &AccountRef) -> Result<StreamId, StoreError> {
    StreamId::new(format!("account/{account}"))
}

/// The numbers given to the cases of a workflow; its version is the last serial.
pub fn numbers(workflow: &Name, year: Option<i32>) -> Result<StreamId, StoreError> {
    match year {
        Some(year) => StreamId::new(format!("number/{workflow}/{year}")),
        None => StreamId::new(format!("number/{workflow}")),
    }
}

/// The case a stream belongs to.
pub fn case_of(stream: &str) -> Option<CaseId> {
    CaseId::new(stream.strip_prefix("case/")?).ok()
}

/// The account a stream belongs to.
pub fn account_of(stream: &str) -> Option<AccountRef> {
    stream.strip_prefix("account/")?.parse().ok()
}

/// The person a stream belongs to.
pub fn person_of(stream: &str) -> Option<PersonId> {
    PersonId::new(stream.strip_prefix("person/")?).ok()
}

/// The webhook a stream belongs to.
pub fn webhook_of(stream: &str) -> Option<Name> {
    Name::new(stream.strip_prefix("webhook/")?).ok()
}

/// A caller's key for something that has no stream yet is unique in its workflow.
pub fn start_key(workflow: &Name, key: &str) -> IdempotencyKey {
    IdempotencyKey { scope: format!("workflow/{workflow}"), key: key.to_owned() }
}

/// A caller's key for an act is unique in its case.
pub fn case_key(case: &CaseId, key: &str) -> IdempotencyKey {
    IdempotencyKey { scope: format!("case/{case}"), key: key.to_owned() }
}

/// A caller's key for a move is unique in the account that is named first.
pub fn account_key(account: &AccountRef, key: &str) -> IdempotencyKey {
    IdempotencyKey { scope: format!("account/{account}"), key: key.to_owned() }
}
