package main

import (
	"fmt"
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
	ours   string
	theirs string
	// The values themselves, of a difference in values; else cty.NilVal.
	oursV, theirsV cty.Value
}

func (d difference) String() string {
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

func wirePathText(path *tfplugin6.AttributePath) string {
	if path == nil {
		return pathText(nil)
	}
	return pathText(convert.AttributePathToPath(path))
}

func show(v cty.Value) string {
	if v == cty.NilVal {
		return "(absent)"
	}
	return strings.ReplaceAll(ctydebug.ValueString(v), "\n", "\n      ")
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
	if a.RawEquals(b) {
		return
	}
	if !a.Type().Equals(b.Type()) || a.IsNull() || b.IsNull() || !a.IsKnown() || !b.IsKnown() {
		differ(path, a, b)
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
	default:
		differ(path, a, b)
	}
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
			d.ours = strings.TrimSpace(fmt.Sprintf("%d more %s", n, detail))
		case n < 0:
			d.theirs = strings.TrimSpace(fmt.Sprintf("%d more %s", -n, detail))
		default:
			continue
		}
		out = append(out, d)
	}
	return out
}

func diagnosticDifferences(ours, theirs []*tfplugin6.Diagnostic) []difference {
	out := countDifferences("diagnostic", diagnosticTexts(ours), diagnosticTexts(theirs))
	for i := range out {
		out[i].ours += summaries(ours, out[i].pathed)
		out[i].theirs += summaries(theirs, out[i].pathed)
	}
	return out
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
