/* SPDX-License-Identifier: Apache-2.0 */
/* What the gate said sets are, against what they are. */
#include "unit/base/base_check.h"

#include "sync/gate_digest.h"

static const char report[] = "{\"sets\":[{\"name\":\"web\",\"objects\":2,\"digest\":\"sha256:aa\"},"
                             "{\"name\":\"\",\"objects\":1,\"digest\":\"sha256:bb\"},"
                             "{\"name\":\"part\",\"objects\":1,\"digest\":\"\"}]}";

static void test_compare(void **state)
{
    (void)state;
    struct arena arena SCOPED(arena) = {0};
    struct gate_digests digests;
    struct str why = {0};
    assert_int_equal(gate_digests_read(&arena, str_from(report), &digests, &why), 0);
    assert_int_equal(digests.n, 2);
    static const struct {
        const char *set, *digest;
        enum gate_digest_verdict verdict;
    } rows[] = {
        {"web", "sha256:aa", GATE_DIGEST_EQUAL},    {"web", "sha256:bb", GATE_DIGEST_DIFFERS},
        {"", "sha256:bb", GATE_DIGEST_EQUAL},       {"web", "", GATE_DIGEST_UNKNOWN},
        {"part", "sha256:aa", GATE_DIGEST_UNKNOWN}, {"new", "sha256:aa", GATE_DIGEST_UNKNOWN},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        assert_int_equal(
            gate_digest_compare(&digests, str_from(rows[i].set), str_from(rows[i].digest)),
            rows[i].verdict);
}

static void test_what_is_no_report(void **state)
{
    (void)state;
    static const char *const texts[] = {"", "{", "[]", "{}", "{\"sets\":{}}", "{\"sets\":\"web\"}"};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        struct arena arena SCOPED(arena) = {0};
        struct gate_digests digests;
        struct str why = {0};
        assert_int_equal(gate_digests_read(&arena, str_from(texts[i]), &digests, &why), -1);
        assert_int_equal(digests.n, 0);
        assert_true(why.n > 0);
    }
}

static void test_texts(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t n;
    } rows[] = {
        {"words\n\n" HOST_DIGESTS_FENCE "\n{\"web\":\"sha256:aa\",\"\":\"sha256:bb\"}\n```\n", 2},
        {HOST_DIGESTS_FENCE "\n{\"web\":\"md5:aa\",\"x\":7}\n```\n", 0},
        {HOST_DIGESTS_FENCE "\n", 0},
        {HOST_DIGESTS_FENCE "\n[\"web\"]\n", 0},
        {HOST_DIGESTS_FENCE, 0},
        {"nothing of the kind", 0},
        {"", 0},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct arena arena SCOPED(arena) = {0};
        struct gate_digests digests;
        gate_digests_of_text(&arena, str_from(rows[i].text), &digests);
        assert_int_equal(digests.n, rows[i].n);
    }
}

int test_gate_digest(void);
int test_gate_digest(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_compare),
        cmocka_unit_test(test_what_is_no_report),
        cmocka_unit_test(test_texts),
    };
    return cmocka_run_group_tests_name("sync/gate_digest", tests, NULL, NULL);
}
