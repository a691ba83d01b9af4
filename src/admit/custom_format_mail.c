/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Format email: one address as Go's net/mail reads RFC 5322, with a display name, comments and even
 * a group of one. Encoded words (RFC 2047) are taken as they are.
 */
#include "admit/custom.h"

#include "base/utf8.h"

struct mail {
    struct str rest;
};

static bool take(struct mail *mail, char c)
{
    if (mail->rest.n == 0 || mail->rest.p[0] != c)
        return false;
    mail->rest = str_from_offset(mail->rest, 1);
    return true;
}

static bool next_is(const struct mail *mail, char c)
{
    return mail->rest.n > 0 && mail->rest.p[0] == c;
}

static void skip_blanks(struct mail *mail)
{
    while (take(mail, ' ') || take(mail, '\t'))
        ;
}

/* Behind the opening parenthesis. */
static bool skip_comment(struct mail *mail)
{
    unsigned depth = 1;
    while (mail->rest.n > 0 && depth > 0) {
        if (next_is(mail, '\\') && mail->rest.n > 1)
            take(mail, '\\');
        else if (next_is(mail, '('))
            depth++;
        else if (next_is(mail, ')'))
            depth--;
        mail->rest = str_from_offset(mail->rest, 1);
    }
    return depth == 0;
}

static bool skip_comments(struct mail *mail)
{
    skip_blanks(mail);
    while (take(mail, '(')) {
        if (!skip_comment(mail))
            return false;
        skip_blanks(mail);
    }
    return true;
}

static bool is_visible(char c)
{
    return (c >= '!' && c <= '~') || (unsigned char)c >= 0x80;
}

static bool is_atom_byte(char c)
{
    static const struct str specials = {"()<>[]:;@\\,\"", 12};
    return is_visible(c) && str_find_char(specials, c) < 0;
}

/* Gives the bytes between the quotes, escapes included. */
static bool take_quoted(struct mail *mail, size_t *ret_n)
{
    bool escaped = false;
    for (size_t i = 1; i < mail->rest.n; i++) {
        const char c = mail->rest.p[i];
        if (!is_visible(c) && c != ' ' && c != '\t')
            return false;
        if (!escaped && c == '"') {
            *ret_n = i - 1;
            mail->rest = str_from_offset(mail->rest, i + 1);
            return true;
        }
        escaped = !escaped && c == '\\';
    }
    return false;
}

/* With dots; strict: none at the ends and no two together. */
static bool take_atom(struct mail *mail, bool strict)
{
    size_t n = 0;
    while (n < mail->rest.n && is_atom_byte(mail->rest.p[n]))
        n++;
    const struct str atom = str_sub(mail->rest, 0, n);
    if (n == 0)
        return false;
    mail->rest = str_from_offset(mail->rest, n);
    return !strict || (atom.p[0] != '.' && atom.p[n - 1] != '.' && !str_has(atom, STR("..")));
}

static bool take_domain(struct mail *mail)
{
    if (!next_is(mail, '['))
        return take_atom(mail, true);
    const ptrdiff_t close = str_find_char(mail->rest, ']');
    if (close < 0)
        return false;
    const struct str literal = str_sub(mail->rest, 1, (size_t)close);
    mail->rest = str_from_offset(mail->rest, (size_t)close + 1);
    struct str plain = literal;
    if (str_find_char(literal, ':') >= 0)
        return format_is_ipv6(plain);
    /* strict dotted addresses only: no zeros in front */
    for (size_t i = 0; i + 1 < plain.n; i++)
        if (plain.p[i] == '0' && (i == 0 || plain.p[i - 1] == '.') && plain.p[i + 1] != '.')
            return false;
    return format_is_ipv4(plain);
}

/* local@domain; on failure nothing is taken. */
static bool take_address(struct mail *mail)
{
    const struct mail start = *mail;
    size_t quoted = 1;
    skip_blanks(mail);
    const bool local = next_is(mail, '"') ? take_quoted(mail, &quoted) : take_atom(mail, true);
    if (local && quoted > 0 && take(mail, '@')) {
        skip_blanks(mail);
        if (take_domain(mail))
            return true;
    }
    *mail = start;
    return false;
}

/* Words of a display name; false when there is none at all. */
static bool take_phrase(struct mail *mail)
{
    for (size_t words = 0;; words++) {
        size_t quoted;
        if (words > 0 && !skip_comments(mail))
            return false;
        skip_blanks(mail);
        if (mail->rest.n == 0)
            return words > 0;
        if (next_is(mail, '"') ? !take_quoted(mail, &quoted) : !take_atom(mail, false))
            return words > 0;
    }
}

static bool take_mailbox(struct mail *mail, bool group_allowed);

/* Behind the colon: exactly one mailbox, then a semicolon. */
static bool take_group(struct mail *mail)
{
    skip_blanks(mail);
    return take_mailbox(mail, false) && skip_comments(mail) && take(mail, ';') &&
           skip_comments(mail);
}

static bool take_mailbox(struct mail *mail, bool group_allowed)
{
    skip_blanks(mail);
    if (mail->rest.n == 0)
        return false;
    if (take_address(mail)) {
        skip_blanks(mail);
        return !take(mail, '(') || skip_comment(mail);
    }
    if (!next_is(mail, '<') && !take_phrase(mail))
        return false;
    skip_blanks(mail);
    if (group_allowed && take(mail, ':'))
        return take_group(mail);
    return take(mail, '<') && take_address(mail) && take(mail, '>');
}

bool format_is_email(struct str s)
{
    struct mail mail = {s};
    return utf8_is_valid(s) && take_mailbox(&mail, true) && skip_comments(&mail) &&
           mail.rest.n == 0;
}
