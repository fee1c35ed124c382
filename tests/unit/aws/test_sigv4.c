/*
 * Walks tests/vectors/sigv4 and tests/vectors/presign: each folder is one test. Also the properties
 * that no vector states: what is sent equals what is signed, and where secrets stay.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <jansson.h>
#include <openssl/hmac.h>
#include <stdlib.h>
#include <string.h>

#include "aws/digest.h"
#include "aws/sigv4.h"
#include "base/arena.h"

#define VECTORS  "tests/vectors/sigv4"
#define PRESIGN  "tests/vectors/presign"
#define MOST     256
#define AT_LEAST 60 /* of the first, 10 of the second */

static const char *text_of(json_t *o, const char *key)
{
    const char *s = json_string_value(json_object_get(o, key));

    return s ? s : "";
}

static const char *read_text(struct arena *a, const char *folder, const char *name)
{
    char *data = arena_alloc(a, 65536);
    FILE *f = fopen(arena_printf(a, "%s/%s", folder, name), "rb");

    assert_non_null(f);
    size_t n = fread(data, 1, 65535, f);
    assert_true(n > 0 && n < 65535);
    fclose(f);
    return data;
}

static time_t time_of(const char *stamp)
{
    struct tm tm = {.tm_isdst = 0};

    assert_non_null(strptime(stamp, "%Y%m%dT%H%M%SZ", &tm));
    return timegm(&tm);
}

static unsigned flags_of(json_t *o)
{
    static const char *const names[] = {"normalise_path", "double_encode", "content_sha256"};
    unsigned flags = 0;
    json_t *list = json_object_get(o, "flags"), *item;
    size_t i;

    json_array_foreach(list, i, item)
    {
        size_t k = 0;
        while (k < 3 && strcmp(names[k], json_string_value(item)) != 0) {
            k++;
        }
        assert_true(k < 3);
        flags |= 1U << k;
    }
    return flags;
}

static struct sigv4_request request_of(struct arena *a, json_t *o)
{
    json_t *params = json_object_get(o, "params"), *headers = json_object_get(o, "headers"), *item;
    struct sigv4_param *p = arena_array(a, json_array_size(params), sizeof(*p));
    struct http_header *h = arena_array(a, json_array_size(headers), sizeof(*h));
    struct sigv4_credentials *c = arena_alloc(a, sizeof(*c));
    size_t i;

    json_array_foreach(params, i, item) p[i] = (struct sigv4_param){
        json_string_value(json_array_get(item, 0)), json_string_value(json_array_get(item, 1))};
    json_array_foreach(headers, i, item) h[i] = (struct http_header){
        json_string_value(json_array_get(item, 0)), json_string_value(json_array_get(item, 1))};
    *c = (struct sigv4_credentials){text_of(o, "access_key"), text_of(o, "secret_key"),
                                    json_string_value(json_object_get(o, "session_token"))};
    return (struct sigv4_request){
        .method = text_of(o, "method"),
        .host = text_of(o, "host"),
        .path = text_of(o, "path"),
        .params = p,
        .n_params = json_array_size(params),
        .headers = h,
        .n_headers = json_array_size(headers),
        .payload_hash = json_string_value(json_object_get(o, "payload_hash")),
        .body = str_of(text_of(o, "body")),
        .credentials = c,
        .region = text_of(o, "region"),
        .service = text_of(o, "service"),
        .time = time_of(text_of(o, "time")),
        .flags = flags_of(o),
    };
}

static const char *header(const struct sigv4_signed *s, const char *name)
{
    for (size_t i = 0; i < s->n_headers; i++) {
        if (strcmp(s->headers[i].name, name) == 0) {
            return s->headers[i].value;
        }
    }
    return NULL;
}

static void vector(void **state)
{
    const char *folder = *state;
    struct arena *a = arena_new();
    json_t *o = json_loads(read_text(a, folder, "request.json"), 0, NULL);
    struct sigv4_signed s;

    assert_non_null(o);
    struct sigv4_request r = request_of(a, o);
    assert_true(sigv4_sign(a, &r, &s));
    assert_string_equal(s.canonical_request, read_text(a, folder, "canonical-request.txt"));
    assert_string_equal(s.string_to_sign, read_text(a, folder, "string-to-sign.txt"));
    assert_string_equal(arena_printf(a, "%s\n", header(&s, "authorization")),
                        read_text(a, folder, "authorization.txt"));
    assert_string_equal(header(&s, "host"), r.host);
    json_decref(o);
    arena_free(a);
}

static const char *presign_path(struct arena *a, const char *target)
{
    return arena_strndup(a, target, strcspn(target, "?"));
}

static void presigned_vector(void **state)
{
    const char *folder = *state;
    struct arena *a = arena_new();
    json_t *o = json_loads(read_text(a, folder, "request.json"), 0, NULL);
    struct sigv4_presigned s;

    assert_non_null(o);
    struct sigv4_request r = request_of(a, o);
    unsigned expires = (unsigned)json_integer_value(json_object_get(o, "expires"));
    assert_true(sigv4_presign(a, &r, expires, &s));
    assert_string_equal(s.canonical_request, read_text(a, folder, "canonical-request.txt"));
    assert_string_equal(s.string_to_sign, read_text(a, folder, "string-to-sign.txt"));
    const char *signature = strstr(s.target, "&X-Amz-Signature=");
    assert_non_null(signature);
    assert_string_equal(arena_printf(a, "%s\n", strchr(signature, '=') + 1),
                        read_text(a, folder, "signature.txt"));
    /* What is on the wire is what was signed. */
    const char *query = strchr(s.target, '?') + 1;
    assert_string_equal(presign_path(a, s.target), presign_path(a, sigv4_target(a, &r)));
    if (strcmp(text_of(o, "service"), "s3") == 0 && !strstr(query, "versioning")) {
        assert_non_null(strstr(s.canonical_request,
                               arena_printf(a, "\n%.*s\n", (int)(signature - query), query)));
    }
    json_decref(o);
    arena_free(a);
}

static const struct sigv4_credentials example = {"AKIDEXAMPLE", "a-very-secret-key", "a-token"};

static struct sigv4_request get_of(const char *path)
{
    return (struct sigv4_request){.method = "GET",
                                  .host = "h",
                                  .path = path,
                                  .credentials = &example,
                                  .region = "r",
                                  .service = "s3",
                                  .flags = SIGV4_S3};
}

/* What S3 verifies is the path on the wire and the parameters as parsed: both must agree. */
static void sent_is_signed(void **state)
{
    struct arena *a = arena_new();
    struct sigv4_param params[] = {{"versions", NULL}, {"prefix", "a+b/%"}, {"delimiter", "/"}};
    struct sigv4_request r = get_of("/b/a=b/../+%/\n");
    struct sigv4_signed s;
    (void)state;

    r.params = params;
    r.n_params = 3;
    assert_true(sigv4_sign(a, &r, &s));
    assert_string_equal(sigv4_target(a, &r),
                        "/b/a%3Db/../%2B%25/%0A?delimiter=%2F&prefix=a%2Bb%2F%25&versions");
    assert_non_null(strstr(s.canonical_request, "GET\n/b/a%3Db/../%2B%25/%0A\n"
                                                "delimiter=%2F&prefix=a%2Bb%2F%25&versions=\n"));
    r.n_params = 0;
    assert_string_equal(sigv4_target(a, &r), "/b/a%3Db/../%2B%25/%0A");
    arena_free(a);
}

static void secret_stays_inside(void **state)
{
    struct arena *a = arena_new();
    struct sigv4_request r = get_of("/");
    struct sigv4_signed s;
    (void)state;

    assert_true(sigv4_sign(a, &r, &s));
    assert_int_equal(s.n_headers, 5);
    for (size_t i = 0; i < s.n_headers; i++) {
        assert_null(strstr(s.headers[i].value, example.secret_key));
    }
    assert_null(strstr(s.canonical_request, example.secret_key));
    assert_string_equal(header(&s, "x-amz-security-token"), "a-token");
    assert_non_null(strstr(header(&s, "authorization"), "x-amz-security-token"));
    arena_free(a);
}

static void an_impossible_time_is_refused(void **state)
{
    struct arena *a = arena_new();
    struct sigv4_signed s = {.n_headers = 42};
    struct sigv4_presigned p = {NULL, NULL, NULL};
    struct sigv4_request r = get_of("/");
    (void)state;

    r.time = (time_t)1 << 40;
    assert_false(sigv4_sign(a, &r, &s));
    assert_int_equal(s.n_headers, 42);
    assert_false(sigv4_presign(a, &r, 60, &p));
    assert_null(p.target);
    arena_free(a);
}

/* RFC 1321's and RFC 6234's own examples. */
static void digests(void **state)
{
    char md5[DIGEST_MD5_BASE64_SIZE], hex[DIGEST_SHA256_HEX_SIZE];
    unsigned char sum[DIGEST_MD5_SIZE];
    (void)state;

    assert_true(digest_md5(STR_LIT(""), sum));
    digest_md5_base64(sum, md5);
    assert_string_equal(md5, "1B2M2Y8AsgTpgAmY7PhCfg==");
    assert_true(digest_sha256_hex(STR_LIT("abc"), hex));
    assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_true(digest_sha256_hex((struct str){NULL, 0}, hex));
    assert_string_equal(hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

static void streams_begin_anew(void **state)
{
    struct arena *a = arena_new();
    struct digest_stream *sha = digest_stream_new(a), *md5 = digest_stream_new_md5(a);
    char hex[DIGEST_SHA256_HEX_SIZE];
    (void)state;

    for (int i = 0; i < 2; i++) {
        assert_true(digest_stream_add(sha, STR_LIT("a")) && digest_stream_add(sha, STR_LIT("bc")));
        assert_true(digest_stream_end(sha, hex));
        assert_string_equal(hex,
                            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_true(digest_stream_add(md5, STR_LIT("ab")) && digest_stream_add(md5, STR_LIT("c")));
        assert_true(digest_stream_end(md5, hex));
        assert_string_equal(hex, "900150983cd24fb0d6963f7d28e17f72");
    }
    arena_free(a);
}

/* Cases 2 and 6 of RFC 4231, and OpenSSL's HMAC for keys around the size of a block. */
static void macs(void **state)
{
    static const char data[] = "what do ya want for nothing?";
    unsigned char key[150], mac[DIGEST_SHA256_SIZE], theirs[DIGEST_SHA256_SIZE];
    char hex[DIGEST_SHA256_HEX_SIZE];
    (void)state;

    assert_true(digest_hmac_sha256(STR_LIT("Jefe"), STR_LIT(data), mac));
    digest_hex(mac, sizeof(mac), hex);
    assert_string_equal(hex, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    memset(key, 0xaa, sizeof(key));
    assert_true(
        digest_hmac_sha256((struct str){(const char *)key, 131},
                           STR_LIT("Test Using Larger Than Block-Size Key - Hash Key First"), mac));
    digest_hex(mac, sizeof(mac), hex);
    assert_string_equal(hex, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
    for (size_t n = 0; n < sizeof(key); n++) {
        key[n] = (unsigned char)(7 * n);
        assert_true(digest_hmac_sha256((struct str){(const char *)key, n},
                                       (struct str){data, n % sizeof(data)}, mac));
        assert_non_null(HMAC(EVP_sha256(), key, (int)n, (const unsigned char *)data,
                             n % sizeof(data), theirs, NULL));
        assert_memory_equal(mac, theirs, sizeof(mac));
    }
}

/* One test for each folder; how many there are now. */
static size_t add_cases(struct arena *a, const char *folder, CMUnitTestFunction run,
                        struct CMUnitTest *tests, size_t n)
{
    DIR *d = opendir(folder);

    if (d == NULL) {
        fprintf(stderr, "run from the top folder: no %s here\n", folder);
        exit(1);
    }
    for (struct dirent *e; (e = readdir(d)) != NULL && n < MOST;) {
        if (e->d_name[0] == '.' || strchr(e->d_name, '.')) {
            continue;
        }
        char *path = arena_printf(a, "%s/%s", folder, e->d_name);
        tests[n++] = (struct CMUnitTest){path, run, NULL, NULL, path};
    }
    closedir(d);
    return n;
}

int main(void)
{
    struct CMUnitTest tests[MOST] = {
        cmocka_unit_test(sent_is_signed),
        cmocka_unit_test(secret_stays_inside),
        cmocka_unit_test(an_impossible_time_is_refused),
        cmocka_unit_test(digests),
        cmocka_unit_test(streams_begin_anew),
        cmocka_unit_test(macs),
    };
    struct arena *a = arena_new();
    size_t in_headers = add_cases(a, VECTORS, vector, tests, 5);
    size_t all = add_cases(a, PRESIGN, presigned_vector, tests, in_headers);

    if (in_headers < AT_LEAST || all - in_headers < 10) {
        fprintf(stderr, "only %zu and %zu vectors found\n", in_headers, all - in_headers);
        return 1;
    }
    int failed = _cmocka_run_group_tests("sigv4", tests, all, NULL, NULL);
    arena_free(a);
    return failed;
}
