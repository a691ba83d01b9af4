# SPDX-License-Identifier: Apache-2.0
"""Slips in the text of a manifest that was written one key a line."""
import re

KEY = re.compile(r"^( *)(- )?([A-Za-z0-9_./-]+):( .*)?$")
SCALARS = ("yes", "no", "on", "off", "y", "n", "Yes", "TRUE", "~", "null", "Null", "010", "0o10", "0x1F",
           "1_000", "1e3", "1.", ".5", "+1", "-0", "1:30", ".inf", ".nan", "2026-01-01", "!!str 1",
           "!!int \"1\"", "!foo a", "!!binary YQ==", "'a'", '"a\\n"', '"\\x41"', '"\\ud800"', "|\n  a",
           "a #b", "a: b", "[a, b]", "[a, b", "{a: b}", "{a b}", "{a: 1, a: 2}", "&x a", "*x", "*nope",
           "@a", "`a", "%a", "- a", "? a", ">-", "\"a", "'a", "''", '""', "1 2", "0b11", "1E400",
           "9223372036854775808", "18446744073709551616", "1.0", "1.10", "-", "--", "=", "<<")
CHARACTERS = ("\t", "\u00a0", "\ufeff", "\u2028", "\x00", "\x07", "\r", "\x85", "#", " #", ":", "'", '"',
              "&", "*", "!", "|", ">", "%", "@", "{", "}", "[", "]", ",", "?", "-", " ", "\U0001f600")


def _lines_with(lines, pattern):
    return [index for index, line in enumerate(lines) if pattern.match(line)]


def _other_scalar(random, lines):
    index = random.choice(_lines_with(lines, KEY))
    indent, dash, key, _ = KEY.match(lines[index]).groups()
    lines[index] = "%s%s%s: %s" % (indent, dash or "", key, random.choice(SCALARS))


def _twice(random, lines):
    index = random.randrange(len(lines))
    lines.insert(random.choice((index, len(lines))), lines[index])


def _indent(random, lines):
    index = random.randrange(len(lines))
    lines[index] = random.choice((" ", "  ", "\t", "    ")) + lines[index]


def _outdent(random, lines):
    index = random.randrange(len(lines))
    lines[index] = lines[index][random.choice((1, 2)):]


def _drop(random, lines):
    del lines[random.randrange(len(lines))]


def _character(random, lines):
    index = random.randrange(len(lines))
    at = random.randrange(len(lines[index]) + 1)
    lines[index] = lines[index][:at] + random.choice(CHARACTERS) + lines[index][at:]


def _missing_character(random, lines):
    index = random.randrange(len(lines))
    if lines[index]:
        at = random.randrange(len(lines[index]))
        lines[index] = lines[index][:at] + lines[index][at + 1:]


def _merge(random, lines):
    index = random.choice(_lines_with(lines, KEY))
    indent = KEY.match(lines[index]).group(1)
    if KEY.match(lines[index]).group(2):
        indent += "  "
    lines.insert(index + 1 if KEY.match(lines[index]).group(4) else index, indent + random.choice(
        ("<<: {a: b}", "<<: *x", "<<: [{a: b}]", "<<: a", '"<<": {a: b}', "<<: {}", "? a", "? [a]",
         "a", "- a", "1: b", "true: b", "~: b", "[a]: b", "{a: b}: c", "# a", "", "...")))


def _anchor(random, lines):
    index = random.choice(_lines_with(lines, KEY))
    indent, dash, key, rest = KEY.match(lines[index]).groups()
    lines[index] = "%s%s%s: &x%s" % (indent, dash or "", key, rest or "")
    index = random.choice(_lines_with(lines, KEY))
    indent, dash, key, rest = KEY.match(lines[index]).groups()
    if rest:
        lines[index] = "%s%s%s: *x" % (indent, dash or "", key)


SLIPS = (_other_scalar, _other_scalar, _other_scalar, _twice, _indent, _outdent, _drop, _character,
         _missing_character, _merge, _anchor)


def slip(random, text):
    """Text with one or two slips, and their names."""
    lines = text.rstrip("\n").split("\n")
    done = []
    for _ in range(random.choice((1, 1, 1, 2))):
        if len(_lines_with(lines, KEY)) > 1:
            move = random.choice(SLIPS)
            move(random, lines)
            done.append(move.__name__.strip("_"))
    return "\n".join(lines) + "\n", done
