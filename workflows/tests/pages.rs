//! The page of each shipped workflow for the people who do the work, in both languages, stands beside its definition as
//! the page of its folder. They are what `dure workflow page` prints; `DURE_BLESS=1` writes them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use dure_engine::graph;
use dure_engine::language;
use dure_engine::model::definition::Definition;
use dure_storage::Lang;
use dure_workflows::DEFINITIONS;

/// Language, the file of its pages, and the title of the page of all.
const LANGUAGES: &[(Lang, &str, &str)] =
    &[(Lang::Ko, "README.ko.md", "업무 절차 안내"), (Lang::En, "README.md", "The workflows")];

/// Folder, and what the workflows in it are about, in Korean and English.
const AREAS: &[(&str, &str, &str)] = &[
    ("support_request", "작은도서관 지원 요청", "Support of small libraries"),
    ("plan_approval", "계획 결재", "Plan approval"),
    ("learning_community_cycle", "학습공동체", "Learning communities"),
    ("directory", "기관, 권역, 예산", "Organisations, regions, budget"),
];

/// A shipped definition and the folder it stands in.
struct Shipped {
    folder: &'static str,
    definition: Arc<Definition>,
}

/// Every shipped definition, a workflow after those it calls.
fn shipped() -> Vec<Shipped> {
    let mut known: BTreeMap<String, Arc<Definition>> = BTreeMap::new();
    let mut found = Vec::new();
    for (file, text) in DEFINITIONS {
        let read = language::read(file, text, &|name| known.get(name).cloned());
        let definition = Arc::new(read.unwrap_or_else(|e| panic!("{}", e.render(Lang::En, false))));
        known.insert(definition.reference.name.to_string(), definition.clone());
        let (folder, _) = file.rsplit_once('/').expect("a definition stands in a folder");
        found.push(Shipped { folder, definition });
    }
    found
}

fn crate_folder() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Path in this crate, and text.
fn pages() -> BTreeMap<PathBuf, String> {
    let shipped = shipped();
    let mut pages = BTreeMap::new();
    for (lang, file, title) in LANGUAGES {
        for one in &shipped {
            let page = graph::page(&one.definition, *lang);
            pages.insert(Path::new(one.folder).join(file), page);
        }
        pages.insert(PathBuf::from(file), index(title, *lang, file, &shipped));
    }
    pages
}

/// The page of all workflows, in one language.
fn index(title: &str, lang: Lang, page: &str, shipped: &[Shipped]) -> String {
    let mut out = format!("# {title}\n");
    for (area, ko, en) in AREAS {
        let heading = if lang == Lang::Ko { ko } else { en };
        let _ = write!(out, "\n## {heading}\n\n");
        for one in shipped.iter().filter(|one| one.folder.split('/').next() == Some(area)) {
            let (title, folder) = (one.definition.title.get(lang), one.folder);
            let description = one.definition.description.as_ref();
            let description = description.map_or("", |text| text.get(lang));
            let _ = writeln!(out, "- [{title}]({folder}/{page}): {description}");
        }
    }
    out
}

/// Every page there is, below a folder of this crate.
fn pages_in(folder: &Path, found: &mut BTreeSet<PathBuf>) {
    for entry in std::fs::read_dir(crate_folder().join(folder)).expect("a folder") {
        let name = entry.expect("an entry").file_name();
        let path = folder.join(&name);
        if crate_folder().join(&path).is_dir() {
            pages_in(&path, found);
        } else if LANGUAGES.iter().any(|(_, page, _)| name == *page) {
            found.insert(path);
        }
    }
}

#[test]
fn the_page_of_every_workflow_is_written_from_its_definition() {
    let bless = std::env::var_os("DURE_BLESS").is_some();
    let pages = pages();
    for (path, text) in &pages {
        let file = crate_folder().join(path);
        if bless {
            std::fs::write(&file, text).expect("a page is written");
        }
        let known = std::fs::read_to_string(&file).unwrap_or_default();
        let again = "DURE_BLESS=1 cargo test -p dure-workflows pages";
        assert!(known == *text, "{} is old: {again}", path.display());
    }
    let mut there = BTreeSet::new();
    pages_in(Path::new(""), &mut there);
    assert_eq!(there, pages.into_keys().collect(), "a page of what is no longer shipped");
}

#[test]
fn every_workflow_has_a_folder_of_its_name() {
    for one in shipped() {
        let name = one.definition.reference.name.as_str();
        assert_eq!(one.folder.rsplit('/').next(), Some(name));
        assert!(AREAS.iter().any(|(area, ..)| one.folder.split('/').next() == Some(area)));
    }
}

#[test]
fn every_workflow_says_what_it_is_for() {
    for one in shipped() {
        assert!(one.definition.description.is_some(), "{}", one.definition.reference);
    }
}
