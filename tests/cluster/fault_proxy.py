# SPDX-License-Identifier: Apache-2.0
"""A server on loopback in front of the API server that fails on demand.

    with FaultProxy(cluster) as proxy:
        proxy.fail("429", times=2, path="/configmaps", seconds=1)
        ... requests to https://127.0.0.1:PORT (proxy.port) ...

It has the API server's own certificate, speaks HTTP/1.1 only, and passes on what no fault is for.
A fault is for requests whose target holds `path`, and is over after `times` of them. Kinds:

    429, 503      with Retry-After: `seconds` (none for None)
    500, 502      as a proxy would: HTML
    401, 403      a Status
    500-typed     what server-side apply answers to a schema error
    reset         the connection is reset before an answer
    lost          the server heeds the request, and the connection is reset before its answer
    cut           the answer's first half, then a reset
    slow          one byte every `seconds`
    hang          no answer at all for `seconds`
    garbage       an answer that is no HTTP
    text          200 with a body that is no JSON
    large         an answer without end
    dropped       a stream that is reset after its first line
    gone          410, as for a resourceVersion or continue token that is too old
    gone-event    a stream of one event: ERROR with 410

fail_handshake("reset" or "garbage") is for the next connections instead.
"""
import collections
import contextlib
import http.client
import http.server
import json
import socket
import socketserver
import ssl
import struct
import threading
import time

HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "host"}
Fault = collections.namedtuple("Fault", "kind path method seconds")
Seen = collections.namedtuple("Seen", "method target headers body time")


def status(code, reason, message, **details):
    return json.dumps({"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": code,
                       "reason": reason, "message": message, "details": details}).encode()


TYPED = status(500, "", "failed to create typed patch object (a/b; /v1, Kind=ConfigMap): "
                        ".data.a: expected string, got &value.valueUnstructured{Value:7}")
GONE = status(410, "Expired", "The provided continue parameter is too old")


class FaultProxy:
    def __init__(self, cluster):
        self.upstream = ("127.0.0.1", cluster.port)
        self.trust = ssl.create_default_context(cafile=str(cluster.certificate))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(cluster.certificate, cluster.certificate.with_suffix(".key"))
        context.set_alpn_protocols(["http/1.1"])
        self.context = context
        self.seen = []
        self._faults = []
        self._handshakes = []
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.proxy = self
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()

    def fail(self, kind, times=1, path="", method="", seconds=None):
        with self._lock:
            self._faults += [Fault(kind, path, method, seconds)] * times

    def fail_handshake(self, kind, times=1):
        with self._lock:
            self._handshakes += [kind] * times

    def clear(self):
        with self._lock:
            self._faults = []
            self._handshakes = []
        self.seen = []

    def take_handshake(self):
        with self._lock:
            return self._handshakes.pop(0) if self._handshakes else None

    def take(self, method, target):
        with self._lock:
            for fault in self._faults:
                if fault.path in target and fault.method in method:
                    self._faults.remove(fault)
                    return fault
        return None


class _Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
    request_queue_size = 128
    proxy = None

    def finish_request(self, request, client_address):
        # The handshake is the connection's own thread's.
        request.settimeout(60)
        kind = self.proxy.take_handshake()
        if kind:
            if kind == "garbage":
                request.recv(4096)
                request.sendall(b"SSH-2.0-nothing of the kind\r\n" * 20)
            elif kind == "reset":
                request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            request.close()
            return
        with contextlib.suppress(OSError):
            with self.proxy.context.wrap_socket(request, server_side=True) as secured:
                self.RequestHandlerClass(secured, client_address, self)

    def handle_error(self, request, client_address):
        """Clients that go away are what this is for."""


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        """Nothing."""

    def _any(self):
        proxy = self.server.proxy
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        proxy.seen.append(Seen(self.command, self.path, dict(self.headers), body,
                               time.monotonic()))
        fault = proxy.take(self.command, self.path)
        if not fault:
            self._pass_on(body)
            return
        name = fault.kind.replace("-", "_")
        if name.isdigit():
            self._refuse(int(name), fault.seconds)
        else:
            getattr(self, "_fault_" + name)(fault, body)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _any

    # ---- what works ----

    def _ask(self, body):
        proxy = self.server.proxy
        upstream = http.client.HTTPSConnection(*proxy.upstream, context=proxy.trust, timeout=60)
        upstream.request(self.command, self.path, body=body or None,
                         headers={name: value for name, value in self.headers.items()
                                  if name.lower() not in HOP_BY_HOP})
        return upstream.getresponse()

    def _send_head(self, response, length=None):
        self.send_response(response.status)
        for name, value in response.headers.items():
            if name.lower() not in HOP_BY_HOP:
                self.send_header(name, value)
        if length is None:
            self.send_header("Transfer-Encoding", "chunked")
        else:
            self.send_header("Content-Length", str(length))
        self.end_headers()

    def _pass_on(self, body):
        response = self._ask(body)
        if "watch=true" not in self.path:
            whole = response.read()
            self._send_head(response, len(whole))
            self.wfile.write(whole)
            return
        self._send_head(response)
        while line := response.readline():
            self._chunk(line)
        self.wfile.write(b"0\r\n\r\n")

    def _chunk(self, data):
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
        self.wfile.flush()

    def _answer(self, code, body, content_type="application/json", **headers):
        self.send_response(code)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), str(value))
        self.end_headers()
        self.wfile.write(body)

    # ---- what does not ----

    def _refuse(self, code, seconds):
        reasons = {401: "Unauthorized", 403: "Forbidden", 429: "TooManyRequests",
                   503: "ServiceUnavailable"}
        after = {} if seconds is None else {"Retry_After": seconds}
        if code in reasons:
            self._answer(code, status(code, reasons[code], "as it was wanted"), **after)
        else:
            self._answer(code, b"<html>Bad gateway</html>", "text/html", **after)

    def _reset(self):
        """Not an orderly end: RST."""
        self.close_connection = True
        with contextlib.suppress(OSError):
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            socket.close(self.connection.detach())

    def _fault_500_typed(self, fault, body):
        self._answer(500, TYPED)

    def _fault_reset(self, fault, body):
        self._reset()

    def _fault_lost(self, fault, body):
        self._ask(body).read()
        self._reset()

    def _fault_cut(self, fault, body):
        response = self._ask(body)
        whole = response.read()
        self._send_head(response, len(whole))
        self.wfile.write(whole[:len(whole) // 2])
        self.wfile.flush()
        self._reset()

    def _fault_slow(self, fault, body):
        response = self._ask(body)
        whole = response.read()
        self._send_head(response, len(whole))
        with contextlib.suppress(OSError):
            for at in range(len(whole)):
                self.wfile.write(whole[at:at + 1])
                self.wfile.flush()
                time.sleep(fault.seconds)

    def _fault_hang(self, fault, body):
        time.sleep(fault.seconds)
        self._reset()

    def _fault_garbage(self, fault, body):
        self.wfile.write(b"\x00\x01\x02 hello\r\n\r\n")
        self.wfile.flush()
        self._reset()

    def _fault_text(self, fault, body):
        self._answer(200, b"hello", "text/plain")

    def _fault_large(self, fault, body):
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        with contextlib.suppress(OSError):
            for _ in range(64):
                self._chunk(b" " * (1 << 20))
        self._reset()

    def _fault_dropped(self, fault, body):
        response = self._ask(body)
        self._send_head(response)
        self._chunk(response.readline())
        self._reset()

    def _fault_gone(self, fault, body):
        self._answer(410, GONE)

    def _fault_gone_event(self, fault, body):
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self._chunk(b'{"type":"ERROR","object":%s}\n' % GONE)
        self.wfile.write(b"0\r\n\r\n")
