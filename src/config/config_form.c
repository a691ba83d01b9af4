/* SPDX-License-Identifier: Apache-2.0 */
/* What texts in the configuration must look like: one form a kind of text. */
#include <arpa/inet.h>

#include "base/ascii.h"
#include "base/clock.h"
#include "base/dns.h"
#include "base/file.h"
#include "base/glob.h"
#include "base/number.h"
#include "base/suggest.h"
#include "config/config_internal.h"
#include "pack/pack.h"
#include "schema/plugins.h"

enum {
    NAMESPACE_MAX = 63, /* apimachinery: a namespace is an RFC 1123 label */
    SET_NAME_MAX = 253,
    MINOR_DIGITS = 3,
    AGE_MAX_S = 366 * 86400,
};

/* ---- Kubernetes versions ---- */

/* Digits at the front, without a leading zero. */
static struct str take_digits(struct str text)
{
    size_t n = 0;
    while (n < text.n && ascii_is_digit(text.p[n]))
        n++;
    return n == 0 || n > MINOR_DIGITS || text.p[0] == '0' ? (struct str){0} : str_sub(text, 0, n);
}

static const char *minor_problem(struct arena *arena, struct str text, struct str *ret_meant)
{
    const bool major = str_starts(text, STR("1."));
    struct str digits = take_digits(major ? str_from_offset(text, 2) : text);
    if (major && digits.n && digits.n + 2 == text.n)
        return NULL;
    /* what people write instead: v1.36, 1.36.2, v1.36.2-rc.0, 36 */
    struct str rest = str_starts(text, STR("v")) ? str_from_offset(text, 1) : text;
    if (str_starts(rest, STR("1.")))
        rest = str_from_offset(rest, 2);
    digits = take_digits(rest);
    if (digits.n && (digits.n == rest.n || rest.p[digits.n] == '.'))
        *ret_meant = str_format(arena, "1.%.*s", STR_FMT(digits));
    return "must be a Kubernetes minor such as 1.36";
}

const struct config_form config_form_minor = {"^1\\.[1-9][0-9]{0,2}$", minor_problem};

/* ---- paths and patterns ---- */

static bool has_up_part(struct str path)
{
    for (struct str part; str_split(&path, '/', &part);)
        if (str_is(part, ".."))
            return true;
    return false;
}

static const char *place_problem(struct arena *arena, struct str text)
{
    const char *error = glob_error(text);
    if (error)
        return str_to_c(arena, str_format(arena, "is not a usable pattern (%s)", error));
    return has_up_part(text) ? "must stay inside the repository, so '..' can't be in it" : NULL;
}

static const char *glob_problem(struct arena *arena, struct str text, struct str *ret_meant)
{
    if (str_is(text, ".") || str_is(text, "./") || str_is(text, "/")) {
        *ret_meant = STR("**");
        return "must be a pattern of files";
    }
    /* glob.h knows no `.` parts: such a pattern would silently match nothing */
    if (str_starts(text, STR("./"))) {
        *ret_meant = str_from_offset(text, 1);
        return "must be a pattern from the repository's root";
    }
    return place_problem(arena, text);
}

const struct config_form config_form_glob = {NULL, glob_problem};

static const char *path_problem(struct arena *arena, struct str text, struct str *ret_meant)
{
    const bool here = text.n > 2 && str_starts(text, STR("./"));
    if (here || (text.n > 0 && text.p[0] == '/')) {
        *ret_meant = str_from_offset(text, here ? 2 : 1);
        return "must be a path from the repository's root";
    }
    return place_problem(arena, text);
}

const struct config_form config_form_path = {"^(?!\\./.)[^/]", path_problem};

const char *config_path_problem(struct arena *arena, struct str text)
{
    struct str meant = {0};
    return path_problem(arena, text, &meant);
}

/* ---- objects and fields ---- */

static const char *object_problem(struct arena *arena, struct str text, struct str *ret_meant)
{
    struct str rest = text;
    size_t parts = 0, empty = 0;
    for (struct str part; str_split(&rest, '/', &part); parts++)
        empty += part.n == 0;
    if (parts < 2 || parts > 3 || empty || str_ends(text, STR("/")))
        return "must be Kind/name or Kind/namespace/name";
    if (!ascii_is_lower_alnum(text.p[0]))
        return NULL;
    if (!ascii_is_digit(text.p[0])) {
        struct str first = str_format(arena, "%c", text.p[0] - 'a' + 'A');
        *ret_meant = str_concat(arena, first, str_from_offset(text, 1));
    }
    return "must begin with a kind as manifests write it";
}

const char *config_object_problem(struct arena *arena, struct str text)
{
    struct str meant;
    return text.n ? object_problem(arena, text, &meant) : "must not be empty";
}

const struct config_form config_form_object = {"^[^a-z0-9/][^/]*/[^/]+(/[^/]+)?$", object_problem};

static const char *field_problem(struct arena *arena, struct str text, struct str *ret_meant)
{
    (void)arena;
    struct str rest = str_starts(text, STR("$")) ? str_from_offset(text, 1) : text;
    rest = str_starts(rest, STR(".")) ? str_from_offset(rest, 1) : rest;
    if (rest.n == text.n)
        return NULL;
    *ret_meant = rest;
    return "must be a field path such as spec.containers[0].image";
}

const struct config_form config_form_field = {"^[^.$]", field_problem};

/* ---- rules ---- */

static struct str nearest_rule(struct str text)
{
    struct suggest suggest;
    suggest_init(&suggest, text);
    for (enum rule_id id = 0; id < RULE_COUNT; id++) {
        struct str candidate = str_from(rule_get(id)->id);
        struct str name = str_from_offset(candidate, (size_t)(str_find_char(candidate, '/') + 1));
        if (str_eq(name, text))
            return candidate;
        suggest_offer(&suggest, candidate);
    }
    for (size_t i = 0; i < PACK_COUNT; i++) {
        struct str candidate = str_from(pack_rules[i].rule.id);
        if (str_eq(path_base(candidate), text))
            return candidate;
        suggest_offer(&suggest, candidate);
    }
    return suggest.best;
}

/* The families of rules that come with tidegate: a repository's own rules are in none of them. */
static bool is_our_family(struct str family)
{
    for (enum rule_id id = 0; id < RULE_COUNT; id++)
        if (str_starts(str_from(rule_get(id)->id), family))
            return true;
    return pack_exists(str_sub(family, 0, family.n - 1));
}

/* family/name, of a family that is none of ours nor looks like one that was misspelt. */
static bool may_be_of_repository(struct str text)
{
    const ptrdiff_t slash = str_find_char(text, '/');
    if (slash <= 0 || (size_t)slash + 1 == text.n)
        return false;
    const struct str family = str_sub(text, 0, (size_t)slash + 1);
    struct suggest suggest;
    suggest_init(&suggest, str_sub(text, 0, (size_t)slash));
    for (enum rule_id id = 0; id < RULE_COUNT; id++) {
        const struct str other = str_from(rule_get(id)->id);
        suggest_offer(&suggest, str_sub(other, 0, (size_t)str_find_char(other, '/')));
    }
    for (size_t i = 0; i < PACK_COUNT; i++) {
        const struct str other = str_from(pack_rules[i].rule.id);
        suggest_offer(&suggest, str_sub(other, 0, (size_t)str_find_char(other, '/')));
    }
    return !is_our_family(family) && !suggest.best.n;
}

static const char *rule_problem(struct arena *arena, struct str text, struct str *ret_meant)
{
    /* rules of policies and packs come and go with the repository's files */
    static const struct str open_families[] = {{"policy/", 7}, {"pod-security/", 13}};
    const char *error = glob_error(text);
    if (error)
        return str_to_c(arena, str_format(arena, "is not a usable pattern (%s)", error));
    if (str_find_char(text, '*') >= 0 || rule_find(text) || pack_find(text) ||
        may_be_of_repository(text))
        return NULL;
    for (size_t i = 0; i < ARRAY_LEN(open_families); i++)
        if (text.n > open_families[i].n && str_starts(text, open_families[i]))
            return NULL;
    *ret_meant = nearest_rule(text);
    return "must be the id of a rule, or a pattern with *";
}

const struct config_form config_form_rule = {NULL, rule_problem};

static const char *rule_id_problem(struct arena *arena, struct str text, struct str *ret_meant)
{
    (void)arena;
    if (pack_find(text) || may_be_of_repository(text))
        return NULL;
    *ret_meant = nearest_rule(text);
    return "must be the id of a rule that has params";
}

const struct config_form config_form_rule_id = {NULL, rule_id_problem};

static const char *pack_problem(struct arena *arena, struct str text, struct str *ret_meant)
{
    (void)arena;
    if (pack_exists(text))
        return NULL;
    struct suggest suggest;
    suggest_init(&suggest, text);
    for (size_t i = 0; i < PACK_COUNT; i++)
        suggest_offer(&suggest, path_dir(str_from(pack_rules[i].rule.id)));
    *ret_meant = suggest.best;
    return "must be a pack of rules, see `tidegate rules list`";
}

const struct config_form config_form_pack = {NULL, pack_problem};

const char *config_pack_problem(struct arena *arena, struct str text)
{
    struct str meant = {0};
    const char *problem = pack_problem(arena, text, &meant);
    return problem && meant.n
               ? str_to_c(arena, str_format(arena, "did you mean %.*s?", STR_FMT(meant)))
               : problem;
}

bool config_rule_is_fixed(struct str rule)
{
    static const struct str families[] = {
        {"limit/", 6}, {"io/", 3}, {"config/", 7}, {"ignore/", 7}};
    for (size_t i = 0; i < ARRAY_LEN(families); i++)
        if (str_starts(rule, families[i]))
            return true;
    return false;
}

static const char *ignored_rule_problem(struct arena *arena, struct str text, struct str *ret_meant)
{
    if (config_rule_is_fixed(text))
        return "must be a rule about manifests: limit/, io/, config/ and ignore/ can't be ignored";
    return rule_problem(arena, text, ret_meant);
}

const struct config_form config_form_ignored_rule = {"^(?!(limit|io|config|ignore)/)",
                                                     ignored_rule_problem};

/* ---- the rest ---- */

static const char *date_problem(struct arena *arena, struct str text, struct str *ret_meant)
{
    int64_t day;
    (void)arena;
    (void)ret_meant;
    return date_parse(text, &day) == 0 ? NULL : "must be a day written as YYYY-MM-DD";
}

const struct config_form config_form_date = {"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", date_problem};

static const char *set_problem(struct arena *arena, struct str text, struct str *ret_meant)
{
    bool fits = text.n <= SET_NAME_MAX;
    (void)arena;
    (void)ret_meant;
    for (size_t i = 0; i < text.n && fits; i++) {
        const char c = text.p[i];
        fits = ascii_is_alnum(c) || (c && strchr("-_./", c));
    }
    return fits ? NULL : "must be at most 253 letters, digits, '-', '_', '.' or '/'";
}

const struct config_form config_form_set = {"^[-A-Za-z0-9_./]{1,253}$", set_problem};

static const char *namespace_problem(struct arena *arena, struct str text, struct str *ret_meant)
{
    const bool fits = text.n <= NAMESPACE_MAX && dns_is_label(text);
    (void)arena;
    (void)ret_meant;
    return fits ? NULL : "must be a namespace: at most 63 lower-case letters, digits or '-'";
}

const struct config_form config_form_namespace = {"^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$",
                                                  namespace_problem};

/* Helm's own rule (chartutil.ValidateReleaseName). */
static const char *release_problem(struct arena *arena, struct str text, struct str *ret_meant)
{
    enum { RELEASE_MAX = 53 };
    const bool fits = text.n <= RELEASE_MAX && dns_is_subdomain(text);
    (void)arena;
    (void)ret_meant;
    return fits
               ? NULL
               : "must be the name of a release: at most 53 lower-case letters, digits, '-' or '.'";
}

const struct config_form config_form_release = {"^[a-z0-9]([-a-z0-9.]{0,51}[a-z0-9])?$",
                                                release_problem};

/* ---- what an API server is started with ---- */

/* Which gates there are is known where the rules are that ask for them. */
static const char *gate_problem(struct arena *arena, struct str text, struct str *ret_meant)
{
    bool fits = text.n <= SET_NAME_MAX;
    (void)arena;
    (void)ret_meant;
    for (size_t i = 0; i < text.n && fits; i++)
        fits = ascii_is_alnum(text.p[i]);
    return fits ? NULL : "must be the name of a feature gate";
}

const struct config_form config_form_gate = {"^[A-Za-z0-9]+$", gate_problem};

/* As the flag reads it (PortRange of apimachinery): first-last, first+more, or one. */
static const char *ports_problem(struct arena *arena, struct str text, struct str *ret_meant)
{
    uint32_t first;
    uint32_t last;
    (void)arena;
    (void)ret_meant;
    return config_ports_parse(text, &first, &last) ? NULL
                                                   : "must be a range of ports such as 30000-32767";
}

const struct config_form config_form_ports = {"^[0-9]{1,5}([-+][0-9]{1,5})?$", ports_problem};

bool config_ports_parse(struct str text, uint32_t *ret_first, uint32_t *ret_last)
{
    enum { PORT_MAX = 65535 };
    uint64_t first;
    uint64_t more = 0;
    size_t n = 0;
    while (n < text.n && ascii_is_digit(text.p[n]))
        n++;
    const bool range = n < text.n && (text.p[n] == '-' || text.p[n] == '+');
    if (number_parse_u64(str_sub(text, 0, n), &first) < 0 || (!range && n < text.n) ||
        (range && number_parse_u64(str_from_offset(text, n + 1), &more) < 0) || first > PORT_MAX ||
        more > PORT_MAX)
        return false;
    const uint64_t last = !range ? first : text.p[n] == '+' ? first + more : more;
    if (first == 0 || last < first || last > PORT_MAX)
        return false;
    *ret_first = (uint32_t)first;
    *ret_last = (uint32_t)last;
    return true;
}

static const char *cidr_problem(struct arena *arena, struct str text, struct str *ret_meant)
{
    static const char says[] = "must be a range of addresses such as 10.96.0.0/12";
    struct in6_addr address;
    uint64_t bits;
    const ptrdiff_t slash = str_find_char(text, '/');
    (void)ret_meant;
    if (slash <= 0 || number_parse_u64(str_from_offset(text, (size_t)slash + 1), &bits) < 0)
        return says;
    const char *host = str_to_c(arena, str_sub(text, 0, (size_t)slash));
    const bool v4 = inet_pton(AF_INET, host, &address) == 1;
    const bool fits = v4 ? bits <= 32 : inet_pton(AF_INET6, host, &address) == 1 && bits <= 128;
    return fits ? NULL : says;
}

const struct config_form config_form_cidr = {"^[0-9a-fA-F.:]+/[0-9]{1,3}$", cidr_problem};

static const char *plugin_problem(struct arena *arena, struct str text, struct str *ret_meant)
{
    enum plugin plugin;
    struct suggest suggest;
    (void)arena;
    if (plugin_find(text, &plugin))
        return NULL;
    suggest_init(&suggest, text);
    for (size_t i = 0; i < PLUGIN_COUNT; i++)
        suggest_offer(&suggest, str_from(plugin_name((enum plugin)i)));
    *ret_meant = suggest.best;
    return "must be the name of an admission plugin";
}

const struct config_form config_form_plugin = {"^[A-Za-z]+$", plugin_problem};

/* ---- ages ---- */

bool config_age_parse(struct str text, int64_t *ret_seconds)
{
    static const struct {
        char unit;
        int64_t seconds;
    } units[] = {{'d', 86400}, {'h', 3600}, {'m', 60}};
    int64_t n;
    if (text.n < 2 || !ascii_is_digit(text.p[0]) ||
        number_parse_i64(str_sub(text, 0, text.n - 1), &n) < 0 || n < 1 || n > AGE_MAX_S)
        return false;
    for (size_t i = 0; i < ARRAY_LEN(units); i++)
        if (text.p[text.n - 1] == units[i].unit && n * units[i].seconds <= AGE_MAX_S) {
            *ret_seconds = n * units[i].seconds;
            return true;
        }
    return false;
}

static const char *age_problem(struct arena *arena, struct str text, struct str *ret_meant)
{
    int64_t seconds;
    (void)arena;
    (void)ret_meant;
    return config_age_parse(text, &seconds) ? NULL
                                            : "must be an age as 7d, 12h or 30m, at most 366d";
}

const struct config_form config_form_age = {"^[1-9][0-9]*[dhm]$", age_problem};
