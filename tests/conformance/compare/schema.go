package main

import (
	"fmt"
	"sort"
	"strings"

	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"

	"github.com/opentofu/opentofu/internal/configs/configschema"
	"github.com/opentofu/opentofu/internal/plugin6/convert"
	"github.com/opentofu/opentofu/internal/tfplugin6"
)

// schema of one torture resource, as both providers must declare it.
type schema struct {
	name    string
	version int64
	block   *configschema.Block
	ty      cty.Type
}

// fetchSchemas asks one provider, and lists what matters of the schemas as lines for comparison.
// Descriptions are left out: they are prose.
func fetchSchemas(c *client) ([]schema, []string, error) {
	ctx, cancel := patience()
	defer cancel()
	reply, err := c.rpc.GetProviderSchema(ctx, &tfplugin6.GetProviderSchema_Request{})
	if err != nil {
		return nil, nil, fmt.Errorf("%s: GetProviderSchema: %w", c.name, err)
	}
	for _, d := range reply.Diagnostics {
		return nil, nil, fmt.Errorf("%s: GetProviderSchema: %s: %s", c.name, d.Summary, d.Detail)
	}
	var all []schema
	var lines []string
	for _, name := range sortedNames(reply.ResourceSchemas) {
		proto := reply.ResourceSchemas[name]
		lines = append(lines, fmt.Sprintf("%s version %d", name, proto.Version))
		lines = append(lines, attributeLines(name+".", proto.Block.Attributes)...)
		for _, b := range proto.Block.BlockTypes {
			lines = append(lines, name+" block "+b.TypeName)
		}
		block := convert.ProtoToConfigSchema(proto.Block)
		all = append(all, schema{name, proto.Version, block, block.ImpliedType()})
	}
	if len(all) == 0 {
		return nil, nil, fmt.Errorf("%s has no resources", c.name)
	}
	return all, lines, nil
}

func attributeLines(prefix string, attrs []*tfplugin6.Schema_Attribute) []string {
	var lines []string
	for _, a := range attrs {
		path := prefix + a.Name
		words := []string{path}
		for _, flag := range []struct {
			name string
			set  bool
		}{
			{"required", a.Required}, {"optional", a.Optional}, {"computed", a.Computed},
			{"sensitive", a.Sensitive}, {"write-only", a.WriteOnly}, {"deprecated", a.Deprecated},
		} {
			if flag.set {
				words = append(words, flag.name)
			}
		}
		if a.NestedType != nil {
			words = append(words, a.NestedType.Nesting.String())
			lines = append(lines, attributeLines(path+".", a.NestedType.Attributes)...)
		} else if ty, err := ctyjson.UnmarshalType(a.Type); err != nil {
			words = append(words, "bad type "+string(a.Type))
		} else {
			words = append(words, ty.FriendlyNameForConstraint(), fmt.Sprintf("%#v", ty))
		}
		lines = append(lines, strings.Join(words, " "))
	}
	return lines
}

// lineDifferences gives the lines that only one side has.
func lineDifferences(ours, theirs []string) []string {
	count := map[string]int{}
	for _, l := range ours {
		count[l]++
	}
	for _, l := range theirs {
		count[l]--
	}
	var out []string
	for l, n := range count {
		if n > 0 {
			out = append(out, "only ours:      "+l)
		} else if n < 0 {
			out = append(out, "only reference: "+l)
		}
	}
	sort.Strings(out)
	return out
}
