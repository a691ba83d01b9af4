# SPDX-License-Identifier: Apache-2.0
"""The examples of overlays and charts: what the README shows of them, and that nothing else is wrong."""
import pathlib
import re
import shutil

import pytest

TOP = pathlib.Path(__file__).resolve().parents[2]
MENDED = {"helm": ("chart/templates/deployment.yaml", "value: {{ $value }}", "value: {{ $value | quote }}"),
          "kustomize": ("overlays/production/resources.yaml", "name: wbe", "name: web")}


def excerpt(name):
    """What the README has behind the command, to the next one or to the end of the block."""
    text = (TOP / "README.md").read_text().partition("### Overlays and charts\n")[2].partition("\n### ")[0]
    lines = [line[4:] for line in text.splitlines() if line.startswith("    ") or not line]
    return re.split(r"^\$ .*\n", "\n".join(lines).partition("$ cd examples/%s && tidegate check\n" % name)[2],
                    flags=re.M)[0].strip()


@pytest.mark.parametrize("name", sorted(MENDED))
def test_as_the_readme_shows_it(checkout, name):
    shutil.copytree(TOP / "examples" / name, checkout.path, dirs_exist_ok=True)
    result = checkout.check(form="full")
    assert result.returncode == 1
    assert excerpt(name) and excerpt(name) in result.stdout, result.stdout
    assert result.stdout.count("error[") == 1
    path, old, new = MENDED[name]
    text = (checkout.path / path).read_text()
    assert old in text
    checkout.write({path: text.replace(old, new)})
    result = checkout.check(form="full")
    assert result.returncode == 0 and "] " not in result.stdout, result.stdout
