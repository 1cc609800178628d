"""A stated answer beside the one that the records give.

A difference is refused; where no sum is known of what is stated, its place is told.
"""
from package_log import Refused

AMOUNTS = ("state", "state_before", "adds_up", "balanced", "holds")
UNKNOWN = object()


def key_of(*names):
    """How a row is known: by an identifier within it, or its number."""
    def key(row):
        for name in names:
            row = row[name]
        return row
    return key


class Rows:
    """A list whose rows are known by a key: each once, and no other."""

    def __init__(self, key, rows):
        self.key, self.rows = key, rows


class Bag(list):
    """Rows in whatever order."""


class Comparison:
    """What is found on the way: where no sum is known of an amount or a state, and which other numbers
    and yes-or-noes are stated of which nothing is known."""

    def __init__(self, whole):
        self.whole, self.open, self.beside = whole, [], {}

    def compare(self, stated, made, path=""):
        if made is UNKNOWN:
            rows = stated.items() if isinstance(stated, dict) else enumerate(stated)
            for key, value in rows:
                self.visit(key, value, UNKNOWN, path)
        elif isinstance(made, Rows):
            if not isinstance(stated, list) or len(stated) != len(made.rows):
                wrong(path, stated, "%d rows" % len(made.rows))
            keys = [made.key(row) for row in stated]
            if set(keys) != set(made.rows):
                wrong(path, stated, "others")
            for key, row in zip(keys, stated):
                self.compare(row, made.rows[key], "%s.%s" % (path, key))
        elif isinstance(made, Bag):
            def known(row):
                return row["holder"]["organisation"], row["to_year"], row["amount_fen"]
            if sorted(map(known, stated)) != sorted(map(known, made)):
                wrong(path, stated, "others")
        elif isinstance(made, list):
            if not isinstance(stated, list) or len(stated) != len(made):
                wrong(path, stated, "%d rows" % len(made))
            for at, (row, of) in enumerate(zip(stated, made)):
                self.compare(row, of, "%s.%d" % (path, at))
        elif isinstance(made, dict):
            self.compare_object(stated, made, path)
        elif type(stated) is not type(made) or stated != made:
            wrong(path, stated, made)

    def compare_object(self, stated, made, path):
        if not isinstance(stated, dict):
            wrong(path, stated, "an object")
        for key in made:
            if self.whole and key not in stated:
                raise Refused("%s.%s: nothing is stated, the records give one" % (path, key))
        for key, value in stated.items():
            self.visit(key, value, made.get(key, UNKNOWN), path)

    def visit(self, key, value, made, path):
        path = "%s.%s" % (path, key) if path else str(key)
        if made is not UNKNOWN:
            self.compare(value, made, path)
        elif str(key).endswith("_fen") or key in AMOUNTS:
            self.open.append(path)
        elif isinstance(value, (dict, list)):
            self.compare(value, UNKNOWN, path)
        elif isinstance(value, (bool, int)):
            # Of rows the name alone: which number it is does not matter.
            self.beside[".".join("#" if one.isdigit() or "-" in one else one
                                 for one in path.split("."))] = True


def wrong(path, stated, what):
    raise Refused("%s: %s is stated, the records give %s" % (path, str(stated)[:60], what))


def compare(stated, made, whole):
    """Where no sum is known of something stated, and what else was not looked at; a difference is
    refused."""
    comparison = Comparison(whole)
    comparison.compare(stated, made)
    return comparison.open, sorted(comparison.beside)
