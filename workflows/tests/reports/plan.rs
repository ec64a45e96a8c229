//! The rows of the reports on plans and what they call, from the events.

use serde_json::{Value as Json, json};

use super::Recomputation;
use super::raw::{Act, Case, Ledger, Run, Stay, held_by};
use super::rows::grouped;

pub const ROWS: &[(&str, Recomputation)] = &[
    ("amendment_diff", amendment_diff),
    ("amendments", amendments),
    ("approval_trail", approval_trail),
    ("comments_by_section", comments_by_section),
    ("committee_votes", committee_votes),
    ("consultation", consultation),
    ("director_board", director_board),
    ("disclosure_decisions", disclosure_decisions),
    ("executed_before_approved", executed_before_approved),
    ("feedback_ledger", feedback_ledger),
    ("item_dashboard", item_dashboard),
    ("library_plans", library_plans),
    ("opinions", opinions),
    ("performance_vs_target", performance_vs_target),
    ("plan_by_policy_tag", plan_by_policy_tag),
    ("plan_contents", plan_contents),
    ("plan_evaluations", plan_evaluations),
    ("plan_overview", plan_overview),
    ("plan_register", plan_register),
    ("plan_requests", plan_requests),
    ("plan_tree", plan_tree),
    ("post_approvals_overdue", post_approvals_overdue),
    ("retention_calendar", retention_calendar),
    ("retention_due", retention_due),
    ("returned_rounds", returned_rounds),
    ("route_changes", route_changes),
    ("route_map", route_map),
    ("split_plans", split_plans),
    ("time_in_each_hand", time_in_each_hand),
];

/// Up to which amount a team head decides, and how near to it is suspicious, in percent.
const TEAM_HEAD_LIMIT: i64 = 10_000_000;
const SPLIT_PERCENT: i64 = 5;

fn plans(ledger: &Ledger) -> Vec<(&Case, &Run)> {
    ledger.runs(&["plan_approval"])
}

fn routes(ledger: &Ledger) -> Vec<(&Case, &Run)> {
    ledger.runs(&["plan_route"])
}

/// The acts of runs, each with its case and run.
fn acts<'a>(runs: &[(&'a Case, &'a Run)]) -> Vec<(&'a Case, &'a Run, &'a Act)> {
    let of = |(case, run): &(&'a Case, &'a Run)| {
        let (case, run) = (*case, *run);
        run.acts.iter().map(move |act| (case, run, act)).collect::<Vec<_>>()
    };
    runs.iter().flat_map(of).collect()
}

fn stays<'a>(runs: &[(&'a Case, &'a Run)]) -> Vec<(&'a Case, &'a Run, &'a Stay)> {
    let of = |(case, run): &(&'a Case, &'a Run)| {
        let (case, run) = (*case, *run);
        run.stays.iter().map(move |stay| (case, run, stay)).collect::<Vec<_>>()
    };
    runs.iter().flat_map(of).collect()
}

fn items(list: &Json) -> Vec<Json> {
    list.as_array().cloned().unwrap_or_default()
}

fn number(json: &Json) -> i64 {
    json.as_i64().unwrap_or_default()
}

fn is_at(act: &Act, step: &str) -> bool {
    act.step.as_deref() == Some(step)
}

fn was_completed(act: &Act) -> bool {
    act.kind == "step_completed"
}

/// What a section or an item costs, by its tasks.
fn cost_of_item(item: &Json) -> i64 {
    items(&item["tasks"]).iter().map(|task| number(&task["budget"])).sum()
}

fn cost_of_section(section: &Json) -> i64 {
    items(&section["items"]).iter().map(cost_of_item).sum()
}

/// The items of a plan that go on, each with its section.
fn going_items(run: &Run) -> Vec<Json> {
    if !run.reached("carry_out") {
        return Vec::new();
    }
    let sections = run.list("sections");
    let all = sections.iter().flat_map(|section| items(&section["items"]));
    all.filter(|item| item["change_type"] != "stop").collect()
}

fn route_map(ledger: &Ledger) -> Vec<Json> {
    let mut rows = Vec::new();
    for (case, run) in plans(ledger) {
        for task in case.tasks(run) {
            if task.step == "execute_item" || task.step == "amend_plan" {
                continue;
            }
            rows.push(json!({
                "number": case.id, "kind": run.get("kind"), "title": run.get("plan_title"),
                "step": task.step, "part": task.item, "holder": held_by(task),
                "since": task.since, "waiting": (ledger.now - task.since).num_seconds(),
                "due": task.due, "late": task.is_late(ledger.now),
            }));
        }
    }
    rows
}

fn comments_by_section(ledger: &Ledger) -> Vec<Json> {
    let found = acts(&routes(ledger)).into_iter();
    let reviews = found.filter(|(_, _, act)| was_completed(act) && is_at(act, "review"));
    let row = |(case, run, act): (&Case, &Run, &Act)| {
        let said = act.filled("comment");
        json!({
            "number": case.id, "title": run.get("plan_title"), "section": act.item,
            "outcome": act.outcome,
            "comment": if said.is_null() { act.said("reason") } else { said },
            "items": act.filled("item_refs"), "by": act.said("by"), "at": act.at,
        })
    };
    reviews.map(row).collect()
}

fn consultation(ledger: &Ledger) -> Vec<Json> {
    let asked = ["consult", "agree", "agree_next"];
    let found = stays(&routes(ledger)).into_iter();
    let row = |(case, run, stay): (&Case, &Run, &Stay)| {
        json!({
            "number": case.id, "title": run.get("plan_title"), "step": stay.step,
            "unit": stay.item, "outcome": stay.outcome(),
            "by": stay.left.as_ref().and_then(|left| left.by.clone()),
            "since": stay.since, "left": stay.left.as_ref().map(|left| left.at),
            "late": stay.is_late(ledger.now),
        })
    };
    found.filter(|(_, _, stay)| asked.contains(&stay.step.as_str())).map(row).collect()
}

fn opinions(ledger: &Ledger) -> Vec<Json> {
    let found = acts(&ledger.runs(&["needs_survey"])).into_iter();
    let row = |(case, run, act): (&Case, &Run, &Act)| {
        json!({
            "number": case.id, "topic": run.get("topic"), "track": act.step,
            "opinion": act.filled("opinion"), "at": act.at,
        })
    };
    found.filter(|(_, _, act)| !act.filled("opinion").is_null()).map(row).collect()
}

fn item_dashboard(ledger: &Ledger) -> Vec<Json> {
    let mut rows = Vec::new();
    for (case, run) in plans(ledger) {
        for item in going_items(run) {
            let reports = run.list("reports");
            let own: Vec<&Json> = reports.iter().filter(|r| r["code"] == item["code"]).collect();
            let spent: i64 = own.iter().map(|report| number(&report["spent"])).sum();
            let finished = own.iter().any(|report| report["progress"] == 100);
            let budget = cost_of_item(&item);
            let tasks = items(&item["tasks"]);
            let today = super::seoul::today(ledger.now);
            let statuses = run.acts.iter().filter_map(|act| {
                let statuses = items(&act.filled("statuses"));
                let own = statuses.into_iter().find(|status| status["code"] == item["code"]);
                Some(own?["status"].clone())
            });
            rows.push(json!({
                "number": case.id, "code": item["code"], "title": item["title"],
                "owner": item["owner"], "due": item["due"],
                "indicators": tasks.iter().map(|t| t["indicator"].clone()).collect::<Vec<_>>(),
                "progress": own.first().map(|report| report["progress"].clone()),
                "budget": budget, "spent": spent,
                "rate": if budget > 0 { spent * 100 / budget } else { 0 },
                "checks": statuses.collect::<Vec<_>>(),
                "late": item["due"].as_str() < Some(today.as_str()) && !finished,
            }));
        }
    }
    rows
}

fn amendments(ledger: &Ledger) -> Vec<Json> {
    let found = acts(&plans(ledger)).into_iter();
    let row = |(case, run, act): (&Case, &Run, &Act)| {
        json!({
            "number": case.id, "title": run.get("plan_title"), "changes": act.filled("changes"),
            "reason": act.said("reason"), "effective": act.filled("effective_from"),
            "by": act.said("by"), "at": act.at, "version": run.get("plan_version"),
        })
    };
    found.filter(|(_, _, act)| was_completed(act) && is_at(act, "amend_plan")).map(row).collect()
}

fn amendment_diff(ledger: &Ledger) -> Vec<Json> {
    let mut rows = Vec::new();
    for (case, run) in routes(ledger) {
        let before = items(&run.began["sections"]);
        for section in run.list("sections") {
            if run.get("amending") != true || before.contains(&section) {
                continue;
            }
            let code = &section["code"];
            let old = before.iter().find(|known| known["code"] == *code);
            let (from, to) = (old.map_or(0, cost_of_section), cost_of_section(&section));
            let codes = |stopped: bool| -> Vec<Json> {
                let items = items(&section["items"]).into_iter();
                let wanted = items.filter(|item| (item["change_type"] == "stop") == stopped);
                wanted.map(|item| item["code"].clone()).collect()
            };
            let old_codes = old.map(|old| -> Vec<Json> {
                items(&old["items"]).iter().map(|item| item["code"].clone()).collect()
            });
            rows.push(json!({
                "number": case.id, "title": run.get("plan_title"), "began": run.opened_at,
                "section": code, "name": section["title"], "new": old.is_none(),
                "items_before": old_codes, "items_after": codes(false), "stopped": codes(true),
                "before": from, "after": to, "change": to - from,
                "total_before": run.began["total_budget"], "total_after": run.get("total_budget"),
                "decided": run.end(),
            }));
        }
    }
    rows
}

fn feedback_ledger(ledger: &Ledger) -> Vec<Json> {
    let of = |(case, run): (&Case, &Run)| {
        let row = |action: &Json| {
            json!({
                "number": case.id, "title": run.get("plan_title"), "score": run.get("score"),
                "action": action["text"], "owner": action["owner"], "due": action["due"],
                "target": action["target_plan"], "next_item": action["next_item"],
                "not_taken": action["not_taken"],
            })
        };
        run.list("follow_ups").iter().map(row).collect::<Vec<_>>()
    };
    plans(ledger).into_iter().flat_map(of).collect()
}

fn plan_requests(ledger: &Ledger) -> Vec<Json> {
    let row = |(case, run): (&Case, &Run)| {
        let declined = run.acts.iter().find(|act| act.completed("take_up", "decline"));
        json!({
            "number": case.id, "text": run.get("text"), "origin": run.get("origin"),
            "parent": case.parent, "wanted": run.get("next_item"), "opened": run.opened_at,
            "due": case.due(run), "outcome": run.end(), "plan": run.get("plan_no"),
            "item": run.get("item"), "reason": declined.map(|act| act.said("reason")),
        })
    };
    ledger.runs(&["plan_request"]).into_iter().map(row).collect()
}

fn plan_overview(ledger: &Ledger) -> Vec<Json> {
    let row = |(case, run): (&Case, &Run)| {
        json!({
            "number": case.id, "kind": run.get("kind"), "title": run.get("plan_title"),
            "drafted_by": run.get("drafted_by"), "drafted_on": run.get("drafted_on"),
            "pages": run.get("page_count"), "origin": run.get("origin"),
            "upper": run.get("upper_plans"), "vision": run.get("vision"),
            "mission": run.get("mission"), "stage": run.get("stage"),
            "literature": run.get("literature"), "environment": run.get("environment"),
            "demography": run.get("demography"), "digital": run.get("digital_behaviour"),
            "reading": run.get("reading_behaviour"), "options": run.get("direction_options"),
            "direction": run.get("direction"), "decided_by": run.get("decided_by"),
        })
    };
    plans(ledger).into_iter().map(row).collect()
}

fn plan_contents(ledger: &Ledger) -> Vec<Json> {
    let mut rows = Vec::new();
    for (case, run) in plans(ledger) {
        for section in items(&run.get("sections")) {
            for item in items(&section["items"]) {
                for task in items(&item["tasks"]) {
                    rows.push(json!({
                        "number": case.id, "section": section["title"], "unit": section["unit"],
                        "code": item["code"], "item": item["title"],
                        "change": item["change_type"], "owner": item["owner"],
                        "task": task["code"], "text": task["text"], "how": task["how"],
                        "task_owner": task["owner"], "indicator": task["indicator"],
                        "target": task["target"], "due": task["due"],
                        "tags": task["policy_tags"], "budget": task["budget"],
                    }));
                }
            }
        }
    }
    rows
}

fn plan_tree(ledger: &Ledger) -> Vec<Json> {
    let row = |(case, run): (&Case, &Run)| {
        json!({
            "parent": run.get("parent_plan"), "number": case.id, "horizon": run.get("horizon"),
            "stage": run.get("stage"), "kind": run.get("kind"), "title": run.get("plan_title"),
            "from": run.get("period_from"), "to": run.get("period_to"),
            "upper": run.get("upper_plans"), "libraries": run.list("libraries").len(),
            "settled": run.number("library_plans"), "outcome": run.end(),
        })
    };
    plans(ledger).into_iter().map(row).collect()
}

fn library_plans(ledger: &Ledger) -> Vec<Json> {
    let row = |(case, run): (&Case, &Run)| {
        let returned = |act: &&Act| act.completed("review_library_plan", "return");
        let heard = run.get("heard");
        json!({
            "number": case.id, "upper": run.get("upper_title"), "library": run.get("library"),
            "specialty": run.get("specialty"), "opinions": heard.as_array().map(Vec::len),
            "returned": run.acts.iter().filter(returned).count(), "holder": case.holders(run),
            "due": case.due(run), "outcome": run.end(),
        })
    };
    ledger.runs(&["library_plan"]).into_iter().map(row).collect()
}

fn plan_by_policy_tag(ledger: &Ledger) -> Vec<Json> {
    let mut tagged = Vec::new();
    for (case, run) in plans(ledger) {
        for task in going_items(run).iter().flat_map(|item| items(&item["tasks"])) {
            for tag in items(&task["policy_tags"]) {
                tagged.push((tag, (case.id.clone(), number(&task["budget"]))));
            }
        }
    }
    let row = |(tag, tasks): (Json, Vec<(String, i64)>)| {
        let mut plans: Vec<&String> = tasks.iter().map(|(plan, _)| plan).collect();
        plans.sort();
        plans.dedup();
        let budget: i64 = tasks.iter().map(|(_, budget)| budget).sum();
        json!({"tag": tag, "tasks": tasks.len(), "budget": budget, "plans": plans})
    };
    grouped(tagged).into_iter().map(row).collect()
}

fn performance_vs_target(ledger: &Ledger) -> Vec<Json> {
    let mut rows = Vec::new();
    for (case, run) in plans(ledger) {
        let results = run.list("indicator_results");
        for task in going_items(run).iter().flat_map(|item| items(&item["tasks"])) {
            let result = results.iter().find(|result| result["code"] == task["code"]);
            let result = result.map(|result| number(&result["result"]));
            let rate = match number(&task["target"]) {
                0 => Some(0),
                target => result.map(|result| result * 100 / target),
            };
            rows.push(json!({
                "number": case.id, "code": task["code"], "indicator": task["indicator"],
                "unit": task["unit"], "baseline": task["baseline"], "target": task["target"],
                "result": result, "rate": rate, "score": run.get("score"),
            }));
        }
    }
    rows
}

fn director_board(ledger: &Ledger) -> Vec<Json> {
    let open = plans(ledger).into_iter().filter(|(_, run)| run.is_open());
    let row = |(case, run): (&Case, &Run)| {
        let reports = run.list("reports");
        let units = run.get("sections").as_array().map(|sections| {
            sections.iter().map(|section| section["unit"].clone()).collect::<Vec<_>>()
        });
        let late = case.tasks(run).into_iter().filter(|task| task.is_late(ledger.now)).count();
        let standing = run.flags.iter().filter(|flag| flag.cleared.is_none());
        json!({
            "number": case.id, "kind": run.get("kind"), "title": run.get("plan_title"),
            "units": units, "version": run.get("plan_version"), "steps": case.steps(run),
            "holder": case.holders(run), "due": case.due(run), "late": late,
            "items": run.list("item_codes").len(),
            "done": reports.iter().filter(|report| report["progress"] == 100).count(),
            "poor": run.list("poor_now").len(), "budget": run.get("total_budget"),
            "spent": reports.iter().map(|report| number(&report["spent"])).sum::<i64>(),
            "flags": standing.map(|flag| flag.flag.clone()).collect::<Vec<_>>(),
        })
    };
    open.map(row).collect()
}

fn plan_register(ledger: &Ledger) -> Vec<Json> {
    let row = |(at, (case, run)): (usize, (&Case, &Run))| {
        json!({
            "no": at + 1, "number": case.id, "registered": run.get("registered_on"), "plan": case.parent,
            "kind": run.get("kind"), "title": run.get("plan_title"),
            "version": run.get("plan_version"), "disclosure": run.get("disclosure"),
            "retention": run.get("retention"), "from": run.get("retention_from"),
        })
    };
    ledger.runs(&["document_register"]).into_iter().enumerate().map(row).collect()
}

/// The documents that are not kept for ever, each with the last year it is kept.
fn kept_until(ledger: &Ledger) -> Vec<(&Case, &Run, i64)> {
    let last = |run: &Run| {
        let years: i64 = run.get("retention").as_str()?.strip_prefix("years_")?.parse().ok()?;
        let from: i64 = run.get("retention_from").as_str()?.split('-').next()?.parse().ok()?;
        Some(from + years - 1)
    };
    let documents = ledger.runs(&["document_register"]).into_iter();
    documents.filter_map(|(case, run)| Some((case, run, last(run)?))).collect()
}

fn retention_calendar(ledger: &Ledger) -> Vec<Json> {
    let years = kept_until(ledger).into_iter().map(|(_, run, year)| (json!(year), run));
    let row = |(year, runs): (Json, Vec<&Run>)| {
        let mut classes: Vec<String> =
            runs.iter().map(|run| run.get("retention").as_str().unwrap_or("").into()).collect();
        classes.sort();
        classes.dedup();
        json!({"year": year, "documents": runs.len(), "classes": classes})
    };
    grouped(years).into_iter().map(row).collect()
}

fn retention_due(ledger: &Ledger) -> Vec<Json> {
    let this: i64 = super::seoul::today(ledger.now)[..4].parse().expect("a year");
    let past = kept_until(ledger).into_iter().filter(|(_, _, year)| *year < this);
    let row = |(case, run, year): (&Case, &Run, i64)| {
        json!({
            "number": case.id, "plan": case.parent, "title": run.get("plan_title"),
            "retention": run.get("retention"), "from": run.get("retention_from"), "year": year,
        })
    };
    past.map(row).collect()
}

fn approval_trail(ledger: &Ledger) -> Vec<Json> {
    let found = acts(&ledger.runs(&["plan_approval", "plan_route"])).into_iter();
    let decided = found.filter(|(_, _, act)| {
        (was_completed(act) || act.kind == "action_taken")
            && !act.said("by").is_null()
            && !is_at(act, "execute_item")
    });
    let row = |(case, run, act): (&Case, &Run, &Act)| {
        json!({
            "number": case.id, "title": run.get("plan_title"), "at": act.at,
            "recorded": act.recorded_at, "step": act.step, "part": act.item,
            "outcome": act.outcome, "by": act.said("by"), "role": act.said("role"),
            "authority": act.said("authority"), "place_of": act.said("on_behalf_of"),
            "absent": ledger.absence_known(act), "reason": act.said("reason"),
        })
    };
    decided.map(row).collect()
}

fn time_in_each_hand(ledger: &Ledger) -> Vec<Json> {
    let found = stays(&ledger.runs(&["plan_approval", "plan_route"])).into_iter();
    let tasks = found.filter(|(_, _, stay)| {
        stay.kind == "task" && stay.step != "execute_item" && stay.step != "amend_plan"
    });
    let keyed = tasks.map(|(case, _, stay)| {
        let stopped = case.stopped_between(stay.since, stay.until(ledger.now), ledger.now);
        let held = stay.lasted(ledger.now) - stopped;
        (json!([case.id, stay.step, stay.holders]), (held, stay.is_late(ledger.now)))
    });
    let row = |(key, stays): (Json, Vec<(i64, bool)>)| {
        json!({
            "number": key[0], "step": key[1], "holder": key[2], "times": stays.len(),
            "held": stays.iter().map(|(held, _)| held).sum::<i64>(),
            "longest": stays.iter().map(|(held, _)| held).max(),
            "late": stays.iter().filter(|(_, late)| *late).count(),
        })
    };
    grouped(keyed).into_iter().map(row).collect()
}

fn returned_rounds(ledger: &Ledger) -> Vec<Json> {
    let returned = routes(ledger).into_iter().filter(|(_, run)| run.number("returned_times") > 0);
    let row = |(case, run): (&Case, &Run)| {
        let by = |pairs: &[(&str, &str)]| -> Vec<&Act> {
            let is = |act: &&Act| pairs.iter().any(|(step, outcome)| act.completed(step, outcome));
            run.acts.iter().filter(is).collect()
        };
        let (section, agreer, approver) = (
            [("review", "return")],
            [("agree", "reject"), ("agree_next", "reject")],
            [("approve_plan", "return"), ("approve_plan", "return_previous")],
        );
        let rejected = [("approve_plan", "reject")];
        let all = [&section[..], &agreer[..], &approver[..], &rejected[..]].concat();
        json!({
            "number": case.id, "title": run.get("plan_title"), "amending": run.get("amending"),
            "rounds": run.number("returned_times"), "by_section": by(&section).len(),
            "by_agreer": by(&agreer).len(), "by_approver": by(&approver).len(),
            "sections": by(&section).iter().map(|act| act.item.clone()).collect::<Vec<_>>(),
            "reasons": by(&all).iter().map(|act| act.said("reason")).collect::<Vec<_>>(),
            "outcome": run.end(),
        })
    };
    returned.map(row).collect()
}

fn executed_before_approved(ledger: &Ledger) -> Vec<Json> {
    let mut rows = Vec::new();
    for (case, run) in plans(ledger) {
        let approved = run.get("approved_on");
        let Some(day) = approved.as_str() else { continue };
        for report in run.list("reports") {
            let before = |field: &str| report[field].as_str().is_some_and(|on| on < day);
            if before("started_on") || before("paid_on") {
                rows.push(json!({
                    "number": case.id, "title": run.get("plan_title"), "item": report["code"],
                    "approved": day, "started": report["started_on"], "paid": report["paid_on"],
                    "spent": report["spent"], "post": run.get("authority") == "post",
                }));
            }
        }
    }
    rows
}

fn split_plans(ledger: &Ledger) -> Vec<Json> {
    let mut rows = Vec::new();
    for (case, run) in routes(ledger) {
        let (own, sisters) = (run.number("total_budget"), run.number("related_budget"));
        let near = own * 100 > TEAM_HEAD_LIMIT * (100 - SPLIT_PERCENT);
        let passes = own > 0 && own + sisters > TEAM_HEAD_LIMIT;
        if own > TEAM_HEAD_LIMIT || !near && !passes {
            continue;
        }
        rows.push(json!({
            "drafter": run.get("drafted_by"), "title": run.get("plan_title"),
            "from": run.get("period_from"), "to": run.get("period_to"), "number": case.id,
            "amending": run.get("amending"), "budget": own, "related": sisters,
            "limit": TEAM_HEAD_LIMIT, "under": TEAM_HEAD_LIMIT - own, "together": own + sisters,
        }));
    }
    rows
}

fn route_changes(ledger: &Ledger) -> Vec<Json> {
    let found = acts(&routes(ledger)).into_iter();
    let changes =
        found.filter(|(_, _, act)| act.kind == "action_taken" && is_at(act, "change_route"));
    let row = |(case, run, act): (&Case, &Run, &Act)| {
        json!({
            "number": case.id, "title": run.get("plan_title"), "at": act.at,
            "by": act.said("by"), "role": act.said("role"), "reason": act.said("reason"),
            "consulted": act.filled("consultees"), "agreeing": act.filled("agreers"),
            "consulted_before": run.get("consultees_before"),
            "agreeing_before": run.get("agreers_before"),
        })
    };
    changes.map(row).collect()
}

fn post_approvals_overdue(ledger: &Ledger) -> Vec<Json> {
    let found = stays(&plans(ledger)).into_iter();
    let late = found.filter(|(_, _, stay)| stay.step == "post_approve" && stay.is_late(ledger.now));
    let row = |(case, run, stay): (&Case, &Run, &Stay)| {
        json!({
            "number": case.id, "title": run.get("plan_title"), "begun": run.get("decided_on"),
            "due": stay.due, "decided": stay.left.as_ref().map(|left| left.at),
            "outcome": stay.outcome(), "by": stay.left.as_ref().and_then(|left| left.by.clone()),
        })
    };
    late.map(row).collect()
}

fn disclosure_decisions(ledger: &Ledger) -> Vec<Json> {
    let decided = plans(ledger).into_iter().filter(|(_, run)| !run.get("decided_on").is_null());
    let row = |(case, run): (&Case, &Run)| {
        let issued = run.acts.iter().find(|act| was_completed(act) && is_at(act, "publish_plan"));
        let said = |field: &str| issued.map(|act| act.filled(field)).unwrap_or_default();
        json!({
            "number": case.id, "title": run.get("plan_title"),
            "disclosure": run.get("disclosure"), "reason": run.get("disclosure_reason"),
            "decided": run.get("decided_on"),
            "issued": issued.and_then(|act| act.outcome.clone()), "audience": said("audience"),
            "channel": said("channel"), "published": said("published_on"),
            "redacted": !said("redacted_version").is_null(),
        })
    };
    decided.map(row).collect()
}

fn committee_votes(ledger: &Ledger) -> Vec<Json> {
    let row = |(case, run): (&Case, &Run)| {
        let votes = |wanted: &str| {
            let cast = run.stays.iter().filter(|stay| stay.step == "cast_vote");
            cast.filter(|stay| stay.outcome() == Some(wanted)).count()
        };
        json!({
            "number": case.id, "subject": run.get("subject"), "mode": run.get("mode"),
            "meeting": run.get("meeting_on"), "sessions": run.number("sessions"),
            "members": run.list("members").len(), "recused": run.list("recused").len(),
            "voters": run.list("voters").len(), "in_favour": votes("for"),
            "against": votes("against"), "abstained": votes("abstain"),
            "silent": votes("silent"), "rule": run.get("pass_rule"),
            "resolved": run.get("resolved"), "end": run.end(),
            "minutes": !run.get("minutes").is_null(),
        })
    };
    ledger.runs(&["committee_deliberation"]).into_iter().map(row).collect()
}

fn plan_evaluations(ledger: &Ledger) -> Vec<Json> {
    let row = |(case, run): (&Case, &Run)| {
        let marks: Vec<i64> = run.list("marks").iter().map(|mark| number(&mark["score"])).collect();
        json!({
            "number": case.id, "panel": run.get("panel").as_array().map(Vec::len),
            "scored": marks.len(), "lowest": marks.iter().min(), "highest": marks.iter().max(),
            "score": run.get("score"), "satisfaction": run.get("satisfaction"),
            "objection": run.get("objection"), "answer": run.get("answer"), "end": run.end(),
        })
    };
    ledger.runs(&["plan_evaluation"]).into_iter().map(row).collect()
}
