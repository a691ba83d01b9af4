/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What SOPS encrypted in an object, and what it should have. Of objects with `sops` set only.
 *
 *   object_sops_each(object, look, ctx);    // values, each with its path
 */
#pragma once

#include "object/object.h"

/* A scalar that is encrypted, or else one that its block says is to be. The path lives for the
 * call. */
typedef void (*sops_fn)(void *ctx, const struct path *path, bool is_cipher);

void object_sops_each(const struct object *object, sops_fn fn, void *ctx);
/* Whether a text is one that SOPS writes: ENC[AES256_GCM,data:…,iv:…,tag:…,type:…]. */
bool sops_is_cipher(struct str text);
/* Whether a pattern in the block is none, and which. */
bool sops_pattern_is_bad(const struct node *sops, struct str *ret_field);
