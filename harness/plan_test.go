package harness

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"protobench/datasets"
	"protobench/harness/sweep"
)

func planOf(t *testing.T, text string) *Plan {
	t.Helper()
	p, err := NewPlan("t.toml", "encoder = { depth = 2 }\n"+text, Catalogue(), NewLibrary(testOpen))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// testOpen makes a tiny set of 40 training and 20 test images of noise.
func testOpen(o datasets.Options) (*datasets.Set, error) {
	if o.Name == "absent" {
		return nil, errors.New("no such data")
	}
	return testSet(), nil
}

func testSet() *datasets.Set {
	images := func(n, salt int) datasets.Images {
		im := datasets.Images{Height: 4, Width: 4, Channels: 3}
		for i := range n {
			im.Labels = append(im.Labels, i%2)
			im.Fine = append(im.Fine, i%4)
			for j := range 48 {
				im.Pixels = append(im.Pixels, uint8(i*31+j*17*(1+i%4)+salt))
			}
		}
		return im
	}
	train := images(40, 0)
	return &datasets.Set{
		Name: "noise", Train: train, Probe: train, Test: images(20, 5), Classes: 2, FineClasses: 4,
		Mean: [3]float32{0.5, 0.5, 0.5}, Std: [3]float32{0.3, 0.3, 0.3}, Fingerprint: "print",
	}
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

func TestLibraryOpensOnce(t *testing.T) {
	calls := 0
	l := NewLibrary(func(datasets.Options) (*datasets.Set, error) { calls++; return testSet(), nil })
	for range 3 {
		if _, err := l.Open(datasets.Options{Name: "a"}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := l.Open(datasets.Options{Name: "b"}); err != nil || calls != 2 {
		t.Errorf("%d calls, %v", calls, err)
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

func TestCadenceIsDenseFirst(t *testing.T) {
	c := cadence{perEpoch: 10, epochs: 7, evaluate: sweep.Evaluate{Dense: 4, DenseEpochs: 2, Every: 3}}
	var got []int
	for step := range c.total() + 1 {
		if c.due(step) {
			got = append(got, step)
		}
	}
	if diff := cmp.Diff([]int{0, 3, 5, 8, 10, 13, 15, 18, 20, 30, 60, 70}, got); diff != "" {
		t.Error(diff)
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
