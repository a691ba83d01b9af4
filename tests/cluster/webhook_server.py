# SPDX-License-Identifier: Apache-2.0
"""A server of admission webhooks on loopback, and their configurations.

    with WebhookServer(folder) as server:
        hooks = Webhooks(admin, server, namespace)
        hooks.deny("needs an owner", kind="configmaps")
        hooks.mutate([{"op": "add", "path": "/data/seen", "value": "yes"}], kind="configmaps")

Each path of the server is one webhook: a function of the AdmissionReview's request that gives the
response, `None` for none at all (the connection is closed). `server.asked` has the requests.
"""
import base64
import contextlib
import http.server
import json
import socketserver
import ssl
import subprocess
import threading
import time

from waiting import until


class WebhookServer:
    def __init__(self, folder):
        self.certificate = folder / "webhook.crt"
        key = folder / "webhook.key"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
                        "/CN=webhook", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key),
                        "-out", str(self.certificate)], check=True, stderr=subprocess.DEVNULL)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, key)
        self.asked = []
        self.answers = {}
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.hooks = self
        self._server.context = context
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()

    @property
    def authority(self):
        return base64.b64encode(self.certificate.read_bytes()).decode()

    def url(self, path):
        return "https://127.0.0.1:%d%s" % (self.port, path)


class _Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
    request_queue_size = 128
    hooks = None
    context = None

    def finish_request(self, request, client_address):
        request.settimeout(60)
        with contextlib.suppress(OSError):
            with self.context.wrap_socket(request, server_side=True) as secured:
                self.RequestHandlerClass(secured, client_address, self)

    def handle_error(self, request, client_address):
        """The API server goes away when it has waited long enough."""


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        """Nothing."""

    def do_POST(self):
        review = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        request = review["request"]
        hooks = self.server.hooks
        path = self.path.partition("?")[0]
        hooks.asked.append((path, request))
        response = hooks.answers[path](request)
        if response is None:
            self.close_connection = True
            return
        text = json.dumps({"apiVersion": review["apiVersion"], "kind": review["kind"],
                           "response": {"uid": request["uid"], **response}}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)


ALLOWED = {"allowed": True}


class Webhooks:
    """Configurations for one namespace's objects; remove() takes them away."""

    def __init__(self, admin, server, namespace):
        self._admin, self._server, self._namespace = admin, server, namespace
        self._made = []

    def deny(self, message, code=403, **how):
        return self.add("Validating", lambda request: {
            "allowed": False, "status": {"code": code, "message": message}}, **how)

    def mutate(self, patch, **how):
        encoded = base64.b64encode(json.dumps(patch).encode()).decode()
        return self.add("Mutating", lambda request: {
            "allowed": True, "patchType": "JSONPatch", "patch": encoded}, **how)

    def hang(self, seconds, **how):
        def answer(request):
            time.sleep(seconds)
        return self.add("Validating", answer, timeoutSeconds=1, **how)

    def add(self, type_, answer, kind="configmaps", group="", **fields):
        name = "hook-%d-%s" % (len(self._server.answers), self._namespace)
        path = "/" + name
        self._server.answers[path] = answer
        config = {
            "apiVersion": "admissionregistration.k8s.io/v1", "kind": type_ + "WebhookConfiguration",
            "metadata": {"name": name},
            "webhooks": [{
                "name": name + ".hooks.example", "admissionReviewVersions": ["v1"],
                "clientConfig": {"url": self._server.url(path), "caBundle": self._server.authority},
                "rules": [{"apiGroups": [group], "apiVersions": ["*"], "operations": ["CREATE", "UPDATE"],
                           "resources": [kind]}],
                "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": self._namespace}},
                "sideEffects": "None", "failurePolicy": "Fail", "timeoutSeconds": 5, **fields}]}
        made = self._admin.create(json.dumps(config), config["apiVersion"], config["kind"])
        assert made.accepted, made.message
        self._made.append((config["apiVersion"], config["kind"], name))
        self._wait(path, kind, group)
        return name

    def remove(self):
        for version, kind, name in self._made:
            self._admin.delete("%s/%s" % (self._admin.path(version, kind), name))

    def _wait(self, path, kind, group):
        """The server takes a moment to know of a webhook; it asks about dry runs, too."""
        name = {"configmaps": "ConfigMap", "deployments": "Deployment", "secrets": "Secret", "pods": "Pod",
                "serviceaccounts": "ServiceAccount", "services": "Service"}[kind]
        version = group + "/v1" if group else "v1"
        probe = {"apiVersion": version, "kind": name, "metadata": {"name": "probe"}}
        if name == "Service":
            probe["spec"] = {"ports": [{"port": 80}]}
        if name in ("Deployment", "Pod"):
            pod = {"containers": [{"name": "a", "image": "a"}]}
            labels = {"app": "probe"}
            probe["spec"] = pod if name == "Pod" else {
                "selector": {"matchLabels": labels}, "template": {"metadata": {"labels": labels}, "spec": pod}}

        def asked():
            self._admin.create(json.dumps(probe), version, name, self._namespace, dry_run=True)
            return any(each == path for each, _ in self._server.asked)
        until("a webhook is asked", asked)
        self._server.asked.clear()
