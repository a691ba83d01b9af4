# SPDX-License-Identifier: Apache-2.0
"""Flux and Argo CD name folders, charts and values: what they make is what is judged, and hostile ones do no harm."""
import json
import subprocess

import pytest

import tools

CHART = {
    "charts/shop/Chart.yaml": "apiVersion: v2\nname: shop\nversion: 1.0.0\n",
    "charts/shop/values.yaml": "color: red\nsize: small\nport: 80\nshape: round\n",
    "charts/shop/templates/config.yaml":
        "apiVersion: v1\n"
        "kind: ConfigMap\n"
        "metadata:\n"
        "  name: {{ .Release.Name }}\n"
        "  namespace: {{ .Release.Namespace }}\n"
        "data:\n"
        "  color: {{ .Values.color }}\n"
        "  size: {{ .Values.size }}\n"
        "  shape: {{ .Values.shape }}\n"
        "  port: {{ .Values.port | quote }}\n",
    "values/size.yaml": "size: large\ncolor: lost\n"}
SOURCE = "{kind: GitRepository, name: flux-system, namespace: flux-system}"


def kustomization(name, path, more=""):
    return ("apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\n"
            "metadata: {name: %s, namespace: flux-system}\n"
            "spec:\n  path: %s\n  prune: true\n  interval: 1h\n  sourceRef: %s\n%s---\n" % (name, path, SOURCE, more))


def release(name, more=""):
    return ("apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\n"
            "metadata: {name: %s, namespace: shop}\nspec:\n  interval: 1h\n%s---\n" % (name, more))


def chart_of(path="./charts/shop", more=""):
    return "  chart:\n    spec:\n      chart: %s\n      sourceRef: %s\n%s" % (path, SOURCE, more)


def application(name, source, namespace="shop"):
    return ("apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: %s, namespace: argocd}\n"
            "spec:\n  project: default\n  destination: {namespace: %s}\n  source:\n    repoURL: https://git.example/shop\n%s---\n"
            % (name, namespace, source))


def render(checkout, *args):
    result = subprocess.run([checkout.program, "render", "--format", "json", *args], cwd=checkout.path,
                            env=checkout.env, capture_output=True, text=True, timeout=300, check=False)
    assert "Sanitizer" not in result.stderr
    assert not list(checkout.scratch.iterdir())
    sets = json.loads(result.stdout)["sets"]
    return {one["name"]: [item["object"] for item in one["objects"]] for one in sets}, result


def helm(checkout, *args):
    result = subprocess.run([tools.helm(), "template", *args], cwd=checkout.path, env=checkout.env,
                            capture_output=True, text=True, check=True)
    return dict(line.strip().split(": ") for line in result.stdout.splitlines() if ": " in line and "#" not in line)


def flat(item):
    return {**item["metadata"], **item["data"], "apiVersion": item["apiVersion"], "kind": item["kind"]}


def unquoted(values):
    return {key: value.strip('"') for key, value in values.items()}


def test_helm_release(checkout):
    checkout.write({**CHART, "clusters/vars.yaml":
                    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: more, namespace: shop}\n"
                    "data:\n  values.yaml: |\n    shape: square\n    port: 1\n",
                    "clusters/shop.yaml":
                    release("web", chart_of(more="      valuesFiles: [values/size.yaml]\n") +
                            "  targetNamespace: prod\n  valuesFrom: [{kind: ConfigMap, name: more}]\n"
                            "  values: {color: blue, port: 8080}\n")})
    sets, result = render(checkout)
    assert result.returncode == 0 and not result.stderr
    checkout.write({"x/more.yaml": "shape: square\nport: 1\n", "x/own.yaml": "color: blue\nport: 8080\n"})
    want = helm(checkout, "prod-web", "charts/shop", "-n", "prod", "-f", "values/size.yaml", "-f", "x/more.yaml",
                "-f", "x/own.yaml")
    assert flat(sets["web@clusters"][0]) == unquoted(want)
    assert want["name"] == "prod-web" and want["color"] == "blue" and want["shape"] == "square"
    assert "charts/shop" not in sets


def test_long_release_name(checkout):
    checkout.write({**CHART, "shop.yaml": release("a" * 60, chart_of())})
    name = render(checkout)[0]["%s@." % ("a" * 60)][0]["metadata"]["name"]
    # echo -n aaa… | sha256sum
    assert len(name) == 53 and name.startswith("a" * 40 + "-") and name.endswith("11ee391211c6")


def test_two_releases_of_one_chart(checkout):
    checkout.write({**CHART, "a.yaml": release("one", chart_of() + "  values: {color: blue}\n") +
                    release("two", chart_of() + "  values: {port: [1, 2]}\n")})
    sets, _ = render(checkout)
    assert sets["one@."][0]["data"]["color"] == "blue"
    assert sets["two@."][0]["data"]["color"] == "red"
    assert len(sets) == 3


def test_application_with_a_chart(checkout):
    checkout.write({**CHART, "apps/shop.yaml": application(
        "web", "    path: charts/shop\n    helm:\n      releaseName: other\n      valueFiles: [../../values/size.yaml]\n"
        "      valuesObject: {color: green}\n      parameters: [{name: shape, value: flat}]\n")})
    sets, result = render(checkout)
    assert result.returncode == 0
    checkout.write({"x/own.yaml": "color: green\n"})
    want = helm(checkout, "other", "charts/shop", "-n", "shop", "-f", "values/size.yaml", "-f", "x/own.yaml", "--set",
                "shape=flat")
    assert flat(sets["web@apps"][0]) == unquoted(want)


def test_values_that_are_not_there_make_a_chart_a_warning(checkout):
    files = {**CHART, "charts/shop/templates/fails.yaml": "{{ required \"a name\" .Values.name }}\n"}
    checkout.write({**files, "a.yaml": release("web", chart_of())})
    assert "error[render/failed]" in checkout.check("--all").stdout
    checkout.write({"a.yaml": release("web", chart_of() + "  valuesFrom: [{kind: Secret, name: x}]\n")})
    assert "warning[render/failed]" in checkout.check("--all").stdout


OVERLAY = {
    "clusters/a.yaml": kustomization("web", "./overlay", "  postBuild:\n    substitute: {many: lots, few: '2'}\n"),
    "overlay/kustomization.yaml": "resources: [../base]\nnamePrefix: my-\n",
    "base/kustomization.yaml": "resources: [web.yaml]\n",
    "base/web.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\n"
                     "  labels: {zone: \"${zone}\"}\nspec:\n"
                     "  replicas: ${many}\n  revisionHistoryLimit: ${few}\n  minReadySeconds: ${unknown}\n"
                     "  selector: {matchLabels: {app: web}}\n"
                     "  template:\n    metadata: {labels: {app: web}}\n"
                     "    spec: {containers: [{name: web, image: \"web:${tag}\"}]}\n"}


def test_variables_in_an_overlay(checkout):
    checkout.write(OVERLAY)
    findings = [one for one in checkout.report("--all", "--missing-schema", "skip")["findings"]]
    assert [(one["rule"], one["path"], one["line"], one["column"], one["set"]) for one in findings] == [
        ("api/wrong-type", "base/web.yaml", 7, 13, "web@clusters")]
    assert '"lots"' in findings[0]["message"]
    sets, _ = render(checkout)
    spec = sets["web@clusters"][0]["spec"]
    assert spec["revisionHistoryLimit"] == 2 and spec["minReadySeconds"] == "${unknown}"
    assert sets["web@clusters"][0]["metadata"]["name"] == "my-web"
    assert "overlay" not in sets


def test_a_base_that_is_named_itself(checkout):
    checkout.write({**OVERLAY, "clusters/b.yaml": kustomization("base", "base")})
    sets, _ = render(checkout)
    assert sets["base@clusters"][0]["metadata"]["name"] == "web"
    assert sets["web@clusters"][0]["metadata"]["name"] == "my-web"


def test_a_folder_with_folders(checkout):
    """As Flux generates a kustomization: files, and folders that have one of their own."""
    checkout.write({**OVERLAY, "clusters/a.yaml": kustomization("all", "./"),
                    "plain/deep/config.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: plain}\n"})
    sets, _ = render(checkout)
    names = sorted(item["metadata"]["name"] for item in sets["all@clusters"])
    assert names == ["all", "my-web", "plain", "web"]


def test_change_of_a_variable(checkout):
    """The manifest is the same on both sides, and yet it is what the change breaks."""
    files = {**OVERLAY, "clusters/a.yaml": OVERLAY["clusters/a.yaml"].replace("lots", "'3'"),
             "plain/a.yaml": OVERLAY["base/web.yaml"], "clusters/b.yaml": kustomization(
                 "plain", "plain", "  postBuild:\n    substitute: {many: '3'}\n")}
    checkout.commit(files)
    checkout.commit({name: text.replace("'3'", "lots") for name, text in files.items()})
    new = [(one["path"], one["line"], one["set"], one["rule"], one["state"])
           for one in checkout.report("--base", "HEAD~1", "--missing-schema", "skip")["findings"]]
    assert sorted(new) == [("base/web.yaml", 7, "web@clusters", "api/wrong-type", "new"),
                           ("plain/a.yaml", 7, "plain@clusters", "api/wrong-type", "new")]


def test_release_with_variables_of_its_kustomization(checkout):
    checkout.write({**CHART, "clusters/a.yaml": kustomization(
        "releases", "releases", "  postBuild:\n    substitute: {color: purple, where: charts}\n"),
        "releases/shop.yaml": release("web", chart_of("./${where}/shop") + "  values: {color: '${color}'}\n")})
    sets, _ = render(checkout)
    assert sets["web@releases"][0]["data"]["color"] == "purple"


# ---- hostile ----

@pytest.mark.parametrize("path", ["../..", "a/../../../etc", "/../etc", "..", "charts/shop/../../../x"])
def test_paths_out_of_the_tree(checkout, path):
    checkout.write({**CHART, "a.yaml": kustomization("one", path) + release("two", chart_of(path)) +
                    application("three", "    path: %s\n" % path) + application("four", "    path: charts/shop\n")})
    result = checkout.check("--all", "--missing-schema", "skip")
    assert result.stdout.count("warning[render/pointer]: this path leads out of the repository") == 3


def test_symlinks(checkout):
    outside = checkout.home / "outside"
    outside.mkdir()
    (outside / "a.yaml").write_text("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: marker-outside}\n")
    checkout.write({"a.yaml": kustomization("one", "link") + kustomization("two", "folder")})
    (checkout.path / "link").symlink_to(outside)
    (checkout.path / "folder").mkdir()
    (checkout.path / "folder" / "a.yaml").symlink_to(outside / "a.yaml")
    sets, _ = render(checkout)
    assert "marker-outside" not in json.dumps(sets)
    assert "there is no folder" in checkout.check("--all", "--missing-schema", "skip").stdout


@pytest.mark.parametrize("more", [
    "    helm: {releaseName: --post-renderer=sh}\n",
    "    helm: {valueFiles: [/etc/passwd]}\n",
    "    helm: {valueFiles: [../../../../../../../../etc/passwd]}\n",
    "    helm: {valueFiles: ['a,/etc/passwd', '\"/etc/passwd']}\n",
    "    helm: {valueFiles: ['https://example.com/values.yaml']}\n",
    "    helm: {parameters: [{name: 'a,b=c', value: '{'}, {name: '--set-file', value: 'x=/etc/passwd'}]}\n",
    "    helm: {values: '{{{ not: yaml'}\n"])
def test_options_in_values(checkout, more):
    checkout.write({**CHART, "a.yaml": application("x", "    path: charts/shop\n" + more)})
    result = checkout.check("--all", "--missing-schema", "skip")
    assert "root:" not in result.stdout + result.stderr
    assert result.returncode in (0, 1)
    assert "render/" in result.stdout


def test_circles(checkout):
    checkout.write({"a/a.yaml": kustomization("a", "b", "  dependsOn: [{name: b}]\n"),
                    "b/b.yaml": kustomization("b", "a", "  dependsOn: [{name: a}, {name: b}]\n") +
                    kustomization("self", "b")})
    assert checkout.check("--all", "--missing-schema", "skip").returncode == 0


def test_thousands_of_pointers(checkout):
    checkout.write({"a.yaml": "".join(kustomization("x%d" % i, "many") for i in range(2000))})
    checkout.write({"many/%d.yaml" % i: "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c%d}\n" % i for i in range(300)})
    result = checkout.check("--all", "--missing-schema", "skip")
    assert result.returncode == 4
    assert result.stdout.count("error[limit/count]: more than 1000 objects of Flux and Argo CD") == 1
    assert result.stdout.count("error[limit/count]: objects of Flux and Argo CD put files into more than 32768") == 1


def test_secret_values_are_never_filled_in(checkout):
    checkout.write({"vars.yaml": "apiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: flux-system}\n"
                                 "stringData: {port: marker-of-a-secret}\n",
                    "a.yaml": kustomization("x", "app", "  postBuild:\n    substituteFrom: [{kind: Secret, name: s}]\n"),
                    "app/a.yaml": "apiVersion: v1\nkind: Service\nmetadata: {name: a}\n"
                                  "spec: {ports: [{port: \"${port}\", name: a}, {port: \"${port:=no-number}\", name: b}]}\n"})
    result = checkout.check("--all", "--missing-schema", "skip")
    assert result.returncode == 0 and "marker" not in result.stdout
    assert "marker" not in json.dumps(render(checkout)[0])
