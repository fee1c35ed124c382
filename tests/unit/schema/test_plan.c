/*
 * The planning algorithm, a case a row. Expectations come from reading
 * terraform-plugin-framework, odd ones included; tests/conformance compares with it at random.
 */
#include "schema/plan.h"

#include "fixture.h"

/* ---- Tables -----------------------------------------------------------------------------------
 */

static const struct attr computed[] = {
    STRING("name", R), STRING("note", O), STRING("id", C), STRING("opt", O | C), {0},
};

static const struct attr defaults[] = {
    STRING("name", R),
    STRING("mode", O | C, .default_text = "on"),
    ROW("flag", ATTR_BOOL, O | C, .default_text = "true"),
    ROW("num", ATTR_INT, O | C, .default_text = "7"),
    ROW("frac", ATTR_VALUE, O | C, .type = &type_number, .default_text = "0.10"),
    ROW("list", ATTR_STRINGS, O | C, .type = &type_list_of_string, .default_text = "[\"b\",\"a\"]"),
    ROW("set", ATTR_STRINGS, O | C, .type = &type_set_of_string, .default_text = "[\"b\",\"a\"]"),
    ROW("map", ATTR_STRING_MAP, O | C, .default_text = "{\"k\":\"v\"}"),
    {0},
};
#define ALL_DEFAULTS "mode=on flag=true num=7 frac=0.1 list=[b a] set=[a b] map={k=v}"

static const struct attr keep[] = {
    STRING("name", R),
    STRING("id", C | ATTR_KEEP),
    STRING("opt", O | C | ATTR_KEEP),
    STRING("etag", C),
    {0},
};

static const struct attr replace[] = {
    STRING("name", O | ATTR_REPLACE),
    STRING("size", O),
    STRING("zone", O | C | ATTR_REPLACE_IF_CONFIGURED),
    STRING("id", C | ATTR_KEEP | ATTR_REPLACE),
    ROW("tags", ATTR_STRINGS, O | ATTR_REPLACE, .type = &type_set_of_string),
    {0},
};

static const struct attr computed_replace[] = {
    STRING("name", O),
    STRING("gen", C | ATTR_REPLACE),
    STRING("mode", O | C | ATTR_REPLACE, .default_text = "on"),
    {0},
};

static const struct attr secret[] = {
    STRING("name", O),
    STRING("token", O | ATTR_WRITE_ONLY | ATTR_REPLACE),
    STRING("pass", O | ATTR_SENSITIVE),
    STRING("id", C),
    {0},
};

static const struct attr dynamic[] = {
    STRING("name", O),
    ROW("any", ATTR_VALUE, O | C, .type = &type_dynamic),
    ROW("fixed", ATTR_VALUE, O | ATTR_REPLACE, .type = &type_number),
    {0},
};

/* What nested tables hold: key, default, computed. */
static const struct attr kdc[] = {
    STRING("k", O),
    STRING("d", O | C, .default_text = "dd"),
    STRING("c", C),
    {0},
};
static const struct attr kc[] = {STRING("k", O), STRING("c", C), {0}};
static const struct attr ku[] = {STRING("k", O), STRING("u", C | ATTR_KEEP), {0}};
static const struct attr nu[] = {ROW("n", ATTR_INT, O), STRING("u", C | ATTR_KEEP), {0}};
static const struct attr nz[] = {
    ROW("n", ATTR_INT, O),
    STRING("z", O | C | ATTR_REPLACE_IF_CONFIGURED),
    {0},
};
static const struct attr kr[] = {STRING("k", O), STRING("r", O | ATTR_REPLACE), {0}};
static const struct attr kd[] = {STRING("k", O), STRING("d", O | C, .default_text = "dd"), {0}};
static const struct attr kw[] = {STRING("k", O), STRING("w", O | ATTR_WRITE_ONLY), {0}};

/* name, and x of a nested kind. */
#define NESTED(table, row_kind, row_flags, ...)                                                    \
    static const struct attr table[] = {                                                           \
        STRING("name", O),                                                                         \
        ROW("x", row_kind, row_flags, .nested_size = 1, .attrs = __VA_ARGS__),                     \
        {0},                                                                                       \
    }
NESTED(object_kdc, ATTR_OBJECT, O, kdc);
NESTED(list_kdc, ATTR_OBJECT_LIST, O, kdc);
NESTED(map_kdc, ATTR_OBJECT_MAP, O, kdc);
NESTED(set_kdc, ATTR_OBJECT_SET, O, kdc);
NESTED(set_kd, ATTR_OBJECT_SET, O, kd);
NESTED(set_kc, ATTR_OBJECT_SET, O, kc);
NESTED(opt_object, ATTR_OBJECT, O | C, kdc);
NESTED(opt_list, ATTR_OBJECT_LIST, O | C, kdc);
NESTED(opt_list_keep, ATTR_OBJECT_LIST, O | C | ATTR_KEEP, kdc);
NESTED(default_object, ATTR_OBJECT, O | C, kdc, .default_text = "{\"k\":\"p\"}");
NESTED(default_list, ATTR_OBJECT_LIST, O | C, kdc, .default_text = "[{\"k\":\"p\"},{\"d\":\"q\"}]");
NESTED(default_map, ATTR_OBJECT_MAP, O | C, kdc, .default_text = "{\"m\":{\"k\":\"p\"}}");
NESTED(default_set, ATTR_OBJECT_SET, O | C, kc, .default_text = "[{\"k\":\"p\"}]");
NESTED(read_only, ATTR_OBJECT, C, ((const struct attr[]){STRING("c", C), {0}}));
NESTED(object_ku, ATTR_OBJECT, O, ku);
NESTED(list_ku, ATTR_OBJECT_LIST, O, ku);
NESTED(map_ku, ATTR_OBJECT_MAP, O, ku);
NESTED(set_ku, ATTR_OBJECT_SET, O, ku);
NESTED(set_nu, ATTR_OBJECT_SET, O, nu);
NESTED(set_nz, ATTR_OBJECT_SET, O, nz);
NESTED(object_kr, ATTR_OBJECT, O, kr);
NESTED(list_kr, ATTR_OBJECT_LIST, O, kr);
NESTED(map_kr, ATTR_OBJECT_MAP, O, kr);
NESTED(set_kr, ATTR_OBJECT_SET, O, kr);
NESTED(list_replace, ATTR_OBJECT_LIST, O | ATTR_REPLACE, kr);
NESTED(object_kw, ATTR_OBJECT, O, kw);
NESTED(list_kw, ATTR_OBJECT_LIST, O, kw);

static const struct attr inner_set[] = {
    ROW("s", ATTR_OBJECT_SET, O, .attrs = kc, .nested_size = 1),
    STRING("c", C),
    {0},
};
NESTED(list_of_sets, ATTR_OBJECT_LIST, O, inner_set);

static const struct attr inner_object[] = {
    ROW("o", ATTR_OBJECT, O, .attrs = kr, .nested_size = 1),
    {0},
};
NESTED(set_of_objects, ATTR_OBJECT_SET, O, inner_object);
NESTED(map_of_objects, ATTR_OBJECT_MAP, O, inner_object);

static bool hours_same(struct str a, struct str b)
{
    int64_t x = 0;
    int64_t y = 1;
    return str_to_duration_ms(a, &x) && str_to_duration_ms(b, &y) && x == y;
}

static const struct attr same_inner[] = {STRING("k", O), STRING("t", O, .same = hours_same), {0}};
static const struct attr same[] = {
    STRING("ttl", O | ATTR_REPLACE, .same = hours_same),
    STRING("every", O | C, .same = hours_same, .default_text = "60m"),
    ROW("times", ATTR_STRINGS, O, .type = &type_list_of_string, .same = hours_same),
    ROW("bag", ATTR_STRINGS, O, .type = &type_set_of_string, .same = hours_same),
    ROW("map", ATTR_STRING_MAP, O, .same = hours_same),
    ROW("list", ATTR_OBJECT_LIST, O, .attrs = same_inner, .nested_size = 1),
    ROW("set", ATTR_OBJECT_SET, O, .attrs = same_inner, .nested_size = 1),
    STRING("id", C),
    {0},
};

/* ---- Cases ------------------------------------------------------------------------------------
 */

/* prior NULL: create. proposed NULL: the configuration, as core proposes when it has nothing to
 * add. planned NULL: as proposed. replace: paths with a blank between. */
struct plan_case {
    const char *what;
    const struct attr *attrs;
    const char *config, *prior, *proposed, *planned;
    const char *replace;
};

static const struct plan_case cases[] = {
    /* Computed attributes. */
    {"create: computed are unknown", computed, "name=a", NULL, NULL, "name=a id=? opt=?", NULL},
    {"create: a given optional+computed stays", computed, "name=a opt=x", NULL, NULL,
     "name=a id=? opt=x", NULL},
    {"create: an unknown one stays unknown", computed, "name=? opt=?", NULL, NULL,
     "name=? id=? opt=?", NULL},
    {"no change: nothing is unknown", computed, "name=a", "name=a id=1 opt=y", "name=a id=1 opt=y",
     NULL, NULL},
    {"update: computed are unknown again", computed, "name=b", "name=a id=1 opt=y",
     "name=b id=1 opt=y", "name=b id=? opt=?", NULL},
    {"update: a given optional+computed stays", computed, "name=b opt=y", "name=a id=1 opt=y",
     "name=b id=1 opt=y", "name=b id=? opt=y", NULL},
    {"update: removal of an optional", computed, "name=a", "name=a note=n id=1 opt=y",
     "name=a id=1 opt=y", "name=a id=? opt=?", NULL},
    {"update: removal of an optional+computed alone is none", computed, "name=a",
     "name=a id=1 opt=given", "name=a id=1 opt=given", NULL, NULL},
    {"update: unknown configuration", computed, "name=a note=?", "name=a note=n id=1 opt=y",
     "name=a note=? id=1 opt=y", "name=a note=? id=? opt=?", NULL},
    {"no change: null computed in the state stays null", computed, "name=a", "name=a", "name=a",
     NULL, NULL},
    {"update: null computed in the state is unknown", computed, "name=b", "name=a", "name=b",
     "name=b id=? opt=?", NULL},

    /* Defaults. */
    {"create: defaults of every kind", defaults, "name=a", NULL, NULL, "name=a " ALL_DEFAULTS,
     NULL},
    {"create: given values win", defaults,
     "name=a mode=off flag=false num=0 frac=1 list=[] set=[] map={}", NULL, NULL, NULL, NULL},
    {"create: unknown values win", defaults, "name=a mode=? flag=? num=? frac=? list=? set=? map=?",
     NULL, NULL, NULL, NULL},
    {"no change: defaults are in the state", defaults, "name=a", "name=a " ALL_DEFAULTS,
     "name=a " ALL_DEFAULTS, NULL, NULL},
    {"update: back to the default", defaults, "name=a",
     "name=a mode=off flag=true num=8 frac=0.1 list=[a b] set=[a b] map={k=v}",
     "name=a mode=off flag=true num=8 frac=0.1 list=[a b] set=[a b] map={k=v}",
     "name=a " ALL_DEFAULTS, NULL},
    {"update: a default new in the schema", defaults, "name=a", "name=a", "name=a",
     "name=a " ALL_DEFAULTS, NULL},
    {"update: unknown elements win", defaults, "name=a list=[? b] set=[?] map={k=?}",
     "name=a " ALL_DEFAULTS, "name=a mode=on flag=true num=7 frac=0.1 list=[? b] set=[?] map={k=?}",
     NULL, NULL},

    /* Keep. */
    {"create: kept are unknown", keep, "name=a", NULL, NULL, "name=a id=? opt=? etag=?", NULL},
    {"update: kept come from the state", keep, "name=b", "name=a id=1 opt=y etag=e",
     "name=b id=1 opt=y etag=e", "name=b id=1 opt=y etag=?", NULL},
    {"update: kept null stays null", keep, "name=b", "name=a", "name=b", "name=b etag=?", NULL},
    {"update: a given value wins", keep, "name=b opt=z", "name=a id=1 opt=y etag=e",
     "name=b id=1 opt=z etag=e", "name=b id=1 opt=z etag=?", NULL},
    {"update: an unknown configuration is not kept", keep, "name=b opt=?",
     "name=a id=1 opt=y etag=e", "name=b id=1 opt=? etag=e", "name=b id=1 opt=? etag=?", NULL},
    {"no change: kept", keep, "name=a", "name=a id=1 opt=y etag=e", "name=a id=1 opt=y etag=e",
     NULL, NULL},

    /* Replacement. */
    {"create: nothing is replaced", replace, "name=a zone=z tags=[t]", NULL, NULL,
     "name=a zone=z tags=[t] id=?", NULL},
    {"no change: nothing is replaced", replace, "name=a zone=z tags=[t]",
     "name=a zone=z tags=[t] id=1", "name=a zone=z tags=[t] id=1", NULL, NULL},
    {"update of another attribute", replace, "name=a size=2 zone=z", "name=a size=1 zone=z id=1",
     "name=a size=2 zone=z id=1", NULL, NULL},
    {"replace: changed", replace, "name=b zone=z", "name=a zone=z id=1", "name=b zone=z id=1", NULL,
     "name"},
    {"replace: removed", replace, "zone=z", "name=a zone=z id=1", "zone=z id=1", NULL, "name"},
    {"replace: added", replace, "name=a zone=z", "zone=z id=1", "name=a zone=z id=1", NULL, "name"},
    {"replace: unknown", replace, "name=? zone=z", "name=a zone=z id=1", "name=? zone=z id=1", NULL,
     "name"},
    {"replace: a set's content", replace, "zone=z tags=[a c]", "zone=z tags=[a b] id=1",
     "zone=z tags=[a c] id=1", NULL, "tags"},
    {"no change: a set in another order", replace, "zone=z tags=[b a]", "zone=z tags=[a b] id=1",
     "zone=z tags=[a b] id=1", NULL, NULL},
    {"replace if configured: configured", replace, "name=a zone=y", "name=a zone=z id=1",
     "name=a zone=y id=1", NULL, "zone"},
    {"replace if configured: unknown", replace, "name=a zone=?", "name=a zone=z id=1",
     "name=a zone=? id=1", NULL, "zone"},
    {"replace if configured: not configured", replace, "name=a size=2", "name=a size=1 zone=z id=1",
     "name=a size=2 zone=z id=1", "name=a size=2 zone=? id=1", NULL},
    {"replace: several, sorted", replace, "name=b zone=y tags=[t]", "name=a zone=z id=1",
     "name=b zone=y tags=[t] id=1", NULL, "name tags zone"},
    {"replace: computed and not kept", computed_replace, "name=b", "name=a gen=1 mode=on",
     "name=b gen=1 mode=on", "name=b gen=? mode=on", "gen"},
    {"replace: a default differs from the state", computed_replace, "name=a", "name=a gen=1",
     "name=a gen=1", "name=a gen=? mode=on", "gen mode"},

    /* Write-only and sensitive. */
    {"create: write-only is null", secret, "name=a token=t pass=p", NULL, NULL,
     "name=a pass=p id=?", NULL},
    {"no change: write-only changes nothing", secret, "name=a token=t pass=p", "name=a pass=p id=1",
     "name=a token=t pass=p id=1", "name=a pass=p id=1", NULL},
    {"no change: unknown write-only", secret, "name=a token=?", "name=a id=1",
     "name=a token=? id=1", "name=a id=1", NULL},
    {"update: sensitive is like any other", secret, "name=a pass=q", "name=a pass=p id=1",
     "name=a pass=q id=1", "name=a pass=q id=?", NULL},
    {"nested write-only", object_kw, "x={k=a w=s}", NULL, NULL, "x={k=a}", NULL},
    {"nested write-only, no change", object_kw, "x={k=a w=s}", "x={k=a}", "x={k=a w=s}", "x={k=a}",
     NULL},
    {"write-only in a list", list_kw, "x=[{w=s} {k=a w=?}]", NULL, NULL, "x=[{} {k=a}]", NULL},

    /* Any type. */
    {"create: dynamic is unknown", dynamic, "name=a", NULL, NULL, "name=a any=?", NULL},
    {"create: dynamic given", dynamic, "any=3 fixed=0.30", NULL, NULL, "any=3 fixed=0.3", NULL},
    {"update: dynamic is unknown", dynamic, "name=b", "name=a any=x", "name=b any=x",
     "name=b any=?", NULL},
    {"update: dynamic changes type", dynamic, "any=3", "any=x", "any=3", NULL, NULL},
    {"replace: a number", dynamic, "any=3 fixed=1.50", "any=3 fixed=1", "any=3 fixed=1.50",
     "any=3 fixed=1.5", "fixed"},

    /* Single nested attribute. */
    {"object: created", object_kdc, "x={k=a}", NULL, NULL, "x={k=a d=dd c=?}", NULL},
    {"object: empty", object_kdc, "x={}", NULL, NULL, "x={d=dd c=?}", NULL},
    {"object: null stays null", object_kdc, "name=a", NULL, NULL, NULL, NULL},
    {"object: unknown stays unknown", object_kdc, "x=?", NULL, NULL, NULL, NULL},
    {"object: no change", object_kdc, "x={k=a}", "x={k=a d=dd c=1}", "x={k=a d=dd c=1}", NULL,
     NULL},
    {"object: change outside it", object_kdc, "name=b x={k=a}", "name=a x={k=a d=dd c=1}",
     "name=b x={k=a d=dd c=1}", "name=b x={k=a d=dd c=?}", NULL},
    {"object: given default", object_kdc, "x={k=a d=own}", "x={k=a d=own c=1}", "x={k=a d=own c=1}",
     NULL, NULL},
    {"object: removed", object_kdc, "name=a", "name=a x={k=a d=dd c=1}", "name=a", NULL, NULL},
    {"optional+computed object: created", opt_object, "name=a", NULL, NULL, "name=a x=?", NULL},
    {"optional+computed object: no change", opt_object, "name=a", "name=a x={k=a d=dd c=1}",
     "name=a x={k=a d=dd c=1}", NULL, NULL},
    {"optional+computed object: change outside", opt_object, "name=b", "name=a x={k=a d=dd c=1}",
     "name=b x={k=a d=dd c=1}", "name=b x=?", NULL},
    {"optional+computed object: a default inside makes a change", opt_object, "name=a",
     "name=a x={k=a d=own c=1}", "name=a x={k=a d=own c=1}", "name=a x=?", NULL},
    {"read-only object", read_only, "name=b", "name=a x={c=1}", "name=b x={c=1}", "name=b x=?",
     NULL},
    {"default object: its own content only, computed inside unknown", default_object, "name=a",
     NULL, NULL, "name=a x={k=p c=?}", NULL},
    {"default object: given", default_object, "x={k=a}", NULL, NULL, "x={k=a d=dd c=?}", NULL},
    {"default object: differs from the state", default_object, "name=a", "name=a x={k=p d=dd c=1}",
     "name=a x={k=p d=dd c=1}", "name=a x={k=p c=?}", NULL},
    {"object: kept inside", object_ku, "name=b x={k=a}", "name=a x={k=a u=1}", "name=b x={k=a u=1}",
     NULL, NULL},
    {"object: new, kept is null", object_ku, "x={k=a}", "name=a", "x={k=a}", "x={k=a}", NULL},
    {"object: replaced by what is inside", object_kr, "x={r=b}", "x={r=a}", "x={r=b}", NULL, "x.r"},
    {"object: new, replaced by what is inside", object_kr, "x={r=b}", "name=a", "x={r=b}", NULL,
     "x.r"},
    {"object: removed, nothing inside is looked at", object_kr, "name=a", "x={r=b}", "name=a", NULL,
     NULL},

    /* List of objects. */
    {"list: created", list_kdc, "x=[{k=a} {d=own}]", NULL, NULL, "x=[{k=a d=dd c=?} {d=own c=?}]",
     NULL},
    {"list: empty", list_kdc, "x=[]", NULL, NULL, NULL, NULL},
    {"list: unknown element", list_kdc, "x=[? {k=a}]", NULL, NULL, "x=[? {k=a d=dd c=?}]", NULL},
    {"list: element that became unknown", list_kdc, "x=[?]", "x=[{k=a d=own c=1}]",
     "x=[{k=? d=? c=?}]", "x=[{k=? d=? c=?}]", NULL},
    {"list: null element", list_kdc, "x=[null {k=a}]", NULL, NULL, "x=[null {k=a d=dd c=?}]", NULL},
    {"list: no change", list_kdc, "x=[{k=a}]", "x=[{k=a d=dd c=1}]", "x=[{k=a d=dd c=1}]", NULL,
     NULL},
    {"list: longer", list_kdc, "x=[{k=a} {k=b}]", "x=[{k=a d=dd c=1}]", "x=[{k=a d=dd c=1} {k=b}]",
     "x=[{k=a d=dd c=?} {k=b d=dd c=?}]", NULL},
    {"list: shorter", list_kdc, "x=[{k=b}]", "x=[{k=a d=dd c=1} {k=b d=dd c=2}]",
     "x=[{k=b d=dd c=1}]", "x=[{k=b d=dd c=?}]", NULL},
    {"optional+computed list: change outside", opt_list, "name=b", "name=a x=[{k=a d=dd c=1}]",
     "name=b x=[{k=a d=dd c=1}]", "name=b x=?", NULL},
    {"optional+computed list: kept", opt_list_keep, "name=b", "name=a x=[{k=a d=own c=1}]",
     "name=b x=[{k=a d=own c=1}]", NULL, NULL},
    {"default list", default_list, "name=a", NULL, NULL, "name=a x=[{k=p c=?} {d=q c=?}]", NULL},
    {"list: kept by place", list_ku, "x=[{k=b} {k=c}]", "x=[{k=a u=1}]", "x=[{k=b u=1} {k=c}]",
     "x=[{k=b u=1} {k=c}]", NULL},
    {"list: replaced inside", list_kr, "x=[{r=a} {r=c}]", "x=[{r=a} {r=b}]", "x=[{r=a} {r=c}]",
     NULL, "x[1].r"},
    {"list: a new element replaces", list_kr, "x=[{r=a} {r=c}]", "x=[{r=a}]", "x=[{r=a} {r=c}]",
     NULL, "x[1].r"},
    {"list: an element less replaces nothing", list_kr, "x=[{r=a}]", "x=[{r=a} {r=b}]", "x=[{r=a}]",
     NULL, NULL},
    {"list: both list and inside", list_replace, "x=[{r=a} {r=c}]", "x=[{r=b}]", "x=[{r=a} {r=c}]",
     NULL, "x x[0].r x[1].r"},

    /* Map of objects. */
    {"map: created", map_kdc, "x={m={k=a} n={}}", NULL, NULL, "x={m={k=a d=dd c=?} n={d=dd c=?}}",
     NULL},
    {"map: no change", map_kdc, "x={m={k=a}}", "x={m={k=a d=dd c=1}}", "x={m={k=a d=dd c=1}}", NULL,
     NULL},
    {"map: another key", map_kdc, "x={n={k=a}}", "x={m={k=a d=dd c=1}}", "x={n={k=a}}",
     "x={n={k=a d=dd c=?}}", NULL},
    {"default map", default_map, "name=a", NULL, NULL, "name=a x={m={k=p c=?}}", NULL},
    {"map: kept by key", map_ku, "x={b={k=b} c={k=c}}", "x={a={k=a u=1} b={k=b u=2}}",
     "x={b={k=b u=2} c={k=c}}", "x={b={k=b u=2} c={k=c}}", NULL},
    {"map: replaced inside", map_kr, "x={m={r=b}}", "x={m={r=a}}", "x={m={r=b}}", NULL,
     "x[\"m\"].r"},
    {"map of objects: replaced inside", map_of_objects, "x={m={o={r=b}}}", "x={m={o={r=a}}}",
     "x={m={o={r=b}}}", NULL, "x[\"m\"].o.r"},

    /* Set of objects: elements that are not in the configuration exactly so count as not there. */
    {"set: computed inside are unknown", set_kc, "x=[{k=a} {k=b}]", NULL, NULL,
     "x=[{k=a c=?} {k=b c=?}]", NULL},
    {"set: a default hides computed", set_kdc, "x=[{k=a}]", NULL, NULL, "x=[{k=a d=dd}]", NULL},
    {"set: no default needed, computed unknown", set_kdc, "x=[{k=a d=own}]", NULL, NULL,
     "x=[{k=a d=own c=?}]", NULL},
    {"set: no change", set_kc, "x=[{k=a}]", "x=[{k=a c=1}]", "x=[{k=a c=1}]", NULL, NULL},
    {"set: change outside leaves elements from the state", set_kc, "name=b x=[{k=a}]",
     "name=a x=[{k=a c=1}]", "name=b x=[{k=a c=1}]", NULL, NULL},
    {"set: a new element", set_kc, "x=[{k=a} {k=b}]", "x=[{k=a c=1}]", "x=[{k=a c=1} {k=b}]",
     "x=[{k=a c=1} {k=b c=?}]", NULL},
    {"set: a default overrides what is given, once stored", set_kdc, "x=[{k=a d=own}]",
     "x=[{k=a d=own c=1}]", "x=[{k=a d=own c=1}]", "x=[{k=a d=dd c=1}]", NULL},
    {"set: unknown element", set_kc, "x=[? {k=b}]", NULL, NULL, "x=[? {k=b c=?}]", NULL},
    {"default set", default_set, "name=a", NULL, NULL, "name=a x=[{k=p c=?}]", NULL},
    {"set: kept by place, in core's order", set_ku, "x=[{k=b} {k=c}]", "x=[{k=a u=1} {k=b u=2}]",
     "x=[{k=b u=2} {k=c}]", "x=[{k=b u=2} {k=c u=2}]", NULL},
    {"set: core's order is that of texts, 10 before 9", set_nu, "x=[{n=9} {n=10}]", "x=[{n=9 u=i}]",
     "x=[{n=9 u=i} {n=10}]", "x=[{n=9 u=i} {n=10 u=i}]", NULL},
    {"set: core's order of the state too", set_nu, "x=[{n=9} {n=11}]", "x=[{n=9 u=i} {n=10 u=j}]",
     "x=[{n=9 u=i} {n=11}]", "x=[{n=9 u=i} {n=11 u=j}]", NULL},
    {"set: core's order of the configuration too", set_nz, "x=[{n=9 z=a} {n=10}]",
     "x=[{n=9 z=b} {n=10 z=c}]", "x=[{n=9 z=a} {n=10 z=c}]", NULL, "x"},
    {"set: the path ends at the set", set_kr, "x=[{r=b} {r=c}]", "x=[{r=a}]", "x=[{r=b} {r=c}]",
     NULL, "x"},
    {"set: the path ends at the set, deeper too", set_of_objects, "x=[{o={r=b}}]", "x=[{o={r=a}}]",
     "x=[{o={r=b}}]", NULL, "x"},
    {"set: replaced by place", set_kr, "x=[{r=b} {r=c}]", "x=[{r=a} {r=c}]", "x=[{r=b} {r=c}]",
     NULL, "x"},
    {"set: same content, nothing replaced", set_kr, "name=b x=[{r=c} {r=a}]", "x=[{r=a} {r=c}]",
     "name=b x=[{r=c} {r=a}]", NULL, NULL},
    {"set in a list", list_of_sets, "x=[{s=[{k=a}]} {}]", NULL, NULL,
     "x=[{s=[{k=a c=?}] c=?} {c=?}]", NULL},

    /* Values that mean the same. */
    {"same: nothing changes", same, "ttl=24h0m0s", "ttl=24h every=60m id=1",
     "ttl=24h0m0s every=60m id=1", "ttl=24h every=60m id=1", NULL},
    {"same: a default in another spelling", same, "ttl=1h", "ttl=1h every=1h id=1",
     "ttl=1h every=1h id=1", NULL, NULL},
    {"same: a real change", same, "ttl=25h", "ttl=24h every=60m id=1", "ttl=25h every=60m id=1",
     "ttl=25h every=60m id=?", "ttl"},
    {"same: beside another change", same, "ttl=60m times=[2h]", "ttl=1h every=60m id=1",
     "ttl=60m times=[2h] every=60m id=1", "ttl=1h times=[2h] every=60m id=?", NULL},
    {"same: unknown", same, "ttl=?", "ttl=24h every=60m id=1", "ttl=? every=60m id=1",
     "ttl=? every=60m id=?", "ttl"},
    {"same: a whole list", same, "times=[60m 120m]", "times=[1h 2h] every=60m id=1",
     "times=[60m 120m] every=60m id=1", "times=[1h 2h] every=60m id=1", NULL},
    {"same: not part of a list", same, "times=[60m 3h]", "times=[1h 2h] every=60m id=1",
     "times=[60m 3h] every=60m id=1", "times=[60m 3h] every=60m id=?", NULL},
    {"same: a whole set", same, "bag=[60m 120m]", "bag=[1h 2h] every=60m id=1",
     "bag=[60m 120m] every=60m id=1", "bag=[1h 2h] every=60m id=1", NULL},
    {"same: each element of a set once", same, "bag=[60m 1h]", "bag=[1h 2h] every=60m id=1",
     "bag=[60m 1h] every=60m id=1", "bag=[60m 1h] every=60m id=?", NULL},
    {"same: a map by key", same, "map={a=60m}", "map={a=1h} every=60m id=1",
     "map={a=60m} every=60m id=1", "map={a=1h} every=60m id=1", NULL},
    {"same: not another key", same, "map={b=60m}", "map={a=1h} every=60m id=1",
     "map={b=60m} every=60m id=1", "map={b=60m} every=60m id=?", NULL},
    {"same: inside a list of objects", same, "list=[{k=a t=60m} {t=2h}]",
     "list=[{k=a t=1h} {t=1h}] every=60m id=1", "list=[{k=a t=60m} {t=2h}] every=60m id=1",
     "list=[{k=a t=1h} {t=2h}] every=60m id=?", NULL},
    {"same: inside a set of objects", same, "set=[{k=b t=60m} {k=a t=60m}]",
     "set=[{k=a t=1h} {k=b t=1h}] every=60m id=1", "set=[{k=b t=60m} {k=a t=60m}] every=60m id=1",
     "set=[{k=a t=1h} {k=b t=1h}] every=60m id=1", NULL},
    {"same: a set's element with another key is another", same, "set=[{k=c t=60m} {k=a t=60m}]",
     "set=[{k=a t=1h} {k=b t=1h}] every=60m id=1", "set=[{k=c t=60m} {k=a t=60m}] every=60m id=1",
     "set=[{k=a t=1h} {k=c t=60m}] every=60m id=?", NULL},
};

static char *paths_text(struct ctx *cx, const struct plan_result *result)
{
    char *text = arena_strdup(cx->arena, "");
    for (size_t i = 0; i < result->replace.n; i++) {
        text = arena_printf(cx->arena, "%s%s%s", text, i == 0 ? "" : " ",
                            path_text(cx->arena, result->replace.v[i]));
    }
    return text;
}

static struct plan_request request_of(struct ctx *cx, const struct plan_case *c)
{
    return (struct plan_request){
        .config = object_of(cx, c->attrs, c->config),
        .prior = object_of(cx, c->attrs, c->prior),
        .proposed = object_of(cx, c->attrs, c->proposed ? c->proposed : c->config),
    };
}

static void assert_case(struct ctx *cx, const struct plan_case *c)
{
    struct plan_request request = request_of(cx, c);
    struct plan_result result;
    const char *wanted = notation_text(cx->arena, c->planned ? object_of(cx, c->attrs, c->planned)
                                                             : request.proposed);
    if (plan_resource(cx, c->attrs, &request, &result) != RC_OK) {
        fail_msg("%s: %s", c->what, cx->diags.first->summary);
    }
    const char *got = notation_text(cx->arena, result.planned);
    const char *replaced = paths_text(cx, &result);
    if (strcmp(got, wanted) != 0) {
        fail_msg("%s:\n  planned %s\n  wanted  %s", c->what, got, wanted);
    }
    if (strcmp(replaced, c->replace ? c->replace : "") != 0) {
        fail_msg("%s:\n  replaces %s\n  wanted   %s", c->what, replaced, c->replace);
    }
}

/* The state that an apply of the plan leaves, when it resolves nothing else, must plan to itself.
 */
static void assert_repeatable(struct ctx *cx, const struct plan_case *c)
{
    struct plan_request request = request_of(cx, c);
    struct plan_result first;
    struct plan_result second;
    assert_int_equal(plan_resource(cx, c->attrs, &request, &first), RC_OK);
    assert_int_equal(plan_resource(cx, c->attrs, &request, &second), RC_OK);
    assert_true(value_eq(first.planned, second.planned));
    assert_int_equal(value_conforms(cx, first.planned, attr_object_type(cx->arena, c->attrs)),
                     RC_OK);
}

static void plans_are_as_written(void **state)
{
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_case(*state, &cases[i]);
    }
}

static void plans_are_deterministic_and_conform(void **state)
{
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_repeatable(*state, &cases[i]);
    }
}

static void twins_in_a_set_are_refused(void **state)
{
    struct ctx *cx = *state;
    struct plan_request request =
        request_of(cx, &(struct plan_case){.attrs = set_kd, .config = "x=[{k=a} {k=a d=dd}]"});
    struct plan_result result;
    assert_int_equal(plan_resource(cx, set_kd, &request, &result), RC_FAIL);
    assert_diag(cx, "Two elements of a set are the same");
    assert_string_equal(path_text(cx->arena, cx->diags.first->path), "x");
}

static void a_default_that_does_not_parse_fails(void **state)
{
    struct ctx *cx = *state;
    static const struct attr broken[] = {ROW("n", ATTR_INT, O | C, .default_text = "many"), {0}};
    struct plan_request request =
        request_of(cx, &(struct plan_case){.attrs = broken, .config = ""});
    struct plan_result result;
    assert_int_equal(plan_resource(cx, broken, &request, &result), RC_FAIL);
    assert_int_equal(cx->diags.errors, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(plans_are_as_written),
        TEST(plans_are_deterministic_and_conform),
        TEST(twins_in_a_set_are_refused),
        TEST(a_default_that_does_not_parse_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
