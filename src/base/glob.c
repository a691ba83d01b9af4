/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A pattern becomes a small program on the stack, one step for one piece of it, and all states are
 * followed at once through the path (Thompson's construction). So the time is at most pattern times
 * path, whatever somebody writes into a configuration, and nothing is allocated.
 *
 * Where the words of glob.h leave room: a pattern is without a slash when only its ends have one,
 * so `/vendor` is the file or folder of that name at the root, and `vendor/` is all below any
 * folder of that name. Every other pattern stands for whole paths from the root.
 */
#include "base/glob.h"

#include "base/utf8.h"

enum {
    PATTERN_MAX = 512,               /* bytes */
    STEPS_MAX = 2 * PATTERN_MAX + 1, /* a comma makes two, the end one */
    BRACES_MAX = 8,                  /* nesting */
    BAD_BYTE = 0x110000              /* plus the byte: malformed UTF-8 only matches itself */
};

enum op {
    OP_RUNE,  /* this code point */
    OP_ANY,   /* `?` */
    OP_STAR,  /* `*` */
    OP_CROSS, /* `**` */
    OP_PARTS, /* `**` and a slash at the start of a part: any number of whole parts */
    OP_CLASS, /* `[...]`: pattern bytes from a to b */
    OP_FORK,  /* `{` or `,`: the alternative behind it, and the next separator a */
    OP_JUMP,  /* end of an alternative: go on at a */
    OP_END,
};

struct step {
    enum op op;
    uint32_t rune;
    uint16_t a, b;
};

struct program {
    struct str pattern; /* without the slashes at its ends */
    bool anchored;      /* matches from the root, not at any part */
    bool whole;         /* has a slash inside: stands for a whole path */
    bool below;         /* had a slash at its end */
    size_t n;
    struct step steps[STEPS_MAX];
};

/* The states that are alive, each once, in order of arrival. */
struct states {
    size_t n;
    uint64_t seen[STEPS_MAX / 64 + 1];
    uint16_t items[STEPS_MAX];
};

static const char *compile(struct str pattern, struct program *program);
static bool run(const struct program *program, struct str path, bool folders, bool itself);

bool glob_match(struct str pattern, struct str path)
{
    struct program program;
    if (compile(pattern, &program))
        return false;
    if (program.whole || program.anchored)
        return run(&program, path, program.below || !program.whole, !program.below);
    struct str part;
    while (str_split(&path, '/', &part))
        if ((path.n > 0 || !program.below) && run(&program, part, false, true))
            return true;
    return false;
}

const char *glob_error(struct str pattern)
{
    struct program program;
    return compile(pattern, &program);
}

static uint32_t rune_at(struct str s, size_t *pos)
{
    unsigned char byte = (unsigned char)s.p[*pos];
    if (byte < 0x80) {
        (*pos)++;
        return byte;
    }
    size_t start = *pos;
    uint32_t rune = utf8_next(s, pos);
    return rune == RUNE_BAD && *pos == start + 1 ? (uint32_t)BAD_BYTE + byte : rune;
}

static uint32_t escaped_rune_at(struct str s, size_t *pos)
{
    if (s.p[*pos] == '\\' && *pos + 1 < s.n)
        (*pos)++;
    return rune_at(s, pos);
}

/* Position of the `]` of the class whose first byte is at `from`, or the length. */
static size_t class_end(struct str s, size_t from)
{
    size_t i = from;
    if (i < s.n && (s.p[i] == '!' || s.p[i] == '^'))
        i++;
    for (bool first = true; i < s.n && (first || s.p[i] != ']'); first = false)
        escaped_rune_at(s, &i);
    return MIN_OF(i, s.n);
}

static struct step *emit(struct program *program, enum op op)
{
    struct step *step = &program->steps[program->n++];
    *step = (struct step){.op = op};
    return step;
}

/* `*`, `**` and `**` with its slash; *pos is behind the first star. */
static void compile_star(struct program *program, size_t *pos)
{
    struct str s = program->pattern;
    size_t start = *pos - 1;
    while (*pos < s.n && s.p[*pos] == '*')
        (*pos)++;
    bool part_start = start == 0 || s.p[start - 1] == '/';
    if (*pos - start == 1) {
        emit(program, OP_STAR);
    } else if (part_start && *pos < s.n && s.p[*pos] == '/') {
        (*pos)++;
        emit(program, OP_PARTS);
    } else {
        emit(program, OP_CROSS);
    }
}

/* Open braces: the last fork of each, and the chain of jumps to patch, linked through `a`. */
struct braces {
    size_t depth;
    uint16_t fork[BRACES_MAX];
    uint16_t jumps[BRACES_MAX]; /* step + 1, 0 ends the chain */
};

static void compile_comma(struct program *program, struct braces *braces)
{
    size_t level = braces->depth - 1;
    struct step *jump = emit(program, OP_JUMP);
    jump->a = braces->jumps[level];
    braces->jumps[level] = (uint16_t)program->n;
    program->steps[braces->fork[level]].a = (uint16_t)program->n;
    braces->fork[level] = (uint16_t)program->n;
    emit(program, OP_FORK);
}

static void compile_close(struct program *program, struct braces *braces)
{
    size_t level = --braces->depth;
    uint16_t after = (uint16_t)program->n;
    program->steps[braces->fork[level]].a = UINT16_MAX; /* no further alternative */
    for (uint16_t jump = braces->jumps[level]; jump != 0;) {
        struct step *step = &program->steps[jump - 1];
        jump = step->a;
        step->a = after;
    }
}

static const char *compile_class(struct program *program, size_t *pos)
{
    size_t end = class_end(program->pattern, *pos);
    if (end == program->pattern.n)
        return "has a '[' without its ']'";
    struct step *step = emit(program, OP_CLASS);
    step->a = (uint16_t)*pos;
    step->b = (uint16_t)end;
    *pos = end + 1;
    return NULL;
}

/* Slashes at the ends say where a pattern applies; only what is between them is matched. */
static const char *take_ends(struct str pattern, struct program *program)
{
    if (pattern.n > PATTERN_MAX)
        return "is longer than 512 bytes";
    if (memchr(pattern.n > 0 ? pattern.p : "", '\0', pattern.n))
        return "has a NUL byte";
    program->anchored = str_starts(pattern, STR("/"));
    if (program->anchored)
        pattern = str_from_offset(pattern, 1);
    program->below = str_ends(pattern, STR("/"));
    if (program->below)
        pattern.n--;
    program->pattern = pattern;
    program->whole = str_find_char(pattern, '/') >= 0 || str_is(pattern, "**");
    program->n = 0;
    return pattern.n == 0 ? "is empty" : NULL;
}

static const char *compile_open(struct program *program, struct braces *braces)
{
    if (braces->depth == BRACES_MAX)
        return "has braces more than 8 deep";
    braces->fork[braces->depth] = (uint16_t)program->n;
    braces->jumps[braces->depth++] = 0;
    emit(program, OP_FORK);
    return NULL;
}

/* The piece at *pos; NULL, or what is wrong with it. */
static const char *compile_piece(struct program *program, struct braces *braces, size_t *pos)
{
    struct str s = program->pattern;
    char c = s.p[*pos];
    if (c == '\\' && *pos + 1 == s.n)
        return "ends in a backslash";
    if (c == '}' && braces->depth == 0)
        return "has a '}' without its '{'";
    if (!strchr("*?[{},", c) || (c == ',' && braces->depth == 0)) {
        uint32_t rune = escaped_rune_at(s, pos);
        emit(program, OP_RUNE)->rune = rune;
        return NULL;
    }
    (*pos)++;
    switch (c) {
    case '*':
        compile_star(program, pos);
        return NULL;
    case '?':
        emit(program, OP_ANY);
        return NULL;
    case '[':
        return compile_class(program, pos);
    case '{':
        return compile_open(program, braces);
    case '}':
        compile_close(program, braces);
        return NULL;
    default:
        compile_comma(program, braces);
        return NULL;
    }
}

static const char *compile(struct str pattern, struct program *program)
{
    const char *error = take_ends(pattern, program);
    if (error)
        return error;
    struct braces braces = {0};
    for (size_t pos = 0; !error && pos < program->pattern.n;)
        error = compile_piece(program, &braces, &pos);
    emit(program, OP_END);
    return error ? error : braces.depth > 0 ? "has a '{' without its '}'" : NULL;
}

static void add(struct states *states, size_t step)
{
    uint64_t bit = UINT64_C(1) << (step % 64);
    if ((states->seen[step / 64] & bit) != 0)
        return;
    states->seen[step / 64] |= bit;
    states->items[states->n++] = (uint16_t)step;
}

static void clear(struct states *states, const struct program *program)
{
    states->n = 0;
    memset(states->seen, 0, (program->n / 64 + 1) * sizeof states->seen[0]);
}

static bool class_has(struct str s, size_t pos, size_t end, uint32_t rune)
{
    bool negated = s.p[pos] == '!' || s.p[pos] == '^';
    if (negated)
        pos++;
    bool found = false;
    while (pos < end) {
        uint32_t low = escaped_rune_at(s, &pos);
        uint32_t high = low;
        if (pos + 1 < end && s.p[pos] == '-') {
            pos++;
            high = escaped_rune_at(s, &pos);
        }
        found = found || (rune >= low && rune <= high);
    }
    return found != negated;
}

/* Follows the steps that take no code point. `part_start`: the path is at the start of a part. */
static void follow(const struct program *program, struct states *states, bool part_start)
{
    for (size_t i = 0; i < states->n; i++) {
        size_t at = states->items[i];
        const struct step *step = &program->steps[at];
        if (step->op == OP_STAR || step->op == OP_CROSS || step->op == OP_FORK ||
            (step->op == OP_PARTS && part_start))
            add(states, at + 1);
        if (step->op == OP_JUMP || (step->op == OP_FORK && step->a != UINT16_MAX))
            add(states, step->a);
    }
}

/* Where the step at `at` goes on this code point: itself, the next, or nowhere. */
static void take(const struct program *program, size_t at, uint32_t rune, struct states *next)
{
    const struct step *step = &program->steps[at];
    switch (step->op) {
    case OP_RUNE:
        if (rune == step->rune)
            add(next, at + 1);
        return;
    case OP_ANY:
        if (rune != '/')
            add(next, at + 1);
        return;
    case OP_CLASS:
        if (rune != '/' && class_has(program->pattern, step->a, step->b, rune))
            add(next, at + 1);
        return;
    case OP_STAR:
        if (rune != '/')
            add(next, at);
        return;
    case OP_CROSS:
    case OP_PARTS:
        add(next, at);
        return;
    case OP_FORK:
    case OP_JUMP:
    case OP_END:
        return;
    }
}

static bool has_end(const struct program *program, const struct states *states)
{
    size_t end = program->n - 1;
    return (states->seen[end / 64] >> (end % 64) & 1) != 0;
}

/* Whether the program matches one of the folders above the path, or the path itself. */
static bool run(const struct program *program, struct str path, bool folders, bool itself)
{
    struct states buffers[2];
    struct states *now = &buffers[0];
    struct states *next = &buffers[1];
    clear(now, program);
    add(now, 0);
    bool part_start = true;
    for (size_t pos = 0; pos < path.n && now->n > 0;) {
        follow(program, now, part_start);
        if (folders && path.p[pos] == '/' && has_end(program, now))
            return true;
        uint32_t rune = rune_at(path, &pos);
        clear(next, program);
        for (size_t i = 0; i < now->n; i++)
            take(program, now->items[i], rune, next);
        struct states *spare = now;
        now = next;
        next = spare;
        part_start = rune == '/';
    }
    follow(program, now, part_start);
    return itself && has_end(program, now);
}
