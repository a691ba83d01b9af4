/* SPDX-License-Identifier: Apache-2.0 */
/* What API servers and programs for credentials answer: the first byte says as what it is read. */
#include "cluster/cluster_internal.h"
#include "cluster/cluster_watch.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static const struct node *read_json(struct arena *arena, struct str text)
{
    SCOPED(diags) struct diags diags = {0};
    struct doc doc = {0};
    struct source *source = source_new(arena, STR("answer"), text);
    if (doc_read_json(arena, source, &diags, &doc) < 0 || doc.broken)
        return NULL;
    return doc.root;
}

static void as_status(struct arena *arena, struct str text)
{
    struct http_response response = {.status = text.n % 2 ? 500 : 409, .body = text};
    struct cluster_status status;
    const struct node *root = read_json(arena, text);
    VEC_PUSH(arena, &response.headers, str_concat(arena, STR("warning: "), text));
    VEC_PUSH(arena, &response.headers, str_concat(arena, STR("retry-after: "), text));
    struct str_list warnings = {0};
    cluster_warnings_read(arena, &response, &warnings);
    cluster_status_read(arena, &response, root, &status);
    if (cluster_status_outcome(&response, &status) == CLUSTER_OK)
        BUG("a refusal that is well");
    cluster_status_withhold(&status);
    const struct str line = cluster_status_format(arena, &status);
    for (size_t i = 0; i < line.n; i++)
        if ((unsigned char)line.p[i] < ' ' && !str_has(status.reason, str_sub(line, i, i + 1)))
            BUG("a message with control characters");
}

static void as_kinds(struct arena *arena, struct str text)
{
    struct cluster_kinds kinds = {0};
    const struct node *root = read_json(arena, text);
    (void)cluster_listing_of(root);
    cluster_kinds_add(arena, root, &kinds);
    cluster_kinds_add_classic(arena, STR("g"), STR("v"), root, &kinds);
    cluster_kinds_index(arena, &kinds);
    for (size_t i = 0; i < kinds.resources.n; i++)
        if (!kinds.resources.items[i].plural.n)
            BUG("a kind without a place");
}

static void as_page(struct arena *arena, struct str text)
{
    struct cluster_list list = {.arena = arena, .call = {.limit = 500}};
    const struct cluster_answer answer = {.outcome = CLUSTER_OK, .root = read_json(arena, text)};
    if (cluster_list_next(&list, &answer) < 0 && (!list.error.n || list.items.n))
        BUG("a failure without a reason, or with a part of the list");
}

static void on_event(struct cluster_watch *watch, enum cluster_event event,
                     const struct node *object)
{
    (void)event;
    (void)node_get(object, STR("metadata"));
    if (strlen(watch->resource_version) >= sizeof watch->resource_version)
        BUG("a place that is too long");
}

static void as_stream(struct arena *arena, struct str text)
{
    struct cluster_watch watch = {.event = on_event};
    (void)arena;
    buf_init(&watch.line, 4096);
    for (size_t i = 0; i < text.n; i += 13)
        if (!cluster_watch_feed(&watch, str_sub(text, i, i + 13)))
            break;
    buf_release(&watch.line);
}

static void as_credential(struct arena *arena, struct str text)
{
    struct cluster_credential credential;
    struct str error = {0};
    int64_t seconds;
    (void)cluster_time_read(text, &seconds);
    if (cluster_credential_read(arena, text, STR("client.authentication.k8s.io/v1"), &credential,
                                &error) < 0 &&
        !error.n)
        BUG("a refusal without a reason");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static void (*const readers[])(struct arena *, struct str) = {as_status, as_kinds, as_page,
                                                                  as_stream, as_credential};
    struct arena arena SCOPED(arena) = {0};
    if (!n)
        return 0;
    const struct str text = str_dup(&arena, (struct str){(const char *)data + 1, n - 1});
    readers[data[0] % ARRAY_LEN(readers)](&arena, text);
    return 0;
}
