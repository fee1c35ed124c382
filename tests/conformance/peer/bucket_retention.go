package main

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// bucketRetention is one lifecycle rule; one resource a bucket, so that no two edit one document.
type bucketRetention struct{ setting }

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

// get fills the model from the rule of its ID; false: there is none.
func (r *bucketRetention) get(ctx context.Context, m *bucketRetentionModel) (bool, error) {
	out, err := r.client.GetBucketLifecycleConfiguration(ctx,
		&s3.GetBucketLifecycleConfigurationInput{Bucket: aws.String(m.Bucket.ValueString())})
	if err != nil {
		return false, err
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
		return true, nil
	}
	return false, nil
}

func (r *bucketRetention) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	write(ctx, req.Plan, &resp.State, &resp.Diagnostics, r.put)
}

func (r *bucketRetention) Read(ctx context.Context, _ resource.ReadRequest, resp *resource.ReadResponse) {
	refresh(ctx, &resp.State, &resp.Diagnostics, r.get, "NoSuchBucket", "NoSuchLifecycleConfiguration")
}

func (r *bucketRetention) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	write(ctx, req.Plan, &resp.State, &resp.Diagnostics, r.put)
}
