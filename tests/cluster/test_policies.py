# SPDX-License-Identifier: Apache-2.0
"""The labels of tests/policies are what a server answers today."""
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "policies"))

from cluster import Cluster
import mutation_cases
import mutation_labels
import policy_cases
import policy_labels
import record_mutations
from record_policies import record


@pytest.fixture(scope="module")
def quiet_cluster(request):
    with Cluster(request.config.getoption("--cluster-version"), controllers=False) as cluster:
        yield cluster


def test_policies_are_what_the_server_answers(quiet_cluster):
    committed = policy_labels.read(quiet_cluster.minor)
    fresh = record(quiet_cluster.client(), policy_cases.load())
    assert [each for each in fresh if committed.get(each["id"]) != each] == []


def test_mutations_are_what_the_server_makes(request):
    minor = request.config.getoption("--cluster-version")
    if minor not in mutation_labels.MINORS:
        pytest.skip("no mutating policies by default")
    with Cluster(minor, controllers=False) as cluster:
        fresh = record_mutations.record(cluster.client(), mutation_cases.load())
    committed = mutation_labels.read(minor)
    # Go walks maps in any order, so messages with several parts differ from run to run.
    assert [each["id"] for each in fresh
            if committed[each["id"]].get("object") != each.get("object")
            or committed[each["id"]]["verdict"] != each["verdict"]] == []
