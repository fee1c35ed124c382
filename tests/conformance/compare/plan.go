package main

import (
	"fmt"
	"strings"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/msgpack"

	"github.com/opentofu/opentofu/internal/plans/objchange"
	"github.com/opentofu/opentofu/internal/tfplugin6"
)

// question is what PlanResourceChange is asked: core's proposal follows from the other two.
type question struct{ prior, config cty.Value }

func planCase(t trial, number uint64) report {
	g := newGenerator(t.seed, number)
	q, label := g.question(t)
	r := report{label: label, asked: 1}
	r.differences = t.planDifferences(q)
	replace := len(r.differences) == 0 && !q.prior.IsNull() && !q.config.IsNull() && g.chance(0.2)
	if replace {
		// Where an attribute forces replacement, core plans again as for a create.
		q.prior = cty.NullVal(t.schema.ty)
		r.asked++
		r.differences = t.planDifferences(q)
	}
	if t.unexplained(r.differences) {
		q = t.shrink(q)
		r.differences = t.planDifferences(q)
	}
	if len(r.differences) > 0 || t.only >= 0 {
		r.question = fmt.Sprintf("  prior:  %s\n  config: %s", t.showObject(q.prior), t.showObject(q.config))
	}
	return r
}

func (t trial) unexplained(list []difference) bool {
	for _, d := range list {
		if classOf(d) < 0 {
			return true
		}
	}
	return false
}

// question of a random kind. A prior state comes from an earlier plan whose unknown parts were
// decided, as core would have stored it.
func (g *generator) question(t trial) (question, string) {
	attrs, null := t.schema.block.Attributes, cty.NullVal(t.schema.ty)
	roll := g.r.Float64()
	if roll < 0.15 {
		return question{null, g.config(attrs)}, "create"
	}
	unknowns := g.unknowns
	g.unknowns *= 0.5
	before := g.config(attrs)
	g.unknowns = unknowns
	prior := g.stateAfter(t, before)
	same := g.settleConfig(before)
	switch {
	case roll < 0.19:
		return question{prior, null}, "destroy"
	case roll < 0.30:
		return question{prior, same}, "no change"
	case roll < 0.40:
		return question{g.edit(attrs, prior, 0.1, true), same}, "drift"
	case roll < 0.50:
		return question{g.edit(attrs, prior, 0.05, true), g.edit(attrs, same, 0.1, false)}, "drift and update"
	case roll < 0.62:
		return question{prior, g.config(attrs)}, "other configuration"
	case roll < 0.67:
		return question{g.state(attrs), g.config(attrs)}, "any prior"
	}
	return question{prior, g.edit(attrs, same, pick(g, []float64{0.01, 0.04, 0.15}), false)}, "update"
}

// stateAfter applies a configuration: the reference plans it, and what stays unknown is decided.
func (g *generator) stateAfter(t trial, config cty.Value) cty.Value {
	answer := t.plan(t.them, question{cty.NullVal(t.schema.ty), config})
	if answer.err != nil || hasError(answer.diagnostics) {
		known := *g
		known.unknowns = 0
		return known.state(t.schema.block.Attributes)
	}
	return g.settle(answer.planned)
}

// settleConfig decides some of what the configuration left unknown at the time.
func (g *generator) settleConfig(config cty.Value) cty.Value {
	if g.chance(0.5) {
		return config
	}
	return g.settle(config)
}

type answer struct {
	planned     cty.Value
	replace     []string
	diagnostics []*tfplugin6.Diagnostic
	err         error
}

func (t trial) plan(c *client, q question) answer {
	proposed := cty.NullVal(t.schema.ty)
	if !q.config.IsNull() {
		proposed = objchange.ProposedNew(t.schema.block, q.prior, q.config)
	}
	ctx, cancel := patience()
	defer cancel()
	reply, err := c.rpc.PlanResourceChange(ctx, &tfplugin6.PlanResourceChange_Request{
		TypeName:           t.schema.name,
		PriorState:         t.wire(q.prior),
		ProposedNewState:   t.wire(proposed),
		Config:             t.wire(q.config),
		ClientCapabilities: &tfplugin6.ClientCapabilities{WriteOnlyAttributesAllowed: true},
	})
	if err != nil {
		return answer{err: err}
	}
	a := answer{diagnostics: reply.Diagnostics}
	for _, path := range reply.RequiresReplace {
		a.replace = append(a.replace, wirePathText(path))
	}
	if hasError(reply.Diagnostics) {
		return a
	}
	a.planned, a.err = t.unwire(reply.PlannedState)
	if reply.LegacyTypeSystem {
		a.err = fmt.Errorf("the legacy type system was asked for")
	}
	return a
}

func (t trial) wire(v cty.Value) *tfplugin6.DynamicValue {
	bytes, err := msgpack.Marshal(v, t.schema.ty)
	if err != nil {
		panic(err)
	}
	return &tfplugin6.DynamicValue{Msgpack: bytes}
}

func (t trial) unwire(v *tfplugin6.DynamicValue) (cty.Value, error) {
	if v == nil || len(v.Msgpack) == 0 {
		return cty.NilVal, fmt.Errorf("no msgpack value in the answer")
	}
	return msgpack.Unmarshal(v.Msgpack, t.schema.ty)
}

func (t trial) planDifferences(q question) []difference {
	ours, theirs := t.plan(t.us, q), t.plan(t.them, q)
	if d := errorDifference(ours.err, theirs.err); d != nil {
		return d
	}
	t.countOutcome(q, theirs)
	out := diagnosticDifferences(q.config, ours.diagnostics, theirs.diagnostics)
	if ours.planned == cty.NilVal || theirs.planned == cty.NilVal {
		return out
	}
	out = append(out, valueDifferences("planned value", ours.planned, theirs.planned)...)
	out = append(out, countDifferences("requires_replace", unique(ours.replace), unique(theirs.replace))...)
	if q.config.IsNull() {
		return out
	}
	// Core must accept both: no error that both share is excused.
	out = append(out, t.planErrors("ours is refused by core", q, ours.planned)...)
	out = append(out, t.planErrors("reference is refused by core", q, theirs.planned)...)
	for i := range out {
		out[i].around = around(q.config, out[i].path)
	}
	return out
}

// countOutcome shows, in the summary, that plans of every sort were met.
func (t trial) countOutcome(q question, a answer) {
	var words []string
	switch {
	case hasError(a.diagnostics):
		words = []string{"error"}
	case a.planned == cty.NilVal:
		words = []string{"nothing"}
	case a.planned.RawEquals(q.prior):
		words = []string{"no change"}
	default:
		words = []string{"change"}
		if !a.planned.IsWhollyKnown() {
			words = append(words, "with unknowns")
		}
		if len(a.replace) > 0 {
			words = append(words, "with replacement")
		}
	}
	t.lock.Lock()
	t.cases["plan outcome: "+strings.Join(words, " ")]++
	t.lock.Unlock()
}

func errorDifference(ours, theirs error) []difference {
	if ours == nil && theirs == nil {
		return nil
	}
	return []difference{{what: "no answer", pathed: "(root)", ours: fmt.Sprint(ours), theirs: fmt.Sprint(theirs)}}
}

func unique(list []string) []string {
	seen := map[string]bool{}
	for _, s := range list {
		seen[s] = true
	}
	return sortedNames(seen)
}

// planErrors is what core itself would object to.
func (t trial) planErrors(what string, q question, planned cty.Value) []difference {
	var out []difference
	for _, err := range objchange.AssertPlanValid(t.schema.block, q.prior, q.config, planned) {
		d := difference{what: what, pathed: "(root)", ours: firstLine(err.Error())}
		if pathed, ok := err.(cty.PathError); ok {
			d.path, d.pathed = pathed.Path, pathText(pathed.Path)
		}
		out = append(out, d)
	}
	return out
}

// shrink makes a failing question smaller: attribute by attribute it tries null in the
// configuration and in the prior state, and keeps what still fails.
func (t trial) shrink(q question) question {
	for _, name := range sortedNames(t.schema.block.Attributes) {
		null := cty.NullVal(t.schema.ty.AttributeType(name))
		for _, smaller := range []question{
			{withAttribute(q.prior, name, null), withAttribute(q.config, name, null)},
			{q.prior, withAttribute(q.config, name, null)},
			{withAttribute(q.prior, name, null), q.config},
		} {
			if !smaller.prior.RawEquals(q.prior) || !smaller.config.RawEquals(q.config) {
				if t.unexplained(t.planDifferences(smaller)) {
					q = smaller
					break
				}
			}
		}
	}
	return q
}

func withAttribute(object cty.Value, name string, v cty.Value) cty.Value {
	if object.IsNull() {
		return object
	}
	values := object.AsValueMap()
	values[name] = v
	return cty.ObjectVal(values)
}

// showObject leaves out the attributes that are null: there are many.
func (t trial) showObject(object cty.Value) string {
	if object.IsNull() {
		return "null"
	}
	values := map[string]cty.Value{}
	for name, v := range object.AsValueMap() {
		if v.IsKnown() && v.IsNull() {
			continue
		}
		values[name] = v
	}
	return show(cty.ObjectVal(values))
}
