# SPDX-License-Identifier: Apache-2.0
"""A small forge on loopback that remembers what it is told, and misbehaves when it is asked to.

It answers the calls that tidegate sends as GitHub's API does: appended annotations, pages, limits.
Faults are queued: `forge.faults.append(fault)`, each for the next call that it fits.
"""
import http.server
import json
import re
import threading
import time
import urllib.parse

PAGE = 30


class Fault:
    """What the next call of a method to a path gets in the place of its answer."""

    def __init__(self, method, path, status=0, headers=None, body=None, after=False, seconds=0,
                 cut=False):
        self.method, self.path, self.status = method, re.compile(path), status
        self.headers, self.body = headers or {}, body or {"message": "fault"}
        self.after = after      # the call is heeded all the same
        self.seconds = seconds  # of silence before the answer
        self.cut = cut          # the connection ends in the middle

    def fits(self, method, path):
        return self.method == method and self.path.search(path)


class Forge:
    def __init__(self, tls=None):
        self.runs, self.statuses, self.comments = {}, [], []
        self.deployments, self.reviews = {}, []
        self.calls, self.faults, self.next_id = [], [], 1000
        self.times = []
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
            self.server.socket = tls.wrap_socket(self.server.socket, server_side=True)
            scheme = "https"
        self.url = "%s://127.0.0.1:%d" % (scheme, self.server.server_address[1])
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
        if not fault or fault.after:
            answer = self.answer(request.command, request.path, body)
        if fault:
            time.sleep(fault.seconds)
            if fault.cut:
                request.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{")
                request.wfile.flush()
                request.connection.close()
                request.close_connection = True
                return
            if fault.status:
                answer = (fault.status, fault.headers, fault.body)
        self.reply(request, *answer)

    def reply(self, request, status, headers, body):
        data = b"" if body is None else json.dumps(body).encode()
        try:
            request.send_response(status)
            for name, value in headers.items():
                request.send_header(name, value)
            request.send_header("Content-Type", "application/json")
            request.send_header("Content-Length", str(len(data)))
            request.end_headers()
            request.wfile.write(data)
        except (BrokenPipeError, ConnectionResetError):
            pass

    def new_id(self):
        self.next_id += 1
        return self.next_id

    def answer(self, method, path, body):
        url = urllib.parse.urlsplit(path)
        query = dict(urllib.parse.parse_qsl(url.query))
        for pattern, wanted, function in ROUTES:
            match = re.fullmatch(pattern, url.path)
            if match and method == wanted:
                return function(self, match, query, body)
        return 404, {}, {"message": "Not Found"}

    def page(self, path, items, query, wrap=lambda part: part):
        """Pages are small, whatever is asked for, so that they are followed."""
        number = int(query.get("page", 1))
        part = items[(number - 1) * PAGE:number * PAGE]
        headers = {}
        if number * PAGE < len(items):
            query = dict(query, page=number + 1)
            headers["Link"] = '<%s%s?%s>; rel="next"' % (self.url, path,
                                                       urllib.parse.urlencode(query))
        return 200, headers, wrap(part)

    # -- check runs

    def create_run(self, _match, _query, body):
        if len(body.get("output", {}).get("annotations", [])) > 50:
            return 422, {}, {"message": "too many annotations"}
        run = {"id": self.new_id(), "annotations": [], **body}
        run["html_url"] = "https://forge.test/runs/%d" % run["id"]
        self.runs[run["id"]] = run
        self.append(run, body)
        return 201, {}, self.show(run)

    def update_run(self, match, _query, body):
        run = self.runs[int(match[1])]
        if len(body.get("output", {}).get("annotations", [])) > 50:
            return 422, {}, {"message": "too many annotations"}
        run.update({key: value for key, value in body.items() if key != "output"})
        self.append(run, body)
        return 200, {}, self.show(run)

    def append(self, run, body):
        output = body.get("output", {})
        run["annotations"] += output.get("annotations", [])
        run["summary"], run["title"] = output.get("summary"), output.get("title")

    def show(self, run):
        return {"id": run["id"], "status": run["status"], "external_id": run.get("external_id"),
                "html_url": run["html_url"],
                "output": {"annotations_count": len(run["annotations"])}}

    def get_run(self, match, _query, _body):
        return 200, {}, self.show(self.runs[int(match[1])])

    def list_runs(self, match, query, _body):
        runs = [self.show(run) for run in self.runs.values()
                if run["head_sha"] == match[1] and run["name"] == query.get("check_name")]
        return self.page(match.string, runs, query,
                         lambda part: {"total_count": len(runs), "check_runs": part})

    # -- the rest

    def add_status(self, match, _query, body):
        self.statuses.append(dict(body, sha=match[1]))
        return 201, {}, body

    def list_comments(self, match, query, _body):
        return self.page(match.string, self.comments, query)

    def add_comment(self, _match, _query, body):
        comment = {"id": self.new_id(), "body": body["body"], "user": {"type": "Bot"},
                   "html_url": "https://forge.test/comment"}
        self.comments.append(comment)
        return 201, {}, comment

    def edit_comment(self, match, _query, body):
        comment = next(c for c in self.comments if c["id"] == int(match[1]))
        comment["body"] = body["body"]
        return 200, {}, comment

    def delete_comment(self, match, _query, _body):
        self.comments = [c for c in self.comments if c["id"] != int(match[1])]
        return 204, {}, None


REPOSITORY = r"/repos/[^/]+/[^/]+"
ROUTES = [
    (REPOSITORY + "/check-runs", "POST", Forge.create_run),
    (REPOSITORY + r"/check-runs/(\d+)", "PATCH", Forge.update_run),
    (REPOSITORY + r"/check-runs/(\d+)", "GET", Forge.get_run),
    (REPOSITORY + r"/commits/([0-9a-f]+)/check-runs", "GET", Forge.list_runs),
    (REPOSITORY + r"/statuses/([0-9a-f]+)", "POST", Forge.add_status),
    (r"/projects/\d+/statuses/([0-9a-f]+)", "POST", Forge.add_status),
    (REPOSITORY + r"/issues/\d+/comments", "GET", Forge.list_comments),
    (REPOSITORY + r"/issues/\d+/comments", "POST", Forge.add_comment),
    (REPOSITORY + r"/issues/comments/(\d+)", "PATCH", Forge.edit_comment),
    (REPOSITORY + r"/issues/comments/(\d+)", "DELETE", Forge.delete_comment),
]
