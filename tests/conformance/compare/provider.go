package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"

	"github.com/opentofu/opentofu/internal/tfplugin6"
)

// client is one provider process, started and spoken to as core does it: go-plugin's handshake,
// mutual TLS, protocol 6.
type client struct {
	name   string
	rpc    tfplugin6.ProviderClient
	plugin *plugin.Client
}

type grpcProvider struct{ plugin.NetRPCUnsupportedPlugin }

func (grpcProvider) GRPCClient(_ context.Context, _ *plugin.GRPCBroker, c *grpc.ClientConn) (any, error) {
	return tfplugin6.NewProviderClient(c), nil
}

func (grpcProvider) GRPCServer(*plugin.GRPCBroker, *grpc.Server) error {
	return errors.New("only the client side is here")
}

func startClient(name, path string, env ...string) (*client, error) {
	command := exec.Command(path)
	command.Env = append(os.Environ(), env...)
	c := plugin.NewClient(&plugin.ClientConfig{
		HandshakeConfig: plugin.HandshakeConfig{
			ProtocolVersion:  4,
			MagicCookieKey:   "TF_PLUGIN_MAGIC_COOKIE",
			MagicCookieValue: "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2",
		},
		VersionedPlugins: map[int]plugin.PluginSet{6: {"provider": grpcProvider{}}},
		AllowedProtocols: []plugin.Protocol{plugin.ProtocolGRPC},
		AutoMTLS:         true,
		Cmd:              command,
		Logger:           hclog.NewNullLogger(),
		SyncStderr:       io.Discard,
	})
	protocol, err := c.Client()
	if err != nil {
		c.Kill()
		return nil, fmt.Errorf("%s (%s) did not start: %w", name, path, err)
	}
	raw, err := protocol.Dispense("provider")
	if err != nil {
		c.Kill()
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return &client{name: name, rpc: raw.(tfplugin6.ProviderClient), plugin: c}, nil
}

func (c *client) stop() { c.plugin.Kill() }
