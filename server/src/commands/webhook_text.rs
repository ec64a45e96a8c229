//! Webhooks as people read them.

use dure_engine::model::webhook::{Undelivered, Webhook};
use dure_storage::Lang;

use crate::output::one_line;
use crate::sheet::Sheet;
use crate::words;

/// One line per webhook.
pub(super) fn list(webhooks: &[Webhook], lang: Lang) -> String {
    if webhooks.is_empty() {
        return format!("{}\n", words::NO_WEBHOOKS.get(lang));
    }
    let header = [words::WEBHOOK, words::ADDRESS, words::STATE];
    let mut sheet = Sheet::with_header(&words::header(header, lang));
    for webhook in webhooks {
        let failed = webhook.undelivered.len();
        let state = match webhook.undelivered.first() {
            Some(first) if failed == 1 => state(first, lang),
            Some(_) => words::undelivered(lang, failed),
            None => words::NOTHING_FAILED.get(lang).to_owned(),
        };
        sheet.row([webhook.name.to_string(), webhook.target.url.to_string(), state]);
    }
    sheet.render()
}

/// All about one webhook.
pub(super) fn show(webhook: &Webhook, lang: Lang) -> String {
    let target = &webhook.target;
    let named = |names: Vec<String>| match names.is_empty() {
        true => words::ALL.get(lang).to_owned(),
        false => names.join(", "),
    };
    let workflows = named(target.workflows.iter().map(ToString::to_string).collect());
    let mut sheet = Sheet::plain();
    let mut row = |word: words::Word, value: String| sheet.row([word.get(lang).to_owned(), value]);
    row(words::WEBHOOK, webhook.name.to_string());
    row(words::ADDRESS, target.url.to_string());
    row(words::SECRET_IN, target.secret.to_string());
    row(words::WORKFLOW, workflows);
    row(words::EVENTS, named(target.events.iter().cloned().collect()));
    row(words::GOES_ON_AT, webhook.next.to_string());
    sheet.render() + &undelivered(&webhook.undelivered, lang)
}

fn undelivered(waiting: &[Undelivered], lang: Lang) -> String {
    if waiting.is_empty() {
        return String::new();
    }
    let header = [words::POSITION, words::STATE, words::REASON];
    let mut sheet = Sheet::with_header(&words::header(header, lang));
    for each in waiting {
        let reason =
            each.failing.as_ref().map_or_else(String::new, |failing| one_line(&failing.error));
        sheet.row([each.position.to_string(), state(each, lang), reason]);
    }
    sheet.render()
}

fn state(waiting: &Undelivered, lang: Lang) -> String {
    waiting.failing.as_ref().map_or_else(
        || words::TRY_AGAIN.get(lang).to_owned(),
        |failing| words::failing(lang, failing),
    )
}
