//! What is cut, changed, not allowed or newer is refused.

use super::*;
use prost::Message;

/// The bytes of a field that no release has: number 100, value 1.
const UNKNOWN_FIELD: [u8; 3] = [0xa0, 0x06, 0x01];

/// The body of the first vector of a word.
fn body(event_word: &str) -> Vec<u8> {
    let all = vectors();
    let vector = all.iter().find(|it| it.event_word == event_word);
    vector.unwrap().body.clone()
}

/// Given a good body, when this is changed in its protobuf, then it is refused like this.
fn check(event_word: &str, change: impl FnOnce(&mut pb::Event), then: &WireError) {
    let mut event = pb::Event::decode(body(event_word).as_slice()).unwrap();
    change(&mut event);
    assert_eq!(decode_event(&event.encode_to_vec()).as_ref(), Err(then));
}

fn invalid(field: &'static str, reason: &str) -> WireError {
    let reason = reason.to_owned();
    WireError::Invalid { field, reason }
}

fn fund(event: &mut pb::Event) -> &mut pb::fund_event::Event {
    let Some(pb::event::Noun::Fund(fund)) = &mut event.noun else {
        panic!("not of a fund");
    };
    fund.event.as_mut().unwrap()
}

fn announced(event: &mut pb::Event) -> &mut pb::FundAnnouncement {
    let pb::fund_event::Event::Announced(announcement) = fund(event) else {
        panic!("not announced");
    };
    announcement
}

fn adjusted(event: &mut pb::Event) -> &mut pb::Adjustment {
    let pb::fund_event::Event::Adjusted(adjustment) = fund(event) else {
        panic!("not adjusted");
    };
    adjustment
}

fn registered(event: &mut pb::Event) -> &mut pb::PersonProfile {
    let Some(pb::event::Noun::Subject(subject)) = &mut event.noun else {
        panic!("not of a person");
    };
    let Some(pb::person_event::Event::Registered(profile)) = &mut subject.event else {
        panic!("not registered");
    };
    profile
}

fn name(wire: pb::personal_text::PersonalText) -> Option<pb::PersonalText> {
    let personal_text = Some(wire);
    Some(pb::PersonalText { personal_text })
}

#[test]
fn refuses_a_body_and_a_command_cut_at_every_length() {
    for vector in vectors() {
        let command = encode_command(&vector.submission(&vector.facts));
        for len in 0..vector.body.len() {
            assert!(decode_event(&vector.body[..len]).is_err(), "{len}");
        }
        for len in 0..command.len() {
            assert!(decode_command(&command[..len]).is_err(), "{len}");
        }
    }
}

#[test]
fn never_panics_on_a_changed_byte() {
    for vector in vectors() {
        for place in 0..vector.body.len() {
            for mask in [0x01, 0x80, 0xff] {
                let mut changed = vector.body.clone();
                changed[place] ^= mask;
                let _ = decode_event(&changed);
                let _ = decode_command(&changed);
            }
        }
    }
}

#[test]
fn refuses_an_unknown_field_of_a_body_or_of_a_command_as_newer() {
    for vector in vectors() {
        let what = "a field of the body";
        let longer = [vector.body.as_slice(), &UNKNOWN_FIELD].concat();
        assert_eq!(decode_event(&longer), Err(WireError::Newer { what }));
        let what = "a field of the command";
        let command = encode_command(&vector.submission(&vector.facts));
        let longer = [command.as_slice(), &UNKNOWN_FIELD].concat();
        assert_eq!(decode_command(&longer), Err(WireError::Newer { what }));
    }
}

#[test]
fn refuses_an_unknown_field_deep_inside_as_newer() {
    let event = pb::Event::decode(body("round.closed").as_slice()).unwrap();
    let Some(pb::event::Noun::Round(round)) = &event.noun else {
        panic!("{event:?}");
    };
    let Some(pb::round_event::Event::Closed(closing)) = &round.event else {
        panic!("{round:?}");
    };
    let facts = [closing.encode_to_vec().as_slice(), &UNKNOWN_FIELD].concat();
    // A field's key is its number, 26 for a round and 3 for its closing, and 2 for its type.
    let noun = [
        &[3 << 3 | 2, u8::try_from(facts.len()).unwrap()],
        facts.as_slice(),
    ]
    .concat();
    let key = [0xd2, 0x01, u8::try_from(noun.len()).unwrap()];
    let bare = pb::Event {
        noun: None,
        ..event
    }
    .encode_to_vec();
    let whole = |noun: &[u8]| [bare.as_slice(), &key, noun].concat();
    let what = "a field of the body";
    assert_eq!(decode_event(&whole(&noun)), Err(WireError::Newer { what }));
    // The same way without the field is the body itself.
    let facts = closing.encode_to_vec();
    let noun = [
        &[3 << 3 | 2, u8::try_from(facts.len()).unwrap()],
        facts.as_slice(),
    ]
    .concat();
    let key = [0xd2, 0x01, u8::try_from(noun.len()).unwrap()];
    let plain = [bare.as_slice(), &key, noun.as_slice()].concat();
    assert_eq!(plain, body("round.closed"));
}

#[test]
fn refuses_what_is_reserved_for_later_as_newer() {
    let newer = WireError::Newer { what: "the body" };
    check("round.closed", |it| it.schema_version = 1, &newer);
    check(
        "round.closed",
        |it| it.signed = Some(pb::Signed::default()),
        &newer,
    );
    let signatory = || vec![pb::Signatory::default()];
    let nobody = WireError::Invalid {
        field: "person",
        reason: "an identifier has 16 bytes".to_owned(),
    };
    check("round.closed", |it| it.signatories = signatory(), &nobody);
}

#[test]
fn refuses_a_body_without_a_noun_or_without_an_event_as_newer() {
    let newer = |what| WireError::Newer { what };
    check("round.closed", |it| it.noun = None, &newer("the noun"));
    let empty = pb::event::Noun::Round(pb::RoundEvent::default());
    check(
        "round.closed",
        |it| it.noun = Some(empty),
        &newer("RoundEvent"),
    );
}

#[test]
fn refuses_a_command_without_a_noun() {
    let vector = &vectors()[0];
    let mut command = command_message(&vector.submission(&vector.facts));
    command.noun = None;
    let missing = WireError::Missing { field: "noun" };
    assert_eq!(decode_command(&command.encode_to_vec()), Err(missing));
}

#[test]
fn refuses_unspecified_words_and_calls_unknown_ones_newer() {
    let missing = |field| WireError::Missing { field };
    let newer = |what| WireError::Newer { what };
    check("fund.announced", |it| it.intake = 0, &missing("intake"));
    check("fund.announced", |it| it.intake = 3, &newer("intake"));
    check(
        "fund.announced",
        |it| announced(it).source_kind = 0,
        &missing("source_kind"),
    );
    check(
        "fund.announced",
        |it| announced(it).source_kind = 99,
        &newer("source_kind"),
    );
}

#[test]
fn refuses_a_body_without_its_actor_date_or_salt() {
    let missing = |field| WireError::Missing { field };
    check("round.closed", |it| it.actor = None, &missing("actor"));
    for len in [0, 15, 17] {
        check(
            "round.closed",
            |it| it.salt = vec![1; len],
            &missing("salt"),
        );
    }
    let no_date = "BAD_DATE: \"\" is not a date; write 2018-07-28, 2018-07, 2018-Q3, 2018 or \
                   unknown | “”不是日期;可写 2018-07-28、2018-07、2018-Q3、2018 或 unknown";
    let no_date = invalid("occurred_on", no_date);
    check(
        "round.closed",
        |it| it.occurred_on = String::new(),
        &no_date,
    );
}

#[test]
fn refuses_identifiers_and_digests_of_another_length() {
    let wrong = |field| invalid(field, "an identifier has 16 bytes");
    for len in [1, 15, 17] {
        check(
            "fund.announced",
            |it| announced(it).fund.resize(len, 0),
            &wrong("fund"),
        );
        check(
            "fund.announced",
            |it| it.correlation_id.resize(len, 0),
            &wrong("correlation_id"),
        );
    }
    check(
        "fund.announced",
        |it| announced(it).fund.clear(),
        &wrong("fund"),
    );
    let shorten = |it: &mut pb::Event| {
        let Some(pb::event::Noun::Token(token)) = &mut it.noun else {
            panic!("{it:?}");
        };
        let Some(pb::token_event::Event::Issued(grant)) = &mut token.event else {
            panic!("{token:?}");
        };
        grant.secret_hash.truncate(31);
    };
    check(
        "token.issued",
        shorten,
        &invalid("secret_hash", "it has 31 bytes, not 32"),
    );
}

#[test]
fn refuses_money_beyond_what_json_holds() {
    const MAX: i64 = (1 << 53) - 1;
    for amount in [MAX, -MAX] {
        let mut event = pb::Event::decode(body("fund.adjusted").as_slice()).unwrap();
        adjusted(&mut event).delta_fen = amount;
        assert!(decode_event(&event.encode_to_vec()).is_ok(), "{amount}");
    }
    for amount in [MAX + 1, -MAX - 1, i64::MAX, i64::MIN] {
        let why = format!("BAD_AMOUNT: {amount} fen is beyond 2^53 - 1 | {amount} 分超出 2^53 - 1");
        let then = invalid("delta_fen", &why);
        check("fund.adjusted", |it| adjusted(it).delta_fen = amount, &then);
    }
}

#[test]
fn refuses_personal_numbers_and_bad_text_in_the_clear() {
    let personal = "PII_IN_CLEAR: it holds what looks like a mobile number; personal data belongs \
                    into a subject's sealed fields | 含有疑似手机号码,个人信息只能填入人员(户)的\
                    加密字段";
    let say = |text: &'static str| move |it: &mut pb::Event| adjusted(it).reason = text.into();
    check(
        "fund.adjusted",
        say("电话13800138000"),
        &invalid("reason", personal),
    );
    let control = "BAD_TEXT: it holds the control character U+0007 | 含有控制字符 U+0007";
    check("fund.adjusted", say("a\u{7}"), &invalid("reason", control));
    let empty = "BAD_TEXT: it is empty | 内容为空";
    check("fund.adjusted", say(""), &invalid("reason", empty));
}

#[test]
fn refuses_a_blinded_or_empty_or_overlong_personal_text() {
    use pb::personal_text::PersonalText as Wire;
    let put = |wire: Wire| move |it: &mut pb::Event| registered(it).name = name(wire);
    let blinded = invalid("name", "a blinded text is never sent");
    check(
        "subject.registered",
        put(Wire::Blinded(vec![7; 32])),
        &blinded,
    );
    let long =
        "BAD_TEXT: 201 characters, from 1 to 200 are allowed | 共 201 个字符,应为 1 至 200 个";
    let clear = |len: usize| put(Wire::Clear("甲".repeat(len)));
    check("subject.registered", clear(201), &invalid("name", long));
    let none = "BAD_TEXT: 0 characters, from 1 to 200 are allowed | 共 0 个字符,应为 1 至 200 个";
    check("subject.registered", clear(0), &invalid("name", none));
    let unknown = |it: &mut pb::Event| {
        registered(it).name = Some(pb::PersonalText::default());
    };
    check(
        "subject.registered",
        unknown,
        &WireError::Newer { what: "name" },
    );
    let short = |it: &mut pb::Event| {
        let text = registered(it).name.as_mut().unwrap();
        let Some(Wire::Sealed(sealed)) = &mut text.personal_text else {
            panic!("not sealed");
        };
        sealed.nonce.truncate(23);
    };
    check(
        "subject.registered",
        short,
        &invalid("name", "it has 23 bytes, not 24"),
    );
}

#[test]
fn refuses_a_command_in_any_but_its_one_form() {
    let vector = &vectors()[0];
    let command = encode_command(&vector.submission(&vector.facts));
    let form = |bytes: &[u8]| match decode_command(bytes) {
        Err(WireError::Malformed(_) | WireError::Newer { .. }) => {}
        other => panic!("{other:?}"),
    };
    // The command id, of 18 bytes with its key and its length, behind everything else; twice.
    let (id, rest) = command.split_at(18);
    form(&[rest, id].concat());
    form(&[id, id, rest].concat());
    assert!(decode_command(&command).is_ok());
}

#[test]
fn refuses_a_command_that_was_sealed_by_its_sender() {
    let mut seen = 0;
    for vector in vectors() {
        let mut submission = vector.submission(&vector.facts);
        let mut found = false;
        ledger::personal::visit_command(&mut submission.command, &mut |person, number, text| {
            found |= text.is_some();
            super::seal(person, number, text);
        });
        let bytes = encode_command(&submission);
        if found {
            let Err(WireError::Invalid { field, .. }) = decode_command(&bytes) else {
                panic!("{}", vector.command_word);
            };
            assert_eq!(field, "personal_text");
            seen += 1;
        }
    }
    assert!(seen > 2);
}

#[test]
fn a_frame_is_its_length_and_its_bytes() {
    for len in [0_usize, 1, 127, 128, 20_000] {
        let framed = crate::frame(&vec![7; len]);
        let prefix = framed.len() - len;
        assert_eq!(crate::frame_len(&framed[..prefix]), Some(len));
    }
    assert_eq!(crate::frame_len(&[]), None);
    assert_eq!(crate::frame_len(&[0x80]), None);
    assert_eq!(crate::frame_len(&[0xff; 12]), None);
}
