package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// Lock is a claim on a run directory, on a share of it, or on one cell. Its file names the owner
// and is rewritten at every heartbeat; the kernel's lock on it tells processes of one host whether
// the owner lives, and other hosts go by the heartbeats.
type Lock struct {
	path  string
	owner Owner
	file  *os.File

	stop, lost chan struct{}
	ended      sync.WaitGroup
}

// Held is the error of a lock that somebody else has.
type Held struct {
	Path  string        // of the lock's file
	By    Owner         // the zero value where its file cannot be read
	Quiet time.Duration // since the last heartbeat, as far as can be told
}

// Error says who holds it since when, and what can be done.
func (h *Held) Error() string {
	what := "another run is at work here"
	switch h.By.Purpose {
	case "plan":
		what = "cells are being planned or submitted here"
	case "worker":
		what = "workers are at work here"
	case "cell":
		what = "this cell is being run"
	}
	text := fmt.Sprintf("%s: %s (%s); wait for it or stop it", filepath.Dir(h.Path), what, h.By)
	if h.By.Host != "" && !h.By.here() {
		text += fmt.Sprintf(". Its last heartbeat was %s ago: if it is gone, its place is free %s after the last one",
			h.Quiet.Round(time.Second), StaleAfter)
	}
	return text
}

// ErrLost is the cause that ends the context of a lock that another process has taken over.
var ErrLost = errors.New("the lock was taken over by another process, as after a long silence of this one; nothing more is written")

// acquire takes a lock and keeps it alive.
func acquire(path, purpose string, beat time.Duration) (*Lock, error) {
	owner, err := self(purpose)
	if err != nil {
		return nil, err
	}
	l := &Lock{path: path, owner: owner, stop: make(chan struct{}), lost: make(chan struct{})}
	for try := range 10 {
		again, err := l.open()
		if err == nil && !again {
			l.ended.Go(func() { l.keep(beat) })
			return l, nil
		}
		var held *Held
		if err != nil && (!errors.As(err, &held) || try > 5) {
			return nil, err
		}
		time.Sleep(20 * time.Millisecond) // somebody only looks, or has just let go
	}
	return nil, fmt.Errorf("%s: cannot be locked: it changes all the time", path)
}

// open makes or opens the file and takes it; again is true when the file went away meanwhile.
func (l *Lock) open() (again bool, err error) {
	f, err := os.OpenFile(l.path, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return false, err
	}
	if l.file, err = f, l.take(f); err == nil && sameFile(f, l.path) {
		return false, nil
	}
	return err == nil, errors.Join(err, f.Close())
}

// take writes the new owner into the open file if the one before is gone.
func (l *Lock) take(f *os.File) error {
	taken, known := tryLock(f, true)
	was, named := readOwner(l.path)
	if known && !taken {
		return &Held{l.path, was, age(l.path, time.Now())}
	}
	foreign := named && !was.here()
	if named && !(known && was.here()) {
		if quiet := age(l.path, fileTime(l.path)); quiet < StaleAfter && (foreign || alive(was.PID)) {
			return &Held{l.path, was, quiet}
		}
	}
	if err := l.write(f, true); err != nil {
		return err
	}
	if foreign { // where hosts do not see each other's kernel locks, the last to write has it
		time.Sleep(200 * time.Millisecond)
	}
	if is, _ := readOwner(l.path); is.Token != l.owner.Token && sameFile(f, l.path) {
		return &Held{l.path, is, 0}
	}
	return nil
}

// write puts the owner into the file.
func (l *Lock) write(f *os.File, fresh bool) error {
	b, err := l.owner.encode()
	if err != nil {
		return err
	}
	if fresh {
		if err := f.Truncate(0); err != nil {
			return err
		}
	}
	if _, err := f.WriteAt(b, 0); err != nil {
		return err
	}
	return f.Sync()
}

// keep writes heartbeats until the lock is released or lost. The first look comes early: two hosts
// that took it at the same moment find out then.
func (l *Lock) keep(beat time.Duration) {
	next, last := time.NewTimer(beat/10), time.Now()
	defer next.Stop()
	for {
		select {
		case <-l.stop:
			return
		case <-next.C:
		}
		is, known := readOwner(l.path)
		if known && is.Token != l.owner.Token || !known && !sameFile(l.file, l.path) {
			close(l.lost)
			return
		}
		l.owner.Heartbeat = time.Now().UTC().Truncate(time.Second)
		switch err := l.write(l.file, false); {
		case err == nil:
			last = time.Now()
		case time.Since(last) > StaleAfter-2*beat: // soon others may think that we are gone
			close(l.lost)
			return
		}
		next.Reset(beat)
	}
}

// Context returns a context that ends with ctx, and with ErrLost as its cause when another process
// has taken the lock over. The caller has to call cancel.
func (l *Lock) Context(ctx context.Context) (_ context.Context, cancel func()) {
	ctx, end := context.WithCancelCause(ctx)
	go func() {
		select {
		case <-l.lost:
			end(ErrLost)
		case <-ctx.Done():
		}
	}()
	return ctx, func() { end(context.Canceled) }
}

// Lost reports whether another process has taken the lock over.
func (l *Lock) Lost() bool {
	select {
	case <-l.lost:
		return true
	default:
		return false
	}
}

// Release gives the lock back and removes its file, unless it was lost.
func (l *Lock) Release() error {
	close(l.stop)
	l.ended.Wait()
	var err error
	if is, _ := readOwner(l.path); is.Token == l.owner.Token {
		err = remove(l.path)
	}
	return errors.Join(err, l.file.Close())
}

// peek finds out whether somebody holds a lock, without taking it.
func peek(path string) (o Owner, quiet time.Duration, live bool) {
	f, err := os.Open(path)
	if err != nil {
		return o, 0, false
	}
	defer f.Close()
	o, named := readOwner(path)
	quiet = age(path, time.Now())
	switch taken, known := tryLock(f, false); {
	case known && !taken:
		return o, quiet, true
	case !named || known && o.here():
		return o, quiet, false
	case o.here():
		return o, quiet, alive(o.PID) && quiet < StaleAfter
	}
	return o, quiet, quiet < StaleAfter
}

// sameFile reports whether an open file still stands at its path.
func sameFile(f *os.File, path string) bool {
	a, err := f.Stat()
	if err != nil {
		return false
	}
	b, err := os.Stat(path)
	return err == nil && os.SameFile(a, b)
}

// age is the time since a file was written.
func age(path string, now time.Time) time.Duration {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return max(0, now.Sub(info.ModTime()))
}

// fileTime is the time of the file system beside path, whose clock need not be this host's.
func fileTime(path string) time.Time {
	f, err := os.CreateTemp(filepath.Dir(path), ".time.tmp-*")
	if err != nil {
		return time.Now()
	}
	now := time.Now()
	if info, err := f.Stat(); err == nil {
		now = info.ModTime()
	}
	_ = errors.Join(f.Close(), os.Remove(f.Name())) // an empty file, swept up later
	return now
}

func remove(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
