package main

import (
	"context"
	"os"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

const schemaVersion = 1

type tortureResource struct {
	typeName   string
	attributes func() attributes
}

func (r *tortureResource) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = r.typeName
}

func (r *tortureResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	all := r.attributes()
	all["name"] = schema.StringAttribute{Required: true}
	if r.typeName == "torture_texts" {
		spoil(all, os.Getenv("TORTURE_REFERENCE_WRONG"))
	}
	resp.Schema = schema.Schema{Version: schemaVersion, Attributes: all}
}

// spoil makes the reference wrong on purpose, in one named way, so that the comparison itself can
// be tested: it must then find a difference.
func spoil(all attributes, how string) {
	switch how {
	case "keep": // a kept attribute is not kept
		text := all["text_kept"].(schema.StringAttribute)
		text.PlanModifiers = nil
		all["text_kept"] = text
	case "replace": // a replacing attribute does not replace
		text := all["text_replace"].(schema.StringAttribute)
		text.PlanModifiers = []planmodifier.String{}
		all["text_replace"] = text
	case "default": // another default
		text := all["text_default"].(schema.StringAttribute)
		text.Default = all["text_default_replace"].(schema.StringAttribute).Default
		all["text_default"] = text
	case "schema": // another schema
		text := all["text_sensitive"].(schema.StringAttribute)
		text.Sensitive = false
		all["text_sensitive"] = text
	case "check": // a check left out
		text := all["text_word"].(schema.StringAttribute)
		text.Validators = nil
		all["text_word"] = text
	}
}

// UpgradeState reads version 0 by name into today's type, as the provider in C does for a resource
// without an upgrade step: what is gone is ignored, what is new is null.
func (*tortureResource) UpgradeState(context.Context) map[int64]resource.StateUpgrader {
	return map[int64]resource.StateUpgrader{0: {StateUpgrader: byName}}
}

func byName(ctx context.Context, req resource.UpgradeStateRequest, resp *resource.UpgradeStateResponse) {
	stateType := resp.State.Schema.Type().TerraformType(ctx)
	raw, err := req.RawState.UnmarshalWithOpts(stateType, tfprotov6.UnmarshalOpts{
		ValueFromJSONOpts: tftypes.ValueFromJSONOpts{IgnoreUndefinedAttributes: true}})
	if os.Getenv("TORTURE_REFERENCE_WRONG") == "upgrade" { // what is gone is refused
		raw, err = req.RawState.Unmarshal(stateType)
	}
	if err != nil {
		resp.Diagnostics.AddError("Stored state does not fit the schema", strings.ToValidUTF8(err.Error(), "?"))
		return
	}
	resp.State.Raw = raw
}

// Nothing is created anywhere: the planned state, its unknown values left for core to complain
// about, is what there is. The comparison does not apply.
func (*tortureResource) Create(_ context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	resp.State.Raw = req.Plan.Raw
}

func (*tortureResource) Read(_ context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	resp.State.Raw = req.State.Raw
}

func (*tortureResource) Update(_ context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	resp.State.Raw = req.Plan.Raw
}

func (*tortureResource) Delete(context.Context, resource.DeleteRequest, *resource.DeleteResponse) {}
