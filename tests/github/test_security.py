# SPDX-License-Identifier: Apache-2.0
"""What a pull request may try on those who look at it, on the job's token, and on the gate itself.

Everything that a change brings is hostile here, and is looked for in every output that there is.
"""
import html.parser
import json
import os
import pathlib
import re
import shutil
import subprocess
import unicodedata

import cmarkgfm
import pytest

import hostile
from conftest import BAD
from forge import Fault, Forge
from hostile import MARK, Everything
from runner import commands, outputs
from test_action import GOOD, ROOT, errors, site  # noqa: F401 (site is a fixture)


def attack(job, change, base=None, config="policies: [rules]\n"):
    """A pull request with these files, bytes of names and texts as they are."""
    start = {"ns.yaml": GOOD % "shop", "rules/own.yaml": hostile.RULE, "tidegate.yaml": config}
    start.update(base or {})
    commit = job.commit

    def commit_base(files):
        job.commit = commit
        return commit({**files, **start})

    job.commit = commit_base
    return job.pull_request(files=change)


def merge_again(job):
    """The test merge of a branch `change` that has got another commit."""
    head = job.git("rev-parse", "HEAD")
    job.git("checkout", "-q", "-f", "main")
    job.git("reset", "-q", "--hard", job.base)
    job.git("merge", "-q", "--no-ff", "-m", "merge", head)
    job.event["pull_request"]["head"]["sha"] = head


def lines(text):
    """As a runner reads them, and whatever else may break one."""
    return re.split(r"[\n\r\x0b\x0c\x85\u2028\u2029]", text)


# -- 1, 2: the log

OURS = re.compile(r"::(error|warning|notice) (file=[^:]*,line=\d+,[^:]*)?title=(tidegate|[a-z-]+/[^:]*)::(?!pwned7)")


@pytest.mark.parametrize("texts", [hostile.COMMANDS, hostile.BREAKS], ids=["commands", "breaks"])
def test_nothing_in_the_log_is_a_command(job, forge, texts):
    attack(job, hostile.files(texts))
    said = Everything(job, forge)
    assert said.done.code == 1 and MARK in said.texts["stdout"]
    ours = said.texts["report github"].splitlines()
    assert 0 < len(ours) <= 30
    said.texts.pop("forge")
    for name, text in said.texts.items():
        begun = [part for part in lines(text) if part.strip().startswith("::")]
        if name in ("stdout", "report github"):
            assert begun == ours, name
        elif name != "patch":  # there commands are stopped; see below
            assert [part for part in begun if not OURS.match(part)] == [], name
        assert not re.search(r"##\[|##vso\[", text, re.I) or name == "patch", name
        assert all(command[1].get("title") for command in commands(text)), name


def test_patches_are_no_commands(job, forge):
    """They have to have the lines that they are about, so commands are stopped around them."""
    attack(job, hostile.files(hostile.COMMANDS))
    job.git("checkout", "-q", "change")
    done = job.run("--all", "--diff", "--no-annotations")
    assert "##[error]" in done.out and "would fix" in done.err
    assert commands(done.out) == []
    job.env.pop("GITHUB_ACTIONS")
    plain = job.run("--all", "--diff")
    assert plain.out.startswith("diff --git")
    for patch in (done.out, plain.out):
        subprocess.run(["git", "apply", "--check", "-"], input=patch, text=True, check=True,
                       cwd=job.repository)


def test_outputs_of_the_step_are_ours(job, forge):
    attack(job, hostile.files(hostile.BREAKS))
    said = Everything(job, forge, "--report-name", "a\nconclusion=success", others=False)
    found = outputs(said.texts["GITHUB_OUTPUT"])
    assert found["conclusion"] == "failure" and found["exit-code"] == "1"
    assert MARK not in said.texts["GITHUB_OUTPUT"]
    assert len(found) == len(said.texts["GITHUB_OUTPUT"].splitlines())


# -- 3: the terminal

def is_hidden(character):
    """What a terminal obeys, and what turns text around or hides it."""
    return (unicodedata.category(character) in ("Cc", "Cf", "Zl", "Zp") and character not in "\n\t"
            or character == "\ufffe")


SHOWN = ("message", "hint", "reason", "description", "text", "markdown", "justification")


def strings(value, keys=None, key=None):
    """Texts for people in a body; those for programs have to be what they name."""
    if isinstance(value, dict):
        for name, item in value.items():
            if name not in ("path", "fixes"):
                yield from strings(item, keys, name)
    elif isinstance(value, list):
        for item in value:
            yield from strings(item, keys, key)
    elif isinstance(value, str) and (not keys or key in keys):
        yield value


def test_nothing_moves_the_cursor(job, forge):
    attack(job, hostile.files(hostile.CONTROLS + hostile.BREAKS))
    said = Everything(job, forge)
    said.texts.pop("forge")
    patch = said.texts.pop("patch")
    assert MARK in said.texts["stdout"] and MARK in patch
    colours = re.compile(r"\x1b\[[0-9;]*m")
    said.texts["coloured"] = colours.sub("", said.texts["coloured"])
    for name, text in said.texts.items():
        shown = sorted({"%04x" % ord(character) for character in text if is_hidden(character)})
        assert shown == [], name
    shown = [text for call in said.calls for text in strings(call)]
    for name in ("json", "sarif", "gitlab"):
        shown += strings(json.loads(said.texts["report " + name]), SHOWN)
    assert len(shown) > 1000
    for text in shown:
        assert not any(map(is_hidden, text)), text


# -- 4: pages

class Page(html.parser.HTMLParser):
    """What a page has besides text in code."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.tags, self.links, self.loose, self.inside, self.code = set(), [], "", [], []
        self.rows = []
        flags = cmarkgfm.cmark.Options.CMARK_OPT_UNSAFE
        self.feed(cmarkgfm.github_flavored_markdown_to_html(text, options=flags))
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        attrs = dict(attrs)
        if tag == "a":
            self.links.append(attrs.get("href"))
        assert tag == "a" or set(attrs) <= {"align"}, (tag, attrs)
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")
        if tag != "br":
            self.inside.append(tag)

    def handle_endtag(self, tag):
        assert self.inside and self.inside.pop() == tag, tag

    def handle_comment(self, data):
        assert data.strip() == "tidegate:%2Fgate", data

    def handle_decl(self, decl):
        raise AssertionError(decl)

    unknown_decl = handle_pi = handle_decl

    def handle_data(self, data):
        if "td" in self.inside:
            self.rows[-1][-1] += data
        if "code" in self.inside:
            self.code.append(data)
        else:
            self.loose += data


@pytest.mark.parametrize("texts", [hostile.MARKDOWN, hostile.COMMANDS, hostile.BREAKS],
                         ids=["markdown", "commands", "breaks"])
def test_pages_show_text_as_text(job, forge, texts):
    attack(job, hostile.files(texts))
    said = Everything(job, forge)
    assert {"step summary", "comment 0"} < {re.sub(r"\d+", "0", name) for name in said.pages}
    for name, text in said.pages.items():
        page = Page(text)
        assert page.tags <= {"h3", "p", "table", "thead", "tbody", "tr", "th", "td", "code", "a",
                             "br", "details", "summary", "ul", "li"}, name
        assert MARK not in page.loose and not re.search(r"[@#`|<>\\]|://|www\.", page.loose), name
        assert any(MARK in code for code in page.code), name
        for link in page.links:
            assert re.fullmatch(r"https://forge\.test/shop/deploy/blob/[0-9a-f]{40}/[^#()\s]*#L\d+",
                                link), (name, link)
        findings = [row for row in page.rows if row and row[0] in ("error", "warning", "info")]
        assert findings and all(len(row) == 5 and row[4] for row in findings), name
    named = {finding["message"] for finding in said.findings}
    shown = {row[4].split("fix: ")[0] for row in Page(said.texts["report markdown"]).rows
             if len(row) == 5}
    cut = {message for message in shown if message.endswith("…")}
    assert len(shown - cut) >= len(named) * 0.9  # no bar has ended a cell


# -- 5: secrets

KEYS = {"plain": "hunter2-%s" % MARK, "binary": "c2VjcmV0LXB3bmVkNw=="}
WORDS = ["hunter2", "c2VjcmV0", "secret-pwned7", "aHVudGVyMi1wd25lZDc", "NDQ0NDQ0", "444444",
         "tok-777", "applied-999", "alias-555", "dup-333", "list-222", "-----BEGIN"]
SECRET = """apiVersion: v1
kind: Secret
metadata:
  name: database
  namespace: shop
  labels: {port: 80}
  annotations:
    kubectl.kubernetes.io/last-applied-configuration: '{"data":{"a":"applied-999"}}'
data:
  password: c2VjcmV0LXB3bmVkNw==
  pin: 444444
  list: [list-222]
  anchor: &a alias-555
  alias: *a
  password: dup-333
stringData:
  plain: hunter2-pwned7
  key: |
    -----BEGIN KEY-----
    tok-777
type: Opaque
"""
MANGLED = [SECRET, SECRET.replace("kind: Secret", "kind: secret"),
           SECRET.replace("stringData:", "stringDaata:"), SECRET.replace("apiVersion: v1", "apiVersion: v2"),
           SECRET.replace("  plain:", " plain:"), SECRET + "  - x\n", SECRET.replace("\n", "\r\n"),
           SECRET.replace("data:\n  password: c2", "data: !!binary |\n  c2"),
           "apiVersion: v1\nkind: List\nitems:\n- " + SECRET.replace("\n", "\n  ") + "\n",
           SECRET.replace("kind: Secret\n", "").replace("type: Opaque\n", "type: Opaque\nkind: Secret\n"),
           SECRET.replace("  plain: hunter2-pwned7", "  plain: {hunter2-pwned7: [tok-777]}"),
           SECRET.replace("  pin: 444444", "  pin: 444444 # hunter2-pwned7"),
           SECRET.replace("\ndata:\n", "\ndata: hunter2-pwned7\nmore:\n", 1),
           json.dumps({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "j"},
                       "data": {"a": "c2VjcmV0LXB3bmVkNw==", "b": 444444, "a b": "x"},
                       "stringData": {"c": ["hunter2"]}})]
LOUD = """id: own/loud
severity: warning
summary: says all that it sees
match: {kinds: [Secret, ConfigMap]}
variables:
  - name: all
    expression: "has(object.data) ? object.data.map(k, string(object.data[k])).join(' ') : ''"
validations:
  - expression: "false"
    messageExpression: "'all of it: ' + variables.all"
  - expression: "false"
    messageExpression: >-
      'sees ' + (has(object.data) ? object.data.map(k, k + '=' + string(object.data[k])).join() : '')
  - expression: "false"
    messageExpression: >-
      'parts ' + string(object.data.password).substring(0, 6) + string(object.data.password)
      .split('').join('') + string(object.data.plain).upperAscii().lowerAscii()
  - expression: "false"
    messageExpression: >-
      'mirrors ' + (has(object.stringData) ? object.stringData.map(k, object.stringData[k]).join() : '')
  - expression: "object.data.password == 'other' || object.data.all(k, int(object.data[k]) > 5)"
"""
POLICY = """apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: loud}
spec:
  matchConstraints:
    resourceRules:
      - {apiGroups: [""], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [secrets]}
  validations:
    - expression: "false"
      messageExpression: "'policy sees ' + string(object.data.password) + ' ' + string(object.data.plain)"
    - expression: "object.data.password == 'other'"
  auditAnnotations:
    - {key: all, valueExpression: "string(object.data.password)"}
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: loud}
spec: {policyName: loud, validationActions: [Deny, Audit]}
"""


@pytest.mark.parametrize("number", range(len(MANGLED)))
def test_secrets_are_in_no_output(job, forge, number):
    good = SECRET.replace("  list: [list-222]\n", "").replace("  pin: 444444\n", "") \
        .replace("  password: dup-333\n", "").replace("  labels: {port: 80}\n", "") \
        .replace("  anchor: &a alias-555\n  alias: *a\n", "")
    frozen = good.replace("name: database", "name: frozen") + "immutable: true\n"
    attack(job, {"secret.yaml": MANGLED[number], "frozen.yaml": frozen, "web.yaml": BAD % 1,
                 "good.yaml": good.replace("name: database", "name: good")},
           base={"rules/own.yaml": LOUD, "policies/policy.yaml": POLICY,
                 "frozen.yaml": frozen.replace("c2VjcmV0LXB3bmVkNw==", "aHVudGVyMi1wd25lZDc=")},
           config="policies: [rules, policies]\n")
    said = Everything(job, forge)
    assert {"own/loud", "policy/loud/0", "api/forbidden"} <= said.rules
    job.git("checkout", "-q", "change")
    after = job.run("--all", "--fix")
    said.texts["fix"] = after.out + after.err
    assert said.done.code in (1, 4) and said.findings
    for name, text in said.texts.items():
        assert [word for word in WORDS if word in text] == [], name


def test_memory_is_not_dumped(job):
    """Manifests and tokens are in it."""
    job.pull_request()
    wrapper = "ulimit -c unlimited && exec strace -f -e trace=prlimit64,setrlimit,prctl \"$0\" \"$@\""
    done = subprocess.run(["bash", "-c", wrapper, job.program, "check"], cwd=job.repository,
                          env=dict(job.env, GITHUB_EVENT_PATH="/dev/null"), capture_output=True,
                          text=True)
    assert re.search(r"RLIMIT_CORE, \{rlim_cur=0, rlim_max=0\}", done.stderr) or \
        re.search(r"PR_SET_DUMPABLE, (0|SUID_DUMP_DISABLE)\)", done.stderr)


# -- 6: limits

OBJECT = "apiVersion: v1\nkind: ConfigMap\n"
BOMBS = {
    "aliases": OBJECT + "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
        "a%d: &a%d [%s]\n" % (i, i, ", ".join(["*a%d" % (i - 1)] * 9)) for i in range(1, 12)),
    "merges": OBJECT + "a0: &a0 {k0: x, j0: y}\n" + "".join(
        "a%d: &a%d {<<: [%s], k%d: x}\n" % (i, i, ", ".join(["*a%d" % (i - 1)] * 9), i)
        for i in range(1, 12)),
    "circle": "apiVersion: v1\nkind: ConfigMap\nmetadata: &a\n  labels: *a\n",
    "flow": "apiVersion: v1\nkind: ConfigMap\nx: " + "[" * 100000 + "]" * 100000,
    "braces": OBJECT + "x: " + "{a: " * 100000,
    "blocks": OBJECT + "".join(" " * i + "a:\n" for i in range(2000)),
    "lists": "apiVersion: v1\nkind: ConfigMap\nx:\n" + "- " * 20000 + "a",
    "documents": OBJECT + "---\n" * ((1 << 20) + 10),
    "anchors": OBJECT + "x:\n" + "".join("- &a%d x\n" % i for i in range(200000)) + "- *nothing\n",
    "tags": OBJECT + "x: !" + "a" * 2000000 + " x\n",
    "long key": OBJECT + "k" * 2000000 + ": x\n",
    "long scalar": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: %s}\n" % ("n" * 20000000),
    "keys": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n" + "".join(
        "k%d: x\n" % i for i in range(100000)),
}


@pytest.mark.parametrize("name", BOMBS)
def test_bombs_close_the_gate(job, forge, name):
    attack(job, {"bomb.yaml": BOMBS[name]})
    for args in ((), ("--all",)):
        done = job.run(*args, *FORMATS_TO_NOWHERE)
        assert done.code in (1, 4), (args, done.err)
        assert job.seconds < 30 and len(done.out) < 1000000
        assert "bomb.yaml" in done.out, args


FORMATS_TO_NOWHERE = [arg for name in hostile.FORMATS for arg in ("-o", name + "=/dev/null")]


def test_bombs_of_json_and_of_size(job):
    attack(job, {"a.json": '{"apiVersion": "v1", "kind": "ConfigMap", "x": ' + "[" * 1000000})
    assert job.run().code in (1, 4) and job.seconds < 30
    with (job.repository / "large.yaml").open("wb") as file:
        file.truncate(300 << 20)
    done = job.run("--all")
    assert done.code == 4 and "limit/" in done.out and job.seconds < 30


@pytest.mark.parametrize("name", ["aliases", "circle", "flow", "blocks"])
@pytest.mark.parametrize("file", ["tidegate.yaml", "baseline.yaml", "rules/own.yaml",
                                  "crds/a.yaml"])
def test_bombs_in_settings(job, file, name):
    """At the base they decide; at the head they are looked at."""
    settings = "policies: [rules]\ncrds: [crds]\nbaseline: baseline.yaml\n"
    files = {"tidegate.yaml": settings, "baseline.yaml": "version: 1\nfindings: []\n",
             "crds/x.yaml": "", "web.yaml": BAD % 1}
    attack(job, {"a.yaml": GOOD % "a", file: BOMBS[name]}, base=files, config=settings)
    for args in ((), ("--all",)):
        done = job.run(*args)
        assert job.seconds < 30, args
        assert done.code in (1, 2, 4), (args, done.out)


def test_event_bombs(job):
    job.pull_request()
    event = pathlib.Path(job.env["GITHUB_EVENT_PATH"])
    for text in ("[" * 1000000, '{"a":' * 100000, "{" + '"a":1,' * 1000000 + '"b":1}', "\x00" * 1000,
                 '{"pull_request": {"base": {"sha": "%s"}}}' % ("a" * 1000000)):
        event.write_text(text)
        done = subprocess.run([job.program, "check"], cwd=job.repository, env=job.env, timeout=30,
                              capture_output=True, text=True)
        assert done.returncode in (1, 4) and done.stderr.startswith("tidegate 0")


# -- 7: what is no file of the repository

OUTSIDE = "outside-" + MARK


def test_links_lead_nowhere(job, forge):
    """Not out of the repository, and no file becomes a folder on the way."""
    outside = job.path / "outside"
    outside.mkdir()
    (outside / "a.yaml").write_text((BAD % 1).replace("web-1", OUTSIDE) + "secret: %s\n" % OUTSIDE)
    (outside / "kustomization.yaml").write_text("resources: [a.yaml]\n")
    attack(job, {"web.yaml": BAD % 2},
           base={"real/a.yaml": GOOD % "e", "folder.yaml/a.yaml": GOOD % "f"})
    job.git("checkout", "-q", "change")
    links = {"up.yaml": "../outside/a.yaml", "whole.yaml": str(outside / "a.yaml"),
             "folder": "../outside", "passwd.yaml": "/etc/passwd", "self.yaml": "self.yaml",
             "here.yaml": ".", "zero.yaml": "/dev/zero", "tty.yaml": "/dev/stdin",
             "real/b.yaml": "../../outside/a.yaml", "git.yaml": ".git/config"}
    for name, target in links.items():
        os.symlink(target, job.repository / name)
    shutil.rmtree(job.repository / "folder.yaml")
    (job.repository / "folder.yaml").write_text(GOOD % "g")
    (job.repository / "k").mkdir()
    (job.repository / "k/kustomization.yaml").write_text(
        "resources: [../../outside/a.yaml, ../up.yaml, %s/a.yaml, ../folder]\n"
        "patches: [{path: ../../outside/a.yaml}]\n" % outside)
    job.commit({})
    merge_again(job)
    said = Everything(job, forge, "--allow-empty")
    told = [job.run(*args) for args in (
        ("--all",), ("folder",), ("up.yaml",), ("real",), ("here.yaml",), ("--all", "--crd", "up.yaml"),
        ("--all", "--policy", "folder"), ("--all", "--fix"), ("--base", "HEAD^1", "--head", "WORK"))]
    for name, text in {**said.texts, **{str(i): done.out + done.err
                                        for i, done in enumerate(told)}}.items():
        assert OUTSIDE not in text and "root:" not in text, name
    assert said.done.code in (1, 4)
    assert (outside / "a.yaml").read_text().count("dataa") == 1  # --fix went nowhere


@pytest.mark.parametrize("file", ["tidegate.yaml", "base.yaml"])
def test_settings_are_no_links(job, file):
    """One that is outside would be read with whatever the runner has there."""
    outside = job.path / "outside.yaml"
    outside.write_text("version: 1\nfindings: []\nsecret: %s\n" % OUTSIDE)
    job.repository.mkdir()
    job.git("init", "-q")
    job.commit({"tidegate.yaml": "baseline: base.yaml\n", "base.yaml": "version: 1\nfindings: []\n",
                "a.yaml": GOOD % "a"})
    (job.repository / file).unlink()
    os.symlink("../outside.yaml", job.repository / file)
    job.commit({"b.yaml": GOOD % "b"})
    for args in (("--all",), ("--base", "HEAD^1"), ("--base", "HEAD", "--head", "WORK")):
        done = job.run(*args)
        assert OUTSIDE not in done.out + done.err, args
    job.commit({"c.yaml": GOOD % "c"})
    assert job.run("--base", "HEAD^1").code == 2


def test_submodules_and_pointers_are_no_pass(job, forge):
    attack(job, {"web.yaml": GOOD % "a", "large.yaml": (
        "version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize 12345\n" % ("1" * 64))})
    job.git("checkout", "-q", "change")
    job.git("update-index", "--add", "--cacheinfo", "160000,%s,vendor" % job.base)
    job.git("commit", "-qm", "submodule")
    merge_again(job)
    said = Everything(job, forge)
    assert said.done.code == 4 and "large.yaml" in said.done.out
    skipped = json.loads(said.texts["report json"])["summary"]["not_checked"]
    assert {"path": "vendor", "reason": "submodule"} in skipped


# -- 8: the change and its judge

def shown_everywhere(said, rule):
    """In the log, the step summary, the check run and beside the file."""
    assert rule in said.rules
    for name in ("stdout", "GITHUB_STEP_SUMMARY", "report concise", "report sarif"):
        assert rule in said.texts[name], name
    assert all(rule in page for page in said.pages.values() if page)
    assert any(rule in annotation["title"] for annotation in said.annotations)


CONFIGS = {"off": "rules: {'api/*': 'off', 'yaml/*': 'off', '*/*': 'off'}\n",
           "never": "fail-on: never\n",
           "excluded": "exclude: ['**']\n",
           "ignored": "ignore: [{rule: api/unknown-field, reason: x, expires: 2099-01-01}]\n",
           "baseline": "baseline: base.yaml\n",
           "nothing": "", "broken": "rules: [\n", "unknown": "exclud: []\n"}


@pytest.mark.parametrize("name", CONFIGS)
@pytest.mark.parametrize("old", ["", "packs: [security]\n"])
def test_a_change_does_not_choose_its_judge(job, forge, name, old):
    baseline = "version: 1\nfindings:\n  - {object: ConfigMap/shop/web-1, rule: api/unknown-field, " \
               "field: dataa, count: 1}\n"
    attack(job, {"tidegate.yaml": CONFIGS[name], "base.yaml": baseline, "web.yaml": BAD % 1},
           config=old or "# nothing\n")
    said = Everything(job, forge, others=False)
    assert said.done.code == 1 and "api/unknown-field" in said.rules
    shown_everywhere(said, "config/changed")
    assert "\nthis change edits the configuration" in said.done.out


def test_a_change_that_takes_the_settings_away(job, forge):
    attack(job, {"web.yaml": BAD % 1}, config="packs: [security]\n")
    job.git("checkout", "-q", "change")
    (job.repository / "tidegate.yaml").unlink()
    (job.repository / ".tidegate.yaml").write_text("fail-on: never\n")
    job.commit({})
    merge_again(job)
    said = Everything(job, forge, others=False)
    assert said.done.code == 1
    shown_everywhere(said, "config/changed")


@pytest.mark.parametrize("given", ["ci/gate.yaml", "./ci/../ci/gate.yaml"])
def test_a_given_configuration_is_the_bases_too(job, forge, given):
    """`config: ci/gate.yaml` of the action names a file that the change can edit."""
    attack(job, {"ci/gate.yaml": "fail-on: never\nexclude: ['**']\n", "web.yaml": BAD % 1},
           base={"ci/gate.yaml": "packs: [security]\n"})
    said = Everything(job, forge, "--config", given, others=False)
    assert said.done.code == 1 and "api/unknown-field" in said.rules
    shown_everywhere(said, "config/changed")
    own = job.path / "own.yaml"  # not of the repository: whoever runs the gate says so
    own.write_text("fail-on: never\n")
    assert job.run("--config", str(own)).code == 0


RULE = """id: shop/closed
severity: error
match: {kinds: ['*']}
validations: [{expression: "%s", message: nothing gets in}]
"""


@pytest.mark.parametrize("given", ["ci/rules", "ci/rules/closed.yaml", "./ci/../ci/rules"])
def test_given_policies_are_the_bases_too(job, forge, given):
    """`--policy ci/rules` names files of the checkout, as the change has made them."""
    attack(job, {"ci/rules/closed.yaml": RULE % "true", "web.yaml": GOOD % "web"},
           base={"ci/rules/closed.yaml": RULE % "false"})
    said = Everything(job, forge, "--policy", given, others=False)
    assert said.done.code == 1 and "shop/closed" in said.rules
    own = job.path / "own.yaml"  # not of the repository
    own.write_text(RULE % "true")
    assert job.run("--policy", str(own)).code == 0


def test_a_change_can_not_excuse_itself(job, forge):
    old = "version: 1\nfindings: []\n"
    new = "version: 1\nfindings:\n  - {object: ConfigMap/shop/web-1, rule: api/unknown-field, " \
          "field: dataa, count: 1}\n"
    attack(job, {"base.yaml": new, "web.yaml": BAD % 1}, base={"base.yaml": old},
           config="baseline: base.yaml\n")
    said = Everything(job, forge, others=False)
    assert said.done.code == 1
    shown_everywhere(said, "baseline/changed")
    assert "1 more" in said.done.out


def test_a_change_can_not_disarm_rules(job, forge):
    """Nor policies, nor their bindings and params: the base's judge."""
    rule = hostile.RULE.replace("severity: warning", "severity: error")
    policy = POLICY.replace("secrets", "configmaps").replace(
        '"\'policy sees \' + string(object.data.password) + \' \' + string(object.data.plain)"', '"\'no\'"')
    for disarmed in ({"rules/own.yaml": rule.replace('"false"', '"true"')},
                     {"rules/own.yaml": rule.replace("severity: error", "severity: info")},
                     {"rules/own.yaml": "# gone\n"},
                     {"policies/policy.yaml": policy.split("---")[0]},
                     {"policies/policy.yaml": policy.replace('"false"', '"true"')}):
        shutil.rmtree(job.repository, ignore_errors=True)
        attack(job, {"web.yaml": (BAD % 1).replace("dataa", "data"), **disarmed},
               base={"rules/own.yaml": rule, "policies/policy.yaml": policy},
               config="policies: [rules, policies]\n")
        done = job.run("-f", "concise")
        assert done.code == 1 and "own/loud" in done.out and "policy/loud/0" in done.out, disarmed


IGNORED = (BAD % 1).replace("dataa: {}", "dataa: {} # tidegate: ignore[api/unknown-field] it is so")


def test_new_ignores_are_counted_and_shown(job, forge):
    attack(job, {"web.yaml": IGNORED, "more.yaml": IGNORED.replace("web-1", "web-2")})
    said = Everything(job, forge, others=False)
    assert said.done.code == 0
    shown_everywhere(said, "ignore/new")
    assert "2 new ignores" in said.done.out and "2 new ignores" in said.texts["GITHUB_STEP_SUMMARY"]
    assert all("2 new ignores" in page for page in said.pages.values() if page)
    assert outputs(said.texts["GITHUB_OUTPUT"])["suppressed"] == "2"


@pytest.mark.parametrize("new", [IGNORED + "---\n" + IGNORED.replace("web-1", "web-2"),
                                 BAD % 1 + "---\n" + IGNORED.replace("web-1", "web-2"),
                                 IGNORED.replace("web-1", "web-2"),
                                 "# " + IGNORED.splitlines()[-1] + "\n" +
                                 IGNORED.replace("it is so", "it  is so")])
def test_old_ignores_are_no_cover_for_new_ones(job, forge, new):
    """The text of an ignore that the base has, on something that the base does not have."""
    attack(job, {"web.yaml": new}, base={"web.yaml": IGNORED})
    said = Everything(job, forge, others=False)
    shown_everywhere(said, "ignore/new")


def test_trust_is_said_before_a_thousand_findings(job, forge):
    files = {"tidegate.yaml": "fail-on: never\n", "z.yaml": IGNORED.replace("web-1", "last")}
    for number in range(4):
        files["web%d.yaml" % number] = "---\n".join(BAD.replace("dataa", "k" * 200) % (i + 100 * number)
                                                   for i in range(100))
    attack(job, files, config="# nothing\n")
    said = Everything(job, forge, others=False)
    for name, page in said.pages.items():
        if page:
            assert "edits the configuration" in page and "1 new ignore" in page, name
    assert "\nthis change edits the configuration and has 1 new ignore" in said.done.out


# -- 9: the token

TOKEN = "very-secret-token"  # Job.run looks for it in all that is printed


def test_the_token_goes_to_the_api_only(job, forge):
    with Forge() as other:
        for status in (301, 302, 303, 307, 308):
            for method, path in (("POST", "check-runs"), ("POST", "statuses"), ("GET", "comments"),
                                 ("POST", "comments")):
                forge.faults.append(Fault(method, path, status=status, headers={
                    "Location": other.url + "/x"}, body={"message": TOKEN}))
        job.pull_request()
        for _ in range(5):
            assert job.run(*hostile.FORGE).code == 1
        assert TOKEN not in str(other.calls)
        assert forge.calls and all(call[3].get("Authorization") == "Bearer " + TOKEN
                                   for call in forge.calls)


@pytest.mark.parametrize("url", ["http://api.example.test", "http://127.0.0.1@evil.test",
                                 "http://127.0.0.1.evil.test", "http://localhost.evil.test",
                                 "https://user@evil.test", "ftp://evil.test", "file:///etc",
                                 "https://evil.test\\@api.example.test", "//evil.test", "x",
                                 "https://evil.test\n::error::" + MARK, "http://127.1", "http://0"])
def test_no_token_in_clear_or_to_a_liar(job, url):
    job.env["GITHUB_API_URL"] = url
    job.env["https_proxy"] = job.env["http_proxy"] = "http://user:%s@127.0.0.1:9" % TOKEN
    done = job.pull_request().run(*hostile.FORGE, "--require-report")
    assert done.code == 1 and MARK not in done.out + done.err
    assert "could not be written" in done.err


def test_the_token_is_in_no_log(job, forge):
    forge.faults.append(Fault("POST", "check-runs", status=422, body={"message": "bad " + TOKEN}))
    job.pull_request(files={"web.yaml": BAD % 1})
    job.env.update(RUNNER_DEBUG="1", ACTIONS_STEP_DEBUG="true", GIT_TRACE="1", GIT_CURL_VERBOSE="1",
                   CURL_VERBOSE="1", TIDEGATE_TOKEN=TOKEN, GITLAB_TOKEN=TOKEN, CI_JOB_TOKEN=TOKEN)
    said = Everything(job, forge)
    for name, text in said.texts.items():
        assert TOKEN not in text, name


def test_what_the_api_says_is_foreign_text(job, forge):
    texts = hostile.COMMANDS + hostile.CONTROLS + hostile.BREAKS
    job.pull_request()
    for text in texts:
        forge.faults.append(Fault("POST", "check-runs", status=422, body={"message": text},
                                  headers={"x": "y"}))
        done = job.run("--report", "check-run", "--no-annotations")
        assert done.code == 1 and "422" in done.err
        assert not [part for part in lines(done.err) if part.strip().startswith("::")]
        assert not re.search(r"##\[|##vso\[", done.err, re.I)
        assert not any(map(is_hidden, done.err))
    forge.faults.append(Fault("POST", "statuses", status=201, body={"url": "::error::\n::error::"}))
    job.run("--report", "status")
    forge.faults.append(Fault("POST", "comments", status=201, body={
        "id": 1, "html_url": "https://x\n::error::" + MARK}))
    assert commands(job.run("--report", "comment", "--no-annotations").err) == []


# -- 10: what the checkout brings along is data

TRAPS = ("tidegate", "git", "kustomize", "helm", "sops", "kubectl", "sh", "bash", "jq", "curl",
         "git-lfs", "bin/tidegate", "bin/git", "bin/kustomize", "node_modules/.bin/tidegate",
         ".tidegate/tidegate", "plugins/helm", "hooks/post-checkout", "libcurl.so.4", "libgit2.so.1.5",
         "libyaml-0.so.2", "curl.so", "action/install.sh", "action/check.sh", "entrypoint.sh")
ATTRIBUTES = "* filter=trap diff=trap merge=trap textconv=trap ident\n"
GENERATORS = """generators: [plugin.yaml]
transformers: [plugin.yaml]
resources: [web.yaml, "https://evil.test/x?ref=1", "ssh://evil.test/y"]
helmCharts: [{name: chart, repo: "https://evil.test"}]
"""
PLUGIN = """apiVersion: v1
kind: ConfigMap
metadata:
  name: run
  annotations: {config.kubernetes.io/function: "exec: {path: ./tidegate}"}
"""


@pytest.fixture
def trapped(job):
    """A checkout full of programs, in a repository that is set up to run them."""
    sprung = job.path / "sprung"
    trap = "#!/bin/sh\necho trapped >> %s\n" % sprung
    files = {name: trap for name in TRAPS}
    files.update({"web.yaml": BAD % 1, ".gitattributes": ATTRIBUTES, "kustomization.yaml": GENERATORS,
                  "plugin.yaml": PLUGIN, "chart/Chart.yaml": "name: x\nversion: 1.0.0\napiVersion: v2\n",
                  "chart/templates/a.yaml": "{{ .Files.Get \"/etc/passwd\" }}\n",
                  ".gitmodules": "[submodule \"x\"]\n path = x\n url = --upload-pack=./tidegate\n",
                  ".git-blame-ignore-revs": "", ".env": "PATH=.\n", ".envrc": trap,
                  ".curlrc": "url = https://evil.test\n", "Makefile": "all: ; ./tidegate\n"})
    job.pull_request(files=files)
    for name in TRAPS:
        (job.repository / name).chmod(0o755)
    for name in ("filter.trap.clean", "filter.trap.smudge", "filter.trap.process", "diff.trap.textconv",
                 "diff.trap.command", "diff.external", "core.fsmonitor", "core.sshCommand",
                 "core.pager", "core.editor", "credential.helper", "core.gitProxy",
                 "uploadpack.packObjectsHook"):
        job.git("config", name, str(job.repository / "tidegate"))
    job.git("config", "core.hooksPath", str(job.repository / "hooks"))
    sprung.unlink(missing_ok=True)  # git has run some of them
    job.env["PATH"] = ".:%s:%s:%s" % (job.repository, job.repository / "bin", job.env["PATH"])
    job.env["GIT_EXTERNAL_DIFF"] = job.env["PAGER"] = str(job.repository / "tidegate")
    return sprung


RUNS = [["check"], ["check", "--all"], ["check", "--all", "--diff"], ["check", "--staged"],
        ["check", "web.yaml", "chart"], ["check", "--base", "HEAD^1", "--head", "WORK"],
        ["baseline", "check", "--file", "b.yaml"], ["doctor"], ["rules", "test"], ["config", "show"],
        ["check", "--report", "status"]]


@pytest.mark.parametrize("args", RUNS, ids=" ".join)
def test_nothing_of_the_checkout_is_run(job, forge, trapped, args):
    strace = shutil.which("strace", path=os.defpath)
    if not strace:
        pytest.skip("no strace here, which shows what is started")
    log = job.path / "trace"
    pathlib.Path(job.env["GITHUB_EVENT_PATH"]).write_text(json.dumps(job.event))
    done = subprocess.run([strace, "-f", "-qq", "-e", "trace=execve,execveat,fork,vfork,openat,mmap",
                           "-o", log, job.program, *args], cwd=job.repository, env=job.env,
                          capture_output=True, text=True, timeout=120)
    assert done.returncode in (0, 1, 2, 3, 4), done.stderr
    calls = log.read_text().splitlines()
    started = [call for call in calls if re.search(r" execve(at)?\(", call)]
    assert len(started) == 1 and job.program in started[0], started
    opened = [call for call in calls if str(job.repository) in call or 'AT_FDCWD, "lib' in call]
    assert not [call for call in opened if ".so" in call], opened
    assert not trapped.exists()


def test_the_action_runs_nothing_of_the_checkout(site):  # noqa: F811
    sprung = site.path / "sprung"
    trap = "#!/bin/sh\necho trapped >> %s\n" % sprung
    site.pull_request(changes=[{"new.yaml": BAD % 200, **{name: trap for name in TRAPS}}])
    site.checkout(site.merged, "refs/remotes/pull/12/merge", 2)
    for name in TRAPS:
        (site.runner.workspace / name).chmod(0o755)
    site.runner.env["PATH"] = "%s:%s" % (site.runner.env["PATH"], site.runner.workspace)
    result = site.run(extra_args="--report\nstatus")
    assert errors(result) == ["new.yaml"] and not sprung.exists()
    for binary in ("tidegate", "./tidegate", "bin/../bin/tidegate",
                   str(site.runner.workspace / "tidegate")):
        assert site.run(binary=binary).code == 2, binary
    assert not sprung.exists()


# -- 11: the report of a fork

REPORTS = {
    "right": json.dumps({"summary": {"errors": 2, "warnings": 1}}),
    "text": json.dumps({"summary": {"errors": "::error::" + MARK, "warnings": 1}}),
    "verdict": json.dumps({"summary": {"errors": 0, "warnings": 0}, "conclusion": "success",
                           "scope": {"head": "f" * 40}, "pull_request": 1}),
    "huge": json.dumps({"summary": {"errors": 10 ** 40, "warnings": 1}}),
    "negative": json.dumps({"summary": {"errors": -1, "warnings": 0}}),
    "fraction": json.dumps({"summary": {"errors": 0.5, "warnings": 0}}),
    "list": json.dumps([{"summary": MARK}]),
    "none": "", "no JSON": "$(touch sprung)`touch sprung`", "deep": "[" * 100000,
    "twice": '{"summary":{"errors":1,"warnings":1}}{"summary":{"errors":5,"warnings":5}}',
    "keys": json.dumps({"summary": {"errors": {MARK: 1}, "warnings": [MARK]}}),
}


@pytest.mark.parametrize("name", REPORTS)
@pytest.mark.parametrize("conclusion", ["success", "failure", "cancelled"])
def test_reports_of_forks_are_not_believed(tmp_path, name, conclusion):
    """The commit and the verdict are of the event; numbers are shown when they are numbers."""
    if not shutil.which("jq"):
        pytest.skip("no jq, which runners have")
    workflow = (ROOT / "examples/workflows/fork-report.yml").read_text()
    script = workflow.split("run: |\n")[1].replace("\n" + " " * 10, "\n")[10:]
    assert "${{" not in script
    programs = tmp_path / "bin"
    programs.mkdir()
    gh = programs / "gh"
    gh.write_text("#!/usr/bin/env python3\nimport json, sys\n"
                  "open(%r, 'a').write(json.dumps(sys.argv[1:]) + '\\n')\n" % str(tmp_path / "calls"))
    gh.chmod(0o755)
    (tmp_path / "report").mkdir()
    (tmp_path / "report/tidegate.json").write_text(REPORTS[name])
    (tmp_path / "script.sh").write_text(script)
    done = subprocess.run(
        ["bash", "-e", str(tmp_path / "script.sh")], cwd=tmp_path, capture_output=True, text=True,
        env={"PATH": "%s:%s" % (programs, os.environ["PATH"]), "GH_TOKEN": TOKEN, "CONCLUSION": conclusion,
             "COMMIT": "a" * 40, "URL": "https://forge.test/run", "GITHUB_REPOSITORY": "shop/deploy",
             "REPORT": str(tmp_path / "report/tidegate.json")})
    assert done.returncode == 0 and done.stdout == "", done
    (call,) = [json.loads(entry) for entry in (tmp_path / "calls").read_text().splitlines()]
    assert call[:2] == ["api", "repos/shop/deploy/statuses/" + "a" * 40]
    fields = dict(part.split("=", 1) for part in call[3::2])
    assert fields["state"] == {"success": "success", "failure": "failure"}.get(conclusion, "error")
    assert re.fullmatch(r"\d{1,6} errors, \d{1,6} warnings|see the log", fields["description"])
    assert not (tmp_path / "sprung").exists()


# -- 12: inputs of the action

WORDS_OF_SHELLS = ["a b", "it's", 'say "x"', "$(touch sprung)", "`touch sprung`", "; touch sprung",
                   "${IFS}", "\\", "-x", "&& touch sprung", "| touch sprung", "~", "!!"]


@pytest.mark.parametrize("word", WORDS_OF_SHELLS)
def test_words_of_inputs_stay_whole(site, word):  # noqa: F811
    site.pull_request(changes=[{"%s/new.yaml" % word: BAD % 200, "other.yaml": BAD % 201,
                                "%s/gate.yaml" % word: "rules: {api/unknown-field: error}\n"}])
    site.checkout(site.merged, "refs/remotes/pull/12/merge", 2)
    report = site.path / ("%s report.json" % word)
    result = site.run(paths=word, report_file=str(report), config="%s/gate.yaml" % word,
                      extra_args="--max-same\n0\n--output\nconcise=%s" % (site.path / (word + ".txt")))
    assert errors(result) == ["%s/new.yaml" % word], result.err
    assert result.outputs["report-file"] == str(report)
    assert [finding["path"] for finding in json.loads(report.read_text())["findings"]
            if finding["rule"] == "api/unknown-field"] == ["%s/new.yaml" % word]
    assert (site.path / (word + ".txt")).exists()
    result = site.run(config=word, check_name=word, kubernetes_version=word)
    assert result.code == 2
    assert not list(site.path.rglob("sprung"))
