//! What a report makes of rows: taken together, parted, ordered, numbered, reckoned with.

use dure_engine::report::Cell;
use serde_json::json;

use super::{asked, rows, table, workshop};

async fn five() -> crate::harness::World {
    let world = workshop().await;
    for (kind, place, cost) in [
        ("roof", "east", 300),
        ("door", "east", 50),
        ("roof", "west", 100),
        ("roof", "east", 2_000),
        ("door", "north", 0),
    ] {
        asked(&world, kind, place, cost).await;
    }
    world
}

const PLACE: &str =
    "cases: repair\ncolumns:\n  place: {title: {ko: 곳, en: Place}, value: data.place}\n";

#[tokio::test]
async fn a_row_stands_for_a_case_and_what_is_unset_is_empty() {
    let world = five().await;
    let found = table(
        &world,
        &format!("{PLACE}  note: {{title: {{ko: 메모, en: Note}}, value: data.note}}\nwhere: data.cost >= 100\nsort: [-place]"),
    )
    .await;
    assert_eq!(rows(&found), [json!(["west", null]), json!(["east", null]), json!(["east", null])]);
}

#[tokio::test]
async fn rows_with_the_same_values_are_taken_together() {
    let world = five().await;
    let measures = "  all:   {title: {ko: 건수, en: Cases}, count: 'true'}
  roofs: {title: {ko: 지붕, en: Roofs}, count: 'data.kind == \"roof\"'}
  share: {title: {ko: 비율, en: Share}, share: 'data.kind == \"roof\"'}
  sum:   {title: {ko: 합, en: Sum}, sum: data.cost, show: krw}
  mean:  {title: {ko: 평균, en: Mean}, mean: data.cost}
  least: {title: {ko: 최소, en: Least}, min: data.cost}
  most:  {title: {ko: 최대, en: Most}, max: data.cost}
  kinds: {title: {ko: 종류, en: Kinds}, list: data.kind}
  each:  {title: {ko: 건당, en: Each}, from: sum / all}
foot: [total, mean, spread]
";
    let found = table(&world, &format!("{PLACE}{measures}")).await;
    assert_eq!(
        rows(&found),
        [
            json!(["east", 3, 2, 66.7, 2350, 783.3, 50, 2000, ["door", "roof"], 783]),
            json!(["north", 1, 0, 0.0, 0, 0.0, 0, 0, ["door"], 0]),
            json!(["west", 1, 1, 100.0, 100, 100.0, 100, 100, ["roof"], 100]),
        ]
    );
    let foot: Vec<_> = found.foot.iter().map(|(_, cells)| cells[4].to_json()).collect();
    // Mean 816.7, standard deviation 1084.9.
    assert_eq!(foot, [json!(2450), json!(816.7), json!(132.9)], "beneath the sums");
    assert_eq!(found.foot[0].1[7].to_json(), json!(null), "what cannot be added has no total");
}

#[tokio::test]
async fn a_measure_is_parted_by_a_value_and_one_of_the_whole_is_not() {
    let world = five().await;
    let parted = "  cost: {title: {ko: 비용, en: Cost}, sum: data.cost}
  all:  {title: {ko: 건수, en: Cases}, count: 'true', whole: true}
across: {value: data.kind}
";
    let found = table(&world, &format!("{PLACE}{parted}")).await;
    let names: Vec<&str> = found.columns.iter().map(|column| column.name.as_str()).collect();
    assert_eq!(names, ["place", "cost:door", "cost:roof", "all"]);
    assert_eq!(found.columns[1].title.ko.as_ref(), "문", "the option is called by its text");
    assert_eq!(
        rows(&found),
        [json!(["east", 50, 2300, 3]), json!(["north", 0, null, 1]), json!(["west", null, 100, 1]),]
    );
}

#[tokio::test]
async fn rows_are_numbered_either_way() {
    let world = five().await;
    for (way, numbers) in [("up", [1, 2, 3, 4, 5]), ("down", [5, 4, 3, 2, 1])] {
        let found = table(&world, &format!("{PLACE}numbered: {way}\n")).await;
        assert_eq!(found.columns[0].name, "no");
        let given: Vec<_> = found.rows.iter().map(|row| row[0].to_json()).collect();
        assert_eq!(given, numbers.map(|number| json!(number)));
    }
}

#[tokio::test]
async fn words_are_called_as_people_call_them() {
    let world = five().await;
    let words = "  kind:   {title: {ko: 종류, en: Kind}, value: data.kind}
  with:   {title: {ko: 담당, en: With}, value: case.holders, show: role}
  step:   {title: {ko: 단계, en: Step}, value: case.steps, show: step}
  name:   {title: {ko: 절차, en: Workflow}, value: case.workflow, show: workflow}
where: data.cost == 50
";
    let found = table(&world, &format!("{PLACE}{words}")).await;
    let text = format!("{:?}", found.rows[0]);
    for word in ["문", "담당", "계획", "수선"] {
        assert!(text.contains(word), "{word} in {text}");
    }
}

#[tokio::test]
async fn a_choice_between_two_fields_is_called_by_the_texts_of_their_options() {
    let world = five().await;
    let either =
        "  either: {title: {ko: 무엇, en: What}, value: 'data.cost == 50 ? data.kind : data.place'}
where: data.cost == 50
";
    let found = table(&world, &format!("{PLACE}{either}")).await;
    let cell = format!("{:?}", found.rows[0].last());
    assert!(cell.contains("문"), "{cell}");
}

#[tokio::test]
async fn accounts_and_people_have_reports_as_cases_do() {
    let world = five().await;
    let accounts = "accounts: all\ncolumns:\n  name: {title: {ko: 이름, en: Name}, value: account.name}\n  free: {title: {ko: 잔액, en: Free}, value: account.available}\n";
    assert_eq!(rows(&table(&world, accounts).await), [json!(["purse", 10_000])]);
    let none = accounts.replace("all", "other");
    assert_eq!(rows(&table(&world, &none).await), Vec::<serde_json::Value>::new());
    let people = "people: all\neach: {held: person.roles}\ncolumns:\n  id: {title: {ko: 사람, en: Person}, value: person.id}\n  role: {title: {ko: 역할, en: Role}, value: held.role}\n  now: {title: {ko: 지금, en: Now}, value: held.held}\n";
    assert_eq!(
        rows(&table(&world, people).await),
        [json!(["clerk-1", "clerk", true]), json!(["smith-1", "smith", true])]
    );
}

#[tokio::test]
async fn what_cannot_be_reckoned_is_told_beside_the_table() {
    let world = five().await;
    let lines = format!(
        "{PLACE}  odd: {{title: {{ko: 몫, en: Odd}}, value: 100 / data.cost}}\nwhere: data.place == \"north\"\n"
    );
    let found = super::table_at(&world, &lines, dure_engine::runtime::Moment::Now).await;
    assert_eq!(rows(&found), [json!(["north", null])]);
    assert_eq!((found.notices.len(), found.noticed), (1, 1));
    assert_eq!(found.notices[0].column, "odd");
}

/// A report of accounts knows no case, unless it says whose cases it names.
#[tokio::test]
async fn a_case_is_called_by_what_it_is_about() {
    let world = workshop().await;
    let id = asked(&world, "roof", "north", 100).await.to_string();
    let shown = async |names: &str| {
        let column = format!("{{title: {{ko: 건, en: Of}}, value: '\"{id}\"', show: case}}");
        let lines = format!("accounts: purse\n{names}columns: {{of: {column}}}\n");
        table(&world, &lines).await.rows.concat()
    };
    assert_eq!(shown("").await, [Cell::Text(id.clone())]);
    let (word, ko, en) = (id.clone(), "north".to_owned(), "north".to_owned());
    assert_eq!(shown("names: [repair]\n").await, [Cell::Word { word, ko, en }]);
}
