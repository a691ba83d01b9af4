# SPDX-License-Identifier: Apache-2.0
"""Reads cases/FAMILY.yaml: makes of each entry the manifest to judge, and the one before it."""
import copy
import dataclasses
import hashlib
import json
import pathlib
import re

import yaml

HERE = pathlib.Path(__file__).resolve().parent
MINORS = ("1.33", "1.34", "1.35", "1.36")
CREATE_VERBS = ("create",)
UPDATE_VERBS = ("put", "apply")
KEYS = {"id", "base", "set", "remove", "append", "each", "swap", "old", "text", "oldText", "minors",
        "verbs"}
OLD_KEYS = {"set", "remove", "append"}
STEP = re.compile(r'\.?([A-Za-z0-9_$-]+)|\[(\d+)\]|\["([^"]*)"\]')
UNPRINTABLE = re.compile("[\x7f-\x9f\ufeff\ufffe\uffff\u2028\u2029]")
PLAIN_KEY = re.compile(r"[A-Za-z][A-Za-z0-9./-]{2,}\Z")
NOT_PLAIN = {"yes", "true", "false", "null", "off"}


class CaseError(Exception):
    """An entry that can't be built; it says which and why."""


@dataclasses.dataclass(frozen=True)
class Case:
    id: str
    family: str
    text: str
    old: str  # None: a create
    minors: tuple
    verbs: tuple

    @property
    def digest(self):
        """Of what the server is asked: a label that has another one is of another case."""
        whole = json.dumps([self.text, self.old])
        return hashlib.sha256(whole.encode(errors="surrogateescape")).hexdigest()[:8]


def load(families=None, ids=""):
    """All cases, or those of some families or with an id that fits a pattern, in order."""
    cases, seen = [], set()
    for path in sorted((HERE / "cases").glob("*.yaml")):
        if families and path.stem not in families:
            continue
        for case in _family(path):
            if case.id in seen:
                raise CaseError("%s: there are two cases with this id" % case.id)
            seen.add(case.id)
            cases.append(case)
    return [each for each in cases if re.search(ids, each.id)]


def base(name):
    """The object of bases/NAME.yaml, a fresh one at each call."""
    path = HERE / "bases" / (name + ".yaml")
    if name not in _bases:
        if not path.exists():
            raise CaseError("there is no bases/%s.yaml" % name)
        _bases[name] = read(path.read_text())
    return copy.deepcopy(_bases[name])


_bases = {}


# ---- entries ----

def _family(path):
    for entry in read(path.read_text()) or ():
        name = entry.get("id", "an entry without id") if isinstance(entry, dict) else entry
        try:
            yield from _expand(entry, path.stem)
        except CaseError as error:
            raise CaseError("%s: %s: %s" % (path.name, name, error)) from None


def _expand(entry, family):
    """`each` makes as many cases as it lists values for its one path."""
    unknown = set(entry) - KEYS
    if unknown or "id" not in entry:
        raise CaseError("has %s" % ("unknown keys " + ", ".join(sorted(unknown)) if unknown
                                    else "no id"))
    if "swap" in entry:
        yield from _swapped(entry, family)
        return
    if "each" not in entry:
        yield _case(entry, family)
        return
    if len(entry["each"]) != 1:
        raise CaseError("each is of one path")
    (path, values), = entry["each"].items()
    for i, value in enumerate(values):
        one = {key: entry[key] for key in entry if key != "each"}
        one["id"] = "%s#%d" % (entry["id"], i)
        one["set"] = {**entry.get("set", {}), path: value}
        yield _case(one, family)


def _swapped(entry, family):
    """`swap` writes other words into a base as its file has it: what only syntax can say."""
    name = entry.get("base", entry["id"].partition("/")[0])
    base(name)
    text = (HERE / "bases" / (name + ".yaml")).read_text()
    if len(entry["swap"]) != 1:
        raise CaseError("swap is of one text")
    (words, values), = entry["swap"].items()
    if text.count(words) != 1:
        raise CaseError("%r is there %d times" % (words, text.count(words)))
    for i, value in enumerate(values):
        one = {key: entry[key] for key in entry if key in ("minors", "verbs")}
        one["id"] = "%s#%d" % (entry["id"], i)
        one["text"] = text.replace(words, value)
        if "old" in entry:
            one["oldText"] = text
        yield _case(one, family)


def _case(entry, family):
    if "text" in entry:
        text, old = entry["text"], entry.get("oldText")
    else:
        name = entry.get("base", entry["id"].partition("/")[0])
        text, old = write(changed(base(name), entry)), None
        if "old" in entry:
            unknown = set(entry["old"] or {}) - OLD_KEYS
            if unknown:
                raise CaseError("old has unknown keys " + ", ".join(sorted(unknown)))
            old = write(changed(base(name), entry["old"] or {}))
    minors = tuple(entry.get("minors", MINORS))
    if not set(minors) <= set(MINORS):
        raise CaseError("minors are texts of " + ", ".join(MINORS))
    verbs = tuple(entry.get("verbs", CREATE_VERBS if old is None else UPDATE_VERBS))
    return Case(entry["id"], family, text, old, minors, verbs)


def changed(thing, change):
    """The object after set, remove and append, in this order."""
    for path, value in (change.get("set") or {}).items():
        put(thing, path, copy.deepcopy(value))
    for path in change.get("remove") or ():
        remove(thing, path)
    for path, value in (change.get("append") or {}).items():
        put(thing, path + "[%d]" % len(find(thing, path, [])), copy.deepcopy(value))
    return thing


# ---- paths ----

def steps(path):
    """spec.ports[0]["a.b"] as ["spec", "ports", 0, "a.b"]"""
    found, at = [], 0
    while at < len(path):
        match = STEP.match(path, at)
        if not match:
            raise CaseError("%s is no path" % path)
        name, index, quoted = match.groups()
        found.append(int(index) if index else quoted if name is None else name)
        at = match.end()
    return found


def find(thing, path, default=None):
    for step in steps(path):
        try:
            thing = thing[step]
        except (KeyError, IndexError, TypeError):
            return default
    return thing


def put(thing, path, value):
    """Creates what is missing on the way; an index that is just behind a list appends."""
    way = steps(path)
    for step, following in zip(way, way[1:]):
        fresh = [] if isinstance(following, int) else {}
        there = _at(thing, step, path)
        if there is None:
            _assign(thing, step, fresh, path)
            there = fresh
        thing = there
    _assign(thing, way[-1], value, path)


def remove(thing, path):
    way = steps(path)
    for step in way[:-1]:
        thing = _at(thing, step, path)
    if _at(thing, way[-1], path) is None:
        raise CaseError("there is no %s to remove" % path)
    del thing[way[-1]]


def _at(thing, step, path):
    if isinstance(step, int) != isinstance(thing, list) or not isinstance(thing, (list, dict)):
        raise CaseError("%s does not fit what is there" % path)
    if isinstance(step, int):
        return thing[step] if step < len(thing) else None
    return thing.get(step)


def _assign(thing, step, value, path):
    _at(thing, step, path)
    if isinstance(step, int) and step > len(thing):
        raise CaseError("%s is beyond the end of the list" % path)
    if isinstance(step, int) and step == len(thing):
        thing.append(value)
    else:
        thing[step] = value


# ---- YAML ----

class Loader(yaml.CSafeLoader if hasattr(yaml, "CSafeLoader") else yaml.SafeLoader):
    """Plain dates are text, a key is there once, and !repeat and !list write what is long."""


def _mapping(loader, node):
    keys = [loader.construct_object(key, deep=True) for key, _ in node.value]
    for i, key in enumerate(keys):
        if key in keys[:i]:
            raise CaseError("%s is set twice, line %d" % (key, node.start_mark.line + 1))
    return {key: loader.construct_object(value, deep=True)
            for key, (_, value) in zip(keys, node.value)}


def _repeat(loader, node):
    """!repeat [254, a]"""
    count, value = loader.construct_sequence(node, deep=True)
    return value * count


def _list(loader, node):
    """!list [65, {name: "port-%d"}]"""
    count, value = loader.construct_sequence(node, deep=True)
    return [_numbered(value, i) for i in range(count)]


def _numbered(value, i):
    if isinstance(value, dict):
        return {_numbered(key, i): _numbered(each, i) for key, each in value.items()}
    if isinstance(value, list):
        return [_numbered(each, i) for each in value]
    return value.replace("%d", str(i)) if isinstance(value, str) else value


Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
    for first, resolvers in Loader.yaml_implicit_resolvers.items()}
Loader.add_constructor("tag:yaml.org,2002:map", _mapping)
Loader.add_constructor("!repeat", _repeat)
Loader.add_constructor("!list", _list)


def read(text):
    try:
        return yaml.load(text, Loader)
    except (yaml.YAMLError, TypeError, ValueError, AttributeError, LookupError) as error:
        # The latter are what PyYAML makes of odd keys and tags.
        raise CaseError(str(error).replace("\n", " ")) from None


def write(thing, indent=0):
    """YAML that every reader understands alike: texts are quoted, numbers are not."""
    pad = "  " * indent
    if isinstance(thing, dict) and thing:
        return "".join("%s%s:%s" % (pad, _key(key), _below(value, indent + 1))
                       for key, value in thing.items())
    if isinstance(thing, list) and thing:
        # The first key stands behind the dash.
        return "".join("%s- %s" % (pad, write(each, indent + 1).lstrip(" "))
                       for each in thing)
    return pad + _scalar(thing) + "\n"


def _below(value, indent):
    if isinstance(value, (dict, list)) and value:
        return "\n" + write(value, indent)
    return " " + _scalar(value) + "\n"


def _key(key):
    plain = isinstance(key, str) and PLAIN_KEY.match(key) and key.lower() not in NOT_PLAIN
    return key if plain else _scalar(key)


def _scalar(value):
    # JSON, which escapes too little for YAML.
    return UNPRINTABLE.sub(lambda match: "\\u%04x" % ord(match.group()),
                           json.dumps(value, ensure_ascii=False))
