/* Inside proof: its parts. */
#ifndef SEEDBANK_BUCKET_PROOF_PRIVATE_H
#define SEEDBANK_BUCKET_PROOF_PRIVATE_H

#include "base/diag.h"
#include "seedbank-bucket/proof.h"

#define PROOF_OWN_KEY "%s is encrypted with a key that only its owner has (SSE-C)"

static inline const char *proof_called(const struct proof_side *side)
{
    return side->called ? side->called : "it";
}

/* A request failed with messages, which are taken back: they become one line that begins with who
 * it was. RC_FAIL: the work was interrupted, the messages stay. */
enum rc proof_excuse(struct ctx *cx, const struct proof_side *side, struct diag_point before,
                     const char **ret_why) RC_MUST_CHECK;

/* The same text, whatever quotes each has; and one that is an MD5, or made of MD5s. */
bool proof_same_etag(const char *x, const char *y);
bool proof_is_md5(const char *etag);

/* What its checksums or ETags prove. Both were looked at. NONE: nothing. */
enum proof_answer proof_by_headers(const struct proof_side *a, const struct proof_side *b);

/* The SHA-256 of the whole that a header tells, in hex. */
bool proof_header_sum(const struct proof_side *side, char ret_sum[DIGEST_SHA256_HEX_SIZE]);

/* What reading tells. As proof_compare and proof_sum; both were looked at. */
enum rc proof_read(struct ctx *cx, struct proof_side *a, struct proof_side *b, bool both,
                   struct proof *ret_proof) RC_MUST_CHECK;
enum rc proof_read_sum(struct ctx *cx, struct proof_side *side,
                       struct proof *ret_proof) RC_MUST_CHECK;

#endif
