package main

import (
	"fmt"
	"strings"

	"github.com/zclconf/go-cty/cty"
)

func cases() []testCase {
	var all []testCase
	for _, group := range [][]testCase{
		bools(), stringCases(), numbers(), collections(), objects(), nulls(), unknowns(), refined(),
		dynamics(), nested(),
	} {
		all = append(all, group...)
	}
	return all
}

func num(text string) cty.Value { return cty.MustParseNumberVal(text) }
func str(text string) cty.Value { return cty.StringVal(text) }

func bools() []testCase {
	return []testCase{{"bool true", cty.Bool, cty.True}, {"bool false", cty.Bool, cty.False}}
}

func stringCases() []testCase {
	texts := map[string]string{
		"empty": "", "ascii": "hello", "NUL inside": "a\x00b", "quotes": `say "hi" \ there`,
		"HTML": "<a href='x'>&amp;</a>", "controls": "\x01\b\t\n\f\r\x1f\x7f",
		"composed": "caf\u00e9", "decomposed": "cafe\u0301", "emoji": "\U0001f331\U0001f3e6",
		"line ends of JavaScript": "a\u2028b\u2029c", "near U+2028": "\u2027\u202a\u20a8",
		"replacement": "\ufffd", "last code point": "\U0010ffff", "CJK": "\u7a2e\u5b50\u9280\u884c",
		"right to left": "\u0628\u0646\u0643", "slash": "a/b", "looks like a number": "0012",
	}
	var all []testCase
	for _, name := range sortedKeys(texts) {
		all = append(all, testCase{"string " + name, cty.String, str(texts[name])})
	}
	for _, n := range []int{1, 31, 32, 33, 255, 256, 257} {
		all = append(all, testCase{fmt.Sprintf("string of %d bytes", n), cty.String,
			str(strings.Repeat("x", n))})
	}
	return all
}

func numbers() []testCase {
	texts := []string{
		"0", "-0", "1", "-1", "127", "128", "255", "256", "32767", "65535", "65536", "2147483647",
		"4294967295", "4294967296", "9007199254740993", "9223372036854775807",
		"9223372036854775808", "18446744073709551615", "18446744073709551616", "-32", "-33", "-128",
		"-129", "-32768", "-32769", "-2147483648", "-2147483649", "-9223372036854775808",
		"-9223372036854775809", "1e20", "-1e20", "1e100", "1e400", "123456789012345678901234567890",
		"0.1", "-0.1", "0.5", "-0.5", "1.5", "0.25", "3.14159", "0.3", "0.15", "1e-7", "1e-400",
		"2.5e-310", "0.0000152587890625", "1234.5678", "100.000", "0.99", "1e-20", "1e-511",
		"1e511", "12345678901234567890.5", "9007199254740992.5",
		"3.141592653589793238462643383279502884197169399375105820974944592307816406286208998628034825",
	}
	var all []testCase
	for _, text := range texts {
		all = append(all, testCase{"number " + text, cty.Number, num(text)})
	}
	third := cty.NumberIntVal(1).Divide(cty.NumberIntVal(3))
	return append(all,
		testCase{"number 1 - 0.99", cty.Number, cty.NumberIntVal(1).Subtract(num("0.99"))},
		testCase{"number 1 / 3", cty.Number, third},
		testCase{"number 10 * 0.1", cty.Number, num("0.1").Multiply(num("10"))},
		testCase{"number 0.1 + 0.2", cty.Number, num("0.1").Add(num("0.2"))},
		testCase{"number double 0.1", cty.Number, cty.NumberFloatVal(0.1)},
		testCase{"number double 1e20", cty.Number, cty.NumberFloatVal(1e20)},
		testCase{"number smallest double", cty.Number, cty.NumberFloatVal(5e-324)},
		testCase{"number smallest normal double", cty.Number, cty.NumberFloatVal(2.2250738585072014e-308)},
		testCase{"number 1e512", cty.Number, num("1e512")},
		testCase{"number 1.5e600", cty.Number, num("1.5e600")},
		testCase{"number -1e-600", cty.Number, num("-1e-600")},
	)
}

func repeat(n int, v func(i int) cty.Value) []cty.Value {
	all := make([]cty.Value, n)
	for i := range all {
		all[i] = v(i)
	}
	return all
}

func numbered(i int) cty.Value { return str(fmt.Sprintf("item %03d", i)) }

func collections() []testCase {
	list, set, tags := cty.List(cty.String), cty.Set(cty.String), cty.Map(cty.String)
	many := map[string]cty.Value{}
	for i := 0; i < 20; i++ {
		many[fmt.Sprintf("key %d", i)] = numbered(i)
	}
	all := []testCase{
		{"list empty", list, cty.ListValEmpty(cty.String)},
		{"list of strings", list, cty.ListVal([]cty.Value{str("b"), str("a"), str("b")})},
		{"list with null", list, cty.ListVal([]cty.Value{str("a"), cty.NullVal(cty.String)})},
		{"list with unknown", list, cty.ListVal([]cty.Value{str("a"), cty.UnknownVal(cty.String)})},
		{"list of numbers", cty.List(cty.Number), cty.ListVal([]cty.Value{num("0.1"), num("2"), num("2.5")})},
		{"list of bools", cty.List(cty.Bool), cty.ListVal([]cty.Value{cty.True, cty.False})},
		{"list of lists", cty.List(list), cty.ListVal([]cty.Value{
			cty.ListVal([]cty.Value{str("a")}), cty.ListValEmpty(cty.String)})},
		{"set empty", set, cty.SetValEmpty(cty.String)},
		{"set of strings", set, cty.SetVal([]cty.Value{str("b"), str("a"), str("ab"), str("b"), str("")})},
		{"set with null", set, cty.SetVal([]cty.Value{cty.NullVal(cty.String), str("a")})},
		{"set with unknown", set, cty.SetVal([]cty.Value{cty.UnknownVal(cty.String), str("a")})},
		{"set with two unknowns", set, cty.SetVal([]cty.Value{
			cty.UnknownVal(cty.String), str("a"), cty.UnknownVal(cty.String)})},
		{"set of numbers", cty.Set(cty.Number), cty.SetVal([]cty.Value{
			num("10"), num("9"), num("-1"), num("0.1"), num("1e20"), num("9.5")})},
		{"set of bools", cty.Set(cty.Bool), cty.SetVal([]cty.Value{cty.True, cty.False, cty.True})},
		{"set of one list", cty.Set(list), cty.SetVal([]cty.Value{cty.ListVal([]cty.Value{str("x")})})},
		{"set of lists", cty.Set(list), cty.SetVal([]cty.Value{
			cty.ListVal([]cty.Value{str("b")}), cty.ListVal([]cty.Value{str("a"), str("z")}),
			cty.ListValEmpty(cty.String)})},
		{"map empty", tags, cty.MapValEmpty(cty.String)},
		{"map of strings", tags, cty.MapVal(map[string]cty.Value{"b": str("2"), "a": str("1"), "": str("0")})},
		{"map of odd keys", tags, cty.MapVal(map[string]cty.Value{
			"<&>": str("x"), "a\"b": str("y"), "\u00e9": str("z"), "new\nline": str("w"), "ab": str("v"), "a": str("u")})},
		{"map with null", tags, cty.MapVal(map[string]cty.Value{"a": cty.NullVal(cty.String)})},
		{"map with unknown", tags, cty.MapVal(map[string]cty.Value{"a": cty.UnknownVal(cty.String), "b": str("x")})},
		{"map of 20", tags, cty.MapVal(many)},
		{"map of lists", cty.Map(list), cty.MapVal(map[string]cty.Value{
			"x": cty.ListVal([]cty.Value{str("a")}), "y": cty.ListValEmpty(cty.String)})},
		{"map of numbers", cty.Map(cty.Number), cty.MapVal(map[string]cty.Value{"pi": num("3.14"), "n": num("7")})},
		{"tuple empty", cty.EmptyTuple, cty.EmptyTupleVal},
		{"tuple mixed", cty.Tuple([]cty.Type{cty.String, cty.Number, cty.Bool, list}),
			cty.TupleVal([]cty.Value{str("a"), num("0.1"), cty.True, cty.ListVal([]cty.Value{str("x")})})},
		{"tuple with null", cty.Tuple([]cty.Type{cty.String, cty.Bool}),
			cty.TupleVal([]cty.Value{cty.NullVal(cty.String), cty.UnknownVal(cty.Bool)})},
	}
	for _, n := range []int{15, 16, 300} {
		all = append(all,
			testCase{fmt.Sprintf("list of %d", n), list, cty.ListVal(repeat(n, numbered))},
			testCase{fmt.Sprintf("set of %d", n), set, cty.SetVal(repeat(n, numbered))})
	}
	return all
}

func object(fields map[string]cty.Value) testCase {
	v := cty.ObjectVal(fields)
	return testCase{"", v.Type(), v}
}

func named(name string, c testCase) testCase {
	c.name = name
	return c
}

func objects() []testCase {
	wide := map[string]cty.Value{}
	for i := 0; i < 40; i++ {
		wide[fmt.Sprintf("attribute_%d", i)] = cty.NumberIntVal(int64(i * i))
	}
	one := cty.ObjectVal(map[string]cty.Value{"id": str("a"), "days": num("30"), "on": cty.True})
	two := cty.ObjectVal(map[string]cty.Value{"id": str("b"), "days": cty.NullVal(cty.Number), "on": cty.False})
	half := cty.ObjectVal(map[string]cty.Value{"id": str("c"), "days": cty.UnknownVal(cty.Number), "on": cty.True})
	rule := one.Type()
	return []testCase{
		{"object empty", cty.EmptyObject, cty.EmptyObjectVal},
		named("object", object(map[string]cty.Value{"bucket": str("x"), "Status": str("Enabled"), "a_b": num("1")})),
		named("object of 40", object(wide)),
		named("object of odd names", object(map[string]cty.Value{
			"<&>": str("x"), "a\"b": str("y"), "\u00e9": str("z"), "a-b": str("w"), "a": str("v"), "aa": str("u")})),
		named("object in object", object(map[string]cty.Value{"o": one, "p": cty.ObjectVal(map[string]cty.Value{"q": two})})),
		named("object with null and unknown", object(map[string]cty.Value{
			"n": cty.NullVal(cty.String), "u": cty.UnknownVal(cty.Number), "no": cty.NullVal(rule), "uo": cty.UnknownVal(rule)})),
		{"list of objects", cty.List(rule), cty.ListVal([]cty.Value{one, two, half})},
		{"map of objects", cty.Map(rule), cty.MapVal(map[string]cty.Value{"x": one, "y": two})},
		{"set of one object", cty.Set(rule), cty.SetVal([]cty.Value{one})},
		{"set of objects", cty.Set(rule), cty.SetVal([]cty.Value{two, one})},
		{"set with a partly unknown object", cty.Set(rule), cty.SetVal([]cty.Value{one, half})},
		{"set with two equal partly unknown objects", cty.Set(rule), cty.SetVal([]cty.Value{half, half})},
		{"set of maps", cty.Set(cty.Map(cty.String)), cty.SetVal([]cty.Value{
			cty.MapVal(map[string]cty.Value{"a": str("1")}), cty.MapVal(map[string]cty.Value{"a": str("2")})})},
		{"set of sets", cty.Set(cty.Set(cty.Number)), cty.SetVal([]cty.Value{
			cty.SetVal([]cty.Value{num("2"), num("1")}), cty.SetVal([]cty.Value{num("0.5")})})},
	}
}

var kinds = map[string]cty.Type{
	"bool": cty.Bool, "number": cty.Number, "string": cty.String, "dynamic": cty.DynamicPseudoType,
	"list": cty.List(cty.String), "set": cty.Set(cty.Number), "map": cty.Map(cty.Bool),
	"object": cty.Object(map[string]cty.Type{"a": cty.String, "b": cty.List(cty.Number)}),
	"tuple":  cty.Tuple([]cty.Type{cty.String, cty.Bool}),
}

func nulls() []testCase {
	var all []testCase
	for _, name := range sortedKeys(kinds) {
		all = append(all, testCase{"null " + name, kinds[name], cty.NullVal(kinds[name])})
	}
	return all
}

func unknowns() []testCase {
	var all []testCase
	for _, name := range sortedKeys(kinds) {
		all = append(all, testCase{"unknown " + name, kinds[name], cty.UnknownVal(kinds[name])})
	}
	return all
}

func refined() []testCase {
	var all []testCase
	for _, name := range sortedKeys(kinds) {
		if name != "dynamic" {
			all = append(all, testCase{"refined never null " + name, kinds[name],
				cty.UnknownVal(kinds[name]).RefineNotNull()})
		}
	}
	text := func() *cty.RefinementBuilder { return cty.UnknownVal(cty.String).Refine() }
	n := func() *cty.RefinementBuilder { return cty.UnknownVal(cty.Number).Refine() }
	c := func(name string) *cty.RefinementBuilder { return cty.UnknownVal(kinds[name]).Refine() }
	add := func(name string, b *cty.RefinementBuilder) {
		v := b.NewValue()
		all = append(all, testCase{"refined " + name, v.Type(), v})
	}
	add("prefix", text().StringPrefixFull("https://"))
	add("prefix and never null", text().NotNull().StringPrefixFull("arn:aws:s3:::"))
	add("prefix in other letters", text().StringPrefixFull("caf\u00e9-\U0001f331"))
	add("prefix of 16", text().StringPrefixFull("0123456789abcdef"))
	add("prefix of 256", text().NotNull().StringPrefixFull(strings.Repeat("p", 256)))
	add("minimum", n().NumberRangeLowerBound(num("0"), true))
	add("minimum excluded", n().NumberRangeLowerBound(num("-5"), false))
	add("maximum", n().NumberRangeUpperBound(num("0.1"), true))
	add("range", n().NotNull().NumberRangeInclusive(num("1"), num("1e20")))
	add("range of halves", n().NumberRangeLowerBound(num("0.5"), false).NumberRangeUpperBound(num("1.5"), false))
	for _, name := range []string{"list", "set", "map"} {
		add(name+" at least 1", c(name).NotNull().CollectionLengthLowerBound(1))
		add(name+" at most 300", c(name).CollectionLengthUpperBound(300))
		add(name+" 2 to 70000", c(name).NotNull().CollectionLengthLowerBound(2).CollectionLengthUpperBound(70000))
	}
	refinedID := text().NotNull().StringPrefixFull("vol-").NewValue()
	all = append(all,
		named("refined in an object", object(map[string]cty.Value{"id": refinedID, "n": num("1")})),
		testCase{"refined in a list", cty.List(cty.String), cty.ListVal([]cty.Value{refinedID, str("x")})},
		testCase{"refined in dynamic", cty.DynamicPseudoType, refinedID})
	return all
}

func dynamics() []testCase {
	any := cty.DynamicPseudoType
	all := []testCase{
		{"dynamic string", any, str("x")},
		{"dynamic number", any, num("0.1")},
		{"dynamic bool", any, cty.True},
		{"dynamic list", any, cty.ListVal([]cty.Value{str("a")})},
		{"dynamic empty list", any, cty.ListValEmpty(cty.Number)},
		{"dynamic tuple", any, cty.TupleVal([]cty.Value{str("a"), num("1")})},
		{"dynamic empty tuple", any, cty.EmptyTupleVal},
		{"dynamic empty object", any, cty.EmptyObjectVal},
		{"dynamic object", any, cty.ObjectVal(map[string]cty.Value{"a": str("x"), "<b>": cty.ListValEmpty(cty.Bool)})},
		{"dynamic map", any, cty.MapVal(map[string]cty.Value{"k": num("1.5")})},
		{"dynamic set", any, cty.SetVal([]cty.Value{str("b"), str("a")})},
		{"dynamic null string", any, cty.NullVal(cty.String)},
		{"dynamic null object", any, cty.NullVal(kinds["object"])},
		{"dynamic unknown string", any, cty.UnknownVal(cty.String)},
		{"dynamic unknown list", any, cty.UnknownVal(cty.List(cty.String))},
	}
	open := cty.Object(map[string]cty.Type{"a": any, "b": cty.String})
	for _, name := range sortedKeys(kinds) {
		all = append(all, testCase{"dynamic unknown " + name + " in an object", open,
			cty.ObjectVal(map[string]cty.Value{"a": cty.UnknownVal(kinds[name]), "b": str("x")})})
	}
	return append(all,
		testCase{"dynamic in object", open, cty.ObjectVal(map[string]cty.Value{"a": num("5"), "b": str("x")})},
		testCase{"dynamic object in object", open, cty.ObjectVal(map[string]cty.Value{
			"a": cty.ObjectVal(map[string]cty.Value{"z": cty.TupleVal([]cty.Value{cty.True})}), "b": str("x")})},
		testCase{"dynamic null in object", open, cty.ObjectVal(map[string]cty.Value{"a": cty.NullVal(any), "b": str("x")})},
		testCase{"dynamic in tuple", cty.Tuple([]cty.Type{any, any}), cty.TupleVal([]cty.Value{str("x"), cty.False})},
		testCase{"dynamic of one type in list", cty.List(any), cty.ListVal([]cty.Value{str("x"), str("y")})},
		testCase{"dynamic of one type in map", cty.Map(any), cty.MapVal(map[string]cty.Value{"x": num("1")})},
		testCase{"dynamic in object in list", cty.List(open), cty.ListVal([]cty.Value{
			cty.ObjectVal(map[string]cty.Value{"a": str("s"), "b": cty.NullVal(cty.String)})})})
}

// The attributes of a resource as a provider declares them.
func nested() []testCase {
	filter := cty.ObjectVal(map[string]cty.Value{
		"prefix": str("media/"), "tags": cty.MapVal(map[string]cty.Value{"keep": str("yes")}),
		"larger_than": num("1048576"), "smaller_than": cty.NullVal(cty.Number)})
	resource := map[string]cty.Value{
		"bucket": str("openedx-media"), "rule_id": str("seedbank"), "enabled": cty.True,
		"days": num("30"), "filter": filter, "newer_versions": cty.UnknownVal(cty.Number).RefineNotNull(),
		"zones":    cty.SetVal([]cty.Value{str("fra1"), str("ams3")}),
		"timeouts": cty.NullVal(cty.Object(map[string]cty.Type{"create": cty.String})),
		"steps":    cty.ListVal([]cty.Value{filter}),
	}
	deep, deepType := cty.Value(str("bottom")), cty.String
	for i := 0; i < 40; i++ {
		deep, deepType = cty.ListVal([]cty.Value{deep}), cty.List(deepType)
	}
	mixed := cty.Value(str("bottom"))
	for i := 0; i < 12; i++ {
		mixed = cty.ObjectVal(map[string]cty.Value{"in": cty.TupleVal([]cty.Value{mixed, cty.NumberIntVal(int64(i))})})
	}
	return []testCase{
		named("resource", object(resource)),
		{"list 40 deep", deepType, deep},
		{"object 12 deep", mixed.Type(), mixed},
		{"object 12 deep in dynamic", cty.DynamicPseudoType, mixed},
	}
}
