/* SPDX-License-Identifier: Apache-2.0 */
/* The yardstick of the speed benchmark: libyaml's events of each file, and nothing else. */
#include <stdio.h>
#include <stdlib.h>
#include <yaml.h>

static int scan(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        return -1;
    fseek(file, 0, SEEK_END);
    size_t n = (size_t)ftell(file);
    rewind(file);
    unsigned char *text = malloc(n + 1);
    if (!text || fread(text, 1, n, file) != n)
        return -1;
    fclose(file);
    yaml_parser_t parser;
    yaml_parser_initialize(&parser);
    yaml_parser_set_input_string(&parser, text, n);
    int done = 0;
    while (!done) {
        yaml_event_t event;
        if (!yaml_parser_parse(&parser, &event))
            return -1;
        done = event.type == YAML_STREAM_END_EVENT;
        yaml_event_delete(&event);
    }
    yaml_parser_delete(&parser);
    free(text);
    return 0;
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (scan(argv[i]) < 0)
            return 1;
    return 0;
}
