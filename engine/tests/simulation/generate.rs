//! Random small definitions, as text. What is drawn is read off a list of bytes, so that a shorter list gives a
//! simpler definition; a guard is one bit of the time at which somebody acts, and so free for whoever plays.

use std::fmt::Write;

/// Steps of a definition, all blocks together.
const STEPS_MAX: usize = 7;
/// Blocks within blocks.
const DEPTH_MAX: usize = 2;
/// Guards that hang on a bit of the time.
const BITS_MAX: usize = 3;

/// A definition, and what a player has to know of it beside its text.
#[derive(Debug, Clone)]
pub struct Generated {
    /// The file.
    pub text: String,
    /// How many bits of the time its guards look at.
    pub bits: usize,
}

struct Draw<'b> {
    bytes: std::slice::Iter<'b, u8>,
    steps: usize,
    bits: usize,
    /// Whether something was reserved, and whether anything moves an account.
    reserves: bool,
    moves: bool,
    /// Messages, each waited for in one place: of two steps that wait for one the first would get it.
    messages: usize,
    /// Whether anything is used up or given back, and whether anything but a reservation runs out: where both do, what
    /// can be done hangs on how often it was done, which a checker does not count.
    settles: bool,
    bounds: bool,
    /// Tasks of the main block that one person does, and which.
    alone: Vec<(String, &'static str)>,
}

/// Where the outcomes of a block may lead.
struct Around<'a> {
    steps: &'a [String],
    depth: usize,
}

/// The definition that some bytes stand for.
pub fn definition(bytes: &[u8]) -> Generated {
    let mut draw = Draw {
        bytes: bytes.iter(),
        steps: 0,
        bits: 0,
        reserves: false,
        moves: false,
        messages: 0,
        settles: false,
        bounds: false,
        alone: Vec::new(),
    };
    let main = draw.names(4);
    let around = Around { steps: &main, depth: 0 };
    let mut steps = String::new();
    for name in &main {
        draw.step(name, &around, 1, &mut steps);
    }
    let actions = draw.actions(&main);
    let mut text = String::from(
        "workflow: flow\nversion: 1\ntitle: {ko: 가, en: T}\n\
         roles:\n  clerk: {ko: 접수, en: Clerk}\n  worker: {ko: 담당, en: Worker}\n",
    );
    if draw.moves {
        text += "accounts:\n  budget: {T_, unit: krw}\n";
    }
    if draw.messages > 0 {
        text += "messages:\n";
        for at in 0..draw.messages {
            let _ = writeln!(text, "  m{at}: {{T_, by: worker}}");
        }
    }
    let settles = if draw.moves && draw.one_in(2) { ", releases: budget" } else { "" };
    let _ = write!(
        text,
        "start: {{by: clerk, to: {}}}\nsteps:\n{steps}{actions}ends:\n  done: {{T_{settles}}}\n  over: {{T_}}\n",
        main[0]
    );
    Generated { text: text.replace("T_", "title: {ko: 가, en: T}"), bits: draw.bits }
}

impl Draw<'_> {
    fn below(&mut self, bound: usize) -> usize {
        usize::from(self.bytes.next().copied().unwrap_or(0)) % bound
    }

    fn one_in(&mut self, bound: usize) -> bool {
        self.below(bound) == bound - 1
    }

    fn names(&mut self, most: usize) -> Vec<String> {
        let count = (1 + self.below(most)).min(STEPS_MAX.saturating_sub(self.steps)).max(1);
        let first = self.steps;
        self.steps += count;
        (first..first + count).map(|at| format!("s{at}")).collect()
    }

    fn target(&mut self, around: &Around<'_>) -> String {
        let outward =
            if around.depth == 0 { ["to: done", "to: over"] } else { ["done: ok", "done: bad"] };
        match self.below(around.steps.len() + 2) {
            at @ 0..2 => outward[at].to_owned(),
            at => format!("to: {}", around.steps[at - 2]),
        }
    }

    fn step(&mut self, name: &str, around: &Around<'_>, indent: usize, out: &mut String) {
        let pad = "  ".repeat(indent);
        let deep = around.depth < DEPTH_MAX && self.steps < STEPS_MAX;
        let _ = writeln!(out, "{pad}{name}:\n{pad}  T_");
        match self.below(10) {
            0..=3 => self.task(name, around, &pad, out),
            4 | 5 => self.decide(around, &pad, out),
            6 => self.wait(around, &pad, out),
            7 | 8 if deep => self.parallel(around, indent, out),
            9 if deep => self.each(around, indent, out),
            _ => self.task(name, around, &pad, out),
        }
    }

    /// A guard on the next free bit of the time, or a constant.
    fn guard(&mut self) -> Option<String> {
        match self.below(16) {
            14 => Some(String::from("1 > 2")),
            15 => Some(String::from("2 > 1")),
            0..=5 => None,
            _ if self.bits < BITS_MAX => {
                self.bits += 1;
                let bit = 1 << (self.bits - 1);
                Some(format!("now.getMilliseconds() / {bit} % 2 == 1"))
            }
            _ => None,
        }
    }

    fn task(&mut self, name: &str, around: &Around<'_>, pad: &str, out: &mut String) {
        let by = ["worker", "starter", "{person: '\"v1\"'}"][self.below(4) % 3];
        let _ = writeln!(out, "{pad}  by: {by}");
        let others: Vec<String> =
            self.alone.iter().filter(|(_, who)| *who == by).map(|(name, _)| name.clone()).collect();
        if by != "worker" && self.one_in(3) {
            let start = String::from("start");
            let known: Vec<&String> =
                others.iter().chain((by == "starter").then_some(&start)).collect();
            if !known.is_empty() {
                let other = known[self.below(known.len())].clone();
                let _ = writeln!(out, "{pad}  not_same_as: [{other}]");
            }
        }
        if by != "worker" && around.depth == 0 {
            self.alone.push((name.to_owned(), by));
        }
        let count = 1 + self.below(3);
        let quorum = by == "worker" && self.one_in(8);
        let impossible = quorum && count > 1 && self.one_in(2);
        if quorum {
            let told = if impossible { ", impossible: split" } else { "" };
            let need = 2 + usize::from(impossible || self.one_in(2));
            let _ = writeln!(out, "{pad}  quorum: {{need: {need}, of: 3{told}}}");
        }
        let expires = self.one_in(6);
        if expires {
            let _ = writeln!(out, "{pad}  due: {{within: 1d, expire: late}}");
        }
        let _ = writeln!(out, "{pad}  outcomes:");
        for at in 0..count {
            let (mut keys, target) = (String::new(), self.target(around));
            // Votes of which all must be for the same are only lost by people who recuse themselves: nobody plays that.
            if let Some(guard) = self.guard().filter(|guard| !impossible || guard != "1 > 2") {
                let _ = write!(keys, ", when: \"{guard}\"");
            }
            // What a branch has reserved would go with its result; and a vote whose outcomes are used up is lost in the
            // same way as one whose guards are shut.
            if around.depth == 0 && !impossible {
                keys += &self.moved();
            }
            if !keys.contains("at_most") && !impossible && self.bound(8, around) {
                keys += ", at_most: 1";
            }
            let _ = writeln!(out, "{pad}    o{at}: {{T_{keys}, {target}}}");
        }
        for (name, there) in [("split", impossible), ("late", expires)] {
            if there {
                let target = self.target(around);
                let _ = writeln!(out, "{pad}    {name}: {{T_, {target}}}");
            }
        }
    }

    /// Whether an outcome may be taken only so often. In a branch that would hang on how often the branch begins.
    fn bound(&mut self, one_in: usize, around: &Around<'_>) -> bool {
        let bound = self.one_in(one_in) && around.depth == 0 && !self.settles;
        self.bounds |= bound;
        bound
    }

    /// One reservation in a definition, and whatever settles it.
    fn moved(&mut self) -> String {
        let kind = match self.below(10) {
            8 if !self.reserves => "reserve",
            9 if !self.bounds => ["commit", "release"][self.below(2)],
            _ => return String::new(),
        };
        self.moves = true;
        self.settles |= kind != "reserve";
        let bound = if kind == "reserve" { ", at_most: 1" } else { "" };
        self.reserves |= kind == "reserve";
        format!(", {kind}: {{account: budget, amount: \"1\"}}{bound}")
    }

    fn chosen(&mut self, around: &Around<'_>, pad: &str, results: &[&str], out: &mut String) {
        for at in 0..self.below(3) {
            let target = self.target(around);
            let guard = match results.is_empty() {
                true => self.guard(),
                false => Some(results[self.below(results.len())].to_owned()),
            };
            let bound = if self.bound(8, around) { ", at_most: 1" } else { "" };
            // Without a guard what is chosen the second time would hang on what was chosen the first.
            if let Some(guard) = guard {
                let _ = writeln!(out, "{pad}    o{at}: {{when: '{guard}'{bound}, {target}}}");
            }
        }
        let target = self.target(around);
        let _ = writeln!(out, "{pad}    other: {{otherwise: true, {target}}}");
    }

    fn decide(&mut self, around: &Around<'_>, pad: &str, out: &mut String) {
        let _ = writeln!(out, "{pad}  decide:");
        self.chosen(around, pad, &[], out);
    }

    fn wait(&mut self, around: &Around<'_>, pad: &str, out: &mut String) {
        let (for_time, message) = [(true, false), (false, true), (true, true)][self.below(3)];
        let time = if for_time { "for: 1d" } else { "" };
        let comma = if for_time && message { ", " } else { "" };
        let told = if message { format!("message: m{}", self.messages) } else { String::new() };
        self.messages += usize::from(message);
        let _ = writeln!(out, "{pad}  wait: {{{time}{comma}{told}}}\n{pad}  outcomes:");
        if !message {
            return self.chosen(around, pad, &[], out);
        }
        for (name, there) in [("received", true), ("expired", for_time)] {
            if there {
                let target = self.target(around);
                let _ = writeln!(out, "{pad}    {name}: {{T_, {target}}}");
            }
        }
    }

    fn block(&mut self, depth: usize, indent: usize, out: &mut String) {
        let names = self.names(2);
        let pad = "  ".repeat(indent);
        let _ = writeln!(out, "{pad}first: {}\n{pad}steps:", names[0]);
        let around = Around { steps: &names, depth };
        for name in &names {
            self.step(name, &around, indent + 1, out);
        }
    }

    fn parallel(&mut self, around: &Around<'_>, indent: usize, out: &mut String) {
        let pad = "  ".repeat(indent);
        let _ = writeln!(out, "{pad}  parallel:");
        let branches = 2 + usize::from(self.one_in(5));
        for at in 0..branches {
            let background = if at > 0 && self.one_in(6) { "\n{P}background: true" } else { "" };
            let background = background.replace("{P}", &format!("{pad}      "));
            let _ = writeln!(out, "{pad}    b{at}:\n{pad}      T_{background}");
            self.block(around.depth + 1, indent + 3, out);
        }
        let results = [
            "results.exists(r, r == \"ok\")",
            "results.all(r, r == \"ok\")",
            "size(results) == 2",
            "has(branches.b0) && branches.b0 == \"ok\"",
            "has(branches.b1) && branches.b1 == \"bad\"",
        ];
        let join = match self.below(6) {
            0 | 1 => String::from("all"),
            2 => String::from("any"),
            3 => String::from("{quorum: 1/2}"),
            at => format!("{{when: '{}'}}", results[at - 4]),
        };
        let _ = writeln!(out, "{pad}  join: {join}");
        self.joined(around, &pad, &results, out);
    }

    fn joined(&mut self, around: &Around<'_>, pad: &str, results: &[&str], out: &mut String) {
        if self.one_in(4) {
            let _ = writeln!(out, "{pad}  rest: run");
        }
        let expires = self.one_in(8);
        if expires {
            let _ = writeln!(out, "{pad}  due: {{within: 1d, expire: late}}");
        }
        let _ = writeln!(out, "{pad}  outcomes:");
        if expires {
            let target = self.target(around);
            let _ = writeln!(out, "{pad}    late: {{T_, {target}}}");
        }
        self.chosen(around, pad, results, out);
    }

    fn each(&mut self, around: &Around<'_>, indent: usize, out: &mut String) {
        let pad = "  ".repeat(indent);
        let turn = if self.one_in(2) { "true" } else { "false" };
        let _ = writeln!(
            out,
            "{pad}  each: '[\"one\", \"two\"]'\n{pad}  as: item\n{pad}  in_turn: {turn}"
        );
        let join = ["all", "any"][self.below(2)];
        let _ = writeln!(out, "{pad}  join: {join}");
        self.block(around.depth + 1, indent + 1, out);
        let results = ["results.all(r, r == \"ok\")", "results.exists(r, r == \"bad\")"];
        self.joined(around, &pad, &results, out);
    }

    fn actions(&mut self, main: &[String]) -> String {
        if !self.one_in(5) {
            return String::new();
        }
        let step = &main[self.below(main.len())];
        let to = &main[self.below(main.len())];
        let led = [String::from("done"), to.clone()][self.below(2)].clone();
        let named = ["", "while: [S], ", "at: S, "][self.below(3)].replace('S', step);
        format!("actions:\n  go: {{T_, by: worker, {named}to: {led}}}\n")
    }
}
