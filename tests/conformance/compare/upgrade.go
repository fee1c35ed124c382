package main

import (
	"bytes"
	"encoding/json"

	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"

	"github.com/opentofu/opentofu/internal/tfplugin6"
)

// upgradeCase: stored state as a state file holds it, of today's version and of the one before, with
// attributes that are gone or not yet there, long numbers, and now and then something that does not
// fit.
func upgradeCase(t trial, number uint64) report {
	g := newGenerator(t.seed, number+2<<40)
	raw := g.storedState(t)
	version, label := t.schema.version, "same version"
	if g.chance(0.4) {
		version, label = version-1, "older version"
	}
	if g.chance(0.1) {
		raw, label = g.damaged(raw, version == t.schema.version), label+", damaged"
	}
	r := report{label: label, asked: 1}
	r.differences = t.upgradeDifferences(raw, version)
	if len(r.differences) > 0 || t.only >= 0 {
		r.question = "  stored: " + string(raw)
	}
	return r
}

func (g *generator) storedState(t trial) []byte {
	g.unknowns = 0
	raw, err := ctyjson.Marshal(g.state(t.schema.block.Attributes), t.schema.ty)
	if err != nil {
		panic(err)
	}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	var tree map[string]any
	if err := decoder.Decode(&tree); err != nil {
		panic(err)
	}
	g.age(tree)
	if raw, err = json.Marshal(tree); err != nil {
		panic(err)
	}
	return raw
}

// age adds attributes that are gone since, and takes away such as were not there yet.
func (g *generator) age(tree map[string]any) {
	for _, name := range sortedNames(tree) {
		if inner, ok := tree[name].(map[string]any); ok && g.chance(0.3) && isNested(name) {
			g.age(inner)
		}
		if g.chance(0.03) {
			delete(tree, name)
		}
	}
	if g.chance(0.3) {
		tree["gone_text"] = "x"
	}
	if g.chance(0.2) {
		tree["gone_tree"] = map[string]any{"a": []any{1, "b", nil, map[string]any{"c": json.Number("1e5")}}}
	}
	if _, ok := tree["number_optional"]; ok && g.chance(0.5) {
		tree["number_optional"] = json.Number(pick(g, []string{"1e3", "1E-5", "-0", "0.10", "1.0",
			"12345678901234567890123456789012345678901234567890.5", "1e4000"}))
	}
}

// isNested: single nested attributes of the torture resource, whose inside may age too. In a map the
// keys are the user's.
func isNested(name string) bool { return len(name) >= 3 && (name[:3] == "one" || name == "deep_one") }

func (g *generator) damaged(raw []byte, sameVersion bool) []byte {
	switch g.r.IntN(4) {
	case 0:
		return raw[:g.r.IntN(len(raw))]
	case 1:
		return bytes.Replace(raw, []byte(`true`), []byte(`"yes"`), 1)
	case 2:
		whole := []string{"[]", `""`, "7", "", "{}"}
		if sameVersion { // the framework has a rule of its own for null of an older version
			whole = append(whole, "null")
		}
		return []byte(pick(g, whole))
	}
	return bytes.Replace(raw, []byte(`"text_optional":`), []byte(`"text_optional":[1],"x":`), 1)
}

func (t trial) upgrade(c *client, raw []byte, version int64) answer {
	ctx, cancel := patience()
	defer cancel()
	reply, err := c.rpc.UpgradeResourceState(ctx, &tfplugin6.UpgradeResourceState_Request{
		TypeName: t.schema.name, Version: version, RawState: &tfplugin6.RawState{Json: raw}})
	if err != nil {
		return answer{err: err}
	}
	a := answer{diagnostics: reply.Diagnostics}
	if !hasError(reply.Diagnostics) {
		a.planned, a.err = t.unwire(reply.UpgradedState)
	}
	return a
}

func (t trial) upgradeDifferences(raw []byte, version int64) []difference {
	ours, theirs := t.upgrade(t.us, raw, version), t.upgrade(t.them, raw, version)
	if d := errorDifference(ours.err, theirs.err); d != nil {
		return d
	}
	if len(ours.diagnostics) == 1 && len(theirs.diagnostics) == 1 && hasError(ours.diagnostics) &&
		hasError(theirs.diagnostics) && theirs.diagnostics[0].Attribute == nil {
		// Which of several errors is met first, and whether its place is named, is not compared.
		return nil
	}
	out := diagnosticDifferences(cty.NilVal, ours.diagnostics, theirs.diagnostics)
	if ours.planned == cty.NilVal || theirs.planned == cty.NilVal {
		return out
	}
	return append(out, valueDifferences("upgraded value", ours.planned, theirs.planned)...)
}
