"""What a log signs: hashes and trees, Ed25519, notes, checkpoints, receipts and proofs.

Written from proto/README.md, "The tree, checkpoints and proofs", alone.
"""
import base64
import hashlib
import re

from blake3 import blake3


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


def leaf_of(ledger, seq, hash_):
    return ("fundtrace-leaf/v1\n%s\n%d\n%s\n" % (ledger, seq, hash_)).encode()


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


def is_low(it):
    """Of an order that divides 8: a key or a signature of which several messages can be made."""
    eightfold = times(8, it)
    return eightfold[0] % P == 0 and (eightfold[1] - eightfold[2]) % P == 0


def ed25519(public, message, signature):
    need(len(signature) == 64, "a signature has 64 bytes")
    scalar = int.from_bytes(signature[32:], "little")
    need(scalar < L, "the signature is wrong")
    challenge = hashlib.sha512(signature[:32] + public + message).digest()
    challenge = int.from_bytes(challenge, "little") % L
    key, commitment = point(public), point(signature[:32])
    need(not is_low(key) and not is_low(commitment), "the signature is wrong: a point of low order")
    left = times(scalar, BASE)
    right = add(commitment, times(challenge, key))
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
