#include "plugin/algorithms.h"

#include <openssl/core_dispatch.h>
#include <openssl/provider.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

/* By the first of an algorithm's names. A name may stand in several operations: EC is a kind of
 * key, and what encodes and decodes one. */
static const char wanted[] = ":SHA1:SHA2-224:SHA2-256:SHA2-384:SHA2-512:"
                             ":MD5:" /* Content-MD5 */
                             ":AES-128-GCM:AES-256-GCM:ChaCha20-Poly1305:AES-128-CBC:AES-256-CBC:"
                             ":HMAC:Poly1305:HKDF:TLS13-KDF:TLS1-PRF:"
                             ":RSA:RSA-PSS:EC:ECDH:ECDSA:X25519:ED25519:"
                             ":DER:PrivateKeyInfo:SubjectPublicKeyInfo:"
                             ":SEED-SRC:CTR-DRBG:AES-256-CTR:AES-256-ECB:" /* random numbers */;

/* Libraries of Debian 12 hide it; static ones do not. */
extern OSSL_provider_init_fn ossl_default_provider_init __attribute__((weak));

#define MOST_OPERATIONS 32 /* OSSL_OP__HIGHEST is 22 */
#define MOST_ALGORITHMS 64
#define MOST_FUNCTIONS  16

static OSSL_ALGORITHM narrowed[MOST_OPERATIONS][MOST_ALGORITHMS];

static bool is_wanted(const char *names)
{
    char key[64];
    snprintf(key, sizeof key, ":%.*s:", (int)strcspn(names, ":"), names);
    return strcasestr(wanted, key) != NULL;
}

/* Take over what is wanted of one operation (keys, digests, ciphers ...). */
static void narrow(int operation, const OSSL_ALGORITHM *all)
{
    size_t n = 0;
    for (; all && all->algorithm_names; all++) {
        if (is_wanted(all->algorithm_names) && n + 1 < MOST_ALGORITHMS) {
            narrowed[operation][n++] = *all;
        }
    }
}

static const OSSL_ALGORITHM *query(void *provider, int operation, int *no_store)
{
    (void)provider;
    *no_store = 0;
    return operation > 0 && operation < MOST_OPERATIONS ? narrowed[operation] : NULL;
}

/* The default provider, but for the one function that lists its algorithms. */
static int init(const OSSL_CORE_HANDLE *handle, const OSSL_DISPATCH *in, const OSSL_DISPATCH **out,
                void **ret_provider)
{
    static OSSL_DISPATCH functions[MOST_FUNCTIONS];
    const OSSL_DISPATCH *all;
    int no_store;
    if (!ossl_default_provider_init(handle, in, &all, ret_provider)) {
        return 0;
    }
    for (size_t i = 0; all[i].function_id && i + 1 < MOST_FUNCTIONS; i++) {
        functions[i] = all[i];
        if (all[i].function_id == OSSL_FUNC_PROVIDER_QUERY_OPERATION) {
            for (int operation = 1; operation < MOST_OPERATIONS; operation++) {
                narrow(operation, OSSL_FUNC_provider_query_operation(&all[i])(
                                      *ret_provider, operation, &no_store));
            }
            functions[i].function = (void (*)(void))query;
        }
    }
    *out = functions;
    return 1;
}

void algorithms_narrow(void)
{
    if (ossl_default_provider_init && OSSL_PROVIDER_add_builtin(NULL, "narrowed", init)) {
        OSSL_PROVIDER_load(NULL, "narrowed");
    }
}
