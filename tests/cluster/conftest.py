# SPDX-License-Identifier: Apache-2.0
"""Fixtures: one control plane a run, one namespace a test."""
import itertools
import pathlib
import signal

import pytest

from binaries import ClusterError, DEFAULT_MINOR, minors
from client_process import ClientProcess, kubeconfig
from cluster import Cluster
from fault_proxy import FaultProxy
from nodes import ClusterWithNodes
from waiting import until

ROOT = pathlib.Path(__file__).resolve().parents[2]


def pytest_addoption(parser):
    parser.addoption("--cluster-version", choices=minors(), default=DEFAULT_MINOR,
                     help="the Kubernetes minor of the control plane under test")
    parser.addoption("--build", type=pathlib.Path, default=ROOT / "build/dev",
                     help="the folder that tidegate was built in")


def pytest_configure():
    # Ended from outside, a run stops its servers and removes their folder as with Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)


@pytest.fixture(scope="session")
def cluster(request):
    """The control plane that all tests of a run share."""
    try:
        with Cluster(request.config.getoption("--cluster-version")) as running:
            yield running
    except ClusterError as failure:
        pytest.exit("cluster: %s" % failure, returncode=1)


@pytest.fixture(scope="session")
def cluster_with_nodes(request):
    """One in which workloads become ready. A module all of whose tests are about it says so:

        @pytest.fixture(scope="session")
        def cluster(cluster_with_nodes):
            return cluster_with_nodes
    """
    try:
        with ClusterWithNodes(request.config.getoption("--cluster-version"), audit=True) as running:
            yield running
    except ClusterError as failure:
        pytest.exit("cluster: %s" % failure, returncode=1)


@pytest.fixture(scope="session")
def build(request):
    """Where the built programs are."""
    folder = request.config.getoption("--build").resolve()
    if not (folder / "tidegate").exists():
        pytest.exit("cluster: there is no tidegate in %s; './dev test' builds it" % folder,
                    returncode=1)
    return folder


@pytest.fixture
def admin(cluster):
    """A client with every right."""
    return cluster.client()


@pytest.fixture(scope="session")
def namespace_names():
    return ("test-%d" % number for number in itertools.count(1))


@pytest.fixture
def new_namespace(admin, namespace_names):
    """Makes namespaces that no other test has. They go with the cluster, which is soon."""
    def make():
        name = next(namespace_names)
        text = "apiVersion: v1\nkind: Namespace\nmetadata: {name: %s}\n" % name
        answer = admin.create(text, "v1", "Namespace")
        assert answer.accepted, answer.message
        account = "/api/v1/namespaces/%s/serviceaccounts/default" % name
        until("Pods are accepted", lambda: admin.get(account).accepted)
        return name
    return make


@pytest.fixture
def namespace(new_namespace):
    """The test's own namespace, in which Pods are accepted."""
    return new_namespace()


@pytest.fixture
def client(build, cluster):
    """The program that drives the room `cluster`, connected as the admin."""
    with ClientProcess(build) as process:
        process.open(kubeconfig=str(cluster.kubeconfig))
        yield process


# Not of the session: a module's cluster may be another one.
@pytest.fixture(scope="module")
def proxy(cluster):
    """A server in front of the API server that fails on demand."""
    with FaultProxy(cluster) as running:
        yield running


@pytest.fixture
def faulty(build, cluster, proxy, tmp_path):
    """A client whose server is the proxy."""
    proxy.clear()
    with ClientProcess(build) as process:
        process.open(kubeconfig=kubeconfig(tmp_path, cluster, port=proxy.port))
        yield process
    proxy.clear()
