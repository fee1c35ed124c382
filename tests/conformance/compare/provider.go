package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"

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
	said   lastWords
}

// lastWords keeps the end of what a provider writes to standard error.
type lastWords struct {
	lock sync.Mutex
	text []byte
}

func (w *lastWords) Write(p []byte) (int, error) {
	w.lock.Lock()
	defer w.lock.Unlock()
	w.text = append(w.text, p...)
	if most := 16 << 10; len(w.text) > most {
		w.text = w.text[len(w.text)-most:]
	}
	return len(p), nil
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
	started := &client{name: name}
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
		Stderr:           &started.said,
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
	started.rpc, started.plugin = raw.(tfplugin6.ProviderClient), c
	return started, nil
}

// patience with one request: a provider that hangs is a failed case, not a run that never ends.
func patience() (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.Background(), time.Minute)
}

// stop ends the provider, and returns what it said if it died or a sanitizer spoke.
func (c *client) stop() string {
	died := c.plugin.Exited()
	c.plugin.Kill()
	c.said.lock.Lock()
	defer c.said.lock.Unlock()
	text := string(c.said.text)
	if !died && !strings.Contains(text, "Sanitizer") && !strings.Contains(text, "runtime error") {
		return ""
	}
	return fmt.Sprintf("%s died or was found at fault in memory:\n%s\n", c.name, text)
}
