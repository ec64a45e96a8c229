//! Bringing rows in as cases: each is decided like any other start, in the order of the sheet, while the rows before it
//! are still on their way to the log. A row is one commit: it is in whole, or not at all.

use std::collections::{HashMap, VecDeque};
use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;

use chrono::{DateTime, Utc};
use dure_storage::{ExpectedVersion, StreamAppend, StreamId, StreamVersion};
use serde::Serialize;

use super::cases::{Starting, exists};
use super::engine::Engine;
use super::request::{Accepted, StartRequest};
use super::streams;
use crate::error::EngineError;
use crate::import::{CellFault, ImportMap, Row, RowFault, Wanted};
use crate::limits::IMPORT_IN_FLIGHT_MAX;
use crate::model::command::StartCase;
use crate::model::definition::Definition;
use crate::model::event::Imported;
use crate::model::names::PersonId;

/// What is to be brought in, and how.
#[derive(Debug)]
pub struct Import<'a> {
    /// What makes requests of rows.
    pub map: &'a ImportMap,
    /// The SHA-256 of the file, in hexadecimal.
    pub sha256: String,
    /// The sheet, where the file has several.
    pub sheet: Option<String>,
    /// Who acts where the map does not say.
    pub by: Option<PersonId>,
    /// Whether nothing is to be recorded.
    pub dry_run: bool,
}

/// How many rows came to what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct ImportCounts {
    /// Rows in which something is.
    pub rows: u64,
    /// Rows that are new cases, or would be.
    pub new: u64,
    /// Rows that were brought in before.
    pub known: u64,
    /// Rows that were refused, or would be.
    pub refused: u64,
}

/// A row that was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedRow {
    /// Its number, from 1.
    pub row: u32,
    /// Everything that is wrong with it.
    pub faults: Vec<RowFault>,
}

impl Engine {
    /// Brings rows in as cases, or finds out what doing so would come to. `told` hears of every refused row; rows that
    /// are right go in all the same. Rows that were brought in before, by the key of the map, are left alone.
    ///
    /// # Errors
    /// What `rows` gives up with, or a failed store; what was brought in before that stays.
    pub async fn import<E: From<EngineError>>(
        &self,
        import: &Import<'_>,
        rows: impl Iterator<Item = Result<Row, E>>,
        told: &mut dyn FnMut(RefusedRow),
    ) -> Result<ImportCounts, E> {
        let mut importing = Importing::of(self, import, told);
        let mut failed = None;
        for row in rows {
            match row {
                Ok(row) => importing.take(&row).await?,
                Err(error) => {
                    failed = Some(error);
                    break;
                }
            }
        }
        importing.settle(0).await?;
        failed.map_or(Ok(importing.counts), Err)
    }
}

/// A row on its way to the log.
struct InFlight {
    row: u32,
    request: StartRequest,
    imported: Imported,
    recorded: Recorded,
}

type Recorded = Pin<Box<dyn Future<Output = Result<Option<Accepted>, EngineError>> + Send>>;

struct Importing<'a> {
    engine: &'a Engine,
    import: &'a Import<'a>,
    told: &'a mut dyn FnMut(RefusedRow),
    /// The row of each key so far.
    keys: HashMap<[u8; 32], u32>,
    /// The last serials, those on their way included.
    serials: HashMap<StreamId, StreamVersion>,
    in_flight: VecDeque<InFlight>,
    counts: ImportCounts,
}

impl<'a> Importing<'a> {
    fn of(
        engine: &'a Engine,
        import: &'a Import<'a>,
        told: &'a mut dyn FnMut(RefusedRow),
    ) -> Importing<'a> {
        Importing {
            engine,
            import,
            told,
            keys: HashMap::new(),
            serials: HashMap::new(),
            in_flight: VecDeque::with_capacity(IMPORT_IN_FLIGHT_MAX),
            counts: ImportCounts::default(),
        }
    }

    async fn take(&mut self, row: &Row) -> Result<(), EngineError> {
        if row.is_blank() {
            return Ok(());
        }
        self.counts.rows += 1;
        let wanted = match self.import.map.wanted(row, self.import.by.as_ref()) {
            Ok(wanted) => wanted,
            Err(faults) => {
                self.refuse(row.number, faults);
                return Ok(());
            }
        };
        let Wanted { request, key } = wanted;
        if let Some(first) = self.keys.insert(key, row.number) {
            self.refuse(row.number, vec![RowFault::of(&CellFault::KeyTwice { row: first })]);
            return Ok(());
        }
        match self.begin(row.number, request).await {
            Ok(()) => self.settle(IMPORT_IN_FLIGHT_MAX - 1).await,
            Err(error) => self.told(row.number, error),
        }
    }

    /// Decides on a row and sends it to the log.
    async fn begin(&mut self, row: u32, request: StartRequest) -> Result<(), EngineError> {
        let (inner, import) = (&self.engine.inner, self.import);
        let definition = &import.map.workflow;
        let key = request.act.idempotency_key.as_deref();
        let key = key.map(|key| streams::start_key(&definition.reference.name, key));
        if inner.first_answer(key.as_ref()).await?.is_some() {
            self.counts.known += 1;
            return Ok(());
        }
        let order = inner.request(&request.act).await?;
        let last = self.last_serial(order.occurred_at).await?;
        let named = inner.name_case(definition, &request.case, order.occurred_at, last);
        let (case, number) = named.await?;
        let serial = number.as_ref().and_then(serial_of);
        let imported = Imported {
            sha256: import.sha256.clone(),
            sheet: import.sheet.clone(),
            row,
            map: import.map.name.clone(),
        };
        let command = StartCase { case, imported: Some(imported.clone()), request: order };
        let starting = inner.decide_start(definition, command, number, key).await?;
        self.serials.extend(serial);
        match import.dry_run {
            true => self.would_be(starting).await?,
            false => {
                self.send(InFlight {
                    row,
                    request,
                    imported,
                    recorded: recorded(self.engine.clone(), starting),
                })
                .await
            }
        }
        Ok(())
    }

    /// The last serial of the year of a case, if numbers of it are on their way.
    async fn last_serial(&self, at: DateTime<Utc>) -> Result<Option<StreamVersion>, EngineError> {
        let definition: &Definition = &self.import.map.workflow;
        let Some(format) = &definition.number else { return Ok(None) };
        let stream = streams::numbers(
            &definition.reference.name,
            format.counts_by_year().then(|| super::cases::year_of(at)),
        )?;
        Ok(self.serials.get(&stream).copied())
    }

    /// In a dry run nothing tells by a conflict that there is a case of that name.
    async fn would_be(&mut self, starting: Starting) -> Result<(), EngineError> {
        let stream = streams::case(&starting.case)?;
        if self.engine.inner.log.stream_version(&stream).await? != StreamVersion::NONE {
            return Err(exists(starting.case).into());
        }
        self.counts.new += 1;
        Ok(())
    }

    /// Lets the log have a row, before it is answered: what is asked for first stands first in its line.
    async fn send(&mut self, mut row: InFlight) {
        let answered = poll_fn(|context| Poll::Ready(row.recorded.as_mut().poll(context))).await;
        if let Poll::Ready(answer) = answered {
            row.recorded = Box::pin(async { answer });
        }
        self.in_flight.push_back(row);
    }

    /// Waits until no more than so many rows are on their way.
    async fn settle(&mut self, max: usize) -> Result<(), EngineError> {
        while self.in_flight.len() > max {
            let Some(row) = self.in_flight.pop_front() else { break };
            let InFlight { row, request, imported, recorded } = row;
            let accepted = match recorded.await {
                Ok(Some(accepted)) => Ok(accepted),
                // Somebody else took the number: those behind it on their way meet the same, and are asked for again.
                Ok(None) => {
                    self.serials.clear();
                    self.engine.start_from(&request, Some(&imported)).await
                }
                Err(error) => Err(error),
            };
            match accepted {
                Ok(accepted) if accepted.repeated => self.counts.known += 1,
                Ok(_) => self.counts.new += 1,
                Err(error) => self.told(row, error)?,
            }
        }
        Ok(())
    }

    /// A refusal is of its row alone; anything else ends the import.
    fn told(&mut self, row: u32, error: EngineError) -> Result<(), EngineError> {
        match error {
            EngineError::Refused(refusal) => {
                let faults = self.import.map.refused(&refusal);
                self.refuse(row, faults);
                Ok(())
            }
            EngineError::Definition(_)
            | EngineError::Calendar(_)
            | EngineError::Plan(_)
            | EngineError::Report(_)
            | EngineError::Identifier(_)
            | EngineError::Store(_) => Err(error),
        }
    }

    fn refuse(&mut self, row: u32, faults: Vec<RowFault>) {
        self.counts.refused += 1;
        (self.told)(RefusedRow { row, faults });
    }
}

fn recorded(engine: Engine, starting: Starting) -> Recorded {
    Box::pin(async move { engine.inner.record_start(starting).await })
}

/// The counter that a number is taken from, and what it stands at then.
fn serial_of(number: &StreamAppend) -> Option<(StreamId, StreamVersion)> {
    let ExpectedVersion::Exact(last) = number.expected else { return None };
    Some((number.stream.clone(), last.next()))
}
