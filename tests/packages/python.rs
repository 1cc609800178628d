//! The verifier in Python, which shares no line with ours.

use std::path::Path;
use std::process::Command;

/// What to say where it cannot run.
const MISSING: &str = "the verifier in Python cannot run: it needs python3 and the package blake3. \
     Make a virtual environment (python3 -m venv DIR), run DIR/bin/pip install blake3 protobuf, \
     and set FUNDTRACE_PYTHON=DIR/bin/python; .ci/run does the same";

/// Whether it takes a package, and what it prints.
pub fn verify(dir: &Path, package: &[u8], key: &str) -> (bool, String) {
    verify_replayed(dir, package, key, None)
}

/// The same, where a witness is known to replay.
pub fn verify_replayed(
    dir: &Path,
    package: &[u8],
    key: &str,
    replaying: Option<&str>,
) -> (bool, String) {
    let (code, told) = told(dir, package, key, replaying);
    (code == 0, told)
}

/// Its exit code, and what it prints.
pub fn told(dir: &Path, package: &[u8], key: &str, replaying: Option<&str>) -> (i32, String) {
    let file = dir.join("package.zip");
    std::fs::write(&file, package).unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/verify_package.py");
    let python = std::env::var("FUNDTRACE_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let output = Command::new(&python)
        .arg(script)
        .arg(&file)
        .args(["--key", key])
        .args(
            replaying
                .map(|key| ["--replaying", key])
                .into_iter()
                .flatten(),
        )
        .output();
    let output = output.unwrap_or_else(|error| panic!("{python}: {error}: {MISSING}"));
    let told = [output.stdout, output.stderr].concat();
    let told = String::from_utf8_lossy(&told).into_owned();
    let verdict = match output.status.code() {
        Some(0) => (0, "holds: "),
        Some(1) => (1, "refused: "),
        // Anything else that does not begin so is a fault of the program.
        Some(2) if told.starts_with("not added up: ") => (2, "not added up: "),
        Some(2) => (2, "pages not compared: "),
        Some(3) => (3, "not proven complete: "),
        code => panic!("{python} ended with {code:?}: {told}\n{MISSING}"),
    };
    let (code, begins) = verdict;
    assert!(
        told.starts_with(begins),
        "{python} ended with {code}: {told}\n{MISSING}"
    );
    (code, told)
}
