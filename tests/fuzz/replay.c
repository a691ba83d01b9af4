/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A main for fuzz targets without libFuzzer: gives each file on the command line, and each file of
 * each directory there, to the target once. So the corpus runs as a test with any compiler.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

enum { INPUT_MAX = 16 << 20 };

static unsigned count;

static int replay_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    uint8_t *data = malloc(INPUT_MAX);
    if (!file || !data) {
        fprintf(stderr, "can't read %s\n", path);
        if (file)
            fclose(file);
        free(data);
        return 1;
    }
    const size_t n = fread(data, 1, INPUT_MAX, file);
    fclose(file);
    /* a block of the very size, so that sanitizers see a read past the end */
    uint8_t *exact = realloc(data, n ? n : 1);
    LLVMFuzzerTestOneInput(exact ? exact : data, n);
    free(exact ? exact : data);
    count++;
    return 0;
}

static int replay_directory(const char *path)
{
    DIR *directory = opendir(path);
    int failed = 0;
    if (!directory) {
        fprintf(stderr, "can't open %s\n", path);
        return 1;
    }
    for (struct dirent *entry; (entry = readdir(directory));) {
        char file[4096];
        if (entry->d_name[0] == '.')
            continue;
        const int n = snprintf(file, sizeof file, "%s/%s", path, entry->d_name);
        failed += n < 0 || (size_t)n >= sizeof file || replay_file(file);
    }
    closedir(directory);
    return failed;
}

int main(int argc, char **argv)
{
    int failed = 0;
    for (int i = 1; i < argc; i++) {
        struct stat status;
        const int is_directory = stat(argv[i], &status) == 0 && S_ISDIR(status.st_mode);
        failed += is_directory ? replay_directory(argv[i]) : replay_file(argv[i]);
    }
    printf("%u inputs\n", count);
    return failed || count == 0;
}
