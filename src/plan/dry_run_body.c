/* SPDX-License-Identifier: Apache-2.0 */
/* How an object goes to the server. */
#include "plan/dry_run_internal.h"

/* A document that is an object goes as it is written: comments, anchors, keys that are there twice
 * and all, for the server to read what is in git. An item of a list has no text of its own. */
static bool is_whole(const struct object *object)
{
    return object->list_index < 0 && object->doc && object->root == object->doc->root &&
           object->source && object->doc->span.end <= object->source->text.n;
}

static struct str type_of(const struct object *object, enum cluster_verb verb)
{
    if (verb == CLUSTER_APPLY)
        return STR("application/apply-patch+yaml");
    return object->doc->json ? STR("application/json") : STR("application/yaml");
}

bool dry_run_body(const struct object *object, enum dry_run_way way, struct cluster_call *call,
                  struct str *ret_why)
{
    if (object->sops) {
        *ret_why = STR("it is encrypted by SOPS, and only who applies it has the keys");
        return false;
    }
    if (!object->name.n && !object->generate_name.n) {
        *ret_why = STR("it has no name");
        return false;
    }
    /* Without a name nothing can be patched. */
    call->verb = way == DRY_RUN_APPLY && object->name.n ? CLUSTER_APPLY : CLUSTER_CREATE;
    call->name = call->verb == CLUSTER_APPLY ? object->name : (struct str){0};
    if (is_whole(object)) {
        const struct span span = object->doc->span;
        call->text = str_sub(object->source->text, span.start, span.end);
        call->content_type = type_of(object, call->verb);
    } else {
        call->object = object->root;
    }
    return true;
}
