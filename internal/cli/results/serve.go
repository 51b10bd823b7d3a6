package results

import (
	"context"
	"fmt"
	"net"
	"os"

	"protobench/internal/console"
	"protobench/internal/heap"
	"protobench/internal/serve"
)

// Serve is the verb serve.
type Serve struct {
	Dirs   []string `arg:"" optional:"" name:"dir" help:"Folders to look for runs in (results)."`
	Addr   string   `default:"127.0.0.1:8642" placeholder:"HOST:PORT" help:"Where to listen; port 0 takes a free one (${default})."`
	Anyone bool     `help:"Answer other machines too. Whoever reaches the address reads these runs."`
}

// Run shows runs to a browser until it is interrupted.
func (c Serve) Run(ctx context.Context, w *console.Console) error {
	defer heap.Late()()
	if len(c.Dirs) == 0 {
		c.Dirs = []string{"results"}
	}
	for _, dir := range c.Dirs {
		if info, err := os.Stat(dir); err != nil || !info.IsDir() {
			return fmt.Errorf("%s: no such folder; give one that holds runs, such as results", dir)
		}
	}
	if err := serve.CheckAddress(c.Addr, c.Anyone); err != nil {
		return err
	}
	l, err := net.Listen("tcp", c.Addr)
	if err != nil {
		return fmt.Errorf("--addr %s: %w", c.Addr, err)
	}
	if c.Anyone {
		w.Warn("other machines can read these runs at " + l.Addr().String())
	}
	if _, err := fmt.Fprintf(w.Out, "http://%s/ shows the runs below %v; end with Ctrl-C\n", l.Addr(), c.Dirs); err != nil {
		return err
	}
	return serve.New(c.Dirs).Serve(ctx, l, c.Anyone)
}
