#include "schema/timeouts.h"

#include "schema/checks.h"

#define ROW(member, word)                                                                          \
    {                                                                                              \
        .name = word, .kind = ATTR_STRING, .flags = ATTR_OPTIONAL,                                 \
        .offset = offsetof(struct timeouts, member),                                               \
        .checks = (const struct attr_check[]){CHECK_DURATION, {0}}, .doc = "Time for " word ".",   \
    }

const struct attr timeouts_attrs[] = {
    ROW(create, "create"),
    ROW(update, "update"),
    ROW(remove, "delete"),
    {0},
};

int64_t timeouts_get(const struct value *object, const char *operation, int64_t fallback_ms)
{
    const struct value *timeouts = value_is_known(object) ? value_field(object, "timeouts") : NULL;
    if (!timeouts || !value_is_known(timeouts)) {
        return fallback_ms;
    }
    const struct value *text = value_field(timeouts, operation);
    int64_t ms = 0;
    if (text && value_is_known(text) && str_to_duration_ms(text->text, &ms)) {
        return ms;
    }
    return fallback_ms;
}
