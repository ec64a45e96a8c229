//! From a definition to its graph. Reads the definition only; draws nothing.

use std::collections::BTreeSet;

use dure_storage::Lang;

use super::model::{
    Block, Cause, Cluster, Edge, Graph, Label, Node, NodeId, Possible, Shape, Target,
};
use super::phrases::{self, guard, line, need, say};
use crate::model::definition::{
    self as rules, Action, Background, BlockDefinition, By, Call, Callee, Definition, Due, DueWhen,
    Each, Electorate, End, Join, Need, Outcome, Quorum, Rest, Start, Step, StepKind, Task, Until,
    Wait,
};
use crate::model::names::{Name, Text};

impl Graph {
    /// The graph of a definition in one language.
    pub fn of(definition: &Definition, lang: Lang) -> Graph {
        let maker = Maker { definition, lang };
        Graph {
            reference: definition.reference.to_string(),
            title: maker.text(&definition.title),
            lang,
            main: maker.main(),
            background: definition.background.iter().map(|one| maker.background(one)).collect(),
            actions: definition.actions.iter().map(|action| maker.action(action)).collect(),
        }
    }
}

fn start_id() -> NodeId {
    NodeId("start".into())
}

/// Steps and ends share one name space; `start` is none of them, and the prefix keeps words of a format free.
fn node_id(name: &Name) -> NodeId {
    NodeId(format!("n_{name}"))
}

fn cluster_id(step: &Name, branch: &str) -> NodeId {
    // A name never begins with a digit: the length tells where the name of the step ends.
    NodeId(format!("c{}_{step}_{branch}", step.as_str().len()))
}

struct Maker<'d> {
    definition: &'d Definition,
    lang: Lang,
}

impl Maker<'_> {
    fn text(&self, text: &Text) -> String {
        line(text.get(self.lang))
    }

    fn say(&self, ko: impl Into<String>, en: impl Into<String>) -> String {
        say(self.lang, ko, en)
    }

    fn main(&self) -> Block {
        let definition = self.definition;
        let start = std::iter::once(self.start(&definition.start));
        let steps = definition.block.steps.iter().map(|step| self.step(step));
        let ends = definition.ends.iter().map(|end| self.end(end));
        let nodes: Vec<Node> = start.chain(steps).chain(ends).collect();
        let begin = Edge {
            from: 0,
            to: target(&definition.start.to, &nodes),
            label: Label { title: String::new(), ..self.rules(&definition.start.rules) },
            cause: Cause::Chosen,
        };
        let edges = self.edges(&definition.block, 1, &nodes);
        Block { first: 0, edges: std::iter::once(begin).chain(edges).collect(), nodes }
    }

    fn inner(&self, block: &BlockDefinition, first: &Name) -> Block {
        let steps = block.steps.iter().map(|step| self.step(step));
        let nodes: Vec<Node> = steps.chain(self.ends_of(block)).collect();
        let first = block.steps.iter().position(|step| step.name == *first).unwrap_or_default();
        Block { first, edges: self.edges(block, 0, &nodes), nodes }
    }

    /// The ends that a block inside a step leads to, past everything around it.
    fn ends_of<'b>(&'b self, block: &'b BlockDefinition) -> impl Iterator<Item = Node> + 'b {
        let is_met = |end: &&End| {
            let mut outcomes = block.steps.iter().flat_map(|step| &step.outcomes);
            outcomes.any(|outcome| outcome.target == rules::Target::End(end.name.clone()))
        };
        self.definition.ends.iter().filter(is_met).map(|end| self.end(end))
    }

    fn edges(&self, block: &BlockDefinition, offset: usize, nodes: &[Node]) -> Vec<Edge> {
        let of = |(at, step): (usize, &Step)| -> Vec<Edge> {
            let edge = |outcome: &Outcome| Edge {
                from: at + offset,
                to: target(&outcome.target, nodes),
                label: self.label(step, outcome),
                cause: cause(step, outcome),
            };
            step.outcomes.iter().map(edge).collect()
        };
        block.steps.iter().enumerate().flat_map(of).collect()
    }

    fn label(&self, step: &Step, outcome: &Outcome) -> Label {
        let only = step.outcomes.len() == 1 && outcome.title.is_none();
        let title = match &outcome.title {
            Some(title) => self.text(title),
            None if only => String::new(),
            None => outcome.name.to_string(),
        };
        let cause = phrases::cause(cause(step, outcome), self.lang);
        let at_most = outcome.at_most;
        let at_most = at_most.map(|n| self.say(format!("{n}번까지"), format!("at most {n} times")));
        let reason = outcome.reason_required;
        let reason = reason.then(|| self.say("사유 기재", "reason required"));
        let label = self.rules(&outcome.rules);
        let notes = cause.into_iter().chain(at_most).chain(reason).collect();
        Label { title, notes, ..label }
    }

    fn rules(&self, rules: &[rules::Guard]) -> Label {
        let texts: Vec<&str> = rules.iter().map(|rule| rule.when.text()).collect();
        let guard = (!texts.is_empty()).then(|| guard(&texts.join(" && ")));
        Label { guard, ..Label::default() }
    }

    fn start(&self, start: &Start) -> Node {
        let mut facts = vec![self.roles(&start.by)];
        facts.extend(start.on_behalf_of.as_ref().map(|role| self.behalf(role)));
        facts.extend(self.entered(&start.entered_by));
        Node {
            id: start_id(),
            name: "start".into(),
            shape: Shape::Start,
            title: self.say("시작", "Start"),
            facts,
            clusters: Vec::new(),
        }
    }

    fn end(&self, end: &End) -> Node {
        let moved = |accounts: &[Name], ko: &str, en: &str| {
            let titles: Vec<String> = accounts.iter().map(|name| self.account(name)).collect();
            let titles = titles.join(", ");
            (!accounts.is_empty())
                .then(|| self.say(format!("{titles} {ko}"), format!("{en} {titles}")))
        };
        let commits = moved(&end.commits, "집행", "uses up");
        let releases = moved(&end.releases, "반환", "gives back");
        Node {
            id: node_id(&end.name),
            name: end.name.to_string(),
            shape: Shape::End,
            title: self.text(&end.title),
            facts: commits.into_iter().chain(releases).collect(),
            clusters: Vec::new(),
        }
    }

    fn step(&self, step: &Step) -> Node {
        let (shape, mut facts, clusters) = match &step.kind {
            StepKind::Task(task) => (Shape::Task, self.task(task), Vec::new()),
            StepKind::Auto(auto) => {
                let fact = self
                    .say(format!("처리기 {}", auto.handler), format!("handler {}", auto.handler));
                (Shape::Auto, vec![fact], Vec::new())
            }
            StepKind::Decide => (Shape::Decide, Vec::new(), Vec::new()),
            StepKind::Wait(wait) => (Shape::Wait, self.wait(wait), Vec::new()),
            StepKind::Parallel(parallel) => {
                let facts = self.join(&parallel.join, parallel.rest);
                (Shape::Parallel, facts, self.branches(step))
            }
            StepKind::Each(each) => (Shape::Each, self.each(each), vec![self.repeated(step, each)]),
            StepKind::Call(call) => (Shape::Call, self.call(call), Vec::new()),
            StepKind::Spawn(spawn) => {
                (Shape::Spawn, vec![self.called(&spawn.workflow)], Vec::new())
            }
            StepKind::Send(send) => (Shape::Send, vec![self.message(&send.message)], Vec::new()),
        };
        facts.extend(step.due().into_iter().flat_map(|due| self.due(due)));
        if step.pauses() {
            facts.push(self.say("그동안 처리기간 정지", "the clock stands still"));
        }
        let (id, name) = (node_id(&step.name), step.name.to_string());
        Node { id, name, shape, title: self.text(&step.title), facts, clusters }
    }

    fn task(&self, task: &Task) -> Vec<String> {
        let mut facts = vec![self.by(&task.by)];
        facts.extend(task.on_behalf_of.as_ref().map(|role| self.behalf(role)));
        facts.extend(self.entered(&task.entered_by));
        facts.extend(task.quorum.as_ref().map(|quorum| self.quorum(quorum)));
        facts
    }

    fn by(&self, by: &By) -> String {
        match by {
            By::Roles(roles) => self.roles(roles),
            By::Starter => self.say("건을 시작한 사람", "whoever started it"),
            By::Person(expression) | By::People(expression) => guard(expression.text()),
        }
    }

    fn roles(&self, roles: &[Name]) -> String {
        let titles: Vec<String> = roles.iter().map(|role| self.role(role)).collect();
        line(&titles.join(", "))
    }

    fn role(&self, role: &Name) -> String {
        self.definition.roles.get(role).map_or_else(|| role.to_string(), |text| self.text(text))
    }

    fn behalf(&self, role: &Name) -> String {
        let role = self.role(role);
        self.say(format!("{role} 대신"), format!("on behalf of {role}"))
    }

    fn entered(&self, roles: &[Name]) -> Option<String> {
        let by = self.roles(roles);
        let told = || self.say(format!("{by}가 대신 입력"), format!("entered by {by}"));
        (!roles.is_empty()).then(told)
    }

    fn quorum(&self, quorum: &Quorum) -> String {
        let of = match &quorum.of {
            Electorate::Open => None,
            Electorate::Count(count) => {
                Some(self.say(format!("{count}명 중 "), format!(" of {count}")))
            }
            Electorate::People(list) => {
                let list = guard(list.text());
                Some(self.say(format!("{list} 중 "), format!(" of {list}")))
            }
        };
        let of = of.unwrap_or_default();
        let needed = match quorum.need {
            Need::Count(count) => self.say(format!("{count}명"), count.to_string()),
            Need::Share { .. } => need(quorum.need, self.lang),
        };
        self.say(format!("{of}{needed} 일치"), format!("{needed}{of} agree"))
    }

    fn due(&self, due: &Due) -> Vec<String> {
        let when = match &due.when {
            DueWhen::Within(span) => {
                let span = phrases::span(*span, self.lang);
                self.say(format!("기한 {span}"), format!("within {span}"))
            }
            DueWhen::At(time) => {
                let time = guard(time.text());
                self.say(format!("기한 {time}"), format!("by {time}"))
            }
        };
        let escalation = |called: &rules::Escalation| {
            let (after, to) = (phrases::span(called.after, self.lang), self.role(&called.to));
            self.say(format!("{after} 뒤 {to}도"), format!("{after} after, also {to}"))
        };
        std::iter::once(when).chain(due.escalate.iter().map(escalation)).collect()
    }

    fn wait(&self, wait: &Wait) -> Vec<String> {
        let until = wait.until.as_ref().map(|until| match until {
            Until::For(span) => {
                let span = phrases::span(*span, self.lang);
                self.say(format!("{span} 동안"), format!("for {span}"))
            }
            Until::At(time) => {
                let time = guard(time.text());
                self.say(format!("{time}까지"), format!("until {time}"))
            }
            Until::Next(recurrence) => {
                let rule = line(&recurrence.to_string());
                self.say(format!("다음 {rule}"), format!("the next {rule}"))
            }
        });
        wait.message.iter().map(|name| self.message(name)).chain(until).collect()
    }

    fn message(&self, name: &Name) -> String {
        let known = self.definition.message(name.as_str());
        let title = known.map_or_else(|| name.to_string(), |message| self.text(&message.title));
        self.say(format!("통보: {title}"), format!("message: {title}"))
    }

    fn account(&self, name: &Name) -> String {
        let known = self.definition.accounts.iter().find(|account| account.name == *name);
        known.map_or_else(|| name.to_string(), |account| self.text(&account.title))
    }

    fn join(&self, join: &Join, rest: Rest) -> Vec<String> {
        let join = match join {
            Join::All => self.say("모두 끝나면", "when all have ended"),
            Join::Ended(needed) => {
                let needed = need(*needed, self.lang);
                self.say(format!("{needed} 끝나면"), format!("when {needed} have ended"))
            }
            Join::When(expression) => {
                let when = guard(expression.text());
                self.say(format!("{when} 이면"), format!("when {when}"))
            }
        };
        let rest = match rest {
            Rest::Leave => None,
            Rest::Run => Some(self.say("나머지는 이어서", "the others run on")),
        };
        std::iter::once(join).chain(rest).collect()
    }

    fn each(&self, each: &Each) -> Vec<String> {
        let list = guard(each.list.text());
        let list = self.say(format!("{list}의 항목마다"), format!("for each of {list}"));
        let in_turn = each.in_turn.then(|| self.say("차례로", "one after the other"));
        let join = self.join(&each.join, each.rest);
        std::iter::once(list).chain(in_turn).chain(join).collect()
    }

    fn call(&self, call: &Call) -> Vec<String> {
        match &call.callee {
            Callee::One(name) => vec![self.called(name)],
            Callee::Chosen { choose, among } => {
                let choose = guard(choose.text());
                let head = self.say(format!("{choose}에 따라"), format!("by {choose}"));
                let names: BTreeSet<&Name> = among.values().collect();
                std::iter::once(head)
                    .chain(names.into_iter().map(|name| self.called(name)))
                    .collect()
            }
        }
    }

    /// A called workflow: its title, name and the version it was published with.
    fn called(&self, name: &Name) -> String {
        match self.definition.called.get(name) {
            Some(called) => line(&format!("{} ({})", self.text(&called.title), called.reference)),
            None => name.to_string(),
        }
    }

    fn branches(&self, step: &Step) -> Vec<Cluster> {
        let branch = |branch: &rules::BranchDefinition| Cluster {
            id: cluster_id(&step.name, branch.name.as_str()),
            title: self.text(&branch.title),
            beside: branch.background,
            block: self.inner(&branch.block, &branch.first),
        };
        step.branches().iter().map(branch).collect()
    }

    fn repeated(&self, step: &Step, each: &Each) -> Cluster {
        Cluster {
            id: cluster_id(&step.name, ""),
            title: self.say(format!("{}마다", each.item), format!("each {}", each.item)),
            beside: false,
            block: self.inner(&each.block, &each.first),
        }
    }

    fn background(&self, beside: &Background) -> (NodeId, Cluster) {
        let from = beside.from.as_ref().map_or_else(start_id, node_id);
        let step = &beside.step;
        let blocks = step.branches().iter();
        let mut blocks = blocks.map(|branch| self.inner(&branch.block, &branch.first));
        let cluster = Cluster {
            id: cluster_id(&step.name, "loop"),
            title: self.text(&step.title),
            beside: true,
            block: blocks.next().unwrap_or_default(),
        };
        (from, cluster)
    }

    fn action(&self, action: &Action) -> Possible {
        let mut facts = vec![self.by(&action.by)];
        facts.extend(action.on_behalf_of.as_ref().map(|role| self.behalf(role)));
        facts.extend(self.entered(&action.entered_by));
        let titles = |names: &[Name]| {
            let titles = names.iter().filter_map(|name| self.definition.step(name.as_str()));
            titles.map(|step| self.text(&step.title)).collect::<Vec<_>>().join(", ")
        };
        if !action.during.is_empty() {
            let steps = line(&titles(&action.during));
            facts.push(self.say(format!("{steps} 동안"), format!("during {steps}")));
        }
        if let Some(left) = &action.leaves {
            let step = titles(std::slice::from_ref(left));
            facts.push(self.say(format!("{step}만 떠남"), format!("leaves only {step}")));
        }
        facts.extend(self.rules(&action.rules).guard.map(|guard| format!("[{guard}]")));
        facts.extend(action.extends.map(|span| {
            let span = phrases::span(span, self.lang);
            self.say(format!("기한을 {span} 늘림"), format!("{span} more time"))
        }));
        facts.extend(action.once.then(|| self.say("한 번만", "once")));
        facts.extend(action.reason_required.then(|| self.say("사유 기재", "reason required")));
        let (to, to_title) = self.goal(action.target.as_ref());
        let id = NodeId(format!("a_{}", action.name));
        Possible { id, title: self.text(&action.title), facts, to, to_title }
    }

    fn goal(&self, target: Option<&rules::Target>) -> (Option<NodeId>, Option<String>) {
        match target {
            None => (None, None),
            Some(rules::Target::Step(name)) => {
                let title = self.definition.step(name.as_str()).map(|step| self.text(&step.title));
                (Some(node_id(name)), title)
            }
            Some(rules::Target::End(name)) => {
                let title = self.definition.end(name.as_str()).map(|end| self.text(&end.title));
                (Some(node_id(name)), title)
            }
            Some(rules::Target::Done(result)) => (None, Some(format!("= {result}"))),
        }
    }
}

/// Where a target stands among the nodes of its block.
fn target(target: &rules::Target, nodes: &[Node]) -> Target {
    match target {
        rules::Target::Step(name) | rules::Target::End(name) => {
            let at = nodes.iter().position(|node| node.id == node_id(name));
            at.map_or_else(|| Target::Result(name.to_string()), Target::Node)
        }
        rules::Target::Done(result) => Target::Result(result.to_string()),
    }
}

fn cause(step: &Step, outcome: &Outcome) -> Cause {
    let expires = step.due().and_then(|due| due.expire.as_ref()) == Some(&outcome.name);
    match &step.kind {
        _ if expires => Cause::Clock,
        StepKind::Wait(wait) if wait.message.is_none() || outcome.automatic => Cause::Clock,
        StepKind::Task(_) | StepKind::Auto(_) | StepKind::Wait(_) if !outcome.automatic => {
            Cause::Chosen
        }
        StepKind::Task(_)
        | StepKind::Auto(_)
        | StepKind::Wait(_)
        | StepKind::Decide
        | StepKind::Parallel(_)
        | StepKind::Each(_)
        | StepKind::Call(_)
        | StepKind::Spawn(_)
        | StepKind::Send(_) => Cause::Rule,
    }
}
