# SPDX-License-Identifier: Apache-2.0
"""Random changes of objects, by those who apply them and by others."""
import copy
import random

SERVERS = ("managedFields", "resourceVersion", "uid", "creationTimestamp", "generation", "selfLink")


def places(node, path=()):
    """All places in a tree, as (path, value); path is of keys and indexes."""
    yield path, node
    below = (node.items() if isinstance(node, dict) else
             enumerate(node) if isinstance(node, list) else ())
    for key, value in below:
        yield from places(value, path + (key,))


def at(tree, path):
    for step in path:
        tree = tree[step]
    return tree


def own_places(tree):
    """Places that people write to."""
    return [(path, value) for path, value in places(tree)
            if path and path[0] not in ("apiVersion", "kind", "status")
            and not (path[0] == "metadata" and (len(path) < 2 or path[1] in SERVERS
                                                or path[1] in ("name", "namespace")))]


def another(rng, value):
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return rng.choice((value + 1, value - 1, 0, value * 2))
    if isinstance(value, str):
        return rng.choice((value + "x", value + "-2", "", "other", value.upper()))
    return value


def change_leaf(rng, tree, _):
    leaves = [path for path, value in own_places(tree) if not isinstance(value, (dict, list))]
    if leaves:
        path = rng.choice(leaves)
        at(tree, path[:-1])[path[-1]] = another(rng, at(tree, path))


def remove(rng, tree, _):
    found = [path for path, _ in own_places(tree) if len(path) > 1]
    if found:
        path = rng.choice(found)
        del at(tree, path[:-1])[path[-1]]


def shuffle(rng, tree, _):
    lists = [value for _, value in own_places(tree) if isinstance(value, list) and len(value) > 1]
    if lists:
        rng.shuffle(rng.choice(lists))


def label(rng, tree, _):
    kind = rng.choice(("labels", "annotations"))
    tree["metadata"].setdefault(kind, {})["example.com/%s" % rng.choice("abc")] = rng.choice("xyz")


def respell(rng, tree, _):
    """Quantities in another form of the same value, and other texts that mean the same to some."""
    texts = [path for path, value in own_places(tree)
             if isinstance(value, (str, int)) and str(value)[:1].isdigit()]
    if not texts:
        return
    path = rng.choice(texts)
    value = str(at(tree, path))
    forms = {"m": lambda: str(int(value[:-1]) / 1000), "i": lambda: value[:-2] + "." + "0" + value[-2:]}
    try:
        new = forms[value[-1]]() if value[-1] in forms else rng.choice(
            (value + "000m", value + ".0", value + "e0", "0" + value))
        at(tree, path[:-1])[path[-1]] = new
    except ValueError:
        return


def take_default(rng, tree, live):
    """Writes out what the live object has and is not written."""
    missing = []
    for path, value in own_places(live):
        try:
            at(tree, path)
        except (KeyError, IndexError, TypeError):
            try:
                parent = at(tree, path[:-1])
            except (KeyError, IndexError, TypeError):
                continue
            if isinstance(parent, dict):
                missing.append((path, value))
    if missing:
        path, value = rng.choice(missing)
        at(tree, path[:-1])[path[-1]] = copy.deepcopy(value)


def add_item(rng, tree, _):
    lists = [value for _, value in own_places(tree) if isinstance(value, list) and value]
    if not lists:
        return
    chosen = rng.choice(lists)
    new = copy.deepcopy(rng.choice(chosen))
    if isinstance(new, dict):
        for key in ("name", "containerPort", "port", "mountPath", "key", "ip", "uid", "type"):
            if key in new:
                new[key] = another(rng, new[key])
    else:
        new = another(rng, new)
    chosen.insert(rng.randrange(len(chosen) + 1), new)


def empty(rng, tree, _):
    found = [path for path, _ in own_places(tree) if len(path) > 1]
    if found:
        path = rng.choice(found)
        value = at(tree, path)
        new = {} if isinstance(value, dict) else [] if isinstance(value, list) else None
        at(tree, path[:-1])[path[-1]] = new


def zero(rng, tree, _):
    maps = [path for path, value in own_places(tree) if isinstance(value, dict) and len(path) > 1]
    if maps:
        where = at(tree, rng.choice(maps))
        where[rng.choice(("hostNetwork", "hostPID", "readOnly", "optional", "command", "args",
                          "nodeSelector", "securityContext", "resources", "ports", "immutable",
                          "creationTimestamp", "priorityClassName", "env"))] = \
            rng.choice((False, "", None, [], {}))


def same(_rng, _tree, _live):
    pass


# Weights are such that every other case changes nothing that counts.
OF_WANT = ((same, 6), (change_leaf, 3), (remove, 3), (shuffle, 2), (label, 1), (respell, 3),
           (take_default, 3), (add_item, 2), (empty, 2), (zero, 2))
OF_LIVE = ((change_leaf, 4), (remove, 2), (shuffle, 1), (label, 3), (add_item, 2), (same, 1))


def mutated(rng, tree, live, table, most=2):
    tree = copy.deepcopy(tree)
    for _ in range(rng.randint(1, most)):
        operation = rng.choices([each for each, _ in table], [weight for _, weight in table])[0]
        operation(rng, tree, live)
    return tree


def part(rng, tree):
    """Some of an object, as somebody might apply that looks after these fields only."""
    tree = copy.deepcopy(tree)
    for _ in range(rng.randint(1, 6)):
        remove(rng, tree, None)
    return tree


def seeded(seed):
    return random.Random(seed)
