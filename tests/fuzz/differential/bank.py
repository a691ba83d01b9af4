# SPDX-License-Identifier: Apache-2.0
"""What accepted manifests hold, by type and by field, to be put into others; and made-up values."""
import collections
import pickle

import values
from apitypes import REF

DEEP = 5


class Bank:
    def __init__(self, types, manifests):
        self.types = types
        self._of_type = collections.defaultdict(list)
        self._of_field = collections.defaultdict(list)
        self._of_name = collections.defaultdict(list)
        for manifest in manifests:
            for site in types.sites(manifest):
                if site.type and site.path:
                    self._of_type[site.type].append(site.value)
                self._of_field[site.owner, site.field].append(site.value)
                if not isinstance(site.value, (dict, list)):
                    self._of_name[site.field].append(site.value)

    def of_type(self, random, name):
        return self._picked(random, self._of_type.get(name))

    def of_field(self, random, owner, field):
        return self._picked(random, self._of_field.get((owner, field)))

    def of_name(self, random, field):
        return self._picked(random, self._of_name.get(field))

    @staticmethod
    def _picked(random, found):
        return pickle.loads(pickle.dumps(random.choice(found))) if found else None

    def make(self, random, schema, owner, field, depth=0):
        """A value for a field: one that was seen there, or a new one."""
        schema, name = self.types.resolve(schema)
        if random.random() < 0.5:
            seen = self.of_field(random, owner, field)
            if seen is None and name:
                seen = self.of_type(random, name)
            if seen is not None:
                return seen
        if "properties" in schema:
            return self._struct(random, schema, name, depth)
        kind = schema.get("type")
        if kind == "array":
            count = random.choice((0, 1, 1, 1, 2))
            return [self.make(random, schema.get("items", {}), owner, field + "[]", depth + 1)
                    for _ in range(count)]
        if kind == "object":
            return self._map(random, schema, owner, field, depth)
        if not kind and not name:
            return values.anything(random)
        same_name = self.of_name(random, field)
        if same_name is not None and random.random() < 0.4:
            return same_name
        return values.scalar(random, schema, name, field)

    def _struct(self, random, schema, name, depth):
        made = {}
        fields = schema["properties"]
        wanted = set(schema.get("required", ()))
        if depth < DEEP:
            share = random.choice((0, 0.15, 0.3, 0.6)) / (depth + 1)
            wanted |= {key for key in fields if random.random() < share}
        if not wanted and fields and depth < DEEP and random.random() < 0.7:
            wanted = {random.choice(sorted(fields))}
        for key in sorted(wanted):
            if key in fields and not (depth and key == "status"):
                made[key] = self.make(random, fields[key], name, key, depth + 1)
        return made

    def _map(self, random, schema, owner, field, depth):
        inner = schema.get("additionalProperties")
        inner = inner if isinstance(inner, dict) else {"type": "string"}
        keys = [values.key(random) for _ in range(random.choice((0, 1, 1, 2)))]
        return {key: self.make(random, inner, owner, field + "{}", depth + 1) for key in keys}


def reference(name):
    return {"$ref": REF + name}
