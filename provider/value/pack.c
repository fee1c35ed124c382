#include "value/pack.h"

#include "base/buf.h"
#include "value/number.h"

static int append(void *out, const char *p, size_t n)
{
    return buf_append(out, p, n) ? 0 : -1;
}

struct msgpack_packer pack_into(struct buf *out)
{
    return (struct msgpack_packer){.data = out, .callback = append};
}

void pack_bool(struct msgpack_packer *pk, bool b)
{
    if (b) {
        msgpack_pack_true(pk);
    } else {
        msgpack_pack_false(pk);
    }
}

void pack_text(struct msgpack_packer *pk, struct str s)
{
    msgpack_pack_str(pk, s.n);
    if (s.n > 0) {
        msgpack_pack_str_body(pk, s.p, s.n);
    }
}

void pack_bytes(struct msgpack_packer *pk, struct str s)
{
    msgpack_pack_bin(pk, s.n);
    if (s.n > 0) {
        msgpack_pack_bin_body(pk, s.p, s.n);
    }
}

void pack_ext(struct msgpack_packer *pk, int8_t number, struct str payload)
{
    msgpack_pack_ext(pk, payload.n, number);
    msgpack_pack_ext_body(pk, payload.p, payload.n);
}

void pack_number(struct msgpack_packer *pk, struct str canonical)
{
    int64_t whole;
    double fraction;
    if (number_to_i64(canonical, &whole)) {
        msgpack_pack_int64(pk, whole);
    } else if (!number_is_whole(canonical) && number_to_double(canonical, &fraction)) {
        msgpack_pack_double(pk, fraction);
    } else {
        pack_text(pk, canonical);
    }
}
