"""The amounts and states of an evidence package, computed again from its records.

Written from proto/README.md, "The sums and states of an answer", alone. `Unclear` is raised by records
that this does not follow; what the page gives no sum for is listed, and is not taken for checked.
"""
from package_compare import Bag, Rows, key_of
from package_records import Unclear, text
from package_states import ENDED, Item, Project, term

RESULTS = [None, "received", "not_received", "wrong_amount", "collected_back"]


# --- money ------------------------------------------------------------------------------------------


class Payment:
    def __init__(self, it):
        self.project, self.amount, self.kind = it["project"], it["amount_fen"], it["kind"]
        self.person = it["payee"]["subject"]
        self.organisation = it["payee"]["organisation"]
        self.sources = [(source["fund"], source["amount_fen"]) for source in it["sources"]]
        self.settled = self.returned = self.cancelled = self.recovered = 0
        self.reissued, self.receipt, self.returns = False, None, {}

    def net(self):
        return self.settled - self.returned - self.recovered

    def open(self):
        return max(self.amount - self.settled - self.cancelled, 0)

    def state(self):
        if self.reissued:
            return "reissued"
        if self.settled <= self.returned and self.returned + self.cancelled >= self.amount:
            return "returned"
        if self.settled == 0:
            return "instructed"
        return "partly_settled" if self.open() > 0 else "settled"

    def bears(self, amount):
        """What each source bears of an amount: the first first, the last whatever is left."""
        bearing = [at for at, (_, share) in enumerate(self.sources) if share > 0]
        shares = []
        for at, (_, most) in enumerate(self.sources):
            share = amount if bearing and at == bearing[-1] else min(amount, most)
            shares.append(share)
            amount -= share
        return shares

    def open_by_source(self):
        open_ = [most - share for (_, most), share in zip(self.sources, self.bears(self.settled))]
        rest = self.cancelled
        for at in reversed(range(len(open_))):
            share = min(rest, self.sources[at][1])
            rest -= share
            open_[at] = max(open_[at] - share, 0)
        return open_

    def benefit(self):
        """Confirmed, disputed: what a person says of the whole."""
        net, (result, amount) = self.net(), self.receipt or ("", 0)
        if result == "received":
            return min(amount, net), 0
        if result == "wrong_amount":
            confirmed = min(amount, net)
            return confirmed, net - confirmed
        return 0, net if result else 0

    def shares(self):
        """Source by source, what it bears of everything; one source bears the whole."""
        if len(self.sources) == 1:
            columns = [[it] for it in (self.amount, self.open(), self.settled, self.returned, self.recovered)]
        else:
            back = zip(self.bears(self.returned + self.recovered), self.bears(self.returned))
            columns = [self.bears(self.amount), self.open_by_source(), self.bears(self.settled),
                       self.bears(self.returned), [both - returned for both, returned in back]]
        confirmed, disputed = self.benefit()
        for (fund, _), amount, open_, settled, returned, recovered in zip(self.sources, *columns):
            net = settled - returned - recovered
            yes = confirmed if len(self.sources) == 1 else min(confirmed, net)
            no = disputed if len(self.sources) == 1 else min(disputed, net - yes)
            confirmed, disputed = confirmed - yes, disputed - no
            yield {"fund": fund, "amount_fen": amount, "open_fen": open_, "settled_fen": settled,
                   "returned_fen": returned, "recovered_fen": recovered, "net": net,
                   "benefit": said(yes, no, net) if self.person else None}

    def line(self, fund=None):
        """A `PaymentLine`: in whole, or as far as one batch bears it."""
        if fund is None or len(self.sources) == 1:
            net = self.net()
            line = {"amount_fen": self.amount, "open_fen": self.open(), "settled_fen": self.settled,
                    "returned_fen": self.returned, "recovered_fen": self.recovered,
                    "benefit": said(*self.benefit(), net) if self.person else None}
        else:
            parts = [share for share in self.shares() if share["fund"] == fund]
            line = {name: sum(part[name] for part in parts)
                    for name in ("amount_fen", "open_fen", "settled_fen", "returned_fen", "recovered_fen")}
            line["benefit"] = parts[0]["benefit"]
        line["state"] = term("payment", self.state())
        line["receipt"] = self.receipt and {
            "result": term("receipt", self.receipt[0]), "amount_fen": self.receipt[1]}
        return line


def said(confirmed, disputed, net):
    return {"confirmed_fen": confirmed, "disputed_fen": disputed, "settled_net_fen": net,
            "unconfirmed_fen": net - confirmed - disputed}


class Node:
    def __init__(self):
        self.granted = self.passed_on = self.own_budget = 0
        self.granted_by = {}

    def left(self):
        return self.granted - self.passed_on - self.own_budget


class Books:
    """What the records come to."""

    def __init__(self, reader, events):
        self.reader, self.seq = reader, 0
        self.funds, self.nodes, self.budgets, self.payments = {}, {}, {}, {}
        self.projects, self.items, self.units, self.carried = {}, {}, set(), []
        for seq, (noun, word, it) in events:
            self.seq, take = seq, getattr(self, "take_" + noun, None)
            if take:
                take(word, it)

    def take_organisation(self, word, it):
        if word == "registered":
            self.units.add(it["organisation"])

    def take_record(self, word, it):
        """What was reversed is taken back; what was corrected is a text."""
        if word != "reversed":
            return
        noun, word, said_ = self.reader.event(it["original"])
        less = dict(said_)
        for name in ("amount_fen", "delta_fen"):
            if name in less:
                less[name] = -less[name]
        if noun == "fund" and word in ("received", "adjusted", "allocated", "reclaimed"):
            self.take_fund(word, less)
        elif noun == "fund" and word == "carried_over":
            self.carried.remove((said_["fund"], said_["holder"], said_["to_year"], said_["amount_fen"]))
        elif noun == "payment" and word == "returned" and said_["payment"] in self.payments:
            payment = self.payments[said_["payment"]]
            of_settled, of_open = payment.returns.pop(it["seq"])
            payment.returned -= of_settled
            payment.cancelled -= of_open
        elif noun == "payment" and word != "returned":
            self.take_payment(word, less)
        elif noun == "item" and word.startswith("recovery_"):
            self.take_item(word, less)
        elif noun in ("fund", "payment", "project", "item", "receipt"):
            raise Unclear("%s.%s was reversed" % (noun, word))

    def node(self, fund, unit):
        return self.nodes.setdefault((fund, unit), Node())

    def budget(self, fund, project):
        return self.budgets.setdefault((fund, project), Node())

    def shift(self, fund, unit, holder, amount):
        giver = self.node(fund, unit)
        if holder["project"]:
            giver.own_budget += amount
            taker = self.budget(fund, holder["project"])
        else:
            giver.passed_on += amount
            taker = self.node(fund, holder["organisation"])
        taker.granted += amount
        taker.granted_by[unit] = taker.granted_by.get(unit, 0) + amount

    def take_fund(self, word, it):
        if word == "taken_over":
            raise Unclear("a batch was taken over from before the book")
        if word == "announced":
            self.funds[it["fund"]] = {"said": it, "received": 0, "reclaimed": 0}
            return
        fund = it["fund"]
        row = self.funds.get(fund)
        if row is None:
            raise Unclear("a batch is not announced")
        receiver = row["said"]["receiver"]
        if word in ("received", "adjusted"):
            amount = it["amount_fen"] if word == "received" else it["delta_fen"]
            row["received"] += amount
            self.node(fund, receiver).granted += amount
        elif word == "allocated":
            self.shift(fund, it["from"], it["to"], it["amount_fen"])
        elif word == "reclaimed" and it["to"]:
            self.shift(fund, it["to"], it["from"], -it["amount_fen"])
        elif word == "reclaimed" and it["from"]["organisation"]:
            row["reclaimed"] += it["amount_fen"]
            self.node(fund, it["from"]["organisation"]).granted -= it["amount_fen"]
        elif word == "carried_over":
            self.node(fund, it["holder"])
            self.carried.append((fund, it["holder"], it["to_year"], it["amount_fen"]))

    def take_payment(self, word, it):
        if word == "instructed":
            self.payments[it["payment"]] = Payment(it)
            for source in it["sources"]:
                self.budget(source["fund"], it["project"])
            return
        if word == "reclassified":
            raise Unclear("the cost of a payment was moved to another batch")
        if word == "reissued":
            if it["of"] in self.payments:
                self.payments[it["of"]].reissued = True
            return
        payment = self.payments.get(it["payment"])
        if payment is None:
            return
        if word == "settled":
            payment.settled += it["amount_fen"]
        elif word == "returned":
            of_settled = min(it["amount_fen"], max(payment.net(), 0))
            payment.returned += of_settled
            payment.cancelled += it["amount_fen"] - of_settled
            payment.returns[self.seq] = (of_settled, it["amount_fen"] - of_settled)
        elif word in ("recovery_received", "recovery_offset"):
            payment.recovered += it["amount_fen"]

    def take_receipt(self, word, it):
        if it["payment"] in self.payments:
            self.payments[it["payment"]].receipt = (RESULTS[it["result"]], it["amount_fen"])

    def take_project(self, word, it):
        which = it["entry"]["project"] if word == "taken_over" else it["project"]
        self.projects.setdefault(which, Project()).take(word, it)

    def take_item(self, word, it):
        which = it["draft"]["item"] if word == "taken_over" else it["item"]
        if word in ("drafted", "taken_over"):
            self.items[which] = Item(it if word == "drafted" else it["draft"])
            self.items[which].taken_over = word == "taken_over"
        elif which in self.items:
            self.items[which].take(word, it)
        for other in [which] + (it.get("into", []) if word == "split" else [it.get("into")]):
            if word in ("merged", "split") and other in self.items:
                self.items[other].divided = True

    # --- sums -------------------------------------------------------------------------------------

    def spending(self, fund, project):
        made = dict.fromkeys(("committed_unpaid_fen", "settled_fen", "returned_fen", "recovered_fen"), 0)
        for payment in self.payments.values():
            if payment.project == project:
                for share in payment.shares():
                    if share["fund"] == fund:
                        made["committed_unpaid_fen"] += share["open_fen"]
                        for name in ("settled_fen", "returned_fen", "recovered_fen"):
                            made[name] += share[name]
        made["granted_fen"] = self.budgets[fund, project].granted
        made["paid_net_fen"] = made["settled_fen"] - made["returned_fen"] - made["recovered_fen"]
        made["available_fen"] = made["granted_fen"] - made["committed_unpaid_fen"] - made["paid_net_fen"]
        return made

    def shares_of(self, fund):
        for payment in self.payments.values():
            for share in payment.shares():
                if share["fund"] == fund:
                    yield payment, share


def total(rows):
    names = ("granted_fen", "committed_unpaid_fen", "settled_fen", "returned_fen", "recovered_fen",
             "paid_net_fen", "available_fen")
    return {name: sum(row[name] for row in rows) for name in names}


def grants(node):
    rows = {text(unit): {"amount_fen": amount} for unit, amount in node.granted_by.items()}
    return Rows(key_of("unit", "organisation"), rows)


def of_fund(books, id_):
    """A batch: what `fund` and `trace` have in common, and each by itself."""
    row = books.funds.get(id_)
    if row is None:
        raise Unclear("the batch is not announced")
    nodes = {unit: node for (fund, unit), node in books.nodes.items() if fund == id_}
    budgets = {project: node for (fund, project), node in books.budgets.items() if fund == id_}
    spent = {project: books.spending(id_, project) for project in budgets}
    shares = list(books.shares_of(id_))
    top = nodes.get(row["said"]["receiver"], Node())
    whole, received, reclaimed = total(spent.values()), row["received"], row["reclaimed"]
    benefit = dict.fromkeys(("confirmed_fen", "unconfirmed_fen", "disputed_fen", "settled_net_fen"), 0)
    open_ = fees_open = known = unknown = 0
    fees = {7: 0, 8: 0}
    for payment, share in shares:
        open_ += share["open_fen"]
        if payment.kind in fees:
            fees[payment.kind] += share["net"]
            fees_open += share["open_fen"]
        if share["benefit"]:
            for name in benefit:
                benefit[name] += share["benefit"][name]
        elif payment.organisation in books.units:
            known += share["net"]
        else:
            unknown += share["net"]
    left = sum(node.left() for node in nodes.values())
    lines = {text(which): payment.line(id_) for which, payment in books.payments.items()
             if any(fund == id_ for fund, _ in payment.sources)}
    common = {"announced_fen": row["said"]["amount_fen"], "received_fen": received}

    explained = {"reclaimed_fen": reclaimed, "paid_to_organisations_fen": known,
                 "paid_and_confirmed_fen": benefit["confirmed_fen"]}
    explained["total_fen"] = sum(explained.values())
    unexplained = {"at_units_fen": left, "in_budgets_fen": whole["available_fen"], "instructed_fen": open_,
                   "paid_to_unknown_fen": unknown, "paid_unconfirmed_fen": benefit["unconfirmed_fen"],
                   "paid_disputed_fen": benefit["disputed_fen"]}
    unexplained["total_fen"] = sum(unexplained.values())

    def unit_row(node):
        return {"granted_fen": node.granted, "passed_on_fen": node.passed_on,
                "own_budget_fen": node.own_budget, "unallocated_fen": node.left()}

    depths, level = {row["said"]["receiver"]: 0}, [row["said"]["receiver"]]
    while level:
        below = [unit for unit, node in nodes.items()
                 if unit not in depths and any(by in node.granted_by for by in level)]
        depths.update((unit, depths[level[0]] + 1) for unit in below)
        level = below
    trace = dict(common, payments={"entries": Rows(key_of("payment"), lines), "total": len(lines)})
    trace["units"] = Rows(key_of("unit", "organisation"), {
        text(unit): dict(unit_row(node), depth=depths.get(unit), granted_by=grants(node))
        for unit, node in nodes.items()})
    trace["budgets"] = Rows(key_of("project", "project"), {
        text(project): dict(spent[project], granted_by=grants(node)) for project, node in budgets.items()})
    trace.update(explained=explained, unexplained=unexplained)
    trace["adds_up"] = explained["total_fen"] + unexplained["total_fen"] == received

    fund = dict(common, reclaimed_from_top_fen=reclaimed, totals=whole, benefit=benefit)
    allocated = top.passed_on + top.own_budget - sum(top.granted_by.values())
    rests = [node.left() for node in nodes.values()]
    for project, row_ in spent.items():
        known_project = books.projects.get(project) or Project()
        if known_project.taken_over:
            raise Unclear("a project was taken over from before the book")
        if known_project.account or known_project.state in ENDED:
            rests.append(row_["available_fen"])
    fund.update(allocated_fen=allocated, unallocated_fen=top.left(),
                reclaimable_fen=sum(max(rest, 0) for rest in rests))
    fund["nodes"] = Rows(key_of("unit", "organisation"), {
        text(unit): unit_row(node) for unit, node in nodes.items()})
    fund["budgets"] = Rows(key_of("project", "project"), {
        text(project): row_ for project, row_ in spent.items()})
    fund["carried"] = Bag({"holder": {"organisation": text(unit)}, "to_year": year, "amount_fen": amount}
                          for which, unit, year, amount in books.carried if which == id_)
    fund["fees"] = {"management_fen": fees[7], "preliminary_fen": fees[8], "paid_fen": fees[7] + fees[8],
                    "of_fen": received - reclaimed, "open_fen": fees_open}
    granted = sum(node.granted for node in budgets.values())
    taken = sum(sum(node.granted_by.values()) for node in list(nodes.values()) + list(budgets.values()))
    said_ = sum(benefit[name] for name in ("confirmed_fen", "unconfirmed_fen", "disputed_fen"))
    net = open_ + sum(share["net"] for _, share in shares)
    sides = {1: (received, allocated + reclaimed + top.left()),
             2: (sum(node.granted for node in nodes.values()), taken + left),
             3: (granted, net + whole["available_fen"]),
             5: (said_, benefit["settled_net_fen"])}
    fund["equations"] = Rows(key_of("number"), {
        number: {"left_fen": one, "right_fen": other, "holds": one == other}
        for number, (one, other) in sides.items()})
    holders = left + granted + reclaimed
    fund["holders_sum_fen"] = holders
    fund["balanced"] = holders == received and all(one == other for one, other in sides.values())
    return fund, trace, lines


def of_project(books, id_):
    project = books.projects.get(id_)
    if project is None or project.taken_over:
        raise Unclear("the project was taken over from before the book")
    made = {"state": term("project", project.state), "state_before": term("project", project.before)}
    for name, rows in (("planned", project.planned), ("approved", project.approved)):
        made[name] = [{"amount_fen": row["amount_fen"]} for row in rows]
        made[name + "_fen"] = sum(row["amount_fen"] for row in rows)
    spent = {fund: books.spending(fund, which) for fund, which in books.budgets if which == id_}
    rows = {text(fund): row for fund, row in spent.items()}
    made["budgets"] = Rows(key_of("fund", "fund"), rows)
    made["totals"] = whole = total(spent.values())
    account = project.account
    made["surplus"] = account and {
        "allocated_fen": whole["granted_fen"], "cost_fen": account["cost_fen"],
        "surplus_fen": whole["granted_fen"] - account["cost_fen"], "stated_fen": account["surplus_fen"],
        "available_fen": whole["available_fen"]}
    lines = {text(which): payment.line() for which, payment in books.payments.items()
             if payment.project == id_}
    return made, lines


def of_item(books, id_):
    item = books.items.get(id_)
    if item is None or item.taken_over:
        raise Unclear("the item was taken over from before the book")
    made = {"state": term("item", item.state)}
    made["amount_involved_fen"] = item.draft["amount_involved_fen"] or None
    if item.divided:
        raise Unclear("the item was merged or split")
    required = max(item.draft["recovery_required_fen"], item.demanded)
    if not required and not item.received and not item.waived:
        made["recovery"] = None
        return made
    # What a bank line is matched with is no part of it.
    made["recovery"] = recovery = {
        "required_fen": required, "demanded_fen": item.demanded, "received_fen": item.received,
        "non_tax_fen": item.non_tax, "offset_fen": item.offset, "waived_fen": item.waived,
        "moved_in_fen": 0, "moved_out_fen": 0}
    settled = item.received + item.waived
    asks = item.state not in ("not_substantiated", "discarded", "historically_closed")
    recovery["open_fen"] = max(required - settled, 0) if asks else 0
    recovery["surplus_fen"] = max(settled - required, 0)
    return made


def make(kind, asked, told, reader):
    """What an answer to a question must state, as far as the page defines it."""
    books = Books(reader, [(it.seq, (it.noun, it.word, it.said)) for it in told])
    if kind in ("fund", "trace"):
        fund, trace, lines = of_fund(books, asked)
        if kind == "trace":
            return {"trace": trace}
        return {"fund": fund, "payments": Rows(key_of("payment"), lines)}
    if kind == "payment":
        payment = books.payments.get(asked)
        if payment is None:
            raise Unclear("the payment is not instructed")
        names = ("amount_fen", "settled_fen", "returned_fen")
        sources = [{"fund": {"fund": text(share["fund"])}, **{name: share[name] for name in names}}
                   for share in payment.shares()]
        return {"payment": payment.line(), "sources": sources}
    if kind == "project":
        project, lines = of_project(books, asked)
        return {"project": project, "payments": Rows(key_of("payment"), lines)}
    return {"item": of_item(books, asked)}
