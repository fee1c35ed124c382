/*
 * Whether two versions have the same content, wherever they lie: proven, or said
 * to be not proven. The cheapest proof is tried first:
 *
 *   sizes; equal ETags; checksums of the same kind; ETags that are both the MD5 of
 *   all bytes; and then reading: only one side where the other's ETag can be
 *   computed from its bytes (their MD5, or that of parts of a known size), else
 *   both, and SHA-256. Any size in little memory.
 *
 * What proves nothing: ETags of KMS and SSE-C, which are no MD5; different ETags
 * of objects made of parts; equal checksums of 32 bits, which are no proof that
 * contents are equal (different ones prove that they differ).
 *
 * Thread-safe: each call works with what it is given alone. Everything found is in
 * cx->arena.
 */
#ifndef SEEDBANK_BUCKET_PROOF_H
#define SEEDBANK_BUCKET_PROOF_H

#include <stdbool.h>
#include <stdint.h>

#include "aws/digest.h"
#include "s3/s3.h"
#include "s3/s3_object_info.h"

struct ctx;

/* A version: given as a listing has it. Texts are borrowed. */
struct proof_side {
    struct s3_target target;
    const char *key;
    const char *version; /* NULL: the newest */
    const char *etag;    /* with its quotes; NULL, "": not known */
    uint64_t size;
    const char *called; /* in reasons: "the copy"; NULL: "it" */

    /* Found by proof_look; all NULL: nobody looked yet. */
    const struct s3_object_info *info; /* with checksums */
    const char *why;                   /* it cannot be looked at: one line */
    bool failed; /* because a request failed, and not because of what the version is */
};

struct proof_options {
    bool deep;   /* read both whatever their headers say */
    bool unread; /* read nothing: HEAD alone */
};

enum proof_answer {
    PROOF_SAME,
    PROOF_DIFFERENT,
    PROOF_NONE, /* neither: see `why` */
};

enum proof_by { PROOF_BY_NOTHING, PROOF_BY_HEADERS, PROOF_BY_READING };

struct proof {
    enum proof_answer answer;
    enum proof_by by;
    const char *why; /* one line; NULL: the same */
    /* NONE because a request failed, though it was tried again, and not because of what the
     * versions are: many of those in a row are one cause. */
    bool failed;
    char sha256[DIGEST_SHA256_HEX_SIZE]; /* of the content, where it became known; else "" */
};

/* HEAD, once: sets what is found. RC_FAIL: interrupted. Needs s3:GetObject, of a version
 * s3:GetObjectVersion. */
enum rc proof_look(struct ctx *cx, struct proof_side *side) RC_MUST_CHECK;

/* RC_FAIL: interrupted. Needs s3:GetObject, of versions s3:GetObjectVersion, of objects encrypted
 * by KMS kms:Decrypt. */
enum rc proof_compare(struct ctx *cx, struct proof_side *a, struct proof_side *b,
                      const struct proof_options *options, struct proof *ret_proof) RC_MUST_CHECK;

/* The SHA-256 of one version: from a checksum of the whole, else, and with `deep`, by reading.
 * SAME: it became known, and its ETag tells nothing else. DIFFERENT: its bytes are not those that
 * it was stored with. Else as proof_compare. */
enum rc proof_sum(struct ctx *cx, struct proof_side *side, const struct proof_options *options,
                  struct proof *ret_proof) RC_MUST_CHECK;

#endif
