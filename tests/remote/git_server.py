# SPDX-License-Identifier: Apache-2.0
"""The real git behind https, with the faults that a server can have.

    with GitServer(folder, certificate, key) as server:
        server.password = ("me", "secret")
        server.fault = "hang"

git's own `http-backend` answers, run as CGI by Python's server. A fault is a name of FAULTS or None.
"""
import base64
import http.server
import os
import socket
import ssl
import struct
import subprocess
import threading
import time

FAULTS = ("hang", "trickle", "reset", "endless", "redirect", "401", "403", "404", "429", "500", "503")
CHUNK = 64 << 10


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        self.handle_one()

    def do_POST(self):
        self.handle_one()

    def handle_one(self):
        server = self.server.owner
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.headers.get("Transfer-Encoding") == "chunked":
            body = self.read_chunks()
        server.seen.append((self.command, self.path, self.headers.get("Authorization", "")))
        if not self.fault(server.fault, body):
            if server.allows(self.headers.get("Authorization", "")):
                self.backend(server, body)
            else:
                self.answer(401, b"no\n", [("WWW-Authenticate", 'Basic realm="git"')])

    def read_chunks(self):
        parts = []
        while size := int(self.rfile.readline(), 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def answer(self, code, body, headers=()):
        self.send_response(code)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def fault(self, fault, body):
        """Whether the answer was a fault."""
        is_pack = self.command == "POST" and b"command=fetch" in body
        if fault in ("401", "403", "404", "429", "500", "503"):
            self.answer(int(fault), b"no\n")
        elif fault == "redirect":
            self.answer(302, b"", [("Location", self.server.owner.redirect + self.path)])
        elif fault == "hang":
            self.server.owner.stopping.wait(60)
            self.close_connection = True
        elif is_pack and fault in ("trickle", "endless", "reset"):
            getattr(self, fault)(body)
        else:
            return False
        return True

    def backend(self, server, body):
        out = server.backend(self, body)
        head, _, rest = out.partition(b"\r\n\r\n")
        code, headers = 200, []
        for line in head.split(b"\r\n"):
            name, _, value = line.decode().partition(": ")
            if name == "Status":
                code = int(value.split()[0])
            else:
                headers.append((name, value))
        self.answer(code, rest, headers)

    def begin(self):
        self.send_response(200)
        self.send_header("Content-Type", "application/x-git-upload-pack-result")
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True

    def trickle(self, body):
        """A byte a moment: never silent for long."""
        out = self.server.owner.backend(self, body).partition(b"\r\n\r\n")[2]
        self.begin()
        for position in range(len(out)):
            if self.server.owner.stopping.wait(0.2):
                return
            self.wfile.write(out[position:position + 1])
            self.wfile.flush()

    def reset(self, body):
        """Half of the pack, then the connection is gone."""
        out = self.server.owner.backend(self, body).partition(b"\r\n\r\n")[2]
        self.begin()
        self.wfile.write(out[:len(out) // 2])
        self.wfile.flush()
        time.sleep(0.1)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()

    def endless(self, body):
        """A pack with one object that has no end, in zlib's stored blocks."""
        self.begin()
        if b"done" not in body:
            self.packet(b"acknowledgments\n")
            self.packet(b"ready\n")
            self.wfile.write(b"0001")
        self.packet(b"packfile\n")
        size, head = (1 << 40), []
        byte = (3 << 4) | (size & 15)
        size >>= 4
        while size:
            head.append(byte | 0x80)
            byte, size = size & 0x7f, size >> 7
        head.append(byte)
        self.packet(b"\x01PACK" + struct.pack(">II", 2, 1) + bytes(head) + b"\x78\x01")
        block = b"\x00" + struct.pack("<HH", 65000, 65000 ^ 0xffff) + os.urandom(65000)
        stream = block * 8
        while not self.server.owner.stopping.is_set():
            for at in range(0, len(stream), 65000):
                self.packet(b"\x01" + stream[at:at + 65000])

    def packet(self, payload):
        self.wfile.write(b"%04x" % (len(payload) + 4) + payload)


class Quiet(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        """Clients that go away are what is tested."""


class GitServer:
    def __init__(self, folder, certificate=None, key=None):
        self.folder, self.fault, self.redirect = folder, None, ""
        self.password = self.token = None
        self.is_old = False     # knows version 0 of the protocol only
        self.seen = []
        self.stopping = threading.Event()
        self._server = Quiet(("127.0.0.1", 0), Handler)
        self._server.owner = self
        self.port = self._server.server_address[1]
        self.scheme = "https" if certificate else "http"
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate, key)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True,
                                                      do_handshake_on_connect=False)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self.stopping.set()
        self._server.shutdown()
        self._server.server_close()

    def url(self, name="shop.git"):
        return "%s://127.0.0.1:%d/%s" % (self.scheme, self.port, name)

    def allows(self, authorization):
        if self.token:
            return authorization == "Bearer " + self.token
        if self.password:
            return authorization == "Basic " + base64.b64encode(
                ":".join(self.password).encode()).decode()
        return True

    def backend(self, handler, body):
        path, _, query = handler.path.partition("?")
        env = {"PATH": os.environ["PATH"], "GIT_PROJECT_ROOT": str(self.folder),
               "GIT_HTTP_EXPORT_ALL": "1", "REQUEST_METHOD": handler.command, "PATH_INFO": path,
               "QUERY_STRING": query, "REMOTE_ADDR": "127.0.0.1", "GIT_CONFIG_NOSYSTEM": "1",
               "HOME": str(self.folder), "CONTENT_TYPE": handler.headers.get("Content-Type", ""),
               "CONTENT_LENGTH": str(len(body)),
               "HTTP_CONTENT_ENCODING": handler.headers.get("Content-Encoding", ""),
               "GIT_PROTOCOL": "" if self.is_old else handler.headers.get("Git-Protocol", "")}
        return subprocess.run(["git", "http-backend"], env=env, input=body, capture_output=True,
                              check=False).stdout
