//! Effects as people read them.

use dure_engine::model::effect::Effect;
use dure_storage::Lang;

use crate::moment::minute;
use crate::output::one_line;
use crate::sheet::Sheet;
use crate::titles::Titles;
use crate::words;

/// The handlers a case waits for.
pub(super) fn waiting(effects: &[Effect], titles: &Titles, lang: Lang) -> String {
    let mut text = String::new();
    for effect in effects {
        let mut facts = Sheet::plain().indented("    ");
        let mut fact = |word: words::Word, value: String| {
            facts.row([word.get(lang).to_owned(), value]);
        };
        fact(words::HANDLER, effect.handler.to_string());
        fact(words::SINCE, minute(effect.since));
        fact(words::STATE, state(effect, lang));
        if let Some(failing) = &effect.failing {
            fact(words::REASON, one_line(&failing.error));
        }
        let title = one_line(&titles.step(&effect.step));
        text.push_str(&format!("  {title} ({})\n{}", effect.step, facts.render()));
    }
    text
}

/// One line per effect.
pub(super) fn list(effects: &[Effect], lang: Lang) -> String {
    if effects.is_empty() {
        return format!("{}\n", words::NO_EFFECTS.get(lang));
    }
    let header =
        [words::CASE, words::STEP, words::HANDLER, words::SINCE, words::STATE, words::REASON];
    let mut sheet = Sheet::with_header(&words::header(header, lang));
    for effect in effects {
        sheet.row([
            effect.case.to_string(),
            effect.step.to_string(),
            effect.handler.to_string(),
            minute(effect.since),
            state(effect, lang),
            effect.failing.as_ref().map_or_else(String::new, |failing| one_line(&failing.error)),
        ]);
    }
    sheet.render()
}

fn state(effect: &Effect, lang: Lang) -> String {
    effect.failing.as_ref().map_or_else(
        || words::UNTRIED.get(lang).to_owned(),
        |failing| words::failing(lang, failing),
    )
}
