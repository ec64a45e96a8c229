//! What every command knows: the data folder, the form of its output, the language, who acts.

use std::path::PathBuf;

use dure_engine::model::names::PersonId;
use dure_storage::Lang;

use crate::cli::{Global, Language};
use crate::failure::{Failure, Fault};
use crate::output::Output;

/// What every command knows.
#[derive(Debug)]
pub struct Context {
    /// The data folder.
    pub data: PathBuf,
    /// Where and how it prints.
    pub output: Output,
    /// The language of titles and messages.
    pub lang: Lang,
    person: Option<String>,
}

impl Context {
    /// The context that the global options and the environment give.
    pub fn of(global: &Global) -> Context {
        Context {
            data: global.data.clone(),
            output: Output::new(global.json),
            lang: global.lang.map_or_else(environment_language, Lang::from),
            person: global.person.clone().or_else(|| variable("DURE_AS")),
        }
    }

    /// The person who acts.
    ///
    /// # Errors
    /// `E-person-missing` if nobody was named.
    pub fn actor(&self) -> Result<PersonId, Failure> {
        self.named()?.ok_or_else(|| Fault::PersonMissing.into())
    }

    /// The person who acts, where it need not be said.
    ///
    /// # Errors
    /// `E-identifier` if what was said is no person id.
    pub fn named(&self) -> Result<Option<PersonId>, Failure> {
        Ok(self.person.as_ref().map(PersonId::new).transpose()?)
    }
}

impl From<Language> for Lang {
    fn from(language: Language) -> Lang {
        match language {
            Language::Ko => Lang::Ko,
            Language::En => Lang::En,
        }
    }
}

fn environment_language() -> Lang {
    language_of(variable("LC_ALL").or_else(|| variable("LANG")).as_deref())
}

fn language_of(locale: Option<&str>) -> Lang {
    match locale {
        Some(locale) if locale.starts_with("ko") => Lang::Ko,
        Some(_) | None => Lang::En,
    }
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_korean_environment_reads_korean_and_any_other_english() {
        for (locale, lang) in [
            (Some("ko_KR.UTF-8"), Lang::Ko),
            (Some("ko"), Lang::Ko),
            (Some("C.UTF-8"), Lang::En),
            (None, Lang::En),
        ] {
            assert_eq!(language_of(locale), lang, "{locale:?}");
        }
    }
}
