package main

import (
	"context"
	"errors"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
)

// setting is what the resources have in common: one setting of a bucket, which outlives them.
type setting struct{ client *s3.Client }

func (s *setting) Configure(_ context.Context, req resource.ConfigureRequest, _ *resource.ConfigureResponse) {
	if client, ok := req.ProviderData.(*s3.Client); ok {
		s.client = client
	}
}

// Delete leaves the setting as it is.
func (*setting) Delete(context.Context, resource.DeleteRequest, *resource.DeleteResponse) {}

// write puts what is planned, and stores it.
func write[M any](ctx context.Context, plan tfsdk.Plan, state *tfsdk.State, diags *diag.Diagnostics,
	put func(context.Context, M) error) {
	var m M
	diags.Append(plan.Get(ctx, &m)...)
	if diags.HasError() {
		return
	}
	if err := put(ctx, m); err != nil {
		diags.AddError("The bucket's setting was not written", err.Error())
		return
	}
	diags.Append(state.Set(ctx, m)...)
}

// refresh stores what get finds, unless it is gone: get says so, or fails with one of these codes.
func refresh[M any](ctx context.Context, state *tfsdk.State, diags *diag.Diagnostics,
	get func(context.Context, *M) (bool, error), gone ...string) {
	var m M
	diags.Append(state.Get(ctx, &m)...)
	if diags.HasError() {
		return
	}
	found, err := get(ctx, &m)
	var api smithy.APIError
	switch {
	case errors.As(err, &api) && slices.Contains(gone, api.ErrorCode()), err == nil && !found:
		state.RemoveResource(ctx)
	case err != nil:
		diags.AddError("The bucket's setting was not read", err.Error())
	default:
		diags.Append(state.Set(ctx, m)...)
	}
}
