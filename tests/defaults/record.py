#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Asks real API servers for the manifests with their defaults and writes down what they answer.

usage: record.py [--running]

All minors are asked; with --running those of ./dev cluster up, else servers of its own. What a server
refuses is told and left out: fields come and go with minors.
"""
import argparse
import json
import pathlib
import sys

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent / "cluster"))

import yaml

from binaries import cache_dir
from client import Client
from cluster import Cluster
from compare import ANSWERS, MINORS, manifests, without_servers_own


def ask(client, minor):
    """{name: object} of one server."""
    objects = {}
    for name, text in manifests().items():
        thing = yaml.safe_load(text)
        answer = client.create(text, thing["apiVersion"], thing["kind"], "default", dry_run=True)
        if answer.accepted:
            objects[name] = without_servers_own(answer.object)
        else:
            print("%s refuses %s: %s" % (minor, name, answer.message))
    return objects


def playground(minor):
    folder = cache_dir() / "up" / minor
    config = json.loads((folder / "kubeconfig").read_text())
    server = config["clusters"][0]["cluster"]
    host, _, port = server["server"].rpartition("/")[2].partition(":")
    return Client(host, int(port), config["users"][0]["user"]["token"],
                  server["certificate-authority"])


def record(running):
    by_minor = {}
    for minor in MINORS:
        if running:
            by_minor[minor] = ask(playground(minor), minor)
        else:
            with Cluster(minor, controllers=False) as cluster:
                by_minor[minor] = ask(cluster.client(), minor)
    with open(ANSWERS, "w") as out:
        for name in manifests():
            same = {}
            for minor in MINORS:
                if name in by_minor[minor]:
                    text = json.dumps(by_minor[minor][name], sort_keys=True)
                    same.setdefault(text, []).append(minor)
            for text, minors in same.items():
                out.write('{"minors": %s, "object": %s}\n' % (json.dumps(minors), text))


def main():
    parser = argparse.ArgumentParser(prog="record.py", allow_abbrev=False)
    parser.add_argument("--running", action="store_true", help="ask the playgrounds")
    record(parser.parse_args().running)


if __name__ == "__main__":
    main()
