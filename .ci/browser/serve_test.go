package browser

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// served starts the server on folders and returns its address.
func served(t *testing.T, folders ...string) string {
	t.Helper()
	c := exec.Command(program, append([]string{"serve", "--addr", "127.0.0.1:0"}, folders...)...)
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = c.Process.Signal(os.Interrupt)
		if err := c.Wait(); err != nil {
			t.Errorf("the server ends with %v", err)
		}
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	address, _, _ := strings.Cut(line, " ")
	return address
}

// The server's pages: the list, a run that renews itself when a cell ends, and cells of two runs side
// by side.
func TestServer(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"fashion-mnist", "roster"} {
		if err := os.CopyFS(filepath.Join(dir, name), os.DirFS(filepath.Join("..", "..", "results", "reference", name))); err != nil {
			t.Fatal(err)
		}
	}
	address := served(t, dir)
	b := open(t, address, 375, false)
	if w := value[int](b, `document.scrollingElement.scrollWidth`); w > 375 {
		t.Errorf("the list is %d wide", w)
	}
	b.do(chromedp.EmulateViewport(1280, 900), chromedp.Click(`a[href="/run/0/fashion-mnist"]`, chromedp.ByQuery), chromedp.WaitVisible("#cells", chromedp.ByID))
	b.do(chromedp.ScrollIntoView("#explore", chromedp.ByID))
	b.until(`document.querySelectorAll("#charts svg").length > 0`)
	b.do(chromedp.Click(`.box[data-id="cells"] tbody tr:nth-child(2) input`, chromedp.ByQuery))
	script[bool](b, `window.old = true; return true`)
	results, err := filepath.Glob(filepath.Join(dir, "fashion-mnist", "cells", "swav__*", "result.json"))
	if err != nil || len(results) == 0 {
		t.Fatal(results, err)
	}
	if err := os.Remove(results[0]); err != nil {
		t.Fatal(err)
	}
	time.Sleep(2 * time.Second)
	b.do(chromedp.Evaluate(`document.activeElement.blur()`, nil))
	b.until(`!window.old && !!document.querySelector("#basket:not([hidden])")`)
	b.do(chromedp.Navigate(address+"run/0/roster"), chromedp.WaitVisible("#cells", chromedp.ByID), chromedp.ScrollIntoView("#explore", chromedp.ByID))
	b.until(`document.querySelectorAll("#charts svg").length > 0`)
	b.do(chromedp.Click(`.box[data-id="cells"] tbody tr:nth-child(5) input`, chromedp.ByQuery), chromedp.Click(`#basket button.main`, chromedp.ByQuery), chromedp.WaitVisible("#compared table", chromedp.ByQuery))
	heads := value[[]string](b, `[...document.querySelectorAll("#compared thead th")].map(h => h.textContent)`)
	if text := strings.Join(heads, " "); !strings.Contains(text, "fashion-mnist: ") || !strings.Contains(text, "roster: ") {
		t.Errorf("compared %q", heads)
	}
	b.complain("comparison")
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, r := range b.requests {
		if !strings.HasPrefix(r, address) {
			t.Errorf("asked %s", r)
		}
	}
}
