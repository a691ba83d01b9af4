# SPDX-License-Identifier: Apache-2.0
"""A sync to a real API server: how long, what it costs us and the server, and how many requests.

The goals beside the figures are what is asked of this program; what other engines need for the same
objects on two processors: Flux' first sync of 1,000 objects 10.5 to 13.3 s, 4.2 to 5.1 s of its own
processor time and 3,011 requests; nothing changed 2,009 requests and 10 s of processor time in all.
"""
import collections
import json
import pathlib
import subprocess
import tempfile

import live
from binaries import DEFAULT_MINOR, ensure

RECORDS = "tidegate-bench"
SMALL_SETS, SMALL = 100, 4
BACK = 20


class Repository:
    """A commit of manifests, and a cluster that is made equal to it."""

    def __init__(self, bench, cluster, folder, log):
        self.tidegate, self.cluster, self.folder, self.log = bench.tidegate, cluster, folder, log
        folder.mkdir()
        self.git("init", "-q")

    def git(self, *arguments):
        subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@a.example", "-c", "commit.gpgsign=false",
                        *arguments], cwd=self.folder, check=True, capture_output=True)

    def write(self, files):
        for name, text in files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    def commit(self):
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "change")

    def sync(self, *arguments):
        """One sync, with the requests that the server saw of it."""
        before = self.log.stat().st_size if self.log.exists() else 0
        # A child of this process begins with the memory of this one: a small program stands between.
        most = self.folder.parent / "most"
        run = live.Measured(self.cluster, [
            "time", "--format=%M", "--output", str(most), self.tidegate, "sync", "--kubeconfig", str(self.cluster.kubeconfig), "--namespace",
            "%s-%s" % (RECORDS, self.folder.name), "--no-wait", "--quiet", *arguments], self.folder)
        with self.log.open() as log:
            log.seek(before)
            events = [json.loads(line) for line in log]
        ours = [each for each in events if each.get("userAgent", "").startswith("tidegate")]
        run.requests = len(ours)
        run.rss = int(most.read_text().splitlines()[-1])  # KiB
        run.verbs = collections.Counter(each["verb"] for each in ours)
        return run


def apps(count, prefix):
    """A file an app."""
    files = collections.defaultdict(list)
    for each in live.requests_of(list(live.APPLIED), count, prefix):
        if each.method == "PATCH":
            files[each.target.partition("?")[0].rpartition("/")[2]].append(each.body)
    return {name + ".yaml": "---\n".join(parts) for name, parts in files.items()}


def tell(bench, name, run, wall="", cpu="", requests="", server=""):
    bench.add("%s: wall" % name, "%.2f s" % run.wall, wall)
    bench.add("%s: our processor time" % name, "%.2f s" % run.cpu, cpu)
    bench.add("%s: the server's processor time" % name, "%.1f s" % run.server, server)
    bench.add("%s: our memory at most" % name, "%.0f MiB" % (run.rss / 1024), "< 40 MiB")
    bench.add("%s: requests" % name, "%d (%s)" % (run.requests, ", ".join(
        "%d %s" % (n, verb) for verb, n in sorted(run.verbs.items()))), requests)


def large(bench, cluster, parent, log):
    repository = Repository(bench, cluster, parent / "large", log)
    repository.write(apps(live.APPS, "large"))
    repository.commit()
    planned = repository.sync("--dry-run")
    first = repository.sync()
    tell(bench, "1,000 objects at first", first, "<= 8.4 s (0.8 of Flux)", "< 1.3 s", "2 an object")
    for _ in range(2):
        same = repository.sync()
    tell(bench, "nothing changed", same, "", "< 0.3 s", "< 20", "< 0.3 s")
    path = repository.folder / "large-7.yaml"
    path.write_text(path.read_text().replace("workers = 4", "workers = 5"))
    repository.commit()
    tell(bench, "one object changed", repository.sync(), "< 1 s")
    return first.wall - planned.wall


def bare(bench, cluster, parent, apply_wall):
    requests = [each._replace(target=each.target.replace("&dryRun=All", ""))
                for each in live.requests_of(list(live.APPLIED), live.APPS, "bare") if each.method == "PATCH"]
    rivals = live.Rivals(cluster, bench.tidegate, parent / "bare", requests)
    curl = rivals.curl()
    bench.add("1,000 objects at first: our writing against curl with the same requests",
              "%.2f (%.2f s, %.2f s)" % (apply_wall / curl.wall, apply_wall, curl.wall), "<= 1.3")


def by_kubectl(bench, cluster, parent):
    folder = parent / "kubectl"
    folder.mkdir()
    for name, text in apps(live.APPS, "kubectl").items():
        (folder / name).write_text(text)
    binary = ensure(DEFAULT_MINOR, ["kubectl"])["kubectl"]
    run = live.Measured(cluster, [str(binary), "--kubeconfig", str(cluster.kubeconfig), "apply", "--server-side",
                                  "--validate=false", "-f", "."], folder)
    bench.add("1,000 objects at first: kubectl apply --server-side --validate=false", "%.2f s" % run.wall)


def small(bench, cluster, parent, log):
    repository = Repository(bench, cluster, parent / "small", log)
    files = apps(SMALL_SETS, "small")
    repository.write({"sets/%s/all.yaml" % name[:-5]: text for name, text in files.items()})
    repository.write({"tidegate.yaml": json.dumps({"sets": [
        {"name": name[:-5], "path": "sets/" + name[:-5]} for name in files]})})
    repository.commit()
    tell(bench, "%d sets of %d" % (SMALL_SETS, SMALL), repository.sync(), "< 7 s", "< 1.5 s", "< 1,100")


def back(bench, cluster, parent, log):
    repository = Repository(bench, cluster, parent / "back", log)
    repository.write(apps(BACK // 4, "back"))
    repository.commit()
    repository.sync()
    for path in repository.folder.glob("*.yaml"):
        path.write_text(path.read_text().replace("info", "debug").replace("workers = 4", "workers = 8"))
    repository.commit()
    repository.sync()
    repository.git("checkout", "-q", "HEAD~1")
    tell(bench, "back to the commit before, %d objects" % BACK, repository.sync("--rewind"), "< 2 s")


def on_its_own(part):
    """With a server of its own: its addresses for Services are as many as one part needs."""
    with tempfile.TemporaryDirectory() as parent:
        parent = pathlib.Path(parent)
        log = parent / "audit.log"
        (parent / "policy.yaml").write_text(live.AUDIT)
        with live.started(DEFAULT_MINOR, "--audit-policy-file=%s" % (parent / "policy.yaml"),
                          "--audit-log-path=%s" % log) as cluster:
            return part(cluster, parent, log)


def suite_sync(bench, _):
    apply_wall = on_its_own(lambda cluster, parent, log: large(bench, cluster, parent, log))
    on_its_own(lambda cluster, parent, _: bare(bench, cluster, parent, apply_wall))
    on_its_own(lambda cluster, parent, _: by_kubectl(bench, cluster, parent))
    on_its_own(lambda cluster, parent, log: (small(bench, cluster, parent, log), back(bench, cluster, parent, log)))
