# SPDX-License-Identifier: Apache-2.0
"""The real kustomize and helm, built from Go modules once per machine.

The folders kustomize and helm beside this file pin what is built, as in ../cluster/binaries.py.
"""
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "cluster"))

import binaries  # noqa: E402

KUSTOMIZE = "sigs.k8s.io/kustomize/kustomize/v5"
HELM = "helm.sh/helm/v3"


def kustomize():
    return binaries.ensure_tool(HERE / "kustomize", "kustomize", KUSTOMIZE, KUSTOMIZE)


def helm():
    return binaries.ensure_tool(HERE / "helm", "helm", HELM, HELM + "/cmd/helm")
