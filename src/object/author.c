/* SPDX-License-Identifier: Apache-2.0 */
/* The annotations, and what their values mean. */
#include "object/author_internal.h"

#include "base/number.h"

#define WAVE        AUTHOR_PREFIX "wave"
#define ARGO_WAVE   "argocd.argoproj.io/sync-wave"
#define ARGO_HOOK   "argocd.argoproj.io/hook"
#define ARGO_DELETE "argocd.argoproj.io/hook-delete-policy"
#define HELM_HOOK   "helm.sh/hook"
#define HELM_WEIGHT "helm.sh/hook-weight"
#define HELM_DELETE "helm.sh/hook-delete-policy"
#define KPT_DEPENDS "config.kubernetes.io/depends-on"

struct reading {
    struct arena *arena;
    const struct object *object;
    struct author *author;
};

static const struct node *annotation_of(const struct object *object, const char *annotation)
{
    const struct node *metadata = node_get(object->root, STR("metadata"));
    return node_get(node_get(metadata, STR("annotations")), str_from(annotation));
}

struct str author_says(const struct object *object, const char *annotation)
{
    const struct node *value = annotation_of(object, annotation);
    return node_kind(value) == NODE_STRING ? str_trim(node_text(value)) : (struct str){0};
}

static void say(const struct reading *reading, enum author_problem_kind kind,
                const char *annotation, struct str message, struct str hint)
{
    VEC_PUSH(reading->arena, &reading->author->problems,
             ((struct author_problem){.kind = kind,
                                      .place = annotation_of(reading->object, annotation),
                                      .annotation = str_from(annotation),
                                      .message = message,
                                      .hint = hint}));
}

static struct str shown(const struct reading *reading, struct str text)
{
    return diag_quote(reading->arena, text);
}

/* ---- waves ---- */

/* Whether the annotation is there; a value that is no number is told and counts as 0. */
static bool read_number(const struct reading *reading, const char *annotation)
{
    const struct node *node = annotation_of(reading->object, annotation);
    const struct str text = author_says(reading->object, annotation);
    int64_t value = 0;
    if (!node || object_is_opaque(reading->object, node))
        return false;
    reading->author->wave = 0;
    if (number_parse_i64(text, &value) == 0 && value >= INT32_MIN && value <= INT32_MAX)
        reading->author->wave = (int32_t)value;
    else
        say(reading, AUTHOR_WAVE, annotation,
            str_format(reading->arena, "%s is \"%.*s\", which is no whole number", annotation,
                       STR_FMT(shown(reading, text))),
            STR("write a number in quotes, like \"-1\" or \"5\"; as it is, 0 counts"));
    return true;
}

static void read_wave(const struct reading *reading, bool is_helm)
{
    if (read_number(reading, WAVE) || read_number(reading, ARGO_WAVE))
        return;
    if (is_helm)
        read_number(reading, HELM_WEIGHT);
}

/* ---- hooks ---- */

struct hook_word {
    const char *word;
    enum author_phase phase;
    bool on_first, on_later;
    const char *instead; /* what happens, where it has no meaning here */
};

#define NO_TESTS  "tests are not run"
#define NO_DELETE "nothing runs when objects are deleted"
#define NO_BACK   "going back is writing an older commit"

static const struct hook_word helm_words[] = {
    {"pre-install", AUTHOR_BEFORE, true, false, NULL},
    {"pre-upgrade", AUTHOR_BEFORE, false, true, NULL},
    {"post-install", AUTHOR_AFTER, true, false, NULL},
    {"post-upgrade", AUTHOR_AFTER, false, true, NULL},
    {"crd-install", AUTHOR_MAIN, true, true, NULL},
    {"test", AUTHOR_NEVER, false, false, NO_TESTS},
    {"test-success", AUTHOR_NEVER, false, false, NO_TESTS},
    {"test-failure", AUTHOR_NEVER, false, false, NO_TESTS},
    {"pre-delete", AUTHOR_NEVER, false, false, NO_DELETE},
    {"post-delete", AUTHOR_NEVER, false, false, NO_DELETE},
    {"pre-rollback", AUTHOR_NEVER, false, false, NO_BACK},
    {"post-rollback", AUTHOR_NEVER, false, false, NO_BACK},
};

static const struct hook_word argo_words[] = {
    {"PreSync", AUTHOR_BEFORE, true, true, NULL},
    {"Sync", AUTHOR_MAIN, true, true, NULL},
    {"PostSync", AUTHOR_AFTER, true, true, NULL},
    {"Skip", AUTHOR_NEVER, false, false, ""},
    {"SyncFail", AUTHOR_NEVER, false, false, "nothing runs when writing failed"},
    {"PreDelete", AUTHOR_NEVER, false, false, NO_DELETE},
    {"PostDelete", AUTHOR_NEVER, false, false, NO_DELETE},
};

struct delete_word {
    const char *helm, *argo;
    enum author_delete bit;
};

static const struct delete_word delete_words[] = {
    {"before-hook-creation", "BeforeHookCreation", AUTHOR_DELETE_BEFORE},
    {"hook-succeeded", "HookSucceeded", AUTHOR_DELETE_SUCCEEDED},
    {"hook-failed", "HookFailed", AUTHOR_DELETE_FAILED},
};

struct hook_family {
    const char *hook, *deletes;
    const struct hook_word *words;
    size_t n;
    bool is_helm;
};

/* In the order in which they count. */
static const struct hook_family families[] = {
    {ARGO_HOOK, ARGO_DELETE, argo_words, ARRAY_LEN(argo_words), false},
    {HELM_HOOK, HELM_DELETE, helm_words, ARRAY_LEN(helm_words), true},
};

static const struct hook_word *find_word(const struct hook_family *family, struct str word)
{
    for (size_t i = 0; i < family->n; i++)
        if (str_is(word, family->words[i].word))
            return &family->words[i];
    return NULL;
}

static void say_meaningless(const struct reading *reading, const struct hook_family *family,
                            struct str word, const char *instead)
{
    say(reading, AUTHOR_HOOK, family->hook,
        str_format(reading->arena, "the hook \"%.*s\" has no meaning for `tidegate sync`%s%s",
                   STR_FMT(shown(reading, word)), *instead ? ": " : "", instead),
        STR("the object is not written"));
}

/* A word that means something sets the phase; the first phase counts. */
static void take_word(const struct reading *reading, const struct hook_family *family,
                      const struct hook_word *word, bool *ret_has_phase)
{
    struct author *author = reading->author;
    if (word->phase == AUTHOR_NEVER)
        return;
    if (*ret_has_phase && author->phase != word->phase) {
        say(reading, AUTHOR_HOOK, family->hook,
            str_format(reading->arena, "the hook \"%s\" has no meaning beside one of another phase",
                       word->word),
            STR("an object is written once; make a second one for the other phase"));
        return;
    }
    *ret_has_phase = true;
    author->phase = word->phase;
    author->on_first |= word->on_first;
    author->on_later |= word->on_later;
}

static void read_hook(const struct reading *reading, const struct hook_family *family)
{
    struct str rest = author_says(reading->object, family->hook);
    struct str word;
    const struct hook_word *none = NULL;
    struct str unknown = {0};
    bool has_phase = false;
    while (str_split(&rest, ',', &word)) {
        word = str_trim(word);
        const struct hook_word *found = find_word(family, word);
        if (!found)
            unknown = word;
        else if (found->phase == AUTHOR_NEVER)
            none = found;
        else
            take_word(reading, family, found, &has_phase);
    }
    if (unknown.n)
        say_meaningless(reading, family, unknown, "it is none that we know");
    if (has_phase)
        return;
    reading->author->phase = AUTHOR_NEVER;
    /* Skip says that nothing is to be written, and nothing is. */
    if (none && *none->instead)
        say_meaningless(reading, family, str_from(none->word), none->instead);
}

static void read_deletes(const struct reading *reading, const struct hook_family *family)
{
    struct str rest = author_says(reading->object, family->deletes);
    struct str word;
    while (str_split(&rest, ',', &word)) {
        word = str_trim(word);
        unsigned bit = 0;
        for (size_t i = 0; i < ARRAY_LEN(delete_words); i++)
            if (str_is(word, family->is_helm ? delete_words[i].helm : delete_words[i].argo))
                bit = (unsigned)delete_words[i].bit;
        reading->author->deletes |= bit;
        if (bit || !word.n)
            continue;
        say(reading, AUTHOR_DELETE_POLICY, family->deletes,
            str_format(reading->arena, "\"%.*s\" is no delete policy of %s",
                       STR_FMT(shown(reading, word)), family->hook),
            str_format(reading->arena, "there are %s, %s and %s; as it is, it does not count",
                       family->is_helm ? delete_words[0].helm : delete_words[0].argo,
                       family->is_helm ? delete_words[1].helm : delete_words[1].argo,
                       family->is_helm ? delete_words[2].helm : delete_words[2].argo));
    }
    /* What both tools do when nothing is said. */
    if (!reading->author->deletes)
        reading->author->deletes = AUTHOR_DELETE_BEFORE;
}

static const struct hook_family *family_of(const struct object *object)
{
    for (size_t i = 0; i < ARRAY_LEN(families); i++)
        if (author_says(object, families[i].hook).n)
            return &families[i];
    return NULL;
}

/* ---- dependencies ---- */

/* GROUP/KIND/NAME or GROUP/namespaces/NAMESPACE/KIND/NAME; the core group is empty. */
static bool read_dependency(struct str text, struct author_dependency *ret_dependency)
{
    struct str parts[6] = {0};
    size_t n = 0;
    for (size_t from = 0; n < ARRAY_LEN(parts);) {
        const struct str rest = str_from_offset(text, from);
        const ptrdiff_t slash = str_find_char(rest, '/');
        parts[n++] = slash < 0 ? rest : str_sub(rest, 0, (size_t)slash);
        if (slash < 0)
            break;
        from += (size_t)slash + 1;
    }
    const bool is_namespaced = n == 5 && str_is(parts[1], "namespaces");
    if (n != 3 && !is_namespaced)
        return false;
    *ret_dependency =
        is_namespaced
            ? (struct author_dependency){.group = parts[0],
                                         .namespace = parts[2],
                                         .kind = parts[3],
                                         .name = parts[4]}
            : (struct author_dependency){.group = parts[0], .kind = parts[1], .name = parts[2]};
    return ret_dependency->kind.n && ret_dependency->name.n &&
           (!is_namespaced || ret_dependency->namespace.n);
}

static void read_depends(const struct reading *reading)
{
    struct str rest = author_says(reading->object, KPT_DEPENDS);
    struct str text;
    while (str_split(&rest, ',', &text)) {
        struct author_dependency dependency;
        text = str_trim(text);
        if (read_dependency(text, &dependency)) {
            dependency.place = annotation_of(reading->object, KPT_DEPENDS);
            VEC_PUSH(reading->arena, &reading->author->depends, dependency);
            continue;
        }
        say(reading, AUTHOR_DEPENDENCY, KPT_DEPENDS,
            str_format(reading->arena, "\"%.*s\" names no object", STR_FMT(shown(reading, text))),
            STR("write GROUP/namespaces/NAMESPACE/KIND/NAME, or GROUP/KIND/NAME for what has no "
                "namespace; the core group is empty"));
    }
}

void author_of(struct arena *arena, const struct object *object, struct author *ret_author)
{
    *ret_author = (struct author){.phase = AUTHOR_MAIN, .on_first = true, .on_later = true};
    const struct reading reading = {arena, object, ret_author};
    if (!map_first(node_get(node_get(object->root, STR("metadata")), STR("annotations"))).key)
        return;
    const struct hook_family *family = family_of(object);
    if (family) {
        ret_author->is_hook = true;
        ret_author->on_first = ret_author->on_later = false;
        read_hook(&reading, family);
        read_deletes(&reading, family);
    }
    read_wave(&reading, family && family->is_helm);
    read_depends(&reading);
    author_check_own(arena, object, ret_author);
}
