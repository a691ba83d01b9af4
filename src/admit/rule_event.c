/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Events, which two groups serve: the core one checks little more than that namespaces agree,
 * events.k8s.io all. The server names fields as its internal type does, so a `note` is a message.
 */
#include "admit/rule.h"
#include "admit/rule_format.h"
#include "base/ascii.h"
#include "rule_calls.h"

enum {
    WORD_MAX = 128,
    NOTE_MAX = 1024,
    SERIES_MIN = 2,
};

/* Names of the fields in both groups, as written and as the server says them. */
struct event_names {
    const char *about;
    const char *component; /* said as it is written */
    const char *note;
};

static const struct event_names core_names = {"involvedObject", "reportingComponent", "message"};
static const struct event_names event_names = {"regarding", "reportingController", "note"};

static struct spot said_as(struct validating *v, const struct spot *event, const char *written,
                           const char *said)
{
    const struct spot field = spot_child(v, event, written);
    return spot_named_under(&field, event, said);
}

static bool has_time(struct validating *v, const struct spot *event)
{
    const struct spot time = spot_child(v, event, "eventTime");
    return spot_text(&time).n > 0;
}

/* ---- what both check ---- */

static void check_word(struct validating *v, const struct spot *word)
{
    if (spot_text(word).n == 0)
        say_required(v, word, NULL);
    else if (spot_text(word).n > WORD_MAX)
        say_invalid_as(v, word, STR("\"\""), "can have at most 128 characters");
}

static void check_component(struct validating *v, const struct spot *component)
{
    const char *reason = format_qualified_name(spot_text(component));
    if (spot_text(component).n == 0)
        say_required(v, component, NULL);
    if (reason)
        say_invalid(v, component, reason);
}

static struct str event_namespace(const struct validating *v)
{
    const struct str namespace =
        node_get_text(node_get(v->root, STR("metadata")), STR("namespace"));
    return namespace.n ? namespace : STR("default");
}

/* Events of what has no namespace are in "default", or, the new ones, in "kube-system". */
static bool namespaces_agree(struct validating *v, bool has_event_time, struct str about)
{
    const struct str namespace = event_namespace(v);
    if (about.n == 0)
        return str_is(namespace, "default") || (has_event_time && str_is(namespace, "kube-system"));
    return has_event_time || str_eq(about, namespace);
}

static void check_always(struct validating *v, const struct spot *event,
                         const struct event_names *names)
{
    static const char *const words[] = {"reportingInstance", "action", "reason"};
    const struct spot about = said_as(v, event, names->about, "involvedObject");
    const struct spot namespace = spot_child(v, &about, "namespace");
    if (!namespaces_agree(v, has_time(v, event), spot_text(&namespace)))
        say_invalid(v, &namespace, "does not match event.namespace");
    if (!has_time(v, event))
        return;
    const struct spot component = spot_child(v, event, names->component);
    const struct spot note = said_as(v, event, names->note, "message");
    check_component(v, &component);
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        const struct spot word = spot_child(v, event, words[i]);
        check_word(v, &word);
    }
    if (spot_text(&note).n > NOTE_MAX)
        say_invalid_as(v, &note, STR("\"\""), "can have at most 1024 characters");
}

void rule_core_event(struct validating *v, const struct spot *spot)
{
    check_always(v, spot, &core_names);
}

/* ---- what only events.k8s.io checks ---- */

static void check_series(struct validating *v, const struct spot *event)
{
    const struct spot series = spot_child(v, event, "series");
    const struct spot count = spot_child(v, &series, "count");
    const struct spot time = spot_child(v, &series, "lastObservedTime");
    if (!spot_is_set(&series))
        return;
    if (spot_int(&count) < SERIES_MIN)
        say_invalid_as(v, &count, STR("\"\""), "should be at least 2");
    if (spot_text(&time).n == 0)
        say_required(v, &time, NULL);
}

static bool is_written(struct validating *v, const struct spot *field)
{
    if (!str_is(field->path.name, "source"))
        return !spot_is_zero(field);
    (void)v;
    return child_text(field, "component").n || child_text(field, "host").n;
}

static void check_new(struct validating *v, const struct spot *event)
{
    static const char *const old_fields[][2] = {
        {"deprecatedFirstTimestamp", "firstTimestamp"},
        {"deprecatedLastTimestamp", "lastTimestamp"},
        {"deprecatedCount", "count"},
        {"deprecatedSource", "source"},
    };
    const struct spot time = spot_child(v, event, "eventTime");
    const struct spot type = spot_child(v, event, "type");
    const struct str text = spot_text(&type);
    check_series(v, event);
    if (!has_time(v, event))
        say_required(v, &time, NULL);
    if (!str_is(text, "Normal") && !str_is(text, "Warning")) {
        const struct str detail =
            str_format(v->ctx->arena, "has invalid value: %.*s", STR_FMT(text));
        say_invalid_as(v, &type, STR("\"\""), str_to_c(v->ctx->arena, detail));
    }
    for (size_t i = 0; i < ARRAY_LEN(old_fields); i++) {
        const struct spot field = said_as(v, event, old_fields[i][0], old_fields[i][1]);
        if (is_written(v, &field))
            say_invalid_as(v, &field, STR("\"\""), "needs to be unset");
    }
}

/* Up to microseconds, which is what is stored: the text without what follows them. */
static struct str time_stored(struct arena *arena, struct str text)
{
    enum { SECONDS = 19, FRACTION = 7 }; /* 2006-01-02T15:04:05 and .000000 */
    if (text.n < SECONDS)
        return text;
    struct str rest = str_from_offset(text, SECONDS);
    size_t n = 0;
    if (str_starts(rest, STR(".")))
        for (n = 1; n < rest.n && ascii_is_digit(rest.p[n]);)
            n++;
    struct str fraction = str_sub(rest, 0, n < FRACTION ? n : FRACTION);
    while (fraction.n && (fraction.p[fraction.n - 1] == '0' || fraction.p[fraction.n - 1] == '.'))
        fraction.n--;
    const struct str zone = str_from_offset(rest, n);
    return str_format(arena, "%.*s%.*s%.*s", STR_FMT(str_sub(text, 0, SECONDS)), STR_FMT(fraction),
                      STR_FMT(str_is(zone, "+00:00") ? STR("Z") : zone));
}

static void check_kept(struct validating *v, const struct spot *event)
{
    static const char *const kept[][2] = {
        {"regarding", "involvedObject"},
        {"reason", "reason"},
        {"note", "message"},
        {"deprecatedSource", "source"},
        {"deprecatedFirstTimestamp", "firstTimestamp"},
        {"deprecatedLastTimestamp", "lastTimestamp"},
        {"deprecatedCount", "count"},
        {"type", "type"},
        {"action", "action"},
        {"related", "related"},
        {"reportingController", "reportingController"},
        {"reportingInstance", "reportingInstance"},
    };
    const struct spot series = spot_child(v, event, "series");
    const struct spot time = spot_child(v, event, "eventTime");
    const struct spot before = spot_before(&time);
    if (!spot_is_unchanged(&series))
        check_series(v, event);
    for (size_t i = 0; i < ARRAY_LEN(kept); i++) {
        const struct spot field = said_as(v, event, kept[i][0], kept[i][1]);
        if (!spot_is_unchanged(&field))
            say_immutable(v, &field, NULL);
    }
    struct arena *arena = v->ctx->arena;
    if (!str_eq(time_stored(arena, spot_text(&time)), time_stored(arena, spot_text(&before))))
        say_immutable(v, &time, NULL);
}

void rule_event(struct validating *v, const struct spot *spot)
{
    check_always(v, spot, &event_names);
    if (v_is_update(v))
        check_kept(v, spot);
    else
        check_new(v, spot);
}
