/* Numbers as people read them, in the arena. */
#ifndef CLI_CLI_WORDS_H
#define CLI_CLI_WORDS_H

#include <stdint.h>

struct arena;
struct buf;

const char *cli_words_count(struct arena *a, uint64_t n);     /* 1,234,567 */
const char *cli_words_bytes(struct arena *a, uint64_t bytes); /* 512 bytes, 1.2 GiB */
const char *cli_words_span(struct arena *a,
                           int64_t seconds); /* 45 s, 3 min 20 s, 2 h 5 min, 9 days */

/* "1 object", "2,345 objects". */
const char *cli_words_of(struct arena *a, uint64_t n, const char *one, const char *many);

/* One more word of a command line, after a blank, as a shell takes it for one. */
void cli_words_add(struct buf *line, const char *word);

/* A key as one printable line: control characters and what is no UTF-8 as \xHH. */
const char *cli_words_key(struct arena *a, const char *key);

#endif
