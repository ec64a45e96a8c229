//! The language reference tells the truth: its words are the words of the reader.

use crate::harness::{World, leave_request};

const REFERENCE: &str = include_str!("../../docs/workflow-language.md");

#[tokio::test]
async fn the_example_of_the_reference_is_sound() {
    let world = World::new().await;
    world.publish(&leave_request()).await;
}

#[tokio::test]
async fn every_example_of_the_reference_is_published() {
    let world = World::new().await;
    let blocks = REFERENCE.split("```yaml\n").skip(1).filter_map(|rest| rest.split("```").next());
    let mut published = 0;
    for block in blocks {
        match block.starts_with("calendar:") {
            true => world.engine.publish_calendar("example.yaml", block, None).await.map(|_| ()),
            false => world.engine.publish("example.yaml", block, None).await.map(|_| ()),
        }
        .unwrap_or_else(|error| panic!("{error}\n{block}"));
        published += 1;
    }
    assert_eq!(published, 4);
}

#[tokio::test]
async fn every_pattern_of_the_reference_names_its_test() {
    let tests = include_str!("patterns.rs");
    let table = REFERENCE.split("## Control-flow patterns").nth(1).expect("the section is there");
    let rows = table.lines().filter(|line| line.starts_with("| ")).skip(1);
    let named = rows.filter_map(|row| row.rsplit('`').nth(1));
    let named: Vec<&str> = named.collect();
    assert_eq!(named.len(), 17);
    for test in named {
        assert!(tests.contains(&format!("async fn {test}()")), "{test}");
    }
}

#[tokio::test]
async fn every_reserved_word_of_the_reference_is_refused_as_reserved() {
    let section = REFERENCE.split("## Reserved words").nth(1).expect("the section is there");
    let words = section.split('`').skip(1).step_by(2).take_while(|word| *word != "wh");
    for word in words {
        let text =
            leave_request().replace("    by: head\n", &format!("    by: head\n    {word}: true\n"));
        let found = World::new().await.engine.check("test.yaml", &text).await;
        let shown = found.expect_err("reserved").to_string();
        assert!(shown.contains("E-workflow-reserved"), "{word}: {shown}");
    }
}
