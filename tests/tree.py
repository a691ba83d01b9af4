#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks the tree itself: layers, sizes, names, licences.

The table of rooms in src/README.md is the authority: a room includes headers of lower layers only.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
SRC = ROOT / "src"
MAX_LINES = 600
INCLUDE = re.compile(r'^#include "([a-z0-9_]+)/([a-z0-9_]+\.h)"', re.M)
ROW = re.compile(r"^\| (\d+) \| `([a-z]+)` \|", re.M)


def layers():
    rooms = {room: int(layer) for layer, room in ROW.findall((SRC / "README.md").read_text())}
    there = {p.name for p in SRC.iterdir() if p.is_dir()}
    for room in sorted(there - set(rooms)):
        yield "src/%s is no room of the table in src/README.md" % room
    for room in sorted(set(rooms) - there):
        yield "the room %s of src/README.md has no folder" % room
    for path in sorted(SRC.glob("*/*.[ch]*")):
        room = path.parent.name
        for other, header in INCLUDE.findall(path.read_text()):
            if other == room or rooms.get(other, 99) < rooms.get(room, 99):
                continue
            yield "%s includes %s/%s, which is not in a lower layer" % (
                path.relative_to(ROOT), other, header)


def files():
    seen = {}
    for path in sorted(p for top in ("src", "tools", "tests") for p in (ROOT / top).rglob("*.[ch]*")
                       if p.suffix in (".c", ".h", ".cc")):
        text = path.read_text(errors="replace")
        name = path.relative_to(ROOT)
        if text.count("\n") > MAX_LINES:
            yield "%s has %d lines, more than %d" % (name, text.count("\n"), MAX_LINES)
        if "SPDX-License-Identifier: Apache-2.0" not in text.split("\n", 1)[0]:
            yield "%s has no SPDX line on top" % name
        if path.name in seen:
            yield "%s and %s have one name" % (seen[path.name], name)
        seen[path.name] = name


def main():
    findings = [f for check in (layers, files) for f in check()]
    for finding in findings:
        print(finding)
    print("%d passed, %d failed" % (not findings, len(findings)))
    sys.exit(bool(findings))


main()
