//! What is wrong with a file that should be a sheet.

dure_engine::faults! {
    /// Why a file gives no rows.
    SheetFault, SHEET_CODES;

    /// No row of titles.
    NoTitles { file: String, header: u32 } => "E-sheet-no-titles", Input, "a sheet has no row with the titles of its columns where the map looks for it", "write the row of the titles as `header` in the map", "{file} has no titles of columns in row {header}; `header` in the map says in which row they stand", "{file} 파일의 {header}행에 열 제목이 없습니다. 제목이 있는 행을 맵의 `header`에 적습니다";
    /// Titles and no rows.
    NoRows { file: String, header: u32 } => "E-sheet-no-rows", Input, "a sheet has nothing below its titles", "look whether it is the right file, and `header` the right row", "{file} has no row below the titles in row {header}", "{file} 파일에는 제목({header}행) 아래에 행이 없습니다";
    /// Other letters.
    Letters { file: String, encoding: &'static str, other: &'static str } => "E-sheet-encoding", Input, "the letters of a file are not written as the map says, or as UTF-8 where it says nothing", "write `encoding: cp949` in the map for a file that a Korean spreadsheet saved as CSV, or save it as CSV UTF-8", "{file} is not text in {encoding}; write `encoding: {other}` in the map if it was saved so", "{file} 파일은 {encoding} 글이 아닙니다. {other}로 저장한 파일이면 맵에 `encoding: {other}`라고 적습니다";
    /// A workbook.
    NotCsv { file: String } => "E-sheet-not-csv", Input, "a file that should hold comma-separated values is a workbook or no text at all", "bring a workbook in by `dure import xlsx`, or save it as CSV UTF-8", "{file} is a workbook or no text: bring a workbook in by `dure import xlsx`, or save it as CSV UTF-8", "{file} 파일은 통합 문서이거나 글이 아닙니다. 통합 문서는 `dure import xlsx`로 가져오거나 CSV UTF-8로 저장해야 합니다";
    /// No workbook.
    NotXlsx { file: String } => "E-sheet-not-xlsx", Input, "a file that should hold a workbook (.xlsx) is none; one of before 2007 or with a password is none either", "save it as .xlsx without a password, or as CSV UTF-8", "{file} is no .xlsx workbook that can be read: save it as .xlsx without a password", "{file} 파일은 읽을 수 있는 .xlsx 통합 문서가 아닙니다. 암호 없이 .xlsx로 저장해야 합니다";
    /// Damaged.
    Damaged { file: String, error: String } => "E-sheet-damaged", Input, "a workbook is damaged, or not as workbooks are", "open it in a spreadsheet and save it anew", "{file} is damaged ({error}): open it in a spreadsheet and save it anew", "{file} 파일이 손상되었습니다({error}). 표 계산 프로그램에서 열어 다시 저장해야 합니다";
    /// Unpacks to too much.
    TooMuch { file: String, max: u64 } => "E-sheet-unpacked", Input, "a workbook unpacks to too much", "take out pictures and sheets that are not needed, or split it", "{file} unpacks to more than {max} bytes: take out pictures and other sheets, or split it", "{file} 파일을 풀면 {max}바이트를 넘습니다. 그림과 다른 시트를 빼거나 나누어야 합니다";
    /// No such sheet.
    NoSheet { file: String, sheet: String, known: String } => "E-sheet-unknown", Input, "a workbook has no sheet of the name that the map says", "write the name of one of its sheets as `sheet` in the map", "{file} has no sheet `{sheet}`; it has `{known}`", "{file} 파일에 `{sheet}` 시트가 없습니다. 있는 시트: `{known}`";
    /// Several sheets.
    SeveralSheets { file: String, known: String } => "E-sheet-several", Input, "a workbook shows several sheets, or none, and the map does not say which is meant", "write `sheet` in the map", "say in the map which sheet of {file} is meant: `sheet:` with one of `{known}`", "{file} 파일의 어느 시트인지 맵의 `sheet`에 적어야 합니다. 있는 시트: `{known}`";
    /// Too many rows.
    TooManyRows { file: String, max: u32 } => "E-sheet-rows", Input, "a sheet has too many rows", "split the file", "{file} has more than {max} rows: split it", "{file} 파일의 행이 {max}개를 넘습니다. 나누어야 합니다";
    /// Too many columns.
    TooManyColumns { file: String, row: u32, columns: usize, max: usize } => "E-sheet-columns", Input, "a row of a sheet has too many columns", "leave out the columns that the map does not name", "{file} has {columns} columns in row {row}, more than {max}: leave out what the map does not name", "{file} 파일 {row}행의 열이 {columns}개로 한도 {max}개를 넘습니다. 맵에 없는 열을 빼야 합니다";
    /// A long cell.
    CellTooLong { file: String, row: u32, max: usize } => "E-sheet-cell", Input, "a cell of a sheet is too long, which an open quote makes of all that follows it", "look for a quote that is not closed, or shorten the cell", "{file} has a cell of more than {max} characters in row {row}: is a quote not closed?", "{file} 파일 {row}행에 {max}자를 넘는 칸이 있습니다. 닫히지 않은 따옴표가 없는지 보십시오";
}
