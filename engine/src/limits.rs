//! Every bound of this crate outside the expression language and the YAML reader, with its unit and reason (I14).

/// Characters of a name, case number or person id: they stand in every event and in every address.
pub const IDENTIFIER_CHARS_MAX: usize = 64;
/// Bytes of the key of an account: with its name it must fit the name of a stream.
pub const ACCOUNT_KEY_BYTES_MAX: usize = 120;
/// Automatic steps one act may run through before it is taken for an endless loop.
pub const AUTOMATIC_STEPS_MAX: usize = 1_000;
/// Calls within calls: a deeper tree could not be shown to a person.
pub const CALL_DEPTH_MAX: usize = 8;
/// Blocks within blocks of one workflow file.
pub const BLOCK_DEPTH_MAX: usize = 8;
/// Ways in which the branches of one step may end that the checker goes through; past them it only counts.
pub const CHECKED_ENDINGS_MAX: usize = 1_000;
/// Steps of one workflow, all blocks together.
pub const STEPS_MAX: usize = 500;
/// Flags of one workflow: each is asked after every act.
pub const FLAGS_MAX: usize = 50;
/// Bytes of the definition text one event carries; larger ones continue in further events of the same commit.
pub const DEFINITION_PART_BYTES: usize = 16 * 1024;
/// Bytes of a definition: all its parts must fit one commit.
pub const DEFINITION_BYTES_MAX: usize = 1024 * 1024;
/// Bytes of the payload of one event, leaving room for the envelope within the log's own bound.
pub const EVENT_DATA_BYTES_MAX: usize = 62_000;
/// Bytes of a reason a person writes.
pub const REASON_BYTES_MAX: usize = 8_000;
/// Bytes of a form as it arrives: it has to fit one event beside its consequences.
pub const FORM_BYTES_MAX: usize = 256 * 1024;
/// Violations of a form that are listed; more would not be read.
pub const VIOLATIONS_MAX: usize = 50;
/// Times a command reloads and decides again after somebody else was first (I7).
pub const DECIDE_ATTEMPTS_MAX: usize = 32;
/// Roles one person may hold.
pub const PERSON_ROLES_MAX: usize = 64;
/// Cases kept folded in memory; the rest are loaded again from snapshot and tail.
pub const CASE_CACHE_MAX: usize = 16_384;
/// Persons kept folded in memory.
pub const PERSON_CACHE_MAX: usize = 16_384;
/// Accounts kept folded in memory; the rest are loaded again from snapshot and tail.
pub const ACCOUNT_CACHE_MAX: usize = 16_384;
/// Locks by which callers of this process take turns on accounts: few collide among so many.
pub const ACCOUNT_LINES: usize = 256;
/// Events a loader or projector reads at once.
pub const READ_PAGE_EVENTS: usize = 512;
/// Changed rows a view holds in memory before it writes them.
pub const VIEW_DIRTY_ROWS_MAX: usize = 8_192;
/// Events a view consumes at most between two writes of its position.
pub const VIEW_FLUSH_EVENTS: u64 = 50_000;
/// Rows one page of a view has at most.
pub const VIEW_PAGE_ROWS_MAX: usize = 1_000;
/// Ledger lines one row of the accounts view holds: a row is rewritten whole, so it must stay small.
pub const LEDGER_ROW_ENTRIES: u32 = 32;
/// Timeline entries one row of the timeline view holds: a row is rewritten whole, so it must stay small.
pub const TIMELINE_ROW_ENTRIES: usize = 32;
/// Units a span may count: a thousand years of working hours would overflow nothing after it.
pub const SPAN_UNITS_MAX: u32 = 100_000;
/// Days up to which the civil-petition rule counts a period in working hours (민원 처리에 관한 법률 제19조).
pub const CIVIL_DAYS_IN_HOURS_MAX: u32 = 5;
/// Years a calendar may cover: longer than any case runs, and walked day by day in milliseconds.
pub const CALENDAR_YEARS_MAX: i32 = 200;
/// Days without work in a row that a calendar may have: more is a mistake, and counting would not get on.
pub const CALENDAR_IDLE_DAYS_MAX: u32 = 100;
/// Times a clock may stand still that are written down beside a due, which stands in every event that moves it.
pub const DUE_PAUSES_MAX: usize = 100;
/// Bytes of a recurrence rule: the longest that says something has a few hundred.
pub const RECURRENCE_RULE_BYTES_MAX: usize = 1_000;
/// Years within which a recurrence has to match a day: 29 February on a certain day of the week may take forty.
pub const RECURRENCE_YEARS_MAX: u32 = 50;
/// Days that match a recurrence looked at for one that is not without work.
pub const RECURRENCE_OCCURRENCES_MAX: usize = 500;
/// Items of a list a step repeats a block for: each is a branch of the case that has to be kept in memory.
pub const ITEMS_MAX: usize = 1_000;
/// Messages that wait in a case for something to wait for them.
pub const MAILBOX_MAX: usize = 100;
/// Cases one act may start or tell something, each starting and telling in turn.
pub const CASES_TOUCHED_MAX: usize = 32;
/// Facts from outside the case that one decision may ask for, one after the other.
pub const FACTS_MAX: usize = 256;
/// Timers that may have to fire before an act that comes after them.
pub const TIMERS_BEFORE_ACT_MAX: usize = 1_000;
/// Absences of one person that are kept: forty a year for ten years.
pub const PERSON_ABSENCES_MAX: usize = 400;
/// Grants of roles to one person that are kept, ended ones too: two a year for each of five roles over forty years.
pub const PERSON_GRANTS_MAX: usize = 400;
/// Bytes of a scope (a region, library or unit): as much as the key of an account, which often is one.
pub const SCOPE_BYTES_MAX: usize = 120;
/// People listed for one task as able to do it: more would not be read.
pub const TASK_PEOPLE_MAX: usize = 100;
/// Characters of a text in a drawing: a longer one would make a box that fits no page; the file has the whole.
pub const GRAPH_TEXT_CHARS_MAX: usize = 80;
/// Characters of a condition in a drawing: enough to know which it is.
pub const GRAPH_GUARD_CHARS_MAX: usize = 40;
/// Times the rows of a drawing are sorted anew: more change next to nothing.
pub const GRAPH_SWEEPS: usize = 12;
/// Rows a line of a drawing may pass; one that goes farther names its step instead, which the eye finds sooner.
pub const GRAPH_LINE_ROWS_MAX: usize = 2;
/// Rows a line that leads back may pass: it has to go round its boxes, so that few are borne.
pub const GRAPH_BACK_ROWS_MAX: usize = 1;
/// Columns the main block of a drawing is folded into, to fit a page.
pub const GRAPH_COLUMNS_MAX: usize = 8;
/// Attempts at an effect before it is parked for a person: with the pauses between them some forty minutes.
pub const EFFECT_ATTEMPTS_MAX: u32 = 8;
/// Seconds to wait after the first failure of an effect; each further one doubles it.
pub const EFFECT_PAUSE_SECONDS_FIRST: i64 = 10;
/// Seconds to wait between two attempts at most: a receiver that is back is found within an hour.
pub const EFFECT_PAUSE_SECONDS_MAX: i64 = 3_600;
/// Bytes kept of what a failed handler said: enough for the reason, too little for a dump.
pub const EFFECT_ERROR_BYTES_MAX: usize = 1_000;
/// Effects performed at the same time by one runner.
pub const EFFECTS_AT_ONCE_MAX: usize = 8;
/// Seconds a handler may take; then the attempt counts as failed.
pub const EFFECT_SECONDS_MAX: u64 = 300;
/// Effects one worker claims at once.
pub const CLAIM_EFFECTS_MAX: usize = 100;
/// Seconds a lease lasts at most before it has to be extended.
pub const LEASE_SECONDS_MAX: u64 = 3_600;
/// Places in which the people of a simulation hold their roles: two differ, and a third belongs to nobody's case.
pub const SIMULATION_PLACES: usize = 3;
/// People who have to agree in one quorum for whom a simulation makes a cast: each holds every role.
pub const SIMULATION_QUORUM_MAX: u32 = 40;
/// Items of a list that a simulation fills in where more are allowed: each may be a branch.
pub const SIMULATION_ITEMS_MAX: usize = 30;
/// Characters of a text that a simulation fills in where more are allowed.
pub const SIMULATION_TEXT_CHARS: usize = 200;
/// Times a form is filled in anew until its schema allows it.
pub const SIMULATION_VALUE_TRIES: usize = 20;
/// Acts of one simulated run before it counts as one that does not end.
pub const SIMULATION_ACTS_MAX: usize = 3_000;
/// Refusals in a row after which every act that can be thought of is tried, one after the other.
pub const SIMULATION_REFUSALS_IN_A_ROW: usize = 80;
/// Forms that are tried for each act and person before an act counts as one that cannot be done.
pub const SIMULATION_FORMS_PER_ACT: usize = 40;
/// Cases that one simulated run follows: that which it started and those started in turn.
pub const SIMULATION_CASES_MAX: usize = 64;
/// Failed runs of a simulation that are told in full.
pub const SIMULATION_FAILURES_TOLD: usize = 10;
/// People who join in one simulated run once rules of four eyes have used up everybody else.
pub const SIMULATION_NEWCOMERS_MAX: u64 = 50;
/// Things somebody tries on one visit to a case of simulated years before they come back another time.
pub const SIMULATION_TRIES_PER_VISIT: usize = 8;
/// Days in a row on which nobody works before a sample looks no further for a working day.
pub const SAMPLE_DAYS_OFF_MAX: u64 = 60;
/// People of a sample who try one deed, one after the other, before another is tried.
pub const SAMPLE_ACTORS_PER_DEED: usize = 12;
/// Forms one of them tries: what the rules of a form ask for is in the hints, or chance meets it soon.
pub const SAMPLE_FORMS_PER_ACTOR: usize = 6;
/// Refusals of one deed that are not for the person's sake, after which another deed is tried.
pub const SAMPLE_REFUSALS_PER_DEED: usize = 18;
/// Times that somebody tries to begin a case of a sample.
pub const SAMPLE_STARTS_TRIED: usize = 12;
/// Visits on which nothing could be done about a step of a sample, each a day later than the one before, before it is left
/// to the clock: three months.
pub const SAMPLE_VISITS_IN_VAIN: u32 = 12;
/// Timers that fire while one line of a scenario is reached: ten years of a case that wakes every working hour.
pub const SCENARIO_TIMERS_PER_LINE_MAX: usize = 20_000;
/// People that are looked at when a workflow is checked against those who are known: past that there are enough.
pub const CHECKED_PEOPLE_MAX: usize = 100_000;
/// Rows a report may have before those are taken together that have the same values: past it a person asks for less.
pub const REPORT_ROWS_MAX: usize = 500_000;
/// Items a report may go through, those included that `where` leaves out: lists within lists multiply.
pub const REPORT_ITEMS_MAX: usize = 20_000_000;
/// Columns a report may part its measures into: more do not fit a sheet of paper.
pub const REPORT_PARTS_MAX: usize = 60;
/// Characters of what a case is about that are shown: more do not fit a line of a list.
pub const SUBJECT_CHARS_MAX: usize = 60;
/// Things a report could not show that are told in full.
pub const REPORT_NOTICES_MAX: usize = 20;
/// Webhooks that may be registered: each is told of every event, so a run costs as many deliveries.
pub const WEBHOOKS_MAX: usize = 100;
/// Events of one webhook that are parked before no more are sent: its receiver is gone, and its state must stay small.
pub const WEBHOOK_PARKED_MAX: usize = 100;
/// Workflows, or types of events, that one webhook may name.
pub const WEBHOOK_FILTERS_MAX: usize = 100;
/// Bytes of a webhook's address: what every server takes.
pub const WEBHOOK_URL_BYTES_MAX: usize = 2_000;
/// Bytes of a webhook's secret at least, by the Standard Webhooks convention.
pub const WEBHOOK_SECRET_BYTES_MIN: usize = 24;
/// Bytes of a webhook's secret at most, by the Standard Webhooks convention.
pub const WEBHOOK_SECRET_BYTES_MAX: usize = 64;
/// Secrets that sign at the same time: the old one and the new one.
pub const WEBHOOK_SECRETS_MAX: usize = 2;
/// Rows of an import whose cases are on their way to the log at once: enough for large groups, and little memory.
pub const IMPORT_IN_FLIGHT_MAX: usize = 256;
/// First year a day of a sheet may lie in: an earlier one is a year of two digits, or a mistake.
pub const IMPORT_YEAR_MIN: i32 = 1900;
/// Last year a day of a sheet may lie in: as far as spreadsheets count is a mistake.
pub const IMPORT_YEAR_MAX: i32 = 2199;
