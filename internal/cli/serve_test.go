package cli

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"protobench/internal/console"
)

// serve says where it is, answers there, and ends well when it is interrupted.
func TestServeUntilInterrupted(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	read, write := io.Pipe()
	var stderr bytes.Buffer
	code := make(chan int, 1)
	go func() { code <- run(ctx, []string{"serve", t.TempDir(), "--addr", "127.0.0.1:0"}, write, &stderr) }()
	line, err := bufio.NewReader(read).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	address, _, _ := strings.Cut(line, " ")
	response, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(response.Body)
	_ = response.Body.Close()
	if err != nil || response.StatusCode != http.StatusOK || !strings.Contains(string(text), "There is no run there yet") {
		t.Errorf("%d %.200s, %v", response.StatusCode, text, err)
	}
	stop()
	select {
	case got := <-code:
		if got != console.OK || stderr.Len() > 0 {
			t.Errorf("exit code %d, %s", got, &stderr)
		}
	case <-time.After(8 * time.Second):
		t.Error("it goes on")
	}
}
