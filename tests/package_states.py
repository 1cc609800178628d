"""The states of projects and items in an evidence package, event by event.

Written from proto/README.md, "The sums and states of an answer", alone, with the words that stand
there for people.
"""

ON_THE_ROAD = (
    "declared town_reviewed in_library planned approved tendered awarded started in_progress completed "
    "accepted settled final_account handed_over in_care"
).split()
ENDED = ("terminated", "removed")

# Event: in which states it moves the project, and where to.
PROJECT = {
    "declared": ("", "declared"),
    "reviewed_in_town": ("declared", "town_reviewed"),
    "entered_library": ("town_reviewed", "in_library"),
    "year_planned": ("in_library planned", "planned"),
    "approved": ("in_library planned", "approved"),
    "tendered": ("approved tendered awarded", "tendered"),
    "awarded": ("tendered awarded", "awarded"),
    "started": ("approved awarded", "started"),
    "site_visited": ("started in_progress", "in_progress"),
    "completed": ("started in_progress", "completed"),
    "accepted": ("completed", "accepted"),
    "acceptance_failed": ("completed", "in_progress"),
    "settlement_audited": ("accepted", "settled"),
    "final_account_approved": ("settled", "final_account"),
    "handed_over": ("final_account handed_over", "handed_over"),
    "care_assigned": ("handed_over in_care", "in_care"),
    "suspended": ("approved tendered awarded started in_progress", "suspended"),
    "terminated": ("approved tendered awarded started in_progress suspended", "terminated"),
    "removed": ("declared town_reviewed in_library planned", "removed"),
}
# Where a visit of a site is possible and moves nothing.
VISITED = "suspended completed accepted settled final_account handed_over in_care".split()

OPEN = (
    "drafted issued acknowledged plan_submitted in_progress closure_requested verified long_term suspended"
)
IN_HAND = "drafted issued acknowledged plan_submitted in_progress long_term suspended"
REFUTABLE = "plan_submitted in_progress closure_requested long_term suspended"
ITEM = {
    "issued": ("drafted", "issued"),
    "acknowledged": ("issued", "acknowledged"),
    "plan_submitted": ("acknowledged", "plan_submitted"),
    "plan_returned": ("plan_submitted", "acknowledged"),
    "plan_approved": ("plan_submitted", "in_progress"),
    "closure_requested": ("in_progress", "closure_requested"),
    "returned_for_rework": ("closure_requested verified", "in_progress"),
    "verified": ("closure_requested", "verified"),
    "closed": ("verified", "closed"),
    "lookback_failed": ("closed", "in_progress"),
    "long_term_approved": ("in_progress", "long_term"),
    "long_term_reviewed": ("long_term", "closure_requested"),
    "suspended": ("in_progress long_term", "suspended"),
    "objection_upheld": ("issued acknowledged", "not_substantiated"),
    "merged": (OPEN, "merged"),
    "closed_not_implemented": (OPEN, "closed_not_implemented"),
    "closure_imported": ("drafted issued", "historically_closed"),
    "split": (IN_HAND, "split"),
    "refuted": (REFUTABLE, "not_substantiated"),
    "closure_request_withdrawn": ("closure_requested", "in_progress"),
    "discarded": ("drafted", "discarded"),
}

ZH = {
    "payment": dict(instructed="已指令", partly_settled="部分到账", settled="已到账", returned="已退票",
                    reissued="已补发"),
    "receipt": dict(received="收到", not_received="未收到", wrong_amount="金额不符",
                    collected_back="被收回"),
    "project": dict(declared="村申报", town_reviewed="乡镇初审", in_library="入库", planned="年度计划",
                    approved="立项", tendered="招标", awarded="中标", started="开工", in_progress="在建",
                    completed="竣工", accepted="验收", settled="结算审计", final_account="决算",
                    handed_over="移交", in_care="管护", suspended="暂停", terminated="终止", removed="出库"),
    "item": dict(drafted="拟制", issued="交办", acknowledged="签收认领", plan_submitted="方案报审",
                 in_progress="整改中", closure_requested="申请销号", verified="核验通过", closed="已销号",
                 long_term="持续整改", suspended="暂停", not_substantiated="不属实了结", merged="并案",
                 closed_not_implemented="未整改了结", historically_closed="历史销号", split="拆分",
                 discarded="已作废"),
}


def term(kind, word):
    return word and {"word": word, "zh": ZH[kind][word]}


class Project:
    def __init__(self):
        self.state = self.before = None
        self.planned, self.approved, self.account, self.taken_over = [], [], None, False

    def take(self, word, it):
        if word == "taken_over":
            self.taken_over = True
        if word in ("declared", "entered_library"):
            self.planned = it["planned"]
        if word == "approved":
            self.approved = it["budget"]
        if word == "final_account_approved":
            self.account = it
        if self.state is None:
            self.state = {"declared": "declared", "entered_library": "in_library"}.get(word)
            return
        if word == "resumed":
            if self.state == "suspended":
                self.state, self.before = self.before or self.state, None
            return
        # Returned in town, or a preliminary acceptance.
        if word == "reviewed_in_town" and it["result"] != 1 or word == "accepted" and it["level"] == 1:
            return
        if word not in PROJECT or word == "site_visited" and self.state in VISITED:
            return
        of, to = PROJECT[word]
        aside = to == "suspended" or to in ENDED
        if self.state not in of.split():
            # Observed out of turn: forward only, and never after the end.
            reached = self.before or self.state
            onward = aside or reached in ON_THE_ROAD and ON_THE_ROAD.index(to) > ON_THE_ROAD.index(reached)
            if not onward or self.state in ENDED or to == self.state:
                return
        if aside:
            self.before = self.before or self.state
        if self.state == "suspended" and not aside:
            self.before = to
        else:
            self.state = to


class Item:
    def __init__(self, draft):
        self.draft, self.state, self.back = draft, "drafted", None
        self.approvals = self.verifications = 0
        self.demanded = self.received = self.waived = self.non_tax = self.offset = 0
        self.divided = self.taken_over = False

    def take(self, word, it):
        before = self.state
        of, to = ITEM.get(word, ("", None))
        if before in of.split():
            # A plan needs two who approve, a closing two who verify.
            first = word == "plan_approved" and not self.approvals
            first = first or word == "verified" and not self.verifications
            self.state = before if first else to
        if word == "resumed" and before == "suspended":
            self.state = self.back
        if word == "suspended":
            self.back = before
        if word == "plan_approved":
            self.approvals += 1
        if word == "plan_returned":
            self.approvals = 0
        if word in ("closure_requested", "long_term_reviewed"):
            self.verifications = 0
        if word == "verified":
            self.verifications += 1
        if word == "recovery_demanded":
            self.demanded += it["amount_fen"]
        if word == "recovery_received":
            self.received += it["amount_fen"]
            self.non_tax += it["amount_fen"] if it["way"] == 1 else 0
            self.offset += it["amount_fen"] if it["way"] == 2 else 0
        if word == "recovery_waived":
            self.waived += it["amount_fen"]
