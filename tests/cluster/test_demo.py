# SPDX-License-Identifier: Apache-2.0
"""The full circle of examples/demo-sync, as the README shows it."""
import os
import pathlib
import re
import subprocess

from binaries import ensure

ROOT = pathlib.Path(__file__).resolve().parents[2]


def lines_of_readme():
    """What its transcript says, without commits and times, which are others each time."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    block = text.partition("`./dev demo --sync` does")[2].partition("- **Nothing that stays")[0]
    return [line.strip() for line in block.splitlines() if line.startswith("    ")]


def plain(line):
    return re.sub(r"\b[0-9a-f]{12,40}\b", "COMMIT", line.strip())


def test_the_full_circle(build, cluster_with_nodes, tmp_path):
    kubectl = pathlib.Path(ensure(cluster_with_nodes.minor, ["kubectl"])["kubectl"])
    done = subprocess.run(
        [ROOT / "examples/demo-sync", build / "tidegate"], capture_output=True, text=True, timeout=300, check=False,
        env={"PATH": "%s:%s" % (kubectl.parent, os.environ["PATH"]), "HOME": str(tmp_path),
             "KUBECONFIG": str(cluster_with_nodes.kubeconfig), "TMPDIR": str(tmp_path)})
    assert done.returncode == 0, done.stdout + done.stderr
    said = [plain(line) for line in done.stdout.splitlines()]
    at = 0
    for line in map(plain, lines_of_readme()):
        if line:
            assert line in said[at:], "the demo does not say: %s\n%s" % (line, done.stdout)
            at = said.index(line, at) + 1
