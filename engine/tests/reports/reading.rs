//! Report files: each mistake with its code and its place.

use dure_engine::EngineError;
use dure_storage::Lang;

use super::{file, workshop};
use crate::harness::{World, code};

const WHOLE: &str = "\
cases: repair
each: {act: case.acts}
where: case.open
columns:
  place: {title: {ko: 곳, en: Place}, value: data.place}
  cost:  {title: {ko: 비용, en: Cost}, sum: data.cost, show: krw}
  all:   {title: {ko: 건수, en: Cases}, count: 'true'}
  each:  {title: {ko: 건당, en: Each}, from: cost / all}
across: {value: data.kind}
sort: [-place]
foot: [total]
numbered: up
";

async fn mistakes(world: &World, text: &str) -> Vec<String> {
    match world.engine.read_report("report.yaml", text).await {
        Ok(_) => Vec::new(),
        Err(EngineError::Report(found)) => {
            found.items().iter().map(|item| item.code.to_string()).collect()
        }
        Err(error) => panic!("{error}"),
    }
}

#[tokio::test]
async fn one_mistake_gives_its_own_code() {
    let world = workshop().await;
    let whole = file(&WHOLE.replace("across: {value: data.kind}\n", ""));
    assert_eq!(mistakes(&world, &whole).await, Vec::<String>::new());
    let many: String = (0..61)
        .map(|n| format!("  c{n}: {{title: {{ko: 열, en: C}}, value: data.place}}\n"))
        .collect();
    let table = [
        ("report: repairs", "repot: repairs", "E-report-key"),
        ("report: repairs\n", "", "E-report-missing"),
        ("report: repairs", "report: Repairs", "E-report-name"),
        ("for: coordinator", "for: everybody", "E-report-kind"),
        ("answers: {ko: 무엇을, en: What}", "answers: {en: What}", "E-report-text"),
        ("cases: repair", "cases: repare", "E-report-unknown-name"),
        ("cases: repair", "cases: repair\nnames: [repare]", "E-report-unknown-name"),
        ("cases: repair", "cases: repair\npeople: all", "E-report-missing"),
        ("cases: repair\n", "", "E-report-missing"),
        ("{act: case.acts}", "{act: case.open}", "E-report-kind"),
        ("{act: case.acts}", "{act: case.facts}", "E-expression-name"),
        ("where: case.open", "where: data.cost", "E-expression-type"),
        ("value: data.place", "value: data.plaace", "E-expression-name"),
        ("value: data.place", "value: data.place, sum: data.cost", "E-report-columns"),
        ("value: data.place", "show: krw", "E-report-columns"),
        ("value: data.place", "value: data.place, shown: krw", "E-report-key"),
        ("sum: data.cost", "sum: data.place", "E-report-columns"),
        ("show: krw", "show: dollars", "E-report-kind"),
        ("from: cost / all", "from: cost / every", "E-expression-name"),
        ("-place", "-pace", "E-report-unknown-name"),
        ("foot: [total]", "foot: [product]", "E-report-kind"),
        ("numbered: up", "numbered: sideways", "E-report-kind"),
        ("columns:\n", &format!("columns:\n{many}"), "E-report-columns"),
        ("columns:\n", "columns: []\nrest:\n", "E-report-kind"),
    ];
    for (right, wrong, expected) in table {
        assert!(whole.contains(right), "{right}");
        let found = mistakes(&world, &whole.replacen(right, wrong, 1)).await;
        assert!(found.iter().any(|code| code.starts_with(expected)), "{wrong}: {found:?}");
    }
}

#[tokio::test]
async fn a_parted_measure_cannot_be_reckoned_with() {
    let world = workshop().await;
    let found = mistakes(&world, &file(WHOLE)).await;
    assert!(found.iter().any(|code| code == "E-expression-name"), "{found:?}");
}

#[tokio::test]
async fn a_report_with_mistakes_has_a_code_of_its_own_and_says_where_they_stand() {
    let world = workshop().await;
    let text = file(
        "cases: repair\ncolumns:\n  place: {title: {ko: 곳, en: Place}, value: data.plaace}\n",
    );
    let refused = world.engine.read_report("report.yaml", &text).await;
    let Err(EngineError::Report(found)) = &refused else { panic!("the report has a mistake") };
    let english = found.render(Lang::En, false);
    assert!(english.contains("report.yaml:7:") && english.contains("data.plaace"), "{english}");
    assert_eq!(code(refused.map(|_| ())), "E-report-invalid");
}

#[tokio::test]
async fn a_report_that_grows_too_large_is_refused() {
    let world = workshop().await;
    for number in 0..61 {
        super::asked(&world, "roof", &format!("p{number}"), 1).await;
    }
    let text = file(
        "cases: repair\ncolumns:\n  all: {title: {ko: 건수, en: Cases}, count: 'true'}\nacross: {value: data.place}\n",
    );
    let report = world.engine.read_report("report.yaml", &text).await.expect("a report");
    let found = world.engine.report(&report, dure_engine::runtime::Moment::Now, &|_, _| {}).await;
    assert_eq!(code(found.map(|_| ())), "E-report-too-large");
}
