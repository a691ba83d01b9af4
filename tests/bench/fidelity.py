#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Judges labelled manifests with tidegate and writes verdict files for the scorer.

usage: fidelity.py --tidegate PROGRAM --shared DIR [--minor 1.36] [--ids PATTERN] OUT.jsonl

Each case is a set of its own; updates get their old object as the base. Only errors of yaml/ and api/
are the server's refusal (and of apply/ for updates, which the server got as server-side apply).
"""
import argparse
import concurrent.futures
import json
import os
import re
import subprocess
import sys
import tempfile


def judge(args, case, body, old):
    with tempfile.TemporaryDirectory() as folder:
        head = os.path.join(folder, "head")
        os.mkdir(head)
        with open(os.path.join(head, "case.yaml"), "wb") as f:
            f.write(body)
        command = [args.tidegate, "check", "--format", "json", "--kubernetes-version", args.minor,
                   "--crd", os.path.join(args.shared, "fidelity", "crds"), "--jobs", "1"]
        if old is not None:
            base = os.path.join(folder, "base")
            os.mkdir(base)
            with open(os.path.join(base, "case.yaml"), "wb") as f:
                f.write(old)
            command += ["--base-dir", base]
        result = subprocess.run(command + [head if old is not None else os.path.join(head, "case.yaml")],
                                capture_output=True, cwd=folder, check=False,
                                env=dict(os.environ, CI=""))
    if result.returncode not in (0, 1, 3, 4):
        sys.exit("%s: exit code %d\n%s" % (case["id"], result.returncode, result.stderr.decode()))
    report = json.loads(result.stdout)
    families = ("yaml/", "api/", "limit/") + (("apply/",) if old is not None else ())
    findings = [f for f in report["findings"]
                if f["severity"] == "error" and f["rule"].startswith(families)]
    # Nothing that was looked at, and nothing found, is no acceptance.
    nothing = not findings and not report["summary"]["objects"]
    return {"id": case["id"], "verdict": "reject" if findings or nothing else "accept",
            "findings": [{"line": f.get("line"), "field": f.get("field"), "rule": f["rule"],
                          "message": f["message"]} for f in findings]}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--tidegate", required=True)
    parser.add_argument("--shared", required=True)
    parser.add_argument("--minor", default="1.36")
    parser.add_argument("--ids", default="")
    parser.add_argument("out")
    args = parser.parse_args()
    # Each case runs in a folder of its own.
    args.tidegate = os.path.abspath(args.tidegate)
    args.shared = os.path.abspath(args.shared)
    sys.path.insert(0, os.path.join(args.shared, "fidelity"))
    import cases as reader
    cases = [c for c in reader.load(os.path.join(args.shared, "fidelity", "cases-dev.jsonl"))
             if re.search(args.ids, c["id"])]

    def one(case):
        old = reader.body(case, "old") if case["old"] is not None else None
        return judge(args, case, reader.body(case), old)

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        verdicts = list(pool.map(one, cases))
    with open(args.out, "w", encoding="utf-8") as f:
        for verdict in verdicts:
            f.write(json.dumps(verdict) + "\n")


main()
