package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"

	"github.com/hashicorp/go-hclog"
	goplugin "github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
)

var handshake = goplugin.HandshakeConfig{
	MagicCookieKey:   "TF_PLUGIN_MAGIC_COOKIE",
	MagicCookieValue: "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2",
}

// bare hands out the connection itself instead of a client for a service.
type bare struct {
	goplugin.NetRPCUnsupportedPlugin
}

func (bare) GRPCServer(*goplugin.GRPCBroker, *grpc.Server) error { return errors.New("not a server") }

func (bare) GRPCClient(_ context.Context, _ *goplugin.GRPCBroker, c *grpc.ClientConn) (any, error) {
	return c, nil
}

// host is a plugin started as OpenTofu and Terraform start one.
type host struct {
	client *goplugin.Client
	cmd    *exec.Cmd
	conn   *grpc.ClientConn
	stderr *lockedBuffer
}

func startHost(options ...func(*goplugin.ClientConfig)) (*host, error) {
	cmd := exec.Command(program)
	stderr := new(lockedBuffer)
	config := &goplugin.ClientConfig{
		HandshakeConfig:  handshake,
		VersionedPlugins: map[int]goplugin.PluginSet{5: {"provider": bare{}}, 6: {"provider": bare{}}},
		Cmd:              cmd,
		AutoMTLS:         withTLS,
		AllowedProtocols: []goplugin.Protocol{goplugin.ProtocolGRPC},
		Logger:           hclog.NewNullLogger(),
		Stderr:           stderr,
	}
	for _, option := range options {
		option(config)
	}
	client := goplugin.NewClient(config)
	protocol, err := client.Client()
	if err != nil {
		client.Kill()
		return nil, err
	}
	dispensed, err := protocol.Dispense("provider")
	if err != nil {
		client.Kill()
		return nil, err
	}
	return &host{client: client, cmd: cmd, conn: dispensed.(*grpc.ClientConn), stderr: stderr}, nil
}

func (h *host) stop() { h.client.Kill() }

// withHost runs a test with a started plugin and ends the plugin as a host does.
func withHost(run func(ctx context.Context, h *host) error) func() error {
	return func() error {
		h, err := startHost()
		if err != nil {
			return err
		}
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		err = run(ctx, h)
		h.stop()
		if ended := expect("exit code", h.cmd.ProcessState.ExitCode(), 0); ended != nil {
			err = errors.Join(err, ended, errors.New("stderr: "+h.stderr.String()))
		}
		return err
	}
}

// process is a plugin started by hand.
type process struct {
	cmd            *exec.Cmd
	line           string // the first of stdout
	socket, server string // address and certificate in it
	stderr         lockedBuffer
	more           chan string // what stdout held after the line, when it ends
	ended          chan struct{}
	err            error
}

type lockedBuffer struct {
	lock  sync.Mutex
	bytes bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.lock.Lock()
	defer b.lock.Unlock()
	return b.bytes.Write(p)
}

func (b *lockedBuffer) String() string {
	b.lock.Lock()
	defer b.lock.Unlock()
	return b.bytes.String()
}

func startProcess(clientPEM string, args ...string) (*process, error) {
	p := &process{cmd: exec.Command(program, args...), more: make(chan string, 1), ended: make(chan struct{})}
	p.cmd.Env = append(os.Environ(), handshake.MagicCookieKey+"="+handshake.MagicCookieValue,
		"PLUGIN_PROTOCOL_VERSIONS=6,5")
	if clientPEM != "" {
		p.cmd.Env = append(p.cmd.Env, "PLUGIN_CLIENT_CERT="+clientPEM)
	}
	p.cmd.Stderr = &p.stderr
	stdout, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err = p.cmd.Start(); err != nil {
		return nil, err
	}
	lines := bufio.NewReader(stdout)
	if len(args) > 0 { // reattach mode: words for a person come first
		for !strings.HasPrefix(p.line, "TF_REATTACH_PROVIDERS=") && err == nil {
			p.line, err = lines.ReadString('\n')
		}
	} else {
		p.line, err = lines.ReadString('\n')
		if fields := strings.Split(strings.TrimSuffix(p.line, "\n"), "|"); len(fields) == 6 {
			p.socket, p.server = fields[3], fields[5]
		}
	}
	go func() {
		var rest bytes.Buffer
		rest.ReadFrom(lines)
		p.more <- rest.String()
		p.err = p.cmd.Wait()
		close(p.ended)
	}()
	if err != nil {
		p.cmd.Process.Kill()
		return nil, fmt.Errorf("no line on stdout: %w; stderr: %s", err, p.stderr.String())
	}
	return p, nil
}

// withProcess runs a step with a plugin that is killed afterwards if it still runs.
func withProcess(run func(ctx context.Context, p *process) error, clientPEM string, args ...string) error {
	p, err := startProcess(clientPEM, args...)
	if err != nil {
		return err
	}
	defer p.kill()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	return run(ctx, p)
}

// withPlain runs a test with such a plugin and a connection to it, without TLS.
func withPlain(run func(ctx context.Context, p *process, conn *grpc.ClientConn) error) func() error {
	return func() error {
		return withProcess(func(ctx context.Context, p *process) error {
			conn, err := dial(p.socket, "", nil)
			if err != nil {
				return err
			}
			defer conn.Close()
			return run(ctx, p, conn)
		}, "")
	}
}

func (p *process) kill() {
	p.cmd.Process.Kill()
	<-p.ended
	os.Remove(p.socket)
	os.Remove(strings.TrimSuffix(p.socket, "/s"))
}

// waitEnd returns how long the process took to end.
func (p *process) waitEnd(limit time.Duration) (time.Duration, error) {
	start := time.Now()
	select {
	case <-p.ended:
		return time.Since(start), nil
	case <-time.After(limit):
		return 0, fmt.Errorf("still there after %s", limit)
	}
}

// endsWell waits for the end and says whether it was with 0 and left nothing.
func (p *process) endsWell() error {
	if _, err := p.waitEnd(patience); err != nil {
		return err
	}
	return errors.Join(p.err, p.socketGone())
}

// socketGone says whether the socket and its directory are.
func (p *process) socketGone() error {
	directory := strings.TrimSuffix(p.socket, "/s")
	if _, err := os.Stat(directory); !os.IsNotExist(err) {
		return fmt.Errorf("%s is still there", directory)
	}
	return nil
}

// certificate is one as go-plugin's hosts make it.
func certificate() (tls.Certificate, string, error) {
	key, err := ecdsa.GenerateKey(elliptic.P521(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, "", err
	}
	template := &x509.Certificate{
		Subject:               pkix.Name{CommonName: "localhost"},
		DNSNames:              []string{"localhost"},
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageServerAuth},
		KeyUsage:              x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment | x509.KeyUsageKeyAgreement | x509.KeyUsageCertSign,
		BasicConstraintsValid: true,
		IsCA:                  true,
		SerialNumber:          big.NewInt(time.Now().UnixNano()),
		NotBefore:             time.Now().Add(-30 * time.Second),
		NotAfter:              time.Now().Add(262980 * time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return tls.Certificate{}, "", err
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, string(text), nil
}

// dial connects to a socket, with TLS when a server certificate is given; no curves: those that Go prefers.
func dial(socket, server string, client *tls.Certificate, curves ...tls.CurveID) (*grpc.ClientConn, error) {
	creds := insecure.NewCredentials()
	if server != "" {
		der, err := base64.RawStdEncoding.DecodeString(server)
		if err != nil {
			return nil, fmt.Errorf("server certificate: %w", err)
		}
		theirs, err := x509.ParseCertificate(der)
		if err != nil {
			return nil, err
		}
		config := &tls.Config{RootCAs: x509.NewCertPool(), ServerName: "localhost", MinVersion: tls.VersionTLS12, CurvePreferences: curves}
		config.RootCAs.AddCert(theirs)
		if client != nil {
			config.Certificates = []tls.Certificate{*client}
		}
		creds = credentials.NewTLS(config)
	}
	return grpc.NewClient("passthrough:///unused", grpc.WithTransportCredentials(creds),
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "unix", socket)
		}))
}
