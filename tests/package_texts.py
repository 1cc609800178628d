"""The texts of an evidence package's answer, held against its records.

Written from proto/README.md, "The texts of an answer", alone. What is called by the records is compared
where it stands; what else is text must stand in some record; what is neither is told, and not taken
for checked.
"""
import re

from package_log import need
from package_records import text

# Whoever has one of these identifiers, the first of them, has these texts beside it.
TEXTS = {
    "payment": ("voucher",),
    "claim": ("number", "remark"),
    "contract": ("number", "name", "document"),
    "milestone": ("name",),
    "item": ("number", "facts", "basis"),
    "round": ("name",),
    "project": ("number", "name"),
    "fund": ("document", "name"),
    "organisation": ("name",),
}
# The events that say them, and in which part.
SAYING = {
    ("payment", "instructed"): None,
    ("claim", "submitted"): None,
    ("claim", "taken_over"): "submission",
    ("contract", "signed"): None,
    ("contract", "taken_over"): "signing",
    ("milestone", "defined"): None,
    ("item", "drafted"): None,
    ("item", "taken_over"): "draft",
    ("round", "opened"): None,
    ("project", "declared"): None,
    ("project", "entered_library"): None,
    ("project", "taken_over"): "entry",
    ("fund", "announced"): None,
    ("fund", "taken_over"): "announcement",
    ("organisation", "registered"): None,
    ("organisation", "renamed"): None,
}
# What `record.corrected` puts another text in the place of.
CORRECTED = {1: "name", 2: "number", 4: "document", 6: "voucher", 14: "basis", 15: "facts", 22: "remark"}
# Texts that the product has by itself: words of closed lists, rules, fractions.
OWN = "word zh text text_zh code source missing_to_start numerator denominator".split()
# States are compared with the figures, or told where they are not.
WITH_FIGURES = r"(^|\.)(state|state_before|receipt\.result)\.(word|zh)$"
DATE = r"\d{4}(-\d\d(-\d\d)?|-Q[1-4])?|unknown"
IDENTIFIER = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"


class Names:
    """What things are called, by the records in their order, and all that stands in them."""

    def __init__(self, told, reader):
        self.called, self.seq, self.standing = {}, {}, set()
        for it in told:
            self.stand(it.event)
            if (it.noun, it.word) in SAYING:
                self.say(it)
            elif (it.noun, it.word) == ("record", "corrected") and it.said["original"]:
                self.correct(it.said, *reader.event(it.said["original"]))

    def stand(self, value):
        if isinstance(value, dict):
            value = list(value.values())
        if isinstance(value, list):
            for one in value:
                self.stand(one)
        elif isinstance(value, bytes) and len(value) in (16, 32):
            self.standing.add(text(value) if len(value) == 16 else value.hex())
        elif isinstance(value, str):
            self.standing.add(value)

    def say(self, it):
        part = SAYING[it.noun, it.word]
        said = it.said[part] if part else it.said
        id_ = said[it.noun]
        if it.word == "renamed" and ("organisation", id_) not in self.called:
            return
        self.called[it.noun, id_] = {name: said[name] or None for name in TEXTS[it.noun]}
        self.seq[it.noun, id_] = it.seq

    def correct(self, it, noun, word, said):
        name = CORRECTED.get(it["field"])
        if (noun, word) not in SAYING or name not in TEXTS[noun]:
            return
        part = SAYING[noun, word]
        said = said[part] if part else said
        called = self.called.get((noun, said[noun]))
        # A text that it has lost since then stays lost.
        if self.seq.get((noun, said[noun])) == it["seq"]:
            called[name] = it["to"]

    def of(self, value):
        """The texts that an object must have, where its identifier says whose."""
        if "subject" in value and "known" in value:
            # A payee who is a person: the name is sealed.
            return {"name": None}
        for noun, names in TEXTS.items():
            if isinstance(value.get(noun), str):
                none = dict.fromkeys(names)
                called = self.called.get((noun, bytes.fromhex(value[noun].replace("-", ""))), none)
                if "item_number" in value:
                    # A letter about an item: the number beside is the letter's own.
                    return {"item_number": called["number"]}
                return called
        return {}


class Texts:
    """What was found of the texts of an answer."""

    def __init__(self, names):
        self.names, self.compared, self.found, self.unchecked = names, 0, 0, {}

    def walk(self, value, path, key):
        if isinstance(value, dict):
            called = self.names.of(value)
            for name, one in value.items():
                place = "%s.%s" % (path, name) if path else name
                if name in called:
                    need(one == called[name], "%s: %s is stated, the records give %s"
                         % (place, str(one)[:60], called[name]))
                    self.compared += 1
                else:
                    self.walk(one, place, name)
        elif isinstance(value, list):
            for one in value:
                self.walk(one, path, key)
        elif isinstance(value, str):
            self.scalar(value, path, key)

    def scalar(self, value, path, key):
        if re.search(WITH_FIGURES, path):
            return
        if key in OWN or re.fullmatch(DATE, value):
            self.unchecked[path] = True
        else:
            need(value in self.names.standing, "%s: %s stands in no record" % (path, value[:60]))
            if not re.fullmatch(IDENTIFIER, value):
                self.found += 1


def check_texts(answer, told, reader):
    texts = Texts(Names(told, reader))
    texts.walk(answer, "", "")
    return texts
