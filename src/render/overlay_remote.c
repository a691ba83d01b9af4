/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an overlay or a chart would take from the network, found before anything is built: the
 * program would only say that it reaches none.
 *
 * Sources: kustomize's RepoSpec (api/internal/git) and loader, helm's check of dependencies.
 */
#include "base/file.h"
#include "base/limits.h"
#include "base/map.h"
#include "doc/doc.h"
#include "render/overlay.h"
#include "render/render_internal.h"

struct looking {
    struct arena *arena;
    const struct overlay *overlay;
    struct tree_reader *reader;
    struct diags *diags;
    struct map seen; /* folders */
    size_t found;
};

static const struct tree_entry *input(const struct overlay *overlay, struct str path)
{
    size_t low = 0, high = overlay->inputs.n;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const int order = str_cmp(overlay->inputs.items[middle]->path, path);
        if (order == 0)
            return overlay->inputs.items[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

/* NULL when it is not there or can't be read as YAML: the program says that better. */
static const struct node *read_root(struct looking *looking, struct str path,
                                    struct source **ret_source)
{
    const struct tree_entry *entry = input(looking->overlay, path);
    struct diags dropped SCOPED(diags) = {0};
    struct doc_list docs = {0};
    struct str text;
    if (!entry || entry->kind != ENTRY_FILE ||
        tree_read(looking->reader, entry, looking->arena, LIMIT_CONFIG_BYTES, &text) < 0)
        return NULL;
    *ret_source = source_new(looking->arena, entry->path, text);
    (*ret_source)->no_excerpt = true; /* literals of Secrets may stand in the same line */
    dropped.at.source = *ret_source;
    return doc_read_stream(looking->arena, *ret_source, &dropped, &docs) == 0 && docs.n
               ? docs.items[0].root
               : NULL;
}

static void report(struct looking *looking, struct source *source, const struct node *node,
                   struct str message, const char *hint)
{
    const struct diag_at before = looking->diags->at;
    looking->diags->at = (struct diag_at){.source = source};
    struct diag *diag = diag_add(looking->diags, RULE_RENDER_REMOTE, node_span(node), STR(""),
                                 "%.*s", STR_FMT(message));
    diag_hint(looking->diags, diag, "%s", hint);
    looking->diags->at = before;
    looking->found++;
}

/* ---- kustomize ---- */

static void look_in_folder(struct looking *looking, struct str dir, unsigned depth);

/* URLs, and what git takes for another host. */
static bool is_remote(struct str text)
{
    static const char *const starts[] = {
        "git::", "ssh://",      "https://",    "http://", "oci://", "git://", "file://",
        "gh:",   "github.com/", "github.com:", "hg::",    "s3::",   "gcs::"};
    struct arena arena SCOPED(arena) = {0};
    const struct str lower = str_lower(&arena, text);
    for (size_t i = 0; i < ARRAY_LEN(starts); i++)
        if (str_starts(lower, str_from(starts[i])))
            return true;
    /* user@host:path */
    const ptrdiff_t at = str_find_char(text, '@'), colon = str_find_char(text, ':');
    const ptrdiff_t slash = str_find_char(text, '/');
    return at > 0 && colon > at && (slash < 0 || at < slash);
}

static void look_at(struct looking *looking, struct str dir, struct source *source,
                    const struct node *node, unsigned depth)
{
    /* A generator's file may be written key=path. */
    const struct str written = node_text(node);
    const ptrdiff_t equals = is_remote(written) ? -1 : str_find_char(written, '=');
    const struct str text = str_from_offset(written, equals < 0 ? 0 : (size_t)equals + 1);
    struct str path;
    const bool is_path = text.n < LIMIT_PATH_BYTES &&
                         path_normal(looking->arena, path_join(looking->arena, dir, text), &path);
    if (is_path && input(looking->overlay, path))
        return;
    if (is_remote(text))
        report(looking, source, node,
               str_format(looking->arena, "kustomize would take this from the network: %.*s",
                          STR_FMT(diag_quote(looking->arena, text))),
               "copy it into the repository, and name the copy");
    else if (is_path)
        look_in_folder(looking, path, depth + 1);
}

/* Where a kustomization names files: a list of them, a list of maps with one each, or such a list
 * in each item of a list. */
static const struct {
    const char *field;
    const char *member; /* NULL: the items are the names themselves */
} named[] = {
    {"resources", NULL},
    {"bases", NULL},
    {"components", NULL},
    {"crds", NULL},
    {"configurations", NULL},
    {"generators", NULL},
    {"transformers", NULL},
    {"validators", NULL},
    {"patchesStrategicMerge", NULL},
    {"patches", "path"},
    {"patchesJson6902", "path"},
    {"replacements", "path"},
    {"configMapGenerator", "files"},
    {"configMapGenerator", "envs"},
    {"configMapGenerator", "env"},
    {"secretGenerator", "files"},
    {"secretGenerator", "envs"},
    {"secretGenerator", "env"},
    {"helmCharts", "repo"},
    {"helmCharts", "valuesFile"},
    {"helmCharts", "additionalValuesFiles"},
    {"helmChartInflationGenerator", "chartRepoUrl"},
};

static void look_in_kustomization(struct looking *looking, struct str path, unsigned depth)
{
    const struct str dir = path_dir(path);
    struct source *source;
    const struct node *root = read_root(looking, path, &source);
    for (size_t i = 0; root && i < ARRAY_LEN(named); i++) {
        const struct node *list = node_get(root, str_from(named[i].field));
        for (struct item it = list_first(list); it.value; it = list_next(it)) {
            const struct node *member =
                named[i].member ? node_get(it.value, str_from(named[i].member)) : it.value;
            if (node_is_scalar(member))
                look_at(looking, dir, source, member, depth);
            for (struct item of = list_first(member); of.value; of = list_next(of))
                look_at(looking, dir, source, of.value, depth);
        }
    }
    const struct node *openapi =
        root ? node_get(node_get(root, STR("openapi")), STR("path")) : NULL;
    if (openapi)
        look_at(looking, dir, source, openapi, depth);
}

static void look_in_folder(struct looking *looking, struct str dir, unsigned depth)
{
    enum { OVERLAYS_DEPTH = 64 };
    static const char *const names[] = {"kustomization.yaml", "kustomization.yml", "Kustomization"};
    if (depth == OVERLAYS_DEPTH || map_has(&looking->seen, dir))
        return;
    map_put(&looking->seen, dir, looking);
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        look_in_kustomization(looking, path_join(looking->arena, dir, str_from(names[i])), depth);
}

/* ---- helm ---- */

/* charts/NAME-1.2.3.tgz, or a folder whose Chart.yaml has the name. */
static bool is_vendored(struct looking *looking, struct str charts, struct str name)
{
    for (size_t i = 0; i < looking->overlay->inputs.n; i++) {
        const struct str path = looking->overlay->inputs.items[i]->path;
        const struct str dir = path_dir(path);
        struct source *source;
        if (str_eq(dir, charts) && str_ends(path, STR(".tgz")) &&
            str_starts(path_base(path), str_concat(looking->arena, name, STR("-"))))
            return true;
        if (dir.n && str_eq(path_dir(dir), charts) && str_is(path_base(path), "Chart.yaml") &&
            str_eq(node_get_text(read_root(looking, path, &source), STR("name")), name))
            return true;
    }
    return false;
}

static void look_at_chart(struct looking *looking)
{
    const struct str charts = path_join(looking->arena, looking->overlay->dir, STR("charts"));
    struct source *source;
    const struct node *root = read_root(looking, looking->overlay->file, &source);
    const struct node *list = root ? node_get(root, STR("dependencies")) : NULL;
    for (struct item it = list_first(list); it.value; it = list_next(it)) {
        const struct node *name = node_get(it.value, STR("name"));
        if (!name || is_vendored(looking, charts, node_text(name)))
            continue;
        report(looking, source, name,
               str_format(looking->arena, "the chart %.*s that this one depends on is not in %.*s",
                          STR_FMT(diag_quote(looking->arena, node_text(name))), STR_FMT(charts)),
               "`helm dependency update` puts it there; commit it");
    }
}

bool overlay_is_local(struct arena *arena, const struct overlay *overlay,
                      struct tree_reader *reader, struct diags *diags)
{
    struct looking looking = {.arena = arena,
                              .overlay = overlay,
                              .reader = reader,
                              .diags = diags,
                              .seen = {.arena = arena}};
    if (overlay->tool == TOOL_HELM)
        look_at_chart(&looking);
    else
        look_in_folder(&looking, overlay->dir, 0);
    return !looking.found;
}
