//! What a workflow has to do with the world outside its cases: accounts, messages, delegations, other cases.

use super::codes;
use super::fields::{fields, form};
use super::mapping::Mapping;
use super::node::{Node, Span};
use super::outcomes::assignments;
use super::reading::Reading;
use super::scopes::automatic;
use crate::expression::{Scope, Type};
use crate::model::account::Unit;
use crate::model::definition::{
    AccountExpression, AccountMove, AccountMoveKind, AccountUse, Assignments, Delegation, Message,
    Quantity, Send, Spawn,
};
use crate::model::form::Field;
use crate::model::names::Name;

/// Reads `accounts`.
pub(super) fn accounts(node: &Node, reading: &Reading<'_>) -> Vec<AccountUse> {
    let read = |(name, _, node): (Name, Span, &Node)| {
        let keys = Mapping::of(node, reading)?;
        let title = keys.need("title", reading).and_then(|node| reading.bilingual(node));
        let unit = keys.need("unit", reading).and_then(|node| reading.name(node));
        let keyed = reading.flag(keys.take("keyed"));
        keys.finish(reading);
        Some(AccountUse { name, title: title?, unit: Unit(unit?), keyed })
    };
    reading.named(node).into_iter().filter_map(read).collect()
}

/// Reads `messages`.
pub(super) fn messages(node: &Node, reading: &Reading<'_>) -> Vec<Message> {
    let read = |(name, _, node): (Name, Span, &Node)| {
        let keys = Mapping::of(node, reading)?;
        let title = keys.need("title", reading).and_then(|node| reading.bilingual(node));
        let by = keys.take("by").map(|node| reading.items(node)).unwrap_or_default();
        let by = by.iter().filter_map(|node| reading.role(node)).collect();
        let filled = keys.take("form").map(|node| fields(node, reading)).unwrap_or_default();
        let keep = reading.flag(keys.take("keep"));
        keys.finish(reading);
        Some(Message { name, title: title?, by, form: form(filled, node, reading), keep })
    };
    reading.named(node).into_iter().filter_map(read).collect()
}

/// Reads `delegations`.
pub(super) fn delegations(node: &Node, reading: &Reading<'_>) -> Vec<Delegation> {
    let read = |node: &Node| {
        let keys = Mapping::of(node, reading)?;
        let of = keys.need("of", reading).and_then(|node| reading.role(node));
        let to = keys.need("to", reading).and_then(|node| reading.role(node));
        let when = keys
            .need("when", reading)
            .and_then(|node| reading.expression(node, &automatic(reading), &Type::Bool));
        keys.finish(reading);
        Some(Delegation { of: of?, to: to?, when: when? })
    };
    reading.items(node).iter().filter_map(read).collect()
}

/// Reads what an outcome or an action does to accounts.
pub(super) fn moves(keys: &Mapping<'_>, scope: &Scope, reading: &Reading<'_>) -> Vec<AccountMove> {
    let plain = [
        ("reserve", AccountMoveKind::Reserve),
        ("commit", AccountMoveKind::Commit),
        ("release", AccountMoveKind::Release),
    ];
    let mut moves = Vec::new();
    for (key, kind) in plain {
        let Some(node) = keys.take(key) else { continue };
        let Some(entries) = Mapping::of(node, reading) else { continue };
        let account = account(&entries, "account", "of", scope, reading);
        let amount = amount(&entries, scope, reading);
        entries.finish(reading);
        moves.extend(account.zip(amount).map(|(account, amount)| AccountMove {
            kind,
            account,
            amount,
        }));
    }
    moves.extend(keys.take("transfer").and_then(|node| transfer(node, scope, reading)));
    moves
}

fn transfer(node: &Node, scope: &Scope, reading: &Reading<'_>) -> Option<AccountMove> {
    let keys = Mapping::of(node, reading)?;
    let from = account(&keys, "from", "from_of", scope, reading);
    let to = account(&keys, "to", "to_of", scope, reading);
    let whole = keys.need("amount", reading)?;
    let amount = match whole.as_str() {
        Some("all") => Some(Quantity::All),
        Some(_) | None => reading.expression(whole, scope, &Type::Int).map(Quantity::Units),
    };
    keys.finish(reading);
    Some(AccountMove {
        kind: AccountMoveKind::Transfer { to: to? },
        account: from?,
        amount: amount?,
    })
}

fn amount(keys: &Mapping<'_>, scope: &Scope, reading: &Reading<'_>) -> Option<Quantity> {
    let amount = keys.need("amount", reading)?;
    reading.expression(amount, scope, &Type::Int).map(Quantity::Units)
}

fn account(
    keys: &Mapping<'_>,
    name_key: &'static str,
    key_key: &'static str,
    scope: &Scope,
    reading: &Reading<'_>,
) -> Option<AccountExpression> {
    let key = keys.take(key_key).and_then(|node| reading.expression(node, scope, &Type::String));
    let node = keys.need(name_key, reading)?;
    let used = account_name(node, reading)?;
    if used.keyed != key.is_some() {
        let (ko, en) = match used.keyed {
            true => (
                "에는 `of`로 어느 계정인지 적어야 합니다",
                "has one account per key: say which with `of`",
            ),
            false => (
                " 계정은 하나뿐이므로 `of`를 쓸 수 없습니다",
                "is one account: `of` cannot stand here",
            ),
        };
        let name = &used.name;
        reading.error(codes::UNKNOWN, node.span, format!("`{name}`{ko}"), format!("`{name}` {en}"));
    }
    Some(AccountExpression { name: used.name.clone(), key })
}

fn account_name<'r>(node: &Node, reading: &'r Reading<'_>) -> Option<&'r AccountUse> {
    let name = reading.name(node)?;
    let found = reading.accounts.iter().find(|used| used.name == name);
    if found.is_none() {
        let known = reading.accounts.iter().map(|used| used.name.as_str());
        reading.unknown(node.span, ("계정", "account"), name.as_str(), known);
    }
    found
}

/// Reads a list of accounts.
pub(super) fn account_names(node: Option<&Node>, reading: &Reading<'_>) -> Vec<Name> {
    let items = node.map(|node| reading.items(node)).unwrap_or_default();
    items
        .iter()
        .filter_map(|node| account_name(node, reading))
        .map(|used| used.name.clone())
        .collect()
}

/// Reads `spawn`.
pub(super) fn spawn(node: &Node, keys: &Mapping<'_>, reading: &Reading<'_>) -> Option<Spawn> {
    let (workflow, fields) = spawned(node, reading)?;
    let with = keys.take("with");
    let with = with.map(|with| assignments(with, &automatic(reading), &fields, reading));
    let with = with.unwrap_or_default();
    super::steps::all_given(&with, &workflow, &fields, node, reading);
    let link = keys.take("link").and_then(|node| reading.name(node));
    Some(Spawn { link: link.unwrap_or_else(|| workflow.clone()), workflow, with })
}

/// The workflow that a step starts a case of, and its start form: one that was published before, or the one that is
/// being read.
fn spawned(node: &Node, reading: &Reading<'_>) -> Option<(Name, Vec<Field>)> {
    if let Some((own, fields)) = &reading.own
        && node.as_str() == Some(own.as_str())
    {
        return Some((own.clone(), fields.clone()));
    }
    let definition = reading.called(node)?;
    let fields = definition.start.form.fields().to_vec();
    Some((definition.reference.name.clone(), fields))
}

/// Reads `send`.
pub(super) fn send(node: &Node, keys: &Mapping<'_>, reading: &Reading<'_>) -> Option<Send> {
    let message = reading.name(node);
    let to_case = keys
        .need("to_case", reading)
        .and_then(|node| reading.expression(node, &automatic(reading), &Type::String));
    let with = keys.take("with").map(|node| free(node, reading)).unwrap_or_default();
    Some(Send { message: message?, to_case: to_case?, with })
}

/// Reads field and expression for a receiver whose fields are not known here.
pub(super) fn free(node: &Node, reading: &Reading<'_>) -> Assignments {
    let scope = automatic(reading);
    let read =
        |(name, _, node): (Name, Span, &Node)| Some((name, reading.any_expression(node, &scope)?));
    reading.named(node).into_iter().filter_map(read).collect()
}
