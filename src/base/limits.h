/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every limit on what comes from outside. Hitting one is a finding (rule limit/...) and exit 4,
 * never a silent pass. Numbers that belong to Kubernetes stand with the rule that uses them.
 */
#pragma once

enum {
    LIMIT_FILE_BYTES = 256 << 20,    /* one manifest file; node offsets are 32 bits wide */
    LIMIT_STREAM_BYTES = 1024 << 20, /* standard input */
    LIMIT_CONFIG_BYTES = 4 << 20,    /* tidegate.yaml and baseline files */
    LIMIT_DEPTH = 500,               /* nesting of collections; go-yaml gives up at 10,000 */
    LIMIT_NODES = 64 << 20,          /* nodes of one document */
    LIMIT_ALIAS_NODES = 4 << 20,     /* nodes that aliases stand for, per document, see doc.h */
    LIMIT_DOCUMENTS = 1 << 20,       /* documents of one stream */
    LIMIT_FILES = 1 << 20,           /* files of one tree */
    LIMIT_TREE_DEPTH = 128,          /* folders inside folders */
    LIMIT_PATH_BYTES = 4096,         /* one path */
    LIMIT_FINDINGS = 1 << 20,        /* findings of one run */
    LIMIT_FINDINGS_PER_DOC = 1000,   /* findings of one document, then one that says so */
    LIMIT_FINDINGS_PER_RULE = 1000,  /* of one rule in one object, then one with the number */
    LIMIT_LIST_ITEMS = 1 << 20,      /* items of one kind: List */
    LIMIT_REGEX_BYTES = 16 << 10,    /* one pattern of a CRD */
    LIMIT_REGEX_MEMORY = 8 << 20,    /* one compiled pattern */
    LIMIT_CRD_VERSIONS = 256,        /* versions of one CRD */
    LIMIT_SCHEMA_NODES = 1 << 19,    /* schemas of one CRD version; a request of 3 MiB has fewer */
    LIMIT_MESSAGE_BYTES = 16 << 10,  /* one finding's message or hint */
    LIMIT_EDIT_BYTES = 64 << 20,     /* text that is read to prove the fixes of one run */
    LIMIT_REPORT_BYTES = 1024 << 20, /* one report */
    LIMIT_PAGE_BYTES = 1 << 20,      /* one help page */
    LIMIT_TARGET_VERSIONS = 16,      /* Kubernetes versions of one run */
    LIMIT_WORDS = 64 << 10,          /* different words of one file that are remembered */
    LIMIT_CACHE_BYTES = 256 << 20,   /* one cache file */
    LIMIT_ANSWER_BYTES = 32 << 20,   /* one answer over the network */
    LIMIT_EVENT_BYTES = 32 << 20,    /* payload of the event that started a CI job */
    LIMIT_TOKEN_BYTES = 16 << 10,    /* a file with a token */
    LIMIT_NOTE_BYTES = 512,          /* one remark about the environment */
    LIMIT_CACHE_FILES = 1 << 20,     /* blobs that it knows */
    LIMIT_SNAPSHOT_BYTES = 64 << 20, /* snapshot of a cluster */
    LIMIT_SELECTED_PODS = 4096,      /* workloads that one selector picks */
    LIMIT_RENDER_MS = 60000,         /* building one overlay or chart */
    LIMIT_RENDER_BYTES = 64 << 20,   /* what it may write, and its inputs together */
    LIMIT_RENDER_FILES = 50000,      /* its inputs */
    LIMIT_RENDER_HEAP = 1 << 30,     /* its memory, as it is told */
    LIMIT_SUBSTITUTED_BYTES = 1 << 20, /* one text with its variables filled in */
    LIMIT_VARIABLE_BYTES = 64 << 10,   /* value of a variable whose parts are looked for */
    LIMIT_POINTERS = 1000,             /* files of Flux and Argo CD that make sets, of one tree */
    LIMIT_POINTER_FILE = 1 << 20,      /* bytes of a file that is looked at for such objects */
    LIMIT_POINTER_FILES = 1 << 15, /* times that a file is in one more of such sets, all together */
};
