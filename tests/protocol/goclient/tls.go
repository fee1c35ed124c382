package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"

	"google.golang.org/grpc"
)

var tlsTests = []test{
	{"the client certificate that was announced gets in", acceptsClient},
	{"another client certificate is refused", refusesOther},
	{"no client certificate is refused", refusesNone},
	{"a connection without TLS is refused", refusesPlain},
	{"keys are exchanged on X25519, which hosts in Go try first, and on P-256", exchangesKeys},
	{"the server's certificate has what hosts check", certificateFields},
	{"without PLUGIN_CLIENT_CERT there is no TLS", withPlain(servesPlain)},
}

// tryHealth starts a plugin that expects one certificate and connects with what `choose` gives, on
// these curves alone if any are named.
func tryHealth(choose func(announced tls.Certificate) (client *tls.Certificate, withTLS bool, err error), curves ...tls.CurveID) error {
	announced, text, err := certificate()
	if err != nil {
		return err
	}
	client, withTLS, err := choose(announced)
	if err != nil {
		return err
	}
	return withProcess(func(ctx context.Context, p *process) error {
		server := p.server
		if !withTLS {
			server = ""
		}
		conn, err := dial(p.socket, server, client, curves...)
		if err != nil {
			return err
		}
		defer conn.Close()
		_, err = call(ctx, conn, health, nil)
		if ctx.Err() != nil {
			return fmt.Errorf("the connection hangs: %w", err)
		}
		if err != nil {
			return refused{err}
		}
		return nil
	}, text)
}

type refused struct{ error }

func mustRefuse(err error) error {
	var r refused
	if errors.As(err, &r) {
		return nil
	}
	return fmt.Errorf("not refused: %v", err)
}

func acceptsClient() error {
	return tryHealth(func(announced tls.Certificate) (*tls.Certificate, bool, error) {
		return &announced, true, nil
	})
}

func refusesOther() error {
	return mustRefuse(tryHealth(func(tls.Certificate) (*tls.Certificate, bool, error) {
		other, _, err := certificate()
		return &other, true, err
	}))
}

func refusesNone() error {
	return mustRefuse(tryHealth(func(tls.Certificate) (*tls.Certificate, bool, error) {
		return nil, true, nil
	}))
}

func refusesPlain() error {
	return mustRefuse(tryHealth(func(tls.Certificate) (*tls.Certificate, bool, error) {
		return nil, false, nil
	}))
}

func exchangesKeys() error {
	for _, curve := range []tls.CurveID{tls.X25519, tls.CurveP256} {
		err := tryHealth(func(announced tls.Certificate) (*tls.Certificate, bool, error) {
			return &announced, true, nil
		}, curve)
		if err != nil {
			return fmt.Errorf("%s: %w", curve, err)
		}
	}
	return nil
}

func certificateFields() error {
	_, text, err := certificate()
	if err != nil {
		return err
	}
	return withProcess(checkFields, text)
}

func checkFields(_ context.Context, p *process) error {
	der, err := base64.RawStdEncoding.DecodeString(p.server)
	if err != nil {
		return err
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		return err
	}
	key, ok := c.PublicKey.(*ecdsa.PublicKey)
	usage := x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment | x509.KeyUsageKeyAgreement | x509.KeyUsageCertSign
	return errors.Join(
		expect("P-256", ok && key.Curve == elliptic.P256(), true),
		expect("names", strings.Join(c.DNSNames, " "), "localhost"),
		expect("subject", c.Subject.CommonName, "localhost"),
		expect("CA", c.BasicConstraintsValid && c.IsCA, true),
		expect("key usage", c.KeyUsage, usage),
		expect("extended key usage", fmt.Sprint(c.ExtKeyUsage), fmt.Sprint([]x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageServerAuth})),
		expect("valid now", time.Now().After(c.NotBefore) && c.NotAfter.After(time.Now().AddDate(20, 0, 0)), true),
		c.CheckSignatureFrom(c),
	)
}

func servesPlain(ctx context.Context, p *process, conn *grpc.ClientConn) error {
	if err := expect("certificate", p.server, ""); err != nil {
		return err
	}
	_, err := call(ctx, conn, health, nil)
	return err
}
