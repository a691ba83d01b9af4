# SPDX-License-Identifier: Apache-2.0
"""Writes recorded/*.json: random expressions, and what the API server's environment makes of them.

    record.py ANSWER      ANSWER is the program of answer/, see there

What depends on the order in which Go walks a map is left out: it is asked three times.
"""
import json
import pathlib
import random
import subprocess
import sys

HERE = pathlib.Path(__file__).parent
OBJECT = {
    "metadata": {"name": "web", "labels": {"app": "web", "a.b/c": "x"}, "annotations": None},
    "spec": {
        "replicas": 3, "ratio": 0.5, "flag": True, "none": None, "empty": {}, "elist": [],
        "template": {"spec": {"containers": [
            {"name": "a", "image": "nginx:1.2", "ports": [{"containerPort": 80}],
             "resources": {"limits": {"cpu": "500m", "memory": "1Gi"}}},
            {"name": "b", "image": "docker.io/x@sha256:ab", "securityContext": {"privileged": True}},
        ]}},
        "list": [3, 1, 2], "names": ["x", "y", "x"], "mixed": [1, "a", 2.5, None, True],
        "date": "2024-05-06T07:08:09Z", "dur": "1h30m", "url": "https://user@example.com:80/p?q=1",
        "ip": "10.0.0.1", "cidr": "10.0.0.0/8"}}
DYNAMIC = {
    "declare": {"object": "dyn", "i": "int", "s": "string", "d": "double", "b": "bool",
                "li": "list(int)", "ls": "list(string)", "m": "map(string,string)",
                "md": "map(string,dyn)", "t": "dyn", "u": "dyn"},
    "values": [{"object": OBJECT, "i": 5, "s": "hello", "d": 2.5, "b": True, "li": [1, 2, 3],
                "ls": ["a", "bb", "ccc"], "m": {"k": "v"}, "md": {"k": 1, "z": [1]}, "t": "txt",
                "u": 7}]}
SCHEMA = {"type": "object", "required": ["name"], "properties": {
    "name": {"type": "string", "maxLength": 20}, "text": {"type": "string"},
    "kind": {"type": "string", "enum": ["abc", "defgh"]}, "replicas": {"type": "integer"},
    "ratio": {"type": "number"}, "flag": {"type": "boolean"},
    "when": {"type": "string", "format": "date-time"}, "day": {"type": "string", "format": "date"},
    "dur": {"type": "string", "format": "duration"}, "raw": {"type": "string", "format": "byte"},
    "port": {"x-kubernetes-int-or-string": True}, "maybe": {"type": "string", "nullable": True},
    "tags": {"type": "array", "maxItems": 10, "items": {"type": "string", "maxLength": 8},
             "x-kubernetes-list-type": "set"},
    "nums": {"type": "array", "items": {"type": "integer"}},
    "conds": {"type": "array", "maxItems": 5, "x-kubernetes-list-type": "map",
              "x-kubernetes-list-map-keys": ["type"],
              "items": {"type": "object", "required": ["type"], "properties": {
                  "type": {"type": "string", "maxLength": 5}, "status": {"type": "string"}}}},
    "labels": {"type": "object", "maxProperties": 4,
               "additionalProperties": {"type": "string", "maxLength": 7}},
    "any": {"type": "object", "x-kubernetes-preserve-unknown-fields": True},
    "sub": {"type": "object", "properties": {
        "a-b": {"type": "string"}, "namespace": {"type": "string"}, "c.d": {"type": "integer"},
        "x__y": {"type": "integer"},
        "list": {"type": "array", "items": {"type": "object",
                                            "properties": {"v": {"type": "integer"}}}}}}}}
TYPED = {"schema": SCHEMA, "values": [
    {"self": {"name": "web", "text": "hello world", "kind": "abc", "replicas": 3, "ratio": 2,
              "flag": True, "when": "2024-05-06T07:08:09Z", "day": "2024-05-06", "dur": "1h30m",
              "raw": "aGVsbG8=", "port": 80, "maybe": None, "tags": ["b", "a"], "nums": [3, 1, 2],
              "conds": [{"type": "A", "status": "t"}, {"type": "B", "status": "f"}],
              "labels": {"k": "v"}, "any": {"z": 1},
              "sub": {"a-b": "q", "namespace": "ns", "c.d": 4, "x__y": 5,
                      "list": [{"v": 1}, {"v": 2}]}}},
    {"self": {"name": "x", "port": "50%", "sub": {}}}]}


class Maker:
    """Expressions by their type, from templates: `{I}` is an int one level down, `{i}` a simple one."""

    def __init__(self, rng, templates):
        self.rng = rng
        self.templates = templates

    def make(self, kind, depth):
        simple, made = self.templates[kind]
        text = self.rng.choice(made if made and (depth > 0 or not simple) else simple)
        out = []
        for part in text.split("{"):
            if not out or len(part) < 2 or part[1] != "}":
                out.append(part if not out else "{" + part)
                continue
            name = part[0]
            out.append(self.make(name.upper(), 0 if name.islower() else depth - 1) + part[2:])
        return "".join(out)


DYNAMIC_TEMPLATES = {
    "I": (["0", "1", "-3", "i", "7", "object.spec.replicas", "u", "9223372036854775807"],
          ["({I} + {I})", "({I} - {I})", "({I} * {I})", "({I} / {I})", "({I} % {I})", "size({L})",
           "{S}.size()", "{L}[{i}]", "int({S})", "int({D})", "({B} ? {I} : {I})", "-({I})",
           "{L}.sum()", "{L}.min()", "{L}.max()", "{L}.indexOf({i})", "{S}.indexOf({s})",
           "{O}.orValue({I})", "sign(quantity('1Gi'))", "ip('10.0.0.1').family()"]),
    "D": (["1.5", "d", "0.0", "object.spec.ratio", "-2.25", "1e300"],
          ["({D} + {D})", "({D} - {D})", "({D} * {D})", "({D} / {D})", "double({I})",
           "double({S})"]),
    "S": (["'a'", "s", "''", "'x,y,z'", "object.metadata.name", "t", "'12'", "'\u00e9\u20ac'",
           "object.spec.date", "ls[1]", "m.k", "object.spec.url"],
          ["({S} + {S})", "string({I})", "string({D})", "string({B})", "{S}.upperAscii()",
           "{S}.trim()", "{S}.replace({s}, {s})", "{S}.substring({i})", "{T}.join({s})",
           "({B} ? {S} : {S})", "{T}[{i}]", "{S}.charAt({i})", "'%s-%d'.format([{S}, {I}])",
           "{S}.find({s})", "url(object.spec.url).getHost()", "url({S}).getScheme()"]),
    "L": (["li", "[1, 2, 3]", "[i, 2]", "object.spec.list", "[]"],
          ["{L}.map(x, x + {i})", "{L}.filter(x, x > {i})", "({L} + {L})", "[{I}, {I}]",
           "{L}.map(x, x > 1, x * 2)", "{L}.sort()", "{L}.distinct()", "{L}.reverse()",
           "lists.range(3)", "{L}.slice(0, {i})", "{L}.sortBy(x, -x)",
           "{L}.transformList(k, v, k + v)"]),
    "T": (["ls", "['q', 'w']", "object.spec.names", "['a', s]"],
          ["{T}.filter(x, x.startsWith({s}))", "{S}.split({s})", "{T}.map(x, x + {s})",
           "({T} + {T})", "object.spec.template.spec.containers.map(c, c.name)",
           "{S}.findAll({s})"]),
    "O": (["object.?spec.?replicas", "object.?spec.?nope", "optional.none()", "md[?'k']"],
          ["{L}[?{i}]", "optional.of({I})", "optional.ofNonZeroValue({I})", "{L}.first()",
           "object.spec.?replicas.optMap(v, v + 1)", "{O}.or({O})"]),
    "B": (["true", "false", "b", "object.spec.flag", "has(object.spec.replicas)",
           "has(object.spec.nope)", "has(object.metadata.annotations)", "has(object.nope.x)"],
          ["({B} && {B})", "({B} || {B})", "!({B})", "({I} < {I})", "({I} == {D})", "({S} < {S})",
           "({S} != {S})", "{S}.startsWith({s})", "{S}.contains({s})", "{S}.matches({s})",
           "{S}.matches('^[a-z]+$')", "({I} in {L})", "({S} in {T})", "{L}.all(x, x > {i})",
           "{T}.exists(x, x == {s})", "{L}.exists_one(x, x == {i})", "m.all(k, v, v == {s})",
           "object.spec.template.spec.containers.all(c, c.image.contains({s}))",
           "object.spec.template.spec.containers.all(c, has(c.ports) && {B})",
           "object.spec.template.spec.containers.exists(c, c.resources.limits.cpu == {s})",
           "({L} == {L})", "({S} == {I})", "sets.contains({L}, {L})", "sets.intersects({L}, {L})",
           "sets.equivalent({L}, {L})", "{O}.hasValue()", "type({I}) == int", "isQuantity({S})",
           "quantity('1Gi').isGreaterThan(quantity({S}))", "isURL({S})", "isIP({S})",
           "timestamp(object.spec.date) > timestamp('2024-01-01T00:00:00Z')",
           "duration(object.spec.dur) < duration('2h')", "{L}.isSorted()",
           "cidr(object.spec.cidr).containsIP(ip(object.spec.ip))", "isSemver({S})"]),
    "X": (["object.spec.mixed", "object.spec.none", "object.spec.empty"],
          ["[{X}, {I}]", "[{S}, {I}]", "object.spec.mixed[{i}]", "object.spec.none.x",
           "object.metadata.name.x", "object.spec.list['k']", "object.spec.list[1.0]",
           "object.spec.template[{i}]", "{'a': {I}, 'b': {S}}", "{S}.all(x, x)", "{I} + {S}",
           "object.spec.list.all(x, x)", "object.spec.empty.?x", "{i}.y"]),
}
TYPED_TEMPLATES = {
    "S": (["self.name", "self.text", "self.kind", "self.maybe", "self.sub.a__dash__b", "'lit'",
           "self.sub.__namespace__", "self.tags[0]", "self.conds[0].type", "self.labels.k",
           "string(self.replicas)", "string(self.port)"], []),
    "I": (["self.replicas", "self.nums[1]", "self.sub.c__dot__d", "self.sub.x__underscores__y",
           "3", "self.nums.size()", "self.name.size()", "size(self.tags)", "size(self.labels)",
           "self.sub.list[0].v"], []),
    "B": (["{s} == {s}", "{i} < {i}", "{i} == {i}", "self.ratio > double({i})",
           "{s}.startsWith({s})", "{s}.contains({s})", "{s}.matches({s})",
           "self.tags.all(t, t.size() < {i})", "self.tags.exists(t, t == {s})",
           "self.tags == ['a', 'b']", "self.tags + ['a', 'c'] == ['b', 'a', 'c']",
           "self.conds.all(c, c.type == {s})", "self.conds == self.conds",
           "(self.conds + self.conds).size() == 2",
           "self.conds.exists(c, has(c.status) && c.status == {s})",
           "self.conds.map(c, c.type).join({s}) == {s}", "has(self.maybe)", "has(self.sub.list)",
           "has(self.sub.nope)", "self.labels.all(k, self.labels[k] == {s})",
           "self.labels.exists(k, v, k == v)", "self.when > timestamp('2024-01-01T00:00:00Z')",
           "self.day == timestamp('2024-05-06T00:00:00Z')", "self.dur < duration('2h')",
           "self.raw == b'hello'", "self.when.getFullYear() == {i}", "type(self.port) == int",
           "self.port == 80", "type(self.port) == int ? self.port < 100 : self.port.endsWith('%')",
           "self.nums.sum() > {i}", "{i} in self.nums", "{s} in self.tags", "{s} in self.labels",
           "self.nums.map(n, n + {i}).filter(n, n > {i}).size() > 1",
           "self.sub.list.all(x, x.v > {i})", "self.?maybe.orValue({s}) == {s}", "self.any",
           "self.any.z == 1", "self.nope == 1", "{s}.lowerAscii().size() > {i}",
           "{s}.replace({s}, {s}).size() > {i}", "{s}.split({s}).size() > {i}",
           "{s} + {s} == {s}", "self == self", "self.nums.sort() == [1, 2, 3]",
           "self.nums.all(a, self.nums.all(b, a >= b || self.text.contains(self.name)))",
           "quantity(self.text).isLessThan(quantity('1'))", "self.name == null",
           "dyn(self.nums) == 1", "isIP(self.text)", "self.text.find('[a-z]+') == self.name",
           "'%s'.format([self.name]) == self.text", "sets.contains(self.tags, ['a'])",
           "self.nums.distinct().size() == self.nums.size()", "self.nums.isSorted()",
           "self.nums.indexOf(1) == 1", "self.sub == self.sub", "self.sub.namespace == {s}"],
          ["({B}) && ({B})", "({B}) || ({B})", "!({B})", "({B}) ? ({B}) : ({B})"]),
}
LIBRARY_TEMPLATES = {
    "S": (["'https://a.b:80/p/q?x=1&y=2#f'", "'http://[::1]:8080/'", "'/rel/path'", "'a b'", "''",
           "'mailto:x@y'", "'https://user:pw@h'", "'10.0.0.1'", "'::1'", "'10.0.0.0/8'",
           "'fe80::1%eth0'", "'2001:db8::/32'", "'01.2.3.4'", "'::ffff:1.2.3.4'", "'224.0.0.1'",
           "'169.254.1.1'", "'1Gi'", "'500m'", "'1e3'", "'-1.5Ki'", "'0'", "'1.2.3'", "'v1.2.3'",
           "'1.2.3-alpha.1+b'", "'01.2.3'", "'1.2'", "'abc'", "'my-name'", "'My_Name'", "'a/b'",
           "'2024-02-30'", "'2024-02-29'", "'2024-02-29T01:02:03.5Z'",
           "'2024-02-29T01:02:03+05:30'", "'1h30m'", "'-1.5h'", "'3ns'", "'é€x'",
           "'aGk='", "'550e8400-e29b-41d4-a716-446655440000'", "'%s'", "'%d %d'", "'a,b,,c'",
           "'  pad  '", "'NaN'", "'Infinity'", "'0x1F'", "'true'", "'T'",
           "'12345678901234567890'", "'-5'", "'1.5'"], []),
    "N": (["0", "1", "-1", "2", "3", "100", "9223372036854775807", "-9223372036854775808"], []),
    "U": (["0u", "1u", "2u", "18446744073709551615u"], []),
    "D": (["1.5", "-1.5", "1e19", "9.3e18", "-9223372036854775808.0", "0.1", "1e21", "1e20",
           "100000.0", "1000000.0", "123456789.123", "1e-5", "0.0001", "-0.0", "1e100"], []),
    "V": (["'text'", "1", "1u", "1.5", "true", "null", "[1, 2]", "{'a': 1}", "b'xy'",
           "timestamp(0)", "duration(1)", "type(1)", "12345.678", "1e100", "1e-7", "[]", "{}",
           "0.0", "false", "0", "''", "b''", "duration(0)", "optional.of(1)", "optional.none()",
           "url('http://a')", "quantity('1')", "ip('::1')", "semver('1.2.3')"], []),
    "Z": (["", "'America/New_York'", "'+05:30'", "'Asia/Kathmandu'", "'-8:00'", "'nope'",
           "'08:00'", "'UTC'"], []),
    "F": (["%s", "%d", "%f", "%e", "%b", "%x", "%X", "%o", "%.2f", "%.3e", "%.0f", "%.9s", "%q",
           "%", "%%", "a%sb%%"], []),
    "P": (["'[a-z]+'", "''", "'('", "'[0-9]+'", "'^.*$'", "'a|b'", "'[[:alpha:]]'", "'[a'",
           "'a)'", "'*a'", "'a**'", "'x{2,1}'", "'(?=a)'", "'\\\\q'"], []),
    "B": ([], [
        "url({s}).getScheme()", "url({s}).getHost()", "url({s}).getHostname()",
        "url({s}).getPort()", "url({s}).getEscapedPath()", "url({s}).getQuery()", "isURL({s})",
        "url({s}) == url({s})", "isIP({s})", "ip({s}).family()", "ip({s}).isLoopback()",
        "ip({s}).isUnspecified()", "ip({s}).isLinkLocalMulticast()",
        "ip({s}).isLinkLocalUnicast()", "ip({s}).isGlobalUnicast()", "ip.isCanonical({s})",
        "string(ip({s}))", "isCIDR({s})", "cidr({s}).ip().family()", "cidr({s}).prefixLength()",
        "string(cidr({s}).masked())", "cidr({s}).containsIP({s})", "cidr({s}).containsCIDR({s})",
        "cidr('10.0.0.0/8').containsIP(ip({s}))", "isQuantity({s})", "quantity({s}).isInteger()",
        "quantity({s}).asInteger()", "quantity({s}).asApproximateFloat()", "sign(quantity({s}))",
        "quantity({s}).isGreaterThan(quantity({s}))", "quantity({s}).compareTo(quantity({s}))",
        "quantity({s}).add(quantity({s})).asApproximateFloat()",
        "quantity({s}).sub({n}).asInteger()", "quantity({s}) == quantity({s})", "isSemver({s})",
        "isSemver({s}, true)", "semver({s}, true).major()", "semver({s}).minor()",
        "semver({s}).compareTo(semver({s}))", "semver({s}, true).isLessThan(semver({s}))",
        "{s}.charAt({n})", "{s}.substring({n})", "{s}.substring({n}, {n})", "{s}.indexOf({s})",
        "{s}.lastIndexOf({s})", "{s}.indexOf({s}, {n})", "{s}.lastIndexOf({s}, {n})",
        "{s}.replace({s}, {s})", "{s}.replace('', {s}, {n})", "{s}.split({s})",
        "{s}.split('', {n})", "{s}.split(',', {n})", "{s}.trim()", "{s}.upperAscii()",
        "{s}.size()", "strings.quote({s})", "{s}.find({p})", "{s}.findAll({p})",
        "{s}.findAll({p}, {n})", "{s}.matches({p})", "[{s}, {s}].join({s})", "[{s}].join()",
        "int({s})", "uint({s})", "double({s})", "bool({s})", "string(double({s}))",
        "string(bytes({s}))", "timestamp(dyn({s}))", "duration(dyn({s}))",
        "string(timestamp(dyn({s})))", "timestamp(dyn({s})).getFullYear({z})",
        "timestamp(dyn({s})).getMonth({z})", "timestamp(dyn({s})).getDate({z})",
        "timestamp(dyn({s})).getDayOfWeek({z})", "timestamp(dyn({s})).getDayOfYear({z})",
        "timestamp(dyn({s})).getHours({z})", "timestamp(dyn({s})).getMinutes({z})",
        "timestamp(dyn({s})).getMilliseconds({z})", "duration(dyn({s})).getHours()",
        "duration(dyn({s})).getMilliseconds()", "int(timestamp(dyn({s})))",
        "string(duration(dyn({s})))", "int(duration(dyn({s})))",
        "timestamp(dyn({s})) - timestamp(dyn({s}))", "timestamp(dyn({s})) + duration(dyn({s}))",
        "timestamp({n})", "duration({n})", "'{f}'.format([dyn({v})])", "'{f}'.format([{v}])",
        "'{f}'.format([dyn({s})])", "'{f}'.format([dyn({d})])", "'{f}'.format([dyn({n})])",
        "'%s'.format([[{v}, {v}]])", "[{n}, {n}, {n}].sum()", "[{n}, {n}].min()",
        "[{s}, {s}].max()", "[{s}, {s}, {s}].sort()", "[{n}, {n}, {n}].isSorted()",
        "[1, 2, 3].slice({n}, {n})", "[[1, [2]], [3]].flatten({n})", "[[1, [2]], [3]].flatten()",
        "lists.range(3)", "lists.range(-1)", "[{s}, {s}, {s}].distinct()", "[3, 1, 2].sortBy(x, {n} - x)",
        "[{n}, {n}].indexOf({n})", "sets.contains([{n}, 1], [1.0, 1u])",
        "sets.equivalent([{n}], [{u}])", "{n} + {n}", "{n} - {n}", "{n} * {n}", "{n} / {n}",
        "{n} % {n}", "{u} + {u}", "{u} - {u}", "{u} * {u}", "{u} / {u}", "{u} % {u}", "{d} * {d}",
        "{d} / {d}", "int({d})", "uint({d})", "string({d})", "int({u})", "uint({n})", "{n} < {d}",
        "{u} >= {d}", "{n} == {u}", "optional.of({v})", "optional.ofNonZeroValue({v})",
        "[optional.of({n}), optional.none()].unwrapOpt()", "type({v})", "dyn({v}) == {v}",
        "dyn({v}) < {v}", "dyn({v}) + {v}", "{v} in [{v}, {v}]", "size({v})", "string({v})"]),
}


def ask(answer, shared, tests):
    lines = []
    for test in tests:
        request = {"expr": test["expr"], "vars": shared["values"][test["set"]], "minor": 36}
        request.update({key: shared[key] for key in ("declare", "schema") if key in shared})
        lines.append(json.dumps(request))
    done = subprocess.run([answer], input="\n".join(lines) + "\n", text=True, capture_output=True,
                          check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def record(answer, name, shared, templates, kinds, n, rng):
    maker = Maker(rng, templates)
    tests, known = [], set()
    while len(tests) < n:
        expr = maker.make(rng.choice(kinds), rng.choice([0, 1, 1, 2, 2, 3]))
        if expr not in known and len(expr) < 400:
            known.add(expr)
            tests.append({"expr": expr, "set": rng.randrange(len(shared["values"]))})
    answers = [ask(answer, shared, tests) for _ in range(3)]
    kept = []
    for test, first, *others in zip(tests, *answers):
        if any(first != other for other in others) or "panic" in first:
            continue
        if "estimate" in first:
            first["estimate"] = "-".join(first["estimate"])
        keys = ("type", "estimate", "cost", "value", "error")
        if first.get("stage") == "plan":
            keys = ("error",)
        kept.append({**test, **{key: first[key] for key in keys if key in first}})
    path = HERE / "recorded" / f"{name}.json"
    lines = ",\n".join(json.dumps(test) for test in kept)
    head = json.dumps({key: value for key, value in shared.items()})
    path.write_text(head[:-1] + ',"tests":[\n' + lines + "\n]}\n")
    print(path.name, len(kept))


def main():
    rng = random.Random(1)
    answer = sys.argv[1]
    record(answer, "dynamic", DYNAMIC, DYNAMIC_TEMPLATES, "BBBIISLTDOX", 1500, rng)
    record(answer, "typed", TYPED, TYPED_TEMPLATES, "B", 600, rng)
    record(answer, "library", {"values": [{}]}, LIBRARY_TEMPLATES, "B", 1800, rng)


if __name__ == "__main__":
    main()
