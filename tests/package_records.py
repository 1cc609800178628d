"""The records of an evidence package, and their bodies by the schema.

Written from proto/README.md alone; the schema is proto/fundtrace/v1, whom a record names is
proto/subjects-v1.txt.
"""
import pathlib
import re
import uuid

from package_log import Refused, derive, leaf_of, need

PROTO = pathlib.Path(__file__).resolve().parent.parent / "proto"
NEWER = "a record was written by a newer release"


class Unclear(Exception):
    """The records have something that this verifier does not follow."""


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

    def leaf(self):
        return leaf_of(self.ledger, self.seq, self.hash.hex())


# --- protobuf ---------------------------------------------------------------------------------------


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


def read_types(folder):
    """message -> field number -> (name, type, whether it is repeated)."""
    types = {}
    for path in sorted(folder.glob("*.proto")):
        message = None
        for line in path.read_text(encoding="utf-8").splitlines():
            line = line.split("//")[0].strip()
            begun = re.fullmatch(r"message (\w+) \{\}?", line)
            form = r"(repeated |optional )?([\w.]+) (\w+) = (\d+)(?: \[.*\])?;"
            field = re.fullmatch(form, line)
            if begun:
                message = types.setdefault(begun[1], {})
            elif field and message is not None:
                message[int(field[4])] = (field[3], field[2], field[1] == "repeated ")
    return types


class Reader:
    """Bodies as dictionaries; what is absent is the default of its type."""

    def __init__(self):
        self.types = read_types(PROTO / "fundtrace" / "v1")
        self.nouns = [it[0] for number, it in self.types["Event"].items() if number >= 16]

    def read(self, message, data):
        found = {}
        for name, kind, repeated in self.types[message].values():
            default = b"" if kind == "bytes" else "" if kind == "string" else 0
            found[name] = [] if repeated else None if kind in self.types else default
        for number, value in fields(data):
            if number not in self.types[message]:
                raise Unclear(NEWER)
            name, kind, repeated = self.types[message][number]
            if kind in self.types:
                value = self.read(kind, value)
            elif kind == "string":
                value = value.decode()
            elif kind == "int64":
                value = value - (1 << 64) if value >> 63 else value
            if repeated:
                found[name].append(value)
            else:
                found[name] = value
        return found

    def said(self, event):
        """The noun, the event, and what it says."""
        for noun in self.nouns:
            if event[noun] is not None:
                for word, said in event[noun].items():
                    if said is not None:
                        return noun, word, said
        raise Unclear(NEWER)

    def event(self, body):
        return self.said(self.read("Event", body))


# --- whom a record names ----------------------------------------------------------------------------


def read_table():
    """proto/subjects-v1.txt: message -> field number -> `subject` or a message."""
    table = {}
    for line in (PROTO / "subjects-v1.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            message, number, _, holds = line.split()
            table.setdefault(message, {})[int(number)] = holds
    return table


def named_by(table, message, data):
    """The subjects that a message names, in the order of its field numbers; one may come twice."""
    found = []
    for number, value in sorted(fields(data), key=lambda field: field[0]):
        holds = table.get(message, {}).get(number)
        if holds == "subject" and value:
            need(len(value) == 16, "a subject has 16 bytes")
            found.append(value)
        elif holds and holds != "subject":
            found += named_by(table, holds, value)
    return found


class Told:
    """What a record of the package's ledger says."""

    def __init__(self, record, reader, table):
        self.position, self.seq, self.hash = record.position, record.seq, record.hash
        self.event = reader.read("Event", record.body)
        if self.event["signed"] is not None or self.event["schema_version"]:
            raise Unclear(NEWER)
        self.noun, self.word, self.said = reader.said(self.event)
        named = named_by(table, "Event", record.body)
        self.names = set(named)
        self.main = named[0] if named else None
        # Its first field is the new payment; it is about the one that is paid again.
        if (self.noun, self.word) == ("payment", "reissued"):
            self.main = self.said["of"]


def tell(records, reader):
    table = read_table()
    return [Told(record, reader, table) for record in records]


def text(id_):
    """An identifier as JSON has it."""
    return str(uuid.UUID(bytes=id_))
