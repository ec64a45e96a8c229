//! Texts that match a pattern, drawn from its syntax tree.

use regex_syntax::hir::{Class, Hir, HirKind};

use super::chance::Chance;

/// Turns of a repetition beyond the least: a pattern without an upper bound would never end.
const TURNS_BEYOND_LEAST: u32 = 3;

/// A text that matches a pattern, as far as that shows in its parts: what looks around is left to whoever checks.
pub(super) fn matching(pattern: &str, chance: &mut Chance) -> Option<String> {
    let tree = regex_syntax::parse(pattern).ok()?;
    let mut text = String::new();
    write(&tree, chance, &mut text)?;
    Some(text)
}

fn write(tree: &Hir, chance: &mut Chance, text: &mut String) -> Option<()> {
    match tree.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => text.push_str(std::str::from_utf8(&literal.0).ok()?),
        HirKind::Class(class) => text.push(one_of(class, chance)?),
        HirKind::Repetition(repeated) => {
            let most = repeated.max.unwrap_or(repeated.min.saturating_add(TURNS_BEYOND_LEAST));
            let turns = chance.between(repeated.min.into(), most.into());
            (0..turns).try_for_each(|_| write(&repeated.sub, chance, text))?;
        }
        HirKind::Capture(capture) => write(&capture.sub, chance, text)?,
        HirKind::Concat(parts) => parts.iter().try_for_each(|part| write(part, chance, text))?,
        HirKind::Alternation(ways) => write(chance.pick(ways)?, chance, text)?,
    }
    Some(())
}

fn one_of(class: &Class, chance: &mut Chance) -> Option<char> {
    let ranges: Vec<(u32, u32)> = match class {
        Class::Unicode(class) => {
            class.ranges().iter().map(|range| (range.start().into(), range.end().into())).collect()
        }
        Class::Bytes(class) => {
            class.ranges().iter().map(|range| (range.start().into(), range.end().into())).collect()
        }
    };
    let (start, end) = *chance.pick(&ranges)?;
    char::from_u32(chance.between(start.into(), end.into()) as u32).or(char::from_u32(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_drawn_matches() {
        let mut chance = Chance::of(7);
        for pattern in [
            "^PA-[0-9]{4}-[0-9]{4,}$",
            "^[IVX]{1,5}\\.[0-9]{1,2}-[0-9]{1,2}$",
            "^([01][0-9]|2[0-3]):[0-5][0-9]$",
            "^[0-9A-Za-z가-힣]{2,20}-[0-9]{1,6}$",
            r"^[\p{L}\p{N}][\p{L}\p{N}._-]*$",
            "a?b*c+(d|e)",
        ] {
            let wanted = regex::Regex::new(pattern).expect("a pattern");
            for _ in 0..50 {
                let text = matching(pattern, &mut chance).expect("a text");
                assert!(wanted.is_match(&text), "{text:?} against {pattern}");
            }
        }
    }
}
