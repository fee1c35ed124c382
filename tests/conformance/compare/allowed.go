package main

import (
	"strings"

	"github.com/zclconf/go-cty/cty"
)

// allowed lists every class of difference that is no fault. At most five may stand here; each says
// why, and is as narrow as it can be. Hits are counted and printed.
var allowed = []struct {
	name, reason string
	is           func(difference) bool
}{
	{
		name:   "refinement kept",
		reason: "what is known of an unknown value is handed on; the framework drops it",
		is: func(d difference) bool {
			return d.oursV != cty.NilVal && d.theirsV != cty.NilVal && refinementOnly(d.oursV, d.theirsV)
		},
	},
	{
		name:   "null element refused",
		reason: "a null in a list, set or map of texts or objects is an error at validation already",
		is: func(d difference) bool {
			return d.what == "diagnostic" && d.surplus > 0 && strings.Count(d.ours, "Element is null") >= d.surplus
		},
	},
	{
		name:   "inside an unknown element",
		reason: "the framework takes what is in an element that is itself unknown for left out: it misses required attributes, and plans defaults that core refuses",
		is: func(d difference) bool {
			switch d.what {
			case "diagnostic":
				return d.surplus < 0 && strings.Count(d.theirs, "Missing Configuration") >= -d.surplus && insideUnknown(d)
			case "planned value":
				return d.oursV != cty.NilVal && !d.oursV.IsKnown() && insideUnknown(d)
			}
			return d.what == "reference is refused by core" && insideUnknown(d)
		},
	},
	{
		name:   "a fraction for a whole number",
		reason: "ours names its place and checks on; the framework gives up the outermost attribute, and calls it a provider error",
		is:     func(d difference) bool { return d.what == "diagnostic" && d.unread },
	},
}

// insideUnknown: the attribute is of an element that is unknown as a whole. The path of what is in a
// set ends at the set, which must then hold such an element.
func insideUnknown(d difference) bool {
	if d.around == cty.NilVal || len(d.path) == 0 || !d.around.IsKnown() {
		return d.around != cty.NilVal
	}
	at := part(d.around, d.path[len(d.path)-1])
	return at != cty.NilVal && at.Type().IsSetType() && holdsUnknownObject(at)
}

func holdsUnknownObject(v cty.Value) bool {
	found := false
	_ = cty.Walk(v, func(_ cty.Path, part cty.Value) (bool, error) {
		found = found || part.Type().IsObjectType() && !part.IsKnown()
		return !found, nil
	})
	return found
}

func classOf(d difference) int {
	for i, class := range allowed {
		if class.is(d) {
			return i
		}
	}
	return -1
}
