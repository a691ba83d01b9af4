# SPDX-License-Identifier: Apache-2.0
"""Small changes to an object: each function makes one, or returns False where it can make none.

The identity of an update's object stays as it is; of a new object everything may change but the
namespace, which would have to exist.
"""
import copy
import pickle

import values
from apitypes import get, put, remove

PINNED = {("apiVersion",), ("kind",), ("metadata",), ("metadata", "namespace"), ()}
NAME = ("metadata", "name")
# Fields of metadata that change nothing but what is checked about themselves.
METADATA = (
    ("labels", (None, {}, {"a": "b"}, {"a": ""}, {"a/b": "c"}, {"A": "B"}, {"": "a"}, {"a": 1},
                {"a": None}, {"a": True}, {"-a": "b"}, {"a": "-b"}, {"a b": "c"}, {"a": "b c"},
                {"a" * 63: "a" * 63}, {"a" * 64: "a"}, {"a": "a" * 64}, {"a" * 253 + "/b": "c"},
                {"a" * 254 + "/b": "c"}, {"a/b/c": "d"}, {"A.b/c": "d"}, [], "a=b")),
    ("annotations", (None, {}, {"a": "b"}, {"A": ""}, {"a b": ""}, {"a": 1}, {"a": None},
                     {"A/b": "c"}, {"a/B": "c"}, {"": ""}, {"a": "x" * 262143}, {"a": "x" * 262144},
                     {"kubectl.kubernetes.io/last-applied-configuration": "{"}, {"a": {"b": "c"}},
                     {"service.beta.kubernetes.io/load-balancer-source-ranges": "10.0.0.0"},
                     {"volume.beta.kubernetes.io/storage-class": "x"},
                     {"kubernetes.io/ingress.class": "x"}, {"scheduler.alpha.kubernetes.io/x": "y"},
                     {"container.apparmor.security.beta.kubernetes.io/app": "unconfined"},
                     {"container.apparmor.security.beta.kubernetes.io/app": "x"},
                     {"seccomp.security.alpha.kubernetes.io/pod": "runtime/default"},
                     {"kubernetes.io/config.mirror": "x"},
                     {"service.kubernetes.io/topology-mode": "x"},
                     {"controller.kubernetes.io/pod-deletion-cost": "01"},
                     {"controller.kubernetes.io/pod-deletion-cost": "a"},
                     {"batch.kubernetes.io/job-tracking": ""}, {"endpoints.kubernetes.io/x": ""},
                     {"api-approved.kubernetes.io": "x"})),
    ("finalizers", (None, [], ["a"], ["a/b"], ["a/b", "a/b"], ["A/b"], [""], ["kubernetes"], [None],
                    ["foregroundDeletion"], ["orphan"], ["orphan", "foregroundDeletion"], "a/b",
                    ["kubernetes.io/pvc-protection"], ["example.com/" + "a" * 64])),
    ("ownerReferences", (
        None, [], [{}], [{"apiVersion": "v1", "kind": "Pod", "name": "a", "uid": "b"}],
        [{"apiVersion": "v1", "kind": "Event", "name": "a", "uid": "b"}],
        [{"apiVersion": "a/b/c", "kind": "A", "name": "a", "uid": "b"}],
        [{"apiVersion": "v1", "kind": "", "name": "a", "uid": "b"}],
        [{"apiVersion": "v1", "kind": "A", "name": "", "uid": ""}],
        [{"apiVersion": "v1", "kind": "A", "name": "a", "uid": "b", "controller": True},
         {"apiVersion": "v1", "kind": "B", "name": "b", "uid": "c", "controller": True}],
        [{"apiVersion": "v1", "kind": "A", "name": "a", "uid": "b"}] * 2)),
    ("managedFields", (
        [], [{}], None, [{"manager": "a", "operation": "Apply"}],
        [{"manager": "a", "operation": "Update", "apiVersion": "v1", "fieldsType": "FieldsV1",
          "fieldsV1": {"f:metadata": {}}, "time": "2026-01-01T00:00:00Z"}],
        [{"manager": "a" * 129, "operation": "Update", "apiVersion": "v1",
          "fieldsType": "FieldsV1", "fieldsV1": {}}],
        [{"operation": "Update", "fieldsType": "V2", "apiVersion": "v1"}],
        [{"operation": "Update", "fieldsType": "FieldsV1", "apiVersion": "v1",
          "subresource": "x" * 257}])),
    ("generateName", (None, "", "a-", "A-", "a" * 63, "a" * 300, "a_", ".", 1)),
    ("creationTimestamp", (None, "2026-01-01T00:00:00Z", "x", "")),
    ("deletionTimestamp", (None, "2026-01-01T00:00:00Z", "x")),
    ("deletionGracePeriodSeconds", (None, 0, 30, -1)),
    ("generation", (None, 0, 1, -1, "1")),
    ("resourceVersion", (None, "")),
    ("uid", (None, "")),
    ("selfLink", (None, "", "/a")),
    ("clusterName", ("a",)),
)


class Mutator:
    def __init__(self, types, bank):
        self.types = types
        self.bank = bank
        self._is_update = False
        self.moves = (
            (14, self.insert_field), (12, self.set_scalar), (7, self.delete), (3, self.nullify),
            (4, self.duplicate_item), (2, self.swap_items), (7, self.transplant), (5, self.replace),
            (3, self.empty), (3, self.retype), (3, self.rename_key), (1, self.add_unknown),
            (5, self.change_metadata), (3, self.change_name), (4, self.copy_scalar),
            (3, self.change_text), (3, self.change_number), (3, self.add_item), (2, self.map_key),
            (2, self.merge_struct))
        self._weights = [weight for weight, _ in self.moves]

    def mutate(self, random, manifest, is_update=False):
        """A changed copy, and the names of the moves."""
        self._is_update = is_update
        manifest = _copy(manifest)
        count = random.choice((1, 1, 1, 1, 1, 2, 2, 3))
        done = []
        for _ in range(count * 8):
            if len(done) == count:
                break
            move = random.choices(self.moves, self._weights)[0][1]
            before = _copy(manifest)
            if move(random, manifest) is False:
                manifest = before
                continue
            if not _identity_holds(before, manifest, is_update):
                manifest = before
                continue
            if manifest != before or move == self.swap_items:
                done.append(move.__name__)
        return manifest, done

    # Where: any value, and any value of a sort.

    def _sites(self, manifest, wanted=lambda site: True):
        return [site for site in self.types.sites(manifest)
                if site.path not in PINNED and wanted(site)]

    def _site(self, random, manifest, wanted=lambda site: True):
        sites = self._sites(manifest, wanted)
        inner = [site for site in sites if site.path[0] not in ("metadata", "status")]
        if inner and random.random() < 0.93:
            sites = inner
        return random.choice(sites) if sites else None

    def _list(self, random, manifest, least):
        return self._site(random, manifest, lambda site: isinstance(site.value, list)
                          and len(site.value) >= least)

    # What.

    def insert_field(self, random, manifest):
        structs = [site for site in self.types.sites(manifest)
                   if isinstance(site.value, dict) and "properties" in site.schema
                   and site.path[:1] not in (("metadata",), ("status",))]
        if not structs:
            return False
        site = random.choice(structs)
        absent = sorted(set(site.schema["properties"]) - set(site.value) - {"status"})
        if not absent:
            return False
        key = random.choice(absent)
        site.value[key] = self.bank.make(random, site.schema["properties"][key], site.type, key)

    def merge_struct(self, random, manifest):
        """Fields of another struct of the same type, beside those that are there."""
        site = self._site(random, manifest, lambda site: isinstance(site.value, dict) and site.type)
        other = site and self.bank.of_type(random, site.type)
        if not isinstance(other, dict):
            return False
        for key, value in other.items():
            site.value.setdefault(key, value)

    def set_scalar(self, random, manifest):
        site = self._site(random, manifest, lambda site: not isinstance(site.value, (dict, list)))
        if not site:
            return False
        field = site.field.rstrip("[]{}")
        put(manifest, site.path, values.scalar(random, site.schema, site.type, field))

    def copy_scalar(self, random, manifest):
        """The value of another field of the same object, or of the same field elsewhere."""
        site = self._site(random, manifest, lambda site: not isinstance(site.value, (dict, list)))
        if not site:
            return False
        value = self.bank.of_name(random, site.field)
        if random.random() < 0.5:
            value = random.choice([each.value for each in self.types.sites(manifest)
                                   if not isinstance(each.value, (dict, list))])
        put(manifest, site.path, value)

    def change_text(self, random, manifest):
        site = self._site(random, manifest, lambda site: isinstance(site.value, str))
        if not site:
            return False
        put(manifest, site.path, values.changed_case(random, site.value))

    def change_number(self, random, manifest):
        site = self._site(random, manifest, lambda site: isinstance(site.value, (int, float)))
        if not site:
            return False
        put(manifest, site.path, random.choice((-site.value, site.value + 1, site.value - 1,
                                                site.value * 2, site.value + 0.5, float(site.value),
                                                str(site.value), site.value * 1000)))

    def delete(self, random, manifest):
        site = self._site(random, manifest)
        if not site:
            return False
        remove(manifest, site.path)

    def nullify(self, random, manifest):
        site = self._site(random, manifest)
        if not site:
            return False
        put(manifest, site.path, None)

    def empty(self, random, manifest):
        site = self._site(random, manifest)
        if not site:
            return False
        value = {dict: {}, list: [], str: "", int: 0, bool: False}.get(type(site.value), None)
        put(manifest, site.path, value)

    def retype(self, random, manifest):
        site = self._site(random, manifest)
        if not site:
            return False
        value = site.value
        put(manifest, site.path, random.choice((values.anything(random), [value], {"a": value},
                                                str(value), value == "true")))

    def duplicate_item(self, random, manifest):
        site = self._list(random, manifest, 1)
        if not site:
            return False
        item = copy.deepcopy(random.choice(site.value))
        if isinstance(item, dict) and item and random.random() < 0.5:
            key = random.choice(sorted(item))
            item[key] = self.bank.make(random, self._item_field(site, key), "", key)
        site.value.insert(random.randrange(len(site.value) + 1), item)

    def _item_field(self, site, key):
        schema, _ = self.types.resolve(site.schema.get("items", {}))
        return self.types.field(schema, key)

    def add_item(self, random, manifest):
        site = self._list(random, manifest, 0)
        if not site:
            return False
        site.value.append(self.bank.make(random, site.schema.get("items", {}), site.owner,
                                         site.field + "[]"))

    def swap_items(self, random, manifest):
        site = self._list(random, manifest, 2)
        if not site:
            return False
        random.shuffle(site.value)

    def map_key(self, random, manifest):
        """Another key for an entry, or one more entry."""
        site = self._site(random, manifest, lambda site: isinstance(site.value, dict)
                          and isinstance(site.schema.get("additionalProperties"), dict))
        if not site:
            return False
        key = values.key(random)
        if site.value and random.random() < 0.6:
            site.value[key] = site.value.pop(random.choice(sorted(site.value)))
        else:
            site.value[key] = self.bank.make(random, site.schema["additionalProperties"],
                                             site.owner, site.field + "{}")

    def transplant(self, random, manifest):
        """A subtree of another manifest, at a place of the same type."""
        site = self._site(random, manifest, lambda site: site.type)
        other = site and self.bank.of_type(random, site.type)
        if other is None:
            return False
        put(manifest, site.path, other)

    def replace(self, random, manifest):
        """A new value of the right type."""
        site = self._site(random, manifest)
        if not site:
            return False
        put(manifest, site.path, self.bank.make(random, site.schema, site.owner, site.field))

    def rename_key(self, random, manifest):
        sites = [site for site in self._sites(manifest) if isinstance(site.path[-1], str)]
        if not sites:
            return False
        site = random.choice(sites)
        holder = get(manifest, site.path[:-1])
        key = random.choice((values.changed_case(random, site.path[-1]), site.path[-1] + "x",
                             random.choice(sorted(holder))))
        holder[key] = holder.pop(site.path[-1])

    def add_unknown(self, random, manifest):
        site = self._site(random, manifest, lambda site: isinstance(site.value, dict))
        if not site:
            return False
        site.value[values.key(random)] = values.anything(random)

    def change_metadata(self, random, manifest):
        """Of the object, or of a template in it."""
        holders = [site for site in self.types.sites(manifest)
                   if site.type.endswith("meta.v1.ObjectMeta") and isinstance(site.value, dict)]
        if not holders:
            return False
        # Server-side apply takes none, ever.
        field, choices = random.choice([each for each in METADATA
                                        if not self._is_update or each[0] != "managedFields"])
        random.choice(holders).value[field] = copy.deepcopy(random.choice(choices))

    def change_name(self, random, manifest):
        metadata = manifest.get("metadata")
        if not isinstance(metadata, dict):
            return False
        metadata["name"] = random.choice(
            (values.long_words(random), values.text(random, "name"),
             values.changed_case(random, str(metadata.get("name"))), "a.b", "1a", "a1", "system:a"))


def _copy(manifest):
    """Much faster than copy.deepcopy."""
    return pickle.loads(pickle.dumps(manifest))


def _identity_holds(before, after, keep_name):
    if not isinstance(after, dict) or not isinstance(after.get("metadata"), dict):
        return False
    pinned = [("apiVersion",), ("kind",), ("metadata", "namespace")]
    if keep_name:
        pinned.append(NAME)
    return all(_at(before, path) == _at(after, path) for path in pinned)


def _at(root, path):
    for step in path:
        root = root.get(step) if isinstance(root, dict) else None
    return root
