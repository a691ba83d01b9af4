# SPDX-License-Identifier: Apache-2.0
"""The program that asks the room `apply` what applying an object would change."""
import json
import subprocess


class OwnedProcess:
    def __init__(self, build, minor, definitions=()):
        self._process = subprocess.Popen([build / "tests/owned_driver"], stdin=subprocess.PIPE,
                                         stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.ask(minor=int(minor.split(".")[1]), crds=list(definitions))

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        self._process.stdin.close()
        code = self._process.wait(60)
        words = self._process.stderr.read()
        self._process.stdout.close()
        self._process.stderr.close()
        if kind is None:
            assert (code, words) == (0, ""), words[-4000:]

    def ask(self, **ask):
        self._process.stdin.write(json.dumps(ask) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise AssertionError(self._process.stderr.read()[-4000:])
        return json.loads(line)

    def compare(self, live, want, manager):
        return self.ask(live=live, want=want, manager=manager)

    def leave_out(self, live, want, manager, *paths, scaled=False):
        return self.ask(live=live, want=want, manager=manager, leave=list(paths),
                        scaled=scaled)["want"]
