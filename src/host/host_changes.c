/* SPDX-License-Identifier: Apache-2.0 */
#include "host/host_changes.h"

#include <stdio.h>

#include "base/number.h"

enum { FILES_MOST = 3000 }; /* that the API lists of one pull request */

static void take(struct arena *arena, struct host_changes *changes, const struct node *file)
{
    const struct host_change change = {.path = node_get_text(file, STR("filename")),
                                       .old_path = node_get_text(file, STR("previous_filename")),
                                       .status = node_get_text(file, STR("status")),
                                       .patch = node_get_text(file, STR("patch"))};
    if (change.path.n)
        VEC_PUSH(arena, changes, change);
}

struct host_sent host_changes_list(struct host_client *client, struct host_changes *ret_changes)
{
    struct arena *arena = host_client_arena(client);
    const struct host *host = host_client_host(client);
    *ret_changes = (struct host_changes){0};
    if (host->kind != HOST_GITHUB || !host->number)
        return (struct host_sent){.outcome = HOST_FAILED,
                                  .why = STR("there is no pull request of GitHub to ask about")};
    struct host_answer answer;
    struct host_call call = {.method = "GET",
                             .is_read = true,
                             .path = str_format(arena,
                                                "/repos/%.*s/pulls/%" PRIu64 "/files?per_page=100",
                                                STR_FMT(host->repository), host->number)};
    do {
        host_call(client, &call, &answer);
        for (struct item it = list_first(answer.body); it.value; it = list_next(it))
            take(arena, ret_changes, it.value);
        call.path = answer.next;
    } while (answer.outcome == HOST_DONE && call.path.n && ret_changes->n < FILES_MOST);
    ret_changes->is_cut = ret_changes->n >= FILES_MOST;
    return (struct host_sent){.outcome = answer.outcome, .why = answer.why};
}

const struct host_change *host_changes_find(const struct host_changes *changes, struct str path)
{
    for (size_t i = 0; i < changes->n; i++)
        if (str_eq(changes->items[i].path, path))
            return &changes->items[i];
    return NULL;
}

/* ---- hunks ---- */

/* "@@ -12,7 +12,9 @@ …": the first line of the new side. */
static bool read_hunk(struct str line, uint32_t *ret_first)
{
    char head[80] = {0};
    unsigned old, first;
    if (!str_starts(line, STR("@@ -")))
        return false;
    memcpy(head, line.p, MIN_OF(line.n, sizeof head - 1));
    if (sscanf(head, "@@ -%u,%*u +%u", &old, &first) != 2 &&
        sscanf(head, "@@ -%u +%u", &old, &first) != 2)
        return false;
    *ret_first = first;
    return true;
}

/* The next line of a text, without its end. */
static bool next_line(struct str *rest, struct str *ret_line)
{
    return rest->n > 0 && str_split(rest, '\n', ret_line);
}

bool host_change_shows(const struct host_change *change, uint32_t first, struct str lines)
{
    struct str rest = change->patch, wanted = lines, line, want;
    uint32_t number = 0;
    bool is_in = false; /* among the wanted lines, in this hunk */
    while (next_line(&rest, &line)) {
        uint32_t start;
        if (read_hunk(line, &start)) {
            if (is_in)
                return false;
            number = start;
            continue;
        }
        if (str_starts(line, STR("-")) || str_starts(line, STR("\\")))
            continue;
        is_in |= number == first;
        if (is_in) {
            if (!next_line(&wanted, &want) ||
                !str_eq(want, str_from_offset(line, MIN_OF(line.n, 1u))))
                return false;
            if (!wanted.n)
                return true;
        }
        number++;
    }
    return false;
}
