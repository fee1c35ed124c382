/*
 * JSON lines in a file that shows whether it is whole: the head, the lines, and the
 * end with the SHA-256 of every byte before the sum. A file without its end, or with
 * another sum, is refused before its first line is looked at.
 */
#ifndef SEEDBANK_BUCKET_SEALED_H
#define SEEDBANK_BUCKET_SEALED_H

#include <jansson.h>
#include <stdint.h>
#include <stdio.h>

#include "base/rc.h"

struct ctx;
struct sealed_reader;
struct sealed_writer;

/* What the lines are: for their head, and for messages. */
struct sealed_kind {
    const char *name;      /* "plan" */
    const char *member;    /* of the head, first: holds the version of the format */
    int version;           /* the only one that is read */
    const char *unwritten; /* sentences: what follows where it cannot be written */
    const char *unread;    /* and where it is not whole */
};

/* Nothing stands at `path` until the end was written; what stands there already is not replaced
 * (RC_FAIL). What was not ended leaves no file. Both take the reference to `head`, an object
 * without the kind's member; NULL is one that could not be made. All in cx->arena. */
enum rc sealed_create(struct ctx *cx, const struct sealed_kind *kind, const char *path,
                      json_t *head, struct sealed_writer **ret_writer) RC_MUST_CHECK;

/* The same in a file that never has a name; `title` stands for it in messages. */
enum rc sealed_begin(struct ctx *cx, const struct sealed_kind *kind, const char *title,
                     json_t *head, struct sealed_writer **ret_writer) RC_MUST_CHECK;

/* Take the reference to the object. The end gets the member "end" first, and the sum last. */
enum rc sealed_add(struct ctx *cx, struct sealed_writer *w, json_t *line) RC_MUST_CHECK;
enum rc sealed_end(struct ctx *cx, struct sealed_writer *w, json_t *end) RC_MUST_CHECK;

/* Where the next line will begin: bytes from the start of the file. */
uint64_t sealed_offset(const struct sealed_writer *w);

/* Of sealed_begin, after its end: at its first byte. Closed with the arena. */
FILE *sealed_file(const struct sealed_writer *w);

/* Reads the whole file once, to check it. RC_NOT_FOUND: no such file; RC_FAIL: not whole, changed,
 * or of a version that this program does not know. Head and end are in cx->arena. */
struct sealed_ends {
    const json_t *head, *end;
};
enum rc sealed_open(struct ctx *cx, const struct sealed_kind *kind, const char *path,
                    struct sealed_ends *ret_ends, struct sealed_reader **ret_reader) RC_MUST_CHECK;

/* The same of an open file, which is borrowed. */
enum rc sealed_read(struct ctx *cx, const struct sealed_kind *kind, const char *title, FILE *file,
                    struct sealed_ends *ret_ends, struct sealed_reader **ret_reader) RC_MUST_CHECK;

/* The next line, in cx->arena. RC_NOT_FOUND after the last one. */
enum rc sealed_next(struct ctx *cx, struct sealed_reader *r, const json_t **ret_line) RC_MUST_CHECK;

/* A line that is none of its kind: the error of a file that is not whole. */
enum rc sealed_refuse(struct ctx *cx, const struct sealed_reader *r, const char *why);

/* The sum that the file names, in hex: no other has it. Lives as long as the reader. */
const char *sealed_sha256(const struct sealed_reader *r);

/* From the first line again; and from the line that begins at that byte. */
void sealed_rewind(struct sealed_reader *r);
void sealed_seek(struct sealed_reader *r, uint64_t offset);

#endif
