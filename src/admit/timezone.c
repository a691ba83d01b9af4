/* SPDX-License-Identifier: Apache-2.0 */
/* Looking up time zones. The table is sorted, made from schemas/timezones.txt at build time. */
#include "admit/timezone.h"

static const char *const names[] = {
#include "timezone_names.inc"
};

bool timezone_is_known(struct str name)
{
    /* the same zones without and with leap seconds, in folders of their own */
    static const char *const folders[] = {"posix/", "right/"};
    for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
        if (!str_starts(name, str_from(folders[i])))
            continue;
        name = str_from_offset(name, strlen(folders[i]));
        break;
    }
    size_t low = 0;
    size_t high = ARRAY_LEN(names);
    while (low < high) {
        const size_t middle = (low + high) / 2;
        const int order = str_cmp(str_from(names[middle]), name);
        if (order == 0)
            return true;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}
