# SPDX-License-Identifier: Apache-2.0
"""Text that attacks whoever shows it, where a pull request can put it, and all that shows it."""
import json
import pathlib
import re
import subprocess

MARK = "pwned7"  # in all that is hostile, and in nothing that is ours

COMMANDS = ["::error::" + MARK, "  ::error title=tidegate,file=x::" + MARK, "::add-mask::" + MARK,
            "::stop-commands::" + MARK, "::set-output name=conclusion::" + MARK,
            "::add-path::/" + MARK, "##[add-matcher]" + MARK, "##[error]" + MARK,
            "x ##[set-env name=PATH]" + MARK, "##vso[task.setvariable variable=a]" + MARK,
            "##VSO[task.complete result=Succeeded;]" + MARK, "\u00a0::warning::" + MARK,
            "\u3000\u2003::debug::" + MARK, "::group::" + MARK, "::endgroup::" + MARK,
            "####[command]" + MARK, "\ufeff::error::" + MARK, "\t::error::" + MARK]
BREAKS = ["a\n::error::%s\n" % MARK, "a\r\n##[error]%s\r\n" % MARK, "a\r::error::" + MARK,
          "\n::set-output name=conclusion::success%s\n" % MARK, "a\nconclusion=success\n" + MARK,
          "a\nconclusion<<EOF\nsuccess%s\nEOF\n" % MARK, "a\u2028::error::" + MARK,
          "a\x85::error::" + MARK, "a\x0b::error::" + MARK, "a\x0c::error::" + MARK,
          "a\u2029::error::" + MARK]
CONTROLS = ["\x1b[2J\x1b[31m" + MARK, "\x1b]8;;https://evil.test\x07" + MARK + "\x1b]8;;\x07",
            "\u202e" + MARK, "\u2066a\u2069" + MARK, "\u200b\u2060\ufeff" + MARK, "\x9b31m" + MARK,
            "a\rb" + MARK, "a\bb" + MARK, "\x7f" + MARK, "\u2028\u2029" + MARK, "\x85" + MARK,
            "\U000e0041\u061c" + MARK, "\x90q" + MARK + "\x9c", "\u200f\u202a" + MARK]
MARKDOWN = ["```\n</details>\n# " + MARK, "`" + MARK, "``" + MARK + "`", "x`" + MARK + "` @" + MARK,
            "@" + MARK + " #123 shop/deploy#4", "<img src=https://evil.test/%s.png>" % MARK,
            "![%s](https://evil.test/%s.png)" % (MARK, MARK), "[%s](javascript:1)" % MARK,
            "<script>%s</script>" % MARK, "| %s | %s |" % (MARK, MARK), "\\| %s \\\\|x" % MARK,
            "\\`%s\\" % MARK, "<!-- %s -->" % MARK, "--> " + MARK,
            "<!-- tidegate:%2Fgate --> " + MARK, "https://evil.test/" + MARK,
            "www.evil.test/" + MARK, MARK + "@evil.test", "**%s**" % MARK, "~~%s~~" % MARK,
            "</code></td></table> " + MARK, "&lt;b&gt;" + MARK, "`%s`|`x" % MARK,
            "\n\n- [ ] %s\n\n| a |\n|---|\n| b |" % MARK, "$$%s$$" % MARK, "[^1]: " + MARK,
            "GH-123 " + MARK, "\\" * 7 + "|x" + MARK, ":tada:" + MARK, "#12 " + MARK,
            "](https://evil.test/%s) [x" % MARK, "`](https://evil.test/%s) `" % MARK]


def quoted(text):
    """A JSON string, which is one of YAML."""
    return json.dumps(text)


def one_line(text):
    """What can stand in a comment or a plain line of YAML."""
    return re.sub(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029\ufeff]", " ", text)


def settings(number, text):
    """Hostile in its name, its labels and its keys."""
    return """apiVersion: v1
kind: ConfigMap
metadata:
  name: %(q)s
  namespace: web-%(n)d
  labels: {%(q)s: %(q)s}
  annotations: {%(q)s: %(q)s}
%(q)s: %(q)s
data:
  %(q)s: 5 # %(line)s
""" % {"q": quoted(text), "n": number, "line": one_line(text)}


def workload(number, text):
    """The same in values, in comments beside them, and below an anchor."""
    return """apiVersion: apps/v1
kind: Deployment
metadata: {name: web-%(n)d, namespace: shop}
spec:
  # %(line)s
  replicas: %(q)s # %(line)s
  # %(line)s
  selector: {matchLabels: {app: %(q)s}}
  template:
    metadata: {labels: {app: web}}
    spec:
      %(q)s: &anchor {a: %(q)s}
      nodeSelector: *anchor
      containers:
        - {name: %(q)s, image: %(q)s, envFrom: [{configMapRef: {name: %(q)s}}]}
        - name: web
          image: web
          imagePullPolicy: %(q)s
          args:
            - |
              %(line)s
            - 5
            - |
              %(line)s
""" % {"q": quoted(text), "n": number, "line": one_line(text)}


def others(number, text):
    """In what the object is, in an ignore, and in a value that can be mended."""
    return """apiVersion: %(q)s
kind: %(q)s
metadata: {name: a}
---
apiVersion: v1
kind: Service
metadata: {name: web-%(n)d, namespace: shop}
spec:
  type: %(q)s # tidegate: ignore[api/invalid-value,%(line)s] %(line)s
  ports: [{port: %(q)s}]
---
apiVersion: v1
kind: ConfigMap
metadata: {name: mend-%(n)d, namespace: shop}
data:
  before: |
    %(line)s
  port: 80
  after: |
    %(line)s
""" % {"q": quoted(text), "n": number, "line": one_line(text)}


def broken(text):
    """No YAML: shown by its lines, as nothing is known of them."""
    return "a: |\n  b\n%s\n - : &%s *%s\n" % (one_line(text), MARK, MARK)


def file_name(text):
    return text.replace("/", "\u2215").replace("\x00", "")[:90] + ".yaml"


def files(texts):
    """Where a change can put them, names of files and folders among that."""
    found = {}
    for number, text in enumerate(texts):
        folder = file_name(text)[:-5]
        found["%s/%d.yaml" % (folder, number)] = settings(number, text)
        found["deep/%d/%s" % (number, file_name(text))] = workload(number, text)
        found["others/%s" % file_name(text)] = others(number, text)
        found["%s/broken.yaml" % folder] = broken(text)
    return found


# Rules of the repository that say what they see; the base has them, or they would not be asked.
RULE = """id: own/loud
severity: warning
summary: says all that it sees
match: {kinds: [ConfigMap, Deployment, Secret, Service]}
validations:
  - expression: "false"
    messageExpression: "'name is ' + object.metadata.name"
"""

FORMATS = ("full", "concise", "json", "sarif", "junit", "github", "gitlab", "markdown")
FORGE = ("--report", "check-run,status,comment")

# What else prints. `baseline check` and `config` speak of the work tree.
COMMANDS_OF_OURS = {
    "doctor": ["doctor"],
    "patch": ["check", "--all", "--diff"],
    "plain": ["check", "--all", "--no-annotations", "--max-same", "0"],
    "coloured": ["check", "--all", "--no-annotations", "--color", "always"],
    "older": ["check", "--no-annotations", "--show-old"],
    "baseline": ["baseline", "check"],
    "configuration": ["config", "validate"],
    "settings": ["config", "show"],
    "rules": ["rules", "list"],
    "tests of rules": ["rules", "test", "rules"],
    "given files": ["check", "::error::" + MARK, "##[error]" + MARK, "x\n::error::" + MARK],
    "given report": ["check", "--all", "-o", "json=/no\n::error::%s/##[error]x" % MARK],
    "given setting": ["check", "-c", "x\n::error::%s##[error]" % MARK],
    "given baseline": ["baseline", "check", "--file", "x\n::error::%s##[error]" % MARK],
    "given revision": ["check", "--base", "x\n::error::%s##[error]" % MARK],
    "given folder": ["check", "--base-dir", "x\n::error::%s##[error]" % MARK],
    "given version": ["check", "-k", "x\n::error::%s##[error]" % MARK],
    "given pack": ["check", "--pack", "x\n::error::%s##[error]" % MARK],
    "given object": ["check", "--external", "x\n::error::%s##[error]" % MARK],
    "given policy": ["check", "--all", "--policy", "x\n::error::%s##[error]" % MARK],
    "given CRD": ["check", "--all", "--crd", "x\n::error::%s##[error]" % MARK],
    "given rule": ["explain", "x\n::error::%s##[error]" % MARK],
    "given command": ["x\n::error::%s##[error]" % MARK],
    "given option": ["check", "--x\n::error::%s##[error]" % MARK],
}
COMMANDS_OF_OURS.update({"-f " + name: ["check", "--all", "-f", name]
                         for name in FORMATS if name != "github"})


class Everything:
    """All outputs of one change, by name; what goes to the forge as the requests have it."""

    def __init__(self, job, forge, *args, others=True):
        self.job, self.forge = job, forge
        self.texts = {}
        self.done = self.check(args)
        for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"):
            path = pathlib.Path(job.env[name])
            self.texts[name] = path.read_text() if path.exists() else ""
        self.calls = [body for _, _, body, _ in forge.calls if body]
        self.texts["forge"] = json.dumps(self.calls, ensure_ascii=False)
        for name, given in COMMANDS_OF_OURS.items() if others else ():
            done = subprocess.run([job.program, *given], cwd=job.repository, env=job.env,
                                  stdin=subprocess.DEVNULL, capture_output=True, timeout=120)
            self.texts[name] = done.stdout.decode()
            self.texts[name + " (stderr)"] = done.stderr.decode()
            assert 0 <= done.returncode < 6, (name, done)

    def check(self, args):
        reports = {name: self.job.path / ("report." + name) for name in FORMATS}
        asked = [arg for name, path in reports.items()
                 for arg in ("--output", "%s=%s" % (name, path))]
        done = self.job.run(*asked, *FORGE, *args)
        self.texts["stdout"], self.texts["stderr"] = done.out, done.err
        for name, path in reports.items():
            self.texts["report " + name] = path.read_bytes().decode() if path.exists() else ""
        return done

    @property
    def findings(self):
        return json.loads(self.texts["report json"])["findings"]

    @property
    def rules(self):
        return {finding["rule"] for finding in self.findings}

    @property
    def pages(self):
        """What forges show as Markdown."""
        found = {"step summary": self.texts["GITHUB_STEP_SUMMARY"],
                 "markdown": self.texts["report markdown"],
                 "-f markdown": self.texts.get("-f markdown", "")}
        for number, call in enumerate(self.calls):
            if "body" in call:
                found["comment %d" % number] = call["body"]
            if "output" in call:
                found["check run %d" % number] = call["output"]["summary"]
        return found

    @property
    def annotations(self):
        return [annotation for call in self.calls if "output" in call
                for annotation in call["output"].get("annotations", [])]
