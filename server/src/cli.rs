//! The spellings of every command and option. Parses only: what a command does stands under `commands`.

use std::path::PathBuf;

use chrono::{DateTime, Utc};
use clap::{Args, Parser, Subcommand, ValueEnum};
use dure_engine::model::names::Name;
use dure_engine::runtime::Moment;
use dure_engine::time::Span;

use crate::input;
use crate::limits::{
    BENCH_CALLERS_MAX, BENCH_CASES_MAX, BENCH_CHECKED_STEPS_MAX, BENCH_ROUNDS_MAX, BENCH_STEPS_MAX,
    BENCH_YEARS_MAX, DEMO_DISTRICTS_MAX, LEDGER_ENTRIES_DEFAULT, SIMULATION_RUNS_MAX,
    TAIL_EVENTS_DEFAULT,
};

/// Event-sourced workflows for work that people do together.
#[derive(Debug, Parser)]
#[command(name = "dure", version, arg_required_else_help = true)]
pub struct Cli {
    /// Options that may stand anywhere.
    #[command(flatten)]
    pub global: Global,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// Options that may stand anywhere.
#[derive(Debug, Args)]
pub struct Global {
    /// Data folder.
    #[arg(long, global = true, value_name = "DIR", default_value = "./dure-data")]
    pub data: PathBuf,
    /// Print JSON: one document, or one per line for lists and exports.
    #[arg(long, global = true)]
    pub json: bool,
    /// Language of titles and messages; by default that of the environment.
    #[arg(long, global = true, value_enum)]
    pub lang: Option<Language>,
    /// Person who acts; DURE_AS if not given.
    #[arg(long = "as", global = true, value_name = "PERSON")]
    pub person: Option<String>,
}

/// A language of the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Language {
    /// Korean.
    Ko,
    /// English.
    En,
}

/// A family of commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Play the sample cases from first step to closing, and show them; or make a year of a district, or years of many.
    Demo(DemoArgs),
    /// Workflows: the rules.
    #[command(subcommand)]
    Workflow(WorkflowCommand),
    /// Cases: the work.
    #[command(subcommand)]
    Case(CaseCommand),
    /// Bring a spreadsheet in as cases.
    #[command(subcommand)]
    Import(ImportCommand),
    /// What a person may do now, oldest due first.
    Inbox,
    /// People who may act.
    #[command(subcommand)]
    Person(PersonCommand),
    /// Business calendars: working hours and holidays.
    #[command(subcommand)]
    Calendar(CalendarCommand),
    /// Reports: tables of what is and was; without a name, a list of them.
    Report(ReportArgs),
    /// Let every timer fire that is due by now: reminders, escalations, expiries, waits.
    Tick,
    /// Effects: what cases owe to handlers outside.
    #[command(subcommand)]
    Effect(EffectCommand),
    /// Webhooks: addresses that are told of events of cases.
    #[command(subcommand)]
    Webhook(WebhookCommand),
    /// Accounts: named quantities such as a budget, copies or seats.
    #[command(subcommand)]
    Account(AccountCommand),
    /// The append-only log.
    #[command(subcommand)]
    Log(LogCommand),
    /// Views: folds of the log kept ready to read.
    #[command(subcommand)]
    View(ViewCommand),
    /// Measure this machine.
    #[command(subcommand)]
    Bench(BenchCommand),
}

/// `dure import …`
#[derive(Debug, Subcommand)]
pub enum ImportCommand {
    /// A file of comma-separated values, in UTF-8 or CP949.
    Csv(ImportArgs),
    /// An Excel workbook (.xlsx).
    Xlsx(ImportArgs),
}

/// What an import of any kind of file needs.
#[derive(Debug, Args)]
pub struct ImportArgs {
    /// The file.
    pub file: PathBuf,
    /// Map that says what the columns mean.
    #[arg(long, value_name = "FILE")]
    pub map: PathBuf,
    /// Try every row and record nothing.
    #[arg(long)]
    pub dry_run: bool,
}

/// `dure report …`
#[derive(Debug, Args)]
pub struct ReportArgs {
    /// A report of this program, or a report file.
    #[arg(value_name = "NAME|FILE")]
    pub report: Option<String>,
    /// As of when: the position of an event, or what was recorded by a time; now, if not given.
    #[arg(long, value_name = "POSITION|TIME", value_parser = input::moment)]
    pub at: Option<Moment>,
    /// How it is written; by default as the ending of --output says, or as a table.
    #[arg(long, value_enum)]
    pub format: Option<ReportFormat>,
    /// File to write it to; standard output if not given.
    #[arg(long, value_name = "PATH", requires = "report")]
    pub output: Option<PathBuf>,
}

/// How a report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ReportFormat {
    /// Aligned columns, for a terminal.
    Table,
    /// Comma-separated values, for a spreadsheet.
    Csv,
    /// An Excel workbook.
    Xlsx,
    /// A page to print.
    Html,
    /// One JSON document.
    Json,
}

/// `dure workflow …`
#[derive(Debug, Subcommand)]
pub enum WorkflowCommand {
    /// List what is published.
    List,
    /// Show a published workflow.
    Show {
        /// Its name.
        name: String,
        /// Its version; the latest if not given.
        #[arg(long)]
        version: Option<u32>,
    },
    /// Check a workflow file; nothing is recorded.
    Check {
        /// The file.
        file: PathBuf,
        /// Files of workflows it calls that are not published, in the order of their calls.
        #[arg(long, value_name = "FILE")]
        with: Vec<PathBuf>,
        /// File of the people who have to suffice for it; those of the data folder, if there is one.
        #[arg(long, value_name = "FILE")]
        people: Option<PathBuf>,
        /// As of when they have to suffice; now, if not given.
        #[arg(long, value_name = "TIME", value_parser = input::time)]
        at: Option<DateTime<Utc>>,
    },
    /// Print the JSON Schema of the workflow language, for editors.
    Schema,
    /// Print the page of a workflow for the people who do the work, as Markdown.
    Page {
        /// A file, or the name of a published workflow.
        #[arg(value_name = "FILE|NAME")]
        workflow: String,
        /// Version of a published workflow; the latest if not given.
        #[arg(long)]
        version: Option<u32>,
        /// Files of workflows it calls that are not published, in the order of their calls.
        #[arg(long, value_name = "FILE")]
        with: Vec<PathBuf>,
    },
    /// Draw a workflow: for Markdown, for Graphviz, or as a picture to print.
    Graph {
        /// A file, or the name of a published workflow.
        #[arg(value_name = "FILE|NAME")]
        workflow: String,
        /// Version of a published workflow; the latest if not given.
        #[arg(long)]
        version: Option<u32>,
        /// The format; Mermaid if none is given.
        #[command(flatten)]
        format: GraphFormat,
        /// Files of workflows it calls that are not published, in the order of their calls.
        #[arg(long, value_name = "FILE")]
        with: Vec<PathBuf>,
        /// File to write it to; standard output if not given.
        #[arg(long, value_name = "PATH")]
        output: Option<PathBuf>,
    },
    /// Play scenario files on an engine in memory and hold what comes against what they expect; nothing is recorded.
    Scenario(ScenarioArgs),
    /// Publish a workflow file; a published version never changes.
    Publish {
        /// The file.
        file: PathBuf,
    },
    /// Let running cases go on under another version, by a plan that is first tried on every one of them.
    #[command(group(clap::ArgGroup::new("mode").required(true).args(["dry_run", "apply"])))]
    Migrate {
        /// The plan.
        #[arg(long, value_name = "FILE")]
        plan: PathBuf,
        /// Try it on every running case; nothing is recorded, and a case that cannot go on makes the command fail.
        #[arg(long)]
        dry_run: bool,
        /// Apply it, as the person of --as; refused if there is a case that cannot go on.
        #[arg(long)]
        apply: bool,
        /// Apply it to those that can go on, and leave the others.
        #[arg(long, requires = "apply")]
        completable_only: bool,
    },
    /// Let random people do random things with its cases until they are closed; needs no data folder.
    Simulate(SimulateArgs),
}

/// `dure workflow simulate …`
#[derive(Debug, Clone, Args)]
pub struct SimulateArgs {
    /// A workflow file, or the name of a shipped workflow.
    #[arg(value_name = "FILE|NAME")]
    pub workflow: String,
    /// Files of workflows it calls that are not shipped, in the order of their calls.
    #[arg(long, value_name = "FILE")]
    pub with: Vec<PathBuf>,
    /// Files of the calendars it counts by.
    #[arg(long, value_name = "FILE")]
    pub calendar: Vec<PathBuf>,
    /// Files of hints: values for fields that chance would practically never meet.
    #[arg(long, value_name = "FILE")]
    pub hints: Vec<PathBuf>,
    /// Runs.
    #[arg(long, default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(1..=i64::from(SIMULATION_RUNS_MAX)))]
    pub runs: u32,
    /// Seed of all chance: the same seed gives the same runs.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Only the run of this number: to see one again that failed.
    #[arg(long, value_name = "NUMBER", conflicts_with = "runs", value_parser = clap::value_parser!(u64).range(..u64::from(SIMULATION_RUNS_MAX)))]
    pub only: Option<u64>,
}

/// How a graph is written down.
#[derive(Debug, Args)]
#[group(multiple = false)]
pub struct GraphFormat {
    /// A Mermaid flowchart, for Markdown.
    #[arg(long)]
    pub mermaid: bool,
    /// The language of Graphviz.
    #[arg(long)]
    pub dot: bool,
    /// An SVG picture, laid out to be printed.
    #[arg(long)]
    pub svg: bool,
}

/// `dure workflow scenario`
#[derive(Debug, Args)]
pub struct ScenarioArgs {
    /// The scenario files.
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Files of workflows that the scenarios call by their names alone; the shipped ones need not be given.
    #[arg(long, value_name = "FILE")]
    pub with: Vec<PathBuf>,
    /// Show which steps, outcomes, guards, timers, actions and ends no scenario took.
    #[arg(long)]
    pub coverage: bool,
    /// Fail if there are any.
    #[arg(long)]
    pub require_coverage: bool,
}

/// What an act brings beside its form.
#[derive(Debug, Args)]
pub struct ActArgs {
    /// Person who asked for it by phone, on paper or in person, if not the one who acts.
    #[arg(long = "for", value_name = "PERSON")]
    pub on_behalf_of: Option<String>,
    /// Absent person in whose place this is done, as their deputy.
    #[arg(long, value_name = "PERSON")]
    pub deputy_of: Option<String>,
    /// Form as a JSON file, or `-` for standard input.
    #[arg(long, value_name = "FILE")]
    pub form: Option<PathBuf>,
    /// When it happened, if not now: 2017-03-10T10:00:00+09:00, or '2017-03-10 10:00' in Seoul.
    #[arg(long, value_name = "TIME", value_parser = input::time)]
    pub at: Option<DateTime<Utc>>,
    /// Reason.
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// Idempotency key: the same request with the same key is recorded once.
    #[arg(long)]
    pub key: Option<String>,
}

/// `dure case …`
#[derive(Debug, Subcommand)]
pub enum CaseCommand {
    /// Start a case.
    Start {
        /// The workflow.
        workflow: String,
        /// Its number or name, for a workflow that does not number its cases.
        #[arg(long)]
        id: Option<String>,
        /// The act.
        #[command(flatten)]
        act: ActArgs,
    },
    /// Do something with a task short of completing it.
    Task {
        /// The case.
        id: String,
        /// The task.
        step: String,
        /// What.
        verb: TaskVerb,
        /// The other person.
        #[arg(long, value_name = "PERSON")]
        to: Option<String>,
        /// Refuse if the case has another version.
        #[arg(long, value_name = "VERSION")]
        expect: Option<u32>,
        /// The act.
        #[command(flatten)]
        act: ActArgs,
    },
    /// Send a message to a case; the form is what it says.
    Send {
        /// The case.
        id: String,
        /// The message.
        message: String,
        /// The act.
        #[command(flatten)]
        act: ActArgs,
    },
    /// List the cases, or those with a flag.
    List {
        /// Only those in which this flag is raised.
        #[arg(long, value_name = "NAME")]
        flag: Option<String>,
    },
    /// Show a case as it is now.
    Show {
        /// Its number.
        id: String,
    },
    /// Complete a step by an outcome.
    Do {
        /// The case.
        id: String,
        /// The step.
        step: String,
        /// The outcome.
        outcome: String,
        /// Refuse if the case has another version.
        #[arg(long, value_name = "VERSION")]
        expect: Option<u32>,
        /// The act.
        #[command(flatten)]
        act: ActArgs,
    },
    /// Take an action that is possible at any time.
    Act {
        /// The case.
        id: String,
        /// The action.
        action: String,
        /// Refuse if the case has another version.
        #[arg(long, value_name = "VERSION")]
        expect: Option<u32>,
        /// The act.
        #[command(flatten)]
        act: ActArgs,
    },
    /// Everything that was done, one line per act.
    Timeline {
        /// The case.
        id: String,
    },
    /// The approval sheet of a case, as a page to print.
    Sheet {
        /// The case.
        id: String,
        /// With what had happened by a time; now, if not given.
        #[arg(long, value_name = "TIME", value_parser = input::time)]
        at: Option<DateTime<Utc>>,
        /// File to write it to; standard output if not given.
        #[arg(long, value_name = "PATH")]
        output: Option<PathBuf>,
    },
    /// Why a case waits, or waited: who holds it, since when, and what they could do.
    Why {
        /// The case.
        id: String,
        /// At which time; now, if not given.
        #[arg(long, value_name = "TIME", value_parser = input::time)]
        at: Option<DateTime<Utc>>,
    },
}

/// `dure person …`
#[derive(Debug, Subcommand)]
pub enum PersonCommand {
    /// Add a person.
    Add {
        /// A pseudonymous id such as hub-07.
        id: String,
        /// A role, held everywhere or in one scope.
        #[arg(long = "role", value_name = "ROLE[@SCOPE]")]
        roles: Vec<String>,
        /// Korean title: a role and a number, never a real name.
        #[arg(long, value_name = "TEXT", requires = "title_en")]
        title_ko: Option<String>,
        /// English title.
        #[arg(long, value_name = "TEXT", requires = "title_ko")]
        title_en: Option<String>,
    },
    /// Register that a person is absent, and who acts in their place.
    Absent {
        /// The person.
        id: String,
        /// The first moment of the absence.
        #[arg(long, value_name = "TIME", value_parser = input::time)]
        from: DateTime<Utc>,
        /// The first moment after it.
        #[arg(long, value_name = "TIME", value_parser = input::time)]
        to: DateTime<Utc>,
        /// The person who acts meanwhile.
        #[arg(long, value_name = "PERSON")]
        deputy: String,
        /// Reason, without personal details.
        #[arg(long, value_name = "TEXT")]
        reason: Option<String>,
    },
    /// Record that a person is back before their absence ends; at its first moment, that it does not come to be.
    Back {
        /// The person.
        id: String,
        /// The first moment they are there again.
        #[arg(long, value_name = "TIME", value_parser = input::time)]
        at: DateTime<Utc>,
        /// Reason, without personal details.
        #[arg(long, value_name = "TEXT")]
        reason: Option<String>,
    },
    /// Give a person a role, for a time or for good.
    Grant {
        /// The person.
        id: String,
        /// The role, held everywhere or in one scope.
        #[arg(value_name = "ROLE[@SCOPE]")]
        role: String,
        /// The first moment they hold it; now, if not given.
        #[arg(long, value_name = "TIME", value_parser = input::time)]
        from: Option<DateTime<Utc>>,
        /// The first moment they do not hold it any more.
        #[arg(long, value_name = "TIME", value_parser = input::time)]
        until: Option<DateTime<Utc>>,
        /// Reason, without personal details.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// End a role that a person holds; at its first moment, it never came to be.
    End {
        /// The person.
        id: String,
        /// The role, with its scope if it has one.
        #[arg(value_name = "ROLE[@SCOPE]")]
        role: String,
        /// The first moment they do not hold it any more.
        #[arg(long, value_name = "TIME", value_parser = input::time)]
        at: DateTime<Utc>,
        /// Reason, without personal details.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Show what a person may do at a time, and everything recorded of them.
    Show {
        /// The person.
        id: String,
        /// When; now, if not given.
        #[arg(long, value_name = "TIME", value_parser = input::time)]
        at: Option<DateTime<Utc>>,
    },
    /// List the people, or those who hold a role at a time.
    List {
        /// Only those who hold this role.
        #[arg(long, value_name = "ROLE")]
        role: Option<String>,
        /// Only those who hold it in this scope, or everywhere.
        #[arg(long = "in", value_name = "SCOPE", requires = "role")]
        scope: Option<String>,
        /// When; now, if not given.
        #[arg(long, value_name = "TIME", value_parser = input::time, requires = "role")]
        at: Option<DateTime<Utc>>,
    },
}

/// Years as people write them: four digits.
const YEARS: std::ops::RangeInclusive<i64> = 1_000..=9_999;

/// `dure calendar …`
#[derive(Debug, Subcommand)]
pub enum CalendarCommand {
    /// Check a calendar, and which of its years have no confirmed table of holidays; a file needs no data folder.
    Check {
        /// The name of a published calendar, or a file.
        #[arg(value_name = "NAME|FILE")]
        calendar: String,
        /// The first year that has to be confirmed.
        #[arg(long, value_name = "YEAR", value_parser = clap::value_parser!(i32).range(YEARS))]
        from: Option<i32>,
        /// The last year that has to be confirmed.
        #[arg(long, value_name = "YEAR", value_parser = clap::value_parser!(i32).range(YEARS))]
        to: Option<i32>,
    },
    /// Publish a calendar file; a published version never changes.
    Publish {
        /// The file.
        file: PathBuf,
    },
    /// List the calendars.
    List,
    /// Show a calendar.
    Show {
        /// Its name.
        name: String,
        /// Which version; the latest if not said.
        #[arg(long, value_name = "NUMBER")]
        version: Option<u32>,
    },
    /// Say when a span would end, and how that is reached.
    Next {
        /// The calendar.
        name: String,
        /// Which version; the latest if not said.
        #[arg(long, value_name = "NUMBER")]
        version: Option<u32>,
        /// From when it is counted.
        #[arg(long, value_name = "TIME", value_parser = input::time)]
        after: DateTime<Utc>,
        /// How long: 30m, 3h, 3wh, 5bd, 10d, 2w, 1mo.
        #[arg(long, value_name = "SPAN", value_parser = input::span)]
        span: Span,
    },
}

/// `dure effect …`
#[derive(Debug, Subcommand)]
pub enum EffectCommand {
    /// List what cases owe to handlers, and what is parked.
    List,
    /// Have what failed at a step tried again from the beginning; a reason must be given.
    Retry {
        /// The case.
        id: String,
        /// The step.
        step: String,
        /// The act.
        #[command(flatten)]
        act: AccountActArgs,
    },
    /// Let programs perform everything that may be tried now, and tell every webhook what it is owed.
    Run {
        /// A handler and the program that performs it: work as JSON on its input, an answer as JSON on its output.
        #[arg(long = "handler", value_name = "NAME=PROGRAM", value_parser = input::handler)]
        handlers: Vec<(Name, PathBuf)>,
    },
}

/// `dure webhook …`
#[derive(Debug, Subcommand)]
pub enum WebhookCommand {
    /// Register a webhook; it is told of what comes after it.
    Add {
        /// Its name.
        name: String,
        /// Where it goes and what it is told.
        #[command(flatten)]
        target: TargetArgs,
        /// Tell it also of history, from this position of the log on.
        #[arg(long, value_name = "POSITION")]
        from: Option<u64>,
    },
    /// Let it go elsewhere, want other events or take another secret; also for what was not delivered yet.
    Change {
        /// Its name.
        name: String,
        /// Where it goes and what it is told.
        #[command(flatten)]
        target: TargetArgs,
    },
    /// List the webhooks.
    List,
    /// Show a webhook and what could not be delivered to it.
    Show {
        /// Its name.
        name: String,
    },
    /// Tell it nothing any more, also not what failed.
    Remove {
        /// Its name.
        name: String,
    },
    /// Have what failed sent again from the beginning; a reason must be given.
    Retry {
        /// Its name.
        name: String,
        /// Only the event at this position of the log.
        position: Option<u64>,
        /// Reason; it must be said.
        #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
        reason: String,
    },
}

/// Where a webhook goes and what it is told.
#[derive(Debug, Args)]
pub struct TargetArgs {
    /// Its address: https://…, or http://… on this machine.
    #[arg(long)]
    pub url: String,
    /// Variable of the environment that holds its secret (`whsec_…`) where it is told; never the secret itself.
    #[arg(long, value_name = "VARIABLE")]
    pub secret_env: String,
    /// Only cases of this workflow; may be given several times.
    #[arg(long = "workflow", value_name = "NAME")]
    pub workflows: Vec<String>,
    /// Only events of this type, such as dure.step_completed.v1; may be given several times.
    #[arg(long = "event", value_name = "TYPE")]
    pub events: Vec<String>,
}

/// What can be done with a task short of completing it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum TaskVerb {
    /// Take it for yourself.
    Claim,
    /// Give it back to all who may do it.
    Unclaim,
    /// Give it to another who may do it (--to).
    Assign,
    /// Let somebody else do it in your place (--to).
    Delegate,
    /// Step back from it; --to names a replacement.
    Recuse,
    /// Take note of what a deputy did in your absence.
    TakeNote,
}

/// `dure account …`
#[derive(Debug, Subcommand)]
pub enum AccountCommand {
    /// Open an account.
    Open {
        /// Its name, or one of several of that name: budget, budget/east.
        #[arg(value_name = "NAME[/KEY]")]
        account: String,
        /// What is counted: krw, copy, seat.
        #[arg(long, value_name = "UNIT")]
        unit: String,
        /// Units it begins with.
        #[arg(long, value_name = "N", default_value = "0", allow_hyphen_values = true)]
        amount: String,
        /// The least that may be available; below 0 for an overdraft.
        #[arg(long, value_name = "N", default_value = "0", allow_hyphen_values = true)]
        floor: String,
    },
    /// List the accounts.
    List {
        /// Only those of this name.
        name: Option<String>,
    },
    /// Show an account and the end of its ledger.
    Show {
        /// The account.
        #[arg(value_name = "NAME[/KEY]")]
        account: String,
        /// How many entries of the ledger.
        #[arg(short = 'n', value_name = "N", default_value_t = LEDGER_ENTRIES_DEFAULT)]
        count: usize,
    },
    /// Let units come in.
    Credit {
        /// The account.
        #[arg(value_name = "NAME[/KEY]")]
        account: String,
        /// How many units.
        #[arg(allow_hyphen_values = true)]
        amount: String,
        /// The act.
        #[command(flatten)]
        act: AccountActArgs,
    },
    /// Let units go out.
    Debit {
        /// The account.
        #[arg(value_name = "NAME[/KEY]")]
        account: String,
        /// How many units.
        #[arg(allow_hyphen_values = true)]
        amount: String,
        /// The act.
        #[command(flatten)]
        act: AccountActArgs,
    },
    /// Move units from one account to another of the same unit.
    Transfer {
        /// The account that gives.
        #[arg(value_name = "FROM")]
        from: String,
        /// The account that takes.
        #[arg(value_name = "TO")]
        to: String,
        /// How many units.
        #[arg(allow_hyphen_values = true)]
        amount: String,
        /// The act.
        #[command(flatten)]
        act: AccountActArgs,
    },
    /// Close an account in which nothing is reserved.
    Close {
        /// The account.
        #[arg(value_name = "NAME[/KEY]")]
        account: String,
        /// The act.
        #[command(flatten)]
        act: AccountActArgs,
    },
}

/// Why and when something is done that needs a reason.
#[derive(Debug, Args)]
pub struct AccountActArgs {
    /// Reason; it must be said.
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    pub reason: String,
    /// When it happened, if not now: 2017-03-10T10:00:00+09:00, or '2017-03-10 10:00' in Seoul.
    #[arg(long, value_name = "TIME", value_parser = input::time)]
    pub at: Option<DateTime<Utc>>,
    /// Idempotency key: the same request with the same key is recorded once.
    #[arg(long)]
    pub key: Option<String>,
}

/// `dure log …`
#[derive(Debug, Subcommand)]
pub enum LogCommand {
    /// Size and Merkle root.
    Head,
    /// The last events.
    Tail {
        /// How many.
        #[arg(short = 'n', value_name = "N", default_value_t = TAIL_EVENTS_DEFAULT)]
        count: usize,
    },
    /// The stored bytes, one event per line: line n (from 0) is position n.
    Export,
    /// Recompute every hash, version and position from the bytes.
    Verify,
}

/// `dure view …`
#[derive(Debug, Subcommand)]
pub enum ViewCommand {
    /// Each view, how it was found and how far it is.
    Status,
    /// Throw every view away and build it again from the log.
    Rebuild,
}

/// `dure bench …`
#[derive(Debug, Subcommand)]
pub enum BenchCommand {
    /// Durable appends, and raw writing beside them.
    Append(AppendArgs),
    /// Durable advances of cases: form check, guard, decide, append, flush.
    Advance(AdvanceArgs),
    /// Years of cases with timers on a clock that is told the time, in memory: the same seed, the same Merkle root.
    Years(YearsArgs),
    /// Reading and checking a workflow of so many steps.
    Check(CheckArgs),
}

/// `dure demo …`
#[derive(Debug, Clone, Copy, Args)]
pub struct DemoArgs {
    /// How much is made.
    #[arg(long, value_enum, default_value_t = DemoSize::Small)]
    pub size: DemoSize,
    /// Seed of all chance in a district or a nation: the same seed gives the same log.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Districts, if not one or, of a nation, 226.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=i64::from(DEMO_DISTRICTS_MAX)))]
    pub districts: Option<u32>,
    /// Cases that begin in them, of a hundred.
    #[arg(long, value_name = "PERCENT", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=100))]
    pub percent: u32,
}

/// How much sample data is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DemoSize {
    /// Nine cases, from first step to closing.
    Small,
    /// A year of a district: 400 requests, 24 communities, 30 plans.
    District,
    /// Three years of 226 districts.
    Nation,
}

/// `dure bench append …`
#[derive(Debug, Clone, Args)]
pub struct AppendArgs {
    /// Events to append.
    #[arg(long, default_value_t = 200_000, value_parser = clap::value_parser!(u64).range(1..))]
    pub events: u64,
    /// Bytes of one stored event.
    #[arg(long, default_value_t = 430)]
    pub bytes: usize,
    /// Concurrent callers.
    #[arg(long, default_value_t = 256, value_parser = clap::value_parser!(u32).range(1..=i64::from(BENCH_CALLERS_MAX)))]
    pub callers: u32,
    /// File that gets each acknowledged position, one per line, after its acknowledgement.
    #[arg(long, value_name = "FILE")]
    pub ack_file: Option<PathBuf>,
}

/// `dure bench advance …`
#[derive(Debug, Clone, Args)]
pub struct AdvanceArgs {
    /// Cases to advance.
    #[arg(long, default_value_t = 1_024, value_parser = clap::value_parser!(u32).range(1..=i64::from(BENCH_CASES_MAX)))]
    pub cases: u32,
    /// Steps to take in each.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=i64::from(BENCH_STEPS_MAX)))]
    pub steps: u32,
    /// Concurrent callers.
    #[arg(long, default_value_t = 256, value_parser = clap::value_parser!(u32).range(1..=i64::from(BENCH_CALLERS_MAX)))]
    pub callers: u32,
    /// File that gets each acknowledged position, one per line, after its acknowledgement.
    #[arg(long, value_name = "FILE")]
    pub ack_file: Option<PathBuf>,
}

/// `dure bench years …`
#[derive(Debug, Clone, Args)]
pub struct YearsArgs {
    /// Years that pass.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=i64::from(BENCH_YEARS_MAX)))]
    pub years: u32,
    /// Cases that people start in them.
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..=i64::from(BENCH_CASES_MAX)))]
    pub cases: u32,
    /// Seed of all chance: the same seed gives the same events.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Times they are played and compared.
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..=i64::from(BENCH_ROUNDS_MAX)))]
    pub rounds: u32,
}

/// `dure bench check …`
#[derive(Debug, Clone, Args)]
pub struct CheckArgs {
    /// Steps of the workflow.
    #[arg(long, default_value_t = 500, value_parser = clap::value_parser!(u32).range(1..=i64::from(BENCH_CHECKED_STEPS_MAX)))]
    pub steps: u32,
    /// Times it is read and checked.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=i64::from(BENCH_ROUNDS_MAX)))]
    pub rounds: u32,
}
