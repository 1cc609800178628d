//! The same over HTTP: a body or a form, previews, roles, limits, and what a hostile file is told.

use super::*;
use serde_json::Value;

const CSV: &str = "text/csv";

fn post(office: &Office, who: &str, rest: &str, content_type: &str, body: &[u8]) -> Reply {
    let path = office.world.path(&format!("imports/{rest}"));
    office
        .world
        .try_post(who, &path, content_type, body)
        .unwrap()
}

fn payments(lines: &[&str]) -> Vec<u8> {
    [&[PAYMENTS_HEAD], lines].concat().join("\n").into_bytes()
}

#[test]
fn a_file_is_previewed_imported_and_told_row_by_row() {
    let office = Office::begun();
    let bad = SECOND.replace("2000.00", "0.001");
    let body = payments(&[FIRST, &bad]);
    let head = office.world.head();
    let reply = post(&office, "finance", "payments?dry_run=true", CSV, &body);
    let report = reply.json();
    assert_eq!(
        (reply.status, &report["outcome"]),
        (200, &"dry_run".into()),
        "{report}"
    );
    assert_eq!(
        (&report["created"], &report["refused"]),
        (&1.into(), &1.into())
    );
    let refused = &report["refused_rows"][0];
    assert_eq!(
        (&refused["row"], &refused["column"]),
        (&3.into(), &"F".into())
    );
    assert_eq!(refused["code"], "BAD_AMOUNT");
    let reply = post(&office, "finance", "payments", CSV, &body);
    assert_eq!(
        (reply.status, &reply.json()["outcome"]),
        (200, &"refused".into())
    );
    assert_eq!(office.world.head(), head);
    let reply = post(
        &office,
        "finance",
        "payments?partial=true&rejects=true",
        CSV,
        &body,
    );
    let report = reply.json();
    assert_eq!(
        (reply.status, &report["outcome"]),
        (201, &"recorded".into()),
        "{report}"
    );
    assert_eq!(report["created_rows"][0]["number"], "P-1");
    assert!(
        report["rejects_xlsx"]
            .as_str()
            .unwrap()
            .starts_with("UEsDB")
    );
    assert_eq!(office.world.head(), head + 2 + OWN);
    let reply = post(&office, "finance", "payments?partial=true", CSV, &body);
    assert_eq!((reply.status, &reply.json()["known"]), (200, &1.into()));
}

#[test]
fn a_form_may_bring_a_mapping_of_its_own() {
    let office = Office::begun();
    let toml = include_str!("../../crates/sheets/src/mappings/payments.toml");
    let toml = toml.replace("\"支付令号\"", "\"付讫单\"");
    let table = String::from_utf8(payments(&[FIRST]))
        .unwrap()
        .replace("支付凭证号,支付", "付讫单,支付");
    let part = |name: &str, content: &str| {
        format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{content}\r\n")
    };
    let form = part("mapping", &toml) + &part("file", &table) + "--b--\r\n";
    let content_type = "multipart/form-data; boundary=b";
    let reply = post(
        &office,
        "finance",
        "payments",
        content_type,
        form.as_bytes(),
    );
    assert_eq!(reply.status, 201, "{}", reply.text());
    let import = reply.json()["import"].as_str().unwrap().to_owned();
    let line = office.world.data("reader", &format!("imports/{import}"));
    assert_eq!(line["mapping_sha256"].as_str().unwrap().len(), 64);
    for (name, content) in [("mapping", "kind = 1"), ("other", "")] {
        let form = part(name, content) + &part("file", &table) + "--b--\r\n";
        let reply = post(
            &office,
            "finance",
            "payments",
            content_type,
            form.as_bytes(),
        );
        assert_eq!(reply.status, 400, "{}", reply.text());
    }
}

#[test]
fn whoever_may_not_record_may_not_import() {
    let office = Office::begun();
    let body = payments(&[FIRST]);
    for (who, status) in [("", 401), ("reader", 403), ("admin", 403), ("worker", 403)] {
        let reply = post(&office, who, "payments?dry_run=true", CSV, &body);
        assert_eq!(reply.status, status, "{who}: {}", reply.text());
    }
    let reply = post(&office, "finance", "nonsense", CSV, &body);
    assert_eq!(reply.status, 404);
    let unknown = uuid::Uuid::nil();
    let reply = post(&office, "finance", &format!("{unknown}/reverse"), CSV, b"");
    assert_eq!(reply.status, 404, "{}", reply.text());
}

#[test]
fn what_the_rules_refuse_is_refused_before_anything_is_recorded() {
    let office = Office::begun();
    let late = FIRST.replace("2018-07-28", "2099-01-01");
    let body = payments(&[&late, SECOND]);
    let head = office.world.head();
    let report: Value = post(&office, "finance", "payments", CSV, &body).json();
    assert_eq!(report["outcome"], "refused");
    let refused = &report["refused_rows"][0];
    assert_eq!(
        (&refused["code"], &refused["row"]),
        (&"BAD_DATE".into(), &2.into()),
        "{report}"
    );
    assert_eq!(office.world.head(), head);
}

#[test]
fn hostile_files_are_told_what_they_are_and_large_ones_not_read() {
    let office = Office::begun();
    let mut bomb = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    bomb.start_file("xl/worksheets/sheet1.xml", options)
        .unwrap();
    std::io::Write::write_all(&mut bomb, &vec![b' '; 64 << 20]).unwrap();
    let bomb = bomb.finish().unwrap().into_inner();
    let bytes = "application/octet-stream";
    for (body, code) in [
        (bomb, "ZIP_BOMB"),
        (b"".to_vec(), "FILE_KIND"),
        (b"PK\x03\x04".to_vec(), "DAMAGED"),
        (b"a,b\n1,2\n".to_vec(), "WRONG_KIND"),
    ] {
        let report = post(&office, "finance", "payments?partial=true", bytes, &body).json();
        assert_eq!(report["outcome"], "refused", "{report}");
        assert_eq!(report["refused_rows"][0]["code"], code, "{report}");
    }
    // Whatever it says it is, it is no stream.
    for content_type in [bytes, "application/x-ndjson"] {
        let large = vec![b'1'; 34 << 20];
        let path = office.world.path("imports/payments");
        // The connection may end before all of it was sent.
        if let Ok(reply) = office
            .world
            .try_post("finance", &path, content_type, &large)
        {
            assert_eq!(reply.status, 413, "{}", reply.text());
        }
    }
    assert_eq!(
        office
            .world
            .get("finance", &office.world.path("imports"))
            .status,
        200
    );
}
