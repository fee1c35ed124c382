/*
 * The algorithms that this process asks OpenSSL for: what TLS 1.2 and 1.3, certificates and request
 * signatures use today. OpenSSL 3.0 compares names with every algorithm of a provider each time it
 * reads a key or sets up TLS; its default provider has 370, and two thirds of the start-up time of
 * a plugin went there (docs/development/benchmarks.md). DES, MD4, SM2, DSA and their like are then
 * not there either, for anybody. Random numbers are the system's, TLS offers the groups in use, and
 * the table of names before OpenSSL 3 has nothing but the digests of certificates.
 */
#ifndef PLUGIN_ALGORITHMS_H
#define PLUGIN_ALGORITHMS_H

/* Before the first use of OpenSSL. It then does not read the machine's openssl.cnf either, which is
 * written for the machine's own OpenSSL and its modules, not for the one in a static program. Where
 * OpenSSL is a shared library, which does not let us in, everything stays as it is. */
void algorithms_narrow(void);

#endif
