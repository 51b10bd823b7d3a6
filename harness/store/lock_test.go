package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func held(t *testing.T, err error) *Held {
	t.Helper()
	var h *Held
	if !errors.As(err, &h) {
		t.Fatalf("got %v, expected that somebody else has the lock", err)
	}
	return h
}

func TestLockExcludes(t *testing.T) {
	d, _ := newDir(t, "a")
	l, err := d.Lock()
	must(t, err)
	_, err = d.Lock()
	if h := held(t, err); h.By.PID != os.Getpid() || !strings.Contains(err.Error(), fmt.Sprintf("another run is at work here (process %d on", os.Getpid())) {
		t.Errorf("a second run: got %v", err)
	}
	if s, err := d.Status(); err != nil || s.Running == "" {
		t.Errorf("status of a running sweep: %q, %v", s.Running, err)
	}
	must(t, l.Release())
	if s, err := d.Status(); err != nil || s.Running != "" {
		t.Errorf("status afterwards: %q, %v", s.Running, err)
	}
	l, err = d.Lock()
	must(t, err)
	must(t, l.Release())
	if _, err := os.Stat(d.lockPath()); err == nil {
		t.Error("a released lock leaves its file")
	}
}

func TestLockOfTheDead(t *testing.T) {
	d, _ := newDir(t, "a")
	startAndKill(t, d.Path(), 3)
	if was, known := readOwner(d.lockPath()); !known || was.PID == os.Getpid() || was.Boot == "" && bootID() != "" {
		t.Fatalf("the killed run left no lock: %v", was)
	}
	l, err := d.Lock()
	must(t, err)
	must(t, l.Release())
}

// elsewhere writes the lock of another host's process whose last heartbeat was some time ago.
func elsewhere(t *testing.T, path string, quiet time.Duration) {
	t.Helper()
	must(t, os.MkdirAll(filepath.Dir(path), 0o755))
	b, err := json.Marshal(Owner{Purpose: "run", Host: "elsewhere.example", Boot: "another", PID: 4, Started: time.Now(), Token: "x"})
	must(t, err)
	must(t, os.WriteFile(path, b, 0o644))
	then := time.Now().Add(-quiet)
	must(t, os.Chtimes(path, then, then))
}

// Another host's kernel tells nothing: its heartbeats do.
func TestLockOfAnotherHost(t *testing.T) {
	d, cells := newDir(t, "a")
	elsewhere(t, d.lockPath(), StaleAfter/2)
	_, err := d.Lock()
	if h := held(t, err); h.By.Host != "elsewhere.example" || !strings.Contains(err.Error(), "heartbeat was 1m0s ago") || !strings.Contains(err.Error(), "free 2m0s after") {
		t.Errorf("got %v", err)
	}
	if s, _ := d.Status(); !strings.Contains(s.Running, "elsewhere.example") {
		t.Errorf("status: %q", s.Running)
	}
	elsewhere(t, d.lockPath(), 2*StaleAfter)
	elsewhere(t, cells[0].claimPath(), 2*StaleAfter)
	if s, _ := d.Status(); s.Running != "" {
		t.Errorf("status of a silent run: %q", s.Running)
	}
	if p, found := cells[0].Claimant(); !found || p.Live || p.Quiet < StaleAfter.Seconds() {
		t.Errorf("claimant %+v, %v", p, found)
	}
	l, err := d.Lock()
	must(t, err)
	claim, err := cells[0].Claim()
	must(t, err)
	must(t, claim.Release())
	must(t, l.Release())
}

func TestWhoMayWorkBesideWhom(t *testing.T) {
	take := map[string]func(*Dir) (*Lock, error){"run": (*Dir).Lock, "plan": (*Dir).LockToPlan, "worker": (*Dir).Join}
	allowed := map[string]bool{"plan worker": true, "worker plan": true, "worker worker": true}
	for first := range take {
		for second := range take {
			d, _ := newDir(t, "a")
			l, err := take[first](d)
			must(t, err)
			m, err := take[second](d)
			switch {
			case allowed[first+" "+second]:
				must(t, err)
				must(t, m.Release())
			default:
				_ = held(t, err)
			}
			must(t, l.Release())
			m, err = take[second](d)
			if err != nil {
				t.Fatalf("%s after %s: %v", second, first, err)
			}
			must(t, m.Release())
		}
	}
}

// A worker that was killed is no hindrance.
func TestDeadWorkers(t *testing.T) {
	d, _ := newDir(t, "a")
	elsewhere(t, filepath.Join(d.workers(), "elsewhere.example-4-x"), StaleAfter/2)
	_, err := d.Lock()
	_ = held(t, err)
	elsewhere(t, filepath.Join(d.workers(), "elsewhere.example-4-x"), 2*StaleAfter)
	l, err := d.Lock()
	must(t, err)
	if w := d.Workers(); len(w) != 0 {
		t.Errorf("%v", w)
	}
	must(t, l.Release())
}

func TestClaimsAreOfOneCell(t *testing.T) {
	_, cells := newDir(t, "a", "b")
	a, err := cells[0].Claim()
	must(t, err)
	b, err := cells[1].Claim()
	must(t, err)
	_, err = cells[0].Claim()
	if _ = held(t, err); !strings.Contains(err.Error(), "this cell is being run") {
		t.Error(err)
	}
	if p, found := cells[0].Claimant(); !found || !p.Live || p.PID != os.Getpid() {
		t.Errorf("%+v %v", p, found)
	}
	must(t, errors.Join(a.Release(), b.Release()))
	if p, found := cells[0].Claimant(); found {
		t.Errorf("%+v", p)
	}
}

// Heartbeats rewrite the file, and find out that somebody else has taken over.
func TestHeartbeatsNoticeALostLock(t *testing.T) {
	path := filepath.Join(t.TempDir(), ".lock")
	l, err := acquire(path, "run", 50*time.Millisecond)
	must(t, err)
	ctx, cancel := l.Context(context.Background())
	defer cancel()
	then := time.Now().Add(-time.Hour)
	must(t, os.Chtimes(path, then, then))
	for deadline := time.Now().Add(10 * time.Second); age(path, time.Now()) > time.Minute; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("no heartbeat")
		}
	}
	if l.Lost() {
		t.Fatal("lost without a reason")
	}
	elsewhere(t, path, 0)
	select {
	case <-ctx.Done():
	case <-time.After(10 * time.Second):
		t.Fatal("not noticed")
	}
	if !errors.Is(context.Cause(ctx), ErrLost) || !l.Lost() {
		t.Error(context.Cause(ctx))
	}
	must(t, l.Release())
	if is, _ := readOwner(path); is.Host != "elsewhere.example" {
		t.Errorf("a lost lock was removed: %v", is)
	}
}
