/* SPDX-License-Identifier: Apache-2.0 */
/* Quantities. Answers and costs are those of API server 1.36. */
#include "unit/cel/library.h"

static const struct library_row rows[] = {
    {"quantity('1.5Gi').isGreaterThan(quantity('1Gi'))", "true", 3},
    {"quantity('100m').isLessThan(quantity('1'))", "true", 3},
    {"quantity('1k').compareTo(quantity('1000'))", "0", 3},
    {"quantity('1Ki').compareTo(quantity('1000'))", "1", 3},
    {"quantity('50M').add(quantity('50M')) == quantity('100M')", "true", 5},
    {"quantity('1').add(1) == quantity('2')", "true", 4},
    {"quantity('1').sub(quantity('2')).sign()", "refused", 0},
    {"quantity('0').sign()", "refused", 0},
    {"quantity('50k').asInteger()", "50000", 2},
    {"quantity('1.5').asInteger()", "error: cannot convert value to integer", 0},
    {"quantity('1.5').isInteger()", "false", 2},
    {"quantity('9999999999999999999999').isInteger()", "false", 4},
    {"quantity('9999999999999999999999').asInteger()", "error: cannot convert value to integer", 0},
    {"quantity('1.25').asApproximateFloat() == 1.25", "true", 3},
    {"quantity('1e3').asInteger()", "1000", 2},
    {"quantity('1E').asInteger()", "1000000000000000000", 2},
    {"isQuantity('1.3G')", "true", 1},
    {"isQuantity('1,3G')", "false", 1},
    {"isQuantity('1Z')", "false", 1},
    {"isQuantity('')", "false", 0},
    {"isQuantity('-1')", "true", 1},
    {"isQuantity('+.5Ki')", "true", 1},
    {"isQuantity(' 1')", "false", 1},
    {"quantity(dyn('three'))",
     "error: quantities must match the regular expression "
     "'^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
     0},
    {"quantity('1Gi') == quantity('1024Mi')", "true", 3},
    {"quantity('1n').isLessThan(quantity('2n'))", "true", 3},
    {"type(quantity('1'))", "type(kubernetes.Quantity)", 2},
};

static void test_rows(void **state)
{
    (void)state;
    library_check((struct cel_env_options){.minor = 36}, rows, ARRAY_LEN(rows));
}

int test_lib_quantity(void);
int test_lib_quantity(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
