/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Overlays and charts: sets whose objects a program writes. One that nothing else uses is a set of
 * its own, or part of the declared set that has its path.
 *
 * The program is the real one, kustomize or helm, found in PATH and never in the checkout. It runs
 * in a cage (base/child_sandbox.h) on a private copy of the files that can go into the overlay,
 * which are taken from the tree of the side and not from the work tree; so it sees no other file,
 * no network and no plugin, and what it reads is what is judged. Its limits are in base/limits.h.
 *
 * Sources: kubectl.docs.kubernetes.io/references/kustomize, helm.sh/docs/helm/helm_template.
 */
#pragma once

#include "render/render.h"

enum overlay_tool { TOOL_KUSTOMIZE, TOOL_HELM };

struct overlay {
    enum overlay_tool tool;
    struct str dir;                /* that is built; "" : the root */
    struct str file;               /* its kustomization.yaml or Chart.yaml */
    bool is_declared;              /* by the configuration or its path: it has to be renderable */
    struct str namespace, release; /* charts */
    struct str_list values;        /* charts: files with values, later ones win */
    struct str_list texts;         /* charts: values as YAML, later than those */
    struct str_list settings;      /* charts: NAME=VALUE, later than those */
    struct str kubernetes;         /* "1.36" */
    struct {
        VEC(const struct tree_entry *);
    } inputs; /* all that can go into it, by path */
};

/* Whether both are made of the same files in the same way. */
bool overlay_is_same(const struct overlay *old, const struct overlay *new);

/* Whether it needs nothing of the network; otherwise findings at what does. */
bool overlay_is_local(struct arena *arena, const struct overlay *overlay,
                      struct tree_reader *reader, struct diags *diags) MUST_USE;

/* What the program writes about its inputs, in the arena. 0, or -1 with findings about the overlay
 * in `diags`. Sets diags->at.source. */
int overlay_render(struct arena *arena, const struct overlay *overlay, struct tree_reader *reader,
                   struct diags *diags, struct str *ret_text) MUST_USE;

/* The text of all its inputs, one behind the other: it has the words of what they make. 0 or a
 * negative errno. */
int overlay_text(struct arena *arena, const struct overlay *overlay, struct tree_reader *reader,
                 struct str *ret_text) MUST_USE;

/* What the file of an overlay or a chart may be called; NULL at the end. */
extern const char *const overlay_files[];
bool overlay_is_file(struct str path);

/* "kustomize", "helm". */
const char *overlay_tool_name(enum overlay_tool tool);
