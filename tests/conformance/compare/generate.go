package main

import (
	"math/rand/v2"
	"sort"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/opentofu/opentofu/internal/configs/configschema"
)

// generator makes random values that conform to a schema. Everything it does follows from its
// random source, which follows from the seed and the number of the case.
type generator struct {
	r        *rand.Rand
	unknowns float64 // chance that a place in a configuration is unknown
	nulls    float64 // chance that an optional attribute is left out
	invalid  float64 // chance that a rule of the schema is broken on purpose
}

func newGenerator(seed, number uint64) *generator {
	g := &generator{r: rand.New(rand.NewPCG(seed, number))}
	g.unknowns = pick(g, []float64{0, 0, 0.03, 0.1, 0.3})
	g.nulls = pick(g, []float64{0.3, 0.6, 0.9})
	return g
}

func pick[T any](g *generator, from []T) T { return from[g.r.IntN(len(from))] }

func (g *generator) chance(p float64) bool { return p > 0 && g.r.Float64() < p }

type attributes = map[string]*configschema.Attribute

func sortedNames[T any](m map[string]T) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

// config of one object: what a user may write, or, with chance g.invalid, may not.
func (g *generator) config(attrs attributes) cty.Value {
	values := map[string]cty.Value{}
	for _, name := range sortedNames(attrs) {
		values[name] = g.configAttribute(name, attrs[name])
	}
	return cty.ObjectVal(values)
}

func (g *generator) configAttribute(name string, a *configschema.Attribute) cty.Value {
	readOnly := a.Computed && !a.Optional
	if (readOnly || !a.Required && g.chance(g.nulls)) != g.chance(g.invalid) {
		return cty.NullVal(a.ImpliedType())
	}
	if g.chance(g.unknowns) {
		return g.unknown(a.ImpliedType())
	}
	if a.NestedType == nil {
		return g.value(name, a.Type)
	}
	element := func() cty.Value {
		// An expression may leave a whole element undecided.
		if g.chance(g.unknowns / 4) {
			return cty.UnknownVal(objectType(a.NestedType))
		}
		return g.config(a.NestedType.Attributes)
	}
	return g.nested(a.NestedType, element)
}

func objectType(o *configschema.Object) cty.Type {
	return (&configschema.Object{Attributes: o.Attributes, Nesting: configschema.NestingSingle}).ImpliedType()
}

// nested makes the value of a nested attribute out of elements.
func (g *generator) nested(o *configschema.Object, element func() cty.Value) cty.Value {
	if o.Nesting == configschema.NestingSingle {
		return element()
	}
	n := g.size()
	if o.Nesting == configschema.NestingMap {
		items := map[string]cty.Value{}
		for range n {
			items[g.key()] = element()
		}
		return mapOf(objectType(o), items)
	}
	items := make([]cty.Value, 0, n)
	for range n {
		items = append(items, element())
	}
	if o.Nesting == configschema.NestingSet {
		return setOf(objectType(o), items)
	}
	return listOf(objectType(o), items)
}

func (g *generator) size() int { return pick(g, []int{0, 1, 1, 1, 2, 2, 3}) }

func (g *generator) key() string { return pick(g, []string{"a", "b", "k", "é", "with space", ""}) }

func listOf(ty cty.Type, items []cty.Value) cty.Value {
	if len(items) == 0 {
		return cty.ListValEmpty(ty)
	}
	return cty.ListVal(items)
}

func setOf(ty cty.Type, items []cty.Value) cty.Value {
	if len(items) == 0 {
		return cty.SetValEmpty(ty)
	}
	return cty.SetVal(items)
}

func mapOf(ty cty.Type, items map[string]cty.Value) cty.Value {
	if len(items) == 0 {
		return cty.MapValEmpty(ty)
	}
	return cty.MapVal(items)
}

// value of a type, non-null itself; inside of it unknown and null parts may stand. The name decides
// whether a number must be whole: the wire has one number type only.
func (g *generator) value(name string, ty cty.Type) cty.Value {
	switch {
	case ty == cty.DynamicPseudoType:
		return g.dynamic()
	case ty == cty.String:
		return cty.StringVal(g.text())
	case ty == cty.Bool:
		return cty.BoolVal(g.chance(0.5))
	case ty == cty.Number:
		return g.number(strings.HasPrefix(name, "whole"))
	case ty.IsObjectType():
		values := map[string]cty.Value{}
		for _, field := range sortedNames(ty.AttributeTypes()) {
			values[field] = g.part(field, ty.AttributeType(field))
		}
		return cty.ObjectVal(values)
	case ty.IsMapType():
		items := map[string]cty.Value{}
		for range g.size() {
			items[g.key()] = g.part(name, ty.ElementType())
		}
		return mapOf(ty.ElementType(), items)
	}
	items := make([]cty.Value, 0, 3)
	for range g.size() {
		items = append(items, g.part(name, ty.ElementType()))
	}
	if ty.IsSetType() {
		return setOf(ty.ElementType(), items)
	}
	return listOf(ty.ElementType(), items)
}

// part of a collection or object.
func (g *generator) part(name string, ty cty.Type) cty.Value {
	if g.chance(g.unknowns) {
		return g.unknown(ty)
	}
	if !ty.IsObjectType() && g.chance(0.03) { // core itself fails on a nested object that is null
		return cty.NullVal(ty)
	}
	return g.value(name, ty)
}

func (g *generator) text() string {
	if g.chance(0.02) {
		return strings.Repeat("long ", 80)
	}
	return pick(g, []string{"", "a", "b", "c", "red", "green", "blue", "by default", "whole", "inner",
		"24h", "1440m", "é", "日本", "line\nbreak", `"quoted" $${x}`, "trailing "})
}

var (
	wholes  = []string{"0", "1", "-1", "2", "7", "10", "11", "255", "-32769", "9007199254740993", "9223372036854775807", "-9223372036854775808"}
	numbers = []string{"0", "1", "-1", "0.1", "0.5", "-2.75", "100000000000000000000",
		"18446744073709551615", "9007199254740993", "3.141592653589793238462643383279502884197",
		"0.000000000000000000000000000000000001", "1e400",
		"123456789012345678901234567890123456789012345678901234567890.000000000000000000000000000001"}
)

func (g *generator) number(whole bool) cty.Value {
	from := numbers
	if whole && !g.chance(g.invalid/4) {
		from = wholes
	}
	return cty.MustParseNumberVal(pick(g, from))
}

func (g *generator) dynamic() cty.Value {
	switch g.r.IntN(9) {
	case 0:
		return g.number(false)
	case 1:
		return cty.BoolVal(g.chance(0.5))
	case 2:
		return g.value("", cty.List(cty.String))
	case 3:
		return g.value("", cty.Map(cty.Number))
	case 4:
		return g.value("", cty.Object(map[string]cty.Type{"a": cty.String, "b": cty.List(cty.Bool)}))
	case 5:
		return cty.TupleVal([]cty.Value{g.part("", cty.String), g.part("", cty.Number)})
	case 6:
		return g.part("", cty.String)
	default:
		return cty.StringVal(g.text())
	}
}

// unknown of a type, sometimes with what is known about it all the same.
func (g *generator) unknown(ty cty.Type) cty.Value {
	v := cty.UnknownVal(ty)
	if ty == cty.DynamicPseudoType || g.chance(0.6) {
		return v
	}
	refine := v.Refine().NotNull()
	switch {
	case ty == cty.String && g.chance(0.5):
		refine = refine.StringPrefixFull(pick(g, []string{"arn:", "é", "x-"}))
	case ty == cty.Number && g.chance(0.5):
		refine = refine.NumberRangeLowerBound(cty.NumberIntVal(1), g.chance(0.5))
	case ty.IsCollectionType() && g.chance(0.5):
		refine = refine.CollectionLengthLowerBound(1).CollectionLengthUpperBound(4)
	}
	return refine.NewValue()
}
