//! The words of the command line itself, in Korean and English. Words of a workflow come from its definition.

use dure_engine::model::consequence::{Failing, TimerKind};
use dure_engine::model::event::{Authority, Imported, TaskChange};
use dure_engine::report::FootLine;
use dure_engine::runtime::{ImportCounts, MigrationCounts};
use dure_engine::time::{Rule, Weekday};
use dure_storage::Lang;

use crate::moment::minute;

/// A word in both languages.
#[derive(Debug, Clone, Copy)]
pub struct Word {
    ko: &'static str,
    en: &'static str,
}

impl Word {
    /// The word in one language.
    pub fn get(self, lang: Lang) -> &'static str {
        match lang {
            Lang::Ko => self.ko,
            Lang::En => self.en,
        }
    }
}

/// That a handler failed, how often, and whether it is tried again by itself.
pub fn effect_failed(lang: Lang, attempts: u32, parked: bool) -> String {
    let failed = match lang {
        Lang::Ko => format!("{attempts}번째 실패"),
        Lang::En => format!("failed (attempt {attempts})"),
    };
    if parked { format!("{failed}, {}", PARKED.get(lang)) } else { failed }
}

/// That something is tried again at a time.
pub fn tried_again(lang: Lang, at: &str) -> String {
    match lang {
        Lang::Ko => format!("{at}에 다시 시도"),
        Lang::En => format!("tried again {at}"),
    }
}

/// How often something failed, and when it is tried again.
pub fn failing(lang: Lang, failing: &Failing) -> String {
    let failed = effect_failed(lang, failing.attempts, failing.retry_at.is_none());
    match failing.retry_at {
        Some(at) => format!("{failed}, {}", tried_again(lang, &minute(at))),
        None => failed,
    }
}

/// For whom a report is.
pub fn audience(lang: Lang, audience: &str) -> &str {
    match (audience, lang) {
        ("coordinator", Lang::Ko) => "담당자",
        ("auditor", Lang::Ko) => "감사",
        ("analyst", Lang::Ko) => "분석",
        ("requester", Lang::Ko) => "신청자",
        (other, _) => other,
    }
}

/// As of when a report is, and of how many events it is made.
pub fn as_of_events(lang: Lang, at: &str, events: u64) -> String {
    match lang {
        Lang::Ko => format!("{at} 기준, 기록 {events}건"),
        Lang::En => format!("as of {at}, {events} events"),
    }
}

/// What a line beneath a table is.
pub fn foot(lang: Lang, line: FootLine) -> &'static str {
    match (line, lang) {
        (FootLine::Total, Lang::Ko) => "합계",
        (FootLine::Total, Lang::En) => "Total",
        (FootLine::Mean, Lang::Ko) => "평균",
        (FootLine::Mean, Lang::En) => "Mean",
        (FootLine::Spread, Lang::Ko) => "편차(%)",
        (FootLine::Spread, Lang::En) => "Spread (%)",
    }
}

/// How long something lasted: the two greatest units of it.
pub fn lasted(lang: Lang, seconds: i64) -> String {
    let sign = if seconds < 0 { "-" } else { "" };
    let all = seconds.unsigned_abs() / 60;
    let (days, hours, minutes) = (all / 1440, all / 60 % 24, all % 60);
    let parts = match (days, hours, lang) {
        (0, 0, Lang::Ko) => format!("{minutes}분"),
        (0, 0, Lang::En) => format!("{minutes} min"),
        (0, _, Lang::Ko) => format!("{hours}시간 {minutes}분"),
        (0, _, Lang::En) => format!("{hours} h {minutes} min"),
        (_, _, Lang::Ko) => format!("{days}일 {hours}시간"),
        (_, _, Lang::En) => format!("{days} d {hours} h"),
    };
    format!("{sign}{parts}")
}

/// Yes or no.
pub fn yes_or_no(lang: Lang, value: bool) -> &'static str {
    match (value, lang) {
        (true, Lang::Ko) => "예",
        (true, Lang::En) => "yes",
        (false, Lang::Ko) => "아니요",
        (false, Lang::En) => "no",
    }
}

/// How many more things a report could not show.
pub fn more_notices(lang: Lang, more: usize) -> String {
    match lang {
        Lang::Ko => format!("그 밖에 {more}건을 더 보일 수 없었습니다"),
        Lang::En => format!("and {more} more that could not be shown"),
    }
}

/// How many events could not be delivered to a webhook.
pub fn undelivered(lang: Lang, count: usize) -> String {
    match lang {
        Lang::Ko => format!("{count}건 미전달"),
        Lang::En => format!("{count} not delivered"),
    }
}

/// How many messages were sent to webhooks.
pub fn told(lang: Lang, count: usize) -> String {
    match (lang, count) {
        (Lang::Ko, count) => format!("웹훅으로 {count}건을 보냈습니다\n"),
        (Lang::En, 1) => "1 message was sent to webhooks\n".to_owned(),
        (Lang::En, count) => format!("{count} messages were sent to webhooks\n"),
    }
}

/// How many effects were tried.
pub fn tried(lang: Lang, count: usize) -> String {
    match (lang, count) {
        (Lang::Ko, count) => format!("자동 처리 {count}건을 시도했습니다\n"),
        (Lang::En, 1) => "1 effect was tried\n".to_owned(),
        (Lang::En, count) => format!("{count} effects were tried\n"),
    }
}

/// Several words in one language: the header of a table.
pub fn header<const N: usize>(words: [Word; N], lang: Lang) -> [&'static str; N] {
    words.map(|word| word.get(lang))
}

macro_rules! words {
    ($($name:ident = $ko:literal, $en:literal;)*) => {
        $(#[doc = $en] pub const $name: Word = Word { ko: $ko, en: $en };)*
    };
}

words! {
    ABOUT_REPORT = "보고서 정보", "About this report";
    APPROVALS = "결재", "Approvals";
    AS_DEPUTY = "대결", "As deputy";
    AS_OF = "기준 시각", "As of";
    BY_DELEGATION = "전결", "By delegation";
    CONTENTS = "내용", "Contents";
    DAYS_UNIT = "일", "days";
    DRAFTED = "기안", "Draft";
    DRAFTED_BY = "기안·신청", "Drafted by";
    EVENTS_READ = "읽은 기록(건)", "Events read";
    NOTICES = "보일 수 없었던 것", "Could not be shown";
    NUMBER = "번호", "Number";
    OPINIONS = "의견", "Opinions";
    QUESTION = "무엇을 알 수 있나", "What it answers";
    ROWS = "줄 수", "Rows";
    FOR_WHOM = "대상", "for";
    REPORT = "보고서", "report";
    REPORT_TITLE = "이름", "title";
    ANSWERS = "무엇을 알 수 있나", "what it answers";
    NO_ROWS = "해당하는 것이 없습니다", "nothing to show";
    READING_LOG = "기록을 읽는 중", "reading the log";
    ACCOUNT = "계정", "account";
    ACCOUNT_CLOSED = "마감", "closed";
    ACCOUNT_OPEN = "사용 중", "open";
    ACCOUNT_OPENED = "개설", "opened";
    ACTIONS = "상시 조치", "at any time";
    ACTIONS_NEVER = "한 번도 취하지 않은 조치", "actions never taken";
    ACTIVE = "진행 중인 단계", "waiting now";
    ADDED = "등록", "added";
    ACTS = "처리", "acts";
    AGREES = "일치", "agrees";
    ADDRESS = "주소", "address";
    ALL = "모두", "all";
    ALREADY = "이미 기록됨", "recorded before";
    AMOUNT = "수량", "amount";
    APPLIED = "이행 완료", "applied";
    ASSIGNED = "지정 담당자", "belongs to";
    AVAILABLE = "사용 가능", "available";
    BACK = "복귀", "back";
    BLOCKED = "현재 이행 불가", "blocked";
    BUSINESS_DAYS = "근무일", "business days";
    BY = "처리자", "by";
    BYTE = "바이트", "byte";
    CALENDAR = "달력", "calendar";
    CALLS = "호출", "calls";
    CASE = "건", "case";
    CASES = "건", "cases";
    CLOCK = "시스템", "the clock";
    CLOSED = "종결", "closed";
    COMMIT = "집행", "commit";
    COMMITTED = "집행", "committed";
    COMPLETABLE = "이행 가능", "completable";
    COMPUTED = "계산함", "computed";
    CONFIRMED = "확정", "confirmed";
    COVERS = "적용 기간", "covers";
    CREDIT = "수입", "credit";
    DATA = "자료", "data";
    DAYS = "일수", "days";
    DEBIT = "지출", "debit";
    DECIDES = "자동 판단", "decides by itself";
    DEPENDS = "입력에 따라", "depends on the form";
    DID_NOT_MATCH = "불일치, 다시 만듦", "did not match, built again";
    DUE = "기한", "due";
    DUES_MOVED = "기한 변경", "dues moved";
    EFFECT = "자동 처리", "effect";
    ENDS = "종결", "ends";
    ENTERED_BY = "입력", "entered by";
    EVENTS = "기록", "events";
    FAULT = "오류", "fault";
    FLAGS = "주의 표시", "red flags";
    FLAG_CLEARED = "주의 표시 해제", "flag cleared";
    FLAG_RAISED = "주의 표시", "flag raised";
    FLOOR = "하한", "floor";
    FOR_EACH = "항목마다", "for each of";
    FRIDAY = "금", "Fri";
    FROM = "부터", "from";
    GRANTED = "역할 부여", "given the role";
    GOES_ON_AT = "다음 순번", "goes on at";
    HANDLER = "자동 처리", "handled by";
    HOLDER = "담당", "held by";
    HOLIDAYS = "공휴일", "holidays";
    KIND = "종류", "kind";
    LEAST = "최소", "least";
    LOG_SHORTER = "기록이 보기보다 짧음(기록 유실), 다시 만듦", "the log is shorter than it was: events are missing; built again";
    MEAN = "평균", "mean";
    IMPORTING = "행마다 옮기는 중", "looking at each row";
    IMPORTED_FROM = "가져온 곳", "imported from";
    ROW = "행", "row";
    COLUMN = "열", "column";
    MEASURING = "측정하는 중", "measuring";
    MIGRATING = "건별로 확인하는 중", "looking at each case";
    MONDAY = "월", "Mon";
    MOST = "최대", "most";
    NAME = "이름", "name";
    NEW = "새로 만듦", "new";
    NEWCOMERS = "추가된 사람", "newcomers";
    NO = "불가", "closed";
    NOTHING_WAITS = "진행 중인 단계가 없습니다", "nothing waits";
    NOT_CONCERNED = "대상 아님", "not concerned";
    NO_ACCOUNTS = "개설된 계정이 없습니다", "no accounts";
    NO_CALENDARS = "공개된 달력이 없습니다", "no calendars";
    NO_CASES = "건이 없습니다", "no cases";
    NO_EFFECTS = "대기 중인 자동 처리가 없습니다", "no handler is waited for";
    NO_HOLDERS = "그때 그 역할을 맡은 사람이 없습니다", "nobody holds the role at that time";
    NO_PEOPLE = "등록된 사람이 없습니다", "no people";
    NO_TABLE = "표 없음", "no table";
    NO_TASKS = "할 일이 없습니다", "nothing to do";
    NO_WEBHOOKS = "등록된 웹훅이 없습니다", "no webhooks";
    NO_WORKFLOWS = "공개된 업무 절차가 없습니다", "no workflows";
    NOTHING_FAILED = "실패 없음", "nothing failed";
    OLDER_SCHEMA = "옛 형식, 다시 만듦", "older form, built again";
    ON_BEHALF = "대신", "on behalf of";
    OPEN = "진행 중", "open";
    OPENED = "시작", "started";
    OUTCOME = "처리 결과", "outcome";
    OUTCOMES = "처리 결과", "outcomes";
    OUTCOMES_NEVER = "한 번도 나오지 않은 처리 결과", "outcomes never taken";
    PARALLEL = "병렬", "in parallel";
    PARKED = "중지됨: 담당자가 재시도를 지시해야 함", "parked until a person has it tried again";
    PEOPLE = "처리할 수 있는 사람", "people who may";
    PEOPLE_NOT_SEEN = "사람이 충분한지는 확인하지 못했습니다", "whether there are enough people was not looked at";
    PERSONAL = "개인정보", "personal";
    PER_RUN = "한 번에", "in a run";
    PLAYING = "견본을 진행하는 중", "playing the samples";
    POSITION = "순번", "position";
    READING = "기록을 읽는 중", "reading the log";
    REASON = "사유", "reason";
    REBUILDING = "다시 만드는 중", "building again";
    REBUILT = "다시 만듦", "built again";
    RECEIVED = "통보 접수", "received";
    RECORDED = "기록 시각", "recorded";
    RECORDED_NOW = "새로 기록함", "recorded";
    REFUSED = "거절됨", "refused";
    REFUSED_ACTS = "거절", "refused";
    REFUSED_IF = "할 수 없는 경우", "refused if";
    RELEASE = "예약 해제", "release";
    RESERVE = "예약", "reserve";
    RESERVED = "예약", "reserved";
    ROLE_ENDED = "역할 종료", "end of the role";
    ROLES = "역할", "roles";
    ROOT = "머클 루트", "root";
    RULE = "규칙", "rule";
    RULE_CIVIL_PETITION = "민원 처리기간", "civil petition";
    RULE_PLAIN = "일반", "plain";
    SATURDAY = "토", "Sat";
    SCENARIO_ACTION = "조치", "action";
    SCENARIO_END = "종결", "end";
    SCENARIO_FAILED = "불일치", "failed";
    SCENARIO_FLAG = "주의 표시", "flag";
    SCENARIO_GUARD_PASSED = "조건 통과", "guard passed";
    SCENARIO_GUARD_REFUSED = "조건 거절", "guard refused";
    SCENARIO_OUTCOME = "처리 결과", "outcome";
    SCENARIO_PASSED = "통과", "passed";
    SCENARIO_PLAYING = "시나리오를 진행하는 중", "playing the scenarios";
    SCENARIO_STEP = "단계", "step";
    SCENARIO_TIMER = "기한", "timer";
    SENDS = "통보", "sends";
    SIMULATING = "시뮬레이션하는 중", "simulating";
    SECRET_IN = "비밀 값의 환경 변수", "secret in";
    SINCE = "부터", "since";
    SPAN = "기간", "span";
    SPAWNS = "새 건 시작", "starts";
    STARTED = "시작", "started";
    STARTER = "요청자", "starter";
    STATE = "상태", "state";
    SEED = "시드", "seed";
    DISTRICTS = "자치구", "districts";
    SUBJECT = "건명", "subject";
    YEARS = "연수", "years";
    PEOPLE_THERE = "사람", "people";
    CASES_BEGUN = "시작한 건", "cases begun";
    STORIES_TOLD = "어려운 경우", "hard cases";
    GIVEN_UP = "하지 못한 단계", "steps given up";
    STATE_NOW = "현재 상태", "final state";
    STEP = "단계", "step";
    STEPS_NEVER = "한 번도 지나지 않은 단계", "steps never taken";
    STEPS_TAKEN = "진행", "step by step";
    STREAM = "스트림", "stream";
    SUNDAY = "일", "Sun";
    THEN = "당시 역할", "then";
    THURSDAY = "목", "Thu";
    TIME = "시각", "time";
    TIMELINE = "처리 이력", "timeline";
    TIMERS = "기한 처리", "timers";
    TITLE = "제목", "title";
    TO = "까지", "to";
    TOTAL = "합계", "total";
    TRY_AGAIN = "재시도 지시", "to be tried again";
    TUESDAY = "화", "Tue";
    UNIT = "단위", "unit";
    UNREACHABLE = "대응 단계 없음", "unreachable";
    UNREADABLE = "(읽을 수 없음)", "(cannot be read)";
    UNTRIED = "아직 시도하지 않음", "not tried yet";
    VERDICT = "판정", "verdict";
    VERSION = "버전", "version";
    VIEW = "뷰", "view";
    WAITS = "대기", "waits";
    WEBHOOK = "웹훅", "webhook";
    WEDNESDAY = "수", "Wed";
    WEEKEND = "휴무 요일", "weekend";
    WEEKEND_DAYS = "휴무 요일 일수", "days of weekends";
    WHERE = "위치", "where";
    WORKFLOW = "업무 절차", "workflow";
    WORKING_HOURS = "근무 시간", "working hours";
    WRITTEN = "파일로 저장:", "written to";
    YES = "가능", "open";
    ZONE = "시간대", "time zone";
}

/// How a calendar counts.
pub fn calendar_rule(rule: Rule) -> Word {
    match rule {
        Rule::Plain => RULE_PLAIN,
        Rule::CivilPetition => RULE_CIVIL_PETITION,
    }
}

/// A day of the week.
pub fn weekday(day: Weekday) -> Word {
    match day {
        Weekday::Mon => MONDAY,
        Weekday::Tue => TUESDAY,
        Weekday::Wed => WEDNESDAY,
        Weekday::Thu => THURSDAY,
        Weekday::Fri => FRIDAY,
        Weekday::Sat => SATURDAY,
        Weekday::Sun => SUNDAY,
    }
}

/// A calendar file without mistakes.
pub fn calendar_checked(lang: Lang, calendar: &str, holidays: usize) -> String {
    match (lang, holidays) {
        (Lang::Ko, holidays) => format!("{calendar}: 잘못이 없습니다 (공휴일 {holidays}일)"),
        (Lang::En, 1) => format!("{calendar}: no mistakes (1 holiday)"),
        (Lang::En, holidays) => format!("{calendar}: no mistakes ({holidays} holidays)"),
    }
}

/// The years of a calendar that nobody has confirmed.
pub fn calendar_unconfirmed(lang: Lang, years: &str) -> String {
    match lang {
        Lang::Ko => format!("확정된 공휴일 표가 없는 해: {years}"),
        Lang::En => format!("no confirmed table of holidays for: {years}"),
    }
}

/// That a due lies in a year that nobody has confirmed.
pub fn due_unconfirmed(lang: Lang, calendar: &str, year: i32) -> String {
    match lang {
        Lang::Ko => {
            format!("기한이 공휴일이 확정되지 않은 {year}년에 있어 바뀔 수 있음 (달력 {calendar})")
        }
        Lang::En => format!(
            "a due lies in {year}, whose holidays are not confirmed, and may move (calendar {calendar})"
        ),
    }
}

/// How many acts a case has.
pub fn acts(lang: Lang, count: usize) -> String {
    match (lang, count) {
        (Lang::Ko, count) => format!("처리 {count}건"),
        (Lang::En, 1) => "1 act".to_owned(),
        (Lang::En, count) => format!("{count} acts"),
    }
}

/// Until when a step waits.
pub fn due(lang: Lang, at: &str) -> String {
    match lang {
        Lang::Ko => format!("기한 {at}"),
        Lang::En => format!("due {at}"),
    }
}

/// In whose place somebody acted, and how that came about.
pub fn in_place(lang: Lang, authority: Authority, person: &str) -> String {
    match (authority, lang) {
        (Authority::OnBehalf, Lang::Ko) => format!("{person} 대신"),
        (Authority::OnBehalf, Lang::En) => format!("for {person}"),
        (Authority::Deputy, Lang::Ko) => format!("{person} 대결"),
        (Authority::Deputy, Lang::En) => format!("as deputy of {person}"),
        (Authority::Delegated, Lang::Ko) => format!("{person} 위임"),
        (Authority::Delegated, Lang::En) => format!("in place of {person}"),
        (Authority::Own | Authority::Spawned, _) => person.to_owned(),
    }
}

/// That somebody is absent, and who acts in their place.
pub fn absent(lang: Lang, deputy: &str) -> String {
    match lang {
        Lang::Ko => format!("부재 (대결자 {deputy})"),
        Lang::En => format!("absent (deputy {deputy})"),
    }
}

/// For whom somebody acts as a deputy.
pub fn stands_in(lang: Lang, absent: &str) -> String {
    match lang {
        Lang::Ko => format!("{absent} 대결자"),
        Lang::En => format!("deputy of {absent}"),
    }
}

/// The one a task belongs to, and whether they may still do it.
pub fn assigned(lang: Lang, person: &str, may: bool) -> String {
    match (lang, may) {
        (_, true) => person.to_owned(),
        (Lang::Ko, false) => {
            format!("{person} (더 이상 처리할 수 없어, 처리할 수 있는 모든 사람의 할 일)")
        }
        (Lang::En, false) => {
            format!("{person} (may not do it any more: it is everybody's who may)")
        }
    }
}

/// A case that was migrated, in its timeline.
pub fn goes_on_under(lang: Lang, version: u32) -> String {
    match lang {
        Lang::Ko => format!("{version} 버전으로 계속함"),
        Lang::En => format!("goes on under version {version}"),
    }
}

/// How many cases a migration plan came to what for.
pub fn migration_counts(lang: Lang, counts: &MigrationCounts, to: &str) -> String {
    let MigrationCounts { completable, applied, blocked, unreachable, not_concerned } = counts;
    match lang {
        Lang::Ko => format!(
            "{to}: 이행 완료 {applied}건, 이행 가능 {completable}건, 현재 이행 불가 {blocked}건, 대응 단계 없음 {unreachable}건, 대상 아님 {not_concerned}건\n"
        ),
        Lang::En => format!(
            "{to}: {applied} applied, {completable} completable, {blocked} blocked, {unreachable} unreachable, {not_concerned} not concerned\n"
        ),
    }
}

/// What an import came to.
pub fn import_counts(lang: Lang, counts: &ImportCounts, dry_run: bool) -> String {
    let ImportCounts { rows, new, known, refused } = counts;
    match (lang, dry_run) {
        (Lang::Ko, false) => {
            format!("{rows}행: 새로 넣음 {new}건, 이미 있음 {known}건, 거부 {refused}건\n")
        }
        (Lang::Ko, true) => format!(
            "{rows}행: 넣을 수 있음 {new}건, 이미 있음 {known}건, 거부 {refused}건 (기록하지 않음)\n"
        ),
        (Lang::En, false) => {
            format!("{rows} rows: {new} new, {known} known, {refused} refused\n")
        }
        (Lang::En, true) => format!(
            "{rows} rows: {new} would be new, {known} known, {refused} refused (nothing recorded)\n"
        ),
    }
}

/// That further rows were refused which are not listed.
pub fn more_refused(lang: Lang, rows: usize) -> String {
    match lang {
        Lang::Ko => format!("그 밖에 {rows}행이 더 거부되었습니다\n"),
        Lang::En => format!("{rows} more rows were refused\n"),
    }
}

/// What a case was brought in from.
pub fn imported_from(lang: Lang, imported: &Imported) -> String {
    let Imported { sha256, sheet, row, map } = imported;
    let sheet = sheet.as_ref().map(|sheet| format!("{sheet} · ")).unwrap_or_default();
    match lang {
        Lang::Ko => format!("{map} · {sheet}{row}행 · SHA-256 {sha256}"),
        Lang::En => format!("{map} · {sheet}row {row} · SHA-256 {sha256}"),
    }
}

/// How many timers fired.
pub fn fired(lang: Lang, timers: usize) -> String {
    match lang {
        Lang::Ko => format!("기한 처리 {timers}건\n"),
        Lang::En => format!("{timers} timers fired\n"),
    }
}

/// What a timer did.
pub fn timer(lang: Lang, does: &TimerKind) -> String {
    match (does, lang) {
        (TimerKind::Remind { before }, Lang::Ko) => format!("기한 {before} 전 알림"),
        (TimerKind::Remind { before }, Lang::En) => format!("reminded {before} before the due"),
        (TimerKind::Escalate { to, .. }, Lang::Ko) => format!("기한이 지나 {to} 역할에도 배정"),
        (TimerKind::Escalate { to, .. }, Lang::En) => format!("overdue, {to} called in"),
        (TimerKind::Expire { .. }, Lang::Ko) => "기한 지남".to_owned(),
        (TimerKind::Expire { .. }, Lang::En) => "expired".to_owned(),
        (TimerKind::Wake {}, Lang::Ko) => "예정 시각 도래".to_owned(),
        (TimerKind::Wake {}, Lang::En) => "the time came".to_owned(),
    }
}

/// What somebody did with a task.
pub fn task_change(lang: Lang, change: &TaskChange) -> String {
    match (change, lang) {
        (TaskChange::Claim, Lang::Ko) => "담당 수락".to_owned(),
        (TaskChange::Claim, Lang::En) => "claimed".to_owned(),
        (TaskChange::Unclaim, Lang::Ko) => "담당 반납".to_owned(),
        (TaskChange::Unclaim, Lang::En) => "given back".to_owned(),
        (TaskChange::Assign(to), Lang::Ko) => format!("{to} 지정"),
        (TaskChange::Assign(to), Lang::En) => format!("assigned to {to}"),
        (TaskChange::Delegate(to), Lang::Ko) => format!("{to} 위임"),
        (TaskChange::Delegate(to), Lang::En) => format!("delegated to {to}"),
        (TaskChange::Recuse(None), Lang::Ko) => "회피".to_owned(),
        (TaskChange::Recuse(None), Lang::En) => "recused".to_owned(),
        (TaskChange::Recuse(Some(by)), Lang::Ko) => format!("회피, {by} 대신"),
        (TaskChange::Recuse(Some(by)), Lang::En) => format!("recused, replaced by {by}"),
        (TaskChange::Vote(outcome), Lang::Ko) => format!("표결 {outcome}"),
        (TaskChange::Vote(outcome), Lang::En) => format!("voted {outcome}"),
        (TaskChange::TakeNote, Lang::Ko) => "대결 사후 확인".to_owned(),
        (TaskChange::TakeNote, Lang::En) => "took note of the deputy's act".to_owned(),
    }
}

/// A reason, in the quotation marks of both languages.
pub fn quoted(reason: &str) -> String {
    format!("“{reason}”")
}

/// That a log is whole.
pub fn whole(lang: Lang, events: u64, segments: u64, streams: u64) -> String {
    match lang {
        Lang::Ko => format!(
            "기록 {events}건이 온전합니다 (세그먼트 {segments}개, 스트림 {streams}개). 머클 루트:"
        ),
        Lang::En => {
            format!("{events} events are whole ({segments} segments, {streams} streams); root:")
        }
    }
}

/// That a crash tore the tail.
pub fn torn(lang: Lang, segment: &str, byte: u64, bytes: u64) -> String {
    match lang {
        Lang::Ko => format!(
            "{segment}의 {byte}바이트부터 {bytes}바이트는 기록하다 중단된 끝부분입니다. 확정된 기록이 아니며 다음에 열 때 잘라 냅니다"
        ),
        Lang::En => format!(
            "{segment}: the {bytes} bytes from byte {byte} are a torn tail that was never acknowledged; the next opening cuts them off"
        ),
    }
}

/// That a workflow file has no mistake.
pub fn checked(lang: Lang, workflow: &str, steps: usize) -> String {
    match lang {
        Lang::Ko => format!("{workflow}: 잘못이 없습니다 (단계 {steps}개)"),
        Lang::En => format!("{workflow}: no mistakes ({steps} steps)"),
    }
}

/// As of when something is shown.
pub fn as_of(lang: Lang, at: &str) -> String {
    match lang {
        Lang::Ko => format!("{at} 기준\n"),
        Lang::En => format!("as of {at}\n"),
    }
}

/// How many runs a simulation had, by what chance, and how many failed.
pub fn simulated(lang: Lang, runs: u64, seed: u64, failed: u64) -> String {
    match lang {
        Lang::Ko => format!("  {runs}번 (시드 {seed}), 실패 {failed}번\n"),
        Lang::En => format!("  {runs} runs (seed {seed}), {failed} failed\n"),
    }
}

/// Which run failed, why, and how to see it again.
pub fn run_failed(lang: Lang, run: u64, why: &str, again: &str) -> String {
    match lang {
        Lang::Ko => format!("\n{run}번째 실패: {why}\n  다시 보기: {again}\n"),
        Lang::En => format!("\nrun {run} failed: {why}\n  again: {again}\n"),
    }
}

/// What a demonstration added to a folder.
pub fn played(lang: Lang, cases: usize, events: u64, size: u64) -> String {
    match (lang, events) {
        (Lang::Ko, 0) => {
            format!("{cases}건이 이미 있어 새로 기록한 것이 없습니다. 기록은 모두 {size}건입니다")
        }
        (Lang::Ko, _) => format!("{cases}건, 새 기록 {events}건. 기록은 모두 {size}건입니다"),
        (Lang::En, 0) => format!(
            "{cases} cases; nothing new was recorded, all of it was there; the log has {size} events"
        ),
        (Lang::En, _) => format!("{cases} cases, {events} new events; the log has {size} events"),
    }
}

/// That everything was recorded on one later day.
pub fn all_recorded(lang: Lang, day: &str) -> String {
    match lang {
        Lang::Ko => format!("모두 {day}에 기록"),
        Lang::En => format!("all recorded on {day}"),
    }
}

/// How many lines and events a scenario had.
pub fn scenario_played(lang: Lang, lines: usize, events: u64) -> String {
    match lang {
        Lang::Ko => format!("{lines}줄, 기록 {events}건"),
        Lang::En => format!("{lines} lines, {events} events"),
    }
}

/// How much of a workflow the scenarios took.
pub fn covered(lang: Lang, workflow: &str, taken: usize, of: usize) -> String {
    match lang {
        Lang::Ko => format!("{workflow}: 요소 {of}개 중 {taken}개를 거침"),
        Lang::En => format!("{workflow}: {taken} of {of} parts taken"),
    }
}
