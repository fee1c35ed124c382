#include "base/tls_words.h"

#include <openssl/crypto.h>
#include <pthread.h>
#include <stddef.h>

/* Libraries of Debian 12 hide it; static ones do not. */
extern int ossl_err_load_crypto_strings(void);
#pragma weak ossl_err_load_crypto_strings

static void load(void)
{
    if (ossl_err_load_crypto_strings) {
        ossl_err_load_crypto_strings();
    }
}

void tls_words_postpone(void)
{
    if (ossl_err_load_crypto_strings) {
        OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CRYPTO_STRINGS, NULL);
    }
}

void tls_words_load(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, load);
}
