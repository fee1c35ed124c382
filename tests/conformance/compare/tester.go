package main

import (
	"fmt"
	"runtime/debug"
	"sort"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// tester holds both providers, and counts.
type tester struct {
	options
	us, them *client
	schemas  []schema
	failed   atomic.Int64
	lock     sync.Mutex
	asked    map[string]int // requests compared, by kind
	cases    map[string]int // cases, by kind
	hits     []int          // of each allowed class
	shown    int
}

func newTester(o options) (*tester, error) {
	t := &tester{options: o, asked: map[string]int{}, cases: map[string]int{}, hits: make([]int, len(allowed))}
	var err error
	if t.them, err = startClient("reference", o.reference, "TORTURE_REFERENCE_WRONG="+o.wrong); err != nil {
		return nil, err
	}
	if t.us, err = startClient("ours", o.ours); err != nil {
		t.stop()
		return nil, err
	}
	var theirs, ours []string
	if t.schemas, theirs, err = fetchSchemas(t.them); err == nil {
		_, ours, err = fetchSchemas(t.us)
	}
	if err == nil {
		if d := lineDifferences(ours, theirs); len(d) > 0 {
			err = fmt.Errorf("the schemas differ:\n  %s", strings.Join(d, "\n  "))
		}
	}
	if err != nil {
		t.stop()
		return nil, err
	}
	fmt.Printf("conformance: schemas of %d resources equal, %d lines\n", len(t.schemas), len(ours))
	return t, nil
}

func (t *tester) stop() {
	for _, c := range []*client{t.us, t.them} {
		if c == nil {
			continue
		}
		if fault := c.stop(); fault != "" {
			fmt.Print(fault)
			t.failed.Add(1)
		}
	}
}

// trial is a case's view of the tester: one resource of it.
type trial struct {
	*tester
	schema schema
}

// runCase asks everything that one case number stands for.
func (t *tester) runCase(number uint64) {
	one := trial{t, t.schemas[number%uint64(len(t.schemas))]}
	for _, kind := range []struct {
		name string
		run  func(trial, uint64) report
	}{{"plan", planCase}, {"validate", validateCase}, {"upgrade", upgradeCase}} {
		r := one.guard(kind.run, number)
		r.question = one.schema.name + "\n" + r.question
		t.record(kind.name, number, r)
	}
}

// report of one request compared.
type report struct {
	label       string
	asked       int
	differences []difference
	question    string // what was asked, for a person
}

// guard turns a panic of cty or objchange into a failed case: it must not take the run down.
func (t trial) guard(run func(trial, uint64) report, number uint64) (r report) {
	defer func() {
		if p := recover(); p != nil {
			r = report{label: "panic", differences: []difference{{what: "panic in the comparison",
				pathed: "(root)", ours: fmt.Sprint(p), theirs: string(debug.Stack())}}}
		}
	}()
	return run(t, number)
}

func (t *tester) record(kind string, number uint64, r report) {
	t.lock.Lock()
	defer t.lock.Unlock()
	t.asked[kind] += r.asked
	t.cases[kind+" "+r.label]++
	var left []difference
	for _, d := range r.differences {
		if class := classOf(d); class >= 0 {
			t.hits[class]++
		} else {
			left = append(left, d)
		}
	}
	if t.only >= 0 {
		fmt.Printf("--- %s (%s)\n%s\n", kind, r.label, r.question)
		left = r.differences
	}
	if len(left) == 0 {
		return
	}
	t.failed.Add(1)
	if t.shown >= t.show && t.only < 0 {
		return
	}
	t.shown++
	fmt.Printf("DIFFERENT: %s, case %d, seed %d (%s)\n", kind, number, t.seed, r.label)
	for i, d := range left {
		if i == 8 {
			fmt.Printf("  ... and %d more\n", len(left)-i)
			break
		}
		fmt.Println("  " + d.String())
	}
	if t.only < 0 {
		fmt.Printf("%s\n", r.question)
	}
}

func (t *tester) printSummary(took time.Duration) {
	for _, label := range sortedNames(t.cases) {
		fmt.Printf("  %-52s %7d\n", label, t.cases[label])
	}
	for i, class := range allowed {
		fmt.Printf("  allowed: %-43s %7d  %s\n", class.name, t.hits[i], class.reason)
	}
	kinds := sortedNames(t.asked)
	sort.Strings(kinds)
	var words []string
	total := 0
	for _, kind := range kinds {
		total += t.asked[kind]
		words = append(words, fmt.Sprintf("%d %s", t.asked[kind], kind))
	}
	fmt.Printf("conformance: %s requests compared in %.1f s; %d failed; seed %d\n",
		strings.Join(words, ", "), took.Seconds(), t.failed.Load(), t.seed)
}
