/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hostile text in every place that a manifest or a file name can reach. Whatever the format, it
 * stays well-formed, no control character gets out, and no line is a command for a CI system.
 */
#include "unit/report/report_fixture.h"

#include "base/utf8.h"
#include "doc/doc.h"

/* Pieces that texts are put together from. */
static const struct str pieces[] = {
    {"\x1b[2J\x1b]8;;evil\x1b\\", 15},
    {"::error::x", 10},
    {"\n::stop-commands::x\n", 20},
    {"##[add-matcher]x", 16},
    {"##vso[task.complete]", 20},
    {"\r\n", 2},
    {"\xE2\x80\xAE\xE2\x81\xA6\xE2\x80\x8B", 9},
    {"\xF3\xA0\x81\x81", 4}, /* a tag character, beyond the basic plane */
    {"\xFF\xC0\xAF\xED\xA0\x80", 6},
    {"\xEF\xBF\xBE\xEF\xBF\xBF", 6},
    {"]]>", 3},
    {"</testcase></failure>", 21},
    {"<!--&amp;\"'", 11},
    {"\xC2\x9B"
     "31m\x7F",
     6},
    {"\0", 1},
    {"%0A%0D::error::,file=", 21},
    {"```\n[a](javascript:b) @all #1", 29},
    {"\\\"}]},", 6},
    {"\t", 1},
    {"名e\xCC\x81", 6},
    {"#", 1},
    {"[", 1},
    {":", 1},
    {"\xC2\xA0::debug::x", 12},
    {"\xE3\x80\x80", 3},
    {" ", 1},
};

/* Always the same sequence. */
static uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525 + 1013904223;
    return *state >> 16;
}

static struct str hostile_text(struct arena *arena, uint32_t *state)
{
    size_t n = next_random(state) % 6;
    struct str text = STR("");

    while (n-- > 0)
        text = str_concat(arena, text, pieces[next_random(state) % ARRAY_LEN(pieces)]);
    return text;
}

static struct span hostile_span(const struct source *source, uint32_t *state)
{
    uint32_t n = (uint32_t)source->text.n + 3;
    uint32_t start = next_random(state) % n;

    return (struct span){start, start + next_random(state) % n};
}

static void add_hostile(struct fixture *f, struct rule *rule, uint32_t *state)
{
    struct arena *arena = &f->arena;
    struct source *source =
        source_new(arena, hostile_text(arena, state), hostile_text(arena, state));
    struct diag *diag;

    f->diags.at = (struct diag_at){
        .source = next_random(state) % 8 == 0 ? NULL : source,
        .set = hostile_text(arena, state),
        .object = {hostile_text(arena, state), hostile_text(arena, state),
                   hostile_text(arena, state), hostile_text(arena, state)},
        .versions = next_random(state) % 4,
    };
    source->no_excerpt = next_random(state) % 4 == 0;
    if (next_random(state) % 4 == 0)
        source_mask(source, hostile_span(source, state));
    rule->id = str_to_c(arena, str_concat(arena, STR("policy/"), hostile_text(arena, state)));
    rule->summary = str_to_c(arena, hostile_text(arena, state));
    rule->why = rule->fix = rule->bad = rule->summary;
    rule->severity = SEVERITY_INFO + next_random(state) % 3;
    diag = diag_add_rule(&f->diags, rule, hostile_span(source, state), hostile_text(arena, state),
                         hostile_text(arena, state));
    diag->hint = hostile_text(arena, state);
    diag->reason = hostile_text(arena, state);
    diag->state = next_random(state) % 3;
    diag_relate(&f->diags, diag, source, hostile_span(source, state), "%.*s",
                STR_FMT(hostile_text(arena, state)));
    f->report.skips.items[next_random(state) % 3].path = hostile_text(arena, state);
}

static void check_printable(const char *format, struct str out)
{
    assert_true(utf8_is_valid(out));
    for (size_t pos = 0; pos < out.n;) {
        uint32_t rune = utf8_next(out, &pos);
        if (rune != '\n' && (rune == '\t' || rune_is_hostile(rune)))
            fail_msg("%s lets U+%04X through", format, (unsigned)rune);
    }
}

/* As the runner does, which trims more than ASCII blanks. */
static struct str trim(struct str line)
{
    static const char *const blanks[] = {" ", "\xC2\xA0", "\xE3\x80\x80"};

    for (size_t i = 0; i < ARRAY_LEN(blanks); i++) {
        if (!str_starts(line, str_from(blanks[i])))
            continue;
        line = str_from_offset(line, strlen(blanks[i]));
        i = SIZE_MAX;
    }
    return line;
}

static bool is_command(struct str line)
{
    static const char *const ours[] = {"::error ", "::warning ", "::notice "};

    line = trim(line);
    if (str_has(line, STR("##[")) || str_has(line, STR("##vso[")))
        return true;
    if (!str_starts(line, STR("::")) || str_starts(line, STR("::: ")))
        return false;
    for (size_t i = 0; i < ARRAY_LEN(ours); i++)
        if (str_starts(line, str_from(ours[i])))
            return false;
    return true;
}

/* Only the format github writes commands, and only those of ours. */
static void check_lines(const char *format, struct str out)
{
    bool is_github = strcmp(format, "github") == 0;
    struct str line;

    while (str_split(&out, '\n', &line)) {
        if (is_command(line) || (!is_github && str_starts(trim(line), STR("::error"))))
            fail_msg("%s writes a command: %.*s", format, STR_FMT(line));
        if (is_github && !str_starts(line, STR("::")))
            fail_msg("a line that is no command: %.*s", STR_FMT(line));
    }
}

/* Elements are closed in order, attributes are quoted, and entities are known. Enough of XML for
 * what the reporter writes. */
static void check_xml(struct str out)
{
    struct str stack[16];
    size_t depth = 0;
    ptrdiff_t at;

    assert_true(str_starts(out, STR("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n")));
    out = str_from_offset(out, (size_t)str_find_char(out, '\n'));
    while ((at = str_find_char(out, '<')) >= 0) {
        bool quoted = false;
        size_t end = (size_t)at + 1;
        size_t name;
        struct str tag;
        assert_false(str_has(str_sub(out, 0, (size_t)at), STR(">")));
        for (; end < out.n && (quoted || out.p[end] != '>'); end++) {
            assert_int_not_equal(out.p[end], '<');
            quoted ^= out.p[end] == '"';
        }
        assert_true(end < out.n);
        tag = str_sub(out, (size_t)at + 1, end);
        for (name = 0; name < tag.n && tag.p[name] != ' '; name++)
            ;
        if (str_starts(tag, STR("/"))) {
            assert_true(depth > 0);
            assert_true(str_eq(stack[--depth], str_from_offset(tag, 1)));
        } else if (!str_ends(tag, STR("/"))) {
            assert_true(depth < ARRAY_LEN(stack));
            stack[depth++] = str_sub(tag, 0, name);
        }
        out = str_from_offset(out, end + 1);
    }
    assert_int_equal(depth, 0);
    assert_string_equal(out.p, "\n");
}

static void check_entities(struct str out)
{
    static const char *const known[] = {"&amp;", "&lt;", "&gt;", "&quot;", "&apos;"};
    ptrdiff_t at;

    while ((at = str_find_char(out, '&')) >= 0) {
        bool found = false;
        out = str_from_offset(out, (size_t)at);
        for (size_t i = 0; i < ARRAY_LEN(known); i++)
            found |= str_starts(out, str_from(known[i]));
        assert_true(found);
        out = str_from_offset(out, 1);
    }
}

static void check_json(struct str out)
{
    SCOPED(arena) struct arena arena = {0};
    struct source *source = source_new(&arena, STR("out.json"), out);
    struct diags diags = {0};
    struct doc doc;

    assert_int_equal(doc_read_json(&arena, source, &diags, &doc), 0);
    if (diags.n > 0)
        fail_msg("%.*s", STR_FMT(diags.items[0].message));
    assert_false(doc.broken);
    diags_release(&diags);
}

static void check_format(struct fixture *f, const char *format)
{
    struct str out;

    write_as(f, format, (struct report_options){.unicode = true, .max_same = 2});
    out = buf_str(&f->out);
    check_printable(format, out);
    check_lines(format, out);
    if (strcmp(format, "junit") == 0) {
        check_xml(out);
        check_entities(out);
    }
    if (strcmp(format, "json") == 0 || strcmp(format, "sarif") == 0 ||
        strcmp(format, "gitlab") == 0)
        check_json(out);
}

static void formats_stay_well_formed(void **state)
{
    uint32_t seed = 7;

    (void)state;
    for (size_t round = 0; round < 300; round++) {
        struct report_skip skips[3] = {{{0}, {0}}, {{0}, {0}}, {{0}, {0}}};
        struct rule rules[6] = {{0}};
        SCOPED(fixture) struct fixture f;
        fixture_init(&f);
        f.report.skips.items = skips;
        f.report.scope.base = hostile_text(&f.arena, &seed);
        f.report.scope.how = hostile_text(&f.arena, &seed);
        f.report.show_preexisting = round % 2 == 0;
        for (size_t i = 0; i < ARRAY_LEN(rules); i++)
            add_hostile(&f, &rules[i], &seed);
        diags_sort(&f.diags);
        for (size_t i = 0; reporter_at(i); i++)
            check_format(&f, reporter_at(i)->name);
        buf_clear(&f.out);
        report_explain(&rules[0], &(struct report_options){0}, &f.out);
        check_printable("explain", buf_str(&f.out));
        check_lines("explain", buf_str(&f.out));
    }
}

static void normal_text_stays_as_it_is(void **state)
{
    SCOPED(fixture) struct fixture f;

    (void)state;
    fixture_init(&f);
    f.diags.at.source = source_new(&f.arena, STR("grün/名前 1.yaml"), STR("- ::1\n"));
    diag_add_rule(&f.diags, &rule_tag, (struct span){2, 5}, STR(""),
                  STR("fe80::1 isn't <ok> \\ [a] # 'b' – ##"));
    write_as(&f, "concise", (struct report_options){.quiet = true});
    assert_string_equal(f.out.p, "grün/名前 1.yaml:1:3: warning[image/no-tag]: fe80::1 isn't <ok> "
                                 "\\ [a] # 'b' – ##\n");
}

int test_hostile(void);
int test_hostile(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(formats_stay_well_formed),
        cmocka_unit_test(normal_text_stays_as_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
