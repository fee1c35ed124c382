/*
 * Signs whatever comes. The input is cut at NULs into: flags, method, host,
 * path, token, then names and values of parameters and headers in turn. Checked:
 * the wire target holds only bytes that need no encoding, the canonical request
 * begins and ends as it must, no secret is in what leaves, and the same input
 * gives the same signature.
 */
#include <stdint.h>
#include <string.h>

#include "aws/sigv4.h"
#include "base/arena.h"
#include "base/str.h"

#define SECRET "Fuzz-Secret-Key-That-Must-Not-Leak"
#define MAX    32

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *next(struct arena *a, const uint8_t **data, size_t *size)
{
    const char *s = arena_strndup(a, (const char *)*data, *size);
    size_t n = strlen(s);

    n += n < *size;
    *data += n;
    *size -= n;
    return s;
}

static void require(int condition)
{
    if (!condition) {
        abort();
    }
}

/* `known`: the input itself holds the secret, so that seeing it proves nothing. */
static void check(struct arena *a, const struct sigv4_request *r, int known)
{
    struct sigv4_signed s, again;
    const char *target = sigv4_target(a, r);

    require(sigv4_sign(a, r, &s) && sigv4_sign(a, r, &again));
    require(strspn(target, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                           "0123456789-._~/%?&=") == strlen(target));
    require(strcmp(s.string_to_sign, again.string_to_sign) == 0);
    for (size_t i = 0; i < s.n_headers; i++) {
        require(strcmp(s.headers[i].value, again.headers[i].value) == 0);
        require(known || strstr(s.headers[i].value, SECRET) == NULL);
    }
    require(str_starts(s.canonical_request, arena_printf(a, "%s\n/", r->method)));
    require(str_ends(s.canonical_request,
                     "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new();
    struct sigv4_param params[MAX];
    struct http_header headers[MAX];
    struct sigv4_credentials c = {.access_key = "AKIDEXAMPLE", .secret_key = SECRET};
    struct sigv4_request r = {.params = params,
                              .headers = headers,
                              .credentials = &c,
                              .region = "us-east-1",
                              .service = "s3",
                              .time = 1440938160};

    int known = memmem(data, size, SECRET, strlen(SECRET)) != NULL;

    if (size < 1 || size > 65536) {
        arena_free(a);
        return 0;
    }
    r.flags = data[0] & 7U;
    data++, size--;
    r.method = next(a, &data, &size);
    r.host = next(a, &data, &size);
    r.path = arena_printf(a, "/%s", next(a, &data, &size));
    c.session_token = next(a, &data, &size);
    while (size > 0 && r.n_headers < MAX) {
        const char *name = next(a, &data, &size), *value = next(a, &data, &size);
        if (r.n_params <= r.n_headers) {
            params[r.n_params++] = (struct sigv4_param){name, *value ? value : NULL};
        } else {
            headers[r.n_headers++] = (struct http_header){name, value};
        }
    }
    check(a, &r, known);
    arena_free(a);
    return 0;
}
