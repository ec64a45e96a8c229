//! `dure report …`: the list, a shipped report, one of somebody's own, moments and mistakes.

use crate::folder::Folder;

#[test]
fn the_reports_are_listed_in_both_languages_without_a_data_folder() {
    let folder = Folder::new();
    assert!(folder.run(&["report", "--lang", "ko"]).ok().out.contains("거점별 처리 대기"));
    assert!(folder.run(&["report", "--lang", "en"]).ok().out.contains("Queue by hub"));
    let listed = folder.run(&["report", "--json"]).ok().documents();
    let queue = listed.iter().find(|entry| entry["report"] == "queue_by_hub");
    assert_eq!(queue.expect("it is listed")["for"], "coordinator");
    assert!(!folder.data().exists());
}

#[test]
fn a_report_that_is_not_there_is_named_with_what_may_have_been_meant() {
    let folder = Folder::new();
    let table = [("queue_by_hubs", "E-report-not-there"), ("nothing.yaml", "E-file-unreadable")];
    for (report, code) in table {
        let error = folder.run(&["report", report, "--json"]).failed(2).error();
        assert_eq!(error["code"], code, "{error}");
    }
    let told = folder.run(&["report", "queue_by_hubs", "--lang", "ko"]).failed(2).err;
    assert!(told.contains("\"queue_by_hub\""), "{told}");
}
