/* SPDX-License-Identifier: Apache-2.0 */
/* How an object goes to the server. */
#include "plan/dry_run_internal.h"

/* A document that is an object goes as it is written: comments, anchors, keys that are there twice
 * and all, for the server to read what is in git. An item of a list has no text of its own. JSON is
 * YAML to the server, which takes numbers in forms then that it refuses of JSON (0e0 for 0); but
 * YAML lacks some escapes of JSON, so text with any is written anew, as is what has variables
 * filled in. */
static bool is_whole(const struct object *object, struct str *ret_text)
{
    const struct doc *doc = object->doc;
    if (object->list_index >= 0 || !doc || doc->filled || object->root != doc->root ||
        !object->source || doc->span.end > object->source->text.n)
        return false;
    *ret_text = str_sub(object->source->text, doc->span.start, doc->span.end);
    return !doc->json || str_find_char(*ret_text, '\\') < 0;
}

bool dry_run_body(const struct object *object, enum dry_run_way way, struct cluster_call *call,
                  struct str *ret_why)
{
    if (object->sops) {
        *ret_why = STR("it is encrypted by SOPS, and only who applies it has the keys");
        return false;
    }
    if (object->unknowns) {
        *ret_why = STR("it has variables whose values are not known here");
        return false;
    }
    /* Without a name nothing can be patched; the server says so of a creation. */
    call->verb = way == DRY_RUN_APPLY && object->name.n ? CLUSTER_APPLY : CLUSTER_CREATE;
    call->name = call->verb == CLUSTER_APPLY ? object->name : (struct str){0};
    struct str text;
    if (is_whole(object, &text)) {
        call->text = text;
        call->content_type = call->verb == CLUSTER_APPLY ? STR("application/apply-patch+yaml")
                                                         : STR("application/yaml");
    } else {
        call->object = object->root;
    }
    return true;
}
