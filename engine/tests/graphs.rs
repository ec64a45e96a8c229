//! Graphs as text: a workflow with every kind of step is drawn as it was, in both formats and languages; titles stay
//! texts whatever stands in them; the reference shows the graph of its own example.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use dure_engine::graph::{Graph, Shape, dot, mermaid};
use dure_engine::language;
use dure_engine::model::definition::Definition;
use dure_storage::Lang;

use crate::harness::leave_request;

const PART: &str = "workflow: part\nversion: 1\ntitle: {ko: 부분 절차, en: A part}\nroles: {clerk: {ko: 접수자, en: Clerk}}\n\
    start: {by: clerk, to: act}\nsteps:\n  act: {title: {ko: 처리, en: Act}, by: clerk, to: over}\n\
    ends: {over: {title: {ko: 끝, en: Over}}}\n";

fn definition(text: &str) -> Definition {
    let part = Arc::new(language::read("part.yaml", PART, &|_| None).expect("a sound file"));
    let called = |name: &str| (name == "part").then(|| part.clone());
    language::read("drawn.yaml", text, &called).unwrap_or_else(|found| panic!("{found}"))
}

fn home() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/graphs")
}

/// The content of a kept file; writes it first if asked to.
fn kept(path: &Path, drawn: &str) -> String {
    if std::env::var_os("DURE_BLESS").is_some() {
        std::fs::write(path, drawn).expect("the file is written");
    }
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn every_kind_of_step_is_drawn_as_it_was() {
    let definition = definition(include_str!("graphs/every_kind.yaml"));
    for (lang, word) in [(Lang::Ko, "ko"), (Lang::En, "en")] {
        let graph = Graph::of(&definition, lang);
        for (ending, drawn) in [("mmd", mermaid(&graph)), ("dot", dot(&graph))] {
            let path = home().join(format!("every_kind.{word}.{ending}"));
            assert_eq!(kept(&path, &drawn), drawn, "if it was meant to change: DURE_BLESS=1");
        }
    }
}

#[test]
fn a_graph_has_every_step_outcome_and_end_of_its_definition() {
    let definition = definition(include_str!("graphs/every_kind.yaml"));
    let graph = Graph::of(&definition, Lang::Ko);
    let drawn = mermaid(&graph);
    for step in definition.steps() {
        assert!(drawn.contains(&format!("n_{}", step.name)) || step.name.as_str() == "minutes");
        for title in step.outcomes.iter().filter_map(|outcome| outcome.title.as_ref()) {
            assert!(drawn.contains(&*title.ko), "{}: {}", step.name, title.ko);
        }
    }
    let mut shapes: Vec<Shape> = graph.main.nodes.iter().map(|node| node.shape).collect();
    shapes.sort();
    shapes.dedup();
    assert_eq!(shapes.len(), 11, "every shape is drawn: {shapes:?}");
    assert_eq!(graph.main.edges.len(), 17);
}

#[test]
fn whatever_stands_in_a_title_stays_a_text() {
    let odd = r#"<b> \"q\" & 's' #1; `c` \\ end | ] }"#;
    let text = leave_request().replace("en: Leave request", &format!("en: \"{odd}\\nsecond\""));
    let text = text.replace("en: Approve", &format!("en: \"{odd}\""));
    let graph = Graph::of(&definition(&text), Lang::En);
    let flowchart = mermaid(&graph);
    let shown = "#60;b#62; #34;q#34; #38; 's' #35;1#59; #96;c#96; #92; end | ] }";
    assert!(flowchart.contains(&format!("[\"task · {shown}<br/>")), "{flowchart}");
    let title = flowchart.lines().nth(1).expect("a title");
    assert_eq!(title, r#"title: "<b> \"q\" & 's' #1; `c` \\ end | ] } second (leave_request v1)""#);
    let shown = r#"<b> \"q\" &amp; 's' #1; `c` \\ end | ] }"#;
    let graphviz = dot(&graph);
    assert!(graphviz.contains("label=\"decision · Size\""), "{graphviz}");
    assert!(graphviz.contains(&format!("label=\"task · {shown}\\n")), "{graphviz}");
    assert!(
        graphviz.contains(&format!("label=\"{shown} second (leave_request v1)\"")),
        "{graphviz}"
    );
}

#[test]
fn what_would_begin_a_list_in_markdown_does_not() {
    for (title, shown) in [("1. go", "1#46; go"), ("- go", "#45; go"), ("12) go", "12#41; go")] {
        let text = leave_request().replace("en: Refuse}", &format!("en: \"{title}\"}}"));
        let drawn = mermaid(&Graph::of(&definition(&text), Lang::En));
        assert!(drawn.contains(&format!("|\"{shown}<br/>")), "{drawn}");
    }
}

#[test]
fn a_long_text_is_cut_and_what_steers_a_reader_is_taken_out() {
    let long = "가".repeat(200);
    let text = leave_request()
        .replace("ko: 승인, en: Approve", &format!("ko: {long}, en: \"a\\u202Eb\\u0007c\""));
    let read = definition(&text);
    let drawn = mermaid(&Graph::of(&read, Lang::Ko));
    assert!(drawn.contains(&format!("{}…", "가".repeat(79))) && !drawn.contains(&long));
    assert!(mermaid(&Graph::of(&read, Lang::En)).contains("task · a b c<br/>"));
}

#[test]
fn the_reference_shows_the_graph_of_its_first_example() {
    let graph = mermaid(&Graph::of(&definition(&leave_request()), Lang::En));
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/workflow-language.md");
    let reference = std::fs::read_to_string(&path).expect("the reference");
    let (before, rest) = reference.split_once("```mermaid\n").expect("a graph");
    let (shown, after) = rest.split_once("```").expect("its end");
    if shown != graph && std::env::var_os("DURE_BLESS").is_some() {
        std::fs::write(&path, format!("{before}```mermaid\n{graph}```{after}")).expect("written");
        return;
    }
    assert_eq!(shown, graph, "run the tests once with DURE_BLESS=1 to draw it anew");
}
