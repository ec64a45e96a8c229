//! `dure import`: a spreadsheet becomes cases, row by row; what is refused is listed.

use dure_engine::import::{ImportMap, Row, RowFault};
use dure_engine::language;
use dure_engine::runtime::{Import, ImportCounts, RefusedRow};
use dure_storage::Lang;
use serde_json::{Value, json};

use crate::cli::{ImportArgs, ImportCommand};
use crate::context::Context;
use crate::failure::{Failure, Fault};
use crate::import::Book;
use crate::input;
use crate::limits::IMPORT_REFUSED_LISTED_MAX;
use crate::progress::Progress;
use crate::sheet::Sheet;
use crate::words;
use crate::world::{Access, World, within};

/// Brings a file in, or tries it. Ends with a refusal if rows are refused; the others are in all the same.
///
/// # Errors
/// Every mistake of the map; what is wrong with the file; rows that were refused; or a failed store.
pub async fn run(context: &Context, command: ImportCommand) -> Result<(), Failure> {
    let args = match &command {
        ImportCommand::Csv(args) | ImportCommand::Xlsx(args) => args,
    };
    let (file, text) = (input::shown(&args.map), input::definition(&args.map)?);
    let source = language::read_import_source(&file, &text).map_err(Failure::ImportMap)?;
    let bytes = input::sheet(&args.file)?;
    let shown = input::shown(&args.file);
    let mut book = match &command {
        ImportCommand::Csv(_) => Book::csv(&shown, &bytes, &source)?,
        ImportCommand::Xlsx(_) => Book::xlsx(&shown, bytes, &source)?,
    };
    within(context, Access::Existing, async |world| {
        let workflow = world.engine.workflow(source.workflow.as_str(), None).await?;
        let map = language::read_import(&file, &text, &workflow, &book.titles);
        let map = map.map_err(Failure::ImportMap)?;
        let (counts, refused) = bring_in(context, world, args, &map, &mut book).await?;
        report(context, args, &book, &counts, &refused)?;
        match counts.refused {
            0 => Ok(()),
            refused => Err(Fault::RowsRefused { refused, rows: counts.rows }.into()),
        }
    })
    .await
}

async fn bring_in(
    context: &Context,
    world: &World,
    args: &ImportArgs,
    map: &ImportMap,
    book: &mut Book,
) -> Result<(ImportCounts, Vec<RefusedRow>), Failure> {
    let by = match &map.by {
        Some(_) => context.named()?,
        None => Some(context.actor()?),
    };
    // Whatever is wrong with the file as a whole is found before a row is brought in.
    let progress = Progress::counting(book.count()?, words::IMPORTING.get(context.lang));
    let (sha256, dry_run) = (book.sha256.clone(), args.dry_run);
    let import = Import { map, sha256, sheet: book.sheet.clone(), by, dry_run };
    let mut refused = Vec::new();
    let mut told = |row: RefusedRow| {
        if refused.len() < IMPORT_REFUSED_LISTED_MAX {
            refused.push(row);
        }
    };
    let stepped = |row: Result<Row, _>| {
        progress.step();
        row.map_err(Failure::from)
    };
    let counts = world.engine.import(&import, book.rows()?.map(stepped), &mut told).await;
    progress.done();
    refused.sort_by_key(|row| row.row);
    Ok((counts?, refused))
}

fn report(
    context: &Context,
    args: &ImportArgs,
    book: &Book,
    counts: &ImportCounts,
    refused: &[RefusedRow],
) -> Result<(), Failure> {
    let lang = context.lang;
    if context.output.json {
        refused.iter().try_for_each(|row| context.output.document(&document(row, lang)))?;
        return context.output.document(&json!({
            "counts": counts,
            "sha256": book.sha256,
            "dry_run": args.dry_run,
        }));
    }
    if !refused.is_empty() {
        context.output.text(&table(refused, lang))?;
    }
    let more = (counts.refused as usize).saturating_sub(refused.len());
    if more > 0 {
        context.output.text(&words::more_refused(lang, more))?;
    }
    context.output.text(&words::import_counts(lang, counts, args.dry_run))
}

fn document(refused: &RefusedRow, lang: Lang) -> Value {
    let fault = |fault: &RowFault| {
        json!({
            "column": fault.column,
            "code": fault.code.0,
            "message": fault.message.get(lang),
        })
    };
    json!({"row": refused.row, "faults": refused.faults.iter().map(fault).collect::<Vec<_>>()})
}

/// One row per refused row, and one more for each further fault.
fn table(refused: &[RefusedRow], lang: Lang) -> String {
    let header = [words::ROW, words::COLUMN, words::REASON];
    let mut sheet = Sheet::with_header(&words::header(header, lang));
    for row in refused {
        let mut number = row.row.to_string();
        for fault in &row.faults {
            let said = format!("{} ({})", fault.message.get(lang), fault.code);
            let column = fault.column.clone().unwrap_or_default();
            sheet.row([std::mem::take(&mut number), column, said]);
        }
    }
    sheet.render()
}
