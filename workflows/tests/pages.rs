//! The page of each shipped workflow for the people who do the work, in both languages: `docs/workflows/`. They are what
//! `dure workflow page` prints; `DURE_BLESS=1` writes them.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use dure_engine::graph;
use dure_engine::language;
use dure_engine::model::definition::Definition;
use dure_storage::Lang;
use dure_workflows::DEFINITIONS;

const LANGUAGES: &[(Lang, &str, &str)] =
    &[(Lang::Ko, "ko", "업무 절차 안내"), (Lang::En, "en", "The workflows")];

/// Every shipped definition with the folder it stands in, a workflow after those it calls.
fn definitions() -> Vec<(&'static str, Arc<Definition>)> {
    let mut known: BTreeMap<String, Arc<Definition>> = BTreeMap::new();
    let mut found = Vec::new();
    for (file, text) in DEFINITIONS {
        let read = language::read(file, text, &|name| known.get(name).cloned());
        let definition = Arc::new(read.unwrap_or_else(|e| panic!("{}", e.render(Lang::En, false))));
        known.insert(definition.reference.name.to_string(), definition.clone());
        found.push((file.split('/').next().unwrap_or_default(), definition));
    }
    found
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/workflows")
}

/// Path below `docs/workflows`, and text.
fn pages() -> Vec<(String, String)> {
    let definitions = definitions();
    let mut pages = Vec::new();
    for (lang, short, title) in LANGUAGES {
        for (_, definition) in &definitions {
            let name = &definition.reference.name;
            pages.push((format!("{short}/{name}.md"), graph::page(definition, *lang)));
        }
        pages.push((format!("{short}/README.md"), index(title, *lang, &definitions)));
    }
    pages
}

fn index(title: &str, lang: Lang, definitions: &[(&str, Arc<Definition>)]) -> String {
    let mut out = format!("# {title}\n");
    let mut folders: Vec<&str> = definitions.iter().map(|(folder, _)| *folder).collect();
    folders.sort();
    folders.dedup();
    for folder in folders {
        let _ = write!(out, "\n## {folder}\n\n");
        for (_, definition) in definitions.iter().filter(|(known, _)| *known == folder) {
            let (name, title) = (&definition.reference.name, definition.title.get(lang));
            let description = definition.description.as_ref().map_or("", |text| text.get(lang));
            let _ = writeln!(out, "- [{title}]({name}.md): {description}");
        }
    }
    out
}

#[test]
fn the_page_of_every_workflow_is_written_from_its_definition() {
    let bless = std::env::var_os("DURE_BLESS").is_some();
    let pages = pages();
    for (path, text) in &pages {
        let file = folder().join(path);
        if bless {
            std::fs::create_dir_all(file.parent().expect("a folder")).expect("a folder is made");
            std::fs::write(&file, text).expect("a page is written");
        }
        let known = std::fs::read_to_string(&file).unwrap_or_default();
        assert!(known == *text, "{path} is old: DURE_BLESS=1 cargo test -p dure-workflows pages");
    }
    for (_, short, _) in LANGUAGES {
        let there = std::fs::read_dir(folder().join(short)).expect("the folder of a language");
        let wanted = pages.iter().filter(|(path, _)| path.starts_with(short)).count();
        assert_eq!(there.count(), wanted, "a page of a workflow that is no longer shipped");
    }
}

#[test]
fn every_workflow_says_what_it_is_for() {
    for (_, definition) in definitions() {
        assert!(definition.description.is_some(), "{}", definition.reference);
    }
}
