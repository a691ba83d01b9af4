/* SPDX-License-Identifier: Apache-2.0 */
#include "sync/gate_digest.h"

#define CHECK_NAME "tidegate / manifests"

static const struct node *read_json(struct arena *arena, struct str text)
{
    struct diags dropped SCOPED(diags) = {0};
    struct doc doc = {0};
    struct source *source = source_new(arena, STR("report"), str_dup(arena, text));
    dropped.at.source = source;
    return doc_read_json(arena, source, &dropped, &doc) == 0 ? doc.root : NULL;
}

static void add(struct arena *arena, struct gate_digests *digests, struct str set,
                struct str digest)
{
    if (str_starts(digest, STR("sha256:")) && digests->n < GATE_DIGESTS_MAX)
        VEC_PUSH(arena, digests, ((struct gate_digest){set, digest}));
}

int gate_digests_read(struct arena *arena, struct str report, struct gate_digests *ret_digests,
                      struct str *ret_why)
{
    const struct node *root = read_json(arena, report);
    const struct node *sets = node_get(root, STR("sets"));
    *ret_digests = (struct gate_digests){0};
    if (node_kind(sets) != NODE_LIST) {
        *ret_why = STR("the gate's report is no report of `tidegate check --format json`");
        return -1;
    }
    for (struct item it = list_first(sets); it.value; it = list_next(it))
        add(arena, ret_digests, node_get_text(it.value, STR("name")),
            node_get_text(it.value, STR("digest")));
    return 0;
}

void gate_digests_of_text(struct arena *arena, struct str text, struct gate_digests *ret_digests)
{
    *ret_digests = (struct gate_digests){0};
    const struct str fence = STR(HOST_DIGESTS_FENCE "\n");
    const ptrdiff_t at = str_find(text, fence);
    if (at < 0)
        return;
    struct str rest = str_from_offset(text, (size_t)at + fence.n);
    struct str line = {0};
    (void)str_split(&rest, '\n', &line);
    const struct node *root = read_json(arena, line);
    for (struct entry it = map_first(root); it.key; it = map_next(it))
        add(arena, ret_digests, node_text(it.key), node_text(it.value));
}

enum gate_digest_verdict gate_digest_compare(const struct gate_digests *digests, struct str set,
                                             struct str digest)
{
    for (size_t i = 0; i < digests->n && digest.n; i++)
        if (str_eq(digests->items[i].set, set))
            return str_eq(digests->items[i].digest, digest) ? GATE_DIGEST_EQUAL
                                                            : GATE_DIGEST_DIFFERS;
    return GATE_DIGEST_UNKNOWN;
}

/* ---- GitHub ---- */

static struct host_sent sent_of(const struct host_answer *answer)
{
    return (struct host_sent){.outcome = answer->outcome, .why = answer->why};
}

static void get(struct host_client *client, struct str path, struct host_answer *answer)
{
    host_call(client, &(struct host_call){.method = "GET", .path = path, .is_read = true}, answer);
}

/* Of the newest run of this name on a commit that has any. */
static struct host_sent ask_runs(struct host_client *client, struct str commit, struct str name,
                                 struct gate_digests *digests)
{
    struct arena *arena = host_client_arena(client);
    struct host_answer answer;
    get(client,
        str_format(arena, "/repos/%.*s/commits/%.*s/check-runs?check_name=%.*s&per_page=100",
                   STR_FMT(host_client_host(client)->repository), STR_FMT(commit),
                   STR_FMT(host_path_part(arena, name))),
        &answer);
    const struct node *runs = node_get(answer.body, STR("check_runs"));
    for (struct item it = list_first(runs); it.value && !digests->n; it = list_next(it))
        gate_digests_of_text(arena, node_get_text(node_get(it.value, STR("output")), STR("text")),
                             digests);
    return sent_of(&answer);
}

/* The head of the pull request that brought the commit; "" when there is none. */
static struct str head_of_pull(struct host_client *client, struct str commit,
                               struct host_answer *answer)
{
    get(client,
        str_format(host_client_arena(client), "/repos/%.*s/commits/%.*s/pulls",
                   STR_FMT(host_client_host(client)->repository), STR_FMT(commit)),
        answer);
    for (struct item it = list_first(answer->body); it.value; it = list_next(it)) {
        const struct str head = node_get_text(node_get(it.value, STR("head")), STR("sha"));
        if (node_get_text(it.value, STR("merged_at")).n && host_is_commit(head))
            return head;
    }
    return (struct str){0};
}

struct host_sent gate_digests_ask(struct host_client *client, struct str commit, struct str name,
                                  struct gate_digests *ret_digests)
{
    struct host_answer answer;
    *ret_digests = (struct gate_digests){0};
    if (host_client_host(client)->kind != HOST_GITHUB || !host_is_commit(commit))
        return (struct host_sent){.outcome = HOST_WRONG,
                                  .why = STR("only GitHub's check runs have room for digests")};
    name = name.n ? name : STR(CHECK_NAME);
    const struct host_sent sent = ask_runs(client, commit, name, ret_digests);
    if (sent.outcome != HOST_DONE || ret_digests->n)
        return sent;
    const struct str head = head_of_pull(client, commit, &answer);
    if (!head.n || str_eq(head, commit))
        return sent_of(&answer);
    return ask_runs(client, head, name, ret_digests);
}
