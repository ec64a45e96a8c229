//! `dure workflow …`: listing, showing, checking and publishing the rules.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use dure_engine::checker::Staff;
use dure_engine::graph::{self, Graph};
use dure_engine::language::{self, Diagnostics};
use dure_engine::model::definition::Definition;
use dure_engine::model::names::Name;
use dure_engine::{Engine, EngineError};
use serde_json::json;

use super::simulate::simulate;
use super::{migrate, workflow_text};
use crate::cli::{GraphFormat, WorkflowCommand};
use crate::context::Context;
use crate::failure::Failure;
use crate::input;
use crate::words;
use crate::workflow_json;
use crate::world::{self, Access, World, within};

/// Runs a command of this family.
///
/// # Errors
/// Why it did not do what it was asked.
pub async fn run(context: &Context, command: WorkflowCommand) -> Result<(), Failure> {
    match command {
        WorkflowCommand::List => {
            within(context, Access::Existing, async |world| list(context, world).await).await
        }
        WorkflowCommand::Show { name, version } => {
            within(context, Access::Existing, async |world| {
                let definition = world.engine.workflow(&name, version).await?;
                match context.output.json {
                    true => context.output.document(&workflow_json::workflow(&definition)),
                    false => context.output.text(&workflow_text::show(&definition, context.lang)),
                }
            })
            .await
        }
        WorkflowCommand::Check { file, with, people, at } => {
            let at = at.unwrap_or_else(Utc::now);
            let staff = staff(context, people.as_deref(), at).await?;
            check(context, &file, &with, &staff).await
        }
        WorkflowCommand::Schema => {
            let schema = language::schema();
            match context.output.json {
                true => context.output.document(&schema),
                false => context.output.text(&format!("{schema:#}\n")),
            }
        }
        WorkflowCommand::Page { workflow, version, with } => {
            let definition = drawable(context, &workflow, version, &with).await?;
            let page = graph::page(&definition, context.lang);
            match context.output.json {
                true => context.output.document(&json!({
                    "workflow": definition.reference.name, "version": definition.reference.version,
                    "page": page,
                })),
                false => context.output.text(&page),
            }
        }
        WorkflowCommand::Graph { workflow, version, format, with, output } => {
            let definition = drawable(context, &workflow, version, &with).await?;
            graph(context, &definition, &format, output.as_deref())
        }
        WorkflowCommand::Scenario(arguments) => super::scenario::run(context, &arguments).await,
        WorkflowCommand::Publish { file } => publish(context, &file).await,
        WorkflowCommand::Migrate { plan, apply, completable_only, .. } => {
            migrate::run(context, &plan, apply, completable_only).await
        }
        WorkflowCommand::Simulate(args) => simulate(context, &args).await,
    }
}

async fn list(context: &Context, world: &World) -> Result<(), Failure> {
    let mut known = Vec::new();
    for workflow in world.engine.workflows().await? {
        let found = world.engine.workflow(workflow.name.as_str(), Some(workflow.version)).await;
        let title = match found {
            Ok(definition) => Some(definition.title.clone()),
            // One that this program cannot read stands in the list without its title.
            Err(EngineError::Refused(_)) => None,
            Err(error) => return Err(error.into()),
        };
        known.push((workflow, title));
    }
    match context.output.json {
        true => known.iter().try_for_each(|(workflow, title)| {
            context.output.document(&json!({
                "name": workflow.name,
                "version": workflow.version,
                "title": title,
            }))
        }),
        false => context.output.text(&workflow_text::list(&known, context.lang)),
    }
}

/// The workflows a file may call: those given beside it, and those published if there is a data folder.
struct Callable {
    given: HashMap<String, Arc<Definition>>,
    engine: Option<Engine>,
}

/// A sound definition, and what a person should look at all the same.
type Checked = (Arc<Definition>, Diagnostics);

impl Callable {
    async fn read(&mut self, file: &Path, staff: &Staff) -> Result<Checked, Failure> {
        let text = input::definition(file)?;
        let known = self.known(&text).await;
        let called = |name: &str| known.get(name).cloned();
        let published = self.published(&text).await;
        let published = |name: &str| published.contains(name);
        // Without a data folder nothing is known of what is published elsewhere.
        let published: Option<language::Published<'_>> =
            self.engine.as_ref().map(|_| &published as language::Published<'_>);
        let examined = language::examine_for(&input::shown(file), &text, &called, staff, published);
        let (definition, warnings) = examined.map_err(EngineError::Definition)?;
        let definition = Arc::new(definition);
        self.given.insert(definition.reference.name.to_string(), definition.clone());
        Ok((definition, warnings))
    }

    /// Those of the workflows a text refers to that are published.
    async fn published(&self, text: &str) -> HashSet<String> {
        let mut published: HashSet<String> = self.given.keys().cloned().collect();
        for name in language::referred_names(text) {
            if let Some(engine) = &self.engine
                && engine.workflow(name.as_str(), None).await.is_ok()
            {
                published.insert(name.to_string());
            }
        }
        published
    }

    /// The workflows that a text may call.
    async fn known(&self, text: &str) -> HashMap<String, Arc<Definition>> {
        let mut known = self.given.clone();
        for name in language::called_names(text) {
            if let (Some(engine), false) = (&self.engine, known.contains_key(name.as_str()))
                && let Ok(definition) = engine.workflow(name.as_str(), None).await
            {
                known.insert(name.to_string(), definition);
            }
        }
        known
    }
}

/// The people who have to suffice for a workflow: those of a file, or of the data folder. That a folder cannot be read
/// now, since another process has it for one, is told, and nothing is said of people then.
async fn staff(
    context: &Context,
    file: Option<&Path>,
    at: DateTime<Utc>,
) -> Result<Staff, Failure> {
    if let Some(file) = file {
        return Ok(Staff::at(&input::people(file)?, at));
    }
    if !world::exists(&context.data) {
        return Ok(Staff::default());
    }
    let known = async |world: &World| Ok(world.engine.staff(at).await?);
    Ok(within(context, Access::Existing, known).await.unwrap_or_else(|failure| {
        let (said, why) = (words::PEOPLE_NOT_SEEN.get(context.lang), failure.to_text(context.lang));
        context.output.note(&format!("{said}: {}", why.trim_end()));
        Staff::default()
    }))
}

async fn check(
    context: &Context,
    file: &Path,
    with: &[PathBuf],
    staff: &Staff,
) -> Result<(), Failure> {
    let read = async |mut callable: Callable| callable.read(file, staff).await;
    let (definition, warnings) = with_callable(context, file, with, read).await?;
    let (reference, steps) = (&definition.reference, definition.steps().len());
    match context.output.json {
        true => context.output.document(&json!({
            "workflow": reference.name, "version": reference.version, "steps": steps, "ok": true,
            "people": staff.len(), "warnings": warnings.to_json(context.lang)["diagnostics"],
        })),
        false => {
            note(context, &warnings);
            let said = words::checked(context.lang, &reference.to_string(), steps);
            context.output.text(&format!("{said}\n"))
        }
    }
}

fn note(context: &Context, warnings: &Diagnostics) {
    if !warnings.is_empty() {
        context.output.note(&warnings.render(context.lang, false));
    }
}

fn names_any(file: &Path, with: &[PathBuf]) -> Result<bool, Failure> {
    for file in with.iter().map(PathBuf::as_path).chain([file]) {
        let text = input::definition(file)?;
        if !language::called_names(&text).is_empty() || !language::referred_names(&text).is_empty()
        {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Does something with a file and the workflows it may call. A file that names no other needs no data folder, not even
/// one that is in use.
async fn with_callable<T>(
    context: &Context,
    file: &Path,
    with: &[PathBuf],
    work: impl AsyncFnOnce(Callable) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let given = async |engine: Option<Engine>| {
        let mut callable = Callable { given: HashMap::new(), engine };
        for other in with {
            callable.read(other, &Staff::default()).await?;
        }
        work(callable).await
    };
    match names_any(file, with)? && world::exists(&context.data) {
        true => {
            let work = async |world: &World| given(Some(world.engine.clone())).await;
            within(context, Access::Existing, work).await
        }
        false => given(None).await,
    }
}

/// What is to be drawn: a file, also one that the checker refuses, or a published workflow.
async fn drawable(
    context: &Context,
    workflow: &str,
    version: Option<u32>,
    with: &[PathBuf],
) -> Result<Arc<Definition>, Failure> {
    let file = Path::new(workflow);
    if Name::new(workflow).is_ok() && !file.is_file() {
        let published = async |world: &World| Ok(world.engine.workflow(workflow, version).await?);
        return within(context, Access::Existing, published).await;
    }
    with_callable(context, file, with, async |callable| {
        let text = input::definition(file)?;
        let known = callable.known(&text).await;
        let called = |name: &str| known.get(name).cloned();
        let read = language::read(&input::shown(file), &text, &called);
        Ok(Arc::new(read.map_err(EngineError::Definition)?))
    })
    .await
}

fn graph(
    context: &Context,
    definition: &Definition,
    format: &GraphFormat,
    output: Option<&Path>,
) -> Result<(), Failure> {
    let drawn = Graph::of(definition, context.lang);
    let (word, text) = match (format.dot, format.svg) {
        (true, _) => ("dot", graph::dot(&drawn)),
        (false, true) => ("svg", graph::svg(&drawn)),
        (false, false) => ("mermaid", graph::mermaid(&drawn)),
    };
    if let Some(file) = output {
        context.output.file(file, text.as_bytes())?;
    }
    let reference = &definition.reference;
    match (context.output.json, output) {
        (true, _) => context.output.document(&json!({
            "workflow": reference.name, "version": reference.version, "format": word,
            "output": output.map(|file| file.display().to_string()),
            "graph": output.is_none().then_some(text),
        })),
        (false, Some(file)) => {
            let said = words::WRITTEN.get(context.lang);
            context.output.text(&format!("{reference}: {said} {}\n", file.display()))
        }
        (false, None) => context.output.text(&text),
    }
}

async fn publish(context: &Context, file: &Path) -> Result<(), Failure> {
    let text = input::definition(file)?;
    let by = context.named()?;
    within(context, Access::Create, async |world| {
        let published = world.engine.publish(&input::shown(file), &text, by).await?;
        let warnings = world.engine.warnings(&input::shown(file), &text).await?;
        if context.output.json {
            return context.output.document(&json!({
                "workflow": published.workflow.name,
                "version": published.workflow.version,
                "repeated": published.repeated,
                "warnings": warnings.to_json(context.lang)["diagnostics"],
            }));
        }
        note(context, &warnings);
        let said = if published.repeated { words::ALREADY } else { words::RECORDED_NOW };
        context.output.text(&format!("{}: {}\n", published.workflow, said.get(context.lang)))
    })
    .await
}
