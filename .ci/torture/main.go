// Torture breaks running sweeps in every way that a machine does, and checks that nothing is lost
// and nothing broken is taken for sound: processes are killed at random moments, bits flip in every
// kind of file that is read back, files are cut, garbled and exchanged, the disk is full. In the end
// every result has to equal that of an undisturbed run, byte by byte.
//
//	go run ./.ci/torture -binary bin/protobench -kills 200
//
// It prints every fault with its outcome, and their number. With -for it stops after a time, exit
// code 3, and the same command goes on where it was.
package main

import (
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"
)

// errLater ends a piece of the work when its time is over.
var errLater = errors.New("time is over; the same command goes on")

// torture is what one process of it works with.
type torture struct {
	binary, sweep, work string
	kills, rounds       int
	longest             time.Duration // before a kill
	until               time.Time     // zero for no limit
	random              *rand.Rand
	want                map[string]string // file of a cell → digest of what has to be equal
	state               state             // of all pieces
}

func main() {
	t := &torture{}
	var seed uint64
	var limit time.Duration
	flag.StringVar(&t.binary, "binary", "bin/protobench", "program to torture")
	flag.StringVar(&t.sweep, "sweep", "joint-vs-decoupled-quick", "what it runs")
	flag.StringVar(&t.work, "work", "", "folder to work in (a temporary one)")
	flag.IntVar(&t.kills, "kills", 200, "processes to kill")
	flag.IntVar(&t.rounds, "rounds", 3, "times that every kind of file of a finished run is damaged")
	flag.DurationVar(&t.longest, "longest", 5*time.Second, "most that a process lives before it is killed")
	flag.DurationVar(&limit, "for", 0, "stop after so long, to go on later")
	flag.Uint64Var(&seed, "seed", 1, "of the faults")
	flag.Parse()
	if limit > 0 {
		t.until = time.Now().Add(limit)
	}
	err := t.prepare()
	if err == nil {
		t.random = rand.New(rand.NewPCG(seed, uint64(t.state.Kills+1000*t.state.Rounds)))
		err = t.run()
	}
	switch {
	case errors.Is(err, errLater):
		fmt.Println(err)
		os.Exit(3)
	case err != nil:
		fmt.Fprintln(os.Stderr, "torture:", err)
		os.Exit(1)
	}
}

// prepare makes the work folder and reads what earlier pieces did.
func (t *torture) prepare() (err error) {
	if t.binary, err = filepath.Abs(t.binary); err != nil {
		return err
	}
	if filepath.Ext(t.sweep) == ".toml" {
		if t.sweep, err = filepath.Abs(t.sweep); err != nil {
			return err
		}
	}
	if t.work == "" {
		if t.work, err = os.MkdirTemp("", "torture"); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(t.work, 0o755); err != nil {
		return err
	}
	return t.state.read(t.path("state.json"))
}

func (t *torture) path(name string) string { return filepath.Join(t.work, name) }

// run does what is left of all parts.
func (t *torture) run() error {
	if err := t.undisturbed(); err != nil {
		return err
	}
	for _, part := range []struct {
		name string
		do   func() error
	}{{"kills", t.killAll}, {"damage", t.damageAll}, {"twins", t.twoAtOnce}, {"disk", t.fillDisk}} {
		if t.state.Done[part.name] {
			continue
		}
		if err := part.do(); err != nil {
			return fmt.Errorf("%s: %w", part.name, err)
		}
		t.state.Done[part.name] = true
		if err := t.state.write(t.path("state.json")); err != nil {
			return err
		}
	}
	t.state.print()
	return nil
}

// late reports whether this piece's time is over.
func (t *torture) late() bool { return !t.until.IsZero() && time.Now().After(t.until) }

// undisturbed runs the sweep once and keeps what all others have to equal.
func (t *torture) undisturbed() error {
	if !t.state.Done["undisturbed"] {
		began := time.Now()
		if out, code := t.command("undisturbed"); code != 0 {
			return fmt.Errorf("the undisturbed run ends with %d:\n%s", code, out)
		}
		fmt.Printf("undisturbed run: %.1f s\n", time.Since(began).Seconds())
		t.state.Done["undisturbed"] = true
		if err := t.state.write(t.path("state.json")); err != nil {
			return err
		}
		if t.late() {
			return errLater
		}
	}
	var err error
	t.want, err = outcome(t.path("undisturbed"))
	return err
}
