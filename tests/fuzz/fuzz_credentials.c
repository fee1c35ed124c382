/*
 * What others write for the credential chain: the first byte picks who reads it.
 * Shared files, replies in JSON and commands of a profile are refused with a
 * reason that is UTF-8, or read; times and URLs are judged without harm.
 */
#include <stdint.h>
#include <string.h>

#include "aws/credentials_private.h"
#include "aws/profiles.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/str.h"
#include "json/json_flat.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool ok)
{
    if (!ok) {
        abort();
    }
}

static void read_profiles(struct arena *a, struct str text)
{
    struct profiles *p = profiles_new(a);
    const char *why = NULL;

    for (enum profiles_file file = PROFILES_CONFIG; file < PROFILES_N_FILES; file++) {
        must(profiles_add(p, file, text, &why) || (why && str_utf8_valid(str_of(why))));
    }
    profiles_any(p, "default", "region");
    must(!profiles_get(p, PROFILES_CONFIG, "default", "region") || profiles_has(p, "default"));
}

static void read_json(struct arena *a, struct str text)
{
    const char *why = NULL;
    const struct json_flat *o = json_flat_read(a, text, &why);

    must(o || (why && str_utf8_valid(str_of(why))));
    json_flat_text(o, "AccessKeyId");
}

static void read_command(struct arena *a, struct str text)
{
    const char *const *argv;
    size_t n = 0;

    if (credentials_process_split(a, str_dup(a, text), &argv)) {
        for (; argv[n]; n++) {
            must(strlen(argv[n]) <= text.n);
        }
        must(n > 0 && *argv[0]);
    }
}

static void read_time(struct arena *a, struct str text)
{
    struct timespec t;

    (void)a;
    must(!clock_rfc3339_parse(text, &t) || (t.tv_sec > -100000 && t.tv_nsec < 1000000000));
}

/* A plain URL that is allowed names a host that is near. */
static void read_url(struct arena *a, struct str text)
{
    const char *url = str_dup(a, text);

    if (credentials_container_allows(url) && url[4] == ':') {
        must(strcspn(url + 7, "@\\") >= strcspn(url + 7, "/?#"));
        must(strchr("1lL[", url[7]) != NULL && url[7]);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const readers[])(struct arena * a, struct str text) = {
        read_profiles, read_json, read_command, read_time, read_url,
    };
    struct arena *a = arena_new();

    if (size > 0 && size <= 65536) {
        readers[data[0] % (sizeof(readers) / sizeof(*readers))](
            a, (struct str){(const char *)data + 1, size - 1});
    }
    arena_free(a);
    return 0;
}
