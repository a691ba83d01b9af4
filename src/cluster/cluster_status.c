/* SPDX-License-Identifier: Apache-2.0 */
#include "cluster/cluster_status.h"

#include "base/number.h"

static const char *const outcome_names[] = {
    /* order: cluster_outcome */
    "ok",           "unreached", "untrusted", "unsure",    "busy",      "fault",
    "unauthorized", "forbidden", "not found", "exists",    "contested", "stale",
    "gone",         "invalid",   "malformed", "too large", "refused",   "garbled",
};

const char *cluster_outcome_name(enum cluster_outcome outcome)
{
    return outcome_names[outcome];
}

bool cluster_outcome_is_transient(enum cluster_outcome outcome)
{
    return outcome == CLUSTER_UNREACHED || outcome == CLUSTER_UNSURE || outcome == CLUSTER_BUSY ||
           outcome == CLUSTER_FAULT;
}

/* ---- reading ---- */

static void read_details(struct arena *arena, const struct node *details,
                         struct cluster_status *status)
{
    int64_t seconds;
    status->group = node_get_text(details, STR("group"));
    status->kind = node_get_text(details, STR("kind"));
    status->name = node_get_text(details, STR("name"));
    status->uid = node_get_text(details, STR("uid"));
    if (node_i64(node_get(details, STR("retryAfterSeconds")), &seconds) && seconds > 0)
        status->retry_after_s = seconds;
    for (struct item it = list_first(node_get(details, STR("causes"))); it.value;
         it = list_next(it))
        VEC_PUSH(arena, &status->causes,
                 ((struct cluster_cause){
                     .reason = node_get_text(it.value, STR("reason")),
                     .message = node_get_text(it.value, STR("message")),
                     .field = node_get_text(it.value, STR("field")),
                 }));
}

void cluster_status_read(struct arena *arena, const struct http_response *response,
                         const struct node *root, struct cluster_status *ret_status)
{
    int64_t seconds;
    *ret_status = (struct cluster_status){.code = response->status, .retry_after_s = -1};
    if (number_parse_i64(http_header(response, "retry-after"), &seconds) == 0 && seconds >= 0)
        ret_status->retry_after_s = seconds;
    if (response->status >= 200 && response->status < 300)
        return;
    if (!str_is(node_get_text(root, STR("kind")), "Status")) {
        /* Some answers are plain text: 404 page not found. */
        ret_status->message = root ? (struct str){0} : str_trim(response->body);
        return;
    }
    ret_status->reason = node_get_text(root, STR("reason"));
    ret_status->message = node_get_text(root, STR("message"));
    ret_status->is_webhook = str_has(ret_status->message, STR("failed calling webhook \""));
    read_details(arena, node_get(root, STR("details")), ret_status);
}

/* ---- what it means ---- */

/* Answers 500 that say the same however often they are asked for. */
static const char *const permanent_words[] = {
    "failed to create typed patch object", /* server-side apply: the schema */
    "failed to convert new object",        /* the same, a step later */
    "etcdserver: request is too large",
};

static bool is_permanent(struct str message)
{
    for (size_t i = 0; i < ARRAY_LEN(permanent_words); i++)
        if (str_has(message, str_from(permanent_words[i])))
            return true;
    return false;
}

static enum cluster_outcome failure_outcome(enum http_failure failure)
{
    switch (failure) {
    case HTTP_ANSWERED:
        return CLUSTER_OK;
    case HTTP_BAD_URL:
        return CLUSTER_REFUSED;
    case HTTP_UNREACHED:
        return CLUSTER_UNREACHED;
    case HTTP_UNTRUSTED:
        return CLUSTER_UNTRUSTED;
    case HTTP_TIMEOUT:
    case HTTP_CUT:
        return CLUSTER_UNSURE;
    case HTTP_TOO_LARGE:
        return CLUSTER_TOO_LARGE;
    }
    return CLUSTER_GARBLED;
}

static enum cluster_outcome conflict_outcome(const struct cluster_status *status)
{
    if (str_is(status->reason, "AlreadyExists"))
        return CLUSTER_EXISTS;
    for (size_t i = 0; i < status->causes.n; i++)
        if (str_is(status->causes.items[i].reason, "FieldManagerConflict"))
            return CLUSTER_CONTESTED;
    return CLUSTER_STALE;
}

static enum cluster_outcome fault_outcome(const struct cluster_status *status)
{
    if (status->code == 501 || status->code == 505)
        return CLUSTER_REFUSED;
    if (str_has(status->message, STR("etcdserver: request is too large")))
        return CLUSTER_TOO_LARGE;
    if (status->code == 500 && is_permanent(status->message))
        return CLUSTER_MALFORMED;
    return status->code == 503 && status->retry_after_s >= 0 ? CLUSTER_BUSY : CLUSTER_FAULT;
}

enum cluster_outcome cluster_status_outcome(const struct http_response *response,
                                            const struct cluster_status *status)
{
    static const struct {
        unsigned code;
        enum cluster_outcome outcome;
    } table[] = {
        {400, CLUSTER_MALFORMED}, {401, CLUSTER_UNAUTHORIZED}, {403, CLUSTER_FORBIDDEN},
        {404, CLUSTER_NOT_FOUND}, {410, CLUSTER_GONE},         {413, CLUSTER_TOO_LARGE},
        {422, CLUSTER_INVALID},   {429, CLUSTER_BUSY},
    };
    if (response->failure != HTTP_ANSWERED)
        return failure_outcome(response->failure);
    if (status->code >= 200 && status->code < 300)
        return CLUSTER_OK;
    if (status->code == 409)
        return conflict_outcome(status);
    if (status->code >= 500)
        return fault_outcome(status);
    for (size_t i = 0; i < ARRAY_LEN(table); i++)
        if (table[i].code == status->code)
            return table[i].outcome;
    return CLUSTER_REFUSED;
}

/* ---- for people ---- */

#define WITHHELD "the server's words are withheld, as they may quote a Secret"

/* These name objects, kinds, users and fields, never what an object holds. */
static bool is_harmless(const struct cluster_status *status)
{
    static const char *const reasons[] = {
        "NotFound",        "AlreadyExists",    "Conflict",      "Gone",
        "Expired",         "Unauthorized",     "Timeout",       "ServerTimeout",
        "TooManyRequests", "MethodNotAllowed", "NotAcceptable",
    };
    /* Webhooks and policies choose their reason, and may say anything with it. */
    if (str_has(status->message, STR("admission webhook \"")) ||
        str_has(status->message, STR("AdmissionPolicy '")))
        return false;
    if (str_is_one_of(status->reason, reasons, ARRAY_LEN(reasons)))
        return true;
    /* RBAC's words; a policy or a webhook that refuses may quote. */
    return str_is(status->reason, "Forbidden") && !status->causes.n &&
           str_has(status->message, STR(" is forbidden: User \"")) &&
           str_has(status->message, STR("\" cannot "));
}

void cluster_status_withhold(struct cluster_status *status)
{
    if (!status->message.n || is_harmless(status))
        return;
    status->is_withheld = true;
    status->message = STR(WITHHELD);
    for (size_t i = 0; i < status->causes.n; i++)
        status->causes.items[i].message = (struct str){0};
}

struct str cluster_status_format(struct arena *arena, const struct cluster_status *status)
{
    enum { SHOWN_BYTES = 600 };
    const struct str words = str_sub(status->message, 0, SHOWN_BYTES);
    char *line = arena_alloc_text(arena, words.n + 1);
    for (size_t i = 0; i < words.n; i++)
        line[i] = (unsigned char)words.p[i] < ' ' || words.p[i] == 0x7f ? ' ' : words.p[i];
    return str_format(arena, "%u%s%.*s%s%.*s%s", status->code, status->reason.n ? " " : "",
                      STR_FMT(status->reason), words.n ? ": " : "", (int)words.n,
                      words.n ? line : "", status->message.n > words.n ? "..." : "");
}

/* ---- warnings ---- */

/* "text" with \ before what is meant as it stands; the rest is behind the closing quote. */
static bool read_quoted(struct arena *arena, struct str *rest, struct str *ret_text)
{
    if (!rest->n || rest->p[0] != '"')
        return false;
    char *text = arena_alloc_text(arena, rest->n);
    size_t n = 0;
    for (size_t i = 1; i < rest->n; i++) {
        if (rest->p[i] == '"') {
            *ret_text = (struct str){text, n};
            *rest = str_from_offset(*rest, i + 1);
            return true;
        }
        i += rest->p[i] == '\\' && i + 1 < rest->n;
        text[n++] = rest->p[i];
    }
    return false;
}

/* warn-code SP warn-agent SP warn-text [SP warn-date], and more of them behind commas. */
static void read_warning(struct arena *arena, struct str value, struct str_list *warnings)
{
    struct str text;
    struct str code;
    struct str agent;
    while (value.n) {
        value = str_trim(value);
        if (!str_split(&value, ' ', &code) || !str_split(&value, ' ', &agent) ||
            !read_quoted(arena, &value, &text))
            return;
        if (str_is(code, "299") && text.n)
            VEC_PUSH(arena, warnings, text);
        value = str_trim(value);
        struct str date;
        if (value.n && value.p[0] == '"' && !read_quoted(arena, &value, &date))
            return;
        const ptrdiff_t comma = str_find_char(value, ',');
        value = comma < 0 ? (struct str){0} : str_from_offset(value, (size_t)comma + 1);
    }
}

void cluster_warnings_read(struct arena *arena, const struct http_response *response,
                           struct str_list *warnings)
{
    const struct str name = STR("warning:");
    for (size_t i = 0; i < response->headers.n; i++)
        if (str_starts(response->headers.items[i], name))
            read_warning(arena, str_from_offset(response->headers.items[i], name.n), warnings);
}

void cluster_warnings_withhold(struct str_list *warnings)
{
    if (!warnings->n)
        return;
    warnings->n = 1;
    warnings->items[0] = STR(WITHHELD);
}
