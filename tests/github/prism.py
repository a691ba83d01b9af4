# SPDX-License-Identifier: Apache-2.0
"""Prism serves GitHub's own description of its API: alone, or in front of the fake forge, where it
judges requests and answers both."""
import contextlib
import os
import pathlib
import socket
import subprocess
import tempfile
import time

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
MODULES = ROOT / "build/npm/node_modules"
DESCRIPTION = ROOT / "build/npm/github.json"
ENTERPRISE = ROOT / "build/npm/enterprise.json"

# Where there is no Node the tests that need it are skipped, and say so; CI has to have it.
needs_npm = pytest.mark.skipif(not DESCRIPTION.exists() and not os.environ.get("CI"),
                               reason="the packages of tests/npm are not installed")


def is_listening(port):
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


@contextlib.contextmanager
def prism(mode, *upstream, description=DESCRIPTION):
    """What breaks the description is answered with an error."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = tempfile.TemporaryFile()
    process = subprocess.Popen(
        ["node", str(MODULES / "@stoplight/prism-cli/dist/index.js"), mode, "--errors", "-h",
         "127.0.0.1", "-p", str(port), str(description), *upstream],
        stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)
    try:
        until = time.monotonic() + 60
        while not is_listening(port):
            assert process.poll() is None and time.monotonic() < until, "prism does not start"
            time.sleep(0.1)
        yield "http://127.0.0.1:%d" % port
    finally:
        process.terminate()
        process.wait(20)
        log.close()
