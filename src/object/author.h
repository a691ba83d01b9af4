/* SPDX-License-Identifier: Apache-2.0 */
/*
 * author: what the author of an object says by annotations about when it is written: waves, hooks,
 * and what it depends on. Ours, and those of Argo CD, Helm and kpt that mean something here.
 *
 *   struct author author;
 *   author_of(&arena, object, &author);
 *   for (size_t i = 0; i < author.problems.n; i++) tell(author.problems.items[i].message);
 *
 * A hook is an object of a phase before or after the rest. Helm's are ignored beside one of Argo
 * CD, as Argo CD does it. Helm's weights are waves of their phase.
 *
 *   helm.sh/hook              pre-install, pre-upgrade    before
 *                             post-install, post-upgrade  after
 *                             test, pre-/post-delete, pre-/post-rollback  never written
 *   argocd.argoproj.io/hook   PreSync                     before
 *                             Sync                        with the rest
 *                             PostSync                    after
 *                             Skip, SyncFail, PreDelete, PostDelete       never written
 *
 * Everything is borrowed from the object or lives in the arena.
 */
#pragma once

#include "object/object.h"

#define AUTHOR_PREFIX        "tidegate.dev/"
#define AUTHOR_CONFIG_DIGEST "tidegate.dev/config-digest"

enum author_phase {
    AUTHOR_BEFORE,
    AUTHOR_MAIN,
    AUTHOR_AFTER,
    AUTHOR_NEVER, /* its hook has no meaning here: it is not written at all */
};

enum author_delete { /* when a hook goes away again; bits */
                     AUTHOR_DELETE_BEFORE =
                         1 << 0, /* what is left of the last time, before it is made anew */
                     AUTHOR_DELETE_SUCCEEDED = 1 << 1,
                     AUTHOR_DELETE_FAILED = 1 << 2,
};

struct author_dependency {
    struct str group, kind;
    struct str namespace; /* "" for kinds without */
    struct str name;
    const struct node *place;
};

enum author_problem_kind {
    AUTHOR_HOOK,          /* a hook with no meaning here */
    AUTHOR_WAVE,          /* no number */
    AUTHOR_DELETE_POLICY, /* one that does not exist */
    AUTHOR_ANNOTATION,    /* tidegate.dev/... that does not exist, or with a value it can't have */
    AUTHOR_DEPENDENCY,    /* depends-on that can't be read */
};

struct author_problem {
    enum author_problem_kind kind;
    const struct node *place;
    struct str annotation; /* its key */
    struct str message;
    struct str hint; /* or "" */
};

struct author {
    enum author_phase phase;
    bool is_hook;     /* also of the phase AUTHOR_MAIN: not pruned when it is gone, made anew */
    bool on_first;    /* a hook: it is written when the set is new in the cluster */
    bool on_later;    /* a hook: it is written when the set was there before */
    int32_t wave;     /* 0 when nothing is said, or nothing that can be read */
    unsigned deletes; /* of hooks: enum author_delete; AUTHOR_DELETE_BEFORE when nothing is said */
    struct {
        VEC(struct author_dependency);
    } depends;
    struct {
        VEC(struct author_problem);
    } problems;
};

void author_of(struct arena *arena, const struct object *object, struct author *ret_author);
/* Text of an annotation; "" when there is none. */
struct str author_says(const struct object *object, const char *annotation);
