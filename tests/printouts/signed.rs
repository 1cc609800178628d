//! A letter printed later is the letter that was sent, and a form names those who stand for a step
//! and not whoever recorded it from paper.

use super::*;

const BRIDGE: u64 = 41;
/// Persons who sign on paper, registered.
const SIGNERS: [u64; 3] = [HOUSEHOLDS + 21, HOUSEHOLDS + 22, HOUSEHOLDS + 23];

/// A county in which paper counts, with those who sign and another town.
fn paper_county() -> World {
    let world = spawn();
    world.found_county();
    for (number, name) in SIGNERS.into_iter().zip(["甲", "乙", "丙"]) {
        world.register_household(number, name);
    }
    let bridge = json!({"organisation": org(BRIDGE), "code": "530399102", "name": "石桥乡",
        "kind": "area", "level": "town", "parent": org(COUNTY)});
    world.record_on("finance", "2018-01-01", "organisation.register", bridge);
    let policy = json!({"paper_signatures": true, "document": "青财〔2018〕1号"});
    world.record("admin", "ledger.set_policy", policy);
    world
}

/// A step that was signed on paper, recorded by the inspector and confirmed by the overseer; the
/// record that says so.
fn on_paper(world: &World, day: &str, step: &str, data: &Value, by: &[(u64, u64)]) -> Value {
    let entry = Uuid::new_v4();
    let signed = by.iter().map(|(by, organisation)| {
        json!({"person": person(*by), "organisation": org(*organisation),
            "capacity": "组长", "signed_on": day})
    });
    let signed: Vec<Value> = signed.collect();
    let proposed = json!({"entry": entry, "command": {"item": {step: data}},
        "signatories": signed});
    world.record_on("inspector", day, "entry.propose", proposed);
    let confirmed = json!({"entry": entry});
    world.record_on("overseer", day, "entry.confirm", confirmed)["last_seq"].clone()
}

/// What a letter says, without what says when and by whom it was printed.
fn letter(world: &World, kind: &str, query: &str) -> String {
    let query = format!("&format=csv&item={}{query}", item(5));
    let reply = ask(world, "reader", kind, &query);
    assert_eq!(reply.status, 200, "{}", reply.text());
    let text = reply.text();
    let (said, source) = text.split_once("\r\n标题,").unwrap();
    let number = source.split("\r\n").next().unwrap();
    format!("{said}\r\n{}", number.trim_end_matches(','))
}

#[test]
fn a_letter_printed_later_says_what_it_said_when_it_was_sent() {
    let world = paper_county();
    let mut draft = draft(5, 0);
    draft["deadline_rule"] = json!("fixed");
    draft["due_on"] = json!("2018-09-10");
    let own = json!({"item": item(5)});
    world.record_on("inspector", "2018-07-29", "item.draft", draft);
    world.record_on("inspector", "2018-07-30", "item.issue", own.clone());
    let reminder = json!({"item": item(5), "kind": "reminder", "number": "曲巡函〔2018〕9号"});
    let sent = world.record_on("inspector", "2018-09-01", "item.send_letter", reminder);
    let above = json!({"item": item(5), "kind": "urging", "number": "曲巡函〔2018〕10号",
        "receiver_unit": org(COUNTY)});
    world.record_on(
        "inspector",
        "2018-09-02",
        "item.note_progress",
        json!({"item": item(5), "reason": "催办"}),
    );
    let above = observed(command("item.send_letter", "2018-09-02", above));
    assert_eq!(world.post("inspector", &above).status, 201);
    let seq = format!("&seq={}", sent["first_seq"]);
    let before = [
        letter(&world, "reminder", &seq),
        letter(&world, "urging", ""),
    ];
    assert!(before[0].contains("龙潭乡") && before[0].contains("2018年9月10日"));
    assert!(before[1].contains("青石县") && before[1].contains("龙潭乡负责整改"));

    let longer = json!({"item": item(5), "due_on": "2018-12-31", "reason": "施工受阻"});
    world.record_on("worker", "2018-09-03", "item.request_extension", longer);
    world.record_on("closer", "2018-09-04", "item.grant_extension", own);
    let elsewhere = json!({"item": item(5), "responsible_unit": org(BRIDGE),
        "reason": "区划调整"});
    world.record_on("inspector", "2018-09-05", "item.reassign", elsewhere);
    let after = [
        letter(&world, "reminder", &seq),
        letter(&world, "urging", ""),
    ];
    assert_eq!(before, after);

    // What is sent now goes to whoever has it now.
    let again = json!({"item": item(5), "kind": "reminder", "number": "曲巡函〔2018〕11号"});
    let again = observed(command("item.send_letter", "2018-09-20", again));
    assert_eq!(world.post("inspector", &again).status, 201);
    let now = letter(&world, "reminder", "");
    assert!(
        now.starts_with("\u{feff}石桥乡") && now.contains("2018年12月31日"),
        "{now}"
    );
}

#[test]
fn a_letter_signed_on_paper_is_from_those_who_signed_it() {
    let world = paper_county();
    let own = json!({"item": item(5)});
    world.record_on("inspector", "2018-07-29", "item.draft", draft(5, 0));
    world.record_on("inspector", "2018-07-30", "item.issue", own);
    let reminder = json!({"item": item(5), "kind": "reminder", "number": "青函〔2018〕9号"});
    let by = [(SIGNERS[0], PREFECTURE), (SIGNERS[1], INSPECTION)];
    on_paper(&world, "2018-09-25", "send_letter", &reminder, &by);
    let sent = letter(&world, "reminder", "");
    let lines: Vec<&str> = sent.lines().map(|it| it.trim_end_matches(',')).collect();
    assert!(lines.contains(&"曲河市、曲河市委巡察办"), "{sent}");
    let signed = format!("签发人,{}、{}", person(SIGNERS[0]), person(SIGNERS[1]));
    assert!(lines.contains(&&*signed), "{sent}");
    let recorded = format!("登记人,{}", who("overseer"));
    assert!(lines.contains(&&*recorded), "{sent}");
}

#[test]
fn a_closing_names_who_verified_and_every_step_back() {
    let world = paper_county();
    world.closing_requested(1, 0);
    let own = json!({"item": item(1)});
    let back = json!({"item": item(1), "reason": "佐证漏页"});
    world.record_on(
        "worker",
        "2018-08-22",
        "item.withdraw_closure_request",
        back,
    );
    world.record_on("worker", "2018-08-23", "item.request_closure", own);
    for by in [SIGNERS[0], SIGNERS[1]] {
        on_paper(
            &world,
            "2018-09-01",
            "verify",
            &verification(1),
            &[(by, INSPECTION)],
        );
    }
    let csv = csv_of(&world, Kind::Closing);
    let (_, steps) = csv.split_once("销号经过").unwrap();
    let mut reader = csv::ReaderBuilder::new();
    let mut reader = reader
        .flexible(true)
        .has_headers(false)
        .from_reader(steps.as_bytes());
    let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
    let heads = rows.iter().find(|row| &row[0] == "记录").unwrap();
    let place = |name: &str| heads.iter().position(|head| head == name).unwrap();
    let of = |name: &str| -> Vec<String> {
        let steps = rows.iter().filter(|row| row[0].parse::<u64>().is_ok());
        steps.map(|row| row[place(name)].to_owned()).collect()
    };
    let steps = of("步骤");
    let words = ["申请销号", "撤回申请销号", "申请销号", "核验", "核验"];
    assert_eq!(steps.len(), words.len(), "{steps:?}");
    assert!(
        steps
            .iter()
            .zip(words)
            .all(|(step, word)| step.contains(word)),
        "{steps:?}"
    );
    assert_eq!(of("意见")[1], "佐证漏页");
    let verifiers = [SIGNERS[0], SIGNERS[1]].map(|by| person(by).to_string());
    assert_eq!(of("经办人")[3..], verifiers);
    assert_eq!(
        of("登记人")[3..],
        [who("overseer"), who("overseer")].map(|it| it.to_string())
    );
}
