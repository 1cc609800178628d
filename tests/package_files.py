"""The files of an evidence package: the zip, and the JSON texts by their fields.

Written from proto/README.md, "An evidence package", alone.
"""
import datetime
import hashlib
import io
import json
import re
import struct
import zipfile

from package_log import Refused, need

ENTRIES_MAX, HELD_MAX, RATIO_MAX = 44_096, 256 << 20, 250
KINDS = ("fund", "trace", "payment", "project", "item")
IDENTIFIER = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
HASH = "[0-9a-f]{64}"
MANIFEST = {"format": str, "ledger": IDENTIFIER, "question": dict, "asked_on": r"\d{4}-\d\d-\d\d",
            "through": dict, "log": dict, "subjects": list, "not_included": list, "pages": int,
            "files": list}


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


# --- JSON -------------------------------------------------------------------------------------------


def read_json(files, name):
    """The value of a text in which no object has a name twice: two readers must not take two for it."""
    def once(pairs):
        names = {key for key, _ in pairs}
        need(len(names) == len(pairs), name + ": a name stands twice in an object")
        return dict(pairs)

    need(name in files, name + " is missing")
    return json.loads(files[name].decode(), object_pairs_hook=once)


def form(value, known, what):
    """An object has these fields and no other: what nobody checks, nobody may read."""
    need(isinstance(value, dict), what + " is not an object")
    for name in value:
        need(name in known, "%s has a field %r that the format does not have" % (what, name[:60]))
    for name, of in known.items():
        need(name in value, "%s has no %s" % (what, name))
        stated = value[name]
        if isinstance(of, str):
            good = isinstance(stated, str) and re.fullmatch(of, stated)
        else:
            # True is a number to Python.
            good = type(stated) is of and (of is not int or stated >= 0)
        need(good, "%s: %s is not of its form" % (what, name))


def read_manifest(files):
    manifest = read_json(files, "manifest.json")
    stated = manifest.get("format") if isinstance(manifest, dict) else None
    need(stated == "fundtrace-package/v1", "the format is not fundtrace-package/v1")
    form(manifest, MANIFEST, "manifest.json")
    datetime.date.fromisoformat(manifest["asked_on"])
    form(manifest["question"], {"kind": "|".join(KINDS), "id": IDENTIFIER}, "the question")
    form(manifest["through"], {"seq": int, "position": int, "hash": HASH}, "through")
    form(manifest["log"], {"origin": str, "key": str}, "the log")
    for subject in manifest["subjects"]:
        form(subject, {"kind": str, "subject": IDENTIFIER}, "a subject")
    for file in manifest["files"]:
        form(file, {"path": str, "size": int, "sha256": HASH}, "a file of the manifest")
    for named in manifest["not_included"]:
        good = isinstance(named, str) and re.fullmatch(IDENTIFIER, named)
        need(good, "not_included has something that is no identifier")
    return manifest


def read_seals(files):
    seals = read_json(files, "seals.json")
    form(seals, {"position": int, "subjects": list}, "seals.json")
    known = {"subject": IDENTIFIER, "index": int, "records": int, "hash": HASH, "path": list}
    for sealed in seals["subjects"]:
        form(sealed, known, "a subject of seals.json")
        need(len(sealed["path"]) <= 64, "a path of seals.json is too long")
    return seals


def read_keys(files):
    """The field keys, by the seq of their record."""
    keys = read_json(files, "keys.json")
    need(isinstance(keys, list), "keys.json is not a list")
    by_seq = {}
    for key in keys:
        form(key, {"seq": int, "field": int, "key": "[0-9a-fA-F]{64}"}, "a key of keys.json")
        by_seq.setdefault(key["seq"], []).append((key["field"], bytes.fromhex(key["key"])))
    return by_seq
