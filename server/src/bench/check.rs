//! `bench check`: how long a definition of so many steps takes to read and to check.

use std::time::Instant;

use dure_engine::language;
use serde::Serialize;

use super::report::Histogram;
use crate::cli::CheckArgs;
use crate::failure::Failure;

/// Steps of one section: two tasks, a panel with three branches of two tasks each, a decision and a wait.
const SECTION_STEPS: u32 = 11;
/// The branches of its panel.
const BRANCHES: [&str; 3] = ["a", "b", "c"];

/// What `dure bench check` prints; the names are a contract with the tools that read it.
#[derive(Debug, Clone, Serialize)]
pub(super) struct CheckBench {
    /// Steps of the definition.
    pub(super) steps: usize,
    /// Bytes of its file.
    pub(super) bytes: usize,
    /// Times it was read and checked.
    pub(super) rounds: u32,
    /// Median time to read it, as a published version is read, microseconds.
    pub(super) read_p50_us: f64,
    /// Median time to read and check it, microseconds.
    pub(super) check_p50_us: f64,
    /// The longest of them, microseconds.
    pub(super) check_max_us: f64,
}

impl CheckBench {
    /// Names and values as they are shown.
    pub(super) fn rows(&self) -> Vec<(String, String)> {
        let rows = [
            ("steps", self.steps as f64),
            ("bytes", self.bytes as f64),
            ("rounds", f64::from(self.rounds)),
            ("read_p50_us", self.read_p50_us),
            ("check_p50_us", self.check_p50_us),
            ("check_max_us", self.check_max_us),
        ];
        rows.map(|(name, value)| (name.to_owned(), format!("{value:>12.0}"))).to_vec()
    }
}

/// Reads and checks a definition that is made up.
///
/// # Errors
/// If it has a mistake, which would be one of this program.
pub(super) fn check(args: &CheckArgs) -> Result<CheckBench, Failure> {
    let text = definition(args.steps);
    let (mut reads, mut checks) = (Histogram::default(), Histogram::default());
    let mut steps = 0;
    for _ in 0..args.rounds {
        let begin = Instant::now();
        language::read("check.yaml", &text, &|_| None).map_err(mistaken)?;
        reads.record(begin.elapsed());
        let begin = Instant::now();
        let (definition, _) =
            language::examine("check.yaml", &text, &|_| None).map_err(mistaken)?;
        checks.record(begin.elapsed());
        steps = definition.steps().len();
    }
    Ok(CheckBench {
        steps,
        bytes: text.len(),
        rounds: args.rounds,
        read_p50_us: reads.quantile_us(0.5),
        check_p50_us: checks.quantile_us(0.5),
        check_max_us: checks.quantile_us(1.0),
    })
}

fn mistaken(found: language::Diagnostics) -> Failure {
    dure_engine::EngineError::Definition(found).into()
}

/// A definition of so many steps: section after section, each with a way back to its beginning, and plain tasks for the
/// rest.
fn definition(steps: u32) -> String {
    let numbered = |text: &str, number: u32| text.replace('#', &number.to_string());
    let branches: String = BRANCHES.iter().map(|name| BRANCH.replace('@', name)).collect();
    let section = SECTION.replace("BRANCHES", &branches);
    let sections = (0..steps / SECTION_STEPS)
        .map(|number| (numbered("draft#", number), numbered(&section, number)));
    let rest = (0..steps % SECTION_STEPS)
        .map(|number| (numbered("rest#", number), numbered(TASK, number)));
    let parts: Vec<(String, String)> = sections.chain(rest).collect();
    let from = |part: usize| parts.get(part).map_or("done", |(first, _)| first);
    let mut text = HEAD.replace("NEXT", from(0));
    for (number, (_, part)) in parts.iter().enumerate() {
        text.push_str(&part.replace("NEXT", from(number + 1)));
    }
    text + TAIL
}

const HEAD: &str = "\
workflow: bench_sections
version: 1
title: {ko: 측정용 긴 절차, en: Long workflow for measuring}
settings: {rounds: 3}
roles:
  writer:   {ko: 작성자, en: Writer}
  reviewer: {ko: 검토자, en: Reviewer}
data:
  score: {type: integer, default: 0, title: {ko: 점수, en: Score}}
  note:  {type: string, default: '', title: {ko: 메모, en: Note}}
start: {by: writer, to: NEXT}
steps:
";

const SECTION: &str = r#"  draft#:
    title: {ko: 작성 #, en: Draft #}
    by: writer
    due: {within: 10d, remind: 2d, escalate: [{after: 1d, to: reviewer}]}
    form: {note: {like: data.note, minLength: 2, maxLength: 80}}
    set: {note: form.note}
    outcomes: {hand_in: {title: {ko: 제출, en: Hand in}, to: panel#}}
  panel#:
    title: {ko: 심의 #, en: Panel #}
    join: all
    parallel:
BRANCHES    outcomes:
      all_good: {when: 'results.all(r, r == "good")', set: {score: data.score + 1}, to: rest_day#}
      redo:     {otherwise: true, to: again#}
  again#:
    title: {ko: 다시 할지 #, en: Whether again #}
    decide:
      back: {when: times("draft#") < settings.rounds, to: draft#}
      on:   {otherwise: true, to: rest_day#}
  rest_day#: {title: {ko: 쉼 #, en: Rest #}, wait: {for: 1d}, to: close#}
  close#: {title: {ko: 마무리 #, en: Close #}, by: writer, to: NEXT}
"#;

/// A branch of a panel; `@` is its name.
const BRANCH: &str = "      @:
        title: {ko: 분과 @, en: Branch @}
        first: read_@#
        steps:
          read_@#: {title: {ko: 읽기, en: Read}, by: reviewer, to: judge_@#}
          judge_@#:
            title: {ko: 판단, en: Judge}
            by: reviewer
            not_same_as: [read_@#]
            due: {within: 5d, expire: silent}
            form: {score: {type: integer, minimum: 0, maximum: 9, title: {ko: 점수, en: Score}}}
            outcomes:
              good:   {title: {ko: 적합, en: Good}, when: form.score > 4, done: good}
              poor:   {title: {ko: 미흡, en: Poor}, reason: required, done: poor}
              silent: {title: {ko: 무응답, en: Silent}, done: poor}
";

const TASK: &str = "  rest#: {title: {ko: 나머지 #, en: Rest #}, by: writer, to: NEXT}\n";

const TAIL: &str = "\
ends:
  done: {title: {ko: 끝, en: Done}}
";
