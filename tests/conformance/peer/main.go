// The peer that `make bench` measures ours against: two resources as a Go provider writes them, on
// HashiCorp's terraform-plugin-framework and aws-sdk-go-v2, asking S3 the same questions.
package main

import (
	"context"
	"flag"
	"log"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

type peerProvider struct{}

type peerModel struct {
	Endpoint       types.String `tfsdk:"endpoint"`
	Region         types.String `tfsdk:"region"`
	AccessKey      types.String `tfsdk:"access_key"`
	SecretKey      types.String `tfsdk:"secret_key"`
	ForcePathStyle types.Bool   `tfsdk:"force_path_style"`
}

func (peerProvider) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = "peer"
}

func (peerProvider) Schema(_ context.Context, _ provider.SchemaRequest, resp *provider.SchemaResponse) {
	resp.Schema = schema.Schema{Attributes: map[string]schema.Attribute{
		"endpoint":         schema.StringAttribute{Optional: true},
		"region":           schema.StringAttribute{Optional: true},
		"access_key":       schema.StringAttribute{Optional: true},
		"secret_key":       schema.StringAttribute{Optional: true, Sensitive: true},
		"force_path_style": schema.BoolAttribute{Optional: true},
	}}
}

func (peerProvider) Configure(ctx context.Context, req provider.ConfigureRequest, resp *provider.ConfigureResponse) {
	var m peerModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() {
		return
	}
	region := m.Region.ValueString()
	if region == "" {
		region = "us-east-1"
	}
	options := s3.Options{
		Region:       region,
		Credentials:  credentials.NewStaticCredentialsProvider(m.AccessKey.ValueString(), m.SecretKey.ValueString(), ""),
		UsePathStyle: m.ForcePathStyle.ValueBool(),
	}
	if endpoint := m.Endpoint.ValueString(); endpoint != "" {
		options.BaseEndpoint = aws.String(endpoint)
	}
	resp.ResourceData = s3.New(options)
}

func (peerProvider) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{
		func() resource.Resource { return &bucketVersioning{} },
		func() resource.Resource { return &bucketRetention{} },
	}
}

func (peerProvider) DataSources(context.Context) []func() datasource.DataSource { return nil }

func main() {
	debug := flag.Bool("debug", false, "serve one debugger instead of core")
	flag.Parse()
	err := providerserver.Serve(context.Background(),
		func() provider.Provider { return peerProvider{} },
		providerserver.ServeOpts{Address: "terraform.local/grove/peer", Debug: *debug})
	if err != nil {
		log.Fatal(err)
	}
}
