package main

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// bucketRetention is one lifecycle rule; one resource a bucket, so that no two edit one document.
type bucketRetention struct{ client *s3.Client }

type expirationModel struct {
	Days types.Int32 `tfsdk:"days"`
}

type bucketRetentionModel struct {
	Bucket     types.String     `tfsdk:"bucket"`
	RuleID     types.String     `tfsdk:"rule_id"`
	Prefix     types.String     `tfsdk:"prefix"`
	Expiration *expirationModel `tfsdk:"noncurrent_version_expiration"`
}

func (*bucketRetention) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = "peer_bucket_retention"
}

func (*bucketRetention) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	replace := []planmodifier.String{stringplanmodifier.RequiresReplace()}
	resp.Schema = schema.Schema{Attributes: map[string]schema.Attribute{
		"bucket":  schema.StringAttribute{Required: true, PlanModifiers: replace},
		"rule_id": schema.StringAttribute{Required: true, PlanModifiers: replace},
		"prefix":  schema.StringAttribute{Optional: true},
		"noncurrent_version_expiration": schema.SingleNestedAttribute{Required: true,
			Attributes: map[string]schema.Attribute{"days": schema.Int32Attribute{Required: true}}},
	}}
}

func (r *bucketRetention) Configure(_ context.Context, req resource.ConfigureRequest, _ *resource.ConfigureResponse) {
	if client, ok := req.ProviderData.(*s3.Client); ok {
		r.client = client
	}
}

func (r *bucketRetention) put(ctx context.Context, m bucketRetentionModel) error {
	_, err := r.client.PutBucketLifecycleConfiguration(ctx, &s3.PutBucketLifecycleConfigurationInput{
		Bucket: aws.String(m.Bucket.ValueString()),
		LifecycleConfiguration: &s3types.BucketLifecycleConfiguration{Rules: []s3types.LifecycleRule{{
			ID:                          aws.String(m.RuleID.ValueString()),
			Status:                      s3types.ExpirationStatusEnabled,
			Filter:                      &s3types.LifecycleRuleFilter{Prefix: aws.String(m.Prefix.ValueString())},
			NoncurrentVersionExpiration: &s3types.NoncurrentVersionExpiration{NoncurrentDays: aws.Int32(m.Expiration.Days.ValueInt32())},
		}}},
	})
	return err
}

func (r *bucketRetention) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var m bucketRetentionModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if err := r.put(ctx, m); err != nil {
		resp.Diagnostics.AddError("The rule was not written", err.Error())
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, m)...)
}

func (r *bucketRetention) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var m bucketRetentionModel
	resp.Diagnostics.Append(req.State.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() {
		return
	}
	out, err := r.client.GetBucketLifecycleConfiguration(ctx,
		&s3.GetBucketLifecycleConfigurationInput{Bucket: aws.String(m.Bucket.ValueString())})
	var api smithy.APIError
	if errors.As(err, &api) && (api.ErrorCode() == "NoSuchBucket" || api.ErrorCode() == "NoSuchLifecycleConfiguration") {
		resp.State.RemoveResource(ctx)
		return
	}
	if err != nil {
		resp.Diagnostics.AddError("The rules were not read", err.Error())
		return
	}
	for _, rule := range out.Rules {
		if aws.ToString(rule.ID) != m.RuleID.ValueString() {
			continue
		}
		if rule.Filter != nil && rule.Filter.Prefix != nil {
			m.Prefix = types.StringValue(*rule.Filter.Prefix)
		}
		if rule.NoncurrentVersionExpiration != nil {
			m.Expiration = &expirationModel{types.Int32PointerValue(rule.NoncurrentVersionExpiration.NoncurrentDays)}
		}
		resp.Diagnostics.Append(resp.State.Set(ctx, m)...)
		return
	}
	resp.State.RemoveResource(ctx)
}

func (r *bucketRetention) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var m bucketRetentionModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if err := r.put(ctx, m); err != nil {
		resp.Diagnostics.AddError("The rule was not written", err.Error())
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, m)...)
}

// Delete leaves the rule: the bench ends with its server.
func (*bucketRetention) Delete(context.Context, resource.DeleteRequest, *resource.DeleteResponse) {}
