"""On whose records the answer of an evidence package rests, and whom they name beside.

Written from proto/README.md, "The subjects of an answer", alone: both lists of the manifest are made
again from the records, so that nobody can leave out a subject together with its records and its seal.
"""
import uuid

from package_log import Refused, need
from package_records import text


class Links:
    """Which thing leads to which, by the records of the package in their order."""

    def __init__(self, told):
        self.founded = set()
        self.budgets, self.borne = {}, {}
        self.pays_again, self.paid_again_by = {}, {}
        self.payments, self.milestones, self.contracts = {}, {}, {}
        self.claims, self.contributions, self.parts, self.evidence = {}, {}, {}, {}
        # Items that a record ties together.
        self.together = []
        for it in told:
            take = getattr(self, "take_" + it.noun, None)
            if take:
                take(it.word, it.said)

    def budget(self, fund, holder):
        if holder and holder["project"]:
            self.budgets.setdefault(fund, {})[holder["project"]] = True

    def bear(self, fund, payment):
        """The batch bears the payment, out of a budget of the payment's project."""
        self.budget(fund, {"project": self.payments[payment]})
        self.borne.setdefault(fund, {})[payment] = True

    def take_fund(self, word, it):
        if word == "announced":
            self.founded.add(("fund", it["fund"]))
        elif word == "taken_over":
            fund = it["announcement"]["fund"]
            self.founded.add(("fund", fund))
            for line in it["lines"]:
                self.budget(fund, line["to"])
            for spent in it["spent"]:
                self.budget(fund, spent)
        elif word == "allocated":
            self.budget(it["fund"], it["to"])
        elif word == "reclaimed" and it["to"]:
            self.budget(it["fund"], it["from"])

    def take_project(self, word, it):
        if word in ("declared", "entered_library"):
            self.founded.add(("project", it["project"]))
        elif word == "taken_over":
            self.founded.add(("project", it["entry"]["project"]))

    def take_payment(self, word, it):
        if word == "instructed":
            self.payments.setdefault(it["payment"], it["project"])
            self.founded.add(("payment", it["payment"]))
            for source in it["sources"]:
                self.bear(source["fund"], it["payment"])
        elif word == "reclassified" and it["payment"] in self.payments:
            # The batch that bore it before keeps it.
            self.bear(it["to"], it["payment"])
        elif word == "reissued":
            if it["of"] in self.payments:
                self.paid_again_by[it["of"]] = it["payment"]
            if it["payment"] in self.payments:
                self.pays_again[it["payment"]] = it["of"]

    def take_milestone(self, word, it):
        if word == "defined":
            self.milestones.setdefault(it["milestone"], it["project"])

    def take_contract(self, word, it):
        signing = it["signing"] if word == "taken_over" else it
        if word in ("signed", "taken_over"):
            self.contracts[signing["contract"]] = signing["project"]

    def take_claim(self, word, it):
        submission = it["submission"] if word == "taken_over" else it
        if word in ("submitted", "taken_over"):
            self.claims[submission["claim"]] = submission["project"]

    def take_contribution(self, word, it):
        if word == "pledged":
            self.contributions[it["contribution"]] = it["project"]

    def take_item(self, word, it):
        draft = it["draft"] if word == "taken_over" else it
        if word in ("drafted", "taken_over"):
            self.founded.add(("item", draft["item"]))
            if ("item", draft["parent"]) in self.founded:
                self.parts.setdefault(draft["parent"], []).append(draft["item"])
        elif word == "merged":
            self.together.append({it["item"], it["into"]})
        elif word == "split":
            self.together.append({it["item"], *it["into"]})
        elif word == "overlap_linked":
            self.together.append({it["item"], it["with"]})

    def related(self, items):
        """These items with those that are tied to them, and so on."""
        groups, all_, waiting = {}, set(items), list(items)
        for group in self.together:
            for one in group:
                groups.setdefault(one, []).append(group)
        while waiting:
            for group in groups.pop(waiting.pop(), ()):
                waiting += group - all_
                all_ |= group
        return all_

    def take_evidence(self, word, it):
        if word == "added":
            self.evidence.setdefault(it["subject"], []).append(it["evidence"])

    def chain(self, payment):
        """A payment with those that paid it again, both ways."""
        waiting, known = [payment], set()
        while waiting:
            payment = waiting.pop()
            if payment not in known:
                known.add(payment)
                beside = (self.pays_again.get(payment), self.paid_again_by.get(payment))
                waiting += [one for one in beside if one]
        return known

    def needed(self, kind, asked):
        """Kind and identifier of everything on which the answer rests."""
        if kind in ("fund", "trace"):
            all_ = {("fund", asked)} | {("project", one) for one in self.budgets.get(asked, ())}
            all_ |= {("payment", one) for one in self.borne.get(asked, ())}
        elif kind == "payment":
            all_ = {("payment", one) for one in self.chain(asked)}
        elif kind == "project":
            all_ = {("project", asked)}
            for part in ("milestone", "contract", "claim", "contribution", "payment"):
                rows = getattr(self, part + "s").items()
                all_ |= {(part, one) for one, project in rows if project == asked}
        else:
            items = {asked, *self.parts.get(asked, ())}
            all_ = {("item", one) for one in self.related(items)}
        # What takes evidence back names the evidence alone.
        about = [one for _, subject in all_ for one in self.evidence.get(subject, ())]
        return all_ | {("evidence", one) for one in about}


def check_subjects(manifest, told):
    """The subjects of the manifest are those of the answer, each once and no other."""
    kind = manifest["question"]["kind"]
    asked = uuid.UUID(manifest["question"]["id"]).bytes
    links = Links(told)
    founded = ("fund" if kind == "trace" else kind, asked)
    need(founded in links.founded, "the records do not have the %s that was asked about" % founded[0])
    needed = links.needed(kind, asked)
    listed = [(it["kind"], uuid.UUID(it["subject"]).bytes) for it in manifest["subjects"]]
    for what, id_ in sorted(needed - set(listed)):
        raise Refused("subjects: the answer rests on %s %s, which is not among them" % (what, text(id_)))
    for what, id_ in sorted(set(listed) - needed):
        raise Refused("subjects: the answer does not rest on %s %s" % (what, text(id_)))
    need(len(listed) == len(needed), "subjects: one stands there twice")


def check_files_and_proofs(files, told, through, seal):
    """No file that no record names, and no proof but of what is here: it would look proved."""
    named = {value.hex() for it in told for value in hashes(it.event)}
    positions = {it.position for it in told} | {through, seal}
    for name in files:
        if name.startswith("files/"):
            need(name[6:] in named, name + " belongs to no record in the package")
        if name.startswith("proofs/"):
            position = name[len("proofs/"):-len(".tlog-proof")]
            need(position in {str(it) for it in positions}, name + " belongs to no record in the package")


def hashes(value):
    """What stands in the fields `sha256` of an event."""
    if isinstance(value, list):
        for one in value:
            yield from hashes(one)
    elif isinstance(value, dict):
        for key, one in value.items():
            if key == "sha256" and isinstance(one, bytes):
                yield one
            else:
                yield from hashes(one)


def unknown_payees(manifest, told):
    """Payees of the subjects' payments whose registration is not here: nobody can tell whether there is one."""
    subjects = {uuid.UUID(it["subject"]).bytes for it in manifest["subjects"]}
    known, payees = set(), set()
    for it in told:
        if it.word == "registered" and it.noun in ("organisation", "subject"):
            known.add(it.said["organisation" if it.noun == "organisation" else "person"])
        elif (it.noun, it.word) == ("payment", "instructed") and it.said["payment"] in subjects:
            payee = it.said["payee"]
            payees.add(payee["organisation"] or payee["subject"])
    return sorted(text(id_) for id_ in payees - known)


def named_by(told):
    """Whom a record names, its actor's and signatories' organisations included."""
    acting = [told.event["actor"] or {"organisation": b""}] + told.event["signatories"]
    organisations = {one["organisation"] for one in acting}
    need(all(len(one) == 16 for one in organisations), "record %d: who acted" % told.position)
    return told.names | organisations


def check_not_included(manifest, told):
    """Whom the records of the subjects name without a record that is mainly about them being here."""
    subjects = {uuid.UUID(it["subject"]).bytes for it in manifest["subjects"]}
    named = set()
    for it in told:
        if it.names & subjects:
            named |= named_by(it)
    named -= subjects | {it.main for it in told}
    made, stated = [text(id_) for id_ in sorted(named)], manifest["not_included"]
    for id_ in made:
        need(id_ in stated, "not_included: records name %s, which is not among them" % id_)
    for id_ in stated:
        need(id_ in made, "not_included: %s is named by no record, or has one here" % id_)
    need(made == stated, "not_included: they do not stand in their order, each once")
