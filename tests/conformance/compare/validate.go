package main

import (
	"github.com/zclconf/go-cty/cty"

	"github.com/opentofu/opentofu/internal/tfplugin6"
)

// validateCase: valid configurations and such as break a rule: a required attribute null, a computed
// one given, a check not met, a fraction for a whole number, write-only where the client cannot.
func validateCase(t trial, number uint64) report {
	g := newGenerator(t.seed, number+1<<40)
	r := report{label: "valid", asked: 1}
	if g.chance(0.6) {
		g.invalid = pick(g, []float64{0.002, 0.02, 0.1})
		r.label = "broken rules"
	}
	config := g.config(t.schema.block.Attributes)
	writeOnly := !g.chance(0.3)
	if !writeOnly {
		r.label += ", no write-only"
	}
	r.differences = t.validateDifferences(config, writeOnly)
	if t.unexplained(r.differences) {
		config = t.shrinkConfig(config, writeOnly)
		r.differences = t.validateDifferences(config, writeOnly)
	}
	if len(r.differences) > 0 || t.only >= 0 {
		r.question = "  config: " + t.showObject(config)
	}
	return r
}

func (t trial) validate(c *client, config cty.Value, writeOnly bool) answer {
	ctx, cancel := patience()
	defer cancel()
	reply, err := c.rpc.ValidateResourceConfig(ctx, &tfplugin6.ValidateResourceConfig_Request{
		TypeName:           t.schema.name,
		Config:             t.wire(config),
		ClientCapabilities: &tfplugin6.ClientCapabilities{WriteOnlyAttributesAllowed: writeOnly},
	})
	if err != nil {
		return answer{err: err}
	}
	return answer{diagnostics: reply.Diagnostics}
}

func (t trial) validateDifferences(config cty.Value, writeOnly bool) []difference {
	ours, theirs := t.validate(t.us, config, writeOnly), t.validate(t.them, config, writeOnly)
	if d := errorDifference(ours.err, theirs.err); d != nil {
		return d
	}
	return diagnosticDifferences(config, ours.diagnostics, theirs.diagnostics)
}

func (t trial) shrinkConfig(config cty.Value, writeOnly bool) cty.Value {
	for _, name := range sortedNames(t.schema.block.Attributes) {
		smaller := withAttribute(config, name, cty.NullVal(t.schema.ty.AttributeType(name)))
		if t.unexplained(t.validateDifferences(smaller, writeOnly)) {
			config = smaller
		}
	}
	return config
}
