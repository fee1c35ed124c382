/*
 * OpenSSL's texts of errors: 4,700, which it enters into a table at its first use, a tenth of the
 * start-up time of a plugin. Those of TLS itself are always there.
 */
#ifndef BASE_TLS_WORDS_H
#define BASE_TLS_WORDS_H

/* For the whole process, before the first use of OpenSSL: numbers in place of texts, until
 * tls_words_load. Where OpenSSL is a shared library, which offers no way back, nothing changes. */
void tls_words_postpone(void);

/* Before errors of OpenSSL are put into words; from any thread, as often as one likes. */
void tls_words_load(void);

#endif
