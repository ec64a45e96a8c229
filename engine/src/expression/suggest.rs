//! "Did you mean": the closest of the known words to an unknown one, by a bounded edit distance.

use super::limits::{SUGGESTION_CANDIDATES_MAX, SUGGESTION_CHARS_MAX};

/// Letters of a word for which one slip is forgiven.
const LETTERS_PER_SLIP: usize = 3;

/// The candidate that `word` was probably meant to be: at most one slip (a letter missing, added, changed
/// or swapped with its neighbour) for every three letters. The earlier of equally close ones wins.
pub fn did_you_mean<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let letters: Vec<char> = word.chars().take(SUGGESTION_CHARS_MAX + 1).collect();
    if letters.is_empty() || letters.len() > SUGGESTION_CHARS_MAX {
        return None;
    }
    let slips_max = letters.len().div_ceil(LETTERS_PER_SLIP);
    candidates
        .into_iter()
        .take(SUGGESTION_CANDIDATES_MAX)
        .filter(|candidate| candidate.len() <= 4 * SUGGESTION_CHARS_MAX)
        .map(|candidate| (distance(&letters, candidate), candidate))
        .filter(|(slips, candidate)| *slips <= slips_max && *slips < candidate.chars().count())
        .min_by_key(|(slips, _)| *slips)
        .map(|(_, candidate)| candidate)
}

/// Optimal string alignment distance, without regard to upper and lower case of ASCII.
fn distance(word: &[char], candidate: &str) -> usize {
    let candidate: Vec<char> = candidate.chars().collect();
    let mut before_last = vec![0; candidate.len() + 1];
    let mut last: Vec<usize> = (0..=candidate.len()).collect();
    for (row, letter) in word.iter().enumerate() {
        let mut current = vec![row + 1];
        for (column, other) in candidate.iter().enumerate() {
            let change = last[column] + usize::from(!letter.eq_ignore_ascii_case(other));
            let mut slips = change.min(last[column + 1] + 1).min(current[column] + 1);
            if swapped(word, &candidate, row, column) {
                slips = slips.min(before_last[column - 1] + 1);
            }
            current.push(slips);
        }
        before_last = std::mem::replace(&mut last, current);
    }
    last[candidate.len()]
}

/// Whether two neighbours changed places at `row` and `column`.
fn swapped(word: &[char], candidate: &[char], row: usize, column: usize) -> bool {
    row > 0
        && column > 0
        && word[row].eq_ignore_ascii_case(&candidate[column - 1])
        && word[row - 1].eq_ignore_ascii_case(&candidate[column])
}

#[cfg(test)]
mod tests {
    use super::did_you_mean;

    #[test]
    fn the_closest_known_word_is_offered() {
        let table = [
            ("triaeg", Some("triage")),
            ("Triage", Some("triage")),
            ("tirage", Some("triage")),
            ("suplement", Some("supplement")),
            ("deliver", Some("deliver")),
            ("something_else", None),
            ("", None),
            ("x", None),
        ];
        for (word, wanted) in table {
            assert_eq!(
                did_you_mean(word, ["triage", "supplement", "deliver", "y"]),
                wanted,
                "{word}"
            );
        }
    }

    #[test]
    fn hostile_lengths_are_not_compared() {
        let long = "a".repeat(100_000);
        assert_eq!(did_you_mean(&long, ["a"]), None);
        assert_eq!(did_you_mean("a", [long.as_str()]), None);
    }
}
