/* SPDX-License-Identifier: Apache-2.0 */
/* The settings of `sync` in tidegate.yaml: how sets are applied. */
#include "base/ascii.h"
#include "base/number.h"
#include "config/config_internal.h"

enum { WAIT_MAX_S = 86400, COUNT_MAX = 1000000 };

static const struct config_choice removes[] = {
    {"keep", SYNC_KEEP},
    {"delete", SYNC_DELETE},
    {0},
};

static const struct config_choice drifts[] = {
    {"heal", SYNC_HEAL},
    {"report", SYNC_REPORT},
    {0},
};

static const struct config_choice conflicts[] = {
    {"take", SYNC_TAKE},
    {"leave", SYNC_LEAVE},
    {"stop", SYNC_STOP},
    {0},
};

_Static_assert(sizeof(enum sync_remove) == sizeof(int), "an enum is an int wide");
_Static_assert(sizeof(enum sync_drift) == sizeof(int), "an enum is an int wide");
_Static_assert(sizeof(enum sync_conflict) == sizeof(int), "an enum is an int wide");

/* ---- what texts must look like ---- */

bool config_wait_parse(struct str text, unsigned *ret_ms)
{
    static const struct {
        char unit;
        int64_t seconds;
    } units[] = {{'h', 3600}, {'m', 60}, {'s', 1}};
    int64_t n;
    if (text.n < 2 || !ascii_is_digit(text.p[0]) ||
        number_parse_i64(str_sub(text, 0, text.n - 1), &n) < 0 || n < 1 || n > WAIT_MAX_S)
        return false;
    for (size_t i = 0; i < ARRAY_LEN(units); i++)
        if (text.p[text.n - 1] == units[i].unit && n * units[i].seconds <= WAIT_MAX_S) {
            *ret_ms = (unsigned)(n * units[i].seconds * 1000);
            return true;
        }
    return false;
}

bool config_limit_parse(struct str text, unsigned *ret_count, unsigned *ret_percent)
{
    const bool is_percent = str_ends(text, STR("%"));
    int64_t n;
    if (!text.n || !ascii_is_digit(text.p[0]) ||
        number_parse_i64(str_sub(text, 0, text.n - is_percent), &n) < 0 || n < 1 ||
        n > (is_percent ? 100 : COUNT_MAX))
        return false;
    *ret_count = is_percent ? 0 : (unsigned)n;
    *ret_percent = is_percent ? (unsigned)n : 0;
    return true;
}

static const char *wait_problem(struct arena *arena, struct str text, struct str *ret_meant)
{
    unsigned ms;
    (void)arena;
    (void)ret_meant;
    return str_is(text, "none") || config_wait_parse(text, &ms)
               ? NULL
               : "must be a time as 90s, 10m or 1h, at most 24h, or none";
}

static const char *limit_problem(struct arena *arena, struct str text, struct str *ret_meant)
{
    unsigned count, percent;
    (void)arena;
    (void)ret_meant;
    return config_limit_parse(text, &count, &percent)
               ? NULL
               : "must be a number of objects as \"10\", or a part of the set as 5%";
}

static const char *adopt_problem(struct arena *arena, struct str text, struct str *ret_meant)
{
    static const char *const tools[] = {"kubectl", "flux", "argocd", "helm", "any"};
    (void)arena;
    (void)ret_meant;
    for (size_t i = 0; i < ARRAY_LEN(tools); i++)
        if (str_is(text, tools[i]))
            return NULL;
    return "must be kubectl, flux, argocd, helm or any";
}

static const char *text_problem(struct arena *arena, struct str text, struct str *ret_meant)
{
    (void)arena;
    (void)ret_meant;
    return str_trim(text).n ? NULL : "must not be empty";
}

static const struct config_form form_wait = {"^(none|[1-9][0-9]*[hms])$", wait_problem};
static const struct config_form form_limit = {"^[1-9][0-9]*%?$", limit_problem};
static const struct config_form form_adopt = {"^(kubectl|flux|argocd|helm|any)$", adopt_problem};
static const struct config_form form_text = {NULL, text_problem};

/* ---- the tables ---- */

static const struct config_key conflict_keys[] = {
    {.name = "then",
     .kind = CONFIG_CHOICE,
     .required = true,
     .choices = conflicts,
     .help = "take the field, leave it to the other manager, or stop before anything is written",
     .offset = offsetof(struct config_conflict, then)},
    {.name = "object",
     .kind = CONFIG_TEXT,
     .form = &config_form_object,
     .preset = "any",
     .help = "the object as Kind/name or Kind/namespace/name; parts may have *",
     .offset = offsetof(struct config_conflict, object)},
    {.name = "field",
     .kind = CONFIG_TEXT,
     .form = &config_form_field,
     .preset = "any",
     .help = "the field, or a field that it is inside of",
     .offset = offsetof(struct config_conflict, field)},
    {.name = "manager",
     .kind = CONFIG_TEXT,
     .form = &form_text,
     .preset = "any",
     .help = "field manager that owns it; may have *",
     .offset = offsetof(struct config_conflict, manager)},
    {0},
};

static const struct config_key health_keys[] = {
    {.name = "apiVersion",
     .kind = CONFIG_TEXT,
     .required = true,
     .form = &form_text,
     .help = "group and version of the kind, as kitchen.example/v1",
     .offset = offsetof(struct config_health, api_version)},
    {.name = "kind",
     .kind = CONFIG_TEXT,
     .form = &form_text,
     .preset = "all of the version",
     .help = "the kind",
     .offset = offsetof(struct config_health, kind)},
    {.name = "current",
     .kind = CONFIG_TEXT,
     .required = true,
     .form = &form_text,
     .help = "CEL: whether the object is as it was asked for; its top-level fields are variables",
     .offset = offsetof(struct config_health, current)},
    {.name = "inProgress",
     .kind = CONFIG_TEXT,
     .form = &form_text,
     .preset = "never",
     .help = "CEL: whether it is on its way; looked at first",
     .offset = offsetof(struct config_health, in_progress)},
    {.name = "failed",
     .kind = CONFIG_TEXT,
     .form = &form_text,
     .preset = "never",
     .help = "CEL: whether it can't get there any more; looked at second",
     .offset = offsetof(struct config_health, failed)},
    {0},
};

static const struct config_table conflict_table = {
    .keys = conflict_keys, .size = sizeof(struct config_conflict), .span = CONFIG_NO_SPAN};
static const struct config_table health_table = {.keys = health_keys,
                                                 .size = sizeof(struct config_health),
                                                 .span = offsetof(struct config_health, span)};

static const struct config_key sync_keys[] = {
    {.name = "prune",
     .kind = CONFIG_FLAG,
     .preset = "true",
     .help = "whether objects that are no longer wanted are deleted",
     .offset = offsetof(struct config_sync, prune)},
    {.name = "prune-limits",
     .kind = CONFIG_TEXTS,
     .single = true,
     .form = &form_limit,
     .preset = "those of the engine",
     .help = "how much may be deleted without an approval, as \"10\" objects or 5% of the set; "
             "counts where it is less than the engine allows",
     .offset = offsetof(struct config_sync, prune_limits)},
    {.name = "on-remove",
     .kind = CONFIG_CHOICE,
     .choices = removes,
     .preset = "keep",
     .help = "what becomes of the objects when the set itself is gone",
     .offset = offsetof(struct config_sync, on_remove)},
    {.name = "drift",
     .kind = CONFIG_CHOICE,
     .choices = drifts,
     .preset = "heal",
     .help = "whether changes that others made in the cluster are undone or only told",
     .offset = offsetof(struct config_sync, drift)},
    {.name = "restart",
     .kind = CONFIG_FLAG,
     .preset = "true",
     .help = "whether workloads are rolled out again when a ConfigMap or Secret of the set that "
             "they use changes",
     .offset = offsetof(struct config_sync, restart)},
    {.name = "rollback",
     .kind = CONFIG_FLAG,
     .preset = "false",
     .help = "whether the last good revision comes back by itself when health fails",
     .offset = offsetof(struct config_sync, rollback)},
    {.name = "wait",
     .kind = CONFIG_TEXT,
     .form = &form_wait,
     .preset = "5m",
     .help = "how long health is waited for, as 90s, 10m or 1h; none: it is not",
     .offset = offsetof(struct config_sync, wait)},
    {.name = "adopt",
     .kind = CONFIG_TEXTS,
     .single = true,
     .form = &form_adopt,
     .preset = "none",
     .help = "whose objects the set may take: kubectl, flux, argocd, helm, or any",
     .offset = offsetof(struct config_sync, adopt)},
    {.name = "was",
     .kind = CONFIG_TEXTS,
     .single = true,
     .form = &config_form_set,
     .preset = "none",
     .help = "names that the set had: their objects go over and nothing is deleted",
     .offset = offsetof(struct config_sync, was)},
    {.name = "replace",
     .kind = CONFIG_TEXTS,
     .single = true,
     .form = &config_form_object,
     .preset = "none",
     .help = "objects that may be deleted and made anew when a field can't be changed, as "
             "Kind/name or Kind/namespace/name; parts may have *",
     .offset = offsetof(struct config_sync, replace)},
    {.name = "conflicts",
     .kind = CONFIG_ENTRIES,
     .entry = &conflict_table,
     .preset = "fields are taken",
     .help = "what is done where another field manager owns a field; the first match counts",
     .offset = offsetof(struct config_sync, conflicts)},
    {.name = "health",
     .kind = CONFIG_ENTRIES,
     .entry = &health_table,
     .preset = "by status and conditions",
     .help = "health of kinds as expressions",
     .offset = offsetof(struct config_sync, health)},
    {0},
};

const struct config_table config_sync_table = {.keys = sync_keys,
                                               .size = sizeof(struct config_sync),
                                               .span = offsetof(struct config_sync, span)};

void config_sync_init(struct config_sync *sync)
{
    *sync = (struct config_sync){0};
    config_preset(&config_sync_table, (char *)sync);
}
