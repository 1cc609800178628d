"""The field keys of an evidence package: each opens the sealed text that it is for.

Written from proto/README.md, "Personal text", RFC 8439 and draft-irtf-cfrg-xchacha-03 alone.
"""
import hmac
import struct

from package_log import derive, need

# More than the texts about persons that any event has, so a long list costs nothing.
TEXTS_MAX = 16
SIGMA = b"expand 32-byte k"


# --- XChaCha20-Poly1305 -----------------------------------------------------------------------------


def rotated(number, bits):
    return (number << bits | number >> (32 - bits)) & 0xFFFFFFFF


def quarter(state, a, b, c, d):
    for one, other, third, bits in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
        state[one] = (state[one] + state[other]) & 0xFFFFFFFF
        state[third] = rotated(state[third] ^ state[one], bits)


def rounds(words):
    state = list(words)
    for _ in range(10):
        for at in range(4):
            quarter(state, at, 4 + at, 8 + at, 12 + at)
        for at in range(4):
            quarter(state, at, 4 + (at + 1) % 4, 8 + (at + 2) % 4, 12 + (at + 3) % 4)
    return state


def words_of(data):
    return struct.unpack("<%dI" % (len(data) // 4), data)


def hchacha20(key, nonce):
    state = rounds(words_of(SIGMA + key + nonce))
    return struct.pack("<8I", *(state[:4] + state[12:]))


def block(key, counter, nonce):
    words = words_of(SIGMA + key + struct.pack("<I", counter) + nonce)
    mixed = [(one + other) & 0xFFFFFFFF for one, other in zip(words, rounds(words))]
    return struct.pack("<16I", *mixed)


def poly1305(key, data):
    factor = int.from_bytes(key[:16], "little") & 0x0FFFFFFC0FFFFFFC0FFFFFFC0FFFFFFF
    sum_ = 0
    for at in range(0, len(data), 16):
        part = int.from_bytes(data[at : at + 16] + b"\x01", "little")
        sum_ = (sum_ + part) * factor % (2**130 - 5)
    return ((sum_ + int.from_bytes(key[16:], "little")) % 2**128).to_bytes(16, "little")


def padded(data):
    return data + bytes(-len(data) % 16)


def decrypt(key, nonce, data, beside):
    """The clear text, or nothing where the tag is another."""
    key, nonce = hchacha20(key, nonce[:16]), bytes(4) + nonce[16:]
    cipher, tag = data[:-16], data[-16:]
    covered = padded(beside) + padded(cipher) + struct.pack("<QQ", len(beside), len(cipher))
    if not hmac.compare_digest(poly1305(block(key, 0, nonce)[:32], covered), tag):
        return None
    stream = b"".join(block(key, 1 + at, nonce) for at in range((len(cipher) + 63) // 64))
    return bytes(one ^ other for one, other in zip(cipher, stream))


# --- sealed texts -----------------------------------------------------------------------------------


def sealed_texts(types, message, said):
    """Field number and sealed text of every personal text of a message."""
    for number, (name, kind, _) in types[message].items():
        if kind == "PersonalText" and said[name] is not None and said[name]["sealed"] is not None:
            yield number, said[name]["sealed"]
        elif kind in types and isinstance(said[name], dict):
            yield from sealed_texts(types, kind, said[name])


def opens(key, sealed):
    """The cipher alone can be made to open to two texts: the commitment is to one of them."""
    good = sealed["suite"] == 1 and len(sealed["nonce"]) == 24 and len(sealed["ciphertext"]) >= 16
    if not good or derive("fundtrace v1 sealed", key + sealed["nonce"]) != sealed["commitment"]:
        return False
    clear = decrypt(key, sealed["nonce"], sealed["ciphertext"], sealed["person"])
    if clear is None:
        return False
    clear.decode()
    return True


def check_keys(keys, told, types):
    """How many sealed texts the keys open; every one must open its own."""
    by_seq, opened = {it.seq: it for it in told}, 0
    for seq, of_record in keys.items():
        need(seq in by_seq, "keys.json: the package has no record with seq %d" % seq)
        need(len(of_record) <= TEXTS_MAX, "keys.json: too many keys for the record with seq %d" % seq)
        sealed = dict(sealed_texts(types, "Event", by_seq[seq].event))
        for field, key in of_record:
            what = "keys.json: the key for seq %d, field %d " % (seq, field)
            need(field in sealed, what + "is for no sealed text, or stands there twice")
            need(opens(key, sealed.pop(field)), what + "does not open its text")
            opened += 1
    return opened
