/*
 * What history manifests say of a bucket, key by key beside its listing: for walk, which
 * gives the entries of a copy with the times of its source.
 *
 * A bucket may hold several copies with history, each in its folder; keys in none of
 * them are as the listing has them.
 */
#ifndef SEEDBANK_BUCKET_HISTORY_H
#define SEEDBANK_BUCKET_HISTORY_H

#include <stdbool.h>
#include <stdint.h>

#include "cli/cli.h"
#include "s3/s3.h"
#include "s3/s3_list.h"

struct history;

/* The manifests whose folders may hold keys with these prefixes (none: any), read to their ends and
 * found whole. NULL: there is none. In the command's arena. RC_NOT_FOUND: no such bucket; RC_FAIL
 * with CLI_REFUSED: one is damaged. */
enum rc history_open(struct cli *cli, const struct s3_target *target,
                     const struct cli_texts *prefixes, struct history **ret_history) RC_MUST_CHECK;

/* Every key with one of these prefixes (none: any) lies in one of the folders. */
bool history_covers(const struct history *h, const struct cli_texts *prefixes);

/* The key lies in one of them. */
bool history_knows(const struct history *h, const char *key);

/* When the first of them ends, moment.h: nobody knows what its source did later. */
int64_t history_until(const struct history *h);

/* What their sources had before it may be missing, moment.h; 0: nothing is. */
int64_t history_since(const struct history *h);

/* From what, in words: "bucket courses of https://..., as of 2026-11-24T10:00:00Z". */
const char *history_text(struct arena *a, const struct history *h);

/* ---- For walk ---------------------------------------------------------------------------------
 */

/* From the first key again. */
void history_rewind(struct history *h);

/* The next key that a manifest has; NULL: none. Lives until the next call. */
enum rc history_peek(struct ctx *cx, struct history *h, const char **ret_key) RC_MUST_CHECK;

/* Without that one. */
void history_pass(struct history *h);

/* Go to that key, whether a manifest has it or not; keys only go forward. It must not be the text
 * that history_peek gave. */
enum rc history_begin(struct ctx *cx, struct history *h, const char *key) RC_MUST_CHECK;

/* As history_view.h says. */
void history_take(struct history *h, const struct s3_list_entry *entry);
bool history_next(struct history *h, struct s3_list_entry *ret_entry);
const char *history_doubt(const struct history *h, int64_t at);

#endif
