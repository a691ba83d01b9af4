/* SPDX-License-Identifier: Apache-2.0 */
/* A snapshot of a hostile repository, whose digest fits: refused with a reason, or safe to ask. */
#include "base/digest.h"
#include "snapshot/snapshot.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static struct str with_digest(struct arena *arena, struct str text)
{
    char hex[65];
    const struct sha256 sum = sha256_of(text);
    sha256_hex(&sum, hex);
    return str_format(arena, "%.*s\"digest\": \"sha256:%s\"\n}\n", STR_FMT(text), hex);
}

/* Each object against itself as a manifest, and against each document. */
static void compare_all(struct arena *arena, const struct snapshot *snapshot,
                        const struct snapshot_owneds *owned)
{
    for (size_t i = 0; i < owned->n; i++) {
        const struct snapshot_owned *object = &owned->items[i];
        for (size_t d = 0; d < snapshot->docs.n; d++) {
            struct snapshot_answer answer;
            const struct snapshot_question question = {.group = object->group,
                                                       .kind = object->kind,
                                                       .namespace = object->namespace,
                                                       .name = object->name,
                                                       .root = snapshot->docs.items[d].root,
                                                       .manager = STR("tidegate")};
            snapshot_compare(arena, snapshot, &question, &answer);
            if (answer.presence == SNAPSHOT_ABSENT || answer.presence == SNAPSHOT_NOT_KNOWN)
                BUG("an object of the file is not found in it");
            if ((answer.presence == SNAPSHOT_DIFFERS) != (answer.changes.n > 0))
                BUG("a difference without a change, or a change without a difference");
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct arena arena SCOPED(arena) = {0};
    struct snapshot snapshot;
    struct snapshot_owneds owned = {0};
    struct str error = {0};
    const struct str text = with_digest(&arena, (struct str){(const char *)data, n});
    struct source *source = source_new(&arena, STR("prod.json"), text);
    const int result = snapshot_read(&arena, source, &snapshot, &error);
    if ((result < 0) != (error.n > 0))
        BUG("a failure without a reason, or a reason without a failure");
    if (result < 0)
        return 0;
    snapshot_owned_by(&arena, &snapshot, STR("tidegate"), &owned);
    compare_all(&arena, &snapshot, &owned);
    for (size_t i = 0; i < snapshot.docs.n; i++)
        if (node_span(snapshot.docs.items[i].root).end > text.n)
            BUG("a document that is not in the file");
    (void)snapshot_title(&arena, &snapshot, snapshot.created);
    (void)snapshot_age_problem(&arena, &snapshot, 0, SNAPSHOT_AGE_S);
    return 0;
}
