/* Keys looked up in bulk: each is found as it is, and with few requests. */
#include "fixture.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "seedbank-bucket/look.h"

#define KEYS          5000 /* in the bucket: k/00000 ..., each with versions "new" and "old" */
#define DEEP          1234 /* but this one has DEEP_VERSIONS more, between those two */
#define DEEP_VERSIONS 2500
#define PAGE_ROOM     ((size_t)1 << 20)

struct fixture {
    struct place at;
    struct arena *into;
    atomic_uint requests;
    atomic_size_t apart;
};

/* A number of the query, or `otherwise`. */
static long number(const char *query, const char *name, long otherwise)
{
    const char *at = strstr(query, name);

    return at ? strtol(at + strlen(name), NULL, 10) : otherwise;
}

static long versions_of(long key)
{
    return key == DEEP ? DEEP_VERSIONS + 2 : 2;
}

/* The listing from version `version` of key `key` on. */
static const char *page(struct arena *a, const char *query, long key, long version, long end)
{
    struct buf *out = buf_new(a, PAGE_ROOM);
    long left = number(query, "max-keys=", 1000);
    long last_key = -1, last_version = 0;

    buf_puts(out, "<ListVersionsResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
                  "<EncodingType>url</EncodingType>");
    for (; key < end && left > 0; version = 0, key++) {
        for (; version < versions_of(key) && left > 0; version++, left--) {
            bool oldest = version == versions_of(key) - 1;
            buf_printf(out,
                       "<Version><Key>k/%05ld</Key><VersionId>%s%ld</VersionId><IsLatest>%s"
                       "</IsLatest><LastModified>2026-11-24T03:16:18.123Z</LastModified>"
                       "<ETag>&quot;e%ld&quot;</ETag><Size>%ld</Size></Version>",
                       key,
                       oldest         ? "old"
                       : version == 0 ? "new"
                                      : "between",
                       oldest || version == 0 ? key : version, version == 0 ? "true" : "false", key,
                       key);
            last_key = key;
            last_version = version;
        }
    }
    if (left == 0 && (last_key + 1 < end || last_version + 1 < versions_of(last_key))) {
        buf_printf(out,
                   "<IsTruncated>true</IsTruncated><NextKeyMarker>k/%05ld</NextKeyMarker>"
                   "<NextVersionIdMarker>n%ld</NextVersionIdMarker>",
                   last_key, last_version);
    } else {
        buf_puts(out, "<IsTruncated>false</IsTruncated>");
    }
    buf_puts(out, "</ListVersionsResult>");
    assert_false(out->full);
    return out->data;
}

static bool handle(void *arg, const struct http_server_request *request,
                   struct http_server_reply *ret_reply)
{
    struct fixture *f = arg;
    const char *query = strchr(request->target, '?');
    long prefix = number(query, "prefix=k%2F", -1), marker = number(query, "key-marker=k%2F", -1);
    long version = number(query, "version-id-marker=n", -1);
    long key = marker >= 0 ? (version >= 0 ? marker : marker + 1) : 0, end = KEYS;

    atomic_fetch_add(&f->requests, 1);
    if (prefix >= 0) {
        key = marker >= 0 ? key : prefix;
        end = prefix < KEYS ? prefix + 1 : key;
    }
    *ret_reply = (struct http_server_reply){
        .body = page(request->arena, query, key, version >= 0 ? version + 1 : 0, end)};
    return true;
}

static int make(void **state)
{
    struct fixture *f = test_calloc(1, sizeof *f);

    place_begin(
        &f->at,
        &(struct http_server_options){.any_order = true, .handler = handle, .handler_arg = f},
        NULL);
    f->into = arena_new();
    *state = f;
    return 0;
}

static int unmake(void **state)
{
    struct fixture *f = *state;

    place_end(&f->at);
    arena_free(f->into);
    test_free(f);
    return 0;
}

/* n keys from `first` on, `step` apart; each found with both versions. How many requests it took.
 */
static unsigned look_at(struct fixture *f, long first, long step, size_t n)
{
    struct look_key *keys = arena_array(f->into, n, sizeof *keys);
    struct look look = {&f->at.target, keys, n, f->into, &f->apart};

    atomic_store(&f->requests, 0);
    for (size_t i = 0; i < n; i++) {
        keys[i] = (struct look_key){.key = arena_printf(f->into, "k/%05ld", first + (long)i * step),
                                    .depth = 64};
        keys[i].last = arena_printf(f->into, "new%ld", first + (long)i * step);
    }
    assert_int_equal(look_up(f->at.cx, &look), RC_OK);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(keys[i].n, 1);
        assert_string_equal(keys[i].entries[0].id, keys[i].last);
        assert_int_equal(keys[i].entries[0].size, first + (long)i * step);
        assert_string_equal(keys[i].entries[0].modified, "2026-11-24T03:16:18.123Z");
    }
    return atomic_load(&f->requests);
}

static void neighbours_share_a_listing(void **state)
{
    struct fixture *f = *state;

    assert_in_range(look_at(f, 2000, 1, 1000), 2, 5);
    assert_in_range(look_at(f, 2000, 3, 1000), 2, 10);
}

static void single_keys_are_asked_for_one_by_one(void **state)
{
    struct fixture *f = *state;

    assert_in_range(look_at(f, 10, 1200, 4), 4, 8);
    assert_int_equal(look_at(f, 4999, 1, 1), 1);
    assert_int_equal(look_at(f, 0, 1, 0), 0);
}

/* A listing is tried ever less often, also by the looks that follow, until one pays again. */
static void scattered_keys_are_each_asked_for(void **state)
{
    struct fixture *f = *state;

    assert_in_range(look_at(f, 5, 83, 60), 55, 70);
    assert_in_range(look_at(f, 7, 83, 60), 60, 66);
    assert_in_range(look_at(f, 1000, 1, 1000), 5, 100);
    assert_in_range(look_at(f, 3000, 1, 1000), 2, 5);
}

/* Past the thousands of versions of one key that nobody wants. */
static void a_deep_key_is_jumped_over(void **state)
{
    struct fixture *f = *state;

    assert_in_range(look_at(f, DEEP - 100, 1, 300), 3, 8);
}

static void so_deep_as_is_wanted(void **state)
{
    struct fixture *f = *state;
    struct look_key keys[] = {
        {.key = "k/01233", .last = "old1233", .depth = 64},
        {.key = "k/01234", .last = "old1234", .depth = 64},
        {.key = "k/01235", .last = NULL, .depth = 64},
        {.key = "k/01236", .last = "other", .depth = 64},
    };
    struct look look = {&f->at.target, keys, COUNT(keys), f->into, NULL};

    assert_int_equal(look_up(f->at.cx, &look), RC_OK);
    assert_int_equal(keys[0].n, 2);
    assert_string_equal(keys[0].entries[1].id, "old1233");
    assert_int_equal(keys[1].n, 64); /* no further: what is there is a conflict anyway */
    assert_int_equal(keys[2].n, 2);
    assert_int_equal(keys[3].n, 2);
}

static void keys_that_are_not_there(void **state)
{
    struct fixture *f = *state;
    struct look_key keys[] = {
        {.key = "k/01999", .last = "new1999", .depth = 64},
        {.key = "k/01999x", .last = "v", .depth = 64},
        {.key = "k/02000", .last = "new2000", .depth = 64},
        {.key = "k/09999", .last = "v", .depth = 64},
    };
    struct look look = {&f->at.target, keys, COUNT(keys), f->into, NULL};

    assert_int_equal(look_up(f->at.cx, &look), RC_OK);
    assert_int_equal(keys[0].n, 1);
    assert_int_equal(keys[1].n, 0);
    assert_int_equal(keys[2].n, 1);
    assert_int_equal(keys[3].n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(neighbours_share_a_listing, make, unmake),
        cmocka_unit_test_setup_teardown(single_keys_are_asked_for_one_by_one, make, unmake),
        cmocka_unit_test_setup_teardown(scattered_keys_are_each_asked_for, make, unmake),
        cmocka_unit_test_setup_teardown(a_deep_key_is_jumped_over, make, unmake),
        cmocka_unit_test_setup_teardown(so_deep_as_is_wanted, make, unmake),
        cmocka_unit_test_setup_teardown(keys_that_are_not_there, make, unmake),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
