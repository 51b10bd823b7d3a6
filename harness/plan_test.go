package harness

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"protobench/datasets"
	"protobench/harness/internal/fixture"
	"protobench/harness/sweep"
)

func planOf(t *testing.T, text string) *Plan {
	t.Helper()
	p, err := NewPlan("t.toml", "encoder = { depth = 2 }\n"+text, Catalogue(), datasets.NewLibrary(fixture.Open))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestPlanNamesFoldersSafely(t *testing.T) {
	p := planOf(t, "name = 'x'\nreferences = false\n[train]\nbatch = 8\n[[method]]\nname = 'a/b:c é'\nobjective = 'swav'\nlearner = 'joint'\n[matrix]\n'loss.temperature' = [0.5]\n")
	if got, want := p.Jobs[0].Dir, "a-b-c--__loss.temperature=0.5__s0__"+p.Jobs[0].Hash[:8]; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	record := p.Record()
	if record.Cells[0].Dir != p.Jobs[0].Dir || !strings.Contains(record.Sweep, "[matrix]") || record.Cells[0].Cell.Hash != p.Jobs[0].Hash {
		t.Errorf("%+v", record)
	}
}

func TestSelect(t *testing.T) {
	p := planOf(t, "name = 'x'\nseeds = 2\n[train]\nbatch = 8\n[[method]]\nname = 'swav'\n")
	for expr, want := range map[string][]string{"seed:1": {p.Jobs[4].Dir, p.Jobs[5].Dir, p.Jobs[6].Dir}, "hash:" + p.Jobs[2].Hash[:10]: {p.Jobs[2].Dir}} {
		f, err := sweep.ParseFilter(expr)
		if err != nil {
			t.Fatal(err)
		}
		got, err := p.Select(f)
		var dirs []string
		for _, j := range got {
			dirs = append(dirs, j.Dir)
		}
		if diff := cmp.Diff(want, dirs); diff != "" || err != nil {
			t.Errorf("%s: %s %v", expr, diff, err)
		}
	}
	f, _ := sweep.ParseFilter("method:nothing")
	if _, err := p.Select(f); err == nil || !strings.Contains(err.Error(), "matches none of 7 cells") {
		t.Error(err)
	}
}

func TestETAFollowsTheRate(t *testing.T) {
	e := ETA{Left: 1000}
	start := time.Unix(0, 0)
	if _, ok := e.Remaining(); ok {
		t.Error("a prediction without a rate")
	}
	for i := range 101 {
		e.Done(5, start.Add(time.Duration(i)*time.Second))
	}
	left, ok := e.Remaining()
	if want := time.Duration(float64(495)/5) * time.Second; !ok || left < want-time.Second || left > want+time.Second {
		t.Errorf("%v left, want %v", left, want)
	}
	woken := start.Add(8 * time.Hour)
	for i := range 5 {
		e.Done(5, woken.Add(time.Duration(i)*time.Second))
	}
	if after, _ := e.Remaining(); after > left+left/5 {
		t.Errorf("%v left after eight hours of sleep, %v before", after, left)
	}
}

// Arms whose names look alike to a file system have folders of their own; those that are one and the
// same share theirs, and it is said.
func TestArmsOfNamesAlikeHaveFoldersOfTheirOwn(t *testing.T) {
	long := strings.Repeat("a very long name ", 6)
	arm := func(name, more string) string {
		return fmt.Sprintf("[[method]]\nname = %q\npreset = \"swav\"\n%s\n", name, more)
	}
	p := planOf(t, "name = \"x\"\nreferences = false\n[train]\nbatch = 8\n"+arm("run a", "")+arm("run-a", "train.lr = 0.01")+
		arm(long+"1", "train.lr = 0.03")+arm(long+"2", "train.lr = 0.04")+arm("run/a", "train.lr = 0.04"))
	seen := map[string]string{}
	for _, j := range p.Jobs {
		at := strings.ToLower(j.Dir)
		if hash, taken := seen[at]; taken && hash != j.Hash {
			t.Errorf("%s: two cells", j.Dir)
		}
		seen[at] = j.Hash
		if strings.ContainsAny(j.Dir, `/\\ :`) || len(j.Dir) > 200 {
			t.Errorf("%q is no safe file name", j.Dir)
		}
	}
	if len(seen) != 4 || p.Jobs[3].Dir != p.Jobs[4].Dir || len(p.Jobs[4].Cell.Warnings) == 0 {
		t.Errorf("%v", seen)
	}
}

// A data set that takes long is not waited for.
func TestOpeningEndsWithItsContext(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	held := make(chan struct{})
	defer close(held)
	data := datasets.NewLibrary(datasets.Until(ctx, func(datasets.Options) (*datasets.Set, error) {
		stop()
		<-held
		return fixture.Noise(), nil
	}))
	if _, err := NewPlan("t.toml", fixture.Small, Catalogue(), data); err == nil || !strings.Contains(err.Error(), "canceled") {
		t.Error(err)
	}
	if _, err := data.Open(datasets.Options{Name: "other"}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
