//! Plan files: each mistake with its code and its place.

use dure_engine::EngineError;
use dure_storage::Lang;

use super::{PLAIN, next, world};
use crate::harness::World;

async fn mistakes(world: &World, text: &str) -> Vec<String> {
    match world.engine.migration_plan("plan.yaml", text).await {
        Ok(_) => Vec::new(),
        Err(EngineError::Plan(found)) => {
            let place = |text: &str| text.split('(').next().unwrap_or_default().to_owned();
            let told = found.items().iter().map(|item| place(item.code.0));
            told.collect()
        }
        Err(error) => panic!("{error}"),
    }
}

#[tokio::test]
async fn one_mistake_gives_its_own_code() {
    let world = world().await;
    world.publish(&next(&[("write", "draft"), ("right:", "other:")])).await;
    let whole = format!(
        "{PLAIN}steps: {{write: draft}}\nbranches: {{both: {{right: other}}}}\nset: {{cost: data.cost + 1}}\n"
    );
    assert!(mistakes(&world, &whole).await.is_empty());
    let table = [
        ("to: 2\n", "", "E-plan-missing"),
        ("to: 2", "to: 7", "E-plan-version"),
        ("to: 2", "to: two", "E-plan-kind"),
        ("from: 1", "from: 9", "E-plan-version"),
        ("from: 1", "from: [1, 2]", "E-plan-version"),
        ("from: 1", "from: []", "E-plan-kind"),
        ("migrate: plan", "migrate: Plan", "E-plan-name"),
        ("{ko: 새 규정, en: New rules}", "New rules", "E-plan-kind"),
        ("{ko: 새 규정, en: New rules}", "{en: New rules}", "E-plan-text"),
        ("write: draft", "wriite: draft", "E-plan-unknown-name"),
        ("write: draft", "write: drafft", "E-plan-unknown-name"),
        ("write: draft", "write: machine", "E-plan-step-kind"),
        ("right: other", "rigt: other", "E-plan-unknown-name"),
        ("right: other", "right: left", "E-plan-branch"),
        ("cost: data.cost", "coost: data.cost", "E-plan-unknown-name"),
        ("data.cost + 1", "data.note", "E-expression-type"),
        ("data.cost + 1", "data.nothing", "E-expression-name"),
        ("set:", "sets:", "E-plan-key"),
        ("set:", "dues: later\nset:", "E-plan-kind"),
        ("set:", "only: data.cost\nset:", "E-expression-type"),
        ("set:", "called: {other: {steps: {a: b}}}\nset:", "E-plan-unknown-name"),
        ("set:", "set: {}\nset:", "E-yaml-duplicate-key"),
    ];
    for (right, wrong, expected) in table {
        assert!(whole.contains(right), "{right}");
        let found = mistakes(&world, &whole.replacen(right, wrong, 1)).await;
        assert!(found.iter().any(|code| code == expected), "{wrong}: {found:?}");
    }
}

#[tokio::test]
async fn a_mistake_is_shown_with_file_line_and_caret_in_both_languages() {
    let world = world().await;
    world.publish(&next(&[("write", "draft")])).await;
    let text = format!("{PLAIN}steps:\n  write: drafft\n");
    let Err(EngineError::Plan(found)) = world.engine.migration_plan("plan.yaml", &text).await
    else {
        panic!("the plan has a mistake");
    };
    let english = found.render(Lang::En, false);
    for part in ["plan.yaml:6:10", "E-plan-unknown-name", "write: drafft", "did you mean `draft`?"]
    {
        assert!(english.contains(part), "{part} in {english}");
    }
    assert!(found.render(Lang::Ko, false).contains("단계 항목이 없습니다"));
}
