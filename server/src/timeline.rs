//! The audit timeline as people read it: a header, then one line per act.

use dure_engine::Engine;
use dure_engine::model::address::{BlockPath, StepPath};
use dure_engine::model::case::{Case, Status};
use dure_engine::runtime::TimelineEntry;
use dure_engine::runtime::projection::timeline::{Did, Entered};
use dure_storage::Lang;

use crate::failure::Failure;
use crate::moment::{self, day, minute, recorded_late};
use crate::sheet::Sheet;
use crate::titles::{Titles, person};
use crate::words;

/// The timeline of a case as text.
///
/// # Errors
/// If the definition or the events cannot be read.
pub async fn text(
    engine: &Engine,
    case: &Case,
    entries: &[TimelineEntry],
    lang: Lang,
) -> Result<String, Failure> {
    let titles = Titles::ever(engine, case, lang).await?;
    let delay = Delay::of(entries);
    let mut sheet = Sheet::plain();
    for (index, entry) in entries.iter().enumerate() {
        let mut cells = vec![format!("{:>2}", index + 1), minute(entry.occurred_at)];
        if let Delay::Each = delay {
            cells.push(recorded(entry, lang));
        }
        cells.push(what(entry, &titles, lang));
        cells.push(who(engine, entry, &titles, lang).await);
        cells.push(rest(entry, &titles, lang));
        sheet.row(cells);
    }
    let heading = heading(case, entries.len(), &titles, lang) + &delay.told(lang);
    Ok(format!("{heading}\n{}", sheet.render()))
}

/// Number, title, status and number of acts of a case.
fn heading(case: &Case, acts: usize, titles: &Titles, lang: Lang) -> String {
    let (title, status) = (titles.workflow(), status(case, titles, lang));
    format!("{}  {title} · {status} · {}", case.id, words::acts(lang, acts))
}

/// Open, or closed by an end.
pub fn status(case: &Case, titles: &Titles, lang: Lang) -> String {
    match &case.status {
        Status::Open => words::OPEN.get(lang).to_owned(),
        Status::Closed { outcome, .. } => {
            format!("{}: {}", words::CLOSED.get(lang), titles.end(outcome))
        }
    }
}

/// How what was recorded late is shown.
enum Delay {
    /// Nothing was.
    None,
    /// Everything was, on one day: said once.
    All(String),
    /// Beside each entry.
    Each,
}

impl Delay {
    fn of(entries: &[TimelineEntry]) -> Delay {
        let late = |entry: &&TimelineEntry| recorded_late(entry.occurred_at, entry.recorded_at);
        match entries.iter().filter(late).count() {
            0 => Delay::None,
            count if count == entries.len() => {
                let mut days = entries.iter().map(|entry| day(entry.recorded_at));
                let first = days.next().unwrap_or_default();
                if days.all(|day| day == first) { Delay::All(first) } else { Delay::Each }
            }
            _ => Delay::Each,
        }
    }

    fn told(&self, lang: Lang) -> String {
        match self {
            Delay::None | Delay::Each => String::new(),
            Delay::All(day) => format!(" · {}", words::all_recorded(lang, day)),
        }
    }
}

fn recorded(entry: &TimelineEntry, lang: Lang) -> String {
    match recorded_late(entry.occurred_at, entry.recorded_at) {
        true => format!("({} {})", words::RECORDED.get(lang), minute(entry.recorded_at)),
        false => String::new(),
    }
}

/// What was done.
pub fn what(entry: &TimelineEntry, titles: &Titles, lang: Lang) -> String {
    match &entry.did {
        Did::Started => words::STARTED.get(lang).to_owned(),
        Did::Acted { action } => titles.action(action),
        Did::Completed { step, outcome } => match titles.outcome(step, outcome) {
            Some(outcome) => format!("{}: {outcome}", titles.step(step)),
            None => titles.step(step),
        },
        Did::Answered { step, outcome, .. } => match titles.outcome(step, outcome) {
            Some(outcome) => format!("{}: {outcome}", titles.step(step)),
            None => titles.step(step),
        },
        Did::EffectFailed { step, attempts, parked, .. } => {
            format!("{}: {}", titles.step(step), words::effect_failed(lang, *attempts, *parked))
        }
        Did::EffectRetried { step } => {
            format!("{}: {}", titles.step(step), words::TRY_AGAIN.get(lang))
        }
        Did::TimerFired { step, does } => {
            format!("{}: {}", titles.step(step), words::timer(lang, does))
        }
        Did::Received { message, .. } => format!("{}: {message}", words::RECEIVED.get(lang)),
        Did::Changed { step, change } => {
            format!("{}: {}", titles.step(step), words::task_change(lang, change))
        }
        Did::DuesMoved { calendar, version } => {
            format!("{}: {calendar} v{version}", words::DUES_MOVED.get(lang))
        }
        Did::Migrated { to, .. } => words::goes_on_under(lang, to.version),
    }
}

/// Who did it, in which role and for whom.
pub async fn who(engine: &Engine, entry: &TimelineEntry, titles: &Titles, lang: Lang) -> String {
    let Some(by) = &entry.by else { return nobody(entry, lang) };
    let name = person(engine, by, lang).await;
    let root = BlockPath::root();
    let block = match &entry.did {
        Did::Started | Did::Received { .. } | Did::DuesMoved { .. } | Did::Migrated { .. } => &root,
        Did::Completed { step, .. }
        | Did::Answered { step, .. }
        | Did::EffectFailed { step, .. }
        | Did::EffectRetried { step }
        | Did::TimerFired { step, .. }
        | Did::Changed { step, .. } => &step.block,
        Did::Acted { action } => &action.block,
    };
    let role = entry.role.as_ref().map(|role| titles.role(block, role));
    let mut who = match role {
        Some(role) if !name.contains(&role) => format!("{name}, {role}"),
        Some(_) | None => name,
    };
    if let (Some(authority), Some(other)) = (entry.authority, &entry.on_behalf_of) {
        let other = person(engine, other, lang).await;
        who.push_str(&format!(" ({})", words::in_place(lang, authority, &other)));
    }
    who
}

/// What moved the case where no person did.
fn nobody(entry: &TimelineEntry, lang: Lang) -> String {
    match &entry.did {
        Did::Answered { handler, .. } | Did::EffectFailed { handler, .. } => handler.to_string(),
        Did::Received { from: Some(case), .. } => case.to_string(),
        Did::DuesMoved { calendar, .. } => calendar.to_string(),
        Did::Started
        | Did::Completed { .. }
        | Did::Acted { .. }
        | Did::TimerFired { .. }
        | Did::EffectRetried { .. }
        | Did::Received { from: None, .. }
        | Did::Changed { .. }
        | Did::Migrated { .. } => words::CLOCK.get(lang).to_owned(),
    }
}

/// The reason, what began to wait, flags, and the end.
fn rest(entry: &TimelineEntry, titles: &Titles, lang: Lang) -> String {
    let because = match &entry.did {
        Did::Migrated { because: Some(because), .. } => Some(because.get(lang)),
        _ => entry.reason.as_deref(),
    };
    let reason = because.map(words::quoted);
    let from = entry.imported.as_ref().map(|imported| words::imported_from(lang, imported));
    let waits: Vec<String> =
        entry.entered.iter().map(|entered| waiting(entered, titles, lang)).collect();
    let waits = (!waits.is_empty()).then(|| format!("→ {}", waits.join("; ")));
    let closed = entry.closed.as_ref();
    let closed = closed.map(|end| format!("→ {}: {}", words::CLOSED.get(lang), titles.end(end)));
    let raised = flags(words::FLAG_RAISED, &entry.raised, titles, lang);
    let cleared = flags(words::FLAG_CLEARED, &entry.cleared, titles, lang);
    [reason, from, waits, raised, cleared, closed]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join("  ")
}

fn flags(word: words::Word, flags: &[StepPath], titles: &Titles, lang: Lang) -> Option<String> {
    let names: Vec<String> = flags.iter().map(|flag| titles.flag(flag)).collect();
    (!names.is_empty()).then(|| format!("{}: {}", word.get(lang), names.join(", ")))
}

fn waiting(entered: &Entered, titles: &Titles, lang: Lang) -> String {
    let title = titles.step(&entered.step);
    match entered.due {
        Some(due) => format!("{title}, {}", words::due(lang, &moment::due(due))),
        None => title,
    }
}
