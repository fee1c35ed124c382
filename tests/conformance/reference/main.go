// The reference for the conformance test: the torture resources on HashiCorp's
// terraform-plugin-framework. It keeps no state of its own and asks nothing of anybody.
package main

import (
	"context"
	"flag"
	"log"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-framework/resource"
)

type tortureProvider struct{}

func (tortureProvider) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = "torture"
}

func (tortureProvider) Schema(context.Context, provider.SchemaRequest, *provider.SchemaResponse) {}

func (tortureProvider) Configure(context.Context, provider.ConfigureRequest, *provider.ConfigureResponse) {
}

func (tortureProvider) Resources(context.Context) []func() resource.Resource {
	var all []func() resource.Resource
	for name, table := range tortureTables {
		all = append(all, func() resource.Resource { return &tortureResource{name, table} })
	}
	return all
}

func (tortureProvider) DataSources(context.Context) []func() datasource.DataSource { return nil }

func main() {
	debug := flag.Bool("debug", false, "serve one debugger instead of core")
	flag.Parse()
	err := providerserver.Serve(context.Background(),
		func() provider.Provider { return tortureProvider{} },
		providerserver.ServeOpts{Address: "terraform.local/grove/torture", Debug: *debug})
	if err != nil {
		log.Fatal(err)
	}
}
