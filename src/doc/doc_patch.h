/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON Patch (RFC 6902) on a tree, as the API server's library applies it
 * (gopkg.in/evanphx/json-patch.v4), its liberties and its words included: `replace` adds a key that
 * is not there, indexes may be negative, `-` is the end only for what adds.
 *
 *   const struct node *patched;
 *   struct str error;
 *   enum patch_outcome outcome = doc_patch(&arena, root, &patch, &patched, &error);
 *
 * The given tree is not changed. What an operation makes has no place of its own: it stands where
 * what it replaces stood, else at the key of what it is put into, and says which patch made it
 * (node_origin).
 */
#pragma once

#include "doc/doc.h"

struct patch_op {
    struct str op, path;
    struct str from;          /* "": none */
    const struct node *value; /* NULL: none */
};

struct patch {
    const struct patch_op *ops;
    size_t n;
    uint8_t origin; /* of what it makes; 0: nobody asks */
};

enum patch_outcome {
    PATCH_APPLIED,
    PATCH_TEST_FAILED, /* an operation `test` found something else */
    PATCH_FAILED,      /* the error says why */
};

enum patch_outcome doc_patch(struct arena *arena, const struct node *root,
                             const struct patch *patch, const struct node **ret_root,
                             struct str *ret_error);

/* Where and by what all of a tree was made. */
void node_set_made(struct node *node, struct span place, uint8_t origin);
/* Marks a map or list as lacking what a patch took away. */
void node_set_cut(struct node *node, uint8_t origin);
/*
 * The origin of what a finding at a field is about: the patch that made the value, or what it is
 * in, or that took it away; 0: the manifest itself.
 */
uint8_t node_origin_at(const struct node *root, struct str field);
/* The same of an entry whose key the message of a finding about the whole map names. */
uint8_t node_origin_of_key(const struct node *root, struct str field, struct str message);
