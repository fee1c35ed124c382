#include "schema/field.h"

struct field_string field_text(const char *s)
{
    return s && *s ? (struct field_string){VALUE_KNOWN, s}
                   : (struct field_string){VALUE_NULL, NULL};
}

struct field_int field_number(int64_t n, int64_t none)
{
    return n == none ? (struct field_int){VALUE_NULL, 0} : (struct field_int){VALUE_KNOWN, n};
}

struct field_object field_nested(void *v)
{
    return (struct field_object){v ? VALUE_KNOWN : VALUE_NULL, v};
}

struct field_bool field_flag(bool b)
{
    return (struct field_bool){VALUE_KNOWN, b};
}

struct field_objects field_list(void *v, size_t n)
{
    return (struct field_objects){.state = VALUE_KNOWN, .v = v, .n = n};
}

const char *field_text_of(struct field_string f)
{
    return f.v ? f.v : "";
}

int64_t field_number_of(struct field_int f, int64_t none)
{
    return f.state == VALUE_KNOWN ? f.v : none;
}

bool field_is_on(struct field_bool f)
{
    return f.state == VALUE_KNOWN && f.v;
}

bool field_is_off(struct field_bool f)
{
    return f.state == VALUE_NULL || (f.state == VALUE_KNOWN && !f.v);
}
