package main

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/zclconf/go-cty-debug/ctydebug"
	"github.com/zclconf/go-cty/cty"

	"github.com/opentofu/opentofu/internal/plugin6/convert"
	"github.com/opentofu/opentofu/internal/tfplugin6"
)

// A difference between the two answers to one request, at one place.
type difference struct {
	what   string // "planned", "requires_replace", "diagnostic", "invalid plan" ...
	path   cty.Path
	pathed string // path as text
	ours   string // or all there is to say, where one side alone is at fault
	theirs string
	// The values themselves, of a difference in values; else cty.NilVal.
	oursV, theirsV cty.Value
	surplus        int // of a difference in numbers: how many more ours has
	// Of a diagnostic: the reference could not read the attribute that this place belongs to, because
	// of a number that ours refuses too.
	unread bool
	// What the configuration that was asked about has around the place of a diagnostic.
	around cty.Value
}

func (d difference) String() string {
	if d.theirs == "" {
		return fmt.Sprintf("%s at %s: %s", d.what, d.pathed, d.ours)
	}
	return fmt.Sprintf("%s at %s\n    ours:      %s\n    reference: %s", d.what, d.pathed, d.ours, d.theirs)
}

func pathText(path cty.Path) string {
	var b strings.Builder
	for _, step := range path {
		switch s := step.(type) {
		case cty.GetAttrStep:
			if b.Len() > 0 {
				b.WriteByte('.')
			}
			b.WriteString(s.Name)
		case cty.IndexStep:
			if s.Key.Type() == cty.String && s.Key.IsKnown() && !s.Key.IsNull() {
				fmt.Fprintf(&b, "[%q]", s.Key.AsString())
			} else if s.Key.Type() == cty.Number && s.Key.IsKnown() {
				fmt.Fprintf(&b, "[%s]", s.Key.AsBigFloat().Text('f', -1))
			} else {
				b.WriteString("[*]")
			}
		}
	}
	if b.Len() == 0 {
		return "(root)"
	}
	return b.String()
}

func wirePath(path *tfplugin6.AttributePath) cty.Path {
	if path == nil {
		return nil
	}
	return convert.AttributePathToPath(path)
}

func wirePathText(path *tfplugin6.AttributePath) string { return pathText(wirePath(path)) }

func show(v cty.Value) string {
	if v == cty.NilVal {
		return "(absent)"
	}
	if !v.IsKnown() {
		return fmt.Sprintf("%#v", v) // with what is known of it all the same
	}
	return strings.ReplaceAll(strings.TrimSpace(ctydebug.ValueString(v)), "\n", "\n      ")
}

// valueDifferences finds the smallest places where two values of one type differ.
func valueDifferences(what string, ours, theirs cty.Value) []difference {
	var out []difference
	walkBoth(nil, ours, theirs, func(path cty.Path, a, b cty.Value) {
		out = append(out, difference{what: what, path: path.Copy(), pathed: pathText(path),
			ours: show(a), theirs: show(b), oursV: a, theirsV: b})
	})
	return out
}

func walkBoth(path cty.Path, a, b cty.Value, differ func(cty.Path, cty.Value, cty.Value)) {
	if !a.Type().Equals(b.Type()) || a.IsNull() || b.IsNull() || !a.IsKnown() || !b.IsKnown() {
		if !a.RawEquals(b) {
			differ(path, a, b)
		}
		return
	}
	ty := a.Type()
	switch {
	case ty.IsObjectType() || ty.IsMapType():
		am, bm := a.AsValueMap(), b.AsValueMap()
		for _, key := range sortedNames(union(am, bm)) {
			av, inA := am[key]
			bv, inB := bm[key]
			step := path.GetAttr(key)
			if ty.IsMapType() {
				step = path.IndexString(key)
			}
			if !inA || !inB {
				differ(step, av, bv)
				continue
			}
			walkBoth(step, av, bv, differ)
		}
	case (ty.IsListType() || ty.IsTupleType()) && a.LengthInt() == b.LengthInt():
		as, bs := a.AsValueSlice(), b.AsValueSlice()
		for i := range as {
			walkBoth(path.IndexInt(i), as[i], bs[i], differ)
		}
	case ty.IsSetType() && a.LengthInt() == b.LengthInt():
		walkSets(path, a, b, differ)
	default:
		if !a.RawEquals(b) {
			differ(path, a, b)
		}
	}
}

// walkSets pairs elements that are equal, then such as are equal but for what is known of unknown
// parts. cty's own comparison never finds an element with unknown parts in another set.
func walkSets(path cty.Path, a, b cty.Value, differ func(cty.Path, cty.Value, cty.Value)) {
	as, bs := a.AsValueSlice(), b.AsValueSlice()
	for _, alike := range []func(a, b cty.Value) bool{same, sameUnrefined} {
		var left []cty.Value
		for _, element := range as {
			at := slices.IndexFunc(bs, func(other cty.Value) bool { return alike(element, other) })
			if at < 0 {
				left = append(left, element)
				continue
			}
			walkBoth(path.Index(cty.DynamicVal), element, bs[at], differ)
			bs = slices.Delete(bs, at, at+1)
		}
		as = left
	}
	if len(as) > 0 {
		differ(path, a, b)
	}
}

func same(a, b cty.Value) bool {
	equal := true
	walkBoth(nil, a, b, func(cty.Path, cty.Value, cty.Value) { equal = false })
	return equal
}

func sameUnrefined(a, b cty.Value) bool {
	equal := true
	walkBoth(nil, a, b, func(_ cty.Path, a, b cty.Value) { equal = equal && refinementOnly(a, b) })
	return equal
}

// refinementOnly: both unknown, of one type, with something more known of ours.
func refinementOnly(ours, theirs cty.Value) bool {
	return !ours.IsKnown() && theirs.RawEquals(cty.UnknownVal(ours.Type()))
}

func union(a, b map[string]cty.Value) map[string]bool {
	keys := map[string]bool{}
	for k := range a {
		keys[k] = true
	}
	for k := range b {
		keys[k] = true
	}
	return keys
}

// countDifferences compares two bags of texts.
func countDifferences(what string, ours, theirs []string) []difference {
	count := map[string]int{}
	for _, s := range ours {
		count[s]++
	}
	for _, s := range theirs {
		count[s]--
	}
	var out []difference
	for _, s := range sortedNames(count) {
		place, detail, _ := strings.Cut(s, "\x00")
		d := difference{what: what, pathed: place, ours: "none", theirs: "none"}
		switch n := count[s]; {
		case n > 0:
			d.surplus = n
			d.ours = strings.TrimSpace(fmt.Sprintf("%d more %s", n, detail))
		case n < 0:
			d.surplus = n
			d.theirs = strings.TrimSpace(fmt.Sprintf("%d more %s", -n, detail))
		default:
			continue
		}
		out = append(out, d)
	}
	return out
}

func diagnosticDifferences(config cty.Value, ours, theirs []*tfplugin6.Diagnostic) []difference {
	out := countDifferences("diagnostic", diagnosticTexts(ours), diagnosticTexts(theirs))
	places := map[string]cty.Path{}
	for _, d := range slices.Concat(ours, theirs) {
		places[wirePathText(d.Attribute)] = wirePath(d.Attribute)
	}
	for i := range out {
		out[i].ours += summaries(ours, out[i].pathed)
		out[i].theirs += summaries(theirs, out[i].pathed)
		out[i].path = places[out[i].pathed]
		out[i].around = around(config, out[i].path)
		out[i].unread = unread(outermost(out[i].pathed), ours, theirs)
	}
	return out
}

// unread: the framework reads an attribute as a whole, and says no more of it than that it cannot be
// read, wherever inside it a whole number has a fraction.
func unread(attribute string, ours, theirs []*tfplugin6.Diagnostic) bool {
	fraction := func(d *tfplugin6.Diagnostic) bool {
		return d.Summary == "Value is not a whole number" && outermost(wirePathText(d.Attribute)) == attribute
	}
	gaveUp := func(d *tfplugin6.Diagnostic) bool {
		return d.Summary == "Configuration Read Error" && outermost(wirePathText(d.Attribute)) == attribute
	}
	return slices.ContainsFunc(ours, fraction) && slices.ContainsFunc(theirs, gaveUp)
}

func outermost(path string) string {
	if end := strings.IndexAny(path, ".["); end >= 0 {
		return path[:end]
	}
	return path
}

// around is the value one step above the end of a path, or the unknown value that ends the way there.
func around(config cty.Value, path cty.Path) cty.Value {
	if config == cty.NilVal || len(path) == 0 {
		return cty.NilVal
	}
	v := config
	for _, step := range path[:len(path)-1] {
		if v = part(v, step); v == cty.NilVal || !v.IsKnown() {
			break
		}
	}
	return v
}

// part of a known value. Core's check of plans writes the keys of maps as attributes.
func part(v cty.Value, step cty.PathStep) cty.Value {
	if v.IsNull() {
		return cty.NilVal
	}
	if attribute, ok := step.(cty.GetAttrStep); ok && v.Type().IsMapType() {
		step = cty.IndexStep{Key: cty.StringVal(attribute.Name)}
	}
	inner, err := step.Apply(v)
	if err != nil {
		return cty.NilVal
	}
	return inner
}

func diagnosticTexts(list []*tfplugin6.Diagnostic) []string {
	var out []string
	for _, d := range list {
		out = append(out, wirePathText(d.Attribute)+"\x00"+d.Severity.String())
	}
	return out
}

func summaries(list []*tfplugin6.Diagnostic, at string) string {
	var out []string
	for _, d := range list {
		if wirePathText(d.Attribute) == at {
			out = append(out, fmt.Sprintf("\n      %s: %s: %s", d.Severity, d.Summary, firstLine(d.Detail)))
		}
	}
	sort.Strings(out)
	return strings.Join(out, "")
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}

func hasError(list []*tfplugin6.Diagnostic) bool {
	for _, d := range list {
		if d.Severity == tfplugin6.Diagnostic_ERROR {
			return true
		}
	}
	return false
}
