/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one C++ file: RE2 behind base/regex.h. RE2 and Go's regexp/syntax grew from one source and
 * agree but for a few forms, which `translate` handles: \C is refused (Go has no bytes to match),
 * (?<name> becomes (?P<name> (Go takes both since 1.22, this RE2 only the latter), names are ASCII
 * words, and groups nest to Go's maximum height. Both refuse more than 1,000 repeats themselves.
 * RE2 throws nothing of its own, and std::bad_alloc finds no handler in C: out of memory aborts, as
 * everywhere in base.
 */
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <new>
#include <string>

#include <re2/re2.h>

extern "C" {
#include "base/limits.h"
#include "base/regex.h"
}

namespace
{

constexpr int max_height = 1000; /* regexp/syntax: maxHeight */

bool is_word(char c)
{
    return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Position after the class that starts at i with '['. */
size_t skip_class(const std::string &in, size_t i)
{
    i++;
    if (i < in.size() && in[i] == '^')
        i++;
    for (bool first = true; i < in.size() && (first || in[i] != ']'); first = false) {
        size_t end = in.compare(i, 2, "[:") == 0 ? in.find(":]", i + 2) : std::string::npos;
        if (end != std::string::npos)
            i = end + 2;
        else
            i += in[i] == '\\' ? 2 : 1;
    }
    return i < in.size() ? i + 1 : in.size();
}

/* Position after \Q...\E, or the end: without \E all the rest is literal. */
size_t skip_quoted(const std::string &in, size_t i)
{
    size_t end = in.find("\\E", i + 2);
    return end == std::string::npos ? in.size() : end + 2;
}

/* Length of "(?P<" or "(?<" at i, when it starts a name; 0 otherwise. */
size_t name_start(const std::string &in, size_t i)
{
    if (in.compare(i, 4, "(?P<") == 0)
        return 4;
    return in.compare(i, 3, "(?<") == 0 && in.compare(i, 4, "(?<=") != 0 &&
                   in.compare(i, 4, "(?<!") != 0
               ? 3
               : 0;
}

/* Appends the opening of a group to out; an error, or NULL and i moved on. */
const char *translate_group(const std::string &in, size_t &i, int &height, std::string &out)
{
    if (++height >= max_height)
        return "expression nests too deeply";
    size_t skip = name_start(in, i);
    if (skip == 0) {
        out += in[i++];
        return nullptr;
    }
    for (size_t j = i + skip; j < in.size() && in[j] != '>'; j++)
        if (!is_word(in[j]))
            return "invalid named capture";
    out += "(?P<";
    i += skip;
    return nullptr;
}

/* Rewrites what Go takes and RE2 does not; gives what Go refuses and RE2 takes, or NULL. */
const char *translate(const std::string &in, std::string &out)
{
    int height = 0;
    size_t i = 0;
    while (i < in.size()) {
        size_t end = i + 1;
        if (in[i] == '\\') {
            if (in.compare(i, 2, "\\C") == 0)
                return "invalid escape sequence: `\\C`";
            end = in.compare(i, 2, "\\Q") == 0 ? skip_quoted(in, i) : i + 2;
        } else if (in[i] == '[') {
            end = skip_class(in, i);
        } else if (in[i] == '(') {
            const char *error = translate_group(in, i, height, out);
            if (error)
                return error;
            continue;
        } else if (in[i] == ')') {
            height -= height > 0 ? 1 : 0;
        }
        out.append(in, i, end - i);
        i = end;
    }
    return nullptr;
}

RE2::Options options()
{
    RE2::Options options;
    options.set_encoding(RE2::Options::EncodingUTF8);
    options.set_log_errors(false);
    options.set_longest_match(false);
    options.set_max_mem(LIMIT_REGEX_MEMORY);
    return options;
}

} /* namespace */

struct regex {
    explicit regex(const std::string &pattern) : compiled(pattern, options())
    {
    }
    RE2 compiled;
};

extern "C" {

struct regex *regex_compile(struct arena *arena, struct str pattern, struct str *ret_error)
{
    if (pattern.n > LIMIT_REGEX_BYTES) {
        *ret_error = str_format(arena, "pattern has %zu bytes, more than the limit of %d",
                                pattern.n, static_cast<int>(LIMIT_REGEX_BYTES));
        return nullptr;
    }
    std::string go(pattern.n > 0 ? pattern.p : "", pattern.n);
    std::string translated;
    const char *refusal = translate(go, translated);
    if (refusal) {
        *ret_error = str_format(arena, "%s", refusal);
        return nullptr;
    }
    auto *regex = new struct regex(translated);
    if (regex->compiled.ok())
        return regex;
    const std::string &error = regex->compiled.error();
    *ret_error = str_format(arena, "%.*s", static_cast<int>(error.size()), error.data());
    delete regex;
    return nullptr;
}

bool regex_has(const struct regex *regex, struct str text)
{
    re2::StringPiece piece(text.n > 0 ? text.p : "", text.n);
    return regex->compiled.Match(piece, 0, text.n, RE2::UNANCHORED, nullptr, 0);
}

bool regex_find(const struct regex *regex, struct str text, size_t from, size_t *ret_start,
                size_t *ret_end)
{
    re2::StringPiece piece(text.n > 0 ? text.p : "", text.n), found;
    if (!regex->compiled.Match(piece, from, text.n, RE2::UNANCHORED, &found, 1))
        return false;
    *ret_start = (size_t)(found.data() - piece.data());
    *ret_end = *ret_start + found.size();
    return true;
}

void regex_free(struct regex *regex)
{
    delete regex;
}

} /* extern "C" */
