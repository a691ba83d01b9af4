# SPDX-License-Identifier: Apache-2.0
"""Events as the sync tells them, against the real server: seldom, as series, and never in the way."""
import subprocess

import pytest

from client_process import kubeconfig

PATH = "/apis/events.k8s.io/v1/namespaces/%s/events"


@pytest.fixture
def say(build, cluster):
    """Lines to the driver, as whoever a kubeconfig says; gives what each flush printed: sent, held
    back, failed."""
    def say(*lines, config=cluster.kubeconfig):
        done = subprocess.run([build / "tests/events_driver", config], timeout=60, text=True,
                              input="\n".join(lines) + "\n", capture_output=True)
        assert done.returncode == 0, done.stderr
        return [tuple(map(int, line.split())) for line in done.stdout.splitlines()]
    return say


def events_of(admin, namespace, *reasons):
    items = admin.get(PATH % namespace).object["items"]
    return [each for each in items if each["reason"] in reasons]


def test_an_event(say, admin, namespace):
    assert say("tell ConfigMap %s web Warning Drifted spec.replicas is 3" % namespace,
               "flush") == [(1, 0, 0)]
    event, = events_of(admin, namespace, "Drifted")
    assert event["regarding"] == {"apiVersion": "v1", "kind": "ConfigMap", "name": "web",
                                  "namespace": namespace}
    assert event["type"] == "Warning" and event["note"] == "spec.replicas is 3"
    assert event["reportingController"] == "tidegate.dev/sync"
    assert event["reportingInstance"] == "tidegate-0" and event["action"] == "Test"


def test_what_comes_again_is_a_series(say, admin, namespace):
    tell = "tell ConfigMap %s web Warning Drifted again" % namespace
    assert say(tell, "flush", tell, tell, "flush", "pass 299", tell, "flush", "pass 2", tell,
               "flush") == [(1, 0, 0), (1, 2, 0), (1, 3, 0), (2, 3, 0)]
    event, = events_of(admin, namespace, "Drifted")
    assert event["series"]["count"] == 5


def test_objects_and_reasons_are_apart(say, admin, namespace):
    assert say("tell ConfigMap %s web Normal Pruned a" % namespace,
               "tell ConfigMap %s shop Normal Pruned a" % namespace,
               "tell ConfigMap %s web Normal Healed a" % namespace, "flush") == [(3, 0, 0)]
    assert len(events_of(admin, namespace, "Pruned", "Healed")) == 3


def test_a_hundred_sets_are_no_hundred_events(say, admin, namespace):
    lines = ["tell ConfigMap %s tidegate-%d Normal Synced done" % (namespace, number)
             for number in range(100)]
    warnings = [line.replace("Normal Synced", "Warning Refused") for line in lines]
    assert say(*lines, "flush", *warnings, "flush", "pass 60", *lines[50:], "flush") == [
        (5, 95, 0), (25, 175, 0), (27, 223, 0)]


def test_what_has_no_namespace(say, admin, namespace):
    assert say("tell Namespace - %s Normal Adopted it" % namespace, "flush") == [(1, 0, 0)]
    assert [each for each in events_of(admin, "default", "Adopted")
            if each["regarding"]["name"] == namespace]


def test_odd_texts(say, admin, namespace):
    assert say("tell ConfigMap %s web Warning Odd \x1b[31m%s" % (namespace, "ä" * 900),
               "flush") == [(1, 0, 0)]
    event, = events_of(admin, namespace, "Odd")
    assert "\x1b" not in event["note"] and len(event["note"].encode()) <= 1000


def test_who_may_not_tell_goes_on(say, cluster, namespace, tmp_path):
    config = kubeconfig(tmp_path, cluster, user={"token": cluster.tokens["developer"]})
    assert say("tell ConfigMap %s web Warning Drifted it" % namespace, "flush",
               config=config) == [(0, 0, 1)]
