//! The rows of the reports on support requests and their deliveries, from the events.

use serde_json::{Value as Json, json};

use super::Recomputation;
use super::raw::{Act, Case, Ledger, Run, Stay, Time, text};
use super::rows::{distinct, grouped, mean, parted, share, sum, with};
use super::seoul::{day_of, midnight, today};

pub const ROWS: &[(&str, Recomputation)] = &[
    ("budget_by_region", budget_by_region),
    ("budget_moves", budget_moves),
    ("call_calendar", call_calendar),
    ("call_win_rate", call_win_rate),
    ("commits_without_plan", commits_without_plan),
    ("contact_list", contact_list),
    ("cooperation_pairs", cooperation_pairs),
    ("decisions", decisions),
    ("declined_list", declined_list),
    ("edits_after_closing", edits_after_closing),
    ("extended_deadlines", extended_deadlines),
    ("hand_overs", hand_overs),
    ("lending_out", lending_out),
    ("lending_results", lending_results),
    ("meeting_calendar", meeting_calendar),
    ("problems_by_product", problems_by_product),
    ("program_catalogue", program_catalogue),
    ("public_answers", public_answers),
    ("public_list", public_list),
    ("queue_by_hub", queue_by_hub),
    ("recorded_late", recorded_late),
    ("regional_balance", regional_balance),
    ("relay_hand_overs", relay_hand_overs),
    ("repeat_faults", repeat_faults),
    ("request_pauses", request_pauses),
    ("request_register", request_register),
    ("request_status", request_status),
    ("round_sheet", round_sheet),
    ("satisfaction", satisfaction),
    ("sla", sla),
    ("sla_by_hub", sla_by_hub),
    ("support_by_region", support_by_region),
    ("support_by_target", support_by_target),
    ("training_courses", training_courses),
    ("training_roster", training_roster),
    ("venue_use", venue_use),
    ("visiting_log", visiting_log),
    ("vote_counts", vote_counts),
    ("year_comparison", year_comparison),
];

/// What may be spent on a request without an approved plan.
const PLAN_NEEDED_OVER: i64 = 3_000_000;
/// A score that opens a follow-up.
const LOW_SCORE: i64 = 2;

fn requests(ledger: &Ledger) -> Vec<(&Case, &Run)> {
    ledger.runs(&["support_request"])
}

/// Every act of the runs of a workflow.
fn acts<'a>(ledger: &'a Ledger, workflow: &str) -> Vec<(&'a Case, &'a Run, &'a Act)> {
    let runs = ledger.runs(&[workflow]).into_iter();
    runs.flat_map(|(case, run)| run.acts.iter().map(move |act| (case, run, act))).collect()
}

/// Every item of a list in the data of the runs of a workflow.
fn items<'a>(ledger: &'a Ledger, workflow: &str, list: &str) -> Vec<(&'a Case, &'a Run, Json)> {
    let runs = ledger.runs(&[workflow]).into_iter();
    runs.flat_map(|(case, run)| run.list(list).into_iter().map(move |item| (case, run, item)))
        .collect()
}

/// Whether a request waits for nothing but to be opened again.
fn may_reopen(run: &Run) -> bool {
    run.stays.iter().any(|stay| stay.step == "close_request" && stay.left.is_none())
}

fn queue_by_hub(ledger: &Ledger) -> Vec<Json> {
    let requests = requests(ledger).into_iter();
    let open = requests.filter(|(_, run)| run.is_open() && !may_reopen(run));
    let row = |(case, run): (&Case, &Run)| {
        let (since, due) = (case.since(run), case.due(run));
        json!({
            "hub": run.get("hub"),
            "number": case.id,
            "priority": run.get("priority"),
            "kind": run.get("kind"),
            "title": run.get("subject"),
            "owner": run.get("owner"),
            "step": case.steps(run),
            "holder": case.holders(run),
            "since": since,
            "waiting": since.map(|since| (ledger.now - since).num_seconds()),
            "age": (ledger.now - run.opened_at).num_seconds(),
            "due": due,
            "late": due.map(|due| due < ledger.now),
            "stopped": case.stopped,
        })
    };
    open.map(row).collect()
}

/// Every task of a request that had a due.
fn dues(ledger: &Ledger) -> Vec<(&Case, &Run, &Stay)> {
    let requests = requests(ledger).into_iter();
    let stays =
        requests.flat_map(|(case, run)| run.stays.iter().map(move |stay| (case, run, stay)));
    let due = |stay: &Stay| stay.kind == "task" && stay.due.is_some();
    stays.filter(|(_, _, stay)| due(stay) && stay.step != "close_request").collect()
}

fn stopped(ledger: &Ledger, case: &Case, stay: &Stay) -> i64 {
    case.stopped_between(stay.since, stay.until(ledger.now), ledger.now)
}

fn sla(ledger: &Ledger) -> Vec<Json> {
    let row = |(case, run, stay): (&Case, &Run, &Stay)| {
        json!({
            "number": case.id,
            "hub": run.get("hub"),
            "kind": run.get("kind"),
            "step": stay.step,
            "since": stay.since,
            "due": stay.due,
            "left": stay.left.as_ref().map(|left| left.at),
            "lasted": stay.lasted(ledger.now),
            "stopped": stopped(ledger, case, stay),
            "met": !stay.is_late(ledger.now),
        })
    };
    dues(ledger).into_iter().map(row).collect()
}

fn sla_by_hub(ledger: &Ledger) -> Vec<Json> {
    let keyed = dues(ledger).into_iter().map(|(case, run, stay)| {
        let key = json!({"hub": run.get("hub"), "step": stay.step});
        (key, (stay.is_late(ledger.now), stay.lasted(ledger.now), stopped(ledger, case, stay)))
    });
    let row = |(key, stays): (Json, Vec<(bool, i64, i64)>)| {
        let missed = stays.iter().filter(|(late, _, _)| *late).count();
        let lasted: i64 = stays.iter().map(|(_, lasted, _)| lasted).sum();
        let stopped: i64 = stays.iter().map(|(_, _, stopped)| stopped).sum();
        let measures = json!({
            "tasks": stays.len(),
            "missed": missed,
            "met": share(stays.len() - missed, stays.len()),
            "lasted": lasted / stays.len() as i64,
            "stopped": stopped,
        });
        with(key, measures)
    };
    grouped(keyed).into_iter().map(row).collect()
}

fn request_pauses(ledger: &Ledger) -> Vec<Json> {
    let mut rows = Vec::new();
    for (case, run) in requests(ledger) {
        for (from, to) in &case.pauses {
            let lasted = (to.unwrap_or(ledger.now) - *from).num_seconds();
            let hub = run.get("hub");
            rows.push(
                json!({"number": case.id, "hub": hub, "from": from, "to": to, "lasted": lasted}),
            );
        }
    }
    rows
}

fn budget_by_region(ledger: &Ledger) -> Vec<Json> {
    let names = ["budget_pool", "region_allocation"];
    let budgets = ledger.accounts.values().filter(|a| names.contains(&a.name.as_str()));
    budgets
        .map(|account| {
            let all = account.available + account.reserved + account.committed;
            let rate = if all > 0 { account.committed * 100 / all } else { 0 };
            json!({
                "account": account.name,
                "region": account.key,
                "allocated": all,
                "committed": account.reserved,
                "spent": account.committed,
                "free": account.available,
                "rate": rate,
            })
        })
        .collect()
}

fn budget_moves(ledger: &Ledger) -> Vec<Json> {
    let mut rows = Vec::new();
    for (case, run) in ledger.every_case() {
        let names = ["budget_pool", "region_allocation"];
        for told in run.moves.iter().filter(|told| names.contains(&told.account.as_str())) {
            rows.push(json!({
                "at": told.at,
                "number": case.id,
                "workflow": run.workflow,
                "account": told.account,
                "region": told.key,
                "kind": told.kind,
                "amount": told.amount,
            }));
        }
    }
    rows
}

fn meeting_calendar(ledger: &Ledger) -> Vec<Json> {
    let planned = ledger.runs(&["cooperation_meeting"]).into_iter();
    let planned = planned.filter(|(_, run)| run.data.contains_key("held_on"));
    planned
        .map(|(case, run)| {
            let held = run.data.contains_key("attendees");
            json!({
                "held_on": run.get("held_on"),
                "held_at": run.get("held_at"),
                "kind": run.get("meeting_kind"),
                "scope": run.get("scope"),
                "region": run.get("region"),
                "venue": run.get("venue"),
                "purpose": run.get("purpose"),
                "number": case.id,
                "held": held,
                "attendees": held.then(|| run.list("attendees").len()),
                "decisions": run.list("decisions").len(),
                "reactions": run.get("reactions"),
                "confirmed": run.get("minutes_confirmed"),
            })
        })
        .collect()
}

fn venue_use(ledger: &Ledger) -> Vec<Json> {
    let held = ledger.runs(&["cooperation_meeting"]).into_iter();
    let held = held.filter(|(_, run)| run.data.contains_key("attendees"));
    let keyed =
        held.map(|(_, run)| (json!({"region": run.get("region"), "venue": run.get("venue")}), run));
    let row = |(key, runs): (Json, Vec<&Run>)| {
        let attended: Vec<i64> =
            runs.iter().map(|run| run.list("attendees").len() as i64).collect();
        let last = runs.iter().map(|run| text(&run.get("held_on"))).max();
        let measures =
            json!({"meetings": runs.len(), "last_on": last, "attended": mean(&attended)});
        with(key, measures)
    };
    grouped(keyed).into_iter().map(row).collect()
}

fn decisions(ledger: &Ledger) -> Vec<Json> {
    let decided = items(ledger, "cooperation_meeting", "decisions").into_iter();
    decided
        .map(|(case, run, decision)| {
            json!({
                "meeting": case.id,
                "held_on": run.get("held_on"),
                "no": decision["number"],
                "text": decision["text"],
                "owner": decision["owner"],
                "due": decision["due"],
                "becomes": decision["becomes"],
                "kind": decision["kind"],
                "plan": decision["plan_ref"],
            })
        })
        .collect()
}

fn round_sheet(ledger: &Ledger) -> Vec<Json> {
    let stops = items(ledger, "maintenance_round", "stops").into_iter();
    stops
        .map(|(case, run, stop)| {
            let here = |known: &Json| known["library"] == stop["library"];
            let told = |list: &str, field: &str| -> Vec<Json> {
                let known = run.list(list).into_iter().filter(here);
                known.map(|known| known[field].clone()).collect()
            };
            let visited = |act: &&Act| {
                let visits = act.filled("visit");
                act.kind == "step_completed"
                    && visits.as_array().is_some_and(|v| v.iter().any(here))
            };
            let result: Vec<_> =
                run.acts_at("visit_stop").filter(visited).map(|act| &act.outcome).collect();
            json!({
                "number": case.id,
                "region": run.get("region"),
                "visit_on": stop["visit_on"],
                "library": stop["library"],
                "symptoms": told("problems", "symptom"),
                "found": told("found", "found"),
                "result": result,
            })
        })
        .collect()
}

fn problems_by_product(ledger: &Ledger) -> Vec<Json> {
    let found = items(ledger, "maintenance_round", "found").into_iter();
    let keyed = found.map(|(_, _, visit)| {
        (json!({"product": visit["lms_product"], "problem": visit["problem"]}), visit)
    });
    let row = |(key, visits): (Json, Vec<Json>)| {
        let fixable = visits.iter().filter(|visit| visit["direct_fix_possible"] == json!(true));
        let measures = json!({
            "times": visits.len(),
            "fixable": share(fixable.count(), visits.len()),
            "libraries": distinct(visits.iter().map(|visit| text(&visit["library"]))),
        });
        with(key, measures)
    };
    grouped(keyed).into_iter().map(row).collect()
}

fn repeat_faults(ledger: &Ledger) -> Vec<Json> {
    let found = items(ledger, "maintenance_round", "found").into_iter();
    let keyed = found.map(|(_, run, visit)| {
        let (library, product) = (&visit["library"], &visit["lms_product"]);
        let key = json!({"library": library, "product": product, "problem": visit["problem"]});
        (key, text(&run.get("window_to")))
    });
    let row = |(key, rounds): (Json, Vec<String>)| {
        let (times, last) = (rounds.len(), rounds.iter().max());
        with(key, json!({"times": times, "again": times - 1, "last": last}))
    };
    grouped(keyed).into_iter().map(row).collect()
}

/// A loan is out while its return is awaited.
fn lending_out(ledger: &Ledger) -> Vec<Json> {
    let awaited =
        |run: &Run| run.stays.iter().any(|s| s.step == "return_items" && s.left.is_none());
    let out = ledger.runs(&["lending"]).into_iter().filter(|(_, run)| awaited(run));
    out.map(|(case, run)| {
        let due_on = text(&run.get("due_on"));
        let overdue = due_on < today(ledger.now);
        let late =
            if overdue { (ledger.now - midnight(&due_on)).num_seconds() - 86_400 } else { 0 };
        json!({
            "library": run.get("library"),
            "number": case.id,
            "subtype": run.get("subtype"),
            "items": run.list("lent").len(),
            "keeper": run.get("keeper"),
            "due_on": due_on,
            "renewed": run.get("renewed"),
            "overdue": overdue,
            "late": late,
            "blocked": run.get("blocked"),
        })
    })
    .collect()
}

fn lending_results(ledger: &Ledger) -> Vec<Json> {
    let lent = ledger.runs(&["lending"]).into_iter();
    let lent = lent.filter(|(_, run)| run.data.contains_key("lent"));
    let keyed = lent.map(|(_, run)| (json!({"subtype": run.get("subtype")}), run));
    let row = |(key, runs): (Json, Vec<&Run>)| {
        let total = |field: &str| runs.iter().map(|run| run.number(field)).sum::<i64>();
        let measures = json!({
            "loans": runs.len(),
            "items": runs.iter().map(|run| run.list("lent").len()).sum::<usize>(),
            "uses": total("uses"),
            "damaged": total("damaged"),
            "lost": total("lost"),
            "libraries": distinct(runs.iter().map(|run| text(&run.get("library")))),
        });
        with(key, measures)
    };
    grouped(keyed).into_iter().map(row).collect()
}

fn training_roster(ledger: &Ledger) -> Vec<Json> {
    let enrolled = items(ledger, "training", "enrolled").into_iter();
    enrolled
        .map(|(case, run, who)| {
            json!({
                "number": case.id,
                "course": run.get("subject"),
                "starts_on": run.get("starts_on"),
                "who": who,
                "attended": run.list("attended").iter().filter(|one| **one == who).count(),
                "sessions": run.get("sessions"),
                "certified": run.list("certified").contains(&who),
            })
        })
        .collect()
}

fn training_courses(ledger: &Ledger) -> Vec<Json> {
    let courses = ledger.runs(&["training"]).into_iter();
    courses
        .map(|(case, run)| {
            let certified = run.data.get("certified").and_then(Json::as_array);
            json!({
                "number": case.id,
                "course": run.get("subject"),
                "audience": run.get("audience"),
                "topics": run.get("topics"),
                "plan": run.get("plan_ref"),
                "call": run.get("linked_call"),
                "instructor": run.get("instructor"),
                "capacity": run.get("capacity"),
                "enrolled": run.list("enrolled").len(),
                "waiting": run.list("waiting").len(),
                "held": run.get("held"),
                "sessions": run.get("sessions"),
                "certified": certified.map(Vec::len),
                "satisfied": run.get("satisfied"),
                "end": run.end(),
            })
        })
        .collect()
}

/// Every programme that was proposed.
fn proposals(ledger: &Ledger) -> Vec<(&Run, &Act)> {
    let acts = acts(ledger, "joint_program").into_iter();
    let proposed = acts.filter(|(_, _, act)| {
        act.kind == "step_completed" && act.step.as_deref() == Some("propose")
    });
    proposed.map(|(_, run, act)| (run, act)).collect()
}

fn program_catalogue(ledger: &Ledger) -> Vec<Json> {
    let more = |act: &Act| act.outcome.as_deref() != Some("nothing_more");
    let proposed = proposals(ledger).into_iter().filter(|(_, act)| more(act));
    let kind = |act: &Act| match act.outcome.as_deref() {
        Some("another_kind") => text(&act.filled("program_type")),
        other => other.unwrap_or_default().to_owned(),
    };
    let keyed = proposed.map(|(run, act)| (json!({"library": run.get("library")}), act));
    let groups = grouped(keyed);
    let row = |acts: &[&Act]| {
        json!({
            "all": acts.len(),
            "sessions": sum(acts.iter().map(|act| act.filled("sessions"))),
            "materials": sum(acts.iter().map(|act| act.filled("materials"))),
        })
    };
    let cell = |acts: &[&Act]| json!(acts.len());
    parted("programmes", groups, kind, row, cell)
}

fn cooperation_pairs(ledger: &Ledger) -> Vec<Json> {
    let mut pairs: Vec<(Json, Time)> = Vec::new();
    for (run, act) in proposals(ledger) {
        for partner in act.filled("partners").as_array().into_iter().flatten() {
            pairs.push((json!({"library": run.get("library"), "partner": partner}), act.at));
        }
    }
    let row = |(key, times): (Json, Vec<Time>)| {
        let (first, last) = (times.iter().min(), times.iter().max());
        with(key, json!({"times": times.len(), "first_at": first, "last_at": last}))
    };
    grouped(pairs).into_iter().map(row).collect()
}

fn call_calendar(ledger: &Ledger) -> Vec<Json> {
    let calls = ledger.runs(&["open_call"]).into_iter();
    let calls = calls.filter(|(_, run)| run.data.contains_key("call_title"));
    calls
        .map(|(case, run)| {
            json!({
                "deadline": run.get("deadline"),
                "call": run.get("call_title"),
                "kind": run.get("call_kind"),
                "host": run.get("host"),
                "library": run.get("library"),
                "number": case.id,
                "shared": run.get("cost_sharing"),
                "plan": run.get("document"),
                "applied": run.data.contains_key("content"),
                "result": run.get("result"),
                "granted": run.get("granted"),
                "returned": run.get("returned"),
            })
        })
        .collect()
}

fn call_win_rate(ledger: &Ledger) -> Vec<Json> {
    let applied = ledger.runs(&["open_call"]).into_iter();
    let applied = applied.filter(|(_, run)| run.data.contains_key("content"));
    let keyed = applied.map(|(_, run)| (json!({"kind": run.get("call_kind")}), run));
    let row = |(key, runs): (Json, Vec<&Run>)| {
        let came_to =
            |result: &str| runs.iter().filter(|run| run.get("result") == json!(result)).count();
        let (won, lost) = (came_to("won"), came_to("lost"));
        let measures = json!({
            "applied": runs.len(),
            "won": won,
            "lost": lost,
            "rate": (won * 100).checked_div(won + lost).unwrap_or(0),
            "granted": runs.iter().map(|run| run.number("granted")).sum::<i64>(),
        });
        with(key, measures)
    };
    grouped(keyed).into_iter().map(row).collect()
}

fn satisfaction(ledger: &Ledger) -> Vec<Json> {
    let asked = acts(ledger, "support_request").into_iter().filter(|(_, _, act)| {
        let over = matches!(act.outcome.as_deref(), Some("answer" | "no_answer"));
        act.step.as_deref() == Some("survey_satisfaction") && over
    });
    let keyed =
        asked.map(|(_, run, act)| (json!({"hub": run.get("hub"), "kind": run.get("kind")}), act));
    let row = |(key, asked): (Json, Vec<&Act>)| {
        let given = |field: &str| -> Vec<i64> {
            asked.iter().filter_map(|act| act.filled(field).as_i64()).collect()
        };
        let answers = asked.iter().filter(|act| act.outcome.as_deref() == Some("answer")).count();
        let measures = json!({
            "asked": asked.len(),
            "answered": answers,
            "rate": share(answers, asked.len()),
            "score": mean(&given("score")),
            "felt": mean(&given("felt_supported")),
            "low": given("score").iter().filter(|score| **score <= LOW_SCORE).count(),
            "comments": distinct(asked.iter().filter_map(|act| {
                act.filled("comment").as_str().map(str::to_owned)
            })),
        });
        with(key, measures)
    };
    grouped(keyed).into_iter().map(row).collect()
}

fn support_by_region(ledger: &Ledger) -> Vec<Json> {
    let keyed = requests(ledger).into_iter();
    let keyed = keyed.map(|(_, run)| (json!({"region": run.get("region")}), run));
    let row = |(key, runs): (Json, Vec<&Run>)| {
        let ended = |ends: &[&str]| {
            runs.iter().filter(|run| ends.contains(&text(&run.end()).as_str())).count()
        };
        let spent: i64 = runs.iter().map(|run| run.number("spent")).sum();
        let measures = json!({
            "requests": runs.len(),
            "open": runs.iter().filter(|run| run.is_open()).count(),
            "done": ended(&["done", "partial"]),
            "declined": ended(&["declined"]),
            "asked": runs.iter().map(|run| run.number("budget_request")).sum::<i64>(),
            "spent": spent,
            "each": spent / runs.len() as i64,
        });
        with(key, measures)
    };
    grouped(keyed).into_iter().map(row).collect()
}

/// The requests of each region, parted by a field.
fn by_region_and(ledger: &Ledger, field: &str) -> Vec<Json> {
    let told = requests(ledger).into_iter().filter(|(_, run)| run.data.contains_key(field));
    let keyed = told.map(|(_, run)| (json!({"region": run.get("region")}), run));
    let row = |runs: &[&Run]| json!({"all": runs.len()});
    let cell = |runs: &[&Run]| json!(runs.len());
    parted("requests", grouped(keyed), |run| text(&run.get(field)), row, cell)
}

fn support_by_target(ledger: &Ledger) -> Vec<Json> {
    by_region_and(ledger, "target_group")
}

fn regional_balance(ledger: &Ledger) -> Vec<Json> {
    by_region_and(ledger, "kind")
}

fn year_comparison(ledger: &Ledger) -> Vec<Json> {
    let keyed = requests(ledger).into_iter();
    let keyed =
        keyed.map(|(_, run)| (json!([run.get("program_year"), run.get("first_year")]), run));
    let row = |(key, runs): (Json, Vec<&Run>)| {
        let ended =
            |run: &&&Run, ends: &[&str]| run.end().as_str().is_some_and(|end| ends.contains(&end));
        let done = runs.iter().filter(|run| ended(run, &["done", "partial"])).count();
        let known = runs.iter().filter(|run| !run.end().is_null()).count();
        let scores: Vec<i64> = runs.iter().filter_map(|run| run.get("score").as_i64()).collect();
        json!({
            "year": key[0], "first": key[1], "all": runs.len(), "done": done,
            "declined": runs.iter().filter(|run| ended(run, &["declined"])).count(),
            "rate": share(done, known),
            "spent": runs.iter().map(|run| run.number("spent")).sum::<i64>(),
            "score": mean(&scores),
        })
    };
    grouped(keyed).into_iter().map(row).collect()
}

fn public_list(ledger: &Ledger) -> Vec<Json> {
    let mut requests = requests(ledger);
    requests.sort_by_key(|(case, run)| (run.opened_at, case.id.clone()));
    let numbered = requests.into_iter().zip(1..);
    numbered
        .map(|((case, run), no)| {
            json!({
                "no": no,
                "region": run.get("region"),
                "library": run.get("library"),
                "title": run.get("subject"),
                "received": run.opened_at,
                "open": run.is_open() && !may_reopen(run),
                "outcome": run.end(),
                "published": run.get("published_in"),
                "number": case.id,
            })
        })
        .collect()
}

fn request_register(ledger: &Ledger) -> Vec<Json> {
    let row = |(case, run): (&Case, &Run)| {
        json!({
            "number": case.id,
            "received": run.opened_at,
            "requester": run.get("library"),
            "intake": run.get("intake_kind"),
            "channel": run.get("channel"),
            "kind": run.get("kind"),
            "title": run.get("subject"),
            "hub": run.get("hub"),
            "owner": run.get("owner"),
            "due": case.due(run),
            "spent": run.get("spent"),
            "outcome": run.end(),
            "closed": run.closed_at(),
        })
    };
    requests(ledger).into_iter().map(row).collect()
}

fn request_status(ledger: &Ledger) -> Vec<Json> {
    let row = |(case, run): (&Case, &Run)| {
        json!({
            "library": run.get("library"),
            "number": case.id,
            "title": run.get("subject"),
            "detail": run.get("detail"),
            "wished_by": run.get("wished_by"),
            "budget": run.get("budget_request"),
            "step": case.steps(run),
            "outcome": run.end(),
            "office": run.get("hub"),
            "next": case.due(run),
            "told": run.get("told_date"),
        })
    };
    requests(ledger).into_iter().map(row).collect()
}

fn hand_overs(ledger: &Ledger) -> Vec<Json> {
    let handed = |act: &Act| {
        let (step, outcome) = (act.step.as_deref(), act.outcome.as_deref());
        match act.kind.as_str() {
            "step_completed" => matches!(step, Some("assign_hub" | "accept_assignment")),
            "action_taken" => matches!(step, Some("reassign_owner" | "escalate_request")),
            "task_changed" => matches!(outcome, Some("assign" | "delegate" | "recuse")),
            _ => false,
        }
    };
    let acts = acts(ledger, "support_request").into_iter().filter(|(_, _, act)| handed(act));
    acts.map(|(case, _, act)| {
        json!({
            "number": case.id,
            "at": act.at,
            "step": act.step,
            "outcome": act.outcome,
            "by": act.said("by"),
            "hub": act.filled("hub"),
            "owner": act.filled("owner"),
            "reason": act.said("reason"),
        })
    })
    .collect()
}

fn relay_hand_overs(ledger: &Ledger) -> Vec<Json> {
    const CHAIN: [&str; 7] = [
        "apply_join",
        "forward_to_officer",
        "officer_contact",
        "register_site",
        "distribute_copies",
        "pass_on",
        "collect_back",
    ];
    let handed = |act: &Act| {
        let passed = ["step_completed", "timer_fired"].contains(&act.kind.as_str());
        passed && act.step.as_deref().is_some_and(|step| CHAIN.contains(&step))
    };
    let acts = acts(ledger, "one_book").into_iter().filter(|(_, _, act)| handed(act));
    acts.map(|(case, run, act)| {
        json!({
            "number": case.id,
            "library": run.get("library"),
            "at": act.at,
            "step": act.step,
            "outcome": act.outcome,
            "by": act.said("by"),
            "officer": act.filled("officer"),
            "from_group": act.filled("from_group"),
            "to_group": act.filled("to_group"),
            "reason": act.said("reason"),
        })
    })
    .collect()
}

/// How many votes there are.
fn counted(votes: &[&(&Run, Json)]) -> Json {
    sum(votes.iter().map(|(_, vote)| vote["count"].clone()))
}

fn vote_counts(ledger: &Ledger) -> Vec<Json> {
    let votes = items(ledger, "one_book_selection", "votes").into_iter();
    let keyed = votes.map(|(_, run, vote)| {
        let key = json!({"year": run.get("programme_year"), "book": vote["book"]});
        (key, (run, vote))
    });
    let row = |votes: &[&(&Run, Json)]| {
        let chosen = votes.iter().filter(|(run, vote)| run.get("chosen") == vote["book"]);
        json!({
            "all": counted(votes),
            "recounts": votes.iter().map(|(run, _)| run.number("recounts")).max(),
            "chosen": chosen.count(),
        })
    };
    let groups = grouped(keyed);
    let borrowed: Vec<(Json, Vec<&(&Run, Json)>)> =
        groups.iter().map(|(key, votes)| (key.clone(), votes.iter().collect())).collect();
    parted("votes", borrowed, |(_, vote)| text(&vote["channel"]), row, counted)
}

fn declined_list(ledger: &Ledger) -> Vec<Json> {
    let declined = |act: &Act| {
        let (step, outcome) = (act.step.as_deref(), act.outcome.as_deref());
        act.kind == "step_completed"
            && match outcome {
                Some("decline_request" | "refer_request" | "decline") => true,
                Some("give_up") => step == Some("hold_for_budget"),
                _ => false,
            }
    };
    let acts = acts(ledger, "support_request").into_iter().filter(|(_, _, act)| declined(act));
    acts.map(|(case, run, act)| {
        json!({
            "number": case.id,
            "library": run.get("library"),
            "kind": run.get("kind"),
            "title": run.get("subject"),
            "at": act.at,
            "step": act.step,
            "outcome": act.outcome,
            "by": act.said("by"),
            "reason": act.said("reason"),
            "referred_to": run.get("referred_to"),
        })
    })
    .collect()
}

fn commits_without_plan(ledger: &Ledger) -> Vec<Json> {
    let bare = |act: &Act| {
        act.completed("commit_budget", "commit") && act.filled("document") == Json::Null
    };
    let acts = acts(ledger, "support_request").into_iter().filter(|(_, _, act)| bare(act));
    acts.map(|(case, run, act)| {
        let then = run.moves.iter().filter(|told| told.kind == "reserved" && told.at == act.at);
        let amount: i64 = then.map(|told| told.amount).sum();
        json!({
            "number": case.id,
            "region": run.get("region"),
            "at": act.at,
            "by": act.said("by"),
            "amount": amount,
            "over": amount > PLAN_NEEDED_OVER,
        })
    })
    .collect()
}

fn extended_deadlines(ledger: &Ledger) -> Vec<Json> {
    let mut rows = Vec::new();
    for (case, run) in requests(ledger) {
        for extension in run.extensions.iter().filter(|extension| extension.why == "extended") {
            let then = |act: &&Act| act.kind == "action_taken" && act.at == extension.at;
            let acts = run.acts_at("extend_deadline").filter(then);
            rows.push(json!({
                "number": case.id,
                "at": extension.at,
                "step": extension.step,
                "from": extension.from,
                "due": extension.due,
                "told": run.get("told_date"),
                "by": extension.by,
                "reason": acts.map(|act| act.said("reason")).collect::<Vec<_>>(),
            }));
        }
    }
    rows
}

fn edits_after_closing(ledger: &Ledger) -> Vec<Json> {
    let acts = acts(ledger, "support_request").into_iter().filter(|(_, run, act)| {
        let closed = run.stays.iter().find(|stay| stay.step == "close_request");
        act.kind == "action_taken"
            && act.step.as_deref() == Some("correct_record")
            && closed.is_some_and(|stay| stay.since <= act.at)
    });
    acts.map(|(case, _, act)| {
        json!({
            "number": case.id,
            "at": act.at,
            "by": act.said("by"),
            "correction": act.filled("correction"),
            "reason": act.said("reason"),
        })
    })
    .collect()
}

fn recorded_late(ledger: &Ledger) -> Vec<Json> {
    let late = |run: &Run| text(&run.get("received_on")) > text(&run.get("asked_on"));
    let requests = requests(ledger).into_iter().filter(|(_, run)| late(run));
    requests
        .map(|(case, run)| {
            let (asked, received) = (run.get("asked_on"), run.get("received_on"));
            let gap = day_of(&text(&received)) - day_of(&text(&asked));
            json!({
                "number": case.id,
                "library": run.get("library"),
                "channel": run.get("channel"),
                "asked_on": asked,
                "received_on": received,
                "gap": gap.num_seconds(),
                "entered_by": case.entered_by,
            })
        })
        .collect()
}

fn contact_list(ledger: &Ledger) -> Vec<Json> {
    let active = items(ledger, "assign_contacts", "active").into_iter();
    active
        .map(|(case, run, contact)| {
            json!({
                "region": run.get("region"),
                "contact": contact,
                "office": run.get("office"),
                "effective_from": run.get("effective_from"),
                "number": case.id,
            })
        })
        .collect()
}

fn visiting_log(ledger: &Ledger) -> Vec<Json> {
    let acts = acts(ledger, "visiting").into_iter().filter(|(_, _, act)| {
        act.kind == "step_completed" && act.step.as_deref() == Some("visit_log")
    });
    acts.map(|(case, run, act)| {
        json!({
            "number": case.id,
            "library": run.get("library"),
            "by": act.said("by"),
            "visited_on": act.filled("visited_on"),
            "outcome": act.outcome,
            "work": act.filled("work"),
            "note": act.filled("note"),
            "reason": act.said("reason"),
        })
    })
    .collect()
}

fn public_answers(ledger: &Ledger) -> Vec<Json> {
    let answers = ledger.runs(&["consult"]).into_iter();
    let published = answers.filter(|(_, run)| run.get("published") == json!(true));
    published
        .map(|(case, run)| {
            json!({
                "asked": run.get("subject"),
                "answer": run.get("summary"),
                "answered": run.closed_at(),
                "number": case.id,
            })
        })
        .collect()
}
