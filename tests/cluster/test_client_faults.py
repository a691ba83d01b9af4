# SPDX-License-Identifier: Apache-2.0
"""The room `cluster` behind a server that fails: what is sent again, what is not, and what is told."""
import json
import threading
import time

import pytest

from client_process import ClientProcess, config_map, kubeconfig
from cluster import Cluster

SECRET = "planted-secret-value"
CONFIG_MAPS = "/configmaps"


def requests(proxy, method, path=CONFIG_MAPS):
    return [each for each in proxy.seen if each.method == method and path in each.target]


# ---- what passes ----

@pytest.mark.parametrize("kind", ["429", "503", "500", "502", "reset", "cut", "garbage", "lost"])
def test_reading_is_tried_again(faulty, proxy, namespace, kind):
    proxy.fail(kind, times=2, path=CONFIG_MAPS)
    answer = faulty.call("list", namespace=namespace)
    assert answer["outcome"] == "ok" and len(requests(proxy, "GET")) == 3, answer


@pytest.mark.parametrize("kind", ["429", "503", "500", "502", "reset", "cut", "garbage", "lost"])
def test_applying_is_tried_again(faulty, proxy, admin, namespace, kind):
    proxy.fail(kind, path=CONFIG_MAPS, method="PATCH")
    answer = faulty.call("apply", object=config_map("c", a="1"), namespace=namespace, name="c",
                         manager="m")
    assert answer["outcome"] == "ok" and len(requests(proxy, "PATCH")) == 2, answer
    path = "/api/v1/namespaces/%s/configmaps/c" % namespace
    assert admin.get(path).object["data"] == {"a": "1"}


@pytest.mark.parametrize("kind, outcome", [
    ("lost", "unsure"), ("reset", "unsure"), ("cut", "unsure"), ("garbage", "unsure"),
    ("500", "fault"), ("502", "fault")])
def test_creating_is_not_tried_again(faulty, proxy, namespace, kind, outcome):
    """Nobody knows whether the first one was heeded: the caller has to look."""
    proxy.fail(kind, path=CONFIG_MAPS, method="POST")
    answer = faulty.call("create", object=config_map("c"), namespace=namespace)
    assert (answer["outcome"], answer["attempts"]) == (outcome, 1), answer
    assert len(requests(proxy, "POST")) == 1


@pytest.mark.parametrize("kind", ["429", "lost", "500"])
def test_a_dry_run_of_creating_is(faulty, proxy, namespace, kind):
    proxy.fail(kind, path=CONFIG_MAPS, method="POST")
    answer = faulty.call("create", object=config_map("c"), namespace=namespace, dryRun=True)
    assert answer["outcome"] == "ok" and len(requests(proxy, "POST")) == 2, answer


def test_busy_is_tried_again_even_for_creating(faulty, proxy, namespace):
    proxy.fail("429", path=CONFIG_MAPS, method="POST", seconds=1)
    answer = faulty.call("create", object=config_map("c"), namespace=namespace)
    assert (answer["outcome"], answer["attempts"]) == ("ok", 2), answer
    first, second = requests(proxy, "POST")
    assert second.time - first.time >= 0.95, "as long as the server asked for"


def test_a_deletion_that_was_heeded_is_found_out(faulty, proxy, namespace):
    made = faulty.call("create", object=config_map("c"), namespace=namespace)
    proxy.fail("lost", path=CONFIG_MAPS, method="DELETE")
    answer = faulty.call("delete", uid=made["uid"], namespace=namespace, name="c")
    assert answer["outcome"] == "not found" and len(requests(proxy, "DELETE")) == 2


def test_403_is_asked_for_once_more_on_a_fresh_connection(faulty, proxy, namespace):
    proxy.fail("403", path=CONFIG_MAPS)
    answer = faulty.call("list", namespace=namespace)
    assert (answer["outcome"], answer["attempts"]) == ("ok", 2)
    proxy.fail("403", times=2, path=CONFIG_MAPS)
    time.sleep(2.1)
    answer = faulty.call("list", namespace=namespace)
    assert (answer["outcome"], answer["attempts"]) == ("forbidden", 1)


def test_schema_errors_as_500_are_final(faulty, proxy, namespace):
    proxy.fail("500-typed", path=CONFIG_MAPS)
    answer = faulty.call("apply", object=config_map("c"), namespace=namespace, name="c",
                         manager="m")
    assert (answer["outcome"], answer["attempts"], answer["code"]) == ("malformed", 1, 500)


# ---- what does not pass ----

@pytest.mark.parametrize("kind, outcome", [
    ("429", "busy"), ("500", "fault"), ("reset", "unsure"), ("cut", "unsure")])
def test_patience_ends(faulty, proxy, namespace, kind, outcome):
    proxy.fail(kind, times=100, path=CONFIG_MAPS)
    answer = faulty.call("list", namespace=namespace, patienceMs=700)
    assert answer["outcome"] == outcome and 2 <= answer["attempts"] <= 4, answer
    assert answer["ms"] < 2000 and "configmaps" in answer["error"]


def test_a_long_retry_after_is_not_waited_for(faulty, proxy, namespace):
    proxy.fail("429", times=9, path=CONFIG_MAPS, seconds=3600)
    answer = faulty.call("list", namespace=namespace)
    assert (answer["outcome"], answer["attempts"]) == ("busy", 1)


def test_time_limits(build, cluster, proxy, tmp_path, namespace):
    proxy.clear()
    with ClientProcess(build) as client:
        client.open(kubeconfig=kubeconfig(tmp_path, cluster, port=proxy.port), totalMs=1500,
                    patienceMs=100)
        for kind, seconds in (("slow", 0.2), ("hang", 3)):
            proxy.fail(kind, path=CONFIG_MAPS, seconds=seconds)
            answer = client.call("list", namespace=namespace)
            assert answer["outcome"] == "unsure" and 1400 < answer["ms"] < 3000, answer
        assert client.call("list", namespace=namespace)["outcome"] == "ok"


def test_answers_without_end_are_cut(faulty, proxy, namespace):
    proxy.fail("large", path=CONFIG_MAPS)
    answer = faulty.call("list", namespace=namespace)
    assert (answer["outcome"], answer["attempts"]) == ("too large", 1)
    proxy.fail("text", path=CONFIG_MAPS)
    assert faulty.call("list", namespace=namespace)["outcome"] == "garbled"


def test_nobody_is_there(build, cluster, proxy, tmp_path):
    with ClientProcess(build) as client:
        client.open(connect=False, patienceMs=500,
                    kubeconfig=kubeconfig(tmp_path, cluster, port=1))
        answer = client.ask("connect")
        assert "get /version" in answer["error"] and "connect" in answer["error"]


def test_handshakes_that_fail(build, cluster, proxy, tmp_path):
    proxy.clear()
    path = kubeconfig(tmp_path, cluster, port=proxy.port)
    with ClientProcess(build) as client:
        proxy.fail_handshake("reset", times=3)
        client.open(kubeconfig=path)  # a server that is just about to start
        assert client.ask("stats")["sent"] > 3
    proxy.fail_handshake("garbage", times=9)
    with ClientProcess(build) as client:
        client.open(kubeconfig=path, connect=False)
        started = time.monotonic()
        assert "SSL" in client.ask("connect")["error"]
        assert time.monotonic() - started < 5, "what is no TLS is not waited for"
    proxy.clear()


# ---- many at once ----

def many(client, namespace, count=100):
    return client.ask("many", verb="apply", kind="ConfigMap", apiVersion="v1", count=count,
                      namespace=namespace, name="m", manager="a", dryRun=True,
                      object={"apiVersion": "v1", "kind": "ConfigMap", "data": {"a": "b"}})


def test_busy_servers_get_less(faulty, proxy, namespace):
    proxy.fail("429", times=30, path=CONFIG_MAPS)
    answer = many(faulty, namespace)
    assert answer["ok"] == 100, answer
    stats = faulty.ask("stats")
    assert stats["peak"] == 8 and stats["http"] == 1 and stats["connections"] <= 12, stats


def test_the_window_shrinks_and_grows(faulty, proxy, namespace):
    proxy.fail("503", times=8, path=CONFIG_MAPS)
    assert many(faulty, namespace, 8)["ok"] == 8
    small = faulty.ask("stats")["limit"]
    assert small < 8
    assert many(faulty, namespace, 150)["ok"] == 150
    assert faulty.ask("stats")["limit"] > small


def test_all_wait_when_one_is_told_to(faulty, proxy, namespace):
    proxy.fail("429", path=CONFIG_MAPS, seconds=1)
    assert many(faulty, namespace, 40)["ok"] == 40
    times = sorted(each.time for each in requests(proxy, "PATCH"))
    assert max(after - before for before, after in zip(times, times[1:])) > 0.9


def test_faults_of_all_kinds_at_once(faulty, proxy, namespace):
    for kind in ("429", "500", "502", "reset", "cut", "garbage", "lost", "503"):
        proxy.fail(kind, times=4, path=CONFIG_MAPS)
    answer = many(faulty, namespace, 200)
    assert answer["ok"] == 200, answer


def test_servers_that_send_clients_away(build, request):
    """HTTP/2's GOAWAY, by which API servers spread their clients: nothing is lost or made twice."""
    with Cluster(request.config.getoption("--cluster-version"), controllers=False,
                 flags=["--goaway-chance=0.02"]) as cluster, ClientProcess(build) as client:
        client.open(kubeconfig=str(cluster.kubeconfig))
        here = dict(kind="ConfigMap", apiVersion="v1", count=1000, namespace="default")
        made = client.ask("many", verb="create", **here, object={
            "apiVersion": "v1", "kind": "ConfigMap", "metadata": {"generateName": "g-"}})
        assert made["ok"] + made.get("unsure", 0) == 1000, made
        names = client.ask("list", kind="ConfigMap", apiVersion="v1", namespace="default")["names"]
        assert made["ok"] <= len(names) <= 1000
        applied = client.ask("many", verb="apply", name="a", manager="m", **here,
                             object={"apiVersion": "v1", "kind": "ConfigMap"})
        assert applied["ok"] == 1000, applied
        assert client.ask("stats")["connections"] > 10


# ---- what is told ----

def test_nothing_secret_is_told(build, cluster, proxy, tmp_path, namespace):
    """Under every fault, about a Secret, with a token and a proxy password in the kubeconfig."""
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"},
              "stringData": {"a": SECRET}}
    wrong_type = {**secret, "stringData": {"a": {SECRET: SECRET}}}
    wrong_data = {**secret, "data": {"a": SECRET + "!"}}
    wrong_name = {**secret, "metadata": {"name": "s", "labels": {"a": SECRET + "!"}}}
    proxy.clear()
    with ClientProcess(build) as client:
        client.open(kubeconfig=kubeconfig(tmp_path, cluster, port=proxy.port))
        for kind in ("429", "500", "503", "401", "403", "reset", "cut", "lost", "garbage", "text",
                     "large", "gone", "500-typed"):
            for verb in ("apply", "create"):
                proxy.fail(kind, times=9, path="/secrets")
                client.call(verb, "Secret", object=secret, namespace=namespace, manager="m",
                            name="s" if verb == "apply" else "", patienceMs=300)
                proxy.clear()
        for wrong in (wrong_type, wrong_data, wrong_name):
            for verb in ("apply", "create", "update"):
                answer = client.call(verb, "Secret", object=wrong, namespace=namespace,
                                     manager="m", name="" if verb == "create" else "s")
                assert answer["outcome"] in ("malformed", "invalid"), answer
                assert "withheld" in answer["message"]
        spoken = "".join(client.spoken)
    assert len(client.spoken) > 30
    for planted in (SECRET, cluster.tokens["admin"]):
        assert planted not in spoken


def test_policies_may_not_quote_either(client, namespace):
    """A message of an admission policy may hold whatever the policy's author put into it."""
    api = "admissionregistration.k8s.io/v1"
    names = {"metadata": {"name": "quoting"}}
    client.call("create", "ValidatingAdmissionPolicy", api, object={
        "apiVersion": api, "kind": "ValidatingAdmissionPolicy", **names, "spec": {
            "matchConstraints": {"resourceRules": [{
                "apiGroups": [""], "apiVersions": ["v1"], "resources": ["secrets", "configmaps"],
                "operations": ["CREATE"]}]},
            "validations": [{"expression": "object.metadata.name != 'quoted'",
                             "messageExpression": "'quote: ' + string(object.data.a)"}]}})
    client.call("create", "ValidatingAdmissionPolicyBinding", api, object={
        "apiVersion": api, "kind": "ValidatingAdmissionPolicyBinding", **names,
        "spec": {"policyName": "quoting", "validationActions": ["Deny"]}})
    try:
        deadline = time.monotonic() + 20
        while True:
            plain = client.call("create", object=config_map("quoted", a="seen"),
                                namespace=namespace, dryRun=True)
            if plain["outcome"] != "ok":
                break
            assert time.monotonic() < deadline
        assert "quote: seen" in plain["message"]
        secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "quoted"},
                  "stringData": {"a": SECRET}}
        answer = client.call("create", "Secret", object=secret, namespace=namespace, dryRun=True)
        assert answer["outcome"] in ("invalid", "forbidden")
        assert "withheld" in answer["message"] and SECRET not in json.dumps(answer)
    finally:
        client.call("delete", "ValidatingAdmissionPolicyBinding", api, name="quoting")
        client.call("delete", "ValidatingAdmissionPolicy", api, name="quoting")


# ---- streams ----

def test_many_faults_of_a_stream(faulty, proxy, admin, namespace):
    """Every object is told, whatever happens to the streams."""
    for kind in ("reset", "500", "429", "dropped", "gone", "garbage", "gone-event"):
        proxy.fail(kind, path="watch=true")
    wanted = {"o%d" % number for number in range(30)}

    def create():
        for name in sorted(wanted):
            admin.create(json.dumps(config_map(name)), "v1", "ConfigMap", namespace)
            time.sleep(0.1)
    creator = threading.Thread(target=create)
    faulty.tell("watch", kind="ConfigMap", apiVersion="v1", namespace=namespace, events=10000,
                ms=9000)
    creator.start()
    seen = set()
    while "event" in (event := faulty.read()):
        if event["event"] == "RESET":
            seen = set()
        if event["event"] == "ADDED":
            assert event["name"] not in seen, "told twice"
            seen.add(event["name"])
    creator.join()
    assert seen - {"kube-root-ca.crt"} == wanted
    assert event["lists"] >= 3
