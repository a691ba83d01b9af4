# SPDX-License-Identifier: Apache-2.0
"""A small forge on loopback that remembers what it is told, and misbehaves when it is asked to.

It answers the calls that tidegate sends as GitHub's API does; what it answers is in forge_routes.py,
and is held to GitHub's own description by test_contract.py. Faults are queued:
`forge.faults.append(fault)`, each for the next call that it fits.
"""
import http.server
import json
import re
import threading
import time
import urllib.parse

import forge_routes

PAGE = 30


class Fault:
    """What the next call of a method to a path gets in the place of its answer."""

    def __init__(self, method, path, status=0, headers=None, body=None, after=False, seconds=0,
                 cut=False, trickle=0, do=None):
        self.method, self.path, self.status = method, re.compile(path), status
        self.headers, self.body = headers or {}, {"message": "fault"} if body is None else body
        self.after = after      # the call is heeded all the same
        self.seconds = seconds  # of silence before the answer
        self.cut = cut          # the connection ends in the middle
        self.trickle = trickle  # seconds between two bytes of the answer
        self.do = do            # what somebody else does just before

    def fits(self, method, path):
        return self.method == method and self.path.search(path)


class Forge(forge_routes.Answers):
    def __init__(self, tls=None, prefix=""):
        super().__init__()
        self.calls, self.faults, self.times = [], [], []
        self.asked = set()    # the routes that were
        self.prefix = prefix  # of the API below its host, as Enterprise Server has one
        forge = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def handle_any(self):
                forge.handle(self)

            do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = handle_any

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        scheme = "http"
        if tls:
            # The handshake is left to the thread of the connection: who does not trust us must not
            # stop the others.
            self.server.socket = tls.wrap_socket(self.server.socket, server_side=True,
                                                 do_handshake_on_connect=False)
            scheme = "https"
        self.url = "%s://127.0.0.1:%d%s" % (scheme, self.server.server_address[1], prefix)
        self.public = self.url  # where callers reach it, which a proxy may be in front of
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    # -- one call

    def handle(self, request):
        length = int(request.headers.get("Content-Length") or 0)
        text = request.rfile.read(length)
        body = json.loads(text) if text else None
        self.calls.append((request.command, request.path, body, dict(request.headers)))
        self.times.append(time.monotonic())
        fault = next((f for f in self.faults if f.fits(request.command, request.path)), None)
        if fault:
            self.faults.remove(fault)
        answer = (200, {}, {})
        if fault and fault.do:
            fault.do()
        if not fault or fault.after:
            answer = self.answer(request.command, request.path, body)
        if not fault:
            self.reply(request, *answer)
            return
        time.sleep(fault.seconds)
        if fault.cut:
            request.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{")
            request.wfile.flush()
            request.connection.close()
            request.close_connection = True
            return
        if fault.status:
            answer = (fault.status, fault.headers, fault.body)
        self.reply(request, *answer, trickle=fault.trickle)

    def reply(self, request, status, headers, body, trickle=0):
        data = b"" if body is None else json.dumps(body).encode()
        try:
            request.send_response(status)
            for name, value in headers.items():
                request.send_header(name, value)
            if body is not None:
                request.send_header("Content-Type", "application/json; charset=utf-8")
            request.send_header("Content-Length", str(len(data)))
            request.end_headers()
            for i in range(len(data) if trickle else 0):
                request.wfile.write(data[i:i + 1])
                time.sleep(trickle)
            request.wfile.write(b"" if trickle else data)
        except OSError:  # nobody listens any more
            request.close_connection = True

    def answer(self, method, path, body):
        url = urllib.parse.urlsplit(path)
        query = dict(urllib.parse.parse_qsl(url.query))
        where = url.path.removeprefix(self.prefix) if url.path.startswith(self.prefix) else ""
        for pattern, wanted, function in forge_routes.ROUTES:
            match = re.fullmatch(pattern, where)
            if match and method == wanted:
                self.asked.add((pattern, method))
                return function(self, match, query, body)
        return forge_routes.missing()

    def page(self, path, items, query, wrap=lambda part: part):
        """Pages are small, whatever is asked for, so that they are followed."""
        number = int(query.get("page", 1))
        size = min(PAGE, int(query.get("per_page", PAGE)))
        part = items[(number - 1) * size:number * size]
        headers = {}
        if number * size < len(items):
            query = dict(query, page=number + 1)
            headers["Link"] = '<%s%s?%s>; rel="next"' % (self.public, path,
                                                       urllib.parse.urlencode(query))
        return 200, headers, wrap(part)
