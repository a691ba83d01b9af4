/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes to text that YAML may hold: byte order marks, UTF-16, UTF-8 and the characters that
 * go-yaml's reader allows (YAML 1.1, section 5.1: tab, line feed, carriage return, next line and
 * everything printable; a byte order mark may stand inside the text).
 */
#include "doc/doc_internal.h"

#include "base/utf8.h"

enum { BLOCK = 64 };

static bool block_is_ascii_text(const unsigned char *p);
static bool is_allowed(uint32_t rune);
static enum text_kind fault_at(struct str text, size_t pos, struct text_fault *ret_fault);
static int convert_utf16(struct arena *arena, struct source *source, bool big_endian,
                         struct diags *diags);

enum text_kind text_check(struct str text, struct text_fault *ret_fault)
{
    enum text_kind kind = TEXT_ASCII;
    size_t pos = 0;
    while (pos < text.n) {
        if (text.n - pos >= BLOCK && block_is_ascii_text((const unsigned char *)text.p + pos)) {
            pos += BLOCK;
            continue;
        }
        const size_t stop = MIN_OF(pos + BLOCK, text.n);
        while (pos < stop) {
            const size_t start = pos;
            const uint32_t rune = utf8_next(text, &pos);
            if (rune >= 0x80)
                kind = TEXT_UTF8;
            if (!is_allowed(rune) || (rune == RUNE_BAD && pos - start != 3))
                return fault_at(text, start, ret_fault);
        }
    }
    return kind;
}

int source_decode(struct arena *arena, struct source *source, struct diags *diags,
                  uint32_t *ret_skip, bool *ret_utf16)
{
    const struct str text = source->text;
    *ret_skip = 0;
    *ret_utf16 = false;
    if (str_starts(text, STR("\xEF\xBB\xBF"))) {
        *ret_skip = 3;
        return 0;
    }
    const bool big_endian = str_starts(text, STR("\xFE\xFF"));
    if (!big_endian && !str_starts(text, STR("\xFF\xFE")))
        return 0;
    *ret_utf16 = true;
    return convert_utf16(arena, source, big_endian, diags);
}

/* Branch-free, so that compilers use vectors for it. */
static bool block_is_ascii_text(const unsigned char *p)
{
    unsigned char bad = 0;
    for (int i = 0; i < BLOCK; i++) {
        const unsigned char c = p[i];
        const unsigned char control =
            (unsigned char)((c < 0x20) & (c != '\t') & (c != '\n') & (c != '\r'));
        bad |= (unsigned char)(control | (c >= 0x7F));
    }
    return bad == 0;
}

static bool is_allowed(uint32_t rune)
{
    if (rune < 0x20)
        return rune == '\t' || rune == '\n' || rune == '\r';
    return rune <= 0x7E || rune == 0x85 || (rune >= 0xA0 && rune <= 0xFFFD) || rune >= 0x10000;
}

/* Says what is wrong with the character at `pos`. */
static enum text_kind fault_at(struct str text, size_t pos, struct text_fault *ret_fault)
{
    size_t end = pos;
    const uint32_t rune = utf8_next(text, &end);
    *ret_fault = (struct text_fault){.at = pos, .len = end - pos};
    if (rune == RUNE_BAD) {
        ret_fault->problem = "is not UTF-8";
        ret_fault->hint = "save the file as UTF-8";
        return TEXT_BAD;
    }
    ret_fault->problem = "is a control character, which YAML does not allow";
    ret_fault->hint = "remove it, or write it as an escape like \"\\x1b\" in double quotes";
    return TEXT_BAD;
}

struct utf16 {
    struct str bytes;
    bool big_endian;
};

static uint32_t unit_at(const struct utf16 *in, size_t pos)
{
    const unsigned char a = (unsigned char)in->bytes.p[pos];
    const unsigned char b = (unsigned char)in->bytes.p[pos + 1];
    return in->big_endian ? (uint32_t)(a << 8 | b) : (uint32_t)(b << 8 | a);
}

/* The next character; UINT32_MAX when it is cut off or a lone half of a pair. */
static uint32_t utf16_next(const struct utf16 *in, size_t *pos)
{
    const size_t left = in->bytes.n - *pos;
    if (left < 2)
        return UINT32_MAX;
    const uint32_t high = unit_at(in, *pos);
    *pos += 2;
    if (high < 0xD800 || high > 0xDFFF)
        return high;
    if (high > 0xDBFF || left < 4)
        return UINT32_MAX;
    const uint32_t low = unit_at(in, *pos);
    if (low < 0xDC00 || low > 0xDFFF)
        return UINT32_MAX;
    *pos += 2;
    return 0x10000 + ((high & 0x3FF) << 10) + (low & 0x3FF);
}

/* The converted text takes the place of the source's text; lines are counted in it. */
static int convert_utf16(struct arena *arena, struct source *source, bool big_endian,
                         struct diags *diags)
{
    const struct utf16 in = {source->text, big_endian};
    SCOPED(buf) struct buf out = {0};
    buf_init(&out, size_mul(source->text.n, 2));
    size_t bad = SIZE_MAX;
    for (size_t pos = 2; pos < in.bytes.n;) {
        const uint32_t rune = utf16_next(&in, &pos);
        if (rune == UINT32_MAX) {
            bad = out.n;
            break;
        }
        buf_add_rune(&out, rune);
    }
    source->text = str_dup(arena, buf_str(&out));
    if (bad == SIZE_MAX)
        return 0;
    const struct span span = {(uint32_t)bad, (uint32_t)bad};
    struct diag *diag = diag_add(diags, RULE_YAML_ENCODING, span, (struct str){0},
                                 "the text is marked as UTF-16, but half a character stands here");
    diag_hint(diags, diag, "save the file as UTF-8");
    return -1;
}
