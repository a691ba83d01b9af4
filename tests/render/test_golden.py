# SPDX-License-Identifier: Apache-2.0
"""Where findings about what overlays and charts make are told: golden/NAME/want.txt.

With TIDEGATE_UPDATE set the files are rewritten; look at the difference before you commit it.
"""
import os
import pathlib
import shutil

import pytest

GOLDEN = pathlib.Path(__file__).resolve().parent / "golden"
MARKER = "marker-of-a-secret"


@pytest.mark.parametrize("name", sorted(path.name for path in GOLDEN.iterdir()))
def test_positions(checkout, name):
    shutil.copytree(GOLDEN / name, checkout.path, dirs_exist_ok=True,
                    ignore=shutil.ignore_patterns("want.txt"))
    result = checkout.check("--all")
    want = GOLDEN / name / "want.txt"
    if os.environ.get("TIDEGATE_UPDATE"):
        want.write_text(result.stdout)
    assert result.stdout == want.read_text()
    for form in ("full", "json", "sarif", "github", "markdown"):
        shown = checkout.check("--all", form=form)
        assert MARKER not in shown.stdout + shown.stderr
