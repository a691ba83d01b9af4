# SPDX-License-Identifier: Apache-2.0
"""The types of the API as the server itself publishes them, and a walk over objects along them."""
import dataclasses

REF = "#/definitions/"
GVK = "x-kubernetes-group-version-kind"
# Structs whose text form is a scalar, and what is free below a point.
QUANTITY = "io.k8s.apimachinery.pkg.api.resource.Quantity"
INT_OR_STRING = "io.k8s.apimachinery.pkg.util.intstr.IntOrString"
DEPTH = 40


@dataclasses.dataclass(frozen=True)
class Site:
    """A value in an object: where, what, its schema, and the type that has it as a field."""
    path: tuple
    value: object
    schema: dict
    type: str
    owner: str
    field: str


class Types:
    def __init__(self, document):
        self.definitions = document["definitions"]
        self.kinds = {}
        for name, schema in self.definitions.items():
            for each in schema.get(GVK, ()):
                version = "/".join(filter(None, (each["group"], each["version"])))
                self.kinds.setdefault((version, each["kind"]), name)

    def of(self, manifest):
        """Name of a manifest's type, or None."""
        version, kind = manifest.get("apiVersion"), manifest.get("kind")
        if isinstance(version, str) and isinstance(kind, str):
            return self.kinds.get((version, kind))
        return None

    def resolve(self, schema):
        """The schema itself and the name of its type: "" where it has none."""
        name = ""
        for _ in range(DEPTH):
            if "$ref" not in schema:
                break
            name = schema["$ref"].removeprefix(REF)
            schema = self.definitions.get(name, {})
        return schema, name

    def field(self, schema, key):
        """Schema of a field or entry; {} where nothing is known."""
        fields = schema.get("properties", {})
        if key in fields:
            return fields[key]
        more = schema.get("additionalProperties")
        return more if isinstance(more, dict) else {}

    def sites(self, manifest):
        """Every value of an object, the object itself first."""
        name = self.of(manifest)
        found = []
        self._walk(manifest, {"$ref": REF + name} if name else {}, (), "", "", found)
        return found

    def _walk(self, value, schema, path, owner, field, found):
        schema, name = self.resolve(schema)
        found.append(Site(path, value, schema, name, owner, field))
        if len(path) > DEPTH:
            return
        if isinstance(value, dict):
            is_struct = "properties" in schema
            for key, each in value.items():
                self._walk(each, self.field(schema, key), path + (key,),
                           name if is_struct else owner, key if is_struct else field + "{}", found)
        elif isinstance(value, list):
            for index, each in enumerate(value):
                self._walk(each, schema.get("items", {}), path + (index,), owner, field + "[]",
                           found)


def get(root, path):
    for step in path:
        root = root[step]
    return root


def put(root, path, value):
    """Sets what is at the path; returns the root, which is another one for the empty path."""
    if not path:
        return value
    get(root, path[:-1])[path[-1]] = value
    return root


def remove(root, path):
    del get(root, path[:-1])[path[-1]]
