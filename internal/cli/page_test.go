package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"protobench/harness/store"
)

// The page of a run at work says so, the last one that it has ended; what goes wrong in between harms
// nobody.
func TestPageOfARunAtWork(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "run")
	k := keepPage(dir, time.Millisecond, time.Millisecond)
	d, err := store.Create(dir)
	if err != nil {
		t.Fatal(err)
	}
	p := store.PlanCell{Cell: store.Cell{Method: "swav", Objective: "swav", Learner: "joint", Hash: "abcdef0123"}, Dir: "swav"}
	if _, err := d.Freeze(store.Plan{Name: "run", Cells: []store.PlanCell{p}}); err != nil {
		t.Fatal(err)
	}
	time.Sleep(20 * time.Millisecond)
	if _, err := os.Stat(filepath.Join(dir, "report")); err == nil {
		t.Error("a page was made before there was anything to see")
	}
	k.begin()
	k.begin() // as every cell does
	index := filepath.Join(dir, "report", "index.html")
	read := func() string {
		b, err := os.ReadFile(index)
		if err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
		return string(b)
	}
	for end := time.Now().Add(10 * time.Second); read() == "" && time.Now().Before(end); {
		time.Sleep(5 * time.Millisecond)
	}
	if text := read(); !strings.Contains(text, `"running":true`) || !strings.Contains(text, "this page renews itself") {
		t.Errorf("the page of a run at work: %.200q", text)
	}
	k.end()
	before := read()
	time.Sleep(30 * time.Millisecond)
	if read() != before {
		t.Error("a page follows the end")
	}
	k.last()
	if !strings.Contains(read(), `"running":false`) {
		t.Error("the last page does not say that the run has ended")
	}
}
