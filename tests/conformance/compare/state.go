package main

import (
	"github.com/zclconf/go-cty/cty"

	"github.com/opentofu/opentofu/internal/configs/configschema"
)

// settle decides what was left unknown in a plan, as an apply would: the state that follows. It
// walks in a fixed order (cty.Transform does not), so that a case can be made again.
func (g *generator) settle(planned cty.Value) cty.Value { return g.settlePart("", planned, false) }

func (g *generator) settlePart(name string, planned cty.Value, element bool) cty.Value {
	ty := planned.Type()
	switch {
	case !planned.IsKnown():
		// Core itself cannot take a nested object that is a null element.
		if !element && g.chance(0.15) && !planned.Range().DefinitelyNotNull() {
			return cty.NullVal(ty)
		}
		known := *g
		known.unknowns = 0
		return known.value(name, ty)
	case planned.IsNull() || planned.IsWhollyKnown():
		return planned
	case ty.IsObjectType() || ty.IsMapType():
		items := planned.AsValueMap()
		for _, key := range sortedNames(items) {
			if ty.IsObjectType() {
				name = key
			}
			items[key] = g.settlePart(name, items[key], ty.IsMapType())
		}
		if ty.IsMapType() {
			return mapOf(ty.ElementType(), items)
		}
		return cty.ObjectVal(items)
	}
	items := planned.AsValueSlice()
	for i := range items {
		items[i] = g.settlePart(name, items[i], true)
	}
	switch {
	case ty.IsSetType():
		return setOf(ty.ElementType(), items)
	case ty.IsTupleType():
		return cty.TupleVal(items)
	}
	return listOf(ty.ElementType(), items)
}

// edit changes some attributes of an object, each with chance p, and descends into the others.
// With state it edits a state: computed attributes change too, write-only ones stay null.
func (g *generator) edit(attrs attributes, object cty.Value, p float64, state bool) cty.Value {
	if object.IsNull() || !object.IsKnown() {
		return object
	}
	values := object.AsValueMap()
	for _, name := range sortedNames(attrs) {
		a := attrs[name]
		switch {
		case state && a.WriteOnly, !state && a.Computed && !a.Optional:
		case g.chance(p):
			values[name] = g.fresh(name, a, state)
		case a.NestedType != nil:
			values[name] = g.editNested(a.NestedType, values[name], p, state)
		}
	}
	return cty.ObjectVal(values)
}

func (g *generator) fresh(name string, a *configschema.Attribute, state bool) cty.Value {
	if !state {
		return g.configAttribute(name, a)
	}
	if !a.Required && g.chance(0.4) {
		return cty.NullVal(a.ImpliedType())
	}
	if a.NestedType == nil {
		return g.value(name, a.Type)
	}
	return g.nested(a.NestedType, func() cty.Value { return g.state(a.NestedType.Attributes) })
}

// state of one object, out of nothing.
func (g *generator) state(attrs attributes) cty.Value {
	values := map[string]cty.Value{}
	for _, name := range sortedNames(attrs) {
		if attrs[name].WriteOnly {
			values[name] = cty.NullVal(attrs[name].ImpliedType())
		} else {
			values[name] = g.fresh(name, attrs[name], true)
		}
	}
	return cty.ObjectVal(values)
}

// editNested edits the elements, and now and then drops, adds or moves one.
func (g *generator) editNested(o *configschema.Object, v cty.Value, p float64, state bool) cty.Value {
	if v.IsNull() || !v.IsKnown() {
		return v
	}
	if o.Nesting == configschema.NestingSingle {
		return g.edit(o.Attributes, v, p, state)
	}
	element := func() cty.Value {
		if state {
			return g.state(o.Attributes)
		}
		return g.config(o.Attributes)
	}
	if o.Nesting == configschema.NestingMap {
		items := map[string]cty.Value{}
		old := v.AsValueMap()
		for _, key := range sortedNames(old) {
			if !g.chance(p) {
				items[key] = g.edit(o.Attributes, old[key], p, state)
			}
		}
		if g.chance(p) {
			items[g.key()] = element()
		}
		return mapOf(objectType(o), items)
	}
	var items []cty.Value
	for _, item := range v.AsValueSlice() {
		if !g.chance(p) {
			items = append(items, g.edit(o.Attributes, item, p, state))
		}
	}
	if g.chance(p) {
		items = append(items, element())
	}
	if g.chance(p) {
		g.r.Shuffle(len(items), func(i, j int) { items[i], items[j] = items[j], items[i] })
	}
	if o.Nesting == configschema.NestingSet {
		return setOf(objectType(o), items)
	}
	return listOf(objectType(o), items)
}
