#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs case folders against the built program.

usage: run_cases.py --tidegate PROGRAM [--update] FOLDER…

A case is a folder with `want.txt` in it: standard output, then a line `exit N`. Everything else in
the folder is copied to an empty directory, and there `cmd` runs (a shell script, with $TIDEGATE and,
where present, $SHARED); without a `cmd` the case is `check --all --format concise` for Kubernetes
1.36. What goes to standard error is compared when there is a `want.stderr`. --update rewrites the
expectations; look at the difference before you commit it.
"""
import argparse
import concurrent.futures
import difflib
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

DEFAULT = '"$TIDEGATE" check --all --format concise --kubernetes-version 1.36\n'
EXPECTATIONS = {"want.txt", "want.stderr", "cmd"}
TIMEOUT_SECONDS = 300
SANITIZER_LOG = "sanitizer"


def environment(program, home):
    """Nothing of the machine's own configuration reaches a case."""
    env = {"PATH": os.environ["PATH"], "HOME": home, "LC_ALL": "C.UTF-8", "TZ": "UTC",
           "TIDEGATE": program, "GIT_CONFIG_NOSYSTEM": "1", "SOURCE_DATE_EPOCH": "1700000000",
           "XDG_CACHE_HOME": os.path.join(home, "cache"), "GIT_CONFIG_COUNT": "2",
           # what is installed must not decide
           "TIDEGATE_KUSTOMIZE": "/does/not/exist", "TIDEGATE_HELM": "/does/not/exist",
           "GIT_CONFIG_KEY_0": "init.defaultBranch", "GIT_CONFIG_VALUE_0": "main",
           # it would go on behind our back, in a folder that is being removed
           "GIT_CONFIG_KEY_1": "maintenance.auto", "GIT_CONFIG_VALUE_1": "false"}
    for who in ("AUTHOR", "COMMITTER"):
        env["GIT_%s_NAME" % who] = "Test"
        env["GIT_%s_EMAIL" % who] = "test@example.com"
        env["GIT_%s_DATE" % who] = "2026-01-01T00:00:00Z"
    for name in ("ASAN_OPTIONS", "LSAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS"):
        env[name] = "%s:print_suppressions=0:log_path=%s" % (
            os.environ.get(name, ""), os.path.join(home, SANITIZER_LOG))
    return env


def run(case, program):
    script = DEFAULT
    if (case / "cmd").exists():
        script = (case / "cmd").read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as top:
        work = os.path.join(top, "work")
        home = os.path.join(top, "home")
        shutil.copytree(case, work, symlinks=True, ignore=lambda d, names: (
            EXPECTATIONS & set(names) if d == str(case) else []))
        os.mkdir(home)
        result = subprocess.run(["bash", "-c", script], cwd=work, env=environment(program, home),
                                stdin=subprocess.DEVNULL, capture_output=True, check=False,
                                timeout=TIMEOUT_SECONDS)
        clean = lambda data: data.decode("utf-8", "backslashreplace").replace(top, "$TMP")
        logs = "".join(p.read_text(errors="replace")
                       for p in pathlib.Path(home).glob(SANITIZER_LOG + ".*"))
        return clean(result.stdout) + "exit %d\n" % result.returncode, clean(result.stderr), logs


def compare(case, name, got, update):
    path = case / name
    want = path.read_text(encoding="utf-8") if path.exists() else None
    if got == want:
        return True
    if update:
        path.write_text(got, encoding="utf-8")
        print("updated %s" % path)
        return True
    print("FAILED %s" % path)
    sys.stdout.writelines(difflib.unified_diff((want or "").splitlines(True), got.splitlines(True),
                                               "wanted", "got"))
    return False


def check(case, args):
    out, err, sanitizer = run(case, args.tidegate)
    if sanitizer:
        print("FAILED %s: a sanitizer spoke\n%s" % (case, "\n".join(sanitizer.splitlines()[:30])))
        return False
    good = compare(case, "want.txt", out, args.update)
    if (case / "want.stderr").exists():
        good &= compare(case, "want.stderr", err, args.update)
    if not good and err:
        print("standard error of %s:\n%s" % (case, err))
    return good


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--tidegate", required=True)
    parser.add_argument("--update", action="store_true")
    parser.add_argument("folders", nargs="+")
    args = parser.parse_args()
    args.tidegate = os.path.abspath(args.tidegate)
    cases = sorted({p.parent for f in args.folders for p in pathlib.Path(f).rglob("want.txt")} |
                   {p.parent for f in args.folders for p in pathlib.Path(f).rglob("cmd")})
    if not cases:
        sys.exit("no case in %s" % " ".join(args.folders))
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        results = list(pool.map(lambda case: check(case, args), cases))
    print("%d passed, %d failed" % (sum(results), len(results) - sum(results)))
    sys.exit(not all(results))


main()
