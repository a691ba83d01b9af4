# SPDX-License-Identifier: Apache-2.0
"""Builds the control plane from Go modules, once per machine.

The folders 1.33 to 1.36 and etcd beside this file are Go modules that pin what is built; the version
of a binary is the one its go.mod requires. Binaries are kept outside the tree, one folder a version.
"""
import contextlib
import fcntl
import os
import pathlib
import re
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
DEFAULT_MINOR = "1.36"
KUBERNETES = "k8s.io/kubernetes"
ETCD = "go.etcd.io/etcd/server/v3"
FLAGS = ["-trimpath", "-buildvcs=false", "-mod=readonly"]
# Outside a release build nothing else tells a binary which version it is.
VERSION_VARIABLES = "k8s.io/component-base/version"


class ClusterError(Exception):
    """Something a person has to mend; the text says what and how."""


def cache_dir():
    base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return pathlib.Path(base) / "tidegate" / "cluster"


def minors():
    return sorted(path.parent.name for path in HERE.glob("1.*/go.mod"))


def kubernetes_version(minor):
    """The pinned patch version of a minor: 1.36 is v1.36.3."""
    if minor not in minors():
        raise ClusterError("there is no control plane of Kubernetes %s here; choose one of %s" % (
            minor, ", ".join(minors())))
    return _pinned(HERE / minor, KUBERNETES)


def ensure(minor, names):
    """The paths of binaries by name ("etcd" or a folder of Kubernetes' cmd), built if need be."""
    paths = {}
    for name in names:
        module = HERE / ("etcd" if name == "etcd" else minor)
        version = "etcd-" + _pinned(module, ETCD) if name == "etcd" else kubernetes_version(minor)
        path = cache_dir() / version / name
        if not path.exists():
            _build(module, name, path)
        paths[name] = path
    return paths


def ensure_tool(module, name, requirement, package):
    """A program of another Go module with its go.mod in the folder `module`, kept beside those."""
    path = cache_dir() / ("%s-%s" % (name, _pinned(module, requirement))) / name
    if not path.exists():
        _build(module, name, path, ["-ldflags", "-s -w"], package)
    return path


def _pinned(module, requirement):
    text = (module / "go.mod").read_text()
    found = re.search(r"^(?:require)?\s+%s (v\S+)" % re.escape(requirement), text, re.M)
    if not found:
        raise ClusterError("%s/go.mod requires no %s" % (module, requirement))
    return found.group(1)


def _build(module, name, path, link=None, package=None):
    """Whoever comes second waits for the lock and finds the binary there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with _locked(path.parent / (name + ".lock")):
        if path.exists():
            return
        _check_go(module)
        print("tests: building %s %s from source; once per machine, some minutes" % (
            name, path.parent.name), file=sys.stderr, flush=True)
        unfinished = path.parent / (name + ".unfinished")
        command = (["go", "build", *FLAGS, *link, "-o", unfinished, package] if package
                   else _build_command(module, name, unfinished))
        result = subprocess.run(command, cwd=module,
                                env=dict(os.environ, CGO_ENABLED="0", GOWORK="off"))
        if result.returncode != 0:
            unfinished.unlink(missing_ok=True)
            raise ClusterError("%s could not be built; the lines above say why" % name)
        unfinished.rename(path)


def _build_command(module, name, output):
    if name == "etcd":
        return ["go", "build", *FLAGS, "-ldflags", "-s -w", "-o", output, ETCD]
    version = _pinned(module, KUBERNETES)
    major, minor = version.lstrip("v").split(".")[:2]
    values = {"gitVersion": version, "gitMajor": major, "gitMinor": minor}
    link = " ".join("-X %s.%s=%s" % (VERSION_VARIABLES, *item) for item in values.items())
    return ["go", "build", *FLAGS, "-ldflags", "-s -w " + link, "-o", output,
            "%s/cmd/%s" % (KUBERNETES, name)]


def _check_go(module):
    wanted = re.search(r"^go (\S+)", (module / "go.mod").read_text(), re.M).group(1)
    if not shutil.which("go"):
        raise ClusterError("the programs that tests use are built with Go %s or newer, and there is no go in "
                           "PATH; install it and try again" % wanted)
    # Asked in the module's folder, a Go that may fetch a newer toolchain tells that one's version.
    answer = subprocess.run(["go", "env", "GOVERSION"], cwd=module, capture_output=True, text=True)
    found = re.match(r"go(\d+(?:\.\d+)*)", answer.stdout)
    if not found or _numbers(found.group(1)) < _numbers(wanted):
        raise ClusterError("the programs that tests use are built with Go %s or newer, and this is %s" % (
            wanted, answer.stdout.strip() or answer.stderr.strip()))


def _numbers(version):
    return tuple(int(part) for part in re.findall(r"\d+", version))


@contextlib.contextmanager
def _locked(path):
    with open(path, "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
