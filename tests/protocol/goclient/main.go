// Goclient plays the host: it starts a plugin through HashiCorp's own go-plugin, as OpenTofu and
// Terraform do, and by hand where it must misbehave, and prints TAP.
//
//	goclient FAKE_PROVIDER            run every test
//	goclient host FAKE_PROVIDER       start it, print its pid, wait to be killed (used by a test)
//
// FAKE_PROVIDER is tests/tools/fake_provider.c: the plugin runtime with handlers that obey.
package main

import (
	"fmt"
	"os"
	"strings"
	"time"
)

type test struct {
	name string
	run  func() error
}

// Not longer than any good answer takes on a busy machine with sanitizers.
const patience = 20 * time.Second

var program string

func main() {
	if len(os.Args) == 3 && os.Args[1] == "host" {
		program = os.Args[2]
		playHost()
		return
	}
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: goclient FAKE_PROVIDER")
		os.Exit(2)
	}
	program = os.Args[1]
	tests := append(append(callTests, tlsTests...), lifeTests...)
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
