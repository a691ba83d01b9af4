# SPDX-License-Identifier: Apache-2.0
"""Overlays and charts that mean harm end in a finding: nothing runs, nothing leaks, nothing stays."""
import os

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


def test_inflated_chart(checkout):
    out = found(checkout, {"kustomization.yaml":
                           "helmCharts:\n  - {name: a, repo: 'https://example.com/charts'}\n"})
    assert "[render/failed]" in out


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
