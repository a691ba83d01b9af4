# SPDX-License-Identifier: Apache-2.0
"""Where findings about what overlays and charts make are told: golden/NAME/want.txt.

Under each finding stands what is written at its place, and at the places besides. With TIDEGATE_UPDATE
set the files are rewritten; look at the difference before you commit it.
"""
import json
import os
import pathlib
import shutil

import pytest

GOLDEN = pathlib.Path(__file__).resolve().parent / "golden"
MARKER = "marker-of-a-secret"


def place(checkout, where):
    """PATH:LINE:COLUMN | the text from there on"""
    lines = (checkout.path / where["path"]).read_text().splitlines()
    line = lines[where["line"] - 1] if where["line"] <= len(lines) else ""
    text = line[where["column"] - 1:].strip() if where["column"] else line
    return "%s:%d:%d | %s" % (where["path"], where["line"], where["column"], text)


def shown(checkout, report):
    out = []
    for finding in report["findings"]:
        name = "%s %s" % (finding["object"]["kind"], finding["object"]["name"]) if finding.get("object") else "-"
        out.append("%s: %s [%s]: %s (%s)" % (finding["set"], finding["severity"], finding["rule"],
                                             finding["message"], name))
        out.append("    " + place(checkout, finding))
        out += ["    %s: %s" % (also["message"], place(checkout, also))
                for also in finding.get("related", []) if also.get("path")]
        if "not known" in finding.get("hint", ""):
            out.append("    (%s)" % finding["hint"])
    return "\n".join(out) + "\n"


@pytest.mark.parametrize("name", sorted(path.name for path in GOLDEN.iterdir()))
def test_positions(checkout, name):
    shutil.copytree(GOLDEN / name, checkout.path, dirs_exist_ok=True,
                    ignore=shutil.ignore_patterns("want.txt"))
    text = shown(checkout, checkout.report("--all"))
    want = GOLDEN / name / "want.txt"
    if os.environ.get("TIDEGATE_UPDATE"):
        want.write_text(text)
    assert text == want.read_text()
    for form in ("full", "concise", "sarif", "github", "gitlab", "junit", "markdown", "json"):
        result = checkout.check("--all", form=form)
        assert MARKER not in result.stdout + result.stderr
