//! How much of a stranger's file is read at the most. A county's year is 50,000 payments in some
//! 4 MiB of XLSX, 60 MiB when inflated: each limit leaves room for several of those.

/// The file itself, in bytes.
pub const FILE_LEN_MAX: usize = 32 << 20;
/// All parts of an XLSX when inflated, in bytes: counted while they are inflated.
pub const INFLATED_LEN_MAX: u64 = 384 << 20;
/// Parts of an XLSX.
pub const PARTS_MAX: usize = 4_096;
/// How much larger an inflated part may be than it is in the file, where it is large at all:
/// deflate of tables comes to 10 to 40 times, of zeros to 1,030 times.
pub const INFLATED_RATIO_MAX: u64 = 200;
/// From this size on the ratio counts, in bytes: small parts of nothing but blanks are harmless.
pub const INFLATED_RATIO_FROM: u64 = 8 << 20;
/// Sheets of a file.
pub const SHEETS_MAX: usize = 256;
/// Rows with something in them, over all sheets.
pub const ROWS_MAX: usize = 300_000;
/// Rows of an XLSX or lines of a text file, empty ones too: the grid of a spreadsheet has so many.
pub const LINES_MAX: u32 = 1_048_576;
/// Cells of a file, empty ones too.
pub const CELLS_MAX: usize = 8_000_000;
/// Columns that are read: a spreadsheet of ours has 30.
pub const COLUMNS_MAX: u32 = 512;
/// A cell's text, in characters: what a spreadsheet itself allows.
pub const CELL_LEN_MAX: usize = 32_767;
/// Regions of merged cells in a sheet.
pub const MERGED_MAX: usize = 50_000;
/// Different texts that an XLSX may say it has.
pub const TEXTS_MAX: u64 = 2_000_000;
/// In an XLS, rows times columns of its sheets together: each such place takes memory.
pub const PLACES_MAX: u64 = 4_000_000;
/// In how many of the first rows with something in them the headings are looked for.
pub const HEADING_ROWS_MAX: usize = 30;
