// Command generate writes the test vectors of provider/value from go-cty, the reference
// implementation that Terraform and OpenTofu use.
//
//	go run . > ../cases.tsv          name, type, MessagePack, JSON ("-": not wholly known)
//	go run . verify < ../ours.tsv    do our own bytes mean the same as go-cty's?
package main

import (
	"bufio"
	"encoding/hex"
	"fmt"
	"os"
	"strings"

	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"
	"github.com/zclconf/go-cty/cty/msgpack"
)

type testCase struct {
	name string
	ty   cty.Type
	val  cty.Value
}

func main() {
	if len(os.Args) == 2 && os.Args[1] == "verify" {
		verify()
		return
	}
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	fmt.Fprintln(out, "# Written by generate/main.go with go-cty 1.20.0: do not edit.")
	seen := map[string]bool{}
	for _, c := range cases() {
		if seen[c.name] {
			fatal("two cases are called %s", c.name)
		}
		seen[c.name] = true
		writeCase(out, c)
	}
}

func writeCase(out *bufio.Writer, c testCase) {
	ty, err := c.ty.MarshalJSON()
	check(c.name, err)
	packed, err := msgpack.Marshal(c.val, c.ty)
	check(c.name, err)
	back, err := msgpack.Unmarshal(packed, c.ty)
	check(c.name, err)
	if !back.RawEquals(c.val) {
		fatal("%s: go-cty does not read back what it wrote", c.name)
	}
	// go-cty compares numbers by the shortest text that gives their bits back, and writes that text as
	// JSON: "0.1" for the double next to 0.1. seedbank keeps every digit of a double, which gives the
	// same double back to core, but other JSON.
	text := "-"
	if c.val.IsWhollyKnown() && !strings.Contains(c.name, "double") {
		b, err := ctyjson.Marshal(c.val, c.ty)
		check(c.name, err)
		text = string(b)
	}
	if strings.ContainsAny(c.name+string(ty)+text, "\t\n") {
		fatal("%s: a tab or a new line", c.name)
	}
	fmt.Fprintf(out, "%s\t%s\t%s\t%s\n", c.name, ty, hex.EncodeToString(packed), text)
}

// verify reads lines of name, type, go-cty's MessagePack, ours, go-cty's JSON and ours; "-" is none.
func verify() {
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 1<<24)
	n := 0
	for in.Scan() {
		if strings.HasPrefix(in.Text(), "#") {
			continue
		}
		f := strings.Split(in.Text(), "\t")
		if len(f) != 6 {
			fatal("a line of %d columns", len(f))
		}
		var ty cty.Type
		check(f[0], ty.UnmarshalJSON([]byte(f[1])))
		theirs, ours := unpack(f[0], f[2], ty), unpack(f[0], f[3], ty)
		if !ours.RawEquals(theirs) {
			fatal("%s: MessagePack differs: %#v is not %#v", f[0], ours, theirs)
		}
		if f[4] != "-" {
			theirs, err := ctyjson.Unmarshal([]byte(f[4]), ty)
			check(f[0], err)
			ours, err := ctyjson.Unmarshal([]byte(f[5]), ty)
			check(f[0], err)
			if !ours.RawEquals(theirs) {
				fatal("%s: JSON differs", f[0])
			}
		}
		n++
	}
	check("standard input", in.Err())
	if n == 0 {
		fatal("nothing to verify")
	}
	fmt.Printf("%d values mean the same\n", n)
}

func unpack(name, text string, ty cty.Type) cty.Value {
	b, err := hex.DecodeString(text)
	check(name, err)
	v, err := msgpack.Unmarshal(b, ty)
	check(name, err)
	return v
}

func check(name string, err error) {
	if err != nil {
		fatal("%s: %s", name, err)
	}
}

func fatal(format string, args ...any) {
	fmt.Fprintf(os.Stderr, "generate: "+format+"\n", args...)
	os.Exit(1)
}
