//! Promised: what one release has written every later one reads, to the same value and the same
//! bytes; JSON and protobuf say the same; and what is not whole, not allowed or newer is refused,
//! never guessed. Shown on `proto/vectors/bodies-v1.txt`, which holds every command and event, and
//! on those same samples with something left out, cut off or put in its place.

mod refusals;
mod sealing;
mod subjects;

use super::*;
use field::Field;
use ledger::ids::{OrganisationId, PersonId};
use ledger::personal::{self, PersonalText, Sealed};
use ledger::{Command, Event};
use serde_json::{Value, json};
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

const SALT: [u8; 16] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];

/// A block of the published file.
struct Vector {
    command_word: &'static str,
    event_word: &'static str,
    intake: Intake,
    occurred_on: &'static str,
    facts: Value,
    body: Vec<u8>,
}

fn vectors() -> Vec<Vector> {
    include_str!("../../../proto/vectors/bodies-v1.txt")
        .split("\n\n")
        .filter(|block| !block.starts_with('#') && !block.trim().is_empty())
        .map(|block| {
            let lines = block.lines().map(|line| line.split_once(' ').unwrap());
            let line: HashMap<_, _> = lines.collect();
            Vector {
                command_word: line["command"],
                event_word: line["event"],
                intake: match line["intake"] {
                    "control" => Intake::Control,
                    "observation" => Intake::Observation,
                    other => panic!("{other}"),
                },
                occurred_on: line["occurred_on"],
                facts: serde_json::from_str(line["facts"]).unwrap(),
                body: unhex(line["body"]),
            }
        })
        .collect()
}

fn unhex(text: &str) -> Vec<u8> {
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    text.as_bytes().chunks(2).map(byte).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// `fund.announce` and its facts as `{"fund": {"announce": facts}}`.
fn tagged(word: &str, facts: &Value) -> Value {
    let (noun, word) = word.split_once('.').unwrap();
    json!({ noun: { word: facts } })
}

fn uuid(text: &str) -> Uuid {
    text.parse().unwrap()
}

impl Vector {
    fn command(&self, facts: &Value) -> Result<Command, serde_json::Error> {
        serde_json::from_value(tagged(self.command_word, facts))
    }

    fn submission(&self, facts: &Value) -> Submission {
        Submission {
            command_id: uuid("0190f3a0-0000-7000-8000-fe0000000001"),
            expected_version: Some(3),
            intake: self.intake,
            occurred_on: self.occurred_on.parse().unwrap(),
            documents: vec![Field::from_wire("县发〔2018〕1号".to_owned(), "").unwrap()],
            correlation_id: Some(uuid("0190f3a0-0000-7000-8000-ff000000000c")),
            command: self.command(facts).unwrap(),
        }
    }

    /// What the body of the block says.
    fn fact(&self, facts: &Value) -> Fact {
        let mut event: Event = serde_json::from_value(tagged(self.event_word, facts)).unwrap();
        personal::visit(&mut event, &mut seal);
        let document = |text: &str| Field::from_wire(text.to_owned(), "").unwrap();
        Fact {
            actor: Actor {
                person: PersonId(uuid("0190f3a0-0000-7000-8000-13000000000a")),
                organisation: OrganisationId(uuid("0190f3a0-0000-7000-8000-11000000000b")),
            },
            intake: self.intake,
            occurred_on: self.occurred_on.parse().unwrap(),
            documents: vec![document("县发〔2018〕1号"), document("ZF-1")],
            correlation_id: Some(uuid("0190f3a0-0000-7000-8000-ff000000000c")),
            signatories: Default::default(),
            event,
        }
    }

    /// The facts, and the facts without each field that may be left out.
    fn variations(&self) -> Vec<Value> {
        let fields: Vec<String> = self.facts.as_object().unwrap().keys().cloned().collect();
        let without = |field: &String| {
            let mut facts = self.facts.clone();
            facts.as_object_mut().unwrap().remove(field);
            self.command(&facts).is_ok().then_some(facts)
        };
        let fewer = fields.iter().filter_map(without);
        std::iter::once(self.facts.clone()).chain(fewer).collect()
    }
}

/// As the head of the file says.
fn seal(person: PersonId, number: u32, text: &mut Option<PersonalText>) {
    if let Some(PersonalText::Clear(clear)) = text {
        let number = u8::try_from(number).unwrap();
        *text = Some(PersonalText::Sealed(Box::new(Sealed {
            person,
            suite: 1,
            nonce: [number; 24],
            ciphertext: clear.clone().into_bytes(),
            commitment: [number; 32],
        })));
    }
}

#[test]
fn every_word_has_a_vector() {
    let all = |words: &[&[&'static str]]| -> BTreeSet<&'static str> {
        words
            .iter()
            .flat_map(|of_noun| of_noun.iter().copied())
            .collect()
    };
    let vectors = vectors();
    let commands: BTreeSet<_> = vectors.iter().map(|it| it.command_word).collect();
    let events: BTreeSet<_> = vectors.iter().map(|it| it.event_word).collect();
    assert_eq!(commands, all(Command::WORDS));
    assert_eq!(events, all(Event::WORDS));
}

#[test]
fn published_bodies_decode_and_encode_for_ever() {
    for vector in vectors() {
        let (word, fact) = (vector.event_word, vector.fact(&vector.facts));
        assert_eq!(hex(&encode_event(SALT, &fact)), hex(&vector.body), "{word}");
        assert_eq!(
            decode_event(&vector.body),
            Ok((fact.clone(), SALT)),
            "{word}"
        );
        assert_eq!(fact.event.word(), word);
    }
}

#[test]
fn a_body_tells_at_a_glance_whether_it_may_be_evidence() {
    for vector in vectors() {
        let word = vector.event_word;
        let is_evidence = word.starts_with("evidence.");
        assert_eq!(may_be_evidence(&vector.body), is_evidence, "{word}");
    }
    // What cannot be read is left to whoever decodes it.
    assert!(may_be_evidence(&[0xff]));
}

#[test]
fn events_cross_the_wire_whatever_is_left_out() {
    for vector in vectors() {
        for facts in vector.variations() {
            let fact = vector.fact(&facts);
            let body = encode_event(SALT, &fact);
            assert_eq!(decode_event(&body), Ok((fact, SALT)), "{facts}");
        }
    }
}

#[test]
fn circumstances_may_be_left_out() {
    let vector = &vectors()[0];
    let fact = Fact {
        documents: Vec::new(),
        correlation_id: None,
        ..vector.fact(&vector.facts)
    };
    assert_eq!(decode_event(&encode_event(SALT, &fact)), Ok((fact, SALT)));
    let submission = Submission {
        expected_version: None,
        documents: Vec::new(),
        correlation_id: None,
        ..vector.submission(&vector.facts)
    };
    assert_eq!(decode_command(&encode_command(&submission)), Ok(submission));
}

#[test]
fn an_expected_version_of_0_is_not_none() {
    let vector = &vectors()[0];
    let submission = Submission {
        expected_version: Some(0),
        ..vector.submission(&vector.facts)
    };
    assert_eq!(decode_command(&encode_command(&submission)), Ok(submission));
}

#[test]
fn a_command_is_the_same_in_json_and_in_protobuf() {
    for vector in vectors() {
        for facts in vector.variations() {
            let submission = vector.submission(&facts);
            let (command, word) = (&submission.command, vector.command_word);
            assert_eq!(command.word(), word);
            let bytes = encode_command(&submission);
            let decoded = decode_command(&bytes).unwrap();
            assert_eq!(decoded, submission, "{facts}");
            let said = serde_json::to_value(&decoded.command).unwrap();
            let from_json = serde_json::from_value(said.clone()).unwrap();
            let again = Submission {
                command: from_json,
                ..submission.clone()
            };
            assert_eq!(encode_command(&again), bytes, "{facts}");
            if facts == vector.facts && complete(&facts, &said) {
                assert_eq!(said, tagged(word, &facts));
            }
        }
    }
}

/// False for the bare blocks at the end of the file, whose empty lists JSON spells out.
fn complete(facts: &Value, said: &Value) -> bool {
    let noun = said.as_object().unwrap().values().next().unwrap();
    let inner = noun.as_object().unwrap().values().next().unwrap();
    inner.as_object().unwrap().len() == facts.as_object().unwrap().len()
}

/// All words of a closed list, there and back; 0 and the number after the last are none of them.
fn check_choice<T>(all: &[T])
where
    T: Field<i32> + Copy + PartialEq + std::fmt::Debug,
    Option<T>: Field<i32>,
    Vec<T>: Field<Vec<i32>>,
{
    let numbers: Vec<i32> = all.iter().map(Field::to_wire).collect();
    let expected: Vec<i32> = (1..).take(all.len()).collect();
    assert_eq!(numbers, expected, "{all:?}");
    assert_eq!(Vec::from_wire(numbers, "field").as_deref(), Ok(all));
    let unspecified = WireError::Missing { field: "field" };
    assert_eq!(T::from_wire(0, "field"), Err(unspecified));
    assert_eq!(Option::<T>::from_wire(0, "field"), Ok(None));
    assert_eq!(Option::<T>::None.to_wire(), 0);
    let next = i32::try_from(all.len().saturating_add(1)).unwrap();
    for newer in [next, -1] {
        let refused = WireError::Newer { what: "field" };
        assert_eq!(T::from_wire(newer, "field"), Err(refused.clone()));
        assert_eq!(Option::<T>::from_wire(newer, "field"), Err(refused));
    }
}

#[test]
fn every_word_of_every_list_crosses_the_wire() {
    use ledger::account::{AccountKind, CashNature};
    use ledger::bank_line::Direction;
    use ledger::{
        claim::*, contract::*, fund::*, item::*, milestone::*, organisation::*, overlay::*,
        payment::*,
    };
    use ledger::{project::*, receipt::*, round::*, token::*};
    check_choice(Intake::ALL);
    check_choice(Role::ALL);
    check_choice(Level::ALL);
    check_choice(OrganisationKind::ALL);
    check_choice(OverlayKind::ALL);
    check_choice(SourceKind::ALL);
    check_choice(ReclaimReason::ALL);
    check_choice(Gate::ALL);
    check_choice(GateResult::ALL);
    check_choice(AcceptanceLevel::ALL);
    check_choice(ProjectReviewKind::ALL);
    check_choice(ProjectReviewResult::ALL);
    check_choice(TenderMethod::ALL);
    check_choice(Weighting::ALL);
    check_choice(StageTrigger::ALL);
    check_choice(ContractChangeKind::ALL);
    check_choice(ClaimRejectionCode::ALL);
    check_choice(PaymentKind::ALL);
    check_choice(AccountKind::ALL);
    check_choice(CashNature::ALL);
    check_choice(Direction::ALL);
    check_choice(ReceiptChannel::ALL);
    check_choice(ReceiptResult::ALL);
    check_choice(RoundKind::ALL);
    check_choice(SetRelation::ALL);
    check_choice(ItemCategory::ALL);
    check_choice(ItemScope::ALL);
    check_choice(Severity::ALL);
    check_choice(VerificationMode::ALL);
    check_choice(MeasureKind::ALL);
    check_choice(LetterKind::ALL);
    check_choice(DeadlineRule::ALL);
    check_choice(ledger::cycle::AccountabilityForm::ALL);
    check_choice(ledger::campaign::LookbackResult::ALL);
    check_choice(ledger::pledge::AssessmentResult::ALL);
}
