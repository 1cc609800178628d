//! Promised: a sample is drawn only from a population that was frozen after the seed was committed
//! to, by the seed that was committed to; only what was drawn is checked, each once, and a campaign
//! ends when all of it is. What is checked passes or fails its look back.

use super::*;
use crate::Command;
use crate::campaign::sample::lot as mixed;
use crate::campaign::*;
use crate::context::Actor;
use crate::ids::{MeasureId, RoundId};
use crate::item::*;
use crate::money::Fen;
use crate::round::*;
use crate::testing::*;
use expect_test::expect;
use uuid::Uuid;

const SEED: Digest = Digest([7; 32]);
const NONCE: Digest = Digest([9; 32]);
/// Closes.
const CLOSER: Actor = who(30, PREFECTURE);
/// Plans and draws.
const PLANNER: Actor = who(31, PREFECTURE);
/// Looks back.
const LOOKER: Actor = who(32, PREFECTURE);

fn campaign() -> CampaignId {
    CampaignId(Uuid::from_u128(0x7001))
}
fn item(number: u128) -> ItemId {
    ItemId(Uuid::from_u128(0x6000 | number))
}
fn round() -> RoundId {
    RoundId(Uuid::from_u128(0x5001))
}

fn opened() -> Ask {
    ask(Command::Round(RoundCommand::Open(RoundOpening {
        round: round(),
        name: name(),
        kind: RoundKind::Inspection,
        inspecting_body: unit(PREFECTURE),
        closing_body: unit(PREFECTURE),
        mandate: reference(),
        related_round: None,
        relation: None,
    })))
    .on("2018-05-01")
}

/// An item of the town from its draft to its closing on that day.
#[expect(
    clippy::too_many_lines,
    reason = "the life of an item, one step after the other"
)]
fn closed(number: u128, on: &'static str) -> Vec<Ask> {
    let item = item(number);
    let measure = MeasureId(Uuid::from_u128(0x4f00 | number));
    let draft = ItemDraft {
        item,
        number: reference(),
        round: round(),
        category: ItemCategory::Policy,
        scope: ItemScope::Individual,
        parent: None,
        severity: Severity::Serious,
        facts: text(),
        basis: None,
        amount_involved_fen: Fen::ZERO,
        recovery_required_fen: Fen::ZERO,
        responsible_unit: unit(TOWN),
        responsible_person: None,
        lead_unit: None,
        cooperating_units: Vec::new(),
        deadline_rule: DeadlineRule::HalfYear,
        deadline_days: None,
        due_on: None,
    };
    let step = || ItemStep { item, remark: None };
    let plan = PlanSubmission {
        item,
        plan: text(),
        document: reference(),
    };
    let added = Measure {
        item,
        measure,
        kind: MeasureKind::Ordinary,
        description: text(),
        due_on: None,
        owner_unit: None,
        owner_person: None,
    };
    let evidence = Evidence {
        item,
        measure,
        sha256: Digest([1; 32]),
        captured_on: "2018-05-10".parse().unwrap(),
        description: text(),
    };
    let finished = MeasureResult {
        item,
        measure,
        result: text(),
    };
    let verify = || {
        ItemCommand::Verify(Verification {
            item,
            mode: VerificationMode::OnPaper,
            finding: text(),
        })
    };
    let path = [
        (CLOSER, ItemCommand::Draft(draft)),
        (CLOSER, ItemCommand::Issue(step())),
        (VISITOR, ItemCommand::Acknowledge(step())),
        (VISITOR, ItemCommand::SubmitPlan(plan)),
        (CLERK, ItemCommand::ApprovePlan(step())),
        (BUILDER, ItemCommand::ApprovePlan(step())),
        (VISITOR, ItemCommand::AddMeasure(added)),
        (VISITOR, ItemCommand::AddEvidence(evidence)),
        (VISITOR, ItemCommand::FinishMeasure(finished)),
        (VISITOR, ItemCommand::RequestClosure(step())),
        (CLERK, verify()),
        (BUILDER, verify()),
    ];
    let asks = path.into_iter();
    let asks = asks.map(|(by, command)| ask(Command::Item(command)).by(by).on("2018-05-10"));
    let close = ask(Command::Item(ItemCommand::Close(step())));
    asks.chain([close.by(CLOSER).on(on)]).collect()
}

/// Items 1 to 4, closed in May, June and July.
fn four() -> Vec<Ask> {
    let days = ["2018-05-31", "2018-06-01", "2018-06-30", "2018-07-01"];
    let items = (1..).zip(days).flat_map(|(number, on)| closed(number, on));
    std::iter::once(opened()).chain(items).collect()
}

fn said(command: CampaignCommand) -> Ask {
    ask(Command::Campaign(command)).by(PLANNER).on("2018-08-01")
}
fn plan_like(change: impl FnOnce(&mut CampaignPlan)) -> Ask {
    let mut plan = CampaignPlan {
        campaign: campaign(),
        name: name(),
        body: unit(PREFECTURE),
        document: reference(),
        seed_commitment: commitment(campaign(), SEED),
        sample_size: 2,
        within: None,
        round: None,
        category: None,
        closed_from: None,
        closed_until: None,
    };
    change(&mut plan);
    said(CampaignCommand::Plan(plan))
}
fn plan() -> Ask {
    plan_like(|_| ())
}
fn freeze_of(numbers: &[u128]) -> Ask {
    let items: Vec<_> = numbers.iter().map(|number| item(*number)).collect();
    said(CampaignCommand::Freeze(PopulationFreeze {
        campaign: campaign(),
        population_digest: population_digest(&items),
        population_size: u32::try_from(items.len()).unwrap(),
        nonce: Some(NONCE),
    }))
    .by(CLOSER)
}
fn freeze() -> Ask {
    freeze_of(&[1, 2, 3, 4])
}
fn reveal(seed: Digest) -> Ask {
    let campaign = campaign();
    said(CampaignCommand::Reveal(SeedReveal { campaign, seed }))
}
fn check_item(number: u128, result: LookbackResult) -> Ask {
    said(CampaignCommand::Check(LookbackCheck {
        campaign: campaign(),
        item: item(number),
        result,
        finding: text(),
    }))
    .by(LOOKER)
}
fn pass(number: u128) -> Ask {
    check_item(number, LookbackResult::Passed)
}
fn fail(number: u128) -> Ask {
    check_item(number, LookbackResult::Failed)
}
fn close() -> Ask {
    said(CampaignCommand::Close(CampaignClosing {
        campaign: campaign(),
        remark: None,
    }))
}
fn drawn() -> Vec<Ask> {
    and(&four(), [plan(), freeze(), reveal(SEED)])
}

/// The numbers of the sample of two, and of what was not drawn.
fn lot() -> (Vec<u128>, Vec<u128>) {
    let world = World::given(&drawn());
    let number = |item: ItemId| item.0.as_u128() & 0xf;
    let row = world.books.campaigns.get(campaign()).unwrap();
    let sample: Vec<_> = row.sample.iter().map(|drawn| number(drawn.item)).collect();
    let rest = (1..=4).filter(|one| !sample.contains(one)).collect();
    (sample, rest)
}

#[test]
fn refuses_a_plan_in_this_order() {
    check(
        &[opened(), plan()],
        &[
            plan_like(|it| it.body = unit(NOWHERE)),
            other(|it| it.body = unit(NOWHERE)),
            other(|it| it.within = Some(unit(NOWHERE))),
            other(|it| it.round = Some(RoundId(Uuid::from_u128(9)))),
            other(|it| it.sample_size = 0),
            other(|it| it.sample_size = 1001),
            other(|it| {
                it.closed_from = Some("2018-07-02".parse().unwrap());
                it.closed_until = Some("2018-07-01".parse().unwrap());
            }),
            other(|it| {
                it.sample_size = 1000;
                it.closed_from = Some("2018-07-01".parse().unwrap());
                it.closed_until = Some("2018-07".parse().unwrap());
            }),
        ],
        expect![[r#"
            ALREADY_EXISTS campaign: #7001 exists already
            NOT_FOUND body: #0063 is not known in this ledger
            NOT_FOUND within: #0063 is not known in this ledger
            NOT_FOUND round: #0009 is not known in this ledger
            BAD_FIELD sample_size: a sample has 1 to 1,000 items
            BAD_FIELD sample_size: a sample has 1 to 1,000 items
            BAD_DATE closed_until: it lies before closed_from
            campaign.planned"#]],
    );
}

fn other(change: impl FnOnce(&mut CampaignPlan)) -> Ask {
    plan_like(|it| {
        it.campaign = CampaignId(Uuid::from_u128(0x7002));
        change(it);
    })
}

#[test]
fn freezes_exactly_what_the_plan_may_draw() {
    let given = and(&four(), [plan()]);
    check(
        &given,
        &[
            freeze_of(&[1, 2, 3]),
            freeze_of(&[1, 2, 3, 5]),
            freeze_of(&[1, 2, 3, 5]).observed(),
            freeze().by(PLANNER),
            freeze().by(PLANNER).observed(),
            freeze(),
        ],
        expect![[r#"
            BAD_SAMPLE population_size: the population has another size now
            BAD_SAMPLE population_digest: the population has another digest now
            BAD_SAMPLE population_digest: the population has another digest now
            SAME_PERSON:
              the same person may not do both campaign.plan and campaign.freeze
            SAME_PERSON:
              the same person may not do both campaign.plan and campaign.freeze
            campaign.frozen"#]],
    );
    // One more was closed since somebody looked.
    let given = and(&given, closed(5, "2018-07-02"));
    check(
        &given,
        &[freeze(), freeze_of(&[1, 2, 3, 4, 5])],
        expect![[r#"
        BAD_SAMPLE population_size: the population has another size now
        campaign.frozen"#]],
    );
    // Nothing was ever closed.
    check(
        &[opened(), plan()],
        &[freeze_of(&[])],
        expect!["BAD_SAMPLE population_size: no closed item passes the plan's filter"],
    );
}

#[test]
fn the_filter_of_the_plan_is_applied_to_closings_that_stand() {
    let june = |it: &mut CampaignPlan| {
        it.closed_from = Some("2018-06-01".parse().unwrap());
        it.closed_until = Some("2018-06".parse().unwrap());
        it.within = Some(unit(COUNTY));
        it.round = Some(round());
        it.category = Some(ItemCategory::Policy);
    };
    let of = |given: &[Ask], change: &dyn Fn(&mut CampaignPlan)| -> Vec<u128> {
        let world = World::given(&and(given, [plan_like(change)]));
        let plan = &world.books.campaigns.get(campaign()).unwrap().plan;
        let items = population(&world.books, plan).into_iter();
        items.map(|item| item.0.as_u128() & 0xf).collect()
    };
    assert_eq!(of(&four(), &|_| ()), [1, 2, 3, 4]);
    assert_eq!(of(&four(), &june), [2, 3]);
    assert_eq!(of(&four(), &|it| it.within = Some(unit(VILLAGE))), [0; 0]);
    assert_eq!(
        of(&four(), &|it| it.category = Some(ItemCategory::Funds)),
        [0; 0]
    );
    // One that is reopened is no longer closed.
    let reopen = ReasonedStep {
        item: item(2),
        reason: text(),
    };
    let reopen = ask(Command::Item(ItemCommand::FailLookback(reopen)));
    let given = and(&four(), [reopen.by(LOOKER).on("2018-07-20")]);
    assert_eq!(of(&given, &june), [3]);
}

#[test]
fn the_steps_come_in_their_order() {
    let planned = and(&four(), [plan()]);
    let frozen = and(&planned, [freeze()]);
    check(
        &four(),
        &[freeze(), reveal(SEED), pass(1), close()],
        expect![[r#"
        NOT_FOUND campaign: #7001 is not known in this ledger
        NOT_FOUND campaign: #7001 is not known in this ledger
        NOT_FOUND campaign: #7001 is not known in this ledger
        NOT_FOUND campaign: #7001 is not known in this ledger"#]],
    );
    check(
        &planned,
        &[reveal(SEED), pass(1), close()],
        expect![[r#"
        BAD_TRANSITION: campaign.reveal is not possible in state planned
        BAD_TRANSITION: campaign.check is not possible in state planned
        BAD_TRANSITION: campaign.close is not possible in state planned"#]],
    );
    check(
        &frozen,
        &[freeze(), pass(1), close()],
        expect![[r#"
        BAD_TRANSITION: campaign.freeze is not possible in state frozen
        BAD_TRANSITION: campaign.check is not possible in state frozen
        BAD_TRANSITION: campaign.close is not possible in state frozen"#]],
    );
    check(
        &drawn(),
        &[freeze(), reveal(SEED)],
        expect![[r#"
        BAD_TRANSITION: campaign.freeze is not possible in state drawn
        BAD_TRANSITION: campaign.reveal is not possible in state drawn"#]],
    );
}

#[test]
fn only_the_seed_that_was_committed_to_draws() {
    let frozen = and(&four(), [plan(), freeze()]);
    let wrong = Digest([8; 32]);
    check(
        &frozen,
        &[reveal(wrong), reveal(wrong).observed(), reveal(SEED)],
        expect![[r#"
            BAD_SAMPLE seed: it is not the seed that the plan committed to
            BAD_SAMPLE seed: it is not the seed that the plan committed to
            campaign.revealed"#]],
    );
    let items: Vec<_> = (1..=4).map(item).collect();
    let world = World::given(&drawn());
    let row = world.books.campaigns.get(campaign()).unwrap();
    let recorded: Vec<_> = row.sample.iter().map(|drawn| drawn.item).collect();
    let drawn = |nonce| sample(mixed(SEED, nonce), &items, 2);
    assert_eq!(recorded, drawn(Some(NONCE)), "as anybody draws it");
}

/// Whoever plans could try seeds before the plan until one draws kindly.
#[test]
fn the_lot_has_bytes_of_both_who_plans_and_who_freezes() {
    let with = |nonce| {
        let mut ask = freeze();
        if let Command::Campaign(CampaignCommand::Freeze(it)) = &mut ask.command {
            it.nonce = nonce;
        }
        ask
    };
    let planned = and(&four(), [plan()]);
    check(
        &planned,
        &[with(None), with(None).observed(), freeze()],
        expect![[r#"
            BAD_SAMPLE nonce:
              whoever freezes adds 32 random bytes, which are mixed with the seed
            BAD_SAMPLE nonce:
              whoever freezes adds 32 random bytes, which are mixed with the seed
            campaign.frozen"#]],
    );
    let samples: std::collections::HashSet<Vec<ItemId>> = (0..16)
        .map(|byte| {
            let asked = [with(Some(Digest([byte; 32]))), reveal(SEED)];
            let world = World::given(&and(&planned, asked));
            let row = world.books.campaigns.get(campaign()).unwrap();
            row.sample.iter().map(|drawn| drawn.item).collect()
        })
        .collect();
    assert!(
        samples.len() > 4,
        "one seed draws {} samples",
        samples.len()
    );
    // A record of before has none, and is drawn as it was.
    let mut world = World::given(&planned);
    for asked in [with(None), reveal(SEED)] {
        let context = world.context(&asked);
        let Command::Campaign(command) = asked.command else {
            unreachable!()
        };
        crate::apply(&mut world.books, &context, &command.into_event());
    }
    let row = world.books.campaigns.get(campaign()).unwrap();
    let recorded: Vec<_> = row.sample.iter().map(|drawn| drawn.item).collect();
    let items: Vec<_> = (1..=4).map(item).collect();
    assert_eq!(recorded, sample(SEED, &items, 2));
}

#[test]
fn only_what_was_drawn_is_checked_once_and_by_somebody_independent() {
    let (sample, rest) = lot();
    check(
        &drawn(),
        &[
            pass(9),
            pass(rest[0]),
            pass(rest[0]).observed(),
            pass(sample[0]).by(CLOSER),
            pass(sample[0]).by(VISITOR),
            pass(sample[0]),
            fail(sample[0]),
        ],
        expect![[r#"
            NOT_FOUND item: #6009 is not known in this ledger
            BAD_SAMPLE item: it is not in this campaign's sample
            BAD_SAMPLE item: it is not in this campaign's sample
            NOT_INDEPENDENT: the actor closed this item
            NOT_INDEPENDENT: the actor belongs to the responsible unit or one below it
            campaign.checked
            item.lookback_passed
            campaign.checked
            item.lookback_failed"#]],
    );
    let given = and(&drawn(), [pass(sample[0])]);
    check(
        &given,
        &[pass(sample[0]), fail(sample[0]), close()],
        expect![[r#"
        BAD_SAMPLE item: it has been checked in this campaign
        BAD_SAMPLE item: it has been checked in this campaign
        BAD_SAMPLE campaign: items of its sample have not been checked"#]],
    );
    let given = and(&given, [fail(sample[1])]);
    check(&given, &[close()], expect!["campaign.closed"]);
    let world = World::given(&given);
    let row = |number| world.books.items.get(item(number)).unwrap();
    assert_eq!(row(sample[0]).closings[0].lookbacks_passed, 1);
    assert_eq!(
        (row(sample[1]).state, row(sample[1]).reopen_count),
        (State::InProgress, 1)
    );
    let given = and(&given, [close()]);
    check(
        &given,
        &[close(), pass(sample[0])],
        expect![[r#"
        BAD_TRANSITION: campaign.close is not possible in state closed
        BAD_TRANSITION: campaign.check is not possible in state closed"#]],
    );
}

/// What a look back outside the campaign has reopened leaves no closing to look back at.
#[test]
fn an_item_reopened_by_other_means_does_not_hold_up_the_end() {
    let (sample, _) = lot();
    let reopen = ReasonedStep {
        item: item(sample[1]),
        reason: text(),
    };
    let reopen = ask(Command::Item(ItemCommand::FailLookback(reopen)));
    let given = and(
        &drawn(),
        [pass(sample[0]), reopen.by(LOOKER).on("2018-08-02")],
    );
    check(
        &given,
        &[pass(sample[1]), close()],
        expect![[r#"
        BAD_TRANSITION: item.pass_lookback is not possible in state in_progress
        campaign.closed"#]],
    );
}
