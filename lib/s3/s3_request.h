/*
 * Inside lib/s3: the one way a request goes out. It addresses the bucket, signs
 * each try afresh, sends, reads the reply's document and sorts refusals (see
 * s3_error.h) into results and messages. A refusal that says how to ask better
 * is heeded first (s3_again.h); one that will pass is tried again as http.h says, also where it
 * hides in a reply of status 200 (InternalError, SlowDown, ServiceUnavailable) or 400
 * (RequestTimeout).
 */
#ifndef S3_S3_REQUEST_H
#define S3_S3_REQUEST_H

#include "aws/sigv4.h"
#include "http/http.h"
#include "s3/s3_client.h"
#include "s3/s3_error.h"
#include "xml/xml.h"

#define S3_REQUEST_NAMESPACE "http://s3.amazonaws.com/doc/2006-03-01/"

struct s3_request {
    const char *doing; /* for messages: "Cannot <doing> bucket b", "... object k of bucket b" */
    const char
        *permission; /* what the caller needs to be allowed, such as s3:GetBucketVersioning */
    const char *method;
    const char *bucket;
    const char *key;            /* NULL: the bucket itself */
    const char *expected_owner; /* account ID that must own the bucket; NULL or "": any */
    const struct sigv4_param *params;
    size_t n_params;
    const char *content_type; /* NULL: none */
    /* More headers, signed too: what is set outside the body. One without name or value is left
     * out. */
    const struct http_header *headers;
    size_t n_headers;
    struct str body;
    bool content_md5; /* configuration documents, and objects for a locked bucket: AWS wants it */
    const unsigned char *md5; /* of the body, where it is known; NULL: worked out for content_md5 */
    bool may_be_denied;       /* AccessDenied is RC_CONFLICT, silently */
    bool unsigned_payload;    /* the body need not be hashed: TLS guards it, or the signed `md5` */
    /* Name of the reply's document; one of another name must be in S3's namespace, since servers
     * differ (moto: GetBucketVersioningResponse). NULL: a reply without document is fine. */
    const char *root;
    bool content; /* the reply's body is an object's content, not a document */
    /* Takes that content. Where it wants no more it says RC_CONFLICT or RC_NOT_FOUND: the result.
     * NULL: it is in the reply. */
    const struct http_sink *sink;
    bool mend; /* read it through xml_mend: a listing, never put back */
    /* Reads the document of a success in place of xml_parse, `root` included: NULL, or what it is
     * instead of S3's, as the end of a sentence. The reply has no root then. NULL: xml_parse. */
    const char *(*read)(struct ctx *cx, void *arg, struct str document);
    void *read_arg;
    size_t max_response; /* bytes; 0: http's default */
    int64_t extra_ms;    /* as struct http_request has it: the server works on it for long */

    /* What its refusals mean, where that differs from s3_error.c's table; NULL: nothing differs. */
    const struct s3_refusal *refusals;
    struct s3_error *error; /* filled when the server refused, silently or not; or NULL */
};

struct s3_reply {
    struct xml_node *root; /* NULL: no document came, or it is content */
    struct http_response http;
};

enum rc s3_request_send(struct ctx *cx, struct s3_client *client, const struct s3_request *request,
                        struct s3_reply *ret_reply) RC_MUST_CHECK;

/* Make the request one about that object; what says which version is the caller's. RC_FAIL when the
 * object has no name: the request would be about the bucket itself. */
enum rc s3_request_object(struct ctx *cx, const struct s3_object *object,
                          struct s3_request *request) RC_MUST_CHECK;

/* Add the message that OpenSSL refuses a digest, and return RC_FAIL. */
enum rc s3_request_no_crypto(struct ctx *cx);

/* Where the request goes, in words: bucket b, or object k of bucket b. */
char *s3_request_target(struct arena *a, const struct s3_request *request);

#endif
