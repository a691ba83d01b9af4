/* SPDX-License-Identifier: Apache-2.0 */
/* The operation of client_driver.c that has a file judged by the server: plan/dry_run.h. */
#include "base/file.h"
#include "base/limits.h"
#include "client_driver.h"
#include "plan/dry_run.h"

static void put_answer(struct jsonw *w, const struct dry_run_result *result)
{
    const struct dry_run_answer *answer = &result->answer;
    jsonw_put_text(w, "state", str_from(dry_run_state_name(answer->state)));
    jsonw_put_text(w, "outcome", str_from(cluster_outcome_name(answer->outcome)));
    jsonw_put_i64(w, "code", answer->status.code);
    jsonw_put_text(w, "message", answer->status.message);
    jsonw_put_text(w, "why", answer->why);
    jsonw_key(w, "found");
    jsonw_bool(w, result->resource != NULL);
    driver_put_causes(w, &answer->status);
}

static bool is_object(const struct doc *doc, struct object *ret_object)
{
    return doc->root && object_read(doc, doc->root, ret_object);
}

/* `file` holds one object; it is sent the `way` that is asked for. "unread": nothing can be. */
void driver_dry_run(struct driver *driver, const struct node *ask)
{
    SCOPED(arena) struct arena arena = {0};
    SCOPED(diags) struct diags diags = {0};
    const struct str path = node_get_text(ask, STR("file"));
    struct str text;
    struct str error = {0};
    struct doc_list docs = {0};
    struct object object;
    struct dry_run_results results = {0};
    const struct dry_run_options options = {
        .cluster = driver->cluster,
        .way = str_is(node_get_text(ask, STR("way")), "create") ? DRY_RUN_CREATE : DRY_RUN_APPLY,
    };
    if (file_read(&arena, str_to_c(&arena, path), LIMIT_FILE_BYTES, &text) < 0)
        BUG("%.*s can't be read", STR_FMT(path));
    struct source *source = source_new(&arena, path, text);
    if (doc_read_file(&arena, source, &diags, &docs) < 0 || docs.n == 0 ||
        !is_object(&docs.items[0], &object)) {
        jsonw_put_text(driver_answer(driver), "state", STR("unread"));
        driver_end(driver);
        return;
    }
    const struct dry_run_object one = {.object = &object, .namespace = object.namespace};
    if (dry_run(&arena, &options, &one, 1, &results, &error) < 0) {
        driver_error(driver, error);
        return;
    }
    put_answer(driver_answer(driver), &results.items[0]);
    driver_end(driver);
}
