package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"
)

// command runs the sweep to its end and returns what it said.
func (t *torture) command(name string) (string, int) { return t.tool(t.args(name)...) }

// args run the sweep in a folder.
func (t *torture) args(name string) []string {
	return []string{"run", t.sweep, "--out", t.path(name), "--json"}
}

func (t *torture) tool(args ...string) (string, int) { return ended(exec.Command(t.binary, args...)) }

func ended(c *exec.Cmd) (string, int) {
	out, err := c.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return err.Error(), -1
	}
	return string(out), c.ProcessState.ExitCode()
}

// killAll kills runs of the sweep at random moments, damages a file between some of them, and
// compares every sweep that comes to its end.
func (t *torture) killAll() error {
	for t.state.Kills < t.kills {
		if t.late() {
			return errLater
		}
		finished, err := t.killOne()
		if err != nil {
			return err
		}
		if finished {
			if err := t.compareAndClear(); err != nil {
				return err
			}
		} else if k := t.anyKind(); t.random.IntN(3) == 0 && t.healed() {
			if err := t.damageOne("killed", k); err != nil {
				return err
			}
		}
		if err := t.state.write(t.path("state.json")); err != nil {
			return err
		}
	}
	if out, code := t.command("killed"); code != 0 {
		return fmt.Errorf("the last run ends with %d:\n%s", code, out)
	}
	return t.compareAndClear()
}

// healed reports whether nothing is wrong with the killed sweep: on a busy machine a run may be killed
// before it has looked at what was damaged before, and behind a bad plan nothing else is found.
func (t *torture) healed() bool {
	_, code := t.tool("doctor", t.path("killed"))
	return code == 0
}

// compareAndClear ends a sweep that was killed on its way.
func (t *torture) compareAndClear() error {
	if err := t.sound(t.path("killed")); err != nil {
		return err
	}
	n := resumed(t.path("killed"))
	t.state.Whole++
	t.state.Resumed += n
	fmt.Printf("%-28s %d of its cells went on from checkpoints; equal\n", "a sweep came to its end", n)
	return os.RemoveAll(t.path("killed"))
}

// killOne runs the sweep and kills it after a while, unless it is finished before.
func (t *torture) killOne() (finished bool, err error) {
	var out bytes.Buffer
	c := exec.Command(t.binary, t.args("killed")...)
	c.Stdout, c.Stderr = &out, &out
	if err := c.Start(); err != nil {
		return false, err
	}
	ended := make(chan error, 1)
	go func() { ended <- c.Wait() }()
	after := time.Duration(t.random.Int64N(int64(t.longest)))
	select {
	case err := <-ended:
		if err != nil {
			return false, fmt.Errorf("a run ends with %w:\n%s", err, out.String())
		}
		return true, nil
	case <-time.After(after):
	}
	if err := c.Process.Kill(); err != nil {
		return false, err
	}
	<-ended
	t.state.Kills++
	t.state.fault("kill", "after %.2f s, number %d", after.Seconds(), t.state.Kills)
	return false, nil
}

// twoAtOnce starts the sweep twice in one folder: one works, the other says who does.
func (t *torture) twoAtOnce() error {
	first := exec.Command(t.binary, t.args("twins")...)
	if err := first.Start(); err != nil {
		return err
	}
	for range 200 {
		if _, err := os.Stat(t.path("twins/plan.json")); err == nil {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	out, code := t.command("twins")
	if err := errors.Join(first.Process.Kill(), ignoreExit(first.Wait())); err != nil {
		return err
	}
	want := fmt.Sprintf("another run is at work here (process %d on", first.Process.Pid)
	if code == 0 || !strings.Contains(out, want) {
		return fmt.Errorf("the second run ends with %d, expected %q:\n%s", code, want, out)
	}
	t.state.fault("two runs in one folder", "the second said who is at work")
	return os.RemoveAll(t.path("twins"))
}

// ignoreExit drops the news that a process was killed.
func ignoreExit(err error) error {
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return nil
	}
	return err
}
