#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares the objects that our rules see with what real API servers answered.

usage: check.py --defaulted PROGRAM
"""
import argparse
import sys

from compare import MINORS, answers, differences, ours


def main():
    parser = argparse.ArgumentParser(prog="check.py", allow_abbrev=False)
    parser.add_argument("--defaulted", required=True, help="the program of that name")
    arguments = parser.parse_args()
    compared, failed = 0, 0
    for minor in MINORS:
        mine = ours(arguments.defaulted, minor)
        for name, theirs in answers(minor).items():
            compared += 1
            lines = differences(mine[name], theirs) if mine[name] else ["we refuse it"]
            failed += bool(lines)
            for line in lines:
                print("%s, Kubernetes %s: %s" % (name, minor, line))
    print("%d objects compared, %d differ" % (compared, failed))
    sys.exit(not compared or failed > 0)


if __name__ == "__main__":
    main()
