//! `dure account …`: named quantities and their ledgers.

use dure_engine::model::account::{Account, AccountFault, AccountRef, Amount, OpenAccount, Unit};
use dure_engine::model::names::Name;
use dure_engine::runtime::{AccountAccepted, AccountAct, LedgerEntry};
use dure_engine::{Engine, EngineError};
use dure_storage::StreamVersion;
use serde_json::{Value, json};

use super::account_text;
use crate::cli::{AccountActArgs, AccountCommand};
use crate::context::Context;
use crate::failure::{Failure, Fault};
use crate::limits::{LEDGER_ENTRIES_MAX, LIST_PAGE_ROWS};
use crate::world::{Access, World, within};

/// Runs a command of this family.
///
/// # Errors
/// Why it did not do what it was asked.
pub async fn run(context: &Context, command: AccountCommand) -> Result<(), Failure> {
    match command {
        AccountCommand::Open { account, unit, amount, floor } => {
            let (account, unit) = (reference(&account)?, Unit(Name::new(unit)?));
            let wish = OpenAccount::read(account, unit, &floor, &amount);
            let (wish, by) = (wish.map_err(EngineError::from)?, context.named()?);
            let ask = async |engine: &Engine| engine.open_account(wish, by).await;
            told(context, Access::Create, ask).await
        }
        AccountCommand::List { name } => {
            let name = name.map(Name::new).transpose()?;
            within(context, Access::Existing, async |w| list(context, w, name.as_ref()).await).await
        }
        AccountCommand::Show { account, count } => {
            let account = reference(&account)?;
            within(context, Access::Existing, async |w| show(context, w, &account, count).await)
                .await
        }
        AccountCommand::Credit { account, amount, act } => {
            let (account, amount) = (reference(&account)?, units(&amount)?);
            let act = act_of(context, act)?;
            let ask = async |engine: &Engine| engine.credit(account, amount, act).await;
            told(context, Access::Existing, ask).await
        }
        AccountCommand::Debit { account, amount, act } => {
            let (account, amount) = (reference(&account)?, units(&amount)?);
            let act = act_of(context, act)?;
            let ask = async |engine: &Engine| engine.debit(account, amount, act).await;
            told(context, Access::Existing, ask).await
        }
        AccountCommand::Transfer { from, to, amount, act } => {
            let (from, to, amount) = (reference(&from)?, reference(&to)?, units(&amount)?);
            let act = act_of(context, act)?;
            let ask = async |engine: &Engine| engine.transfer(from, to, amount, act).await;
            told(context, Access::Existing, ask).await
        }
        AccountCommand::Close { account, act } => {
            let (account, act) = (reference(&account)?, act_of(context, act)?);
            let ask = async |engine: &Engine| engine.close_account(account, act).await;
            told(context, Access::Existing, ask).await
        }
    }
}

fn reference(text: &str) -> Result<AccountRef, Failure> {
    Ok(text.parse::<AccountRef>()?)
}

fn units(text: &str) -> Result<Amount, Failure> {
    let amount = text.parse::<Amount>().map_err(AccountFault::from);
    Ok(amount.map_err(EngineError::from)?)
}

fn act_of(context: &Context, act: AccountActArgs) -> Result<AccountAct, Failure> {
    Ok(AccountAct {
        by: context.actor()?,
        reason: act.reason,
        occurred_at: act.at,
        idempotency_key: act.key,
    })
}

/// Asks for something and prints the accounts after it.
async fn told(
    context: &Context,
    access: Access,
    ask: impl AsyncFnOnce(&Engine) -> Result<AccountAccepted, EngineError>,
) -> Result<(), Failure> {
    within(context, access, async |world| {
        let accepted = ask(&world.engine).await?;
        if !context.output.json {
            return context.output.text(&account_text::accepted(&accepted, context.lang));
        }
        let accounts: Vec<Value> = accepted.accounts.iter().map(|a| as_json(a)).collect();
        context.output.document(&json!({
            "accounts": accounts,
            "position": accepted.position,
            "repeated": accepted.repeated,
        }))
    })
    .await
}

async fn list(context: &Context, world: &World, name: Option<&Name>) -> Result<(), Failure> {
    let mut after: Option<AccountRef> = None;
    loop {
        let page = world.engine.accounts(name, after.as_ref(), LIST_PAGE_ROWS).await?;
        match context.output.json {
            true => page.iter().try_for_each(|a| context.output.document(&as_json(a)))?,
            false if after.is_some() && page.is_empty() => {}
            false => context.output.text(&account_text::list(&page, context.lang))?,
        }
        after = page.last().map(|account| account.account.clone());
        if page.len() < LIST_PAGE_ROWS {
            return Ok(());
        }
    }
}

async fn show(
    context: &Context,
    world: &World,
    account: &AccountRef,
    count: usize,
) -> Result<(), Failure> {
    if count > LEDGER_ENTRIES_MAX {
        let (given, max) = (count, LEDGER_ENTRIES_MAX);
        return Err(Fault::TooMany { option: "-n", given, max }.into());
    }
    let known = world.engine.account(account).await?;
    let after = StreamVersion(known.version.0.saturating_sub(count as u32));
    let ledger = world.engine.ledger(account, after, count).await?;
    if !context.output.json {
        return context.output.text(&account_text::show(&known, &ledger, context.lang));
    }
    let mut document = as_json(&known);
    document["ledger"] = ledger.iter().map(entry_json).collect();
    context.output.document(&document)
}

fn as_json(account: &Account) -> Value {
    json!({
        "account": account.account,
        "unit": account.unit,
        "floor": account.floor,
        "available": account.available,
        "reserved": account.reserved,
        "committed": account.committed,
        "total": account.total(),
        "closed": account.closed,
        "stream_version": account.version,
    })
}

fn entry_json(entry: &LedgerEntry) -> Value {
    let line = &entry.line;
    json!({
        "stream_version": line.version,
        "position": line.position,
        "event": line.event,
        "occurred_at": line.occurred_at,
        "recorded_at": line.recorded_at,
        "happened": line.happened,
        "available": entry.available,
        "reserved": entry.reserved,
        "committed": entry.committed,
    })
}
