package store

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestLockExcludes(t *testing.T) {
	d, _ := newDir(t, "a")
	release, err := d.Lock()
	must(t, err)
	if _, err := d.Lock(); err == nil || !strings.Contains(err.Error(), fmt.Sprintf("process %d on", os.Getpid())) {
		t.Errorf("a second run: got %v", err)
	}
	if s, err := d.Status(); err != nil || s.Running == "" {
		t.Errorf("status of a running sweep: %q, %v", s.Running, err)
	}
	must(t, release())
	if s, err := d.Status(); err != nil || s.Running != "" {
		t.Errorf("status afterwards: %q, %v", s.Running, err)
	}
	release, err = d.Lock()
	must(t, err)
	must(t, release())
}

func TestLockOfTheDead(t *testing.T) {
	d, _ := newDir(t, "a")
	startAndKill(t, d.Path(), 3)
	if was, known := readOwner(d.lockPath()); !known || was.PID == os.Getpid() {
		t.Fatalf("the killed run left no lock: %v", was)
	}
	release, err := d.Lock()
	must(t, err)
	must(t, release())
}

func TestLockOfAnotherHost(t *testing.T) {
	d, _ := newDir(t, "a")
	must(t, os.WriteFile(d.lockPath(), []byte(`{"host":"elsewhere.example","pid":4,"started":"2026-01-02T03:04:05Z"}`), 0o644))
	_, err := d.Lock()
	if err == nil || !strings.Contains(err.Error(), "elsewhere.example") || !strings.Contains(err.Error(), "delete "+filepath.Join(d.Path(), ".lock")) {
		t.Errorf("got %v", err)
	}
}
