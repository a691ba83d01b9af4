# SPDX-License-Identifier: Apache-2.0
"""Asks the API server about many manifests at once, and prepares what they need."""
import concurrent.futures
import http.client
import json
import threading


THREADS = 6
MANAGER = "differential"
# What the server says of the cluster and not of the manifest.
SURROUNDINGS = (
    "already exists", "not found", "because it is being terminated", "no PriorityClass with name",
    "is already marked as default", "exceeded quota", "request timed out",
    "is forbidden: unable to create new content", "the object has been modified", "conflict with",
    "etcdserver:", "must not be set on objects to be created",
)
OTHER_NAMESPACE = "does not match the namespace sent on the request"
# Labels that the server gives to the template of a Job end so.
GENERATED = ("controller-uid", "job-name")
# The same among the causes of an invalid object.
TAKEN = ("provided port is already allocated", "provided IP is already allocated")


class Server:
    def __init__(self, cluster):
        self._cluster = cluster
        self._local = threading.local()
        self._live = {}
        self._pool = concurrent.futures.ThreadPoolExecutor(THREADS)

    @property
    def client(self):
        """The thread's own."""
        if not hasattr(self._local, "client"):
            self._local.client = self._cluster.client()
        return self._local.client

    def judge(self, cases):
        """One answer a case, or None where there is none worth comparing."""
        return list(self._pool.map(self._judge, cases))

    def _judge(self, case):
        try:
            answer = self._ask(case)
        except (OSError, http.client.HTTPException):
            # A panic of the handler ends the connection.
            return None
        return None if _is_void(answer) else answer

    def _ask(self, case):
        client = self.client
        if case.verb == "create":
            return client.create(case.text, case.api_version, case.kind, case.namespace,
                                 dry_run=True)
        if case.verb == "apply":
            return client.apply(case.text, case.api_version, case.kind, case.name, case.namespace,
                                dry_run=True, manager=MANAGER)
        where = client.path(case.api_version, case.kind, case.namespace)
        return client.request("PUT", "%s/%s" % (where, case.name), self._completed(case, where),
                              dryRun="All", fieldValidation="Strict")

    def _completed(self, case, where):
        """The text with what only the server knows of the stored object, and a PUT has to name."""
        live = self._live.get((where, case.name))
        if live is None:
            live = self._live[where, case.name] = self.client.get(
                "%s/%s" % (where, case.name)).object
        manifest = json.loads(case.text)
        manifest["metadata"].setdefault("resourceVersion", live["metadata"]["resourceVersion"])
        if case.kind == "Job":
            _add_generated(manifest, live)
        return json.dumps(manifest)

    def store(self, manifest, dry_run=False):
        """Creates or changes an object by server-side apply, for real."""
        text = json.dumps(manifest)
        metadata = manifest["metadata"]
        return self.client.apply(text, manifest["apiVersion"], manifest["kind"], metadata["name"],
                                 metadata.get("namespace"), manager=MANAGER, force=True,
                                 dry_run=dry_run)


def _is_void(answer):
    if answer.accepted:
        return False
    if answer.code >= 500 and answer.stage == "admission":
        return True
    if answer.code in (429, 401):
        return True
    if answer.code == 400:
        return OTHER_NAMESPACE in answer.message
    if answer.code in (403, 404, 409):
        return any(words in answer.message for words in SURROUNDINGS)
    return bool(answer.causes) and all(any(words in cause.message for words in TAKEN)
                                       for cause in answer.causes)


def _add_generated(job, live):
    """The selector that the server made, and its labels."""
    spec = job.get("spec")
    if not isinstance(spec, dict) or spec.get("selector") or spec.get("manualSelector"):
        return
    template = spec.get("template")
    metadata = template.get("metadata", {}) if isinstance(template, dict) else None
    if not isinstance(metadata, dict) or not isinstance(metadata.get("labels", {}), dict):
        return
    spec["selector"] = live["spec"]["selector"]
    template["metadata"] = metadata
    labels = live["spec"]["template"]["metadata"]["labels"]
    metadata["labels"] = {**{key: labels[key] for key in labels if key.endswith(GENERATED)},
                          **metadata.get("labels", {})}
