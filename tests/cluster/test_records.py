# SPDX-License-Identifier: Apache-2.0
"""`tidegate status` and `tidegate history`, of what syncs left in a real cluster."""
import json

from test_sync_incidents import config, engine, service  # noqa: F401  (a fixture)


def ask(engine, command, *arguments):  # noqa: F811
    return engine.program.run(command, "--kubeconfig", engine.cluster.kubeconfig, "--namespace", engine.records,
                              *arguments)


def test_nothing_is_on_record(engine):  # noqa: F811
    for command in ("status", "history"):
        done = ask(engine, command)
        assert (done.code, done.out) == (0, "") and "no set is on record" in done.err


def test_what_became_of_commits(engine):  # noqa: F811
    engine.put("shop/a.yaml", config("a", engine.namespace))
    engine.sync(message="one")
    good = engine.program.git("rev-parse", "HEAD")
    done = ask(engine, "status")
    assert done.code == 0 and done.out.startswith("set shop: ready, 1 objects, commit %s" % good[:12])
    engine.put("shop/a.yaml", service("bad", engine.namespace, clusterIP="1.2.3.4"))
    engine.sync(message="two \x1b[31m", code=1)
    bad = engine.program.git("rev-parse", "HEAD")
    done = ask(engine, "status", "shop", "--format", "json")
    assert done.code == 1
    (shop,) = json.loads(done.out)["sets"]
    assert shop["state"] == "refused" and shop["applied"] == shop["good"] == good
    assert shop["attempt"]["commit"] == bad and shop["attempt"]["reason"]
    assert shop["members"] == [{"group": "", "kind": "ConfigMap", "namespace": engine.namespace, "name": "a"}]
    text = ask(engine, "status", "shop").out
    assert "tried last: %s" % bad[:12] in text and "ConfigMap %s/a" % engine.namespace in text
    (shop,) = json.loads(ask(engine, "history", "--format", "json").out)["sets"]
    assert [(each["state"], each["commit"]) for each in shop["attempts"]] == [("refused", bad), ("ready", good)]
    text = ask(engine, "history", "shop").out
    assert text.index("refused") < text.index("ready") and "\x1b" not in text and "1 created" in text


def test_a_set_that_is_not_there(engine):  # noqa: F811
    done = ask(engine, "status", "nowhere")
    assert done.code == 4 and "there is no set 'nowhere' on record" in done.err
    assert ask(engine, "status", "a", "b").code == 2


def test_a_damaged_record_is_not_shown_as_if_it_were_well(engine):  # noqa: F811
    engine.put("shop/a.yaml", config("a", engine.namespace))
    engine.sync()
    record = engine.record("shop")
    record["data"]["inventory"] = "nonsense\n"
    record["metadata"].pop("managedFields")
    answer = engine.admin.request("PUT", "/api/v1/namespaces/%s/configmaps/tidegate-shop" % engine.records,
                                  json.dumps(record).encode(), "application/json")
    assert answer.accepted, answer.message
    done = ask(engine, "status")
    assert done.code == 4 and "can't be trusted" in done.err
    done = engine.run()
    assert done.code == 4 and engine.live("ConfigMap", "a")
