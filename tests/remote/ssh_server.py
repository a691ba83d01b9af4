# SPDX-License-Identifier: Apache-2.0
"""A real sshd on loopback with keys of its own, which runs git as the user of the test."""
import getpass
import os
import pathlib
import shutil
import socket
import subprocess
import time

SSHD = shutil.which("sshd") or next(
    (path for path in ("/usr/sbin/sshd", "/usr/local/sbin/sshd") if os.path.exists(path)), None)


def make_key(path, kind="ed25519"):
    subprocess.run(["ssh-keygen", "-q", "-t", kind, "-N", "", "-C", "test", "-f", path], check=True)
    return path


class SshServer:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.host_key = make_key(self.folder / "host")
        self.user_key = make_key(self.folder / "user")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        config = self.folder / "sshd_config"
        keys = self.folder / "authorized_keys"
        keys.write_text((self.folder / "user.pub").read_text())
        keys.chmod(0o600)
        config.write_text("\n".join((
            "Port %d" % self.port, "ListenAddress 127.0.0.1", "HostKey %s" % self.host_key,
            "AuthorizedKeysFile %s" % keys, "PidFile none", "StrictModes no", "UsePAM no",
            "PasswordAuthentication no", "KbdInteractiveAuthentication no",
            "PermitRootLogin prohibit-password", "AcceptEnv GIT_PROTOCOL", "LogLevel ERROR")) + "\n")
        self.config = config

    def __enter__(self):
        if os.geteuid() == 0:
            # Debian's sshd insists on it; its service would have made it.
            os.makedirs("/run/sshd", mode=0o755, exist_ok=True)
        self._process = subprocess.Popen([SSHD, "-D", "-e", "-f", self.config],
                                         stderr=subprocess.PIPE, text=True)
        for _ in range(100):
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                break
            except OSError:
                if self._process.poll() is not None:
                    raise RuntimeError("sshd: " + self._process.stderr.read()) from None
                time.sleep(0.05)
        return self

    def __exit__(self, *_):
        self._process.terminate()
        self._process.wait(10)
        self._process.stderr.close()

    def known_hosts(self, path, key=None):
        name, text = "[127.0.0.1]:%d" % self.port, pathlib.Path("%s.pub" % (key or self.host_key))
        path.write_text("%s %s\n" % (name, " ".join(text.read_text().split()[:2])))
        return path

    def url(self, repository):
        return "ssh://%s@127.0.0.1:%d%s" % (getpass.getuser(), self.port, repository)
