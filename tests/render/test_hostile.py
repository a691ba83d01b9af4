# SPDX-License-Identifier: Apache-2.0
"""Overlays and charts that mean harm end in a finding: nothing runs, nothing leaks, nothing stays."""
import io
import os
import tarfile
import time

import pytest

MARKER = "marker-of-a-secret"
CHART = "apiVersion: v2\nname: shop\nversion: 1.0.0\n"
CONFIG_MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"


def found(checkout, files):
    checkout.write(files)
    result = checkout.check("--all")
    assert MARKER not in result.stdout + result.stderr
    assert result.returncode in (0, 1, 4)
    return result.stdout


@pytest.mark.parametrize("text,place", [
    ("configMapGenerator: [{name: a, files: ['https://example.com/a']}]", "1:40"),
    ("configMapGenerator: [{name: a, files: ['a=https://example.com/a']}]", "1:40"),
    ("secretGenerator: [{name: a, envs: ['https://example.com/a']}]", "1:36"),
    ("configMapGenerator: [{name: a, env: 'https://example.com/a'}]", "1:37"),
    ("patches: [{path: 'https://example.com/a'}]", "1:18"),
    ("transformers: ['https://example.com/a']", "1:16"),
    ("components: ['https://example.com/a']", "1:14"),
    ("openapi: {path: 'https://example.com/a'}", "1:17")])
def test_remote_file(checkout, text, place):
    out = found(checkout, {"kustomization.yaml": text + "\n"})
    assert "kustomization.yaml:%s: error[render/remote]" % place in out


@pytest.mark.parametrize("entry", [
    "https://example.com/base.yaml", "git@example.com:shop/base.git", "github.com/example/base?ref=v1",
    "git::https://example.com/base", "ssh://git@example.com/base"])
def test_remote_base(checkout, entry):
    out = found(checkout, {"kustomization.yaml": "resources:\n  - %s\n" % entry})
    assert "kustomization.yaml:2:5: error[render/remote]" in out


def test_remote_base_of_a_base(checkout):
    out = found(checkout, {"top/kustomization.yaml": "resources: [../base]\n",
                           "base/kustomization.yaml": "bases:\n  - https://example.com/base\n"})
    assert "base/kustomization.yaml:2:5: error[render/remote]" in out


@pytest.mark.parametrize("target", ["../" * 12 + "etc/passwd", "/etc/passwd"])
def test_path_out_of_the_tree(checkout, target):
    out = found(checkout, {"kustomization.yaml":
                           "configMapGenerator:\n  - {name: a, files: [%s]}\n" % target})
    assert "[render/failed]" in out and "root:" not in out


def test_file_beside_the_tree(checkout):
    secret = checkout.home / "secret.yaml"
    secret.write_text(CONFIG_MAP + "data: {a: %s}\n" % MARKER)
    for entry in (str(secret), os.path.relpath(secret, checkout.path)):
        out = found(checkout, {"kustomization.yaml": "resources: [%s]\n" % entry})
        assert "[render/failed]" in out


def test_link_out_of_the_tree(checkout):
    secret = checkout.home / "secret.yaml"
    secret.write_text(CONFIG_MAP + "date: {a: %s}\n" % MARKER)
    (checkout.path / "a.yaml").symlink_to(secret)
    out = found(checkout, {"kustomization.yaml": "resources: [a.yaml]\n"})
    assert "[render/failed]" in out and "[api/unknown-field]" not in out


@pytest.mark.parametrize("chart,says", [
    ("{name: a, repo: 'https://example.com/charts'}", "kustomization.yaml:2:21: error[render/remote]"),
    ("{name: a, repo: 'oci://example.com/charts'}", "kustomization.yaml:2:21: error[render/remote]"),
    ("{name: a}", "kustomization.yaml:1:1: error[render/failed]")])
def test_inflated_chart(checkout, chart, says):
    assert says in found(checkout, {"kustomization.yaml": "helmCharts:\n  - %s\n" % chart})


def test_plugin(checkout):
    ran = checkout.home / "ran"
    checkout.write({"plugin.sh": "#!/bin/sh\ntouch %s\n" % ran})
    (checkout.path / "plugin.sh").chmod(0o755)
    out = found(checkout, {
        "kustomization.yaml": "generators: [generator.yaml]\n",
        "generator.yaml": "apiVersion: example.com/v1\nkind: Run\nmetadata:\n  name: a\n  annotations:\n"
                          "    config.kubernetes.io/function: |\n      exec: {path: ./plugin.sh}\n"})
    assert "[render/failed]" in out
    assert not ran.exists()


def test_programs_of_the_checkout(checkout):
    """Neither by the current folder in PATH nor by an empty entry of it."""
    ran = checkout.home / "ran"
    del checkout.env["TIDEGATE_KUSTOMIZE"]
    checkout.env["PATH"] = ".::" + str(checkout.path)
    checkout.write({"kustomize": "#!/bin/sh\ntouch %s\n" % ran, "kubectl": "#!/bin/sh\ntouch %s\n" % ran})
    for name in ("kustomize", "kubectl"):
        (checkout.path / name).chmod(0o755)
    out = found(checkout, {"kustomization.yaml": "resources: [a.yaml]\n", "a.yaml": CONFIG_MAP})
    assert not ran.exists()
    assert "[render/" in out


def test_endless_output(checkout):
    out = found(checkout, {"Chart.yaml": CHART, "templates/a.yaml":
                           CONFIG_MAP + "data:\n{{ range $i := until 2000000000 }}  k{{ $i }}: aaaa\n{{ end }}"})
    assert "error[limit/render]" in out


def test_large_output(checkout):
    out = found(checkout, {"Chart.yaml": CHART, "templates/a.yaml":
                           CONFIG_MAP + 'data: {a: {{ repeat 100000000 "a" }}}\n'})
    assert "error[limit/render]" in out


def test_environment_is_not_seen(checkout):
    checkout.env["SOME_TOKEN"] = MARKER
    out = found(checkout, {"Chart.yaml": CHART,
                           "templates/a.yaml": CONFIG_MAP + 'date: "{{ env "SOME_TOKEN" }}"\n'})
    assert "[render/failed]" in out


def test_vendored_or_not(checkout):
    files = {"Chart.yaml": CHART + "dependencies:\n  - name: sub\n    version: 1.0.0\n"
                                   "    repository: https://example.com\n",
             "templates/a.yaml": CONFIG_MAP}
    assert "Chart.yaml:5:11: error[render/remote]" in found(checkout, files)
    out = found(checkout, {"charts/sub/Chart.yaml": CHART.replace("shop", "sub"),
                           "charts/sub/templates/b.yaml": CONFIG_MAP + "date: {}\n"})
    assert "charts/sub/templates/b.yaml:4:1: error[api/unknown-field]" in out


@pytest.mark.parametrize("path,severity", [
    ("--all", "warning"), (".", "warning"), ("charts/shop", "error"), ("charts/shop/Chart.yaml", "error")])
def test_chart_without_its_values(checkout, path, severity):
    """One that is merely found may be a part of something; one that is asked for may not fail."""
    checkout.write({"charts/shop/Chart.yaml": CHART,
                    "charts/shop/templates/a.yaml": '{{ required "give a name" .Values.name }}\n'})
    result = checkout.check(path)
    assert "charts/shop/Chart.yaml:1:1: %s[render/failed]" % severity in result.stdout
    assert "give a name" in result.stdout
    assert result.returncode == (1 if severity == "error" else 0)


# ---- memory, time, numbers ----

DOUBLING = '{{ $s := "aaaaaaaaaaaaaaaa" }}{{ range until 40 }}{{ $s = print $s $s }}{{ end }}'


@pytest.mark.parametrize("template,says", [
    (DOUBLING, "error[limit/render]: helm needs more memory than 2048 MiB"),
    ('{{ define "a" }}{{ include "a" . }}{{ end }}{{ include "a" . }}', "[render/failed]"),
    ('{{ define "a" }}{{ template "a" . }}{{ end }}{{ template "a" . }}', "[render/failed]"),
])
def test_template_without_end(checkout, template, says):
    started = time.monotonic()
    checkout.write({"Chart.yaml": CHART, "templates/a.yaml": template})
    result = checkout.check("--all")
    assert "Chart.yaml:1:1: " in result.stdout and says in result.stdout
    assert result.returncode == (4 if "limit/" in says else 0)
    assert time.monotonic() - started < 40


def aliases():
    """A few lines that stand for a thousand million."""
    lines = ["a: &a [x, x, x, x, x, x, x, x, x, x]"]
    for i in range(1, 9):
        lines.append("%s: &%s [%s]" % (chr(97 + i), chr(97 + i), ", ".join(["*" + chr(96 + i)] * 10)))
    return lines


def test_aliases_of_values(checkout):
    out = found(checkout, {"Chart.yaml": CHART, "values.yaml": "\n".join(aliases()) + "\n",
                           "templates/a.yaml": CONFIG_MAP + "data: {a: {{ .Values.i | quote }}}\n"})
    assert "Chart.yaml:1:1: warning[render/failed]" in out and "excessive aliasing" in out


def test_aliases_of_a_kustomization(checkout):
    checkout.write({"a.yaml": CONFIG_MAP, "kustomization.yaml":
                    "resources: [a.yaml]\nmetadata:\n  annotations:\n" + "".join(
                        "    %s\n" % line for line in aliases())})
    result = checkout.check("--all")
    assert "kustomization.yaml:1:1: error[render/failed]" in result.stdout
    assert result.returncode == 1


def test_aliases_of_a_resource(checkout):
    checkout.write({"a.yaml": CONFIG_MAP + "".join(line + "\n" for line in aliases()),
                    "kustomization.yaml": "resources: [a.yaml]\n"})
    result = checkout.check("--all")
    assert result.returncode in (1, 4) and ": error[" in result.stdout


def test_output_that_grows_by_bases(checkout):
    """A megabyte that a hundred overlays of one overlay each write again."""
    files = {"base/a.yaml": CONFIG_MAP + "data: {a: %s}\n" % ("a" * 1000000),
             "base/kustomization.yaml": "resources: [a.yaml]\n",
             "kustomization.yaml": "resources: [%s]\n" % ", ".join("o%d" % i for i in range(100))}
    files.update({"o%d/kustomization.yaml" % i: "nameSuffix: -o%d\nresources: [../base]\n" % i for i in range(100)})
    checkout.write(files)
    result = checkout.check("--all")
    assert "kustomization.yaml:1:1: error[limit/render]" in result.stdout
    assert result.returncode == 4


def test_inputs_too_large(checkout):
    checkout.write({"Chart.yaml": CHART, "templates/a.yaml": CONFIG_MAP})
    with open(checkout.path / "large", "wb") as file:
        file.truncate(65 << 20)
    result = checkout.check("--all")
    assert "Chart.yaml:1:1: error[limit/render]: its files are over 64 MiB together" in result.stdout
    assert result.returncode == 4


def test_many_files(checkout):
    checkout.write({"Chart.yaml": CHART, "templates/a.yaml": CONFIG_MAP})
    for i in range(100):
        (checkout.path / "files" / str(i)).mkdir(parents=True)
        for k in range(1000):
            (checkout.path / "files" / str(i) / str(k)).touch()
    started = time.monotonic()
    result = checkout.check("--all")
    assert "Chart.yaml:1:1: error[limit/render]: it has more than 50000 files" in result.stdout
    assert result.returncode == 4
    assert time.monotonic() - started < 60


def test_large_kustomization(checkout):
    """Larger than what is read for the files that it uses: built all the same."""
    out = found(checkout, {"kustomization.yaml": "resources: [a.yaml]\n" + "# comment\n" * 500000,
                           "a.yaml": CONFIG_MAP + "date: {}\n"})
    assert "a.yaml:4:1: error[api/unknown-field]" in out


@pytest.mark.parametrize("files", [
    {"kustomization.yaml": "resources: [.]\n"},
    {"kustomization.yaml": "resources: [b]\n", "b/kustomization.yaml": "resources: [..]\n"},
    {"a/kustomization.yaml": "resources: [../b]\n", "b/kustomization.yaml": "resources: [../c]\n",
     "c/kustomization.yaml": "bases: [../a]\n"},
    {"a/kustomization.yaml": "components: [../b]\nresources: [../b]\n",
     "b/kustomization.yaml": "kind: Component\napiVersion: kustomize.config.k8s.io/v1alpha1\n"
                             "components: [../b]\nresources: [../a]\n"}])
def test_cycle(checkout, files):
    """Each of these is used by another one, so none is a set by itself; still they are not forgotten."""
    checkout.write(dict(files, **{"other.yaml": CONFIG_MAP}))
    result = checkout.check("--all")
    assert "kustomization.yaml:1:1: error[render/failed]: kustomize can't build this: " in result.stdout
    assert "cycle" in result.stdout or "expected kind != 'Component'" in result.stdout
    assert result.returncode == 1


def test_long_chain(checkout):
    files = {"%d/kustomization.yaml" % i: "resources: [../%d]\n" % (i + 1) for i in range(300)}
    files.update({"300/kustomization.yaml": "resources: [a.yaml]\n", "300/a.yaml": CONFIG_MAP + "date: {}\n"})
    checkout.write(files)
    result = checkout.check("--all")
    assert "[render/failed]" in result.stdout or "[api/unknown-field]" in result.stdout
    assert result.returncode == 1


def test_used_by_a_component_that_nobody_uses(checkout):
    """What only that leads to is a set of its own."""
    out = found(checkout, {
        "part/kustomization.yaml": "kind: Component\napiVersion: kustomize.config.k8s.io/v1alpha1\nresources: [../base]\n",
        "base/kustomization.yaml": "resources: [a.yaml]\n", "base/a.yaml": CONFIG_MAP + "date: {}\n"})
    assert "base/a.yaml:4:1: error[api/unknown-field]" in out


# ---- links and ways out ----

@pytest.mark.parametrize("name", ["templates/a.yaml", "values.yaml", "files/a", "charts/sub", "crds/a.yaml"])
@pytest.mark.parametrize("target", ["absolute", "relative", "proc"])
def test_links_of_a_chart(checkout, name, target):
    secret = checkout.home / "secret.yaml"
    secret.write_text(CONFIG_MAP + "date: %s\n" % MARKER)
    checkout.write({"chart/Chart.yaml": CHART, "chart/templates/b.yaml":
                    CONFIG_MAP + 'date: {{ .Files.Get "files/a" | quote }}\nmore: {{ .Values.date | quote }}\n'})
    link = checkout.path / "chart" / name
    link.parent.mkdir(exist_ok=True)
    link.symlink_to({"absolute": secret, "relative": os.path.relpath(secret, link.parent),
                     "proc": "/proc/self/environ"}[target])
    result = checkout.check("--all", form="full")
    assert MARKER not in result.stdout + result.stderr
    assert result.returncode in (0, 1)
    assert "render/failed" in result.stdout or "chart/templates/b.yaml:4:1" in result.stdout


@pytest.mark.parametrize("name,target", [
    ("chart/templates/up", ".."), ("chart/templates/all", "../.."), ("chart/a", "b"), ("chart/self", "self"),
    ("chart/templates/a.yaml", "a.yaml"), ("chart/charts/shop", "../../chart")])
def test_loops_of_links(checkout, name, target):
    started = time.monotonic()
    checkout.write({"chart/Chart.yaml": CHART, "chart/templates/b.yaml": CONFIG_MAP + "date: {}\n"})
    link = checkout.path / name
    link.parent.mkdir(exist_ok=True)
    link.symlink_to(target)
    if name == "chart/a":
        (checkout.path / "chart/b").symlink_to("a")
    result = checkout.check("--all")
    assert "[render/failed]" in result.stdout or "chart/templates/b.yaml:4:1" in result.stdout, result.stdout
    assert time.monotonic() - started < 30


@pytest.mark.parametrize("target", [".", "..", "loop"])
def test_loops_of_links_of_an_overlay(checkout, target):
    checkout.write({"a/kustomization.yaml": "resources: [loop, a.yaml]\n", "a/a.yaml": CONFIG_MAP})
    (checkout.path / "a/loop").symlink_to(target)
    result = checkout.check("--all")
    assert "a/kustomization.yaml:1:1: error[render/failed]" in result.stdout
    assert result.returncode == 1


@pytest.mark.parametrize("name", ["kustomization.yaml", "Chart.yaml"])
def test_link_as_the_file_itself(checkout, name):
    """Nothing is built of it, and that is told."""
    secret = checkout.home / name
    secret.write_text("resources: [a.yaml]\n")
    checkout.write({"b.yaml": CONFIG_MAP})
    (checkout.path / "a").mkdir()
    (checkout.path / "a" / name).symlink_to(secret)
    result = checkout.check("--all", form="json")
    assert "a/" + name in result.stdout


def test_files_beside_a_chart(checkout):
    """Templates see the chart alone."""
    checkout.write({"key": MARKER, "chart/Chart.yaml": CHART, "chart/templates/a.yaml":
                    CONFIG_MAP + '{{ .Files.Get "../key" }}{{ .Files.Get "/key" }}'
                                 '{{ range $path, $_ := .Files.Glob "**" }}\n{{ $path }}: a{{ end }}'
                                 '{{ range $path, $_ := .Files.Glob "../**" }}\n{{ $path }}: a{{ end }}'
                                 '{{ (.Files.Glob "/etc/*").AsConfig }}\n'})
    result = checkout.check("--all", form="full")
    assert result.returncode == 0 and MARKER not in result.stdout


@pytest.mark.parametrize("path", ["/etc/passwd", "../secret.yaml", "a/../../secret.yaml", "gone.yaml", "link.yaml",
                                  "https://example.com/values.yaml", "s3://a/b", "a,b.yaml", "-", "--debug"])
def test_values_from_elsewhere(checkout, path):
    secret = checkout.path.parent / "secret.yaml"
    secret.write_text("a: %s\n" % MARKER)
    checkout.write({"tidegate.yaml": "sets:\n  - {name: shop, paths: [chart], values: ['%s']}\n" % path,
                    "chart/Chart.yaml": CHART, "chart/templates/a.yaml": CONFIG_MAP + "date: {{ .Values.a }}\n"})
    (checkout.path / "link.yaml").symlink_to(secret)
    result = checkout.check("--all", form="full")
    assert result.returncode in (1, 2), result.stdout
    assert MARKER not in result.stdout + result.stderr


# ---- programs, clusters, names ----

@pytest.mark.parametrize("kind,text", [
    ("exec", "config.kubernetes.io/function: |\n      exec: {path: ./plugin.sh}"),
    ("container", "config.kubernetes.io/function: |\n      container: {image: example.com/a, network: true}"),
    ("starlark", "config.kubernetes.io/function: |\n      starlark: {path: plugin.star, name: a}")])
@pytest.mark.parametrize("field", ["generators", "transformers", "validators"])
def test_functions(checkout, field, kind, text):
    ran = checkout.home / "ran"
    checkout.write({"plugin.sh": "#!/bin/sh\ntouch %s\n" % ran, "plugin.star": "def run(r): pass\n", "a.yaml": CONFIG_MAP,
                    "kustomization.yaml": "resources: [a.yaml]\n%s: [function.yaml]\n" % field,
                    "function.yaml": "apiVersion: example.com/v1\nkind: Run\nmetadata:\n  name: a\n"
                                     "  annotations:\n    %s\n" % text})
    (checkout.path / "plugin.sh").chmod(0o755)
    result = checkout.check("--all")
    assert "kustomization.yaml:1:1: error[render/failed]" in result.stdout and result.returncode == 1
    assert not ran.exists()


def test_plugins_of_the_home(checkout):
    """Neither those of kustomize and helm that somebody has, nor ones that the chart brings."""
    ran = checkout.home / "ran"
    script = "#!/bin/sh\ntouch %s\n" % ran
    for path in ("kustomize/plugin/example.com/v1/run/Run", "plugins/post/post.sh"):
        plugin = checkout.home / path
        plugin.parent.mkdir(parents=True)
        plugin.write_text(script)
        plugin.chmod(0o755)
    (checkout.home / "plugins/post/plugin.yaml").write_text(
        "name: post\nversion: 1.0.0\ncommand: $HELM_PLUGIN_DIR/post.sh\n"
        "downloaders: [{command: post.sh, protocols: [post]}]\n")
    checkout.env.update(XDG_CONFIG_HOME=str(checkout.home), KUSTOMIZE_PLUGIN_HOME=str(checkout.home / "kustomize/plugin"),
                        HELM_PLUGINS=str(checkout.home / "plugins"))
    out = found(checkout, {"o/kustomization.yaml": "generators: [run.yaml]\n",
                           "o/run.yaml": "apiVersion: example.com/v1\nkind: Run\nmetadata: {name: a}\n",
                           "c/Chart.yaml": CHART, "c/templates/a.yaml": CONFIG_MAP,
                           "c/plugins/post/plugin.yaml": "name: post\nversion: 1.0.0\ncommand: ./post.sh\n",
                           "c/plugins/post/post.sh": script})
    assert "o/kustomization.yaml:1:1: error[render/failed]" in out
    assert not ran.exists()


def test_cluster_is_not_asked(checkout):
    """Without one, lookups find nothing; nor are names of hosts."""
    config = checkout.home / ".kube/config"
    config.parent.mkdir()
    config.write_text("apiVersion: v1\nkind: Config\ncurrent-context: a\nclusters: [{name: a, cluster: {server: "
                      "'https://127.0.0.1:1'}}]\ncontexts: [{name: a, context: {cluster: a, user: a}}]\n"
                      "users: [{name: a, user: {exec: {apiVersion: client.authentication.k8s.io/v1, command: touch, "
                      "args: [%s]}}}]\n" % (checkout.home / "ran"))
    checkout.env["KUBECONFIG"] = str(config)
    out = found(checkout, {"Chart.yaml": CHART, "templates/a.yaml": CONFIG_MAP +
                           'data:\n  a: {{ lookup "v1" "Secret" "kube-system" "a" | toJson | quote }}\n'
                           '  b: {{ getHostByName "example.com" | quote }}\n'})
    assert "no findings in 1 file, 1 object" in out
    assert not (checkout.home / "ran").exists()


@pytest.mark.parametrize("name", ["--post-renderer=.", "--help", "-h", "My Chart_1", "---", "ä", "a" * 80])
def test_names_are_no_options(checkout, name):
    out = found(checkout, {"%s/Chart.yaml" % name: CHART, "%s/templates/a.yaml" % name:
                           "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: '{{ .Release.Name }}'}\ndate: {}\n"})
    assert "templates/a.yaml:4:1: error[api/unknown-field]" in out


# ---- archives ----

def archive(files):
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w:gz") as tar:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            if isinstance(content, str):
                info.type, info.linkname = tarfile.SYMTYPE, content
                tar.addfile(info)
                continue
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return data.getvalue()


@pytest.mark.parametrize("files", [
    {"sub/Chart.yaml": CHART.replace("shop", "sub").encode(), "sub/templates/../../../a.yaml": CONFIG_MAP.encode()},
    {"sub/Chart.yaml": CHART.replace("shop", "sub").encode(), "sub/large": b"a" * (300 << 20)},
    {"sub/Chart.yaml": "/etc/passwd"}, {"a": b""}])
def test_archives_of_charts(checkout, files):
    checkout.write({"Chart.yaml": CHART + "dependencies: [{name: sub, version: 1.0.0}]\n", "templates/a.yaml": CONFIG_MAP})
    (checkout.path / "charts").mkdir()
    (checkout.path / "charts/sub-1.0.0.tgz").write_bytes(archive(files))
    result = checkout.check("Chart.yaml")
    assert "Chart.yaml:1:1: error[render/failed]" in result.stdout
    assert result.returncode == 1


@pytest.mark.parametrize("repository", ["https://example.com", "oci://example.com/charts", "'@shop'", "alias:shop",
                                        "file://../other", "file:///etc", ""])
def test_dependency_that_is_not_there(checkout, repository):
    out = found(checkout, {"Chart.yaml": CHART + "dependencies:\n  - name: sub\n    version: 1.0.0\n"
                                                 "    repository: %s\n" % repository,
                           "templates/a.yaml": CONFIG_MAP})
    assert "Chart.yaml:5:11: error[render/remote]: the chart sub that this one depends on is not in charts" in out


def test_chart_inside_of_another_ones_folder(checkout):
    """Only what is below charts/ is a part."""
    out = found(checkout, {"Chart.yaml": CHART, "templates/a.yaml": CONFIG_MAP,
                           "apps/x/Chart.yaml": CHART, "apps/x/templates/b.yaml": CONFIG_MAP + "date: {}\n"})
    assert "apps/x/templates/b.yaml:4:1: error[api/unknown-field]" in out
