//! How wide a text is, by classes of letters, and where it is broken into lines. Counts on the wide side: no font is
//! at hand, and a label must fit its box in all of them.

/// The width of a text in pixels at a size in pixels.
pub fn text_width(text: &str, size: f64) -> f64 {
    text.chars().map(advance).sum::<f64>() * size
}

/// The advance of a letter, in parts of the size.
fn advance(letter: char) -> f64 {
    match letter {
        ' ' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' | 'i' | 'j' | 'l' | 'I' => 0.32,
        '(' | ')' | '[' | ']' | '{' | '}' | '/' | '\\' | '"' | '-' | '·' | 'f' | 't' | 'r' => 0.42,
        'm' | 'w' | 'M' | 'W' | '@' | '%' | '—' | '…' => 0.98,
        'A'..='Z' | '&' | '=' | '<' | '>' | '+' | '~' => 0.72,
        'a'..='z' | '0'..='9' | '_' | '$' | '#' | '?' | '*' | '^' | '`' => 0.6,
        other if other.is_ascii() => 0.7,
        _ => 1.0,
    }
}

/// A text in lines of at most this width, broken at spaces where that is possible.
pub(super) fn wrap(text: &str, width_max: f64, size: f64) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        let joined = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
        if text_width(&joined, size) <= width_max {
            line = joined;
            continue;
        }
        if !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        line = broken(word, width_max, size, &mut lines);
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

/// Breaks a word that is wider than a line, after a sign that parts it if there is one; gives back what is left for
/// the next line.
fn broken(word: &str, width_max: f64, size: f64, lines: &mut Vec<String>) -> String {
    let mut line = String::new();
    for letter in word.chars() {
        line.push(letter);
        if text_width(&line, size) > width_max && line.chars().count() > 1 {
            let parted = line.rfind(['_', '.', '(', ',', '/', '-']).map(|at| at + 1);
            let before_last = line.len() - letter.len_utf8();
            let at = parted.filter(|at| *at <= before_last && *at > line.len() / 2);
            let rest = line.split_off(at.unwrap_or(before_last));
            lines.push(std::mem::replace(&mut line, rest));
        }
    }
    line
}

/// The widest of some lines.
pub(super) fn widest(lines: &[String], size: f64) -> f64 {
    lines.iter().map(|line| text_width(line, size)).fold(0.0, f64::max)
}
