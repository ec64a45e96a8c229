//! Taking rows together: counting, summing, and the lines beneath a table.

use std::collections::BTreeSet;

use super::definition::Measure;
use super::table::{Cell, FootLine};

/// What rows have come to so far.
#[derive(Debug, Clone)]
pub enum Taken {
    /// How many.
    Count(i64),
    /// How many of how many.
    Share { yes: i64, of: i64 },
    /// The sum, of numbers or spans.
    Sum(Option<Cell>),
    /// Sum and number.
    Mean { sum: Option<Cell>, of: i64 },
    /// The least or greatest.
    Extreme(Option<Cell>, Measure),
    /// All different values.
    List(BTreeSet<Cell>),
}

impl Taken {
    /// Before the first row.
    pub fn nothing(measure: Measure) -> Taken {
        match measure {
            Measure::Count => Taken::Count(0),
            Measure::Share => Taken::Share { yes: 0, of: 0 },
            Measure::Sum => Taken::Sum(None),
            Measure::Mean => Taken::Mean { sum: None, of: 0 },
            Measure::Min | Measure::Max => Taken::Extreme(None, measure),
            Measure::List => Taken::List(BTreeSet::new()),
        }
    }

    /// Adds a row. Empty cells change nothing.
    pub fn add(&mut self, cell: &Cell) {
        match self {
            Taken::Count(count) => *count += i64::from(*cell == Cell::Bool(true)),
            Taken::Share { yes, of } => {
                *yes += i64::from(*cell == Cell::Bool(true));
                *of += i64::from(*cell != Cell::Empty);
            }
            Taken::Sum(sum) => *sum = plus(sum.take(), cell),
            Taken::Mean { sum, of } => {
                *sum = plus(sum.take(), cell);
                *of += i64::from(number(cell).is_some());
            }
            Taken::Extreme(best, measure) => {
                let better = match (best.as_ref(), measure) {
                    (None, _) => true,
                    (Some(best), Measure::Min) => cell < best,
                    (Some(best), _) => cell > best,
                };
                if better && *cell != Cell::Empty {
                    *best = Some(cell.clone());
                }
            }
            Taken::List(seen) => match cell {
                Cell::Empty => {}
                Cell::List(cells) => seen.extend(cells.iter().cloned()),
                one => {
                    seen.insert(one.clone());
                }
            },
        }
    }

    /// What the rows come to.
    pub fn cell(self) -> Cell {
        match self {
            Taken::Count(count) => Cell::Int(count),
            Taken::Share { yes, of } => tenths(yes.saturating_mul(100), of),
            Taken::Sum(sum) => sum.unwrap_or(Cell::Empty),
            Taken::Mean { sum: Some(Cell::Span(sum)), of } if of > 0 => Cell::Span(sum / of),
            Taken::Mean { sum, of } => tenths(sum.as_ref().and_then(number).unwrap_or(0), of),
            Taken::Extreme(best, _) => best.unwrap_or(Cell::Empty),
            Taken::List(seen) => Cell::List(seen.into_iter().collect()),
        }
    }
}

fn plus(sum: Option<Cell>, cell: &Cell) -> Option<Cell> {
    let Some(more) = number(cell) else { return sum };
    let added = sum.as_ref().and_then(number).unwrap_or(0).saturating_add(more);
    Some(if matches!(cell, Cell::Span(_)) { Cell::Span(added) } else { Cell::Int(added) })
}

fn number(cell: &Cell) -> Option<i64> {
    match cell {
        Cell::Int(value) | Cell::Span(value) => Some(*value),
        Cell::Empty
        | Cell::Bool(_)
        | Cell::Tenths(_)
        | Cell::Time(_)
        | Cell::Text(_)
        | Cell::Word { .. }
        | Cell::List(_) => None,
    }
}

/// A quotient with one decimal, rounded half away from zero; nothing of nothing is nothing.
fn tenths(sum: i64, of: i64) -> Cell {
    match of {
        0 => Cell::Empty,
        of => {
            let (sum, of) = (i128::from(sum) * 10, i128::from(of));
            let half = if sum < 0 { -of / 2 } else { of / 2 };
            Cell::Tenths(i64::try_from((sum + half) / of).unwrap_or(i64::MAX))
        }
    }
}

/// The cell beneath a column of numbers; nothing beneath another.
pub fn beneath(line: FootLine, cells: &[&Cell]) -> Cell {
    let numbers: Vec<i64> = cells.iter().filter_map(|cell| number(cell)).collect();
    let spans = cells.iter().any(|cell| matches!(cell, Cell::Span(_)));
    if numbers.is_empty() {
        return Cell::Empty;
    }
    let (sum, count) = (numbers.iter().fold(0_i64, |a, b| a.saturating_add(*b)), numbers.len());
    match (line, spans) {
        (FootLine::Total, true) => Cell::Span(sum),
        (FootLine::Total, false) => Cell::Int(sum),
        (FootLine::Mean, true) => Cell::Span(sum / count as i64),
        (FootLine::Mean, false) => tenths(sum, count as i64),
        (FootLine::Spread, _) => spread(&numbers, sum as f64 / count as f64),
    }
}

fn spread(numbers: &[i64], mean: f64) -> Cell {
    if mean == 0.0 {
        return Cell::Empty;
    }
    let squares = numbers.iter().map(|number| (*number as f64 - mean).powi(2)).sum::<f64>();
    let deviation = (squares / numbers.len() as f64).sqrt();
    Cell::Tenths((deviation / mean.abs() * 1000.0).round() as i64)
}
