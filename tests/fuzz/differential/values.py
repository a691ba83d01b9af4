# SPDX-License-Identifier: Apache-2.0
"""Values that rules care about: the plausible, the borders, and what is just beyond them."""
from apitypes import INT_OR_STRING, QUANTITY

INTEGERS = (-1, 0, 1, 2, 3, 10, 22, 30, 80, 99, 100, 101, 253, 255, 256, 443, 600, 1000, 3600, 8080,
            10000, 30000, 32767, 32768, 65535, 65536, 86400, 86401, 99999, 2**31 - 1, 2**31, -2**31,
            -2**31 - 1, 2**32, 2**53, 2**63 - 1, 2**63, -2**63, 10**30)
FLOATS = (0.5, 1.0, -0.0, 1.5, 1e3, 1e40)
WORDS = ("", " ", "a", "A", "0", "1", "-", ".", "/", "*", "a b", "a-b", "a_b", "a.b", "a..b", ".a",
         "a.", "-a", "a-", "a/b", "/a", "a/", "a/b/c", "../a", "a/../b", "/a:b", "..", "a:b", "A/b",
         "example.com/a", "example.com/", "/tmp", "/proc", "Ünicode", "日本", "a\nb", "a\tb", "\x7f",
         "true", "null", "~", "1.5", "0x10", "1e3", "kubernetes.io/hostname", "kubernetes.io/foo",
         "k8s.io/x", "node.kubernetes.io/x", "cpu", "memory", "storage", "pods", "example.com/gpu",
         "requests.example.com/gpu", "hugepages-2Mi", "ephemeral-storage", "default", "system:node",
         "$(VAR)", "${VAR}", "{}", "[]", "https://a.example", "http://a.example:99999/x?y#z",
         "sys.example", "kernel.shm_rmid_forced", "net/ipv4/tcp_syncookies", "Group/name")
LENGTHS = (15, 16, 52, 53, 57, 58, 62, 63, 64, 65, 128, 129, 253, 254, 255, 256, 316, 317, 1024,
           1025)
QUANTITIES = ("0", "1", "-1", "100m", "1.5", "0.5", ".5", "5.", "+1", "1k", "1K", "1Ki", "1Mi",
              "1mi", "2Gi", "64Mi", "1E", "1e3", "1E3", "1e-3", "1n", "1u", "0.0001", "100p", "8Ei",
              "9999999999999999999", "1Gib", " 1", "1 ", "", "m", "--1", "1..2", "0x1", "500000m",
              "0.1m", "1.5Mi", "3", "4Ti", 0, 1, -1, 2, 0.5, 1.5, 1e3)
PERCENTS = ("0%", "1%", "25%", "50%", "99%", "100%", "101%", "1000%", "-1%", "%", "1.5%", "50 %",
            "050%", "http", "HTTP", "a", "", "80", "0", "http-80", "-http", "a--b",
            "sixteen-letters-", "0123456789abcdef")
ADDRESSES = ("10.0.0.1", "10.0.0.7", "010.0.0.1", "10.0.0", "10.0.0.256", "0.0.0.0", "127.0.0.1",
             "169.254.169.254", "224.0.0.1", "255.255.255.255", "192.168.1.1", "::1", "fe80::1",
             "fd00::1", "2001:db8::1", "2001:DB8::1", "::ffff:10.0.0.1", "::ffff:0a00:1", "::",
             "1:2:3:4:5:6:7:8:9", "10.0.0.0/8", "10.0.0.1/8", "10.0.0.0/33", "10.0.0.0/08",
             "0.0.0.0/0", "fd00::/64", "fd00::1/64", "::/0", "::ffff:10.0.0.0/104", "None", "none")
CRONS = ("* * * * *", "*/5 * * * *", "0 0 * * 7", "0 0 * * sun", "@daily", "@every 1h", "@every x",
         "@foo", "60 * * * *", "* * * *", "* * * * * *", "TZ=UTC 0 0 * * *", "0 0 31 2 *", "5-1 * * * *",
         "1,2,3 * * * *", "*/0 * * * *", "? ? ? ? ?", "CRON_TZ=Europe/Paris 0 0 * * *", "0 0 1 JAN *")
TIMES = ("2026-01-01T00:00:00Z", "2026-01-01T00:00:00+02:00", "2026-01-01T00:00:00.5Z", "2026-01-01",
         "2026-13-01T00:00:00Z", "2026-01-01 00:00:00", "2026-01-01T00:00:00", "2026-02-30T00:00:00Z",
         "1970-01-01T00:00:00.000000Z", "0001-01-01T00:00:00Z", "now", "", 1700000000)
DURATIONS = ("0s", "1s", "30s", "5m", "1h", "24h", "1h30m", "1d", "1w", "-5s", "1.5h", "10", "s", "",
             "600ms", "PT5M", "9223372036s", "99999999h")
BYTES = ("", "YQ==", "YWJj", "YQ", "YQ=", "a", "!!!!", "YW Jj", "YW\nJj", "_-__", "YWJjZA==",
         "e30=", "eyJhdXRocyI6e319")
ZONES = ("UTC", "Etc/UTC", "Europe/Paris", "europe/paris", "Local", "local", "Mars/Phobos", "GMT+1")
SELECTORS = ("In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt", "in", "Equal")
BY_FORMAT = {"date-time": TIMES, "byte": BYTES, "double": FLOATS, "float": FLOATS}
# Parts of field names, in lower case, and what such fields hold besides anybody's words.
BY_NAME = (
    ("cidr", ADDRESSES), ("ip", ADDRESSES), ("address", ADDRESSES), ("ranges", ADDRESSES),
    ("schedule", CRONS), ("timezone", ZONES), ("operator", SELECTORS), ("port", PERCENTS),
    ("duration", DURATIONS), ("timeout", DURATIONS), ("time", TIMES), ("path", (
        "/", "/a", "a", "a/b", "/a/../b", "..", "../a", "a/..", "/a:b", "a:b", "/a//b", "/a/", "//")),
    ("image", ("", "a", "A", "a:b", "a:", "a@sha256:0", " a", "a ", "a b", "a/b/c:1", "a:b:c",
               "a@sha256:" + "0" * 64, "-", "UPPER/case:1", "a" * 300)),
    ("host", ("a", "a.b", "*.a.b", "*", "*.a", "a.*", "A.b", "10.0.0.1", "a.b.", "a_b", "-a", "")),
    ("url", ("https://a.example/x", "http://a.example", "https://", "a", "https://u@a/x",
             "https://a/x?y", "https://a/x#y")),
    ("expression", ("true", "1", "self", "object.spec", "a ==", "", "has(object.metadata)",
                    "request.name == 'a'", "device.driver == 'a'")),
)


def long_words(random):
    """A word of a length that limits are at; sometimes of several labels."""
    length = random.choice(LENGTHS)
    word = random.choice(("a" * length, ("a" * 62 + ".") * 20, "a-" * length, "a." * length))
    return word[:length - 1] + "a"


def text(random, field):
    """A text for a field, which decides what is interesting."""
    lower = field.lower()
    fitting = [values for part, values in BY_NAME if part in lower]
    if fitting and random.random() < 0.7:
        return random.choice(random.choice(fitting))
    if random.random() < 0.2:
        return long_words(random)
    return random.choice(WORDS)


def key(random):
    """Of a map. A YAML reader takes no longer ones for keys."""
    return text(random, "key")[:400]


def changed_case(random, word):
    return random.choice((word.lower(), word.upper(), word.swapcase(), word + " ", " " + word,
                          word[:-1], word + "s", word.capitalize()))


def scalar(random, schema, type_name, field):
    """A scalar that the type of a field could hold, plausible or at a border."""
    if type_name == QUANTITY or schema.get("format") == "quantity":
        return random.choice(QUANTITIES)
    if type_name == INT_OR_STRING or schema.get("format") == "int-or-string":
        return random.choice(PERCENTS + INTEGERS)
    if "enum" in schema and random.random() < 0.85:
        return random.choice(schema["enum"])
    if schema.get("format") in BY_FORMAT:
        return random.choice(BY_FORMAT[schema["format"]])
    kind = schema.get("type")
    if kind == "integer":
        return random.choice(INTEGERS if random.random() < 0.6 else INTEGERS[:16])
    if kind == "number":
        return random.choice(FLOATS + INTEGERS)
    if kind == "boolean":
        return random.random() < 0.5
    return text(random, field)


def anything(random):
    """A value of whatever type."""
    return random.choice((None, True, False, 0, 1, -1, 1.5, "", "a", "1", "true", [], {}, [None], [""],
                          [{}], [[]], {"": ""}, {"a": None}, {"a": "b"}, ["a", "a"], [1], 10**20,
                          1e300))
