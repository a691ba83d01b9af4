# SPDX-License-Identifier: Apache-2.0
"""A dry run against a real API server: ours, kubectl's, and bare HTTP generators of the same requests.

All ask one server of tests/cluster in turns. curl sends what we send, and is what we are held against;
h2load sends one body a kind over and over, which costs the server less, and shows what it could do.
"""
import collections
import contextlib
import json
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "cluster"))

from binaries import DEFAULT_MINOR, ensure
from cluster import Cluster

IN_FLIGHT = 8
APPS, PLAIN = 250, 1000
# Up to this one kubectl's own validation takes most of its time; later ones remember schemas.
SLOW_MINOR = "1.33"
NAMESPACE = "bench"
TICKS = os.sysconf("SC_CLK_TCK")
MANAGER = "tidegate"

ACCOUNT = """apiVersion: v1
kind: ServiceAccount
metadata: {name: %(name)s, namespace: %(namespace)s, labels: {app: %(name)s}}
"""
SETTINGS = """apiVersion: v1
kind: ConfigMap
metadata: {name: %(name)s, namespace: %(namespace)s, labels: {app: %(name)s}}
data:
  listen: "0.0.0.0:8080"
  settings.ini: |
    [server]
    workers = 4
    name = %(name)s
"""
SERVICE = """apiVersion: v1
kind: Service
metadata: {name: %(name)s, namespace: %(namespace)s, labels: {app: %(name)s}}
spec:
  selector: {app: %(name)s}
  ports:
    - {name: http, port: 80, targetPort: http}
"""
POD = """    metadata: {labels: {app: %(name)s}}
    spec:
      serviceAccountName: %(name)s
      containers:
        - name: app
          image: images.example/app:1.4.2
          args: ["--config", "/etc/app/settings.ini"]
          ports: [{name: http, containerPort: 8080}]
          env: [{name: LOG_LEVEL, value: info}]
          resources: {requests: {cpu: 50m, memory: 64Mi}, limits: {memory: 128Mi}}
          readinessProbe: {httpGet: {path: /ready, port: http}}
          volumeMounts: [{name: settings, mountPath: /etc/app}]
      volumes: [{name: settings, configMap: {name: %(name)s}}]
"""
DEPLOYMENT = """apiVersion: apps/v1
kind: Deployment
metadata: {name: %(name)s, namespace: %(namespace)s, labels: {app: %(name)s}}
spec:
  replicas: 2
  selector: {matchLabels: {app: %(name)s}}
  template:
""" + POD
# The template with the head of a Pod; its account is not there yet.
AS_POD = "apiVersion: v1\nkind: Pod\n" + re.sub("(?m)^    ", "", POD).replace(
    "metadata: {", "metadata: {generateName: %(name)s-, namespace: %(namespace)s, ").replace(
    "  serviceAccountName: %(name)s\n", "")
CORE = "/api/v1/namespaces/%s/" % NAMESPACE
APPLIED = {"accounts": (ACCOUNT, CORE + "serviceaccounts"), "settings": (SETTINGS, CORE + "configmaps"),
           "services": (SERVICE, CORE + "services"),
           "deployments": (DEPLOYMENT, "/apis/apps/v1/namespaces/%s/deployments" % NAMESPACE)}

Request = collections.namedtuple("Request", "kind method target body")


def requests_of(kinds, count, prefix):
    """What a dry run of `count` objects of each kind has to send."""
    made = []
    for number in range(count):
        names = {"name": "%s-%d" % (prefix, number), "namespace": NAMESPACE}
        for kind in kinds:
            template, path = APPLIED[kind]
            made.append(Request(kind, "PATCH", "%s/%s?fieldManager=%s&dryRun=All&fieldValidation=Strict"
                                % (path, names["name"], MANAGER), template % names))
        if "deployments" in kinds:
            made.append(Request("pods", "POST", CORE + "pods?dryRun=All&fieldValidation=Strict&"
                                "fieldManager=" + MANAGER, AS_POD % names))
    return made


def write_manifests(folder, requests):
    """As somebody would keep them: one file an app. Gives the number of objects."""
    files = collections.defaultdict(list)
    for each in requests:
        if each.method == "PATCH":
            name = each.target.partition("?")[0].rpartition("/")[2]
            files[name].append(each.body)
    for name, parts in files.items():
        (folder / (name + ".yaml")).write_text("---\n".join(parts))
    return sum(map(len, files.values()))


class Measured:
    """A program against a server: its wall and processor time, and the server's processor time."""

    def __init__(self, cluster, command, cwd, codes=(0,)):
        before = server_cpu(cluster)
        with tempfile.TemporaryFile() as out:
            start = time.perf_counter()
            process = subprocess.Popen(command, cwd=cwd, stdin=subprocess.DEVNULL, stdout=out,
                                       stderr=subprocess.STDOUT, env=environment())
            _, status, usage = os.wait4(process.pid, 0)
            self.wall = time.perf_counter() - start
            process.returncode = os.waitstatus_to_exitcode(status)
            out.seek(0)
            self.said = out.read().decode(errors="replace")
        self.cpu = usage.ru_utime + usage.ru_stime
        self.server = server_cpu(cluster) - before
        if process.returncode not in codes:
            sys.exit("bench: %s ended with exit code %d:\n%s" % (command[0], process.returncode,
                                                                 self.said[-3000:]))


def environment():
    """No kubeconfig, proxy or CI of whoever measures."""
    return {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/")}


def server_cpu(cluster):
    """Seconds of kube-apiserver so far."""
    pid, = (each.pid for each in cluster.processes if each.name == "kube-apiserver")
    fields = pathlib.Path("/proc/%d/stat" % pid).read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


# ---- who asks ----

class Rivals:
    def __init__(self, cluster, tidegate, folder, requests):
        self.cluster, self.tidegate, self.requests = cluster, tidegate, requests
        self.manifests = folder / "manifests"
        self.bodies = folder / "bodies"
        for each in (self.manifests, self.bodies):
            each.mkdir(parents=True)
        self.objects = write_manifests(self.manifests, requests)
        self.url = "https://127.0.0.1:%d" % cluster.port
        self.curl_config = self._write_curl_config(folder / "curl.conf")

    def ours(self):
        run = Measured(self.cluster, [self.tidegate, "check", "--dry-run", "--no-cache", "--format", "json",
                                      "--kubeconfig", str(self.cluster.kubeconfig), "."], self.manifests, (0, 1))
        return run

    def kubectl(self, *flags, minor=DEFAULT_MINOR):
        binary = ensure(minor, ["kubectl"])["kubectl"]
        run = Measured(self.cluster, [str(binary), "--kubeconfig", str(self.cluster.kubeconfig), "apply",
                                      "--server-side", "--dry-run=server", "--field-manager", MANAGER, *flags,
                                      "-f", "."], self.manifests)
        applied = run.said.count("serverside-applied")
        if applied != self.objects:
            sys.exit("bench: kubectl applied %d of %d objects:\n%s" % (applied, self.objects, run.said[-3000:]))
        return run

    def curl(self):
        run = Measured(self.cluster, ["curl", "-q", "-K", str(self.curl_config)], self.bodies)
        codes = collections.Counter(re.findall(r"^(\d{3})$", run.said, re.M))
        if sum(codes.values()) != len(self.requests) or set(codes) - {"200", "201", "403"}:
            sys.exit("bench: curl was answered %s" % dict(codes))
        return run

    def h2load(self):
        """The sum of what it says of each kind: its time begins when it is connected."""
        kinds = collections.defaultdict(list)
        for each in self.requests:
            kinds[each.kind].append(each)
        total = None
        for kind, requests in kinds.items():
            body = self.bodies / (kind + ".one")
            body.write_text(requests[0].body)
            run = Measured(self.cluster, [
                "h2load", "-n", str(len(requests)), "-c", "1", "-m", str(IN_FLIGHT), "-t", "1", "-d", str(body),
                "-H", ":method: " + requests[0].method, "-H", "content-type: " + content_type(requests[0]),
                "-H", "authorization: Bearer " + self.cluster.tokens["admin"], self.url + requests[0].target],
                self.bodies)
            finished = re.search(r"finished in ([\d.]+)(ms|s)", run.said)
            done = re.search(r"(\d+) done, .* (\d+) errored", run.said)
            if not finished or (int(done.group(1)), int(done.group(2))) != (len(requests), 0):
                sys.exit("bench: h2load says\n" + run.said[-3000:])
            run.wall = float(finished.group(1)) / (1000 if finished.group(2) == "ms" else 1)
            if total:
                total.wall, total.cpu, total.server = (total.wall + run.wall, total.cpu + run.cpu,
                                                       total.server + run.server)
            else:
                total = run
        return total

    def _write_curl_config(self, path):
        head = ["parallel", "parallel-max = %d" % IN_FLIGHT, "no-progress-meter"]
        parts = []
        for number, each in enumerate(self.requests):
            body = self.bodies / ("%d.yaml" % number)
            body.write_text(each.body)
            parts.append("\n".join([
                'url = "%s%s"' % (self.url, each.target), 'request = "%s"' % each.method,
                'data-binary = "@%s"' % body, 'header = "Content-Type: %s"' % content_type(each),
                'header = "Authorization: Bearer %s"' % self.cluster.tokens["admin"],
                'cacert = "%s"' % self.cluster.certificate, 'output = "/dev/null"', "silent",
                r'write-out = "%{http_code}\n"']))
        path.write_text("\n".join(head) + "\n" + "\nnext\n".join(parts) + "\n")
        return path


def content_type(request):
    return "application/apply-patch+yaml" if request.method == "PATCH" else "application/yaml"


# ---- how the server saw it ----

AUDIT = """apiVersion: audit.k8s.io/v1
kind: Policy
rules: [{level: Metadata, omitStages: [RequestReceived, ResponseStarted]}]
"""


def audited(rivals_of, minor):
    """Requests, dry runs among them, and the most at a time, of one run of ours, as the server logged it."""
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        (folder / "policy.yaml").write_text(AUDIT)
        log = folder / "audit.log"
        with started(minor, "--audit-policy-file=%s" % (folder / "policy.yaml"),
                     "--audit-log-path=%s" % log) as cluster:
            rivals_of(cluster, folder / "work").ours()
        events = [json.loads(line) for line in log.read_text().splitlines()]
    ours = [each for each in events if each.get("userAgent", "").startswith("tidegate")]
    moments = []
    for each in ours:
        moments += [(each["requestReceivedTimestamp"], 1), (each["stageTimestamp"], -1)]
    now = most = 0
    for _, step in sorted(moments):
        now += step
        most = max(most, now)
    return len(ours), sum("dryRun=All" in each["requestURI"] for each in ours), most


@contextlib.contextmanager
def started(minor, *flags):
    with Cluster(minor, flags=flags) as cluster:
        client = cluster.client()
        client.create("apiVersion: v1\nkind: Namespace\nmetadata: {name: %s}\n" % NAMESPACE, "v1", "Namespace")
        account = "/api/v1/namespaces/%s/serviceaccounts/default" % NAMESPACE
        while client.get(account).code != 200:
            time.sleep(0.05)
        yield cluster


# ---- the suite ----

def median(runs, what):
    return statistics.median(getattr(run, what) for run in runs)


def compare(bench, name, rivals, rounds):
    programs = {"tidegate": rivals.ours, "kubectl --validate=false": lambda: rivals.kubectl("--validate=false"),
                "curl": rivals.curl, "h2load": rivals.h2load}
    runs = {program: [] for program in programs}
    for turn in range(rounds + 1):
        for program, ask in programs.items():
            run = ask()
            if turn:  # the first round warms the server
                runs[program].append(run)
    slow = {minor: rivals.kubectl(minor=minor) for minor in (SLOW_MINOR, DEFAULT_MINOR)}
    ours = median(runs["tidegate"], "wall")
    bare = median(runs["curl"], "wall")
    for minor, run in slow.items():
        bench.add("%s: kubectl %s, against ours" % (name, minor), "%.1f times (%.1f s)" % (run.wall / ours, run.wall),
                  ">= 8" if minor == SLOW_MINOR else "")
    plain = median(runs["kubectl --validate=false"], "wall")
    bench.add("%s: kubectl --validate=false, against ours" % name, "%.1f times (%.1f s)" % (plain / ours, plain), "> 1")
    bench.add("%s: ours against curl with the same requests" % name, "%.2f (%.2f s, %.2f s)" % (ours / bare, ours, bare),
              "<= 1.3")
    for program in ("curl", "h2load"):
        bench.add("%s: %s, wall" % (name, program), "%.2f s" % median(runs[program], "wall"))
    bench.add("%s: our processor time" % name, "%.2f s" % median(runs["tidegate"], "cpu"), "< 1 s")
    for program, values in {**runs, "kubectl": [slow[DEFAULT_MINOR]]}.items():
        bench.add("%s: the server's processor time, %s" % (name, program), "%.1f s" % median(values, "server"))


def suite_cluster(bench, rounds):
    kinds = {"apps": (list(APPLIED), APPS), "plain": (["settings"], PLAIN)}
    with tempfile.TemporaryDirectory() as folder, started(DEFAULT_MINOR) as cluster:
        for name, (which, count) in kinds.items():
            rivals = Rivals(cluster, bench.tidegate, pathlib.Path(folder) / name, requests_of(which, count, name))
            compare(bench, "%d %s" % (rivals.objects, name), rivals, rounds)
    for name, (which, count) in kinds.items():
        requests = requests_of(which, count, name)
        sent, dry, most = audited(
            lambda cluster, folder: Rivals(cluster, bench.tidegate, folder, requests), DEFAULT_MINOR)
        bench.add("%s: requests, dry runs among them" % name, "%d, %d" % (sent, dry), "%d dry runs" % len(requests))
        bench.add("%s: most at a time" % name, "%d" % most, "<= %d" % IN_FLIGHT)
