//! From what is known of a log to the table of a report.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use dure_storage::merkle::Hash;
use serde_json::{Value as Json, json};

use super::chronicle::{Chronicle, Run};
use super::definition::{Bindings, Report, Subject};
use super::rows::{About, Rows, TooMany};
use super::sheet::Sheet;
use super::subject::{self, Beside};
use super::table::Table;
use super::words::Lexicon;
use crate::model::account::{Account, AccountRef};
use crate::model::definition::Definition;
use crate::model::names::{CaseId, Name, PersonId, Text, WorkflowRef};
use crate::model::people::Person;
use crate::model::refusal::Why;
use crate::time::Calendar;

/// What a report is made of: the log up to a moment, folded.
#[derive(Debug, Default)]
pub struct Material {
    /// The time it is as of.
    pub at: DateTime<Utc>,
    /// How many events it is made of.
    pub events: u64,
    /// The cases the report is about.
    pub cases: BTreeMap<CaseId, Chronicle>,
    /// The accounts.
    pub accounts: BTreeMap<AccountRef, Account>,
    /// Everybody.
    pub people: BTreeMap<PersonId, Person>,
    /// The calendars, each in its latest version.
    pub calendars: BTreeMap<Name, Calendar>,
    /// The workflows of the cases, and those they call.
    pub definitions: BTreeMap<WorkflowRef, Arc<Definition>>,
    /// Cases with events that this program cannot read, and why.
    pub unreadable: BTreeMap<CaseId, String>,
}

impl Material {
    /// The table of a report; `root` is the Merkle root of the events it is made of.
    ///
    /// # Errors
    /// `E-report-too-large` if it would have too many rows or columns.
    pub fn table(&self, report: &Report, root: Hash) -> Result<Table, Why> {
        let mut rows = Rows::of(report, self.at);
        let too_many = |TooMany(max)| Why::ReportTooLarge { max };
        match &report.subject {
            Subject::Cases(names) => self.runs(report, Some(names), &mut rows).map_err(too_many)?,
            Subject::AllCases => self.runs(report, None, &mut rows).map_err(too_many)?,
            Subject::Accounts(names) => {
                self.of_accounts(report, names, &mut rows).map_err(too_many)?
            }
            Subject::People => self.of_people(report, &mut rows).map_err(too_many)?,
        }
        for (case, reason) in &self.unreadable {
            let text = Text { ko: reason.as_str().into(), en: reason.as_str().into() };
            rows.notice(case.as_str(), "", text);
        }
        let (notices, noticed) = (std::mem::take(&mut rows.notices), rows.noticed);
        let mut sheet = match report.is_grouped() {
            true => Sheet::grouped(report, rows.rows)?,
            false => Sheet::plain(report, rows.rows),
        };
        sheet.sort();
        let mut foot = sheet.foot();
        let numbered = sheet.number(&mut foot);
        let headings = sheet.slots.iter().map(|slot| slot.heading(report));
        let columns = numbered.into_iter().chain(headings).collect();
        Ok(Table {
            report: report.name.clone(),
            title: report.title.clone(),
            answers: report.answers.clone(),
            audience: report.audience,
            at: self.at,
            events: self.events,
            root,
            columns,
            rows: sheet.rows,
            foot,
            notices,
            noticed,
        })
    }

    fn runs(
        &self,
        report: &Report,
        names: Option<&[Name]>,
        rows: &mut Rows<'_>,
    ) -> Result<(), TooMany> {
        let (titles, subjects) = (self.titles(), self.subjects(report));
        let wanted = |run: &&Run| names.is_none_or(|names| names.contains(&run.workflow.name));
        for (id, chronicle) in &self.cases {
            for run in chronicle.runs.iter().filter(wanted) {
                let Some(frame) = chronicle.frame(run) else { continue };
                let Some(binding) = report.binding(&run.workflow) else {
                    rows.notice(id.as_str(), "", unknown_version(&run.workflow));
                    continue;
                };
                let definition = self.definitions.get(&run.workflow).map(Arc::as_ref);
                let calendar = definition.and_then(|known| known.calendar.as_ref());
                let calendar = calendar.and_then(|name| self.calendars.get(name));
                let beside = Beside { now: self.at, people: &self.people, calendar };
                let case = subject::case(chronicle, run, &beside, &report.histories);
                let starter = chronicle.case.as_ref().map(|case| case.starter.as_str());
                let empty = serde_json::Map::new();
                let about = About {
                    id: id.as_str(),
                    subject: ("case", &case),
                    frame: Some((frame, definition.map_or(&empty, |d| &d.settings))),
                    starter: json!({"id": starter}),
                };
                let words = Lexicon {
                    definition,
                    people: &self.people,
                    workflows: &titles,
                    cases: &subjects,
                };
                rows.add(&about, binding, &words)?;
            }
        }
        Ok(())
    }

    fn of_accounts(
        &self,
        report: &Report,
        names: &[Name],
        rows: &mut Rows<'_>,
    ) -> Result<(), TooMany> {
        let wanted = |name: &Name| names.is_empty() || names.contains(name);
        let known = self.accounts.values().filter(|known| wanted(&known.account.name));
        let facts = known.map(|known| (known.account.to_string(), subject::account(known)));
        self.beside_cases(report, "account", facts, rows)
    }

    fn of_people(&self, report: &Report, rows: &mut Rows<'_>) -> Result<(), TooMany> {
        let known = self.people.values();
        let facts = known.map(|known| (known.id.to_string(), subject::person(known, self.at)));
        self.beside_cases(report, "person", facts, rows)
    }

    /// Rows of what is no case, each by its id and its facts.
    fn beside_cases(
        &self,
        report: &Report,
        name: &'static str,
        facts: impl Iterator<Item = (String, Json)>,
        rows: &mut Rows<'_>,
    ) -> Result<(), TooMany> {
        let Bindings::One(binding) = &report.bound else { return Ok(()) };
        let (titles, subjects) = (self.titles(), self.subjects(report));
        let words = Lexicon {
            definition: None,
            people: &self.people,
            workflows: &titles,
            cases: &subjects,
        };
        for (id, facts) in facts {
            let subject = (name, &facts);
            let about = About { id: &id, subject, frame: None, starter: Json::Null };
            rows.add(&about, binding, &words)?;
        }
        Ok(())
    }

    /// What the cases are about, where the report shows that.
    fn subjects(&self, report: &Report) -> BTreeMap<String, Text> {
        let known = self.cases.values().filter(|_| report.names_cases());
        let subject = |chronicle: &Chronicle| {
            let case = chronicle.case.as_ref()?;
            let text: Arc<str> =
                self.definitions.get(&case.frame.workflow)?.subject_of(case)?.into();
            Some((case.id.to_string(), Text { ko: text.clone(), en: text }))
        };
        known.filter_map(subject).collect()
    }

    fn titles(&self) -> BTreeMap<String, Text> {
        let title = |(reference, definition): (&WorkflowRef, &Arc<Definition>)| {
            (reference.name.to_string(), definition.title.clone())
        };
        self.definitions.iter().map(title).collect()
    }
}

fn unknown_version(workflow: &WorkflowRef) -> Text {
    Text {
        ko: format!("이 프로그램은 {workflow}을(를) 읽을 수 없습니다").into(),
        en: format!("this program cannot read {workflow}").into(),
    }
}
