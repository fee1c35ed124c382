package main

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

var callTests = []test{
	{"go-plugin connects with AutoMTLS and finds the plugin serving", withHost(healthy)},
	{"GetProviderSchema is answered", withHost(answersSchema)},
	{"a request and its answer of 5 MiB and more pass", withHost(passesLargeMessages)},
	{"a method that does not exist is UNIMPLEMENTED", withHost(unknownMethod)},
	{"malformed requests are refused and leave the plugin whole", withHost(refusesMalformed)},
	{"invalid UTF-8 in a diagnostic arrives mended", withHost(mendsText)},
	{"StopProvider ends the calls in flight, not later ones", withHost(stopsCallsInFlight)},
	{"health and StopProvider are served while 40 calls wait for 16 workers", withHost(servesWhileBusy)},
	{"what waits for nobody is answered while 40 calls wait for 16 workers", withHost(answersWhileBusy)},
	{"a plan that waits leaves StopProvider its turn", withHost(plansOnWorker)},
	{"calls that the host cancels free their workers", withHost(heedsCancel)},
	{"events of a stream arrive in order", withHost(streams)},
	{"a stream that the host leaves frees its worker", withHost(leavesStream)},
	{"10 hosts' worth of calls at once are answered right", withHost(manyAtOnce)},
}

func healthy(ctx context.Context, h *host) error {
	answer, err := call(ctx, h.conn, health, field(1, []byte("plugin")))
	if err != nil {
		return err
	}
	return expect("health", fmt.Sprint(answer), fmt.Sprint(number(1, 1)))
}

func answersSchema(ctx context.Context, h *host) error {
	_, err := call(ctx, h.conn, provider+"GetProviderSchema", nil)
	return err
}

func passesLargeMessages(ctx context.Context, h *host) error {
	answer, err := read(ctx, h.conn, "big", nil)
	if err != nil {
		return err
	}
	if err = expect("size of the answer", len(get(answer, 3)), 5<<20); err != nil {
		return err
	}
	large := []byte(strings.Repeat("0123456789abcdef", 3<<16))
	if answer, err = read(ctx, h.conn, "echo", large); err != nil {
		return err
	}
	return expect("echo", string(get(answer, 3)) == string(large), true)
}

func expectCode(err error, code codes.Code) error {
	return expect("status", status.Code(err), code)
}

func unknownMethod(ctx context.Context, h *host) error {
	for _, method := range []string{provider + "Nonsense", "/other.Service/ReadResource", "/", provider} {
		if _, err := call(ctx, h.conn, method, nil); expectCode(err, codes.Unimplemented) != nil {
			return fmt.Errorf("%s: %v", method, err)
		}
	}
	return nil
}

func refusesMalformed(ctx context.Context, h *host) error {
	for _, request := range []string{"\x0a", "\x0a\xff", "\x0a\x7fabc", "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", "\x00\x00"} {
		if _, err := call(ctx, h.conn, readResource, []byte(request)); expectCode(err, codes.Internal) != nil {
			return fmt.Errorf("%q: %v", request, err)
		}
	}
	// Unknown fields are from a newer host, no fault.
	_, err := call(ctx, h.conn, readResource, append(field(1000, []byte("new")), field(1, []byte("echo"))...))
	return err
}

func mendsText(ctx context.Context, h *host) error {
	answer, err := read(ctx, h.conn, "bad", nil)
	if err != nil {
		return err
	}
	return expect("summary", summary(answer), "caf\ufffd \ufffd\ufffd")
}

// waiters starts n calls that wait for their cancel; the channel gives each one's end.
func waiters(ctx context.Context, conn *grpc.ClientConn, n int) <-chan error {
	ends := make(chan error, n)
	for range n {
		go func() {
			answer, err := read(ctx, conn, "wait", nil)
			if err == nil {
				err = expect("summary", summary(answer), "interrupted")
			}
			ends <- err
		}()
	}
	return ends
}

func collect(ends <-chan error, n int) error {
	for range n {
		if err := <-ends; err != nil {
			return err
		}
	}
	return nil
}

func stopsCallsInFlight(ctx context.Context, h *host) error {
	for range 2 {
		ends := waiters(ctx, h.conn, 10)
		time.Sleep(200 * time.Millisecond)
		select {
		case err := <-ends:
			return fmt.Errorf("a call ended too early: %v", err)
		default:
		}
		if _, err := call(ctx, h.conn, provider+"StopProvider", nil); err != nil {
			return err
		}
		if err := collect(ends, 10); err != nil {
			return err
		}
		if _, err := read(ctx, h.conn, "echo", []byte("later")); err != nil {
			return err
		}
	}
	return nil
}

func servesWhileBusy(ctx context.Context, h *host) error {
	ends := waiters(ctx, h.conn, 40)
	time.Sleep(200 * time.Millisecond)
	if err := healthy(ctx, h); err != nil {
		return err
	}
	if _, err := call(ctx, h.conn, provider+"StopProvider", nil); err != nil {
		return err
	}
	return collect(ends, 40)
}

func answersWhileBusy(ctx context.Context, h *host) error {
	ends := waiters(ctx, h.conn, 40)
	time.Sleep(200 * time.Millisecond)
	for _, method := range []string{"GetProviderSchema", "ValidateResourceConfig", "UpgradeResourceState", "PlanResourceChange"} {
		if _, err := call(ctx, h.conn, provider+method, field(1, []byte("now"))); err != nil {
			return fmt.Errorf("%s: %w", method, err)
		}
	}
	if _, err := call(ctx, h.conn, provider+"StopProvider", nil); err != nil {
		return err
	}
	return collect(ends, 40)
}

func plansOnWorker(ctx context.Context, h *host) error {
	end := make(chan error, 1)
	go func() {
		_, err := call(ctx, h.conn, provider+"PlanResourceChange", field(1, []byte("wait")))
		end <- err
	}()
	time.Sleep(200 * time.Millisecond)
	if _, err := call(ctx, h.conn, provider+"StopProvider", nil); err != nil {
		return err
	}
	return collect(end, 1)
}

func heedsCancel(ctx context.Context, h *host) error {
	waiting, cancel := context.WithCancel(ctx)
	ends := waiters(waiting, h.conn, 16)
	time.Sleep(200 * time.Millisecond)
	cancel()
	for range 16 {
		if err := expectCode(<-ends, codes.Canceled); err != nil {
			return err
		}
	}
	_, err := read(ctx, h.conn, "echo", nil)
	return err
}

func list(ctx context.Context, conn *grpc.ClientConn, order string, limit uint64) (grpc.ClientStream, error) {
	stream, err := conn.NewStream(ctx, &grpc.StreamDesc{ServerStreams: true}, listResource, grpc.ForceCodec(codec))
	if err != nil {
		return nil, err
	}
	request := append(field(1, []byte(order)), number(4, limit)...)
	if err = stream.SendMsg(&request); err != nil {
		return nil, err
	}
	return stream, stream.CloseSend()
}

func streams(ctx context.Context, h *host) error {
	for _, limit := range []int{0, 1, 5000} {
		stream, err := list(ctx, h.conn, "", uint64(limit))
		if err != nil {
			return err
		}
		var event []byte
		for i := range limit {
			if err = stream.RecvMsg(&event); err != nil {
				return err
			}
			if err = expect("name", string(get(event, 2)), fmt.Sprintf("event %d", i)); err != nil {
				return err
			}
		}
		if err = stream.RecvMsg(&event); err == nil || err.Error() != "EOF" {
			return fmt.Errorf("after the last of %d events: %v", limit, err)
		}
	}
	return nil
}

func leavesStream(ctx context.Context, h *host) error {
	for i := range 20 {
		leaving, cancel := context.WithCancel(ctx)
		order := []string{"", "wait"}[i%2]
		stream, err := list(leaving, h.conn, order, 1<<40)
		if err == nil && order == "" {
			var event []byte
			err = stream.RecvMsg(&event)
		}
		cancel()
		if err != nil {
			return err
		}
	}
	_, err := read(ctx, h.conn, "echo", nil)
	return err
}

func manyAtOnce(ctx context.Context, h *host) error {
	const callers, each = 100, 50
	var group sync.WaitGroup
	ends := make(chan error, callers)
	for caller := range callers {
		group.Go(func() {
			for i := range each {
				mine := fmt.Sprintf("caller %d call %d", caller, i)
				answer, err := read(ctx, h.conn, "echo", []byte(mine))
				if err == nil {
					err = expect("echo", string(get(answer, 3)), mine)
				}
				if err != nil {
					ends <- err
					return
				}
			}
		})
	}
	group.Wait()
	close(ends)
	return <-ends
}
