//! Where a webhook goes, which events it wants, and the name of the variable that holds its secret. An address that
//! would carry what is sent in the clear over a network, or a password into the log, is none.

// Of `core`, which knows addresses and no network.
use core::net::IpAddr;
use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::limits::{IDENTIFIER_CHARS_MAX, WEBHOOK_FILTERS_MAX, WEBHOOK_URL_BYTES_MAX};
use crate::model::event::CaseEvent;
use crate::model::names::Name;
use crate::model::privacy::refuse_personal_text;
use crate::model::refusal::{WebhookFault, Why};

/// Where a webhook goes and what it is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// Where it is told.
    pub url: Address,
    /// The variable of the environment that holds its secret.
    pub secret: Variable,
    /// Only of cases of these workflows; of all, if none is named.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub workflows: BTreeSet<Name>,
    /// Only of events of these types, as they are stored; of all, if none is named.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub events: BTreeSet<String>,
}

impl Target {
    /// Checks what is wanted.
    ///
    /// # Errors
    /// `E-webhook-event` if no event of a case is stored under a name, `E-webhook-filters` if too many are named.
    pub fn check(&self) -> Result<(), WebhookFault> {
        let named = self.workflows.len().max(self.events.len());
        if named > WEBHOOK_FILTERS_MAX {
            return Err(WebhookFault::TooManyFilters { named, max: WEBHOOK_FILTERS_MAX });
        }
        match self.events.iter().find(|name| !CaseEvent::KINDS.iter().any(|kind| kind.0 == **name))
        {
            None => Ok(()),
            Some(name) => {
                let known: Vec<&str> = CaseEvent::KINDS.iter().map(|kind| kind.0).collect();
                Err(WebhookFault::EventUnknown { name: name.clone(), known: known.join(", ") })
            }
        }
    }

    /// Whether it wants events of a type.
    pub fn wants_type(&self, kind: &str) -> bool {
        self.events.is_empty() || self.events.contains(kind)
    }
}

/// An address: `https://…`, or `http://…` on this machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Address(String);

impl Address {
    /// Checks and wraps an address.
    ///
    /// # Errors
    /// `E-webhook-url`, or `E-personal-data`.
    pub fn new(url: &str) -> Result<Address, Why> {
        let invalid = WebhookFault::AddressInvalid { max: WEBHOOK_URL_BYTES_MAX };
        let allowed = url.len() <= WEBHOOK_URL_BYTES_MAX
            && url
                .chars()
                .all(|c| c.is_ascii_graphic() && !matches!(c, '\\' | '"' | '<' | '>' | '#'));
        if !allowed || !goes_safely(url) {
            return Err(invalid.into());
        }
        refuse_personal_text("url", url)?;
        Ok(Address(url.to_owned()))
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether what is sent there is encrypted or stays on this machine, and no user or password stands before the host.
fn goes_safely(url: &str) -> bool {
    let Some((scheme, rest)) = url.split_once("://") else { return false };
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    let host = host_of(authority).filter(|_| !authority.contains('@'));
    match scheme {
        "https" => host.is_some(),
        "http" => host.is_some_and(is_loopback),
        _ => false,
    }
}

/// The host of `host`, `host:port` or `[address]:port`; `None` if it is none of them.
fn host_of(authority: &str) -> Option<&str> {
    let (host, port) = match authority.strip_prefix('[') {
        Some(rest) => rest.split_once(']')?,
        None => authority.find(':').map_or((authority, ""), |at| authority.split_at(at)),
    };
    let port_fits = match port.strip_prefix(':') {
        Some(number) => number.parse::<u16>().is_ok(),
        None => port.is_empty(),
    };
    (!host.is_empty() && port_fits).then_some(host)
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// The name of a variable of the environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Variable(String);

impl Variable {
    /// Checks and wraps a name. What is refused is not repeated: it may be the secret itself.
    ///
    /// # Errors
    /// `E-webhook-variable`.
    pub fn new(name: &str) -> Result<Variable, WebhookFault> {
        let mut chars = name.chars();
        let fits = chars.next().is_some_and(|c| c.is_ascii_uppercase() || c == '_')
            && chars.all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
            && name.len() <= IDENTIFIER_CHARS_MAX;
        if fits { Ok(Variable(name.to_owned())) } else { Err(WebhookFault::VariableInvalid {}) }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Variable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use dure_storage::Lang;

    use super::*;

    #[test]
    fn an_address_is_encrypted_or_on_this_machine_and_holds_no_password() {
        let table = [
            ("https://example.org/hook?to=1", true),
            ("https://example.org:8443", true),
            ("https://[2001:db8::1]/", true),
            ("http://127.0.0.1:8080/hook", true),
            ("http://127.9.9.9/", true),
            ("http://localhost/hook", true),
            ("http://[::1]:80/hook", true),
            ("http://example.org/hook", false),
            ("http://localhost.example.org/", false),
            ("http://127.0.0.1.example.org/", false),
            ("http://127.0.0.1@example.org/", false),
            ("http://127.0.0.1:80@example.org/", false),
            ("http://example.org\\@127.0.0.1/", false),
            ("http://[::1]x/", false),
            ("http://[::1/", false),
            ("https://user:word@example.org/", false),
            ("https://:443/", false),
            ("https:///hook", false),
            ("https://example.org:99999/", false),
            ("https://example.org/a b", false),
            ("https://example.org/한", false),
            ("https://example.org/#part", false),
            ("ftp://example.org/", false),
            ("example.org", false),
            ("", false),
        ];
        for (url, fits) in table {
            assert_eq!(Address::new(url).is_ok(), fits, "{url}");
        }
        let long = format!("https://example.org/{}", "a".repeat(WEBHOOK_URL_BYTES_MAX));
        assert!(Address::new(&long).is_err());
        let personal = format!("https://example.org/{}", ["010", "0000", "0000"].join("-"));
        assert!(matches!(Address::new(&personal), Err(Why::PersonalData { .. })));
    }

    #[test]
    fn a_secret_in_place_of_the_name_of_its_variable_is_refused_and_not_repeated() {
        for name in ["HOOK_SECRET", "_A1"] {
            assert!(Variable::new(name).is_ok(), "{name}");
        }
        let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        for wrong in ["", "1A", "hook", "A=B", "A B", "한", &"A".repeat(65), secret] {
            let Err(fault) = Variable::new(wrong) else { panic!("{wrong} is a name") };
            assert!(!fault.explain(Lang::En).contains(secret), "{fault:?}");
        }
    }
}
