package main

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// disabled is what a bucket that never had versioning shows as.
const disabled = "Disabled"

type bucketVersioning struct{ setting }

type bucketVersioningModel struct {
	Bucket types.String `tfsdk:"bucket"`
	Status types.String `tfsdk:"status"`
}

func (*bucketVersioning) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = "peer_bucket_versioning"
}

func (*bucketVersioning) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{Attributes: map[string]schema.Attribute{
		"bucket": schema.StringAttribute{Required: true,
			PlanModifiers: []planmodifier.String{stringplanmodifier.RequiresReplace()}},
		"status": schema.StringAttribute{Optional: true, Computed: true,
			Default: stringdefault.StaticString("Enabled")},
	}}
}

func (r *bucketVersioning) status(ctx context.Context, bucket string) (string, error) {
	out, err := r.client.GetBucketVersioning(ctx, &s3.GetBucketVersioningInput{Bucket: aws.String(bucket)})
	if err != nil {
		return "", err
	}
	if out.Status == "" {
		return disabled, nil
	}
	return string(out.Status), nil
}

// put asks for the status and waits until the server shows it.
func (r *bucketVersioning) put(ctx context.Context, m bucketVersioningModel) error {
	bucket, want := m.Bucket.ValueString(), m.Status.ValueString()
	_, err := r.client.PutBucketVersioning(ctx, &s3.PutBucketVersioningInput{
		Bucket: aws.String(bucket),
		VersioningConfiguration: &s3types.VersioningConfiguration{
			Status: s3types.BucketVersioningStatus(want)},
	})
	for tries := 0; err == nil; tries++ {
		var now string
		if now, err = r.status(ctx, bucket); err != nil || now == want {
			break
		}
		if tries == 60 {
			return fmt.Errorf("bucket %s still shows %s", bucket, now)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Second):
		}
	}
	return err
}

// ensure puts the status unless the bucket has it.
func (r *bucketVersioning) ensure(ctx context.Context, m bucketVersioningModel) error {
	now, err := r.status(ctx, m.Bucket.ValueString())
	if err == nil && now != m.Status.ValueString() {
		err = r.put(ctx, m)
	}
	return err
}

func (r *bucketVersioning) get(ctx context.Context, m *bucketVersioningModel) (bool, error) {
	now, err := r.status(ctx, m.Bucket.ValueString())
	m.Status = types.StringValue(now)
	return true, err
}

func (r *bucketVersioning) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	write(ctx, req.Plan, &resp.State, &resp.Diagnostics, r.ensure)
}

func (r *bucketVersioning) Read(ctx context.Context, _ resource.ReadRequest, resp *resource.ReadResponse) {
	refresh(ctx, &resp.State, &resp.Diagnostics, r.get, "NoSuchBucket")
}

func (r *bucketVersioning) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	write(ctx, req.Plan, &resp.State, &resp.Diagnostics, r.put)
}
