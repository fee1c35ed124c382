package main

import (
	"math/big"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/boolplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/dynamicplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/int64default"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/int64planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/listdefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/listplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/mapdefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/mapplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/numberdefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/numberplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/objectdefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/objectplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/setdefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/setplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// The torture resource, attribute for attribute as ../torture.c has it. Only stock plan modifiers
// and stock defaults stand here: they are what the planning layer in C is measured by. Where an
// attribute both keeps its state and forces replacement, keeping comes first.

type attributes = map[string]schema.Attribute

func keepString() planmodifier.String { return stringplanmodifier.UseStateForUnknown() }
func textList(texts ...string) types.List {
	return types.ListValueMust(types.StringType, textValues(texts))
}
func textValues(texts []string) []attr.Value {
	values := make([]attr.Value, 0, len(texts))
	for _, text := range texts {
		values = append(values, types.StringValue(text))
	}
	return values
}
func number(text string) types.Number {
	f, _, err := big.ParseFloat(text, 10, 512, big.ToNearestEven)
	if err != nil {
		panic(err)
	}
	return types.NumberValue(f)
}

var (
	numberList = types.ListType{ElemType: types.NumberType}
	recordType = map[string]attr.Type{"name": types.StringType, "sizes": numberList}
)

// Several resources instead of one: the framework's planning is quadratic in the number of
// attributes, and the comparison has 10,000 plans to make.
var tortureTables = map[string]func() attributes{
	"torture_texts":       texts,
	"torture_scalars":     scalars,
	"torture_dynamics":    dynamics,
	"torture_collections": collections,
	"torture_singles":     singles,
	"torture_lists":       lists,
	"torture_maps":        maps,
	"torture_sets":        sets,
	"torture_deep":        deep,
}

func texts() attributes {
	return attributes{
		"text_required": schema.StringAttribute{Required: true},
		"text_optional": schema.StringAttribute{Optional: true},
		"text_computed": schema.StringAttribute{Computed: true},
		"text_either":   schema.StringAttribute{Optional: true, Computed: true},
		"text_default": schema.StringAttribute{Optional: true, Computed: true,
			Default: stringdefault.StaticString("by default")},
		"text_kept": schema.StringAttribute{Computed: true,
			PlanModifiers: []planmodifier.String{keepString()}},
		"text_either_kept": schema.StringAttribute{Optional: true, Computed: true,
			PlanModifiers: []planmodifier.String{keepString()}},
		"text_replace": schema.StringAttribute{Optional: true,
			PlanModifiers: []planmodifier.String{stringplanmodifier.RequiresReplace()}},
		"text_computed_replace": schema.StringAttribute{Computed: true,
			PlanModifiers: []planmodifier.String{stringplanmodifier.RequiresReplace()}},
		"text_replace_configured": schema.StringAttribute{Optional: true, Computed: true,
			PlanModifiers: []planmodifier.String{stringplanmodifier.RequiresReplaceIfConfigured()}},
		"text_default_replace": schema.StringAttribute{Optional: true, Computed: true,
			Default:       stringdefault.StaticString("whole"),
			PlanModifiers: []planmodifier.String{stringplanmodifier.RequiresReplace()}},
		"text_default_kept": schema.StringAttribute{Optional: true, Computed: true,
			Default:       stringdefault.StaticString(""),
			PlanModifiers: []planmodifier.String{keepString()}},
		"text_kept_replace": schema.StringAttribute{Optional: true, Computed: true,
			PlanModifiers: []planmodifier.String{keepString(), stringplanmodifier.RequiresReplace()}},
		"text_kept_replace_configured": schema.StringAttribute{Optional: true, Computed: true,
			PlanModifiers: []planmodifier.String{keepString(),
				stringplanmodifier.RequiresReplaceIfConfigured()}},
		"text_sensitive":  schema.StringAttribute{Optional: true, Sensitive: true},
		"text_write_only": schema.StringAttribute{Optional: true, WriteOnly: true},
		"text_write_only_replace": schema.StringAttribute{Optional: true, WriteOnly: true,
			PlanModifiers: []planmodifier.String{stringplanmodifier.RequiresReplace()}},
		"text_word": schema.StringAttribute{Optional: true,
			Validators: []validator.String{stringvalidator.OneOf("red", "green", "blue")}},
		"text_length": schema.StringAttribute{Optional: true,
			Validators: []validator.String{stringvalidator.LengthBetween(2, 5)}},
		"text_deprecated": schema.StringAttribute{Optional: true,
			DeprecationMessage: "Use text_optional."},
	}
}

func scalars() attributes {
	return attributes{
		"flag_optional": schema.BoolAttribute{Optional: true},
		"flag_computed": schema.BoolAttribute{Computed: true},
		"flag_default": schema.BoolAttribute{Optional: true, Computed: true,
			Default: booldefault.StaticBool(true)},
		"flag_kept": schema.BoolAttribute{Optional: true, Computed: true,
			PlanModifiers: []planmodifier.Bool{boolplanmodifier.UseStateForUnknown()}},

		"whole_optional": schema.Int64Attribute{Optional: true},
		"whole_default": schema.Int64Attribute{Optional: true, Computed: true,
			Default: int64default.StaticInt64(7)},
		"whole_kept": schema.Int64Attribute{Computed: true,
			PlanModifiers: []planmodifier.Int64{int64planmodifier.UseStateForUnknown()}},
		"whole_replace": schema.Int64Attribute{Optional: true,
			PlanModifiers: []planmodifier.Int64{int64planmodifier.RequiresReplace()}},
		"whole_range": schema.Int64Attribute{Optional: true,
			Validators: []validator.Int64{int64validator.Between(1, 10)}},

		"number_optional": schema.NumberAttribute{Optional: true},
		"number_default": schema.NumberAttribute{Optional: true, Computed: true,
			Default: numberdefault.StaticBigFloat(number("0.1").ValueBigFloat())},
		"number_kept": schema.NumberAttribute{Optional: true, Computed: true,
			PlanModifiers: []planmodifier.Number{numberplanmodifier.UseStateForUnknown()}},
	}
}

func dynamics() attributes {
	return attributes{
		"dynamic_optional": schema.DynamicAttribute{Optional: true},
		"dynamic_either":   schema.DynamicAttribute{Optional: true, Computed: true},
		"dynamic_kept": schema.DynamicAttribute{Optional: true, Computed: true,
			PlanModifiers: []planmodifier.Dynamic{dynamicplanmodifier.UseStateForUnknown()}},
		"dynamic_replace": schema.DynamicAttribute{Optional: true,
			PlanModifiers: []planmodifier.Dynamic{dynamicplanmodifier.RequiresReplace()}},
	}
}

func collections() attributes {
	return attributes{
		"texts_list":          schema.ListAttribute{Optional: true, ElementType: types.StringType},
		"texts_list_computed": schema.ListAttribute{Computed: true, ElementType: types.StringType},
		"texts_list_default": schema.ListAttribute{Optional: true, Computed: true,
			ElementType: types.StringType,
			Default:     listdefault.StaticValue(textList("a", "b"))},
		"texts_list_replace": schema.ListAttribute{Optional: true, ElementType: types.StringType,
			PlanModifiers: []planmodifier.List{listplanmodifier.RequiresReplace()}},

		"texts_set": schema.SetAttribute{Optional: true, ElementType: types.StringType},
		"texts_set_default": schema.SetAttribute{Optional: true, Computed: true,
			ElementType: types.StringType,
			Default: setdefault.StaticValue(types.SetValueMust(types.StringType,
				textValues([]string{"b", "a"})))},
		"texts_set_kept": schema.SetAttribute{Optional: true, Computed: true,
			ElementType:   types.StringType,
			PlanModifiers: []planmodifier.Set{setplanmodifier.UseStateForUnknown()}},
		"texts_set_replace": schema.SetAttribute{Optional: true, ElementType: types.StringType,
			PlanModifiers: []planmodifier.Set{setplanmodifier.RequiresReplace()}},

		"texts_map": schema.MapAttribute{Optional: true, ElementType: types.StringType},
		"texts_map_default": schema.MapAttribute{Optional: true, Computed: true,
			ElementType: types.StringType,
			Default: mapdefault.StaticValue(types.MapValueMust(types.StringType,
				map[string]attr.Value{"k": types.StringValue("v")}))},
		"texts_map_either": schema.MapAttribute{Optional: true, Computed: true,
			ElementType: types.StringType},
		"texts_map_replace": schema.MapAttribute{Optional: true, ElementType: types.StringType,
			PlanModifiers: []planmodifier.Map{mapplanmodifier.RequiresReplace()}},

		"matrix": schema.ListAttribute{Optional: true, ElementType: numberList},
		"matrix_default": schema.ListAttribute{Optional: true, Computed: true, ElementType: numberList,
			Default: listdefault.StaticValue(types.ListValueMust(numberList, []attr.Value{
				types.ListValueMust(types.NumberType, []attr.Value{number("1"), number("0.5")}),
				types.ListValueMust(types.NumberType, []attr.Value{}),
			}))},
		"numbers_set": schema.SetAttribute{Optional: true, ElementType: types.NumberType},
		"flags_map":   schema.MapAttribute{Optional: true, ElementType: types.BoolType},
		"record":      schema.ObjectAttribute{Optional: true, AttributeTypes: recordType},
		"record_kept": schema.ObjectAttribute{Optional: true, Computed: true,
			AttributeTypes: recordType,
			PlanModifiers:  []planmodifier.Object{objectplanmodifier.UseStateForUnknown()}},
	}
}

// rich has one attribute of each behaviour, for nesting where everything is allowed.
func rich() attributes {
	return attributes{
		"required": schema.StringAttribute{Required: true},
		"whole":    schema.Int64Attribute{Optional: true},
		"computed": schema.StringAttribute{Computed: true},
		"either":   schema.StringAttribute{Optional: true, Computed: true},
		"kept": schema.StringAttribute{Computed: true,
			PlanModifiers: []planmodifier.String{keepString()}},
		"filled": schema.StringAttribute{Optional: true, Computed: true,
			Default: stringdefault.StaticString("inner")},
		"secret": schema.StringAttribute{Optional: true, WriteOnly: true},
		"replace": schema.StringAttribute{Optional: true,
			PlanModifiers: []planmodifier.String{stringplanmodifier.RequiresReplace()}},
		"word": schema.StringAttribute{Optional: true,
			Validators: []validator.String{stringvalidator.OneOf("red", "green", "blue")}},
	}
}

// plain is for nesting that is computed itself: nothing write-only may stand there.
func plain() attributes {
	return attributes{
		"required": schema.StringAttribute{Required: true},
		"optional": schema.NumberAttribute{Optional: true},
		"computed": schema.StringAttribute{Computed: true},
	}
}

// mild is like plain, with every attribute computed, so that core may carry all of it over.
func mild() attributes {
	return attributes{
		"computed": schema.StringAttribute{Computed: true},
		"either":   schema.BoolAttribute{Optional: true, Computed: true},
		"whole": schema.Int64Attribute{Optional: true, Computed: true,
			PlanModifiers: []planmodifier.Int64{int64planmodifier.UseStateForUnknown()}},
	}
}

func with(base attributes, name string, attribute schema.Attribute) attributes {
	base[name] = attribute
	return base
}

func singles() attributes {
	return attributes{
		"one": schema.SingleNestedAttribute{Optional: true,
			Attributes: with(rich(), "dynamic", schema.DynamicAttribute{Optional: true})},
		"one_required": schema.SingleNestedAttribute{Required: true, Attributes: plain()},
		"one_either":   schema.SingleNestedAttribute{Optional: true, Computed: true, Attributes: plain()},
		"one_mild":     schema.SingleNestedAttribute{Optional: true, Computed: true, Attributes: mild()},
		"one_kept": schema.SingleNestedAttribute{Optional: true, Computed: true, Attributes: mild(),
			PlanModifiers: []planmodifier.Object{objectplanmodifier.UseStateForUnknown(),
				objectplanmodifier.RequiresReplace()}},
		"one_computed": schema.SingleNestedAttribute{Computed: true, Attributes: attributes{
			"text":  schema.StringAttribute{Computed: true},
			"whole": schema.Int64Attribute{Computed: true},
		}},
		"one_default": schema.SingleNestedAttribute{Optional: true, Computed: true,
			Attributes: attributes{
				"text":  schema.StringAttribute{Optional: true},
				"whole": schema.Int64Attribute{Optional: true},
			},
			Default: objectdefault.StaticValue(types.ObjectValueMust(
				map[string]attr.Type{"text": types.StringType, "whole": types.Int64Type},
				map[string]attr.Value{"text": types.StringValue("t"), "whole": types.Int64Null()}))},
	}
}

func lists() attributes {
	return attributes{
		"list": schema.ListNestedAttribute{Optional: true,
			NestedObject: schema.NestedAttributeObject{Attributes: rich()}},
		"list_either": schema.ListNestedAttribute{Optional: true, Computed: true,
			NestedObject: schema.NestedAttributeObject{Attributes: plain()}},
		"list_mild": schema.ListNestedAttribute{Optional: true, Computed: true,
			NestedObject: schema.NestedAttributeObject{Attributes: mild()}},
		"list_replace": schema.ListNestedAttribute{Optional: true,
			PlanModifiers: []planmodifier.List{listplanmodifier.RequiresReplace()},
			NestedObject:  schema.NestedAttributeObject{Attributes: plain()}},
	}
}

func maps() attributes {
	return attributes{
		"map": schema.MapNestedAttribute{Optional: true,
			NestedObject: schema.NestedAttributeObject{Attributes: rich()}},
		"map_kept": schema.MapNestedAttribute{Optional: true, Computed: true,
			PlanModifiers: []planmodifier.Map{mapplanmodifier.UseStateForUnknown()},
			NestedObject:  schema.NestedAttributeObject{Attributes: mild()}},
		"map_replace": schema.MapNestedAttribute{Optional: true,
			PlanModifiers: []planmodifier.Map{mapplanmodifier.RequiresReplace()},
			NestedObject:  schema.NestedAttributeObject{Attributes: plain()}},
	}
}

func sets() attributes {
	return attributes{
		"set": schema.SetNestedAttribute{Optional: true,
			NestedObject: schema.NestedAttributeObject{Attributes: attributes{
				"required": schema.StringAttribute{Required: true},
				"optional": schema.NumberAttribute{Optional: true},
				"replace": schema.StringAttribute{Optional: true,
					PlanModifiers: []planmodifier.String{stringplanmodifier.RequiresReplace()}},
				"word": schema.StringAttribute{Optional: true,
					Validators: []validator.String{stringvalidator.OneOf("red", "green", "blue")}},
			}}},
		"set_computed": schema.SetNestedAttribute{Optional: true,
			NestedObject: schema.NestedAttributeObject{Attributes: plain()}},
		"set_kept": schema.SetNestedAttribute{Optional: true, Computed: true,
			PlanModifiers: []planmodifier.Set{setplanmodifier.UseStateForUnknown()},
			NestedObject: schema.NestedAttributeObject{Attributes: attributes{
				"computed": schema.StringAttribute{Computed: true},
				"either":   schema.BoolAttribute{Optional: true, Computed: true},
			}}},
		"set_replace": schema.SetNestedAttribute{Optional: true,
			PlanModifiers: []planmodifier.Set{setplanmodifier.RequiresReplace()},
			NestedObject:  schema.NestedAttributeObject{Attributes: plain()}},
	}
}

func deep() attributes {
	return attributes{
		"deep_one": schema.SingleNestedAttribute{Optional: true, Attributes: attributes{
			"name": schema.StringAttribute{Required: true},
			"one":  schema.SingleNestedAttribute{Optional: true, Attributes: rich()},
			"list": schema.ListNestedAttribute{Optional: true, Computed: true,
				NestedObject: schema.NestedAttributeObject{Attributes: plain()}},
			"set": schema.SetNestedAttribute{Optional: true,
				NestedObject: schema.NestedAttributeObject{Attributes: plain()}},
		}},
		"deep_list": schema.ListNestedAttribute{Optional: true,
			NestedObject: schema.NestedAttributeObject{Attributes: attributes{
				"name": schema.StringAttribute{Required: true},
				"map": schema.MapNestedAttribute{Optional: true,
					NestedObject: schema.NestedAttributeObject{Attributes: rich()}},
				"one": schema.SingleNestedAttribute{Optional: true, Computed: true,
					Attributes:    mild(),
					PlanModifiers: []planmodifier.Object{objectplanmodifier.UseStateForUnknown()}},
			}}},
		"deep_map": schema.MapNestedAttribute{Optional: true,
			NestedObject: schema.NestedAttributeObject{Attributes: attributes{
				"name": schema.StringAttribute{Required: true},
				"list": schema.ListNestedAttribute{Optional: true,
					NestedObject: schema.NestedAttributeObject{Attributes: rich()}},
				"tags": schema.SetAttribute{Optional: true, Computed: true,
					ElementType: types.StringType,
					Default: setdefault.StaticValue(types.SetValueMust(types.StringType,
						textValues([]string{"x"})))},
			}}},
		"deep_set": schema.SetNestedAttribute{Optional: true,
			NestedObject: schema.NestedAttributeObject{Attributes: attributes{
				"name": schema.StringAttribute{Required: true},
				"list": schema.ListNestedAttribute{Optional: true,
					NestedObject: schema.NestedAttributeObject{Attributes: plain()}},
			}}},
	}
}
