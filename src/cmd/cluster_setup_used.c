/* SPDX-License-Identifier: Apache-2.0 */
/* Which kinds the manifests of a path have, with the names of their resources. */
#include "cmd/cluster_setup.h"
#include "schema/schema.h"

struct looking {
    struct setup *setup;
    const struct verdict *verdict;
    struct schema_view view; /* with the CRDs of all sets: they are for one cluster */
    struct map seen;         /* "group/kind" */
};

static void add_definitions(struct looking *looking)
{
    for (size_t i = 0; i < looking->verdict->sets.n; i++) {
        const struct object_set *objects = &looking->verdict->sets.items[i].objects;
        for (size_t o = 0; o < objects->n; o++)
            if (object_is_crd(&objects->items[o]))
                schema_view_add_crd(&looking->view, objects->items[o].root,
                                    objects->items[o].source);
    }
}

static void add_kind(struct looking *looking, const struct gvk *gvk)
{
    struct kind_info info = {0};
    struct setup *setup = looking->setup;
    (void)schema_peek_kind(&looking->view, gvk->group, gvk->version, gvk->kind, &info);
    const struct str kind = diag_quote(setup->arena, gvk->kind);
    const struct str group = diag_quote(setup->arena, gvk->group);
    const struct str plural = info.plural.n ? info.plural : STR("*");
    if (setup->args->secrets && !gvk->group.n && str_is(plural, "secrets"))
        return; /* --secrets has it */
    const char *why = setup_is_resource(gvk->group, plural) ? setup_why_not(gvk->group, plural)
                                                            : "its group or plural is no name";
    if (why) {
        output_say("%.*s is left out: %s", STR_FMT(kind), why);
        return;
    }
    if (!info.plural.n)
        output_say("there is no CustomResourceDefinition of %.*s here, so all kinds of %.*s are in",
                   STR_FMT(kind), STR_FMT(group));
    setup_add_resource(setup, str_dup(setup->arena, gvk->group), str_dup(setup->arena, plural),
                       info.plural.n && !info.namespaced);
}

static void add_kinds(struct looking *looking)
{
    for (size_t i = 0; i < looking->verdict->sets.n; i++) {
        const struct object_set *objects = &looking->verdict->sets.items[i].objects;
        for (size_t o = 0; o < objects->n; o++) {
            const struct gvk *gvk = &objects->items[o].gvk;
            void **slot =
                map_slot(&looking->seen, str_format(looking->setup->arena, "%.*s/%.*s",
                                                    STR_FMT(gvk->group), STR_FMT(gvk->kind)));
            if (gvk->kind.n && !*slot)
                add_kind(looking, gvk);
            *slot = looking;
        }
    }
}

int setup_use_paths(struct setup *setup, const struct str_list *paths)
{
    struct gate_result result;
    const struct gate_options options = {.paths = *paths,
                                         .all = true,
                                         .whole = true,
                                         .no_snapshot = true,
                                         .cache_dir = cache_dir(setup->arena)};
    gate_run(&options, &result);
    int code = result.report.exit_code;
    if (code == EXIT_OK || code == EXIT_FINDINGS) {
        struct looking looking = {
            .setup = setup, .verdict = gate_head(&result), .seen = {.arena = setup->arena}};
        schema_view_init(&looking.view, setup->arena, schema_minor_max());
        add_definitions(&looking);
        add_kinds(&looking);
        schema_view_release(&looking.view);
        if (code == EXIT_FINDINGS)
            output_say("there are mistakes in the manifests, so kinds may be missing; `tidegate "
                       "check` shows them");
        code = EXIT_OK;
    } else {
        output_findings(result.report.diags, &setup->args->common);
    }
    gate_result_release(&result);
    return code;
}
