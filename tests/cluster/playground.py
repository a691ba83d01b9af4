# SPDX-License-Identifier: Apache-2.0
"""A control plane to play with, one a Kubernetes minor, that stays until it is told to go.

What runs is written down beside the cached binaries: the process numbers and when each started, so
that a number that was given to another program since is left alone.
"""
import argparse
import contextlib
import fcntl
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time

from binaries import ClusterError, DEFAULT_MINOR, cache_dir, ensure, kubernetes_version, minors
from cluster import Cluster
from nodes import ClusterWithNodes

START_TIME_FIELD = 22  # of /proc/PID/stat, proc(5), counted from 1
DOWN_SECONDS = 10


def up(minor, nodes=False):
    if _running(minor):
        raise ClusterError("a control plane of Kubernetes %s is already up; './dev cluster down "
                           "--version %s' ends it" % (minor, minor))
    ensure(minor, ["kubectl"])
    # What a crash or a restart of the machine left behind.
    shutil.rmtree(_folder(minor), ignore_errors=True)
    cluster = (ClusterWithNodes if nodes else Cluster)(minor, folder=_folder(minor), outlive=True)
    cluster.start()
    try:
        pids = [process.pid for process in cluster.processes]
        _record(minor).write_text(json.dumps({
            "url": "https://127.0.0.1:%d" % cluster.port,
            "processes": [{"name": each.name, "pid": each.pid, "started": started(each.pid)}
                          for each in cluster.processes]}, indent=2) + "\n")
    except BaseException:
        cluster.stop()
        raise
    print("Kubernetes %s is up, processes %s" % (kubernetes_version(minor), _joined(pids)))
    print("export KUBECONFIG=%s" % cluster.kubeconfig)
    print("export PATH=%s:$PATH" % (cache_dir() / kubernetes_version(minor)))


def down(minor):
    """Ends the processes that up() wrote down, the latest started first."""
    running = _running(minor)
    for each in reversed(running):
        with contextlib.suppress(ProcessLookupError):
            os.kill(each["pid"], signal.SIGKILL)
        _wait_gone(each)
    shutil.rmtree(_folder(minor), ignore_errors=True)
    print("Kubernetes %s is down, processes %s" % (minor, _joined(each["pid"] for each in running))
          if running else "Kubernetes %s was not up" % minor)


def kubeconfig(minor):
    if not _running(minor):
        raise ClusterError("no control plane of Kubernetes %s is up; './dev cluster up "
                           "--version %s' starts one" % (minor, minor))
    print(_folder(minor) / "kubeconfig")


def status(minor):
    running = _running(minor)
    if not running:
        print("Kubernetes %s is not up" % minor)
        return
    print("Kubernetes %s at %s" % (kubernetes_version(minor), _read(minor)["url"]))
    for each in running:
        print("  %s, process %d" % (each["name"], each["pid"]))


def _folder(minor):
    return cache_dir() / "up" / minor


def _record(minor):
    return _folder(minor) / "running.json"


def _read(minor):
    with contextlib.suppress(FileNotFoundError):
        return json.loads(_record(minor).read_text())
    return {"url": "", "processes": []}


def _running(minor):
    return [each for each in _read(minor)["processes"] if started(each["pid"]) == each["started"]]


def started(pid):
    """When a process began, in ticks since the machine did; None when it is gone or a zombie."""
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        # The second field is the name in parentheses and may hold anything, so count behind it.
        fields = pathlib.Path("/proc/%d/stat" % pid).read_text().rpartition(")")[2].split()
        return None if fields[0] == "Z" else int(fields[START_TIME_FIELD - 3])
    return None


def _wait_gone(process):
    deadline = time.monotonic() + DOWN_SECONDS
    while started(process["pid"]) == process["started"]:
        if time.monotonic() > deadline:
            raise ClusterError("process %d (%s) does not end" % (process["pid"], process["name"]))
        time.sleep(0.02)


def _joined(pids):
    return ", ".join(str(pid) for pid in pids)


COMMANDS = {"up": up, "down": down, "kubeconfig": kubeconfig, "status": status}


def main():
    parser = argparse.ArgumentParser(prog="./dev cluster", allow_abbrev=False)
    parser.add_argument("command", choices=COMMANDS)
    parser.add_argument("--version", metavar="MINOR", choices=minors(), default=DEFAULT_MINOR,
                        help="one of %s (%s)" % (", ".join(minors()), DEFAULT_MINOR))
    parser.add_argument("--nodes", action="store_true",
                        help="of 'up': with two nodes that are played, so that workloads become ready")
    arguments = parser.parse_args()
    if arguments.nodes and arguments.command != "up":
        parser.error("--nodes is of 'up'")
    options = {"nodes": True} if arguments.nodes else {}
    cache_dir().mkdir(parents=True, exist_ok=True)
    with open(cache_dir() / ("up-%s.lock" % arguments.version), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            COMMANDS[arguments.command](arguments.version, **options)
        except (ClusterError, subprocess.CalledProcessError) as failure:
            sys.exit("cluster: %s" % failure)
        except KeyboardInterrupt:
            sys.exit(130)


if __name__ == "__main__":
    main()
