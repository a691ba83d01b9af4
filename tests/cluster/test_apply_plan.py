# SPDX-License-Identifier: Apache-2.0
"""Plans of sets against a real server: whose objects are, what is deleted, and what is refused."""
import base64
import hashlib
import json
import os
import subprocess

import pytest

from client_process import kubeconfig

PART_OF = "applyset.kubernetes.io/part-of"


def set_id(name):
    who = "tidegate-%s.tidegate-system.ConfigMap." % name
    digest = base64.urlsafe_b64encode(hashlib.sha256(who.encode()).digest()).decode().rstrip("=")
    return "applyset-%s-v1" % digest


class Planner:
    def __init__(self, build, cluster, admin, namespace, folder):
        self.build, self.admin, self.namespace = build, admin, namespace
        self.config = kubeconfig(folder, cluster)

    def plan(self, *sets, message=""):
        environment = {name: value for name, value in os.environ.items()
                       if not name.lower().endswith("_proxy")}
        lines = [{"kubeconfig": self.config}, {"message": message, "sets": list(sets)}]
        done = subprocess.run([self.build / "tests/plan_driver"], text=True, capture_output=True,
                              input="".join(json.dumps(line) + "\n" for line in lines),
                              env=environment, timeout=120)
        assert (done.returncode, done.stderr) == (0, ""), done.stderr[-4000:]
        answer = json.loads(done.stdout)
        assert answer["error"] == "", answer
        for each in answer["plans"]:
            # Nothing that is wanted is silently left out.
            wanted = next(s for s in sets if s["name"] == each["set"])
            assert len(each["steps"]) >= len(wanted.get("objects", []))
        return answer

    def map(self, name="web", namespace=None, annotations=None, labels=None, **data):
        metadata = {"name": name, "namespace": namespace or self.namespace}
        if annotations:
            metadata["annotations"] = annotations
        if labels:
            metadata["labels"] = labels
        return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data}

    def write(self, *objects, of=None, manager=None):
        """As the set's own apply does it."""
        for each in objects:
            each = json.loads(json.dumps(each))
            if of:
                each["metadata"].setdefault("labels", {})[PART_OF] = set_id(of)
            answer = self.admin.apply(json.dumps(each), each["apiVersion"], each["kind"],
                                      each["metadata"]["name"], each["metadata"].get("namespace"),
                                      manager=manager or "tidegate-%s" % of, force=True)
            assert answer.accepted, answer.message

    def member(self, name="web", kind="ConfigMap", group=""):
        return "%s/%s/%s/%s" % (group, kind, self.namespace, name)


@pytest.fixture
def planner(build, cluster, admin, namespace, tmp_path):
    return Planner(build, cluster, admin, namespace, tmp_path)


def wants(name, *objects, **more):
    return {"name": name, "objects": list(objects), **more}


def one(answer, index=0):
    plan = answer["plans"][index]
    return plan["verdict"], plan["steps"]


def test_first_sync_costs_a_request_an_object(planner):
    answer = planner.plan(wants("shop", *(planner.map("m%d" % i, a="1") for i in range(10))))
    verdict, steps = one(answer)
    assert verdict == "go" and set(steps.values()) == {"create"}
    assert answer["requests"] == 10
    assert planner.admin.get("/api/v1/namespaces/%s/configmaps/m0" % planner.namespace).code == 404


def test_nothing_changed_costs_one_list(planner):
    objects = [planner.map("m%d" % i, a="1") for i in range(20)]
    planner.write(*objects, of="shop")
    members = [planner.member("m%d" % i) for i in range(20)]
    answer = planner.plan(wants("shop", *objects, members=members))
    verdict, steps = one(answer)
    assert verdict == "nothing" and set(steps.values()) == {"keep"}
    assert answer["requests"] == 1


def test_all_refusals_are_told(planner):
    bad = [planner.map("bad%d" % i, a="1") for i in range(2)]
    for each in bad:
        each["data"] = {"not a key": "x"}
    answer = planner.plan(wants("shop", *bad, planner.map("good", a="1")))
    verdict, _ = one(answer)
    assert verdict == "refused"
    assert [each.split()[0] for each in answer["findings"]] == ["dry-run/rejected"] * 2


MARKS = {
    "kubectl": {"annotations": {"kubectl.kubernetes.io/last-applied-configuration": "{}"}},
    "flux": {"labels": {"kustomize.toolkit.fluxcd.io/name": "a"}},
    "argocd": {"annotations": {"argocd.argoproj.io/tracking-id": "a"}},
    "helm": {"annotations": {"meta.helm.sh/release-name": "a"}},
    "any": {},
}


@pytest.mark.parametrize("tool", sorted(MARKS))
def test_what_belongs_to_others_is_refused_unless_declared(planner, tool):
    planner.write(planner.map(a="0", **MARKS[tool]), manager="somebody")
    want = planner.map(a="1")
    answer = planner.plan(wants("shop", want))
    assert one(answer)[0] == "refused"
    assert [each.split()[0] for each in answer["findings"]] == ["sync/other-owner"]
    assert "[%s]" % tool in answer["findings"][0]
    taken = ("go", {planner.member(): "update taken"})
    assert one(planner.plan(wants("shop", want, adopt=[tool]))) == taken
    want["metadata"]["annotations"] = {"tidegate.dev/adopt": "true"}
    assert one(planner.plan(wants("shop", want))) == taken


def test_an_object_of_another_set_is_refused(planner):
    thing = planner.map(a="1")
    planner.write(thing, of="one")
    first = wants("one", thing, members=[planner.member()])
    # Whichever comes first, who has it keeps it.
    for sets in ([first, wants("two", thing)], [wants("two", thing), first]):
        answer = planner.plan(*sets)
        verdicts = {each["set"]: each["verdict"] for each in answer["plans"]}
        assert verdicts == {"one": "nothing", "two": "refused"}


def test_two_sets_that_want_a_new_object_are_both_refused(planner):
    answer = planner.plan(wants("one", planner.map()), wants("two", planner.map()))
    assert [each["verdict"] for each in answer["plans"]] == ["refused", "refused"]


def test_what_moves_is_not_deleted_and_not_forgotten_before(planner):
    thing = planner.map(a="1")
    rest = planner.map("rest", a="1")
    planner.write(thing, rest, of="one")
    members = [planner.member(), planner.member("rest")]
    answer = planner.plan(wants("one", rest, members=members), wants("two", thing))
    assert one(answer)[1] == {planner.member(): "keep", planner.member("rest"): "keep"}
    assert one(answer, 1) == ("go", {planner.member(): "update taken"})
    planner.write(thing, of="two")
    answer = planner.plan(wants("one", rest, members=members),
                          wants("two", thing, members=[planner.member()]))
    assert one(answer)[1][planner.member()] == "keep leaves"


def test_prunes(planner):
    things = [planner.map("m%d" % i, a="1") for i in range(4)]
    planner.write(*things, of="shop")
    planner.write(planner.map("m2", a="1"), manager="other")
    planner.write(planner.map("kept", annotations={"tidegate.dev/keep": "true"}), of="shop")
    # Carries the label, as controllers copy it, and was never applied by the set.
    planner.write(planner.map("copied", labels={PART_OF: set_id("shop")}), manager="other")
    names = ["m0", "m1", "m2", "m3", "kept", "copied", "absent"]
    gone = {"members": [planner.member(name) for name in names]}
    _, steps = one(planner.plan(wants("shop", things[0], things[3], **gone)))
    assert {each.rsplit("/", 1)[1]: what for each, what in steps.items()} == {
        "m0": "keep", "m1": "delete", "m2": "delete", "m3": "keep", "kept": "keep leaves",
        "copied": "keep leaves", "absent": "keep leaves"}
    _, steps = one(planner.plan(wants("shop", things[0], partial=True, **gone)))
    assert not any(what.startswith("delete") for what in steps.values())


def test_an_emptied_set_is_refused(planner):
    planner.write(planner.map(), of="shop")
    emptied = wants("shop", members=[planner.member()])
    answer = planner.plan(emptied)
    assert one(answer)[0] == "refused"
    assert [each.split()[0] for each in answer["findings"]] == ["sync/empty-set"]
    answer = planner.plan(emptied, message="Clear it\n\nTidegate-Prune: shop\n")
    assert one(answer) == ("go", {planner.member(): "delete"})
    assert one(planner.plan(emptied, message="Tidegate-Prune:\n"))[0] == "refused"


def test_many_deletions_and_precious_ones_want_an_approval(planner):
    things = [planner.map("m%d" % i) for i in range(8)]
    claim = {"apiVersion": "v1", "kind": "PersistentVolumeClaim",
             "metadata": {"name": "data", "namespace": planner.namespace},
             "spec": {"accessModes": ["ReadWriteOnce"],
                      "resources": {"requests": {"storage": "1Gi"}}}}
    planner.write(*things, claim, of="shop")
    data = planner.member("data", "PersistentVolumeClaim")
    members = [planner.member("m%d" % i) for i in range(8)] + [data]
    verdict, steps = one(planner.plan(wants("shop", things[0], members=members)))
    assert verdict == "held"
    assert [what for what in steps.values() if what != "keep"] == ["delete held"] * 8
    few = wants("shop", *things, members=members)
    verdict, steps = one(planner.plan(few))
    assert (verdict, steps[data]) == ("held", "delete held")
    line = "Tidegate-Prune: shop/PersistentVolumeClaim/%s/data" % planner.namespace
    verdict, steps = one(planner.plan(few, message=line))
    assert (verdict, steps[data]) == ("go", "delete")
    assert one(planner.plan(few, message="Tidegate-Prune: shop/"))[0] == "held"


def test_a_namespace_with_wanted_objects_stays(planner):
    home = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": planner.namespace}}
    planner.write(home, of="shop")
    member = "/Namespace//%s" % planner.namespace
    for more in ([wants("other", planner.map())],
                 [wants("other", members=[planner.member("x")], partial=True)]):
        answer = planner.plan(wants("shop", planner.map("rest"), members=[member])
                              if more[0]["objects"] else wants("shop", members=[member]), *more,
                              message="Tidegate-Prune: shop")
        assert one(answer)[1][member] == "delete held"


def test_immutable_fields(planner):
    thing = planner.map(a="1")
    planner.write({**thing, "immutable": True}, of="shop")
    changed = {**planner.map(a="2"), "immutable": True}
    ask = wants("shop", changed, members=[planner.member()])
    answer = planner.plan(ask)
    assert one(answer) == ("refused", {planner.member(): "refused"})
    assert [each.split()[0] for each in answer["findings"]] == ["sync/immutable"]
    changed["metadata"]["annotations"] = {"tidegate.dev/replace": "true"}
    assert one(planner.plan(ask)) == ("go", {planner.member(): "replace"})
    # A slip beside it deletes nothing, whatever is declared.
    changed["data"] = {"not a key": "2"}
    answer = planner.plan(ask)
    assert one(answer)[0] == "refused"


def test_what_waits_is_asked_whose_it_is(planner):
    binding = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding",
               "metadata": {"name": "b", "namespace": planner.namespace},
               "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "r"},
               "subjects": [{"kind": "User", "apiGroup": "rbac.authorization.k8s.io",
                             "name": "x"}]}
    role = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role",
            "metadata": {"name": "r", "namespace": planner.namespace}, "rules": []}
    planner.write(binding, manager="other")
    answer = planner.plan(wants("shop", role, binding))
    assert one(answer)[0] == "refused"
    assert [each.split()[0] for each in answer["findings"]] == ["sync/other-owner"]


def test_what_a_controller_made_is_not_taken(planner):
    planner.write(planner.map("owner"), manager="other")
    owner = planner.admin.get("/api/v1/namespaces/%s/configmaps/owner" % planner.namespace)
    thing = planner.map(a="0")
    thing["metadata"]["ownerReferences"] = [
        {"apiVersion": "v1", "kind": "ConfigMap", "name": "owner",
         "uid": owner.object["metadata"]["uid"], "controller": True}]
    planner.write(thing, manager="other")
    answer = planner.plan(wants("shop", planner.map(a="1"), adopt=["any"]))
    assert one(answer)[0] == "refused"
    assert "made by a controller" in answer["findings"][0]


def test_another_applyset_is_not_taken(planner):
    planner.write(planner.map(a="0", labels={PART_OF: set_id("of-nobody-here")}), manager="kubectl")
    answer = planner.plan(wants("shop", planner.map(a="1"), adopt=["kubectl"]))
    assert one(answer)[0] == "refused"
    assert "another ApplySet" in answer["findings"][0]


def test_a_generated_name_is_refused(planner):
    thing = planner.map(a="1")
    thing["metadata"]["generateName"] = thing["metadata"].pop("name")
    answer = planner.plan(wants("shop", thing))
    assert one(answer)[0] == "refused"
    assert [each.split()[0] for each in answer["findings"]] == ["sync/generated-name"]


def test_a_renamed_set_takes_its_objects(planner):
    thing = planner.map(a="1")
    planner.write(thing, of="old")
    answer = planner.plan(wants("old", members=[planner.member()], removed=True),
                          wants("new", thing, was=["old"]))
    assert one(answer)[1] == {planner.member(): "keep"}
    assert one(answer, 1) == ("go", {planner.member(): "update taken"})


def test_a_removed_set_keeps_its_objects(planner):
    planner.write(planner.map(a="1"), of="shop")
    answer = planner.plan(wants("shop", members=[planner.member()], removed=True))
    assert one(answer)[1] == {planner.member(): "keep"}


def test_kinds_that_are_not_there_any_more(planner):
    answer = planner.plan(wants("shop", planner.map(),
                                members=["example.com/Mug/%s/a" % planner.namespace]))
    assert one(answer)[1]["example.com/Mug/%s/a" % planner.namespace] == "keep leaves"


def test_what_the_record_lost_is_recorded_again(planner):
    things = [planner.map("a"), planner.map("b")]
    planner.write(*things, of="shop")
    verdict, steps = one(planner.plan(wants("shop", *things, members=[planner.member("a")])))
    assert (verdict, set(steps.values())) == ("go", {"keep"})


def test_a_field_of_somebody_is_taken_unless_the_settings_say_stop(planner):
    planner.write(planner.map(a="1"), of="shop")
    planner.write(planner.map(a="2"), manager="robot-7")
    ask = wants("shop", planner.map(a="1"), members=[planner.member()])
    assert one(planner.plan(ask)) == ("go", {planner.member(): "update"})
    assert one(planner.plan({**ask, "stop": ["human*"]}))[0] == "go"
    answer = planner.plan({**ask, "stop": ["robot-*"]})
    assert one(answer)[0] == "refused"
    assert [each.split()[0] for each in answer["findings"]] == ["sync/conflict"]
    assert "robot-7" in answer["findings"][0] and "data.a" in answer["findings"][0].replace(
        "data[a]", "data.a")
