# SPDX-License-Identifier: Apache-2.0
"""Talks to an API server as any client does, and says what it answered in one struct."""
import dataclasses
import functools
import http.client
import json
import re
import ssl
import urllib.parse

TIMEOUT_SECONDS = 30
YAML = "application/yaml"
APPLY = "application/apply-patch+yaml"
# One header a warning: code, agent and a quoted text (RFC 7234, section 5.5).
WARNING = re.compile(r'^299 \S+ "((?:[^"\\]|\\.)*)"')


@dataclasses.dataclass(frozen=True)
class Cause:
    type: str
    field: str
    message: str


@dataclasses.dataclass(frozen=True)
class Answer:
    """What came back: `object` is the JSON, or None where the server answered plain text."""
    code: int
    object: object
    text: str
    warnings: tuple

    @property
    def accepted(self):
        return 200 <= self.code < 300

    @property
    def verdict(self):
        return "accept" if self.accepted else "reject"

    @property
    def reason(self):
        return self._status.get("reason", "")

    @property
    def message(self):
        return "" if self.accepted else self._status.get("message", self.text.strip())

    @property
    def causes(self):
        details = self._status.get("details") or {}
        return tuple(Cause(each.get("reason", ""), each.get("field", ""), each.get("message", ""))
                     for each in details.get("causes") or ())

    @property
    def stage(self):
        """Where the server stopped: "", parse, type, strict, nomatch, invalid or admission."""
        if self.accepted:
            return ""
        for stage, code, text in STAGES:
            if self.code == code and text in self.message:
                return stage
        return "admission"

    @property
    def _status(self):
        return {} if self.accepted or not isinstance(self.object, dict) else self.object


# The first row that fits tells the stage; what none fits was refused by admission. Server-side apply
# answers 500 to what its typed reading refuses.
STAGES = (
    ("nomatch", 400, "no kind \""),
    ("nomatch", 400, "unknown conversion"),
    ("nomatch", 400, "does not match the expected API version"),
    ("nomatch", 404, "no matches for kind"),
    ("nomatch", 404, "404 page not found"),
    ("nomatch", 404, "could not find the requested resource"),
    ("strict", 400, "strict decoding error"),
    ("strict", 400, "error strict decoding"),
    ("strict", 500, "field not declared in schema"),
    ("type", 500, "failed to create typed patch object"),
    ("type", 500, "failed to convert new object"),
    ("parse", 400, "the object provided is unrecognized"),
    ("parse", 400, "error decoding YAML"),
    ("type", 400, "cannot be handled as"),
    ("parse", 400, ""),
    ("invalid", 422, ""),
)


class Client:
    """One connection, so one thread. A server that closed it in between is connected to again."""

    def __init__(self, host, port, token, certificate):
        trust = ssl.create_default_context(cafile=str(certificate))
        self._connect = functools.partial(http.client.HTTPSConnection, host, port, context=trust,
                                          timeout=TIMEOUT_SECONDS)
        self._connection = None
        self._token = token
        self.headers = {}  # of every request, besides what it has anyway
        self._kinds = {}

    def get(self, path):
        return self.request("GET", path)

    def delete(self, path):
        return self.request("DELETE", path)

    def request(self, method, path, body=None, content_type=YAML, **query):
        """Query parameters without a value are left out; `dryRun="All"` is one with a value."""
        present = {name: value for name, value in query.items() if value}
        target = path + ("?" + urllib.parse.urlencode(present) if present else "")
        body = body.encode() if isinstance(body, str) else body
        headers = {"Authorization": "Bearer " + self._token, "Accept": "application/json",
                   **self.headers}
        if body is not None:
            headers["Content-Type"] = content_type
        return self._answer(*self._exchange(method, target, body, headers))

    def create(self, text, api_version, kind, namespace=None, dry_run=False,
               field_validation="Strict"):
        """POSTs an object as it is written."""
        where = self.path(api_version, kind, namespace)
        if not where:
            return _no_match(api_version, kind)
        return self.request("POST", where, text, dryRun="All" if dry_run else None,
                            fieldValidation=field_validation)

    def apply(self, text, api_version, kind, name, namespace=None, dry_run=False,
              field_validation="Strict", manager="tidegate-test", force=False):
        """Server-side apply."""
        where = self.path(api_version, kind, namespace)
        if not where:
            return _no_match(api_version, kind)
        return self.request("PATCH", "%s/%s" % (where, _quoted(name)), text,
                            content_type=APPLY, dryRun="All" if dry_run else None,
                            fieldValidation=field_validation, fieldManager=manager,
                            force="true" if force else None)

    def path(self, api_version, kind, namespace=None):
        """Where objects of a kind are, or None if this server has no such kind."""
        group = ("/apis/" if "/" in api_version else "/api/") + _quoted(api_version, "/")
        kinds = self._kinds.get(group) or {}
        if kind not in kinds:
            # Not known yet, or of a custom resource definition made since.
            kinds = self._kinds[group] = self._discover(group)
        if kind not in kinds:
            return None
        plural, namespaced = kinds[kind]
        if not namespaced:
            return "%s/%s" % (group, plural)
        return "%s/namespaces/%s/%s" % (group, _quoted(namespace or "default"), plural)

    def _discover(self, group):
        answer = self.get(group)
        # Of a group without a version, or of nothing at all, there are no resources.
        resources = (answer.object or {}).get("resources", ())
        # With a slash in the name it is a subresource, whose kind may be of another group.
        return {each["kind"]: (each["name"], each["namespaced"])
                for each in resources if "/" not in each["name"]}

    def _exchange(self, method, target, body, headers):
        fresh = self._connection is None
        try:
            return self._send(method, target, body, headers)
        except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError,
                ssl.SSLEOFError):
            # An idle connection that the server closed: nothing of the request was carried out.
            if fresh:
                raise
            return self._send(method, target, body, headers)

    def _send(self, method, target, body, headers):
        if self._connection is None:
            self._connection = self._connect()
        try:
            self._connection.request(method, target, body=body, headers=headers)
            response = self._connection.getresponse()
            return response, response.read()
        except BaseException:
            self._connection.close()
            self._connection = None
            raise

    @staticmethod
    def _answer(response, body):
        text = body.decode(errors="replace")
        is_json = response.headers.get_content_type() == "application/json"
        warnings = (WARNING.match(each) for each in response.headers.get_all("Warning", ()))
        return Answer(response.status, json.loads(text) if is_json else None, text,
                      tuple(re.sub(r"\\(.)", r"\1", each.group(1)) for each in warnings if each))


def _quoted(text, safe=""):
    return urllib.parse.quote(text, safe=safe)


def _no_match(api_version, kind):
    """What every client says before it sends anything: the server has no address for this."""
    message = 'no matches for kind "%s" in version "%s"' % (kind, api_version)
    status = {"kind": "Status", "status": "Failure", "reason": "NotFound", "code": 404,
              "message": message}
    return Answer(404, status, message, ())
