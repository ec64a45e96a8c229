//! What is wrong with a row of a sheet: in which column, why, and what would be right. The content of a cell is not
//! repeated, for it may be personal.

use dure_storage::Code;

use crate::model::names::Text;
use crate::tables::faults;

faults! {
    /// Why a cell gives no value, or a row no request.
    CellFault, CELL_CODES;

    /// A formula failed.
    Formula { error: String } => "E-import-cell-formula", Input, "a formula of a sheet gave an error", "correct the formula in the sheet", "the formula gave {error}; correct it in the sheet", "수식이 오류({error})입니다. 표에서 고쳐야 합니다";
    /// No whole number.
    Whole {} => "E-import-cell-number", Input, "a cell of a sheet is no whole number", "write it as 1200000, 1,200,000 or 1,200,000원", "this is no whole number: write 1200000, 1,200,000 or 1,200,000원", "정수가 아닙니다. 1200000, 1,200,000 또는 1,200,000원처럼 적어야 합니다";
    /// No day, or no moment.
    Day {} => "E-import-cell-day", Input, "a cell of a sheet is no day that the map says how to read", "write it as 2017-03-10 or 2017. 3. 10., or say `format` in the map", "this is no day: write 2017-03-10 or 2017. 3. 10., or say `format` in the map", "날짜로 읽을 수 없습니다. 2017-03-10이나 2017. 3. 10.처럼 적거나 맵에 `format`을 적어야 합니다";
    /// None of the words.
    Choice { known: String } => "E-import-cell-choice", Input, "a cell of a sheet is none of the words that a field takes", "write one of those named, or add it under `values` in the map", "this must be one of `{known}`; others can be added under `values` in the map", "다음 중 하나여야 합니다: `{known}`. 다른 낱말은 맵의 `values`에 더할 수 있습니다";
    /// The map does not say which words are true.
    TruthUnsaid {} => "E-import-cell-truth", Input, "a cell stands for yes or no, and the map does not say how", "write `values: {O: true, X: false}` in the map", "say in the map which words mean yes and no: `values: {{O: true, X: false}}`", "어떤 낱말이 예와 아니오인지 맵에 적어야 합니다: `values: {{O: true, X: false}}`";
    /// No id.
    Identifier {} => "E-import-cell-id", Input, "a cell of a sheet, or what the map makes of it, is no id of a person or case", "write an id such as hub-07, or say under `values` in the map whose it is", "this is no id such as hub-07; the map can say under `values` whose it is", "hub-07과 같은 식별자가 아닙니다. 맵의 `values`에 누구인지 적을 수 있습니다";
    /// Nothing where something must be.
    Missing {} => "E-import-cell-empty", Input, "a cell of a sheet is empty, and what the map takes from it must be known", "fill it in, or say `otherwise` in the map", "this must be filled in, or the map must say `otherwise`", "비워 둘 수 없습니다. 표에 채우거나 맵에 `otherwise`를 적어야 합니다";
    /// The same key twice.
    KeyTwice { row: u32 } => "E-import-key-twice", Input, "two rows of a sheet have the same key", "name columns under `key` in the map that tell each row from every other", "row {row} has the same key; `key` has to tell each row from every other", "{row}행과 키가 같습니다. `key`는 행마다 달라야 합니다";
    /// More cells than columns.
    TooManyCells { columns: usize } => "E-import-row-long", Input, "a row of a sheet has more cells than there are columns", "look for a separator within a cell, and put that cell in quotes; or give the column a title", "there is something beyond the {columns} columns with a title: is a separator within a cell?", "제목이 있는 열 {columns}개 밖에 값이 있습니다. 칸 안에 구분자가 들어 있지 않은지 보십시오";
}

/// One thing that is wrong with a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowFault {
    /// The title of the column, if it lies in one.
    pub column: Option<String>,
    /// The stable code.
    pub code: Code,
    /// What is wrong and what would be right.
    pub message: Text,
}

impl RowFault {
    /// A fault of a whole row.
    pub(crate) fn of(fault: &CellFault) -> RowFault {
        RowFault::of_cell(None, fault)
    }

    /// A fault of a cell.
    pub(super) fn of_cell(column: Option<&str>, fault: &CellFault) -> RowFault {
        let column = column.map(str::to_owned);
        RowFault { column, code: fault.code(), message: fault.text() }
    }
}
