//! `dure case sheet`: one case as an office files it.

use serde_json::json;

use crate::folder::Folder;

/// Whatever costs up to a million is decided by the team head in the place of the director (전결).
const PURCHASE: &str = "
workflow: purchase
version: 1
title: {ko: 구매 품의, en: Purchase}
roles:
  drafter:   {ko: 기안자, en: Drafter}
  team_head: {ko: 팀장, en: Team head}
  director:  {ko: 관장, en: Director}
delegations:
  - {of: director, to: team_head, when: data.total <= 1000000}
data:
  subject: {type: string, title: {ko: 제목, en: Subject}}
  kind:    {title: {ko: 종류, en: Kind}, enum: {books: {ko: 도서, en: Books}, goods: {ko: 물품, en: Goods}}}
  buyer:   {type: person, title: {ko: 구매 담당, en: Buyer}}
  on:      {type: date, title: {ko: 구매 예정일, en: To be bought on}}
  total:   {type: krw, title: {ko: 금액, en: Amount}}
  items:
    type: array
    title: {ko: 물품 목록, en: Items}
    items:
      type: object
      fields:
        name:  {type: string, title: {ko: 품명, en: Name}}
        price: {type: krw, title: {ko: 단가, en: Price}}
  contact: {type: string, personal: true, title: {ko: 연락처, en: Contact}}
start:
  by: drafter
  form: {subject: {like: data.subject}, kind: {like: data.kind}, buyer: {like: data.buyer}, on: {like: data.on}, total: {like: data.total}, items: {like: data.items}}
  set: {subject: form.subject, kind: form.kind, buyer: form.buyer, on: form.on, total: form.total, items: form.items}
  to: approve
steps:
  approve:
    title: {ko: 결재, en: Approve}
    by: director
    not_same_as: [start]
    due: {within: 3d}
    outcomes:
      approve: {title: {ko: 승인, en: Approve}, reason: required, to: buy}
      reject:  {title: {ko: 부결, en: Reject}, reason: required, to: rejected}
  buy:
    title: {ko: 구매, en: Buy}
    by: drafter
    due: {within: 3d}
    outcomes:
      bought:    {title: {ko: 구매함, en: Bought}, to: done}
      ask_again: {title: {ko: 다시 올림, en: Ask again}, reason: required, to: approve}
ends:
  done:     {title: {ko: 마침, en: Done}}
  rejected: {title: {ko: 부결됨, en: Rejected}}
";

fn person(folder: &Folder, id: &str, role: &str, title: &str) {
    let titles = ["--title-ko", title, "--title-en", id];
    folder.run(&[&["person", "add", id, "--role", role][..], &titles].concat()).ok();
}

/// A purchase that the team head approved, and approved again after it had come back.
fn purchase() -> Folder {
    let folder = Folder::new();
    let file = folder.write("purchase.yaml", PURCHASE);
    folder.run(&["workflow", "publish", &file]).ok();
    person(&folder, "drafter-1", "drafter", "기안자 01");
    person(&folder, "head-1", "team_head", "팀장 01");
    let form = json!({
        "subject": "<script>alert('1')</script> 책상", "kind": "goods", "buyer": "drafter-1", "on": "2017-04-03", "total": 113_560,
        "items": [{"name": "책상 \"가\"", "price": 100_000}, {"name": "의자", "price": 13_560}],
    });
    let start = ["case", "start", "purchase", "--id", "p-1", "--as", "drafter-1", "--form", "-"];
    let at = |at| ["--at", at];
    folder.run_with(&[&start[..], &at("2017-03-10 10:00")].concat(), &form.to_string()).ok();
    for (step, outcome, by, when, reason) in [
        ("approve", "approve", "head-1", "2017-03-11 10:00", "값이 <b>알맞음</b>"),
        ("buy", "ask_again", "drafter-1", "2017-03-12 10:00", "품절되어 다시 올림"),
        ("approve", "approve", "head-1", "2017-03-13 10:00", "바꾸어도 됨"),
    ] {
        let done = ["case", "do", "p-1", step, outcome, "--as", by, "--reason", reason];
        folder.run(&[&done[..], &at(when)].concat()).ok();
    }
    folder
}

fn sheet(folder: &Folder, more: &[&str]) -> String {
    folder.run(&[&["case", "sheet", "p-1"][..], more].concat()).ok().out
}

#[test]
fn a_sheet_has_boxes_for_those_who_drafted_and_decided() {
    let folder = purchase();
    let page = sheet(&folder, &["--lang", "ko"]);
    assert!(page.contains("<h1>구매 품의</h1>"), "{page}");
    let boxes = page.split("<ol").nth(1).and_then(|rest| rest.split("</ol>").next());
    let boxes = boxes.unwrap_or_default();
    assert_eq!(boxes.matches("<li>").count(), 2, "{boxes}");
    let drafted = "<span class=\"step\">기안</span><span>기안자</span><span>기안자 01</span>";
    assert!(boxes.contains(drafted), "{boxes}");
    let decided =
        "<span>팀장 01</span><span class=\"mark\">전결</span><span class=\"decision\">승인</span>";
    assert!(boxes.contains(decided) && boxes.contains(">2017. 3. 13.</time>"), "{boxes}");
    assert!(!boxes.contains(">2017. 3. 11.</time>"), "the last decision counts: {boxes}");
}

#[test]
fn a_sheet_says_what_the_case_knows_as_documents_do() {
    let page = sheet(&purchase(), &["--lang", "ko"]);
    for part in [
        "<th scope=\"row\">종류</th><td>물품</td>",
        "<th scope=\"row\">구매 담당</th><td>기안자 01</td>",
        "<th scope=\"row\">구매 예정일</th><td>2017. 4. 3.</td>",
        "<th scope=\"row\">금액</th><td>금113,560원(금일십일만삼천오백육십원)</td>",
        "<th scope=\"col\">품명</th><th scope=\"col\">단가</th>",
        "<td>책상 &quot;가&quot;</td><td class=\"number\">100,000</td>",
        "<td>결재: 승인</td><td>값이 &lt;b&gt;알맞음&lt;/b&gt;</td>",
        "&lt;script&gt;alert('1')&lt;/script&gt; 책상",
    ] {
        assert!(page.contains(part), "{part} is not in {page}");
    }
    assert!(!page.contains("<script") && !page.contains("연락처"), "{page}");
}

#[test]
fn a_sheet_of_an_earlier_time_has_what_had_happened_by_then() {
    let folder = purchase();
    let then = sheet(&folder, &["--lang", "ko", "--at", "2017-03-11 12:00"]);
    assert!(then.contains(">2017. 3. 11.</time>") && !then.contains("품절"), "{then}");
    let before = sheet(&folder, &["--lang", "en", "--at", "2017-03-10 12:00"]);
    assert!(before.contains("<html lang=\"en\">") && !before.contains("By delegation"), "{before}");
    let file = folder.path("sheet.html");
    let said = sheet(&folder, &["--output", &file, "--json"]);
    assert_eq!(said, format!("{}\n", json!({"case": "p-1", "output": file, "sheet": null})));
    assert!(std::fs::read_to_string(&file).is_ok_and(|page| page.starts_with("<!DOCTYPE html>")));
    let unknown = folder.run(&["case", "sheet", "p-9", "--json"]).failed(1).error();
    assert_eq!(unknown["code"], "E-case-unknown");
}

#[test]
fn a_page_names_the_log_it_was_made_of() {
    let folder = purchase();
    let head = folder.run(&["log", "head", "--json"]).ok().document();
    let register = "report: all_of_it\ntitle: {ko: 대장, en: Register}\nanswers: {ko: 무엇이 있는지, en: What there is}\n\
        for: auditor\ncases: purchase\ncolumns: {n: {title: {ko: 번호, en: Number}, value: case.id}}\n";
    let register = folder.write("all_of_it.yaml", register);
    let made = folder.run(&["report", &register, "--format", "html"]).ok().out;
    for page in [sheet(&folder, &[]), made] {
        let last = format!("<code>{}</code></footer>", head["root"].as_str().expect("a root"));
        assert!(page.contains(&last), "{last} is not in {page}");
    }
    let told = folder.run(&["report", &register, "--format", "json"]).ok().document();
    assert_eq!((&told["events"], &told["root"]), (&head["size"], &head["root"]));
}
