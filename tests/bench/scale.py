#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures what a one-file pull request costs in a large repository, against checking all of it.

usage: scale.py --tidegate PROGRAM [--files 5000] [--runs 15] [--keep DIR]

Makes a repository that is the same every time: Deployments, Services, ConfigMaps, CRDs and custom
resources of 2 to 3 KB in about sixty folders, all objects packed. Then it runs, in turns, so that a
slow moment of the machine hits all alike:

    all      check --all                                          everything is parsed and judged
    cold     check --base main --head pr --no-cache               every unchanged file is searched
    warm     check --base main --head pr, with a filled cache     what they say is remembered

and prints medians of processor time, wall time and instructions, and the ratios to the first.
Exit code 1 when a goal is missed: cold under 0.25, warm under 0.10 of the processor time.
"""
import argparse
import os
import random
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

GOALS = {"cold": 0.25, "warm": 0.10}

WORDS = ("amber basalt cedar delta ember fjord grove harbor inlet jasper kelp lagoon mesa north "
         "opal pine quarry reef slate tundra umber valley willow xenon yarrow zephyr").split()


def deployment(rng, name, namespace):
    containers = []
    for i in range(rng.randint(1, 2)):
        env = "".join("            - name: %s_%s\n              value: \"%d\"\n"
                      % (rng.choice(WORDS).upper(), rng.choice(WORDS).upper() + str(k), rng.randint(1, 9999))
                      for k in range(rng.randint(4, 9)))
        containers.append("""        - name: %(name)s-%(i)d
          image: registry.example.com/%(namespace)s/%(name)s:1.%(minor)d.%(patch)d
          imagePullPolicy: IfNotPresent
          ports:
            - name: http
              containerPort: %(port)d
              protocol: TCP
          env:
%(env)s          resources:
            requests:
              cpu: %(cpu)dm
              memory: %(memory)dMi
            limits:
              memory: %(limit)dMi
          livenessProbe:
            httpGet:
              path: /healthz
              port: http
            initialDelaySeconds: 10
            periodSeconds: 15
          readinessProbe:
            httpGet:
              path: /ready
              port: http
          securityContext:
            allowPrivilegeEscalation: false
            readOnlyRootFilesystem: true
            capabilities:
              drop:
                - ALL
          volumeMounts:
            - name: settings
              mountPath: /etc/%(name)s
""" % {"name": name, "namespace": namespace, "i": i, "env": env, "minor": rng.randint(0, 30),
       "patch": rng.randint(0, 20), "port": 8080 + i, "cpu": rng.choice((50, 100, 250, 500)),
       "memory": rng.choice((64, 128, 256)), "limit": rng.choice((256, 512, 1024))})
    return """apiVersion: apps/v1
kind: Deployment
metadata:
  name: %(name)s
  namespace: %(namespace)s
  labels:
    app.kubernetes.io/name: %(name)s
    app.kubernetes.io/part-of: %(namespace)s
    app.kubernetes.io/managed-by: tidegate
  annotations:
    example.com/owner: team-%(owner)s
spec:
  replicas: %(replicas)d
  revisionHistoryLimit: 5
  selector:
    matchLabels:
      app.kubernetes.io/name: %(name)s
  strategy:
    type: RollingUpdate
    rollingUpdate:
      maxSurge: 1
      maxUnavailable: 0
  template:
    metadata:
      labels:
        app.kubernetes.io/name: %(name)s
        app.kubernetes.io/part-of: %(namespace)s
    spec:
      serviceAccountName: %(name)s
      terminationGracePeriodSeconds: 30
      containers:
%(containers)s      volumes:
        - name: settings
          configMap:
            name: %(name)s-settings
""" % {"name": name, "namespace": namespace, "owner": rng.choice(WORDS),
       "replicas": rng.randint(1, 6), "containers": "".join(containers)}


def service(rng, name, namespace):
    ports = "".join("    - name: p%d\n      port: %d\n      targetPort: %d\n      protocol: TCP\n"
                    % (i, 80 + i, 8080 + i) for i in range(rng.randint(12, 24)))
    return """apiVersion: v1
kind: Service
metadata:
  name: %(name)s
  namespace: %(namespace)s
  labels:
    app.kubernetes.io/name: %(name)s
    app.kubernetes.io/part-of: %(namespace)s
spec:
  type: ClusterIP
  selector:
    app.kubernetes.io/name: %(name)s
  ports:
%(ports)s""" % {"name": name, "namespace": namespace, "ports": ports}


def config_map(rng, name, namespace):
    data = "".join("  %s.%s.%d: \"%s\"\n" % (rng.choice(WORDS), rng.choice(WORDS), i,
                                           "-".join(rng.choices(WORDS, k=4)))
                   for i in range(rng.randint(20, 30)))
    text = "".join("    %s = %s %d\n" % (rng.choice(WORDS), rng.choice(WORDS), rng.randint(0, 99999))
                   for _ in range(rng.randint(30, 45)))
    return """apiVersion: v1
kind: ConfigMap
metadata:
  name: %s-settings
  namespace: %s
data:
%s  application.properties: |
%s""" % (name, namespace, data, text)


def crd(group, kind):
    plural = kind.lower() + "s"
    fields = "".join("""                %s:
                  type: string
                  description: The %s of a %s, as its owner wrote it down.
                  maxLength: 63
""" % (word, word, kind) for word in WORDS[:12])
    return """apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: %(plural)s.%(group)s
spec:
  group: %(group)s
  scope: Namespaced
  names:
    kind: %(kind)s
    listKind: %(kind)sList
    plural: %(plural)s
    singular: %(singular)s
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec:
              type: object
              properties:
                size:
                  type: integer
                  minimum: 1
%(fields)s""" % {"plural": plural, "group": group, "kind": kind, "singular": kind.lower(),
                 "fields": fields}


def custom(rng, group, kind, name, namespace):
    fields = "".join("  %s: %s\n" % (word, "-".join(rng.choices(WORDS, k=6))) for word in WORDS[:12])
    notes = "".join("    example.com/%s-%d: %s\n" % (rng.choice(WORDS), i, "-".join(rng.choices(WORDS, k=7)))
                    for i in range(25))
    return """apiVersion: %s/v1
kind: %s
metadata:
  name: %s
  namespace: %s
  annotations:
%sspec:
  size: %d
%s""" % (group, kind, name, namespace, notes, rng.randint(1, 9), fields)


def files_of(count):
    rng = random.Random(20)
    groups = [("%s.example.com" % w, w.capitalize()) for w in WORDS[:20]]
    for group, kind in groups:
        yield "crds/%s.yaml" % kind.lower(), crd(group, kind)
    for i in range(count - len(groups)):
        folder = "apps/team-%02d" % (i % 58)
        namespace = "team-%02d" % (i % 58)
        name = "%s-%s-%d" % (rng.choice(WORDS), rng.choice(WORDS), i // 4)
        kind = i // 58 % 10
        if kind < 4:
            yield "%s/%s-deployment.yaml" % (folder, name), deployment(rng, name, namespace)
        elif kind < 6:
            yield "%s/%s-service.yaml" % (folder, name), service(rng, name, namespace)
        elif kind < 9:
            yield "%s/%s-settings.yaml" % (folder, name), config_map(rng, name, namespace)
        else:
            group, crd_kind = rng.choice(groups)
            yield "%s/%s-custom.yaml" % (folder, name), custom(rng, group, crd_kind, name, namespace)


def git(folder, *words):
    env = dict(os.environ, GIT_CONFIG_NOSYSTEM="1", HOME=folder, GIT_AUTHOR_DATE="2000-01-01T00:00:00Z",
               GIT_COMMITTER_DATE="2000-01-01T00:00:00Z")
    # no housekeeping behind our back: it would be in the way of the one at the end
    settings = ("gc.auto=0", "maintenance.auto=false", "user.name=bench", "user.email=bench@example.com")
    subprocess.run(["git"] + [word for setting in settings for word in ("-c", setting)] + list(words),
                   cwd=folder, env=env, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def make_repository(folder, count):
    written = list(files_of(count))
    for path, text in written:
        full = os.path.join(folder, path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "w", encoding="utf-8") as f:
            f.write(text)
    git(folder, "init", "-q", "-b", "main")
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "everything")
    git(folder, "checkout", "-q", "-b", "pr")
    path = next(p for p, _ in written if p.endswith("-deployment.yaml"))
    full = os.path.join(folder, path)
    with open(full, encoding="utf-8") as f:
        text = f.read()
    with open(full, "w", encoding="utf-8") as f:
        f.write(text.replace("replicas: ", "replicaz: "))
    git(folder, "commit", "-q", "-a", "-m", "one file")
    git(folder, "gc", "-q")
    return sum(len(text) for _, text in written)


def stage(folder, count):
    """Edits that many files of the last commit and puts them into the index; their paths."""
    listed = subprocess.run(["git", "ls-files", "apps"], cwd=folder, check=True, stdout=subprocess.PIPE, text=True)
    paths = [path for path in listed.stdout.split() if path.endswith("-deployment.yaml")]
    paths = paths[::max(1, len(paths) // count)][:count]
    for path in paths:
        with open(os.path.join(folder, path), encoding="utf-8") as f:
            text = f.read()
        with open(os.path.join(folder, path), "w", encoding="utf-8") as f:
            f.write(text.replace("revisionHistoryLimit: 5", "revisionHistoryLimit: 6"))
    git(folder, "add", *paths)
    return paths


def has_perf():
    probe = subprocess.run(["perf", "stat", "-e", "instructions:u", "true"], capture_output=True, check=False) \
        if shutil.which("perf") else None
    return bool(probe) and probe.returncode == 0 and b"not supported" not in probe.stderr


def instructions(command, **options):
    """Counted by the processor, or where it can't (virtual machines) by valgrind; None without either."""
    counter = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"]
    if has_perf():
        counter = ["perf", "stat", "-x", ",", "-e", "instructions:u", "--"]
    elif not shutil.which("valgrind"):
        return None
    result = subprocess.run(counter + command, capture_output=True, check=False, **options)
    for line in result.stderr.decode().splitlines():
        if "instructions" in line:
            return int(line.split(",")[0])
        if "Collected" in line:
            return int(line.split()[-1])
    return None


def measure(command, **options):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    result = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False, **options)
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if result.returncode not in (0, 1):
        sys.exit("%s: exit code %d\n%s" % (" ".join(command), result.returncode, result.stderr.decode()))
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, wall


def run(args, folder):
    size = make_repository(folder, args.files)
    cache = folder + ".cache"
    program = os.path.abspath(args.tidegate)
    change = [program, "check", "--base", "main", "--head", "pr"]
    kinds = {"all": [program, "check", "--all", "--fail-on", "never"],
             "cold": change + ["--no-cache"],
             "warm": change + ["--cache-dir", cache]}
    options = {"cwd": folder, "env": dict(os.environ, CI="")}
    fill_cpu, fill_wall = measure(kinds["warm"], **options)
    samples = {kind: [] for kind in kinds}
    for _ in range(args.runs):
        for kind, command in kinds.items():
            samples[kind].append(measure(command, **options))
    print("%d files, %.1f MB; filling the cache took %.1f ms of processor time, %.1f ms of wall time"
          % (args.files, size / 1e6, fill_cpu * 1e3, fill_wall * 1e3))
    print("%-6s %12s %12s %16s %8s %8s" % ("run", "cpu ms", "wall ms", "instructions", "of all", "wall"))
    counted = {kind: instructions(command, **options) for kind, command in kinds.items()}
    medians = {kind: [statistics.median(s[i] for s in samples[kind]) for i in (0, 1)] for kind in kinds}
    missed = False
    for kind, (cpu, wall) in medians.items():
        ratio = cpu / medians["all"][0]
        missed |= ratio > GOALS.get(kind, 1)
        print("%-6s %12.1f %12.1f %16s %8.3f %8.3f" % (kind, cpu * 1e3, wall * 1e3, counted[kind] or "?",
                                                      ratio, wall / medians["all"][1]))
    return 1 if missed else 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--tidegate", required=True)
    parser.add_argument("--files", type=int, default=5000)
    parser.add_argument("--runs", type=int, default=15)
    parser.add_argument("--keep", help="make the repository here, and leave it")
    args = parser.parse_args()
    if args.keep:
        os.makedirs(args.keep)
        return run(args, os.path.abspath(args.keep))
    with tempfile.TemporaryDirectory() as parent:
        folder = os.path.join(parent, "repository")
        os.mkdir(folder)
        return run(args, folder)


if __name__ == "__main__":
    sys.exit(main())
