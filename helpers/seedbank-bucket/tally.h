/* How many objects something became of, as lines below a summary. */
#ifndef SEEDBANK_BUCKET_TALLY_H
#define SEEDBANK_BUCKET_TALLY_H

#include <stdint.h>

struct cli;

/* "  3 objects <words>"; nothing where there are none. */
void tally_say(struct cli *cli, uint64_t n, const char *words);

#endif
