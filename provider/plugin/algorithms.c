/* OpenSSL 3 calls RAND_set_rand_method out of date; what it offers in its place is not called. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "plugin/algorithms.h"

#include <errno.h>
#include <openssl/core_dispatch.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/params.h>
#include <openssl/provider.h>
#include <openssl/rand.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>

/* By the operation and the first of an algorithm's names; of decoders also by what they read: the
 * keys in certificates. Our private key needs none: it is read as before OpenSSL 3, and sooner. */
static const struct {
    int operation;
    const char *name, *property;
} wanted[] = {
    {OSSL_OP_DIGEST, "SHA1", ""},
    {OSSL_OP_DIGEST, "SHA2-224", ""},
    {OSSL_OP_DIGEST, "SHA2-256", ""},
    {OSSL_OP_DIGEST, "SHA2-384", ""},
    {OSSL_OP_DIGEST, "SHA2-512", ""},
    {OSSL_OP_DIGEST, "MD5", ""}, /* Content-MD5 */
    {OSSL_OP_CIPHER, "AES-128-GCM", ""},
    {OSSL_OP_CIPHER, "AES-256-GCM", ""},
    {OSSL_OP_CIPHER, "ChaCha20-Poly1305", ""},
    {OSSL_OP_CIPHER, "AES-128-CBC", ""},
    {OSSL_OP_CIPHER, "AES-256-CBC", ""},
    {OSSL_OP_MAC, "HMAC", ""},
    {OSSL_OP_KDF, "HKDF", ""},
    {OSSL_OP_KDF, "TLS13-KDF", ""},
    {OSSL_OP_KDF, "TLS1-PRF", ""},
    {OSSL_OP_KEYMGMT, "RSA", ""},
    {OSSL_OP_KEYMGMT, "RSA-PSS", ""},
    {OSSL_OP_KEYMGMT, "EC", ""},
    {OSSL_OP_KEYMGMT, "X25519", ""},
    {OSSL_OP_KEYMGMT, "ED25519", ""},
    {OSSL_OP_KEYMGMT, "HMAC", ""},
    {OSSL_OP_KEYEXCH, "ECDH", ""},
    {OSSL_OP_KEYEXCH, "X25519", ""},
    {OSSL_OP_SIGNATURE, "RSA", ""},
    {OSSL_OP_SIGNATURE, "ECDSA", ""},
    {OSSL_OP_SIGNATURE, "ED25519", ""},
    {OSSL_OP_SIGNATURE, "HMAC", ""},
    {OSSL_OP_ASYM_CIPHER, "RSA", ""},
    {OSSL_OP_DECODER, "RSA", "=SubjectPublicKeyInfo"},
    {OSSL_OP_DECODER, "RSA-PSS", "=SubjectPublicKeyInfo"},
    {OSSL_OP_DECODER, "EC", "=SubjectPublicKeyInfo"},
    {OSSL_OP_DECODER, "ED25519", "=SubjectPublicKeyInfo"},
};

/* Libraries of Debian 12 hide it; static ones do not. */
extern OSSL_provider_init_fn ossl_default_provider_init __attribute__((weak));

#define OPERATIONS     (OSSL_OP__HIGHEST + 1)
#define MOST_FUNCTIONS 16

/* What is wanted and there: of each operation a list, which an empty row ends. */
static OSSL_ALGORITHM narrowed[sizeof wanted / sizeof wanted[0] + OPERATIONS];
static const OSSL_ALGORITHM *lists[OPERATIONS];

static bool is_wanted(int operation, const OSSL_ALGORITHM *a)
{
    size_t n = strcspn(a->algorithm_names, ":");
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        if (wanted[i].operation == operation && strlen(wanted[i].name) == n &&
            strncasecmp(wanted[i].name, a->algorithm_names, n) == 0 &&
            strstr(a->property_definition, wanted[i].property)) {
            return true;
        }
    }
    return false;
}

static void narrow(OSSL_FUNC_provider_query_operation_fn *query_all, void *provider)
{
    OSSL_ALGORITHM *next = narrowed;
    size_t room = sizeof wanted / sizeof wanted[0];
    int operation = 0, no_store;
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        if (wanted[i].operation == operation) {
            continue;
        }
        operation = wanted[i].operation;
        lists[operation] = next;
        const OSSL_ALGORITHM *all = query_all(provider, operation, &no_store);
        for (; all && all->algorithm_names; all++) {
            if (room > 0 && is_wanted(operation, all)) {
                room--;
                *next++ = *all;
            }
        }
        next++;
    }
}

static const OSSL_ALGORITHM *query(void *provider, int operation, int *no_store)
{
    (void)provider;
    *no_store = 0;
    return operation > 0 && operation < OPERATIONS ? lists[operation] : NULL;
}

/* Of 50 groups for the key exchange of TLS, those whose kind of key is wanted and that someone
 * uses: libssl fetches a kind of key for each. */
static const char *const groups[] = {"x25519", "secp256r1", "secp384r1", "secp521r1"};

/* Of 24 ciphers that libssl looks up for each context, those above: for each of the others it would
 * search all, and write an error. The linker puts the first function in the place of the second. */
static const int ciphers[] = {NID_aes_128_gcm, NID_aes_256_gcm, NID_chacha20_poly1305,
                              NID_aes_128_cbc, NID_aes_256_cbc};

const EVP_CIPHER *algorithms_cipher(OSSL_LIB_CTX *context, int nid,
                                    const char *properties) __asm__("__wrap_ssl_evp_cipher_fetch");
extern const EVP_CIPHER *any_cipher(OSSL_LIB_CTX *context, int nid,
                                    const char *properties) __asm__("__real_ssl_evp_cipher_fetch")
    __attribute__((weak));
const EVP_CIPHER *algorithms_cipher(OSSL_LIB_CTX *context, int nid, const char *properties)
{
    for (size_t i = 0; i < sizeof ciphers / sizeof ciphers[0]; i++) {
        if (ciphers[i] == nid) {
            return any_cipher(context, nid, properties);
        }
    }
    return NULL;
}

static OSSL_FUNC_provider_get_capabilities_fn *all_capabilities;

struct asker {
    OSSL_CALLBACK *take;
    void *arg;
};

static int take_wanted(const OSSL_PARAM *group, void *arg)
{
    const struct asker *asker = arg;
    const OSSL_PARAM *p = OSSL_PARAM_locate_const(group, OSSL_CAPABILITY_TLS_GROUP_NAME);
    const char *name = NULL;
    if (!p || !OSSL_PARAM_get_utf8_string_ptr(p, &name)) {
        return 1;
    }
    for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++) {
        if (strcasecmp(groups[i], name) == 0) {
            return asker->take(group, asker->arg);
        }
    }
    return 1;
}

static int capabilities(void *provider, const char *capability, OSSL_CALLBACK *take, void *arg)
{
    struct asker asker = {take, arg};
    return all_capabilities(provider, capability, take_wanted, &asker);
}

/* The default provider, but for the functions that list its algorithms and groups. */
static int init(const OSSL_CORE_HANDLE *handle, const OSSL_DISPATCH *in, const OSSL_DISPATCH **out,
                void **ret_provider)
{
    static OSSL_DISPATCH functions[MOST_FUNCTIONS];
    const OSSL_DISPATCH *all;
    if (!ossl_default_provider_init(handle, in, &all, ret_provider)) {
        return 0;
    }
    for (size_t i = 0; all[i].function_id && i + 1 < MOST_FUNCTIONS; i++) {
        functions[i] = all[i];
        if (all[i].function_id == OSSL_FUNC_PROVIDER_QUERY_OPERATION) {
            narrow(OSSL_FUNC_provider_query_operation(&all[i]), *ret_provider);
            functions[i].function = (void (*)(void))query;
        } else if (all[i].function_id == OSSL_FUNC_PROVIDER_GET_CAPABILITIES) {
            all_capabilities = OSSL_FUNC_provider_get_capabilities(&all[i]);
            functions[i].function = (void (*)(void))capabilities;
        }
    }
    *out = functions;
    return 1;
}

/* The system's random numbers at each call: OpenSSL's own generators are three in a row, each
 * seeded from the former and the first from here. */
static int fill_random(unsigned char *bytes, int n)
{
    for (int at = 0; at < n;) {
        ssize_t got = getrandom(bytes + at, (size_t)(n - at), 0);
        if (got < 0 && errno != EINTR) {
            return 0;
        }
        at += got > 0 ? (int)got : 0;
    }
    return n >= 0;
}

static int random_status(void)
{
    return 1;
}

static const RAND_METHOD system_random = {
    .bytes = fill_random, .pseudorand = fill_random, .status = random_status};

/* The table of names before OpenSSL 3, which has 200 ciphers and 100 digests and is copied into the
 * new one. Without its digests no signature of a certificate can be verified. */
int algorithms_add_ciphers(void) __asm__("openssl_add_all_ciphers_int");
int algorithms_add_ciphers(void)
{
    return 1;
}

int algorithms_add_digests(void) __asm__("openssl_add_all_digests_int");
int algorithms_add_digests(void)
{
    return EVP_add_digest(EVP_sha1()) && EVP_add_digest(EVP_sha224()) &&
           EVP_add_digest(EVP_sha256()) && EVP_add_digest(EVP_sha384()) &&
           EVP_add_digest(EVP_sha512());
}

void algorithms_narrow(void)
{
    OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
    RAND_set_rand_method(&system_random);
    if (ossl_default_provider_init && OSSL_PROVIDER_add_builtin(NULL, "narrowed", init)) {
        OSSL_PROVIDER_load(NULL, "narrowed");
    }
}
