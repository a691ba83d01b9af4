# SPDX-License-Identifier: Apache-2.0
"""Takes everything out of a manifest that its disagreement does not need."""
import copy
import dataclasses

from apitypes import remove
from seeds import write

ROUNDS = 8
CANDIDATES = 400
PINNED = {("apiVersion",), ("kind",), ("metadata",), ("metadata", "name"), ("metadata", "namespace")}


def shrink(case, holds):
    """The smallest case found; holds(cases) says of each whether the disagreement is still there."""
    if case.manifest is None:
        return _shrink_lines(case, holds)
    for _ in range(ROUNDS):
        paths = [path for path in _paths(case.manifest) if path not in PINNED][:CANDIDATES]
        without = [_without(case, [path]) for path in paths]
        good = [path for path, kept in zip(paths, holds(without)) if kept]
        if not good:
            break
        case = _at_once(case, _outermost(good), holds)
    return case


def _at_once(case, paths, holds):
    """As many of the removals together as the disagreement survives."""
    while len(paths) > 1:
        smaller = _without(case, paths)
        if holds([smaller])[0]:
            return smaller
        paths = paths[:len(paths) // 2]
    return _without(case, paths)


def _shrink_lines(case, holds):
    for _ in range(ROUNDS):
        lines = case.text.splitlines(keepends=True)
        without = [_with_text(case, "".join(lines[:index] + lines[index + 1:]))
                   for index in range(len(lines))]
        good = [each for each, kept in zip(without, holds(without)) if kept]
        if not good:
            break
        case = min(good, key=lambda each: len(each.text))
    return case


def _with_text(case, text):
    return dataclasses.replace(case, text=text)


def _paths(value, path=()):
    items = ()
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, list):
        items = enumerate(value)
    for step, each in items:
        yield path + (step,)
    for step, each in items:
        yield from _paths(each, path + (step,))


def _outermost(paths):
    chosen = []
    for path in paths:
        if not any(path[:len(each)] == each for each in chosen):
            chosen.append(path)
    return chosen


def _without(case, paths):
    manifest = copy.deepcopy(case.manifest)
    # Later items first, so that the positions of the others stay.
    for path in sorted(paths, key=_order, reverse=True):
        remove(manifest, path)
    return dataclasses.replace(case, manifest=manifest, text=write(manifest))


def _order(path):
    return [(0, step, "") if isinstance(step, int) else (1, 0, step) for step in path]
