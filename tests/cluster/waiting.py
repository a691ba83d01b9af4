# SPDX-License-Identifier: Apache-2.0
"""Waits for what a server does in its own time."""
import time

LIMIT_SECONDS = 30


def until(what, predicate):
    """Returns once the predicate is true; fails with `what` when that takes too long."""
    deadline = time.monotonic() + LIMIT_SECONDS
    while not predicate():
        assert time.monotonic() < deadline, "%s: not after %d seconds" % (what, LIMIT_SECONDS)
        time.sleep(0.02)
