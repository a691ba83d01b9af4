# SPDX-License-Identifier: Apache-2.0
"""The room `cluster` against a real API server."""
import json
import stat
import time

import pytest

from binaries import kubernetes_version
from client_process import ClientProcess, config_map, kubeconfig


# ---- discovery ----

def test_discovers_kinds(client, cluster):
    answer = client.connect()
    assert answer["version"] == kubernetes_version(cluster.minor)
    assert answer["kinds"] > 60 and answer["unknown"] == []
    assert answer["sent"] == 6, "three requests each time"
    found = client.ask("find", apiVersion="apps/v1", kind="Deployment")
    assert (found["plural"], found["namespaced"], found["canWatch"]) == ("deployments", True, True)
    assert sorted(found["subresources"]) == ["scale", "status"]
    assert client.ask("find", apiVersion="v1", kind="Namespace")["namespaced"] is False
    assert client.ask("find", apiVersion="apps/v1", kind="Pod") == {"unknown": False}


def test_keeps_discovery(build, cluster, tmp_path):
    cache = tmp_path / "cache"
    ask = {"kubeconfig": str(cluster.kubeconfig), "cache": str(cache)}
    with ClientProcess(build) as process:
        whole = process.open(**ask)
        file, = cache.iterdir()
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert stat.S_IMODE(cache.stat().st_mode) == 0o700
        before = file.stat().st_mtime_ns
        assert process.open(**ask)["kinds"] == whole["kinds"]
        assert file.stat().st_mtime_ns == before, "the server said that nothing has changed"
        for broken in (b"", b"tidegate discovery 1\n", file.read_bytes()[:-1],
                       file.read_bytes().replace(b"deployments", b"deploymentz")):
            file.write_bytes(broken)
            assert process.open(**ask)["kinds"] == whole["kinds"]
            assert len(file.read_bytes()) > 10000, "it was written again"


def test_sees_new_kinds_through_the_cache(build, cluster, admin, tmp_path):
    definition = {
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": {"name": "cups.kitchen.example"},
        "spec": {"group": "kitchen.example", "scope": "Namespaced",
                 "names": {"kind": "Cup", "plural": "cups"},
                 "versions": [{"name": "v1", "served": True, "storage": True, "schema": {
                     "openAPIV3Schema": {"type": "object"}}}]}}
    with ClientProcess(build) as process:
        process.open(kubeconfig=str(cluster.kubeconfig), cache=str(tmp_path / "cache"))
        made = process.call("create", "CustomResourceDefinition", "apiextensions.k8s.io/v1",
                            object=definition)
        assert made["outcome"] == "ok", made
        deadline = time.monotonic() + 20
        while "plural" not in process.ask("find", apiVersion="kitchen.example/v1", kind="Cup"):
            assert time.monotonic() < deadline
            process.connect()


def test_marks_what_it_cannot_know(client, admin):
    """An aggregated API server that is not there."""
    service = {"apiVersion": "apiregistration.k8s.io/v1", "kind": "APIService",
               "metadata": {"name": "v1.lost.example"},
               "spec": {"group": "lost.example", "version": "v1", "groupPriorityMinimum": 100,
                        "versionPriority": 1, "insecureSkipTLSVerify": True,
                        "service": {"name": "nobody", "namespace": "default"}}}
    made = client.call("create", "APIService", "apiregistration.k8s.io/v1", object=service)
    assert made["outcome"] == "ok", made
    try:
        deadline = time.monotonic() + 20
        while client.connect()["unknown"] != ["lost.example/v1"]:
            assert time.monotonic() < deadline
            time.sleep(0.2)
        assert client.ask("find", apiVersion="lost.example/v1", kind="Any") == {"unknown": True}
    finally:
        client.call("delete", "APIService", "apiregistration.k8s.io/v1", name="v1.lost.example")


def test_discovers_the_classic_way(faulty, proxy, cluster, tmp_path):
    aggregated = faulty.open(kubeconfig=kubeconfig(tmp_path, cluster, port=proxy.port),
                             patienceMs=1000)["kinds"]
    for path in ("/apis", "/api"):
        proxy.fail("406", path=path)
    classic = faulty.connect()
    assert classic["kinds"] == aggregated
    assert classic["sent"] > 20
    proxy.fail("406", path="/apis")
    proxy.fail("503", times=20, path="/apis/batch/v1")
    partial = faulty.connect()
    assert partial["unknown"] == ["batch/v1"]
    assert partial["kinds"] < aggregated


# ---- lists ----

def test_lists_a_thousand(client, namespace):
    made = client.ask("many", verb="create", kind="ConfigMap", apiVersion="v1", count=1000,
                      namespace=namespace, object={"apiVersion": "v1", "kind": "ConfigMap",
                                                   "metadata": {"generateName": "c-"}})
    assert made["ok"] == 1000, made
    paged = client.ask("list", kind="ConfigMap", apiVersion="v1", namespace=namespace, page=300)
    assert (paged["outcome"], paged["pages"]) == ("ok", 4)
    names = [name for name in paged["names"] if name.startswith("c-")]
    assert len(set(names)) == 1000
    assert client.ask("list", kind="ConfigMap", apiVersion="v1",
                      namespace=namespace)["names"] == paged["names"]
    stats = client.ask("stats")
    assert (stats["http"], stats["connections"], stats["peak"]) == (2, 1, 8), stats


def test_lists_again_when_its_place_is_forgotten(faulty, proxy, namespace):
    for number in range(6):
        assert faulty.call("create", namespace=namespace,
                           object=config_map("c%d" % number, a="b"))["outcome"] == "ok"
    proxy.fail("gone", path="continue=")
    answer = faulty.ask("list", kind="ConfigMap", apiVersion="v1", namespace=namespace, page=2)
    assert (answer["outcome"], answer["restarts"]) == ("ok", 1)
    assert len(answer["names"]) == 7, "each once, and the authority that every namespace has"
    proxy.fail("gone", times=3, path="continue=")
    answer = faulty.ask("list", kind="ConfigMap", apiVersion="v1", namespace=namespace, page=2)
    assert (answer["outcome"], answer["restarts"], len(answer["names"])) == ("ok", 3, 7)
    assert "limit" not in proxy.seen[-1].target


def test_lists_metadata_only(client, namespace):
    client.call("create", namespace=namespace, object=config_map("big", a="b" * 1000))
    ask = dict(kind="ConfigMap", apiVersion="v1", namespace=namespace)
    assert client.ask("list", **ask)["withData"] == 2
    answer = client.ask("list", metadataOnly=True, **ask)
    assert (answer["withData"], "big" in answer["names"]) == (0, True)


def test_asks_for_smaller_pages(faulty, proxy, namespace):
    proxy.fail("large", path="limit=500")
    answer = faulty.ask("list", kind="ConfigMap", apiVersion="v1", namespace=namespace)
    assert (answer["outcome"], answer["names"]) == ("ok", ["kube-root-ca.crt"])
    assert "limit=125" in proxy.seen[-1].target


# ---- watches ----

def start_watch(client, namespace, events, **ask):
    client.tell("watch", kind="ConfigMap", apiVersion="v1", namespace=namespace, events=events,
                ms=20000, labels="watched", **ask)
    assert [client.read()["event"] for _ in range(2)] == ["RESET", "SYNCED"]


def labelled(name, **data):
    return {"apiVersion": "v1", "kind": "ConfigMap", "data": data,
            "metadata": {"name": name, "labels": {"watched": ""}}}


def test_watches(client, admin, namespace):
    start_watch(client, namespace, events=5)
    path = "/api/v1/namespaces/%s/configmaps" % namespace
    admin.create(json.dumps(labelled("a")), "v1", "ConfigMap", namespace)
    admin.apply(json.dumps(labelled("a", x="y")), "v1", "ConfigMap", "a", namespace)
    admin.delete(path + "/a")
    events = [client.read() for _ in range(3)]
    assert [each["event"] for each in events] == ["ADDED", "MODIFIED", "DELETED"]
    end = client.read()
    assert (end["lists"], end["streams"]) == (1, 1)
    assert client.ask("stats")["jobs"] == 0


def test_goes_on_where_it_stopped(client, admin, namespace):
    """A stream lasts two seconds; what happens in between and after is told once."""
    start_watch(client, namespace, events=6, watchS=2)
    seen = []
    for name in ("a", "b", "c", "d"):
        admin.create(json.dumps(labelled(name)), "v1", "ConfigMap", namespace)
        time.sleep(1.2)
    while len(seen) < 4:
        event = client.read()
        if event["event"] != "BOOKMARK":
            seen.append((event["event"], event["name"]))
        else:
            break
    end = event
    while "event" in end:
        end = client.read()
        if end.get("event") not in (None, "BOOKMARK"):
            seen.append((end["event"], end["name"]))
    assert seen[:3] == [("ADDED", "a"), ("ADDED", "b"), ("ADDED", "c")]
    assert end["lists"] == 1 and end["streams"] > 1


def test_bookmarks_keep_its_place(faulty, proxy, admin, namespace):
    """The server sends one before it ends a stream, and the next stream starts there."""
    faulty.tell("watch", kind="ConfigMap", apiVersion="v1", namespace=namespace, events=3,
                ms=30000, labels="watched", watchS=5)
    assert [faulty.read()["event"] for _ in range(2)] == ["RESET", "SYNCED"]
    # Others of the kind change, of which the watch is told nothing. The server sends no bookmark
    # for what it looked through when the stream began, so that has to be over.
    time.sleep(1)
    admin.create(json.dumps(config_map("other")), "v1", "ConfigMap", namespace)
    event = faulty.read()
    assert event["event"] == "BOOKMARK"
    assert faulty.read()["events"] == 3
    first = [each.target for each in proxy.seen if "watch=true" in each.target][0]
    assert "resourceVersion=%s&" % event["resourceVersion"] not in first + "&"


def test_survives_a_dropped_stream(faulty, proxy, admin, namespace):
    proxy.fail("dropped", path="watch=true")
    start_watch(faulty, namespace, events=4)
    for name in ("a", "b"):
        admin.create(json.dumps(labelled(name)), "v1", "ConfigMap", namespace)
    assert [(each["event"], each["name"]) for each in (faulty.read(), faulty.read())] == [
        ("ADDED", "a"), ("ADDED", "b")]
    end = faulty.read()
    assert (end["lists"], end["streams"]) == (1, 2)


@pytest.mark.parametrize("kind", ["gone", "gone-event"])
def test_lists_again_when_the_server_forgot(faulty, proxy, admin, namespace, kind):
    admin.create(json.dumps(labelled("a")), "v1", "ConfigMap", namespace)
    proxy.fail(kind, path="watch=true")
    faulty.tell("watch", kind="ConfigMap", apiVersion="v1", namespace=namespace, events=6,
                ms=20000, labels="watched")
    assert [faulty.read()["event"] for _ in range(6)] == ["RESET", "ADDED", "SYNCED"] * 2
    assert faulty.read()["lists"] == 2


def test_ends_when_it_may_not(build, cluster, tmp_path, namespace):
    with ClientProcess(build) as process:
        process.open(kubeconfig=str(cluster.kubeconfig), context="developer")
        process.tell("watch", kind="ConfigMap", apiVersion="v1", namespace=namespace, events=5,
                     ms=20000)
        event = process.read()
        assert event["event"] == "FAILED" and "cannot list" in event["error"]
        assert process.read()["outcome"] == "forbidden"


# ---- writing ----

def test_applies_and_finds_conflicts(client, namespace):
    here = dict(namespace=namespace, name="c")
    assert client.call("apply", object=config_map("c", a="1"), manager="alice", **here)["code"] == 201
    same = client.call("apply", object=config_map("c", a="1"), manager="bob", **here)
    assert (same["outcome"], same["code"]) == ("ok", 200)
    lost = client.call("apply", object=config_map("c", a="2"), manager="bob", **here)
    assert (lost["outcome"], lost["causes"][0]["field"]) == ("contested", ".data.a")
    dry = client.call("apply", object=config_map("c", a="2"), manager="bob", force=True,
                      dryRun=True, **here)
    assert (dry["outcome"], dry["resourceVersion"]) == ("ok", same["resourceVersion"])
    forced = client.call("apply", object=config_map("c", a="2"), manager="bob", force=True, **here)
    assert forced["resourceVersion"] != same["resourceVersion"]
    stale = client.call("apply", object=config_map("c", a="3"), manager="bob",
                        resourceVersion=same["resourceVersion"], **here)
    assert stale["outcome"] == "stale"
    missing = client.call("apply", object=config_map("d", a="3"), manager="bob", uid=same["uid"],
                          namespace=namespace, name="d")
    assert missing["outcome"] == "stale", "a uid is: it must be there, and this one"


def test_schema_errors_are_not_tried_again(client, namespace):
    wrong = {**config_map("c"), "bogus": 1}
    answer = client.call("apply", object=wrong, manager="a", namespace=namespace, name="c")
    assert (answer["outcome"], answer["code"], answer["attempts"]) == ("malformed", 500, 1)


def test_deletes_with_preconditions(client, admin, namespace):
    here = dict(namespace=namespace, name="c")
    made = client.call("create", object=config_map("c"), namespace=namespace)
    again = client.call("create", object=config_map("c"), namespace=namespace)
    assert again["outcome"] == "exists"
    wrong = client.call("delete", uid="11111111-1111-1111-1111-111111111111", **here)
    assert (wrong["outcome"], wrong["code"]) == ("stale", 409)
    stale = client.call("delete", resourceVersion="1", uid=made["uid"], **here)
    assert stale["outcome"] == "stale"
    dry = client.call("delete", uid=made["uid"], dryRun=True, **here)
    assert dry["outcome"] == "ok"
    path = "/api/v1/namespaces/%s/configmaps/c" % namespace
    assert admin.get(path).code == 200, "with a body the query is not looked at"
    assert client.call("delete", uid=made["uid"], **here)["outcome"] == "ok"
    assert client.call("delete", uid=made["uid"], **here)["outcome"] == "not found"


def test_updates_and_patches(client, namespace):
    here = dict(namespace=namespace, name="c")
    made = client.call("create", object=config_map("c", a="1"), namespace=namespace)
    new = client.call("update", object=config_map("c", a="2"),
                      resourceVersion=made["resourceVersion"], **here)
    assert new["outcome"] == "ok"
    old = client.call("update", object=config_map("c", a="3"),
                      resourceVersion=made["resourceVersion"], **here)
    assert old["outcome"] == "stale"
    patched = client.call("patch", text='[{"op": "test", "path": "/data/a", "value": "2"}]',
                          contentType="application/json-patch+json", **here)
    assert patched["outcome"] == "ok"
    same = client.call("patch", object={}, **here)
    assert same["resourceVersion"] == new["resourceVersion"], "the empty patch writes nothing"


def test_reads_warnings(client, namespace):
    answer = client.call("create", "Endpoints", namespace=namespace, dryRun=True,
                         object={"apiVersion": "v1", "kind": "Endpoints",
                                 "metadata": {"name": "e"}})
    assert answer["warnings"] == [
        "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice"]
    text = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: y1}\ndata: {a: "1", a: "2"}\nbog: 1\n'
    answer = client.call("create", namespace=namespace, dryRun=True, text=text,
                         contentType="application/yaml", validation="Warn")
    assert answer["warnings"] == ['line 4: key "a" already set in map', 'unknown field "bog"']


def test_many_at_once(client, namespace):
    answer = client.ask("many", verb="apply", kind="ConfigMap", apiVersion="v1", count=300,
                        namespace=namespace, name="m", manager="a", dryRun=True,
                        object={"apiVersion": "v1", "kind": "ConfigMap", "data": {"a": "b"}})
    assert answer["ok"] == 300, answer
    stats = client.ask("stats")
    assert stats["peak"] <= 8 and stats["connections"] == 1
