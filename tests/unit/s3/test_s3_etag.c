/* ETags from bytes. The sums are those of md5sum(1). */
#include "unit.h"

#include <string.h>

#include "base/arena.h"
#include "s3/s3_etag.h"

#define MIB ((uint64_t)1 << 20)

static void of_bytes(void **state)
{
    static const struct {
        const char *text;
        uint64_t part_size;
        const char *etag;
    } rows[] = {
        {"", 0, "\"d41d8cd98f00b204e9800998ecf8427e\""},
        {"abc", 0, "\"900150983cd24fb0d6963f7d28e17f72\""},
        /* printf abc | md5sum | xxd -r -p | md5sum; and so on */
        {"abc", 3, "\"af5da9f45af7a300e3aded972f8ff687-1\""},
        {"", 3, "\"59adb24ef3cdbe0297f05b395827453f-1\""},
    };
    struct arena *a = arena_new();
    char etag[S3_ETAG_SIZE], other[S3_ETAG_SIZE];

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct s3_etag *e = s3_etag_new(a, rows[i].part_size);
        assert_true(s3_etag_add(e, str_of(rows[i].text)));
        assert_true(s3_etag_end(e, etag));
        assert_string_equal(etag, rows[i].etag);
    }
    /* How the bytes are cut into pieces does not matter, nor that a part comes as its MD5. */
    for (size_t piece = 1; piece <= 10; piece++) {
        struct s3_etag *e = s3_etag_new(a, 4), *parts = s3_etag_new(a, 4);
        unsigned char sum[DIGEST_MD5_SIZE];
        for (size_t at = 0; at < 10; at += piece) {
            size_t n = piece < 10 - at ? piece : 10 - at;
            assert_true(s3_etag_add(e, (struct str){&"0123456789"[at], n}));
        }
        for (size_t at = 0; at < 10; at += 4) {
            assert_true(digest_md5((struct str){&"0123456789"[at], at < 8 ? 4 : 2}, sum));
            assert_true(s3_etag_add_part(parts, sum));
        }
        assert_true(s3_etag_end(e, etag) && s3_etag_end(parts, other));
        assert_string_equal(etag, "\"61e3716e3a7767581863b67c4e785584-3\"");
        assert_string_equal(etag, other);
    }
    arena_free(a);
}

static void what_an_etag_says(void **state)
{
    static const struct {
        struct s3_object_info info;
        enum s3_etag_word word;
        uint64_t part_size;
    } rows[] = {
        {{.etag = "\"d41d8cd98f00b204e9800998ecf8427e\""}, S3_ETAG_TELLS, 0},
        {{.etag = "\"d41d8cd98f00b204e9800998ecf8427e\"",
          .size = 5,
          .settings = {.encryption = "AES256"}},
         S3_ETAG_TELLS,
         0},
        {{.etag = "\"d41d8cd98f00b204e9800998ecf8427e\"", .settings = {.encryption = "aws:kms"}},
         S3_ETAG_SILENT,
         77},
        {{.etag = "\"d41d8cd98f00b204e9800998ecf8427e\"",
          .settings = {.encryption = "aws:kms:dsse"}},
         S3_ETAG_SILENT,
         77},
        {{.etag = "\"d41d8cd98f00b204e9800998ecf8427e\"", .sse_c = "AES256"}, S3_ETAG_SILENT, 77},
        {{.etag = "\"Zm9vYmFy\""}, S3_ETAG_SILENT, 77},
        {{.etag = "\"d41d8cd98f00b204e9800998ecf8427X\""}, S3_ETAG_SILENT, 77},
        {{.etag = "\"d41d8cd98f00b204e9800998ecf8427e-1\"", .size = 0}, S3_ETAG_CONFIRMS, 1},
        {{.etag = "\"d41d8cd98f00b204e9800998ecf8427e-1\"", .size = 9 * MIB, .part_size = 9 * MIB},
         S3_ETAG_CONFIRMS,
         9 * MIB},
        {{.etag = "\"d41d8cd98f00b204e9800998ecf8427e-3\"", .size = 20 * MIB, .part_size = 7 * MIB},
         S3_ETAG_CONFIRMS,
         7 * MIB},
        /* Unknown: what tools write, if it gives as many parts. */
        {{.etag = "\"d41d8cd98f00b204e9800998ecf8427e-3\"", .size = 20 * MIB},
         S3_ETAG_CONFIRMS,
         8 * MIB},
        {{.etag = "\"d41d8cd98f00b204e9800998ecf8427e-3\"",
          .size = 20 * MIB,
          .part_size = 20 * MIB},
         S3_ETAG_CONFIRMS,
         8 * MIB},
        /* Parts of unequal sizes. */
        {{.etag = "\"d41d8cd98f00b204e9800998ecf8427e-5\"", .size = 40 * MIB, .part_size = 5 * MIB},
         S3_ETAG_SILENT,
         77},
        {{.etag = "\"d41d8cd98f00b204e9800998ecf8427e-9\"", .size = 20 * MIB}, S3_ETAG_SILENT, 77},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        uint64_t part_size = 77;
        assert_int_equal(s3_etag_word(&rows[i].info, &part_size), rows[i].word);
        assert_int_equal(part_size, rows[i].part_size);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(of_bytes),
        cmocka_unit_test(what_an_etag_says),
    };

    return cmocka_run_group_tests_name("s3_etag", tests, NULL, NULL);
}
