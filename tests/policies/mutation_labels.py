# SPDX-License-Identifier: Apache-2.0
"""The recorded objects: one line a case, one file a Kubernetes minor that mutates by default."""
import json
import pathlib
import sys

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent / "defaults"))

MINORS = ("1.36",)
FOLDER = pathlib.Path(__file__).resolve().parent / "mutations"


def read(minor):
    lines = (FOLDER / (minor + ".jsonl")).read_text().splitlines()
    return {label["id"]: label for label in map(json.loads, lines)}


def write(minor, labels):
    FOLDER.mkdir(exist_ok=True)
    text = "".join(json.dumps(label, ensure_ascii=False, sort_keys=True) + "\n" for label in labels)
    (FOLDER / (minor + ".jsonl")).write_text(text)
