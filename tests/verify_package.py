#!/usr/bin/env python3
"""Verifies an evidence package with nothing of fundtrace's own code.

    verify_package.py PACKAGE.zip --key VKEY [--replaying VKEY]
    verify_package.py RECEIPTS.json --key VKEY

Written from proto/README.md alone, to show that it is enough. It needs Python 3.9, the package
blake3, the files package_*.py beside it, and the folder proto/ beside this one for the schema and the
table of subjects. It checks the zip, the hashes, every record and its proof, the signature of the
checkpoint, the chain, that no subject is left out and no record of a sealed subject is missing, the
field keys, and the amounts, states and names of the answer, by the sums of that page. It does not make
the two HTML pages again: that is what `fundtrace verify` does. Of signed receipts it checks all that
there is.

Exit code 0: it holds. 1: refused, with the reason in one line. 2: an amount or a state is stated that
was not added up, no text was compared, or the pages are of another version. 3: a subject is not proven
complete. Anything else: it could not run.
"""
import argparse
import hashlib
import json
import pathlib
import sys
import uuid

from package_compare import compare
from package_figures import make
from package_files import check_files, read_json, read_keys, read_manifest, read_seals, unzip
from package_keys import check_keys
from package_log import (WITNESS, Refused, base64_of, check_proof, check_receipt, checkpoint_of, decimal,
                         derive, leaf_hash, leaf_of, need, read_key, replayed_by, root_of)
from package_records import Reader, Record, Unclear, tell
from package_subjects import (check_files_and_proofs, check_not_included, check_subjects,
                              unknown_payees)
from package_texts import check_texts

# The version of the pages, and the SHA-256 of the README.txt that belongs to it.
PAGES = 3
README = "cb39de20f0e4f5fe5eb1cc2193cf0058b51789ffffcd78834beb0043e612b818"
# The parts of an answer to each kind of question.
PARTS = {"fund": ("fund", "payments"), "trace": ("trace",), "payment": ("payment", "sources"),
         "project": ("project", "payments", "contracts", "claims"), "item": ("item",)}


def check_chain(records, ledger):
    last = None
    for record in records:
        seq, parent = 0, derive("fundtrace v1 ledger", ledger.bytes)
        if last:
            need(last.position < record.position and last.seq < record.seq, "records out of order")
            need(last.recorded_at <= record.recorded_at, "a record is older than the one before")
            seq, parent = last.seq, last.hash
        if record.seq == seq + 1:
            need(record.parent == parent, "seq %d does not follow the record before" % record.seq)
        last = record


class Seal:
    """What `log.subjects_sealed` says, and where the package's subjects stand under it."""

    def __init__(self, record, seals, reader):
        noun, word, said = reader.event(record.body)
        need((noun, word) == ("log", "subjects_sealed"), "the record of the seal is not one")
        self.root, self.count, self.through = said["root"], said["count"], said["through_position"]
        # It counts what stands before it, or else it could not have been computed.
        need(self.through < record.position, "the seal at position %d says that it counts through "
             "position %d, which is not before it" % (record.position, self.through))
        self.subjects = seals["subjects"]

    def check(self, told, listed, ledger):
        """The subjects that it shows to be complete; a difference is a refusal."""
        complete = set()
        for entry in self.subjects:
            subject = uuid.UUID(entry["subject"])
            need(subject in listed, "a seal is for another subject")
            need(subject not in complete, "seals.json: %s stands there twice" % subject)
            self.check_subject(entry, subject, told, ledger)
            complete.add(subject)
        return complete

    def check_subject(self, entry, subject, told, ledger):
        number, made = 0, derive("fundtrace v1 subject", ledger.bytes + subject.bytes)
        for it in told:
            if it.position <= self.through and subject.bytes in it.names:
                number, made = number + 1, derive("fundtrace v1 subject", made + it.hash)
        same = (number, made.hex()) == (entry["records"], entry["hash"])
        need(same, "the records of %s are not those that were sealed" % subject)
        leaf = "fundtrace-subject/v1\n%s\n%s\n%d\n%s\n" % (ledger, subject, number, made.hex())
        path = [base64_of(it) for it in entry["path"]]
        found = root_of(leaf_hash(leaf.encode()), entry["index"], self.count, path)
        need(found == self.root, "%s is not under the sealed root" % subject)


def check_figures(answer, told, kind, asked, reader, whole):
    """Computes the answer again; what of it is stated and not computed, in words, and which numbers
    and yes-or-noes this page knows nothing of. All that it computes must be stated where the answer is
    of the version that is known here."""
    for part in PARTS[kind]:
        need(part in answer, "the answer states no " + part)
    for part in answer:
        need(part in PARTS[kind], "%s is no part of an answer to this question" % part[:60])
    try:
        made = make(kind, asked.bytes, told, reader)
        open_, beside = compare(answer, made, whole)
        return ["no sum is defined for " + path for path in open_], beside
    except Unclear as unclear:
        return [str(unclear)], []


class Package:
    """A package, checked step by step."""

    def __init__(self, data, vkey, replaying):
        self.files = unzip(data)
        self.manifest = read_manifest(self.files)
        check_files(self.files, self.manifest)
        need("checkpoint" in self.files, "checkpoint is missing")
        self.note = self.files["checkpoint"].decode()
        self.key = read_key(vkey)
        self.size, self.root = checkpoint_of(self.note, self.key)
        need(self.manifest["log"]["origin"] == self.key[0], "the manifest names another log")
        need(read_key(self.manifest["log"]["key"]) == self.key, "the manifest names another key")
        self.replaying = replayed_by(self.note, [read_key(vkey, WITNESS) for vkey in replaying])
        self.ledger = uuid.UUID(self.manifest["ledger"])
        self.kind = self.manifest["question"]["kind"]
        self.asked = uuid.UUID(self.manifest["question"]["id"])
        self.listed = [uuid.UUID(it["subject"]) for it in self.manifest["subjects"]]
        self.seals = read_seals(self.files) if "seals.json" in self.files else None
        self.own, self.sealing = self.proved_records()
        self.reader = Reader()

    def prove(self, position, leaf):
        check_proof(self.files, position, leaf, self.note, self.size, self.root)

    def proved_records(self):
        """The ledger's records, chained, and the seal's own."""
        own, sealing = [], None
        for name, data in self.files.items():
            if name.startswith("records/"):
                record = Record(decimal(name[8:-4]), data)
                self.prove(record.position, record.leaf())
                if record.ledger == self.ledger:
                    own.append(record)
                else:
                    of_seal = self.seals and record.position == self.seals["position"]
                    need(of_seal, "a record is of another ledger")
                    sealing = record
        need(sealing or not self.seals, "the record of the seal is missing")
        own.sort(key=lambda record: record.seq)
        check_chain(own, self.ledger)
        through = self.manifest["through"]
        self.prove(through["position"], leaf_of(self.ledger, through["seq"], through["hash"]))
        need(not own or own[-1].seq <= through["seq"], "a record is beyond the answer's last")
        return own, sealing

    def check(self):
        """What the records say: keys, subjects, seals, figures, texts."""
        told = tell(self.own, self.reader)
        keys = read_keys(self.files) if "keys.json" in self.files else {}
        self.opened = check_keys(keys, told, self.reader.types)
        check_subjects(self.manifest, told)
        check_not_included(self.manifest, told)
        check_files_and_proofs(self.files, told, self.manifest["through"]["position"],
                               self.seals and self.seals["position"])
        self.unknown = unknown_payees(self.manifest, told)
        self.seal = self.sealing and Seal(self.sealing, self.seals, self.reader)
        self.complete = self.seal.check(told, self.listed, self.ledger) if self.seal else set()
        answer = read_json(self.files, "answer.json")
        whole = self.manifest["pages"] == PAGES
        self.unclear, self.not_looked_at = check_figures(answer, told, self.kind, self.asked, self.reader,
                                                         whole)
        self.texts = check_texts(answer, told, self.reader)
        if self.manifest["pages"] == PAGES:
            made = hashlib.sha256(self.files.get("README.txt", b"")).hexdigest()
            need(made == README, "README.txt is not the text that every package with these pages has")

    def ends_early(self):
        """The seal counts no further than before the answer's last record."""
        return self.seal is not None and self.seal.through < self.manifest["through"]["position"]

    def verdict(self):
        """The worst that there is to say is said first, and by the exit code."""
        if self.manifest["pages"] != PAGES:
            return "pages not compared", 2
        if self.unclear:
            return "not added up", 2
        if self.texts.unchecked and not self.texts.compared:
            return "texts not compared", 2
        if self.ends_early() or self.unknown or any(
                subject not in self.complete for subject in self.listed):
            return "not proven complete", 3
        return "holds", 0

    def lines(self):
        yield "%s: %s %s, %d records, log %s, checkpoint of %d records" % (
            self.verdict()[0], self.kind, self.asked, len(self.own), self.key[0], self.size)
        for subject in self.listed:
            yield "  %s: %s" % (subject, self.shown(subject))
        if self.ends_early():
            yield ("  the seal counts through position %d, the answer through position %d: records between "
                   "may have been left out" % (self.seal.through, self.manifest["through"]["position"]))
        for payee in self.unknown:
            yield ("  the registration of the payee %s is not here and may have been left out: what is "
                   "explained and what is not would be others" % payee)
        for why in self.unclear[:20]:
            yield "  not added up: " + why
        if len(self.unclear) > 20:
            yield "  and %d more" % (len(self.unclear) - 20)
        yield "  texts: %d compared, %d stand in some record" % (self.texts.compared, self.texts.found)
        if self.not_looked_at:
            yield "  numbers not checked: " + ", ".join(self.not_looked_at)
        if self.texts.unchecked:
            yield "  texts not checked: " + ", ".join(sorted(self.texts.unchecked))
        if self.opened:
            yield "  %d sealed texts opened by field keys" % self.opened
        yield "  the two pages were not made again: believe the figures and not them"

    def shown(self, subject):
        if subject not in self.complete:
            return "not shown to be complete"
        # The record of the seal is under this checkpoint: who replays has computed it again.
        whose = "asserted by the server, refutable by a full scan"
        if self.replaying:
            whose = "confirmed by replaying witness " + ", ".join(self.replaying)
        return "complete through position %d, %s" % (self.seal.through, whose)


def verify(data, vkey, replaying):
    package = Package(data, vkey, replaying)
    try:
        package.check()
    except Unclear as unclear:
        # Of records that cannot be read nothing can be said but that the log has them.
        print("not added up: %s, so that nothing it says was checked" % unclear)
        return 2
    for line in package.lines():
        print(line)
    return package.verdict()[1]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("package", type=pathlib.Path)
    parser.add_argument("--key", required=True, help="the key of the log, as C2SP signed-note writes it")
    parser.add_argument("--replaying", action="append", default=[], metavar="VKEY",
                        help="the key of a witness that is known to replay every record")
    args = parser.parse_args()
    try:
        data = args.package.read_bytes()
        if data.lstrip()[:1] in (b"{", b"["):
            receipts = json.loads(data)
            receipts = receipts if isinstance(receipts, list) else [receipts]
            need(receipts, "there is no receipt in it")
            for receipt in receipts:
                check_receipt(receipt.get("receipt", receipt), read_key(args.key))
            print("holds: %d receipts" % len(receipts))
            return 0
        return verify(data, args.key, args.replaying)
    except OSError as error:
        print("not verified: %s" % error)
        return 2
    except (Refused, LookupError, TypeError, ValueError, AttributeError, RecursionError) as error:
        kind = "" if isinstance(error, Refused) else type(error).__name__ + " "
        print("refused: %s%s" % (kind, error))
        return 1


if __name__ == "__main__":
    sys.exit(main())
