package main

import "github.com/zclconf/go-cty/cty"

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
			return d.oursV != cty.NilVal && d.theirsV != cty.NilVal &&
				!d.oursV.IsKnown() && d.theirsV.RawEquals(cty.UnknownVal(d.oursV.Type()))
		},
	},
}

func classOf(d difference) int {
	for i, class := range allowed {
		if class.is(d) {
			return i
		}
	}
	return -1
}
