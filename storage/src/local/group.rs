//! The commits that are written and flushed together: which of them have a place, where, and what each caller
//! is told once the flush has returned.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use tokio::sync::oneshot;

use super::format::GroupLine;
use super::index::StreamHead;
use super::record::Record;
use super::state::{Shared, State};
use super::table::Digest;
use super::writer::{PartRequest, Reply, Request, answer};
use crate::error::StoreError;
use crate::event::StreamId;
use crate::merkle::Frontier;

/// One group.
pub(super) struct Group {
    /// Its lines.
    lines: Vec<u8>,
    /// One for each event; offsets count from the begin of the group.
    records: Vec<Record>,
    heads: HashMap<StreamId, StreamHead>,
    keys: HashMap<Digest, u64>,
    frontier: Frontier,
    time: DateTime<Utc>,
    replies: Vec<(oneshot::Sender<Reply>, Reply)>,
}

impl Group {
    /// Checks and places the requests, in their order, after the events that `frontier` covers.
    pub(super) fn gather(shared: &Shared, frontier: Frontier, requests: Vec<Request>) -> Group {
        let mut group = Group {
            lines: Vec::new(),
            records: Vec::new(),
            heads: HashMap::new(),
            keys: HashMap::new(),
            frontier,
            time: DateTime::UNIX_EPOCH,
            replies: Vec::with_capacity(requests.len()),
        };
        let state = shared.state();
        for request in requests {
            let verdict = group.judge(&state, &request);
            let reply = verdict.unwrap_or_else(|heads| group.place(&request, &heads));
            group.replies.push((request.reply, reply));
        }
        group
    }

    /// Why a request gets no place, or the heads of its streams.
    fn judge(&self, state: &State, request: &Request) -> Result<Reply, Vec<StreamHead>> {
        match self.known_key(state, request) {
            Ok(None) => {}
            Ok(Some(first)) => return Ok(Reply::Repeated(first)),
            Err(error) => return Ok(Reply::Refused(error)),
        }
        let heads: Result<Vec<_>, _> =
            request.parts.iter().map(|part| self.head(state, request, part)).collect();
        let heads = match heads {
            Ok(heads) => heads,
            Err(error) => return Ok(Reply::Refused(error)),
        };
        let mut parts = request.parts.iter().zip(&heads);
        match parts.find_map(|(part, head)| misfit(part, head)) {
            Some(reply) => Ok(reply),
            None => Err(heads),
        }
    }

    /// The first position of the commit that had the key of this one.
    fn known_key(&self, state: &State, request: &Request) -> Result<Option<u64>, StoreError> {
        let Some(key) = &request.key else {
            return Ok(None);
        };
        if let Some(first) = self.keys.get(key).copied().or_else(|| state.key_in_memory(key)) {
            return Ok(Some(first));
        }
        if request.looked_up_at == state.active.index.first {
            return Ok(None);
        }
        Ok(state.tables.get(key)?.map(|entry| entry.position))
    }

    fn head(
        &self,
        state: &State,
        request: &Request,
        part: &PartRequest,
    ) -> Result<StreamHead, StoreError> {
        let head = self.heads.get(&part.stream).copied();
        if let Some(head) = head.or_else(|| state.head_in_memory(&part.stream)) {
            return Ok(head);
        }
        if request.looked_up_at == state.active.index.first {
            return Ok(part.sealed_head);
        }
        state.tables.head(&part.stream)
    }

    fn place(&mut self, request: &Request, heads: &[StreamHead]) -> Reply {
        let first = self.frontier.size();
        if let Some(key) = request.key {
            self.keys.insert(key, first);
        }
        let mut events = request.events.iter();
        for (part, head) in request.parts.iter().zip(heads) {
            let mut head = *head;
            for event in events.by_ref().take(part.events as usize) {
                self.records.push(Record {
                    offset: self.lines.len() as u32,
                    length: event.bytes.len() as u16,
                    crc: crc32c::crc32c(&event.bytes),
                    previous: head.last,
                    leaf: event.leaf,
                });
                head =
                    StreamHead { version: head.version.next(), last: Some(self.frontier.size()) };
                self.lines.extend_from_slice(&event.bytes);
                self.lines.push(b'\n');
                self.frontier.push(event.leaf);
            }
            self.heads.insert(part.stream.clone(), head);
        }
        self.time = self.time.max(request.recorded_at);
        Reply::Placed(first)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    pub(super) fn events(&self) -> u64 {
        self.records.len() as u64
    }

    /// Ends the group with its line; gives all its bytes.
    pub(super) fn finish(&mut self, time: DateTime<Utc>) -> &[u8] {
        let line = GroupLine {
            time,
            events: self.events(),
            bytes: self.lines.len() as u64,
            root: self.frontier.root(),
        };
        let line = line.encode(crc32c::crc32c(&self.lines));
        self.lines.extend_from_slice(line.as_bytes());
        &self.lines
    }

    /// The frontier after the group.
    pub(super) fn frontier(&self) -> &Frontier {
        &self.frontier
    }

    /// When the latest of its commits was recorded.
    pub(super) fn time(&self) -> DateTime<Utc> {
        self.time
    }

    /// Shows the group, written at this byte of the active segment, to readers.
    pub(super) fn publish(&mut self, state: &mut State, offset: u64) {
        let index = &mut state.active.index;
        let offset = offset as u32;
        let records = self.records.iter();
        index
            .records
            .extend(records.map(|record| Record { offset: record.offset + offset, ..*record }));
        index.heads.extend(self.heads.drain());
        index.keys.extend(self.keys.drain());
        state.frontier = self.frontier.clone();
    }

    /// Tells each caller what became of its commit.
    pub(super) fn acknowledge(self) {
        self.replies.into_iter().for_each(|(to, reply)| answer(to, reply));
    }

    /// Tells each caller that nothing was appended, since the write failed.
    pub(super) fn refuse(self, error: &StoreError) {
        for (to, reply) in self.replies {
            let reply = match reply {
                Reply::Placed(_) | Reply::Moved => Reply::Refused(error.clone()),
                // The key may be that of a commit of this very group.
                Reply::Repeated(_) => Reply::Refused(error.clone()),
                Reply::Refused(refused) => Reply::Refused(refused),
            };
            answer(to, reply);
        }
    }
}

/// What a caller is told whose commit does not fit the head of a stream.
fn misfit(part: &PartRequest, head: &StreamHead) -> Option<Reply> {
    if head.version == part.base {
        return None;
    }
    if part.expected.is_open() {
        return Some(Reply::Moved);
    }
    Some(Reply::Refused(StoreError::VersionConflict {
        stream: part.stream.clone(),
        expected: part.expected,
        actual: head.version,
    }))
}
