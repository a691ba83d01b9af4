/* SPDX-License-Identifier: Apache-2.0 */
/* Decrypts standard input, which is called as its argument says, for test_sops.py. */
#include <stdio.h>

#include "base/file.h"
#include "base/limits.h"
#include "render/sops.h"

int main(int argc, char **argv)
{
    struct arena arena SCOPED(arena) = {0};
    struct str text, plain, error;
    if (argc != 2 || fd_read_all(&arena, 0, LIMIT_FILE_BYTES, &text) < 0)
        return 2;
    if (sops_decrypt(&arena, str_from(argv[1]), text, &plain, &error) < 0) {
        fprintf(stderr, "%.*s\n", STR_FMT(error));
        return 1;
    }
    return fwrite(plain.p, 1, plain.n, stdout) == plain.n ? 0 : 2;
}
