//! The rows of the reports on seasons and cycles, from the events.

use std::collections::BTreeSet;

use serde_json::{Map, Value as Json, json};

use super::Recomputation;
use super::raw::{Act, Case, Ledger, Run, Stay, held_by, text};
use super::rows::{grouped, mean, share};

pub const ROWS: &[(&str, Recomputation)] = &[
    ("attendance", attendance),
    ("continuation_rate", continuation_rate),
    ("early_confusion", early_confusion),
    ("grades", grades),
    ("implications", implications),
    ("learning_hours", learning_hours),
    ("membership", membership),
    ("mid_checks", mid_checks),
    ("missing_logs", missing_logs),
    ("model_versions", model_versions),
    ("multi_year", multi_year),
    ("pilot_vs_regular", pilot_vs_regular),
    ("recruitment_board", recruitment_board),
    ("returned_reports", returned_reports),
    ("roadmap", roadmap),
    ("screenings", screenings),
    ("season_board", season_board),
    ("seasons", seasons),
    ("selection_decisions", selection_decisions),
    ("selection_scores", selection_scores),
    ("selections", selections),
    ("settled_received", settled_received),
    ("spend_plan", spend_plan),
    ("spends", spends),
    ("support_promised_received", support_promised_received),
    ("survey_response", survey_response),
];

/// The acts of the runs of a workflow that are asked for.
fn acts<'l>(
    ledger: &'l Ledger,
    workflow: &str,
    wanted: impl Fn(&Act) -> bool + Copy,
) -> Vec<(&'l Case, &'l Run, &'l Act)> {
    let runs = ledger.runs(&[workflow]).into_iter();
    let acts = runs.flat_map(|(case, run)| run.acts.iter().map(move |act| (case, run, act)));
    acts.filter(|(_, _, act)| wanted(act)).collect()
}

fn cycles(ledger: &Ledger) -> Vec<(&Case, &Run)> {
    ledger.runs(&["learning_community_cycle"])
}

/// The meetings that were held, and who came: a line each.
fn present(ledger: &Ledger) -> Vec<(&Case, &Run, &Act, Json)> {
    let held =
        acts(ledger, "learning_community_cycle", |act| act.completed("hold_meeting", "held"));
    let came = held.into_iter().flat_map(|(case, run, act)| {
        let members = act.filled("attendees").as_array().cloned().unwrap_or_default();
        members.into_iter().map(move |member| (case, run, act, member))
    });
    came.collect()
}

fn attendance(ledger: &Ledger) -> Vec<Json> {
    let lines = present(ledger);
    let meetings = lines.iter().map(|(_, run, act, _)| meeting(run, act));
    let meetings: BTreeSet<usize> = meetings.collect();
    let keyed = lines.iter().map(|(case, run, act, member)| {
        (json!([run.get("team_name"), member, case.id]), (meeting(run, act), minutes(act)))
    });
    let row = |(key, came): (Json, Vec<(usize, i64)>)| {
        let mut row = Map::from_iter([
            ("number".to_owned(), key[2].clone()),
            ("team".to_owned(), key[0].clone()),
            ("member".to_owned(), key[1].clone()),
            ("all".to_owned(), json!(came.len())),
            ("minutes".to_owned(), json!(came.iter().map(|(_, minutes)| minutes).sum::<i64>())),
        ]);
        for meeting in &meetings {
            let there = came.iter().filter(|(known, _)| known == meeting).count();
            let cell = if there == 0 { Json::Null } else { json!(there) };
            row.insert(format!("present:{meeting}"), cell);
        }
        Json::Object(row)
    };
    grouped(keyed).into_iter().map(row).collect()
}

/// Which of its community's meetings it was.
fn meeting(run: &Run, act: &Act) -> usize {
    let before = |known: &&Act| known.completed("hold_meeting", "held") && known.no <= act.no;
    run.acts.iter().filter(before).count()
}

fn minutes(act: &Act) -> i64 {
    act.filled("minutes").as_i64().unwrap_or_default()
}

fn learning_hours(ledger: &Ledger) -> Vec<Json> {
    let lines = present(ledger).into_iter();
    let keyed = lines.map(|(_, run, act, member)| {
        (json!([run.get("season_year"), member]), (run.get("team_name"), minutes(act)))
    });
    let row = |(key, met): (Json, Vec<(Json, i64)>)| {
        let teams: BTreeSet<String> = met.iter().map(|(team, _)| text(team)).collect();
        let minutes: i64 = met.iter().map(|(_, minutes)| minutes).sum();
        json!({
            "year": key[0], "member": key[1], "teams": teams,
            "meetings": met.len(), "minutes": minutes, "hours": minutes / 60,
        })
    };
    grouped(keyed).into_iter().map(row).collect()
}

fn season_board(ledger: &Ledger) -> Vec<Json> {
    let open = cycles(ledger).into_iter().filter(|(_, run)| run.is_open());
    let row = |(case, run): (&Case, &Run)| {
        let due = case.due(run);
        json!({
            "number": case.id, "team": run.get("team_name"), "type": run.get("community_type"),
            "step": case.steps(run), "holder": case.holders(run), "since": case.since(run),
            "due": due, "late": due.map(|due| due < ledger.now),
            "suspended": is_at(run, "suspended") || is_at(run, "resume_cycle"),
            "held": run.number("meetings_held"), "planned": run.number("planned"),
        })
    };
    open.map(row).collect()
}

fn is_at(run: &Run, step: &str) -> bool {
    run.stays.iter().any(|stay| stay.step == step && stay.left.is_none())
}

fn recruitment_board(ledger: &Ledger) -> Vec<Json> {
    let open = ledger.runs(&["learning_season"]).into_iter().filter(|(_, run)| run.is_open());
    let row = |(case, run): (&Case, &Run)| {
        let due = case.due(run);
        json!({
            "number": case.id, "season": case.id, "year": run.get("season_year"),
            "step": case.steps(run), "holder": case.holders(run), "since": case.since(run),
            "due": due, "late": due.map(|due| due < ledger.now), "places": run.get("slots"),
            "applied": run.list("applications").len(),
        })
    };
    open.map(row).collect()
}

fn selections(ledger: &Ledger) -> Vec<Json> {
    let mut rows = Vec::new();
    for (case, run, act) in
        acts(ledger, "learning_season", |a| a.completed("decide_selection", "decide"))
    {
        let standing = act.filled("standing").as_array().cloned().unwrap_or_default();
        for place in &standing {
            let above = standing.iter().filter(|o| o["score"].as_i64() > place["score"].as_i64());
            rows.push(json!({
                "number": case.id, "year": run.get("season_year"), "rank": above.count() + 1,
                "team": place["team_name"], "score": place["score"], "pass": 60,
                "decision": place["decision"], "allocated": place["allocated"],
                "promoted": run.list("promoted").contains(&place["team_name"]),
                "by": act.said("by"), "at": act.at,
            }));
        }
    }
    rows
}

fn screenings(ledger: &Ledger) -> Vec<Json> {
    let decided = |act: &Act| {
        let steps = ["screen_eligibility", "supplement_application"];
        act.step.as_deref().is_some_and(|step| steps.contains(&step))
            && ["step_completed", "timer_fired"].contains(&act.kind.as_str())
            && act.outcome.as_deref().is_some_and(|outcome| outcome != "remind")
    };
    let row = |(case, run, act): (&Case, &Run, &Act)| {
        let application = run.get("application");
        json!({
            "number": case.id, "team": application["team_name"], "leader": application["leader"],
            "at": act.at, "step": act.step, "outcome": act.outcome, "by": act.said("by"),
            "reason": act.said("reason"),
        })
    };
    acts(ledger, "screen_application", decided).into_iter().map(row).collect()
}

fn mid_checks(ledger: &Ledger) -> Vec<Json> {
    let checked =
        |act: &Act| act.kind == "step_completed" && act.step.as_deref() == Some("mid_check");
    let row = |(case, run, act): (&Case, &Run, &Act)| {
        json!({
            "number": case.id, "team": run.get("team_name"), "at": act.at, "outcome": act.outcome,
            "logs": act.filled("logs_ok"), "issues": act.filled("issues"),
            "meetings": act.filled("meetings"), "tranche2": act.filled("tranche2"),
            "by": act.said("by"), "reason": act.said("reason"),
        })
    };
    acts(ledger, "learning_community_cycle", checked).into_iter().map(row).collect()
}

fn grades(ledger: &Ledger) -> Vec<Json> {
    let row = |(case, run): (&Case, &Run)| {
        let rated = run.number("rated");
        let answered = run
            .acts_at("review_objection")
            .find(|act| act.outcome.as_deref().is_some_and(|outcome| outcome != "remind"));
        json!({
            "number": case.id, "team": case.id, "leader": run.get("leader"), "raters": run.get("raters"),
            "rated": rated, "mean": (rated > 0).then(|| run.number("rating_total") / rated),
            "grade": run.get("grade"),
            "objection": run.acts.iter().any(|act| act.completed("file_objection", "object")),
            "answer": answered.map(|act| act.outcome.clone()), "end": run.end(),
        })
    };
    ledger.runs(&["evaluate_community"]).into_iter().map(row).collect()
}

fn missing_logs(ledger: &Ledger) -> Vec<Json> {
    let waiting =
        |task: &&Stay| task.step == "write_meeting_log" || task.step == "confirm_meeting_log";
    let tasks = cycles(ledger).into_iter().flat_map(|(case, run)| {
        case.tasks(run).into_iter().filter(waiting).map(move |task| (case, run, task))
    });
    let row = |(case, run, task): (&Case, &Run, &Stay)| {
        json!({
            "number": case.id, "team": run.get("team_name"), "met": run.get("held_on"),
            "step": task.step, "holder": held_by(task), "since": task.since, "due": task.due,
            "late": task.is_late(ledger.now),
        })
    };
    tasks.map(row).collect()
}

fn spend_plan(ledger: &Ledger) -> Vec<Json> {
    let lines = cycles(ledger).into_iter().flat_map(|(case, run)| {
        run.list("budget_lines").into_iter().map(move |line| (case, run, line))
    });
    let row = |(case, run, line): (&Case, &Run, Json)| {
        let planned = line["amount"].as_i64().unwrap_or_default();
        let dropped = run.list("spends_dropped");
        let counts =
            |spend: &&Json| spend["category"] == line["category"] && !dropped.contains(spend);
        let spends = run.list("spends");
        let asked: i64 = spends.iter().filter(counts).filter_map(|s| s["amount"].as_i64()).sum();
        json!({
            "number": case.id, "team": run.get("team_name"), "category": line["category"],
            "planned": planned, "asked": asked, "left": planned - asked,
            "used": if planned > 0 { asked * 100 / planned } else { 0 },
        })
    };
    lines.map(row).collect()
}

fn spends(ledger: &Ledger) -> Vec<Json> {
    let row = |(case, run): (&Case, &Run)| {
        let approved = run.acts.iter().filter(|act| act.completed("approve_spend", "approve"));
        let before = match (run.get("paid_on").as_str(), run.get("approved_on").as_str()) {
            (Some(paid), Some(approved)) => json!(paid < approved),
            _ => Json::Null,
        };
        json!({
            "number": case.id, "category": run.get("category"), "purpose": run.get("purpose"),
            "amount": run.get("amount"), "approver": approved.map(|act| act.said("by")).collect::<Json>(),
            "approved": run.get("approved_on"), "paid_on": run.get("paid_on"), "paid": run.get("paid"),
            "before": before, "end": run.end(),
        })
    };
    ledger.runs(&["community_spending"]).into_iter().map(row).collect()
}

fn survey_response(ledger: &Ledger) -> Vec<Json> {
    let asked = cycles(ledger).into_iter().filter(|(_, run)| run.reached("collect_opinions"));
    let row = |(case, run): (&Case, &Run)| {
        let (members, answers) = (run.list("members").len() as i64, run.number("answers"));
        let score = run.number("answer_total");
        json!({
            "number": case.id, "team": run.get("team_name"), "members": members, "answers": answers,
            "rate": if members > 0 { answers * 100 / members } else { 0 },
            "score": score, "each": if answers > 0 { score / answers } else { 0 },
        })
    };
    asked.map(row).collect()
}

fn support_promised_received(ledger: &Ledger) -> Vec<Json> {
    let promised = cycles(ledger)
        .into_iter()
        .flat_map(|(_, run)| run.list("support").into_iter().map(move |kind| (kind, run)));
    let row = |(kind, runs): (Json, Vec<&Run>)| {
        let known = runs.iter().filter(|run| !run.get("support_received").is_null()).count();
        let got = runs.iter().filter(|run| run.list("support_received").contains(&kind)).count();
        json!({
            "kind": kind, "promised": runs.len(), "known": known, "received": got,
            "missed": known - got,
        })
    };
    grouped(promised).into_iter().map(row).collect()
}

fn selection_scores(ledger: &Ledger) -> Vec<Json> {
    let scored = ledger.runs(&["review_application"]).into_iter().flat_map(|(case, run)| {
        let own = |act: &&Act| act.kind == "step_completed";
        run.acts_at("score_application").filter(own).map(move |act| (case, run, act))
    });
    let row = |(case, run, act): (&Case, &Run, &Act)| {
        let points = ["feasibility", "relevance", "originality", "spread"].map(|of| act.filled(of));
        let sum: Option<i64> = points.iter().map(Json::as_i64).sum();
        json!({
            "number": case.id, "team": run.get("team_name"), "panelist": act.said("by"),
            "at": act.at, "outcome": act.outcome, "feasibility": points[0], "relevance": points[1],
            "originality": points[2], "spread": points[3], "points": sum, "reason": act.said("reason"),
        })
    };
    scored.map(row).collect()
}

fn selection_decisions(ledger: &Ledger) -> Vec<Json> {
    let row = |(case, run): (&Case, &Run)| {
        json!({
            "number": case.id, "team": run.get("team_name"), "panel": run.list("panel").len(),
            "scored": run.number("scored"), "recusals": run.number("recusals"),
            "average": run.get("average"), "again": run.times("reconvene_panel"), "end": run.end(),
        })
    };
    ledger.runs(&["review_application"]).into_iter().map(row).collect()
}

fn returned_reports(ledger: &Ledger) -> Vec<Json> {
    let returned = |act: &&Act| {
        act.completed("review_result_report", "return")
            || act.completed("confirm_settlement", "return")
    };
    let lines = cycles(ledger).into_iter().flat_map(|(case, run)| {
        let acts = run.acts.iter().filter(returned);
        acts.map(move |act| (json!([case.id, run.get("team_name"), act.step]), act))
    });
    let row = |(key, acts): (Json, Vec<&Act>)| {
        let all = |field: &str| -> BTreeSet<String> {
            acts.iter().map(|act| text(&act.said(field))).collect()
        };
        json!({
            "number": key[0], "team": key[1], "step": key[2], "rounds": acts.len(),
            "by": all("by"), "why": all("reason"), "last": acts.iter().map(|act| act.at).max(),
        })
    };
    grouped(lines).into_iter().map(row).collect()
}

fn settled_received(ledger: &Ledger) -> Vec<Json> {
    let paid = cycles(ledger).into_iter().filter(|(_, run)| run.number("received") > 0);
    let row = |(case, run): (&Case, &Run)| {
        let last =
            run.acts_at("settle_budget").rfind(|act| act.outcome.as_deref() == Some("settle"));
        let open =
            |step: &str| run.stays.iter().any(|stay| stay.step == step && stay.left.is_none());
        let settled = run.times("confirm_settlement") > 0
            && !open("settle_budget")
            && !open("confirm_settlement");
        json!({
            "number": case.id, "team": run.get("team_name"), "received": run.get("received"),
            "spent": run.number("spent"),
            "returned": last.map_or(json!(0), |act| act.filled("returned")), "settled": settled,
        })
    };
    paid.map(row).collect()
}

fn pilot_vs_regular(ledger: &Ledger) -> Vec<Json> {
    let keyed = cycles(ledger).into_iter().map(|(_, run)| (run.get("cycle_kind"), run));
    let row = |(kind, runs): (Json, Vec<&Run>)| {
        let sum = |field: &str| runs.iter().map(|run| run.number(field)).sum::<i64>();
        let of = |field: &str| runs.iter().map(|run| run.number(field)).collect::<Vec<_>>();
        let ended = |end: &str| runs.iter().filter(|run| run.end() == json!(end)).count();
        let members: Vec<i64> = runs.iter().map(|run| run.list("members").len() as i64).collect();
        let (answers, points) = (sum("answers"), sum("answer_total"));
        json!({
            "kind": kind, "cycles": runs.len(), "finished": ended("closed"),
            "dissolved": ended("dissolved"), "members": mean(&members),
            "meetings": mean(&of("meetings_held")), "minutes": mean(&of("minutes_total")),
            "confusions": sum("confusions"), "answers": answers, "points": points,
            "each": if answers > 0 { points / answers } else { 0 },
        })
    };
    grouped(keyed).into_iter().map(row).collect()
}

fn model_versions(ledger: &Ledger) -> Vec<Json> {
    let keyed = cycles(ledger).into_iter().map(|(_, run)| (run.get("model_version"), run));
    let row = |(model, runs): (Json, Vec<&Run>)| {
        let years: BTreeSet<i64> = runs.iter().map(|run| run.number("season_year")).collect();
        let next = |run: &&&Run| run.get("next_model").as_i64();
        let stay = runs.iter().filter(|run| next(run) == model.as_i64()).count();
        let revise = runs.iter().filter(|run| next(run) > model.as_i64()).count();
        let changes: BTreeSet<String> = (runs.iter())
            .flat_map(|run| run.acts_at("feed_back"))
            .filter_map(|act| act.filled("model_changes").get(0).map(text))
            .collect();
        json!({
            "model": model, "cycles": runs.len(), "years": years,
            "early": runs.iter().map(|run| run.number("early_confusions")).sum::<i64>(),
            "stay": stay, "revise": revise, "changes": changes,
        })
    };
    grouped(keyed).into_iter().map(row).collect()
}

fn roadmap(ledger: &Ledger) -> Vec<Json> {
    let goals = ledger
        .runs(&["learning_season"])
        .into_iter()
        .flat_map(|(case, run)| run.list("roadmap").into_iter().map(move |goal| (case, run, goal)));
    let row = |(case, run, goal): (&Case, &Run, Json)| {
        json!({
            "season": case.id, "year": goal["year"], "stage": goal["stage"],
            "milestone": goal["milestone"], "current": goal["year"] == run.get("season_year"),
        })
    };
    goals.map(row).collect()
}

fn early_confusion(ledger: &Ledger) -> Vec<Json> {
    let mut rows = Vec::new();
    for (case, run) in cycles(ledger) {
        for act in run.acts_at("record_observation") {
            let held = |known: &&Act| known.completed("hold_meeting", "held") && known.no < act.no;
            let meeting = run.acts.iter().filter(held).count();
            let confusions = act.filled("confusion").as_array().cloned().unwrap_or_default();
            for confusion in confusions.into_iter().filter(|_| meeting <= 2) {
                rows.push(json!({
                    "number": case.id, "team": run.get("team_name"), "model": run.get("model_version"),
                    "meeting": meeting, "focus": act.filled("focus"), "confusion": confusion,
                    "advice": act.filled("suggestion"),
                }));
            }
        }
    }
    rows
}

fn continuation_rate(ledger: &Ledger) -> Vec<Json> {
    let decided = cycles(ledger).into_iter().filter(|(_, run)| !run.get("next_step").is_null());
    let keyed =
        decided.map(|(_, run)| (json!([run.get("season_year"), run.get("roadmap_stage")]), run));
    let row = |(key, runs): (Json, Vec<&Run>)| {
        let on =
            |run: &&&Run| ["continue", "expand"].map(Json::from).contains(&run.get("next_step"));
        let on = runs.iter().filter(on).count();
        let chained = runs.iter().filter(|run| !run.get("previous_cycle").is_null()).count();
        json!({
            "year": key[0], "stage": key[1], "finished": runs.len(), "on": on,
            "rate": share(on, runs.len()), "chained": chained,
        })
    };
    grouped(keyed).into_iter().map(row).collect()
}

fn multi_year(ledger: &Ledger) -> Vec<Json> {
    let keyed = cycles(ledger).into_iter().map(|(_, run)| {
        (json!([run.get("season_year"), run.get("level"), run.get("profession")]), run)
    });
    let row = |(key, runs): (Json, Vec<&Run>)| {
        let sum = |field: &str| runs.iter().map(|run| run.number(field)).sum::<i64>();
        json!({
            "year": key[0], "level": key[1], "profession": key[2], "cycles": runs.len(),
            "chained": runs.iter().filter(|run| !run.get("previous_cycle").is_null()).count(),
            "members": runs.iter().map(|run| run.list("members").len()).sum::<usize>(),
            "meetings": sum("meetings_held"), "attended": sum("attended"),
            "allocated": sum("allocated"), "spent": sum("spent"),
            "excellent": runs.iter().filter(|run| run.get("grade") == json!("excellent")).count(),
        })
    };
    grouped(keyed).into_iter().map(row).collect()
}

fn implications(ledger: &Ledger) -> Vec<Json> {
    let found = cycles(ledger).into_iter().flat_map(|(case, run)| {
        run.list("implications").into_iter().map(move |implication| (case, run, implication))
    });
    let row = |(case, run, implication): (&Case, &Run, Json)| {
        json!({
            "number": case.id, "team": run.get("team_name"), "model": run.get("model_version"),
            "implication": implication, "next": run.get("next_step"),
            "introduction": run.get("introduction"),
        })
    };
    found.map(row).collect()
}

fn membership(ledger: &Ledger) -> Vec<Json> {
    let changes = |act: &&Act| {
        let joined = ["join_member", "refill_member"];
        let left = ["leave_member", "leave_below_minimum", "change_leader"];
        let steps = [&joined[..], &left].concat();
        act.kind == "action_taken" && act.step.as_deref().is_some_and(|step| steps.contains(&step))
    };
    let acts = cycles(ledger)
        .into_iter()
        .flat_map(|(case, run)| run.acts.iter().filter(changes).map(move |act| (case, run, act)));
    let row = |(case, run, act): (&Case, &Run, &Act)| {
        json!({
            "number": case.id, "team": run.get("team_name"), "at": act.at, "what": act.step,
            "who": act.filled("member"), "leader": act.filled("leader"), "by": act.said("by"),
            "reason": act.said("reason"),
        })
    };
    acts.map(row).collect()
}

fn seasons(ledger: &Ledger) -> Vec<Json> {
    let row = |(case, run): (&Case, &Run)| {
        json!({
            "number": case.id, "year": run.get("season_year"), "level": run.get("level"),
            "kind": run.get("cycle_kind"), "coordinator": case.starter,
            "profession": run.get("profession"), "competencies": run.get("competency_goals"),
            "evidence": run.get("evidence"), "model": run.get("model_version"),
            "stage": run.get("roadmap_stage"), "places": run.get("slots"),
            "applied": run.list("applications").len(), "eligible": run.list("eligible").len(),
            "opens": run.get("open_on"), "closes": run.get("close_on"), "outcome": run.end(),
        })
    };
    ledger.runs(&["learning_season"]).into_iter().map(row).collect()
}
