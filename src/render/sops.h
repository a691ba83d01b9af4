/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sops: the plain text of a file that SOPS encrypted, by the program sops. The gate has no keys and
 * checks the shape of such files only; who applies them has keys, in its own environment.
 *
 *   struct str plain, error;
 *   if (sops_decrypt(&arena, STR("a.yaml"), text, &plain, &error) < 0) tell(error);
 *
 * The text goes to the program and comes back through pipes: it is in the arena and in no file,
 * argument or message. Of the environment the program gets what names keys and how to reach them,
 * and nothing else. A file says where its keys are: one of another Vault than the environment's is
 * refused, as it would be sent the token.
 *
 * Source: getsops.io/docs, sops 3.13.
 */
#pragma once

#include "base/arena.h"
#include "base/str.h"

/* Of a YAML or JSON file, which of them its path says. 0, or -1 with a reason in one line. */
int sops_decrypt(struct arena *arena, struct str path, struct str text, struct str *ret_text,
                 struct str *ret_error) MUST_USE;
