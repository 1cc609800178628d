//! LibreOffice, where it is here, reads back the figures that were written.

use super::*;
use std::collections::BTreeMap;
use std::process::Command;

/// What to say where it cannot be asked.
const NO_OFFICE: &str = "NOT SHOWN: LibreOffice is not here, so nobody has read the workbooks back \
     with it; install libreoffice-calc, or set FUNDTRACE_SOFFICE to its soffice";

/// Every workbook as LibreOffice reads it: each sheet as CSV, by the name of the file.
fn by_office(dir: &Path, files: &[std::path::PathBuf]) -> Option<BTreeMap<String, String>> {
    let office = std::env::var("FUNDTRACE_SOFFICE").unwrap_or_else(|_| "soffice".to_owned());
    let profile = format!(
        "-env:UserInstallation=file://{}",
        dir.join("profile").display()
    );
    // Comma, quote, UTF-8, from line 1; as they are and not as they are shown; every sheet.
    let filter = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false,false,false,-1";
    let output = Command::new(&office)
        .args([&profile, "--headless", "--convert-to", filter, "--outdir"])
        .arg(dir)
        .args(files)
        .output()
        .ok()?;
    assert!(output.status.success(), "{office}: {output:?}");
    let read = |entry: std::io::Result<std::fs::DirEntry>| {
        let path = entry.unwrap().path();
        let is_csv = path.extension().is_some_and(|it| it == "csv");
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        is_csv.then(|| (name, std::fs::read_to_string(&path).unwrap()))
    };
    let sheets = std::fs::read_dir(dir).unwrap().filter_map(read);
    Some(sheets.collect())
}

#[test]
fn libreoffice_reads_back_the_same_figures() {
    let world = county();
    let dir = tempfile::tempdir().unwrap();
    let mut files = Vec::new();
    for kind in Kind::ALL {
        let path = dir.path().join(format!("{}.xlsx", kind.word()));
        std::fs::write(&path, printed(&world, *kind, "xlsx")).unwrap();
        files.push(path);
    }
    let Some(read) = by_office(dir.path(), &files) else {
        println!("{NO_OFFICE}");
        return;
    };
    let mut count = 0;
    for kind in Kind::ALL {
        for (place, sheet) in sheets(&printed(&world, *kind, "xlsx")).iter().enumerate() {
            let ours: Vec<i64> = amounts(sheet).iter().map(|(_, yuan, _)| *yuan).collect();
            let begins = format!("{}-", kind.word());
            let mut theirs = read
                .iter()
                .filter(|(name, text)| name.starts_with(&begins) && figures(text) == ours);
            assert!(
                theirs.next().is_some(),
                "{kind:?} {place}: {ours:?} in {read:?}"
            );
            count += ours.len();
        }
    }
    assert!(count > 60, "only {count} amounts");
}

/// The amounts in yuan of a sheet as CSV, in fen.
fn figures(text: &str) -> Vec<i64> {
    let mut reader = csv::ReaderBuilder::new();
    let mut reader = reader
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let rows: Vec<Vec<Data>> = reader
        .records()
        .map(|row| {
            let cell = |field: &str| match field.parse::<f64>() {
                Ok(number) => Data::Float(number),
                Err(_) if field.is_empty() => Data::Empty,
                Err(_) => Data::String(field.to_owned()),
            };
            row.unwrap().iter().map(cell).collect()
        })
        .collect();
    amounts(&rows).iter().map(|(_, yuan, _)| *yuan).collect()
}
