/* SPDX-License-Identifier: Apache-2.0 */
/* Whether an ignore of the configuration covers a finding: all that it names must fit. */
#include "base/glob.h"
#include "config/config_internal.h"

static bool covers_object(struct str pattern, const struct diag_object *object);
static bool covers_field(struct str above, struct str field);

bool config_ignore_covers(const struct config_ignore *ignore, const struct diag *diag)
{
    struct str rule = str_from(diag->rule->id);
    if (config_rule_is_fixed(rule) || !glob_match(ignore->rule, rule))
        return false;
    if (ignore->path.n && !(diag->source && glob_match(ignore->path, diag->source->path)))
        return false;
    if (ignore->object.n && !covers_object(ignore->object, &diag->object))
        return false;
    return !ignore->field.n || covers_field(ignore->field, diag->field) ||
           covers_field(ignore->field, diag->identity);
}

/* `*` stands for any text; names of objects have no other signs of a pattern. */
static bool matches(struct str pattern, struct str text)
{
    size_t p = 0, t = 0, star = SIZE_MAX, resume = 0;
    while (t < text.n) {
        if (p < pattern.n && pattern.p[p] == '*') {
            star = p++;
            resume = t;
        } else if (p < pattern.n && pattern.p[p] == text.p[t]) {
            p++;
            t++;
        } else if (star != SIZE_MAX) {
            p = star + 1;
            t = ++resume;
        } else {
            return false;
        }
    }
    while (p < pattern.n && pattern.p[p] == '*')
        p++;
    return p == pattern.n;
}

/* Kind/name is the object in whatever namespace. */
static bool covers_object(struct str pattern, const struct diag_object *object)
{
    struct str kind, second, third;
    if (!object->kind.n || !str_split(&pattern, '/', &kind) || !str_split(&pattern, '/', &second) ||
        !matches(kind, object->kind))
        return false;
    if (!str_split(&pattern, '/', &third))
        return matches(second, object->name);
    return matches(second, object->namespace) && matches(third, object->name);
}

static bool covers_field(struct str above, struct str field)
{
    if (!str_starts(field, above))
        return false;
    return field.n == above.n || field.p[above.n] == '.' || field.p[above.n] == '[';
}
