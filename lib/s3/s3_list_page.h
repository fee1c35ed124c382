/*
 * Inside lib/s3: one page of a listing, read without a tree.
 */
#ifndef S3_S3_LIST_PAGE_H
#define S3_S3_LIST_PAGE_H

#include "base/str.h"
#include "s3/s3_list.h"

struct s3_list_item {
    struct s3_list_entry entry; /* its key as the server writes it */
    struct s3_list_item *next;
};

/* Texts are in the arena of the call that reads it. */
struct s3_list_page {
    bool live;                         /* set by who asks: it is one of ListObjectsV2 */
    struct s3_list_item *first, *last; /* versions and markers mixed, in the order that matters */
    const char *next_key;        /* as the server writes it; live: a token. "" when not said */
    const char *next_version_id; /* "" when not said */
    bool truncated;              /* more follow */
    bool encoded;                /* keys are as encoding-type=url has them */
    const char *fault;           /* what is broken in an entry; NULL: nothing */
};

/* NULL, or why the document is no such page, as the end of a sentence. `page` is a struct
 * s3_list_page, which is overwritten but for `live`: the form is that of struct s3_request's
 * `read`. */
const char *s3_list_page_read(struct ctx *cx, void *page, struct str document);

#endif
