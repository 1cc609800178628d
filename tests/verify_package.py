#!/usr/bin/env python3
"""Verifies an evidence package with nothing of fundtrace's own code.

    verify_package.py PACKAGE.zip --key VKEY [--replaying VKEY]
    verify_package.py RECEIPTS.json --key VKEY

Written from proto/README.md alone, to show that it is enough. It needs Python 3.9, the package
blake3, and the folder proto/ beside this one for the schema and the table of subjects. It checks the
zip, the hashes, every record and its proof, the signature of the checkpoint, the chain, that no
record of a sealed subject is missing, and the amounts and states of the answer, by the sums of that
page (package_figures.py, package_states.py). It does not make the two HTML pages again: that is what
`fundtrace verify` does. Of signed receipts it checks all that there is.

Exit code 0: it holds. 1: refused, with the reason in one line. 2: an amount or a state is stated that
was not added up, or the pages are of another version. 3: a subject is not proven complete. Anything
else: it could not run.
"""
import argparse
import base64
import hashlib
import io
import json
import pathlib
import re
import struct
import sys
import uuid
import zipfile

from blake3 import blake3
from package_figures import Reader, Unclear, Wrong, compare, make, read_types

PROTO = pathlib.Path(__file__).resolve().parent.parent / "proto"
ENTRIES_MAX, HELD_MAX, RATIO_MAX = 44_096, 256 << 20, 250

# The version of the pages, and the SHA-256 of the README.txt that belongs to it.
PAGES = 2
README = "5d90601be32bea90e173ba3d54dd74597c369e2470febe0f3a5110eb304ef786"


class Refused(Exception):
    """The package does not prove what it says."""


def need(condition, why):
    if not condition:
        raise Refused(why)


# --- hashes and trees ---------------------------------------------------------------------------


def derive(context, data):
    return blake3(data, derive_key_context=context).digest()


def leaf_hash(data):
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_of(leaf, index, size, path):
    """RFC 9162 section 2.1.3.2; the root to which a path leads."""
    need(0 <= index < size, "a tree of %d leaves has no leaf %d" % (size, index))
    at, last, made = index, size - 1, leaf
    for sibling in path:
        need(last > 0, "a path is too long")
        if at & 1 or at == last:
            made = node_hash(sibling, made)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            made = node_hash(made, sibling)
        at, last = at >> 1, last >> 1
    need(last == 0, "a path is too short")
    return made


# --- Ed25519, RFC 8032 section 5.1 ---------------------------------------------------------------

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)


def recover_x(y, sign):
    need(y < P, "a point is not of the curve")
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    if square == 0:
        need(not sign, "a point is not of the curve")
        return 0
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT_OF_MINUS_ONE % P
    need((x * x - square) % P == 0, "a point is not of the curve")
    return P - x if x & 1 != sign else x


def point(data):
    number = int.from_bytes(data, "little")
    y, sign = number & ((1 << 255) - 1), number >> 255
    x = recover_x(y, sign)
    return (x, y, 1, x * y % P)


def add(one, other):
    a = (one[1] - one[0]) * (other[1] - other[0]) % P
    b = (one[1] + one[0]) * (other[1] + other[0]) % P
    c = 2 * one[3] * other[3] * D % P
    d = 2 * one[2] * other[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def times(factor, base):
    sum_ = (0, 1, 1, 0)
    while factor:
        if factor & 1:
            sum_ = add(sum_, base)
        base, factor = add(base, base), factor >> 1
    return sum_


BASE_Y = 4 * pow(5, P - 2, P) % P
BASE = (recover_x(BASE_Y, 0), BASE_Y, 1, recover_x(BASE_Y, 0) * BASE_Y % P)


def ed25519(public, message, signature):
    need(len(signature) == 64, "a signature has 64 bytes")
    scalar = int.from_bytes(signature[32:], "little")
    need(scalar < L, "the signature is wrong")
    challenge = hashlib.sha512(signature[:32] + public + message).digest()
    challenge = int.from_bytes(challenge, "little") % L
    left = times(scalar, BASE)
    right = add(point(signature[:32]), times(challenge, point(public)))
    same = (left[0] * right[2] - right[0] * left[2]) % P == 0
    same = same and (left[1] * right[2] - right[1] * left[2]) % P == 0
    need(same, "the signature is wrong")


# --- notes, checkpoints and proofs (C2SP) ---------------------------------------------------------


def base64_of(text):
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError as error:
        raise Refused("bad base64") from error
    need(base64.b64encode(data).decode() == text, "bad base64")
    return data


def decimal(text):
    need(re.fullmatch("0|[1-9][0-9]{0,19}", text), "%r is not a number" % text[:30])
    return int(text)


LOG, WITNESS = b"\x01", b"\x04"


def read_key(vkey, kind=LOG):
    name, key_id, data = vkey.strip().split("+", 2)
    data = base64_of(data)
    whose = "a log" if kind == LOG else "a witness"
    need(data[:1] == kind and len(data) == 33, "not the Ed25519 key of " + whose)
    made = hashlib.sha256(name.encode() + b"\n" + data).digest()[:4]
    need(made.hex() == key_id, "the id of the key is not that of the key")
    return name, made, data[1:]


def signed_text(note, key):
    """The lines of a note that the key has signed."""
    name, key_id, public = key
    text, _, signatures = note.rpartition("\n\n")
    text += "\n"
    signed = False
    for line in signatures.splitlines():
        dash, _, rest = line.partition(" ")
        signer, _, data = rest.rpartition(" ")
        need(dash == "\u2014", "a line of signature is not one")
        data = base64_of(data)
        if signer == name and data[:4] == key_id:
            ed25519(public, text.encode(), data[4:])
            signed = True
    need(signed, "the note is not signed by the key given")
    return text.split("\n")


def checkpoint_of(note, key):
    """Size and root, if the key has signed them."""
    lines = signed_text(note, key)
    need(len(lines) >= 4 and lines[0] == key[0], "the checkpoint is of another log")
    root = base64_of(lines[2])
    need(len(root) == 32, "a root has 32 bytes")
    return decimal(lines[1]), root


def replayed_by(note, keys):
    """Names of the witnesses with these keys that have cosigned."""
    text, _, signatures = note.rpartition("\n\n")
    names = []
    for name, key_id, public in keys:
        for line in signatures.splitlines():
            signer, _, data = line.partition(" ")[2].rpartition(" ")
            data = base64_of(data)
            if signer == name and data[:4] == key_id:
                need(len(data) == 76, "a cosignature has 76 bytes")
                head = "cosignature/v1\ntime %d\n" % int.from_bytes(data[4:12], "big")
                ed25519(public, (head + text + "\n").encode(), data[12:])
                names.append(name)
    return names


def check_receipt(receipt, key):
    """A receipt as the server answered it."""
    known = "ledger command_id digest first_seq last_seq hash positions recorded_at repeated"
    known = set(known.split()) | {"signature", "covered_by", "proof"}
    need(set(receipt) <= known, "a field stands beside what is signed")
    need("signature" in receipt, "the receipt is not signed")
    first, last = receipt["first_seq"], receipt["last_seq"]
    positions = receipt["positions"]
    need(positions, "the receipt has no positions")
    need(positions == list(range(positions[0], positions[0] + last - first + 1)), "positions")
    leaf = "fundtrace-receipt/v1\n%s\n%s\n%s\n%d\n%d\n%s\n%d\n" % (
        receipt["ledger"], receipt["command_id"], receipt["digest"], first, last,
        receipt["hash"], positions[0])
    signature = receipt["signature"]
    lines = signed_text(signature["note"], key)
    need(len(lines) == 5 and lines[0] == "fundtrace-receipts/v1", "the note is not over receipts")
    need(lines[1] == key[0], "the receipt is of another log")
    path = [base64_of(text) for text in signature["path"]]
    made = root_of(leaf_hash(leaf.encode()), signature["index"], decimal(lines[2]), path)
    need(made == base64_of(lines[3]), "the receipt is not among those that were signed")
    if receipt.get("proof") is not None:
        under = receipt["proof"].partition("\n\n")[2]
        size, root = checkpoint_of(under, key)
        files = {"proofs/%d.tlog-proof" % positions[-1]: receipt["proof"].encode()}
        of = leaf_of(receipt["ledger"], last, receipt["hash"])
        check_proof(files, positions[-1], of, under, size, root)
        need(receipt.get("covered_by", size) == size, "its proof is under another checkpoint")


def check_proof(files, position, leaf, note, size, root):
    name = "proofs/%d.tlog-proof" % position
    need(name in files, name + " is missing")
    head, _, under = files[name].decode().partition("\n\n")
    lines = head.split("\n")
    need(lines[0] == "c2sp.org/tlog-proof@v1", name + " is not a tlog-proof")
    lines = lines[2:] if lines[1].startswith("extra ") else lines[1:]
    need(under == note, name + " is under another checkpoint")
    need(lines[0] == "index %d" % position, name + " is for another position")
    path = [base64_of(line) for line in lines[1:]]
    need(len(path) <= 63 and all(len(it) == 32 for it in path), name + " has a bad path")
    made = root_of(leaf_hash(leaf), position, size, path)
    need(made == root, "the record at position %d is not in the log" % position)


# --- records and their bodies ----------------------------------------------------------------------


class Record:
    def __init__(self, position, data):
        self.position = position
        need(156 <= len(data) <= 156 + 6144, "record %d has a bad length" % position)
        header, self.body = data[:156], data[156:]
        need(header[:4] == b"\x01\0\0\0", "record %d is of another format" % position)
        need(int.from_bytes(header[4:8], "big") == len(self.body), "record %d: body_len" % position)
        body_hash = derive("fundtrace v1 body", self.body)
        need(header[124:156] == body_hash, "record %d: the body is another" % position)
        self.ledger = uuid.UUID(bytes=header[8:24])
        self.seq = int.from_bytes(header[24:32], "big")
        self.recorded_at = int.from_bytes(header[32:40], "big")
        self.parent = header[92:124]
        self.hash = derive("fundtrace v1 header", header)
        self.event = fields(self.body)

    def leaf(self):
        return leaf_of(self.ledger, self.seq, self.hash.hex())


def leaf_of(ledger, seq, hash_):
    return ("fundtrace-leaf/v1\n%s\n%d\n%s\n" % (ledger, seq, hash_)).encode()


def fields(data):
    """Protobuf's wire format: a list of (field number, value)."""
    found, at = [], 0

    def varint():
        nonlocal at
        number = shift = 0
        while True:
            need(at < len(data) and shift < 70, "a body is not protobuf")
            byte = data[at]
            at += 1
            number |= (byte & 127) << shift
            shift += 7
            if not byte & 128:
                return number

    while at < len(data):
        tag = varint()
        if tag & 7 == 0:
            found.append((tag >> 3, varint()))
        elif tag & 7 == 2:
            size = varint()
            need(at + size <= len(data), "a body is not protobuf")
            found.append((tag >> 3, data[at : at + size]))
            at += size
        else:
            raise Refused("a body has a field that the schema does not have")
    return found


def read_table():
    """proto/subjects-v1.txt: message -> field number -> `subject` or a message."""
    table = {}
    for line in (PROTO / "subjects-v1.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            message, number, _, holds = line.split()
            table.setdefault(message, {})[int(number)] = holds
    return table


def read_schema():
    """proto/fundtrace/v1: message -> field name -> field number."""
    schema = {}
    for path in sorted((PROTO / "fundtrace" / "v1").glob("*.proto")):
        message = None
        for line in path.read_text(encoding="utf-8").splitlines():
            line = line.split("//")[0].strip()
            begun = re.fullmatch(r"message (\w+) \{\}?", line)
            field = re.fullmatch(r"(?:repeated |optional )?[\w.]+ (\w+) = (\d+)(?: \[.*\])?;", line)
            if begun:
                message = schema.setdefault(begun[1], {})
            elif field and message is not None:
                message[field[1]] = int(field[2])
    return schema


def subjects(table, message, data):
    found = set()
    for number, value in fields(data):
        holds = table.get(message, {}).get(number)
        if holds == "subject" and value:
            need(len(value) == 16, "a subject has 16 bytes")
            found.add(uuid.UUID(bytes=value))
        elif holds and holds != "subject":
            found |= subjects(table, holds, value)
    return found


def get(schema, message, data, name):
    """The last value of a field, or 0 or nothing where it is not there."""
    number = schema[message][name]
    values = [value for at, value in fields(data) if at == number]
    return values[-1] if values else None


def signed(number):
    number = number or 0
    return number - (1 << 64) if number >> 63 else number


# --- the package ------------------------------------------------------------------------------------


def check_zip(data, infos):
    """The entries lie one behind the other from the first byte on, then their list, and no more."""
    end = len(data) - 22
    need(end >= 0 and data[end : end + 4] == b"PK\5\6", "not a whole zip, or something behind it")
    size, start, comment = struct.unpack("<IIH", data[end + 12 : end + 22])
    need(comment == 0 and start + size == end, "something before or within the zip")
    at = 0
    for info in sorted(infos, key=lambda info: info.header_offset):
        need(info.header_offset == at and data[at : at + 4] == b"PK\3\4", "something before an entry")
        need(not info.flag_bits & 9, "an entry is encrypted, or does not state its length")
        need(info.compress_type in (0, 8), "an entry is neither stored nor deflated")
        name, extra = struct.unpack("<HH", data[at + 26 : at + 30])
        at += 30 + name + extra + info.compress_size
    need(at == start, "something behind an entry")


def unzip(data):
    files, room = {}, HELD_MAX
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            infos = archive.infolist()
            need(len(infos) <= ENTRIES_MAX, "too many entries")
            check_zip(data, infos)
            for info in infos:
                name = info.filename
                need(name not in files, name + " is there twice")
                known = r"records/\d+\.bin|proofs/\d+\.tlog-proof|files/[0-9a-f]{64}|README\.txt"
                known += r"|checkpoint|(answer|keys|manifest|seals)\.json|report\.(en|zh)\.html"
                need(re.fullmatch(known, name), "%r is no name of the format" % name[:80])
                need(info.file_size <= (info.compress_size + 16) * RATIO_MAX, "a zip bomb")
                room -= info.file_size
                need(room >= 0, "a zip bomb")
                with archive.open(info) as stream:
                    files[name] = stream.read(info.file_size + 1)
                need(len(files[name]) == info.file_size, "a zip bomb")
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError) as error:
        raise Refused("not a whole zip: %s" % error) from error
    return files


def check_files(files, manifest):
    listed = {"manifest.json"}
    for entry in manifest["files"]:
        name = entry["path"]
        need(name in files, name + " is missing")
        hash_ = hashlib.sha256(files[name]).hexdigest()
        same = (hash_, len(files[name])) == (entry["sha256"], entry["size"])
        need(same, name + " does not have the hash that the manifest states")
        listed.add(name)
    for name, data in files.items():
        need(name in listed, name + " is not in the manifest")
        if name.startswith("files/"):
            need(hashlib.sha256(data).hexdigest() == name[6:], name + " has another hash")


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


def check_seals(files, manifest, records, seal, names, schema, ledger):
    """How far each subject is complete; a difference is a refusal."""
    seals = json.loads(files["seals.json"])
    noun = get(schema, "Event", seal.body, "log")
    need(noun is not None, "the record of the seal is not one")
    sealed = get(schema, "LogEvent", noun, "subjects_sealed")
    need(sealed is not None, "the record of the seal is not one")
    root = get(schema, "SubjectsSeal", sealed, "root")
    count = get(schema, "SubjectsSeal", sealed, "count") or 0
    through = get(schema, "SubjectsSeal", sealed, "through_position") or 0
    listed = {uuid.UUID(it["subject"]) for it in manifest["subjects"]}
    complete = {}
    for entry in seals["subjects"]:
        subject = uuid.UUID(entry["subject"])
        need(subject in listed, "a seal is for another subject")
        number, made = 0, derive("fundtrace v1 subject", ledger.bytes + subject.bytes)
        for record in records:
            if record.position <= through and subject in names[record.position]:
                number, made = number + 1, derive("fundtrace v1 subject", made + record.hash)
        same = (number, made.hex()) == (entry["records"], entry["hash"])
        need(same, "the records of %s are not those that were sealed" % subject)
        leaf = "fundtrace-subject/v1\n%s\n%s\n%d\n%s\n" % (ledger, subject, number, made.hex())
        path = [base64_of(it) for it in entry["path"]]
        found = root_of(leaf_hash(leaf.encode()), entry["index"], count, path)
        need(found == root, "%s is not under the sealed root" % subject)
        complete[subject] = through
    return complete


def check_figures(answer, records, kind, asked):
    """Computes the answer again; what of it is stated and not computed, in words."""
    reader = Reader(read_types(PROTO / "fundtrace" / "v1"), fields)
    try:
        made = make(kind, asked.bytes, records, reader)
        for part in made:
            need(part in answer, "the answer states no " + part)
        return ["no sum is defined for " + path for path in compare(answer, made)]
    except Unclear as unclear:
        return [str(unclear)]
    except Wrong as wrong:
        raise Refused(str(wrong)) from wrong


def verify(data, vkey, replaying):
    files = unzip(data)
    need("manifest.json" in files, "manifest.json is missing")
    manifest = json.loads(files["manifest.json"])
    need(manifest.get("format") == "fundtrace-package/v1", "the format is not fundtrace-package/v1")
    check_files(files, manifest)
    need("checkpoint" in files and "answer.json" in files, "checkpoint or answer.json is missing")
    note = files["checkpoint"].decode()
    key = read_key(vkey)
    size, root = checkpoint_of(note, key)
    need(manifest["log"]["origin"] == key[0], "the manifest names another log")
    replaying = replayed_by(note, [read_key(vkey, WITNESS) for vkey in replaying])

    ledger, through = uuid.UUID(manifest["ledger"]), manifest["through"]
    table, schema = read_table(), read_schema()
    own, seal, seal_at = [], None, None
    if "seals.json" in files:
        seal_at = json.loads(files["seals.json"])["position"]
    for name, data in files.items():
        if name.startswith("records/"):
            record = Record(decimal(name[8:-4]), data)
            check_proof(files, record.position, record.leaf(), note, size, root)
            if record.ledger == ledger:
                own.append(record)
            else:
                need(record.position == seal_at, "a record is of another ledger")
                seal = record
    own.sort(key=lambda record: record.seq)
    check_chain(own, ledger)
    last = leaf_of(ledger, through["seq"], through["hash"])
    check_proof(files, through["position"], last, note, size, root)
    need(not own or own[-1].seq <= through["seq"], "a record is beyond the answer's last")

    names = {record.position: subjects(table, "Event", record.body) for record in own}
    asked = uuid.UUID(manifest["question"]["id"])
    listed = [uuid.UUID(it["subject"]) for it in manifest["subjects"]]
    need(asked in listed, "what was asked about is not among the subjects")
    complete = {}
    if seal_at is not None:
        need(seal is not None, "the record of the seal is missing")
        complete = check_seals(files, manifest, own, seal, names, schema, ledger)
    # A payment that the records of the batch or project name must be a subject too.
    if manifest["question"]["kind"] in ("fund", "trace", "project"):
        for record in own:
            pay = get(schema, "Event", record.body, "payment")
            facts = pay and get(schema, "PaymentEvent", pay, "instructed")
            if facts and asked in names[record.position]:
                which = uuid.UUID(bytes=get(schema, "PaymentInstruction", facts, "payment"))
                need(which in listed, "payment %s is not among the subjects" % which)
    for record in own:
        noun = get(schema, "Event", record.body, "evidence")
        facts = noun and get(schema, "EvidenceEvent", noun, "added")
        if facts and uuid.UUID(bytes=get(schema, "EvidenceRegistration", facts, "subject")) in listed:
            which = uuid.UUID(bytes=get(schema, "EvidenceRegistration", facts, "evidence"))
            need(which in listed, "evidence %s is not among the subjects" % which)
    for line in listed:
        need(any(line in it for it in names.values()), "no record names the subject %s" % line)
    kind = manifest["question"]["kind"]
    unclear = check_figures(json.loads(files["answer.json"]), own, kind, asked)
    # The worst that there is to say is said first, and by the exit code.
    verdict, code = "holds", 0
    if any(subject not in complete for subject in listed):
        verdict, code = "not proven complete", 3
    if unclear:
        verdict, code = "not added up", 2
    if manifest["pages"] != PAGES:
        verdict, code = "pages not compared", 2
    else:
        text = hashlib.sha256(files.get("README.txt", b"")).hexdigest()
        need(text == README, "README.txt is not the text that every package with these pages has")
    print("%s: %s %s, %d records, log %s, checkpoint of %d records"
          % (verdict, kind, asked, len(own), key[0], size))
    for subject in listed:
        state = "not shown to be complete"
        if subject in complete:
            # The record of the seal is under this checkpoint: who replays has computed it again.
            whose = "asserted by the server, refutable by a full scan"
            if replaying:
                whose = "confirmed by replaying witness " + ", ".join(replaying)
            state = "complete through position %d, %s" % (complete[subject], whose)
        print("  %s: %s" % (subject, state))
    for why in unclear[:20]:
        print("  not added up: " + why)
    if len(unclear) > 20:
        print("  and %d more" % (len(unclear) - 20))
    print("  the two pages were not made again: believe the figures and not them")
    return code


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
    except (Refused, LookupError, TypeError, ValueError, AttributeError, RecursionError) as error:
        kind = "" if isinstance(error, Refused) else type(error).__name__ + " "
        print("refused: %s%s" % (kind, error))
        return 1


if __name__ == "__main__":
    sys.exit(main())
