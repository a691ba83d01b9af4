# SPDX-License-Identifier: Apache-2.0
"""The real kustomize, helm and sops, built from Go modules once per machine.

The folders kustomize, helm and sops beside this file pin what is built, as in ../cluster/binaries.py.
"""
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "cluster"))

import binaries  # noqa: E402

KUSTOMIZE = "sigs.k8s.io/kustomize/kustomize/v5"
HELM = "helm.sh/helm/v3"
SOPS = "github.com/getsops/sops/v3"
AGE = "filippo.io/age"


def kustomize():
    return binaries.ensure_tool(HERE / "kustomize", "kustomize", KUSTOMIZE, KUSTOMIZE)


def helm():
    return binaries.ensure_tool(HERE / "helm", "helm", HELM, HELM + "/cmd/helm")


def sops():
    return binaries.ensure_tool(HERE / "sops", "sops", SOPS, SOPS + "/cmd/sops")


def age_keygen():
    return binaries.ensure_tool(HERE / "sops", "age-keygen", AGE, AGE + "/cmd/age-keygen")
