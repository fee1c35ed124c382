package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"

	"google.golang.org/grpc"
)

// A host waits 2 s before it kills. Alone on a machine it takes milliseconds.
const promptly = time.Second

var lifeTests = []test{
	{"Shutdown of an idle plugin ends it promptly", withPlain(shutsDown(""))},
	{"Shutdown with a call in flight ends it promptly", withPlain(shutsDown("wait"))},
	{"Shutdown with a call that hangs ends it promptly", withPlain(shutsDown("stuck"))},
	{"go-plugin's Kill needs no kill", killsGently},
	{"SIGTERM ends it with 0 and lets calls answer", withPlain(endsOnTerm)},
	{"SIGINT and SIGPIPE are ignored", withPlain(ignoresInterrupt)},
	{"the socket's path is gone once the host holds its streams", withHost(hidesSocket)},
	{"kill -9 of the host ends an idle plugin within 3 s", func() error { return outlivesHost("", 3*time.Second) }},
	{"kill -9 of the host ends one that works within 3 s", func() error { return outlivesHost("wait", 3*time.Second) }},
	{"kill -9 of the host ends one that hangs within 8 s", func() error { return outlivesHost("stuck", 8*time.Second) }},
	{"a crash says panic and leaves no socket", withPlain(crashes("crash", "SIGSEGV"))},
	{"a stack used up says so too", withPlain(crashes("deep", "SIGSEGV"))},
	{"reattach mode serves one host after another until SIGINT", func() error { return withProcess(reattaches, "", "-debug") }},
}

// inFlight starts a call, if an order is given, and lets it arrive.
func inFlight(ctx context.Context, conn *grpc.ClientConn, order string) <-chan error {
	end := make(chan error, 1)
	if order == "" {
		return end
	}
	go func() {
		answer, err := read(ctx, conn, order, nil)
		if err == nil {
			err = expect("summary", summary(answer), "interrupted")
		}
		end <- err
	}()
	time.Sleep(200 * time.Millisecond)
	return end
}

func shutsDown(order string) func(context.Context, *process, *grpc.ClientConn) error {
	return func(ctx context.Context, p *process, conn *grpc.ClientConn) error {
		inFlight(ctx, conn, order)
		if _, err := call(ctx, conn, shutdown, nil); err != nil {
			return fmt.Errorf("Shutdown was not answered: %w", err)
		}
		spent, err := p.waitEnd(patience)
		if err != nil {
			return err
		}
		fmt.Printf("# ended %s after the answer\n", spent.Round(time.Millisecond))
		if spent > promptly {
			return fmt.Errorf("took %s", spent)
		}
		return errors.Join(p.err, p.socketGone(), expect("stderr", p.stderr.String(), ""),
			expect("more on stdout", <-p.more, ""))
	}
}

// A host that must kill waits 2 s first.
func killsGently() error {
	h, err := startHost()
	if err != nil {
		return err
	}
	start := time.Now()
	h.stop()
	if spent := time.Since(start); spent > time.Second {
		return fmt.Errorf("took %s", spent)
	}
	return expect("exit code", h.cmd.ProcessState.ExitCode(), 0)
}

func endsOnTerm(ctx context.Context, p *process, conn *grpc.ClientConn) error {
	end := inFlight(ctx, conn, "wait")
	p.cmd.Process.Signal(syscall.SIGTERM)
	if err := <-end; err != nil {
		return err
	}
	return p.endsWell()
}

func ignoresInterrupt(ctx context.Context, p *process, conn *grpc.ClientConn) error {
	p.cmd.Process.Signal(syscall.SIGINT)
	p.cmd.Process.Signal(syscall.SIGPIPE)
	time.Sleep(200 * time.Millisecond)
	_, err := call(ctx, conn, health, nil)
	return err
}

func hidesSocket(ctx context.Context, h *host) error {
	socket := h.client.ReattachConfig().Addr.String()
	for start := time.Now(); time.Since(start) < patience; time.Sleep(10 * time.Millisecond) {
		if _, err := os.Stat(socket); os.IsNotExist(err) {
			return healthy(ctx, h)
		}
	}
	return fmt.Errorf("%s is still there", socket)
}

// playHost is the other side of outlivesHost. The order comes as a line.
func playHost() {
	h, err := startHost()
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	order, _ := bufio.NewReader(os.Stdin).ReadString('\n')
	inFlight(context.Background(), h.conn, strings.TrimSpace(order))
	fmt.Println(h.cmd.Process.Pid)
	select {}
}

func outlivesHost(order string, limit time.Duration) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	cmd := exec.Command(self, "play")
	cmd.Stdin = strings.NewReader(order + "\n")
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err = cmd.Start(); err != nil {
		return err
	}
	line, err := bufio.NewReader(stdout).ReadString('\n')
	cmd.Process.Kill()
	cmd.Wait()
	killed := time.Now()
	pid, bad := strconv.Atoi(strings.TrimSpace(line))
	if err != nil || bad != nil {
		return fmt.Errorf("the host said %q", line)
	}
	for time.Since(killed) < limit {
		if !alive(pid) {
			fmt.Printf("# gone %s after its host\n", time.Since(killed).Round(10*time.Millisecond))
			return nil
		}
		time.Sleep(10 * time.Millisecond)
	}
	syscall.Kill(pid, syscall.SIGKILL)
	return fmt.Errorf("process %d is still there", pid)
}

// A process that nobody waits for is no more alive.
func alive(pid int) bool {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return false
	}
	fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
	return fields[0] != "Z"
}

func crashes(order, signal string) func(context.Context, *process, *grpc.ClientConn) error {
	return func(ctx context.Context, p *process, conn *grpc.ClientConn) error {
		if _, err := read(ctx, conn, order, nil); err == nil {
			return errors.New("the call was answered")
		}
		if _, err := p.waitEnd(patience); err != nil {
			return err
		}
		words := p.stderr.String()
		if !strings.HasPrefix(words, "panic: ") || !strings.Contains(words, signal) || strings.Count(words, "\n") < 6 {
			return fmt.Errorf("last words: %q", words)
		}
		status := p.cmd.ProcessState.Sys().(syscall.WaitStatus)
		return errors.Join(p.socketGone(), expect("signal", status.Signal(), syscall.SIGSEGV))
	}
}

func reattaches(ctx context.Context, p *process) error {
	text := strings.TrimSuffix(strings.TrimPrefix(p.line, "TF_REATTACH_PROVIDERS='"), "'\n")
	var config map[string]struct {
		Protocol             string
		ProtocolVersion, Pid int
		Test                 bool
		Addr                 struct{ Network, String string }
	}
	if err := json.Unmarshal([]byte(text), &config); err != nil {
		return fmt.Errorf("%q: %w", text, err)
	}
	c := config["terraform.local/grove/seedbank"]
	p.socket = c.Addr.String
	err := errors.Join(expect("protocol", c.Protocol, "grpc"), expect("version", c.ProtocolVersion, 6),
		expect("pid", c.Pid, p.cmd.Process.Pid), expect("test", c.Test, true), expect("network", c.Addr.Network, "unix"))
	if err != nil {
		return err
	}
	for range 3 {
		if err = useReattached(ctx, p.socket); err != nil {
			return err
		}
	}
	p.cmd.Process.Signal(syscall.SIGINT)
	return p.endsWell()
}

// useReattached is one host that comes, configures, holds a stream, and goes.
func useReattached(ctx context.Context, socket string) error {
	conn, err := dial(socket, "", nil)
	if err != nil {
		return err
	}
	defer conn.Close()
	stream, err := conn.NewStream(ctx, &grpc.StreamDesc{ServerStreams: true}, "/plugin.GRPCStdio/StreamStdio", grpc.ForceCodec(codec))
	if err != nil {
		return err
	}
	if err = stream.SendMsg(&[]byte{}); err != nil {
		return err
	}
	for _, method := range []string{provider + "ConfigureProvider", shutdown} {
		if _, err = call(ctx, conn, method, nil); err != nil {
			return fmt.Errorf("%s: %w", method, err)
		}
	}
	return nil
}
