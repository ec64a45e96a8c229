//! The language reference tells the truth: its words are the words of the reader.

use crate::harness::{World, leave_request};

const REFERENCE: &str = include_str!("../../docs/workflow-language.md");

#[tokio::test]
async fn the_example_of_the_reference_is_sound() {
    let world = World::new().await;
    world.publish(&leave_request()).await;
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
