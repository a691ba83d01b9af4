# SPDX-License-Identifier: Apache-2.0
"""The labels of tests/fidelity are what a server answers today: a seeded sample is asked again."""
import pathlib
import random
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "fidelity"))

import labels as store
from cases import load
from cluster import Cluster
from record import record

SAMPLE = 150
SEED = 36


@pytest.fixture(scope="module")
def quiet_cluster(request):
    """As labels are recorded: nobody changes what is created."""
    minor = request.config.getoption("--cluster-version")
    with Cluster(minor, controllers=False) as cluster:
        yield cluster


def test_labels_are_what_the_server_answers(quiet_cluster):
    minor = quiet_cluster.minor
    cases = [each for each in load() if minor in each.minors]
    cases = random.Random(SEED).sample(cases, min(SAMPLE, len(cases)))
    committed = {}
    for family in {each.family for each in cases}:
        committed.update(store.read(family))
    fresh, failures = record(quiet_cluster.client(), minor, cases)
    assert failures == []
    drift = [(key, committed.get(key), label) for key, label in fresh.items()
             if key not in committed or not store.is_same(committed[key], label)]
    assert drift == []
