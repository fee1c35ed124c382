// compare asks two providers that serve the same schema the same questions, as core would ask them,
// and fails where their answers differ. See ../README.md.
package main

import (
	"flag"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

type options struct {
	ours, reference string
	wrong           string
	n               uint64
	seed            uint64
	only            int64
	show            int
	workers         int
}

func main() {
	var o options
	flag.StringVar(&o.ours, "ours", "", "program of the provider under test")
	flag.StringVar(&o.reference, "reference", "", "program of the reference provider")
	flag.StringVar(&o.wrong, "wrong", "", "make the reference wrong in this way, to test the comparison")
	flag.Uint64Var(&o.n, "n", 10000, "number of cases")
	flag.Uint64Var(&o.seed, "seed", 0, "seed; 0 takes one from the clock")
	flag.Int64Var(&o.only, "case", -1, "run this one case and print it whole")
	flag.IntVar(&o.show, "show", 5, "print so many failed cases at most")
	flag.IntVar(&o.workers, "workers", 2, "cases at once")
	flag.Parse()
	if o.seed == 0 {
		o.seed = uint64(time.Now().UnixNano()) % 1_000_000_000
	}
	os.Exit(run(o))
}

func run(o options) int {
	start := time.Now()
	fmt.Printf("conformance: seed %d, %d cases\n", o.seed, o.n)
	t, err := newTester(o)
	if err != nil {
		fmt.Println("conformance: " + err.Error())
		return 1
	}
	if o.only >= 0 {
		t.runCase(uint64(o.only))
	} else {
		t.runAll(o)
	}
	t.stop()
	t.printSummary(time.Since(start))
	if t.failed.Load() > 0 {
		return 1
	}
	return 0
}

func (t *tester) runAll(o options) {
	var next atomic.Uint64
	var group sync.WaitGroup
	for range o.workers {
		group.Add(1)
		go func() {
			defer group.Done()
			for {
				number := next.Add(1) - 1
				if number >= o.n {
					return
				}
				t.runCase(number)
			}
		}()
	}
	group.Wait()
}
