/* SPDX-License-Identifier: Apache-2.0 */
/* URLs and their parts. */
#include "cel/cel_rows.h"
#include "cel/cel_url.h"

static const struct cel_type url_type = {.kind = CEL_STRUCT, .name = {"kubernetes.URL", 14}};

/* The server compares texts that it writes anew; the difference is in spellings of one URL. */
static bool equal(const void *a, const void *b)
{
    const struct cel_url *x = a, *y = b;
    return str_eq(x->text, y->text);
}

static void format(struct buf *out, const void *data)
{
    const struct cel_url *url = data;
    buf_add(out, url->text);
}

static const struct cel_class class = {.type = &url_type, .equal = equal, .format = format};

static struct cel_value url(struct cel_run *run, const struct cel_value *args, size_t n)
{
    (void)n;
    const struct str text = cel_text(args[0]);
    struct cel_url *parsed = ARENA_NEW(run->arena, struct cel_url);
    SCOPED(buf) struct buf error;
    buf_init(&error, text.n * 4 + 1024);
    if (cel_url_parse_request(run->arena, text, parsed, &error) &&
        cel_url_parse(run->arena, text, parsed, &error))
        return cel_opaque(&class, parsed);
    return cel_fail(run, "URL parse error during conversion from string: %.*s",
                    STR_FMT(buf_str(&error)));
}

static struct cel_value is_url(struct cel_run *run, const struct cel_value *args, size_t n)
{
    (void)n;
    struct cel_url parsed;
    SCOPED(buf) struct buf error;
    buf_init(&error, 0);
    return cel_bool(cel_url_parse_request(run->arena, cel_text(args[0]), &parsed, &error));
}

static const struct cel_url *get(struct cel_value value)
{
    return value.data;
}

static struct cel_value scheme(struct cel_run *run, const struct cel_value *args, size_t n)
{
    (void)run;
    (void)n;
    return cel_string(get(args[0])->scheme);
}

static struct cel_value host(struct cel_run *run, const struct cel_value *args, size_t n)
{
    (void)run;
    (void)n;
    return cel_string(get(args[0])->host);
}

static struct cel_value host_name(struct cel_run *run, const struct cel_value *args, size_t n)
{
    (void)run;
    (void)n;
    struct str name, port;
    cel_url_split_host(get(args[0])->host, &name, &port);
    return cel_string(name);
}

static struct cel_value port(struct cel_run *run, const struct cel_value *args, size_t n)
{
    (void)run;
    (void)n;
    struct str name, number;
    cel_url_split_host(get(args[0])->host, &name, &number);
    return cel_string(number);
}

static struct cel_value escaped_path(struct cel_run *run, const struct cel_value *args, size_t n)
{
    (void)n;
    struct buf out;
    buf_init(&out, CEL_RUN_BYTES);
    cel_url_escape_path(&out, get(args[0])->path);
    return cel_string_take(run, &out);
}

/* ---- the query ---- */

/* Values by name, in the order in which names come. */
struct parameter {
    struct str name;
    struct cel_value values;
};
struct parameters {
    VEC(struct parameter);
};

static bool decode(struct cel_run *run, struct str text, struct str *ret_decoded)
{
    SCOPED(buf) struct buf out;
    buf_init(&out, text.n + 1);
    const bool ok = cel_url_decode(&out, text, true);
    *ret_decoded = str_dup(run->arena, buf_str(&out));
    return ok;
}

/* The list of a name's values, made when it is new. */
static struct cel_value *values_of(struct cel_run *run, struct parameters *parameters,
                                   struct str name)
{
    for (size_t i = 0; i < parameters->n; i++)
        if (str_eq(parameters->items[i].name, name))
            return &parameters->items[i].values;
    VEC_PUSH(run->arena, parameters, (struct parameter){name, cel_list_new(run, 1)});
    return &parameters->items[parameters->n - 1].values;
}

/* name=value; what is broken is left out, as net/url does. */
static void add_parameter(struct cel_run *run, struct parameters *parameters, struct str part)
{
    struct str name, value;
    const ptrdiff_t equals = str_find_char(part, '=');
    const struct str written = equals < 0 ? STR("") : str_from_offset(part, (size_t)equals + 1);
    if (part.n == 0 || str_find_char(part, ';') >= 0)
        return;
    if (!decode(run, equals < 0 ? part : str_sub(part, 0, (size_t)equals), &name) ||
        !decode(run, written, &value))
        return;
    struct cel_value *values = values_of(run, parameters, name);
    *values = cel_list_add(run, *values, cel_string(value));
}

static struct cel_value query(struct cel_run *run, const struct cel_value *args, size_t n)
{
    (void)n;
    struct parameters parameters = {0};
    struct str rest = get(args[0])->query, part;
    while (rest.n) {
        str_split(&rest, '&', &part);
        if (!cel_tick(run, part.n + parameters.n + 1))
            return cel_fail_budget(run);
        add_parameter(run, &parameters, part);
    }
    struct cel_value map = cel_map_new(run, parameters.n);
    for (size_t i = 0; i < parameters.n && !cel_is_error(map); i++) {
        const struct cel_value values = parameters.items[i].values;
        map = cel_is_error(values)
                  ? values
                  : cel_map_add(run, map, cel_string(parameters.items[i].name), values);
    }
    return map;
}

LIST_OF(list_string, STRING);
static const struct cel_type *const query_params[] = {STRING, &list_string};
static const struct cel_type query_type = {
    .kind = CEL_MAP, .n = 2, .name = {"map", 3}, .params = query_params};

#define URL &url_type

static const struct cel_function rows[] = {
    {"url", "string_to_url", 0, PARAMS(STRING), URL, url, .cost = &cel_cost_string_result},
    {"isURL", "is_url_string", 0, PARAMS(STRING), BOOL, is_url, .cost = NULL},
    {"getScheme", "url_get_scheme", CEL_MEMBER, PARAMS(URL), STRING, scheme, .cost = &cel_cost_one},
    {"getHost", "url_get_host", CEL_MEMBER, PARAMS(URL), STRING, host, .cost = &cel_cost_one},
    {"getHostname", "url_get_hostname", CEL_MEMBER, PARAMS(URL), STRING, host_name,
     .cost = &cel_cost_one},
    {"getPort", "url_get_port", CEL_MEMBER, PARAMS(URL), STRING, port, .cost = &cel_cost_one},
    {"getEscapedPath", "url_get_escaped_path", CEL_MEMBER, PARAMS(URL), STRING, escaped_path,
     .cost = &cel_cost_one},
    {"getQuery", "url_get_query", CEL_MEMBER, PARAMS(URL), &query_type, query,
     .cost = &cel_cost_one},
};

static const struct cel_type *const types[] = {URL, NULL};

const struct cel_library cel_lib_url = {"kubernetes.urls", 0, 0, LIBRARY_ROWS(rows), types};
