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


def compare(stated, made, path="", open_=None):
    """Where no sum is known of something stated; a difference is refused."""
    open_ = [] if open_ is None else open_

    def wrong(what):
        raise Refused("%s: %s is stated, the records give %s" % (path, str(stated)[:60], what))

    if made is UNKNOWN:
        rows = stated.items() if isinstance(stated, dict) else enumerate(stated)
        for key, value in rows:
            visit(key, value, UNKNOWN, path, open_)
    elif isinstance(made, Rows):
        if not isinstance(stated, list) or len(stated) != len(made.rows):
            wrong("%d rows" % len(made.rows))
        keys = [made.key(row) for row in stated]
        if set(keys) != set(made.rows):
            wrong("others")
        for key, row in zip(keys, stated):
            compare(row, made.rows[key], "%s.%s" % (path, key), open_)
    elif isinstance(made, Bag):
        def known(row):
            return row["holder"]["organisation"], row["to_year"], row["amount_fen"]
        if sorted(map(known, stated)) != sorted(map(known, made)):
            wrong("others")
    elif isinstance(made, list):
        if not isinstance(stated, list) or len(stated) != len(made):
            wrong("%d rows" % len(made))
        for at, (row, of) in enumerate(zip(stated, made)):
            compare(row, of, "%s.%d" % (path, at), open_)
    elif isinstance(made, dict):
        if not isinstance(stated, dict):
            wrong("an object")
        for key, value in stated.items():
            visit(key, value, made.get(key, UNKNOWN), path, open_)
    elif type(stated) is not type(made) or stated != made:
        wrong(made)
    return open_


def visit(key, value, made, path, open_):
    path = "%s.%s" % (path, key) if path else str(key)
    if made is not UNKNOWN:
        compare(value, made, path, open_)
    elif str(key).endswith("_fen") or key in AMOUNTS:
        open_.append(path)
    elif isinstance(value, (dict, list)):
        compare(value, UNKNOWN, path, open_)
