//! Workflow files: what is published, what is refused, and how mistakes are shown.

use dure_engine::EngineError;
use dure_storage::Lang;

use crate::harness::{World, code, leave_request};

async fn mistakes(text: &str) -> Vec<String> {
    match World::new().await.engine.check("test.yaml", text).await {
        Ok(_) => Vec::new(),
        Err(EngineError::Definition(found)) => {
            found.items().iter().map(|diagnostic| diagnostic.code.to_string()).collect()
        }
        Err(error) => panic!("{error}"),
    }
}

#[tokio::test]
async fn one_mistake_gives_its_own_code() {
    let table = [
        ("to: size\n", "to: sise\n", "E-workflow-unknown-name"),
        ("to: granted}\n      long", "to: nowhere}\n      long", "E-workflow-unknown-name"),
        ("by: staff\n", "by: stuff\n", "E-workflow-unknown-name"),
        ("data.days <= 3", "data.days <= \"3\"", "E-expression-type"),
        ("data.days <= 3", "data.dais <= 3", "E-expression-name"),
        ("data.days <= 3", "data.days <=", "E-expression-syntax"),
        ("when: data.days <= settings.days_max", "when: data.days", "E-expression-type"),
        ("{days: form.days,", "{dais: form.days,", "E-workflow-unknown-name"),
        ("within: settings.answer_within", "within: soon", "E-workflow-duration"),
        ("within: settings.answer_within", "within: 5bd", "E-workflow-calendar"),
        ("{ko: 승인, en: Approve}", "{en: Approve}", "E-workflow-text"),
        ("    by: head\n", "    bye: head\n", "E-workflow-outcomes"),
        ("    by: head\n", "    by: head\n    colour: red\n", "E-workflow-key"),
        ("otherwise: true", "when: data.days > 3", "E-workflow-outcomes"),
        ("not_same_as: [start]", "not_same_as: [begin]", "E-workflow-unknown-name"),
        ("serial:4", "serial:x", "E-workflow-number"),
        ("version: 1", "version: 0", "E-workflow-kind"),
        ("version: 1\n", "", "E-workflow-missing"),
        ("workflow: leave_request", "workflow: Leave", "E-workflow-name"),
        ("  size:\n", "  start:\n", "E-workflow-duplicate"),
        ("minimum: 1", "minimum: one", "E-workflow-kind"),
        ("type: integer, minimum", "type: number, minimum", "E-workflow-kind"),
        ("minLength: 2", "pattern: \"[\"", "E-workflow-field"),
        ("roles:\n", "roles:\n  staff: {ko: 직원, en: Staff}\n", "E-yaml-duplicate-key"),
        ("version: 1", "version: &a 1", "E-yaml-alias"),
        ("version: 1", "version: [", "E-yaml-syntax"),
    ];
    for (right, wrong, expected) in table {
        let text = leave_request();
        assert!(text.contains(right), "{right}");
        let found = mistakes(&text.replacen(right, wrong, 1)).await;
        assert!(found.iter().any(|code| code == expected), "{wrong}: {found:?}");
    }
    assert!(mistakes(&leave_request()).await.is_empty());
}

#[tokio::test]
async fn every_mistake_is_shown_at_once() {
    let text = leave_request()
        .replace("    by: head\n", "    by: hedd\n    colour: red\n")
        .replace("data.days <= settings.days_max", "data.dais <= settings.days_max")
        .replace("reason: required, to: refused", "reason: required, to: refusd")
        .replace("by: starter, reason", "by: startr, reason")
        .replace("to: withdrawn}", "to: withdrwn}");
    let mut found = mistakes(&text).await;
    found.sort();
    let mut expected = vec!["E-workflow-unknown-name"; 4];
    expected.extend(["E-workflow-key", "E-expression-name"]);
    expected.sort_unstable();
    assert_eq!(found, expected);
}

#[tokio::test]
async fn a_mistake_is_shown_with_file_line_column_and_caret() {
    let text = leave_request().replace("when: data.days <= 3", "when: data.dais <= 3");
    let found = World::new().await.engine.check("leave.yaml", &text).await;
    let Err(EngineError::Definition(found)) = found else { panic!("it has a mistake") };
    let shown = found.render(Lang::En, false);
    for part in ["E-expression-name", "leave.yaml:30:26", "when: data.dais <= 3", "days"] {
        assert!(shown.contains(part), "{part} in\n{shown}");
    }
    assert_eq!(&text[found.items()[0].span.expect("a place").start..][..4], "dais");
}

#[tokio::test]
async fn a_published_version_never_changes_and_the_next_one_follows() {
    let world = World::with_leave_request().await;
    let text = leave_request();
    assert!(world.engine.publish("a.yaml", &text, None).await.expect("known").repeated);
    let changed = text.replace("days_max: 20", "days_max: 30");
    assert_eq!(code(world.engine.publish("a.yaml", &changed, None).await), "E-version-published");
    let skipped = changed.replace("version: 1", "version: 3");
    assert_eq!(code(world.engine.publish("a.yaml", &skipped, None).await), "E-version-published");
    let next = changed.replace("version: 1", "version: 2");
    assert!(!world.engine.publish("a.yaml", &next, None).await.expect("published").repeated);
    let latest = world.engine.workflow("leave_request", None).await.expect("a workflow");
    assert_eq!(latest.reference.version, 2);
    let first = world.engine.workflow("leave_request", Some(1)).await.expect("a workflow");
    assert_eq!(*first.source, *text);
}

#[tokio::test]
async fn a_long_definition_is_kept_in_parts_and_read_back_whole() {
    let world = World::new().await;
    let steps: String = (0..300)
        .map(|i| {
            format!(
                "  s{i}: {{title: {{ko: 단계 {i}, en: Step {i}, }}, by: staff, to: s{}}}\n",
                i + 1
            )
        })
        .collect();
    let text = leave_request().replace(
        "  size:\n",
        &format!(
            "{steps}  s300: {{title: {{ko: 끝, en: Last}}, by: staff, to: size}}\n\n  size:\n"
        ),
    );
    let text = text.replacen("  to: size\n", "  to: s0\n", 1);
    world.publish(&text).await;
    let read = world.engine.workflow("leave_request", None).await.expect("a workflow");
    assert_eq!(*read.source, *text);
}

#[tokio::test]
async fn an_unknown_workflow_is_told_with_those_there_are() {
    let world = World::with_leave_request().await;
    let error = world.engine.workflow("leave", None).await.expect_err("unknown");
    assert!(error.to_string().contains("leave_request"), "{error}");
    assert_eq!(code(Err::<(), _>(error)), "E-workflow-unknown");
}
