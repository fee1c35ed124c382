// Goclient plays the host: it starts a plugin through HashiCorp's own go-plugin, as OpenTofu and
// Terraform do, and by hand where it must misbehave, and prints TAP.
//
//	host         run every test
//	host play    start the plugin, print its pid, wait to be killed (a test runs it)
//
// The plugin is ../tools/fake_provider seen from this program: the plugin runtime with handlers that
// obey. SEEDBANK_HOST_TLS=off leaves TLS out, for ThreadSanitizer, which does not understand OpenSSL.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

type test struct {
	name string
	run  func() error
}

// Not longer than any good answer takes on a busy machine with sanitizers.
const patience = 20 * time.Second

var (
	program string
	withTLS = os.Getenv("SEEDBANK_HOST_TLS") != "off"
)

func main() {
	self, err := os.Executable()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	program = filepath.Join(filepath.Dir(self), "../tools/fake_provider")
	if len(os.Args) == 2 && os.Args[1] == "play" {
		playHost()
		return
	}
	if len(os.Args) != 1 {
		fmt.Fprintln(os.Stderr, "usage: host [play]")
		os.Exit(2)
	}
	tests := append(callTests, lifeTests...)
	if withTLS {
		tests = append(tests, tlsTests...)
	}
	fmt.Printf("1..%d\n", len(tests))
	failed := false
	for i, t := range tests {
		start := time.Now()
		err := t.run()
		spent := time.Since(start).Round(time.Millisecond)
		if err != nil {
			failed = true
			fmt.Printf("not ok %d - %s\n# %s\n", i+1, t.name, strings.ReplaceAll(err.Error(), "\n", "\n# "))
			continue
		}
		fmt.Printf("ok %d - %s # %s\n", i+1, t.name, spent)
	}
	if failed {
		os.Exit(1)
	}
}
