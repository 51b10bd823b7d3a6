package store

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"protobench/internal/tensorfile"
)

func planOf(dirs ...string) Plan {
	p := Plan{Name: "demo", Baseline: "learner=joint", Primary: []string{"live_unique@0.025"}}
	for i, d := range dirs {
		p.Cells = append(p.Cells, PlanCell{
			Cell: Cell{Method: "swav", Axes: map[string]any{"loss.temperature": 0.2, "prototypes.count": int64(256)}, Seed: uint64(i), Hash: "hash" + d},
			Dir:  d, Config: "seed = " + d + "\n",
		})
	}
	return p
}

func newDir(t *testing.T, dirs ...string) (*Dir, []*CellDir) {
	t.Helper()
	d, err := Create(filepath.Join(t.TempDir(), "run"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Freeze(planOf(dirs...)); err != nil {
		t.Fatal(err)
	}
	var cells []*CellDir
	for _, pc := range planOf(dirs...).Cells {
		cells = append(cells, d.Cell(pc))
	}
	return d, cells
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestFreeze(t *testing.T) {
	d, cells := newDir(t, "a", "b")
	must(t, cells[0].Prepare())
	if c, err := d.Freeze(planOf("a", "b")); err != nil || c.Added != nil {
		t.Errorf("an equal plan: added %v, %v", c.Added, err)
	}
	if _, err := os.Stat(filepath.Join(d.Path(), "plan.2.json")); err == nil {
		t.Error("an equal plan wrote plan.2.json")
	}
	before, err := os.ReadFile(filepath.Join(d.Path(), "plan.json"))
	must(t, err)
	change, err := d.Freeze(planOf("b", "c"))
	must(t, err)
	if len(change.Added) != 1 || change.Added[0].Dir != "c" || len(change.Left) != 1 || change.Left[0].Dir != "a" || change.Aside != "" {
		t.Errorf("%+v, want c added and a left", change)
	}
	after, err := os.ReadFile(filepath.Join(d.Path(), "plan.json"))
	must(t, err)
	if string(before) != string(after) {
		t.Error("plan.json changed")
	}
	p, err := d.Plan()
	must(t, err)
	if len(p.Cells) != 2 || p.Cells[1].Dir != "c" {
		t.Errorf("the latest plan does not hold: %v", p.Cells)
	}
	r, err := d.Read()
	must(t, err)
	if d := cmp.Diff([]string{"a"}, r.Unplanned); d != "" {
		t.Error(d)
	}
}

func TestFreezeRefusesFolders(t *testing.T) {
	d, _ := newDir(t, "a")
	for _, dirs := range [][]string{{"x", "x"}, {"../x"}, {""}, {".."}} {
		if _, err := d.Freeze(planOf(dirs...)); err == nil {
			t.Errorf("%q was taken", dirs)
		}
	}
}

func TestStates(t *testing.T) {
	d, cells := newDir(t, "a", "b", "c", "d", "e")
	for i, status := range []string{OK, Failed, Interrupted} {
		must(t, cells[i].Prepare())
		must(t, cells[i].WriteResult(Result{Cell: cells[i].Plan().Cell, Outcome: Outcome{Status: status, Epoch: 7}}))
	}
	must(t, cells[3].Prepare())
	log, err := cells[3].OpenEpochs()
	must(t, err)
	must(t, log.Append(Epoch{Step: 9, Epoch: 2.5}))
	must(t, log.Close())
	states, err := d.Cells()
	must(t, err)
	var got []string
	for _, s := range states {
		got = append(got, s.State.String())
	}
	if diff := cmp.Diff([]string{"done", "failed", "partial", "partial", "missing"}, got); diff != "" {
		t.Error(diff)
	}
	s, err := d.Status()
	must(t, err)
	want := Status{Name: "demo", Arms: []ArmStatus{{Arm: "swav loss.temperature=0.2 prototypes.count=256", Done: 1, Failed: 1, Partial: 2, Missing: 1, Epoch: 2.5}}}
	if diff := cmp.Diff(want, s); diff != "" {
		t.Error(diff)
	}
	must(t, cells[1].RemoveResult())
	if _, found, err := cells[1].Result(); found || err != nil {
		t.Errorf("removed result: found %v, %v", found, err)
	}
}

func TestResultOfAnotherCell(t *testing.T) {
	_, cells := newDir(t, "a")
	must(t, cells[0].Prepare())
	must(t, cells[0].WriteResult(Result{Cell: Cell{Hash: "other"}}))
	if _, _, err := cells[0].Result(); err == nil || !strings.Contains(err.Error(), "hash other") {
		t.Errorf("got %v", err)
	}
}

// One result that cannot be read is one broken cell; the others stand.
func TestUnreadableResults(t *testing.T) {
	for want, content := range map[string]string{
		"not the JSON": `{"schema": 1, "cell`, "schema 4": `{"schema": 4, "cell": {"hash": "hasha"}}`, "hash other": `{"schema": 1, "cell": {"hash": "other"}}`,
		"outcome.status \"fine\"": `{"schema": 2, "cell": {"hash": "hasha"}, "outcome": {"status": "fine"}, "metrics": {}}`,
		"no metrics":              `{"schema": 2, "cell": {"hash": "hasha"}, "outcome": {"status": "ok"}}`,
		"its checksum is gone":    `{"schema": 3, "cell": {"hash": "hasha"}, "outcome": {"status": "ok"}, "metrics": {}}`,
	} {
		d, cells := newDir(t, "a", "b")
		for _, c := range cells {
			must(t, c.Prepare())
			must(t, c.WriteResult(Result{Cell: c.Plan().Cell, Outcome: Outcome{Status: OK}}))
		}
		path := filepath.Join(cells[0].Path(), "result.json")
		must(t, os.WriteFile(path, []byte(content), 0o644))
		states, err := d.Cells()
		must(t, err)
		s := states[0]
		if s.State != Broken || s.Unreadable == nil || !strings.Contains(s.Result.Outcome.Reason, path) || !strings.Contains(s.Result.Outcome.Reason, want) || s.Result.Outcome.Status != Failed {
			t.Errorf("%s: got %+v, want a broken cell, the file's name and %q", content, s, want)
		}
		if states[1].State != Done {
			t.Errorf("the other cell is %v", states[1].State)
		}
		if status, err := d.Status(); err != nil || status.Arms[0].Failed != 1 || status.Arms[0].Done != 1 {
			t.Errorf("%+v, %v", status, err)
		}
		var bad *Damaged
		if later := want == "schema 4"; errors.As(s.Unreadable, &bad) == later {
			t.Errorf("%s: damaged %v", content, !later)
		} else if later {
			continue
		}
		aside, err := bad.SetAside()
		must(t, err)
		if kept, err := os.ReadFile(aside); err != nil || string(kept) != content {
			t.Errorf("set aside: %q, %v", kept, err)
		}
		if _, found, err := cells[0].Result(); found || err != nil {
			t.Errorf("set aside, but found %v, %v", found, err)
		}
	}
}

func TestPrototypes(t *testing.T) {
	_, cells := newDir(t, "a")
	must(t, cells[0].Prepare())
	if f, err := cells[0].Prototypes(); f != nil || err != nil {
		t.Errorf("without a file: %v, %v", f, err)
	}
	want := &tensorfile.File{Tensors: []tensorfile.Tensor{{Name: "prototypes.teacher", Shape: []int{1, 2}, F32: []float32{1, 2}}}}
	must(t, cells[0].WritePrototypes(want))
	got, err := cells[0].Prototypes()
	must(t, err)
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestUnwritable(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	must(t, os.WriteFile(file, nil, 0o644))
	_, err := Create(filepath.Join(file, "run"))
	if err == nil || !strings.Contains(err.Error(), "cannot be written") || strings.Contains(err.Error(), "\n") {
		t.Errorf("got %v", err)
	}
}

func TestOpenNeedsAPlan(t *testing.T) {
	if _, err := Open(t.TempDir()); err == nil || !strings.Contains(err.Error(), "not a run directory") {
		t.Errorf("got %v", err)
	}
	d, _ := newDir(t, "a")
	if _, err := Open(d.Path()); err != nil {
		t.Error(err)
	}
}

func TestLog(t *testing.T) {
	_, cells := newDir(t, "a")
	must(t, cells[0].Prepare())
	must(t, cells[0].Log("one"))
	must(t, cells[0].Log("two"))
	got, err := os.ReadFile(filepath.Join(cells[0].Path(), "log.txt"))
	if err != nil || string(got) != "one\ntwo\n" {
		t.Errorf("got %q, %v", got, err)
	}
}

// Two arms of one hash share a folder, and both find its result.
func TestFreezeTakesTwins(t *testing.T) {
	d, _ := newDir(t, "a")
	p := planOf("x", "x", "y")
	p.Cells[1].Cell.Method = "another name"
	p.Cells[2].Cell.Hash = p.Cells[0].Cell.Hash
	_, err := d.Freeze(p)
	must(t, err)
	must(t, d.Cell(p.Cells[0]).Prepare())
	must(t, d.Cell(p.Cells[0]).WriteResult(Result{Cell: p.Cells[0].Cell, Outcome: Outcome{Status: OK}}))
	states, err := d.Cells()
	must(t, err)
	if states[0].State != Done || states[1].State != Done || states[2].State != Missing {
		t.Errorf("got %v, %v, %v", states[0].State, states[1].State, states[2].State)
	}
	p.Cells[1].Cell.Hash = "other"
	if _, err := d.Freeze(p); err == nil {
		t.Error("another hash in the same folder was taken")
	}
}

// The first of two twins stands, and the second learns whether it has the same numbers.
func TestPublishIsForTheFirst(t *testing.T) {
	_, cells := newDir(t, "a")
	must(t, cells[0].Prepare())
	result := func(status string, unique float64) Result {
		return Result{Cell: cells[0].Plan().Cell, Outcome: Outcome{Status: status}, Metrics: Metrics{"unique@0.025": unique}, Timing: Timing{TrainS: unique}}
	}
	for _, c := range []struct {
		name   string
		result Result
		want   Published
	}{
		{"failed", result(Failed, 0), Published{First: true}},
		{"a good one over a failed one", result(OK, 3), Published{First: true}},
		{"a twin", result(OK, 3), Published{}},
		{"another", result(OK, 4), Published{Different: []string{"metrics"}}},
		{"one that failed", result(Failed, 4), Published{Different: []string{"outcome", "metrics"}}},
	} {
		got, err := cells[0].Publish(c.result)
		must(t, err)
		if d := cmp.Diff(c.want, got); d != "" {
			t.Errorf("%s: %s", c.name, d)
		}
	}
	r, found, err := cells[0].Result()
	if err != nil || !found || r.Metrics["unique@0.025"] != 3 {
		t.Errorf("%+v %v %v", r, found, err)
	}
}
