package store

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// older rewrites a directory's latest plan as the first revision had it.
func older(t *testing.T, d *Dir, n int) {
	t.Helper()
	p, err := d.readPlan(n)
	must(t, err)
	type cell struct {
		Cell   Cell   `json:"cell"`
		Dir    string `json:"dir"`
		Config string `json:"config"`
	}
	old := struct {
		Schema int    `json:"schema"`
		Sweep  string `json:"sweep"`
		Cells  []cell `json:"cells"`
	}{1, p.Sweep, nil}
	for _, c := range p.Cells {
		old.Cells = append(old.Cells, cell{c.Cell, c.Dir, c.Config})
	}
	b, err := json.MarshalIndent(old, "", " ")
	must(t, err)
	must(t, WriteFile(d.planPath(n), append(b, '\n')))
}

// TestOldPlansAreBroughtUpToDate: a plan of the first revision is refused where its cells are
// needed, replaced by one of the same cells, and kept beside one of an edited sweep. Finished cells
// stay.
func TestOldPlansAreBroughtUpToDate(t *testing.T) {
	d, cells := newDir(t, "a", "b")
	must(t, cells[0].Prepare())
	must(t, cells[0].WriteResult(Result{Cell: cells[0].Plan().Cell, Outcome: Outcome{Status: OK}}))
	older(t, d, 1)
	if _, err := d.Plan(); err == nil || !strings.Contains(err.Error(), "plan.json: schema 1, expected 2 at least; run its sweep again with --out "+d.Path()) {
		t.Error(err)
	}
	if c, err := d.Freeze(planOf("a", "b")); err != nil || c.Added != nil {
		t.Errorf("added %v, %v", c.Added, err)
	}
	if _, err := os.Stat(filepath.Join(d.Path(), "plan.2.json")); err == nil {
		t.Error("the same cells made a second plan")
	}
	states, err := d.Cells()
	must(t, err)
	if states[0].State != Done || states[1].State != Missing {
		t.Errorf("%v, %v", states[0].State, states[1].State)
	}
	older(t, d, 1)
	if c, err := d.Freeze(planOf("b", "c")); err != nil || len(c.Added) != 1 {
		t.Errorf("added %v, %v", c.Added, err)
	}
	p, err := d.Plan()
	must(t, err)
	if first, err := d.readPlan(1); err != nil || first.Schema != 1 || len(p.Cells) != 2 || p.Cells[1].Dir != "c" {
		t.Errorf("the first plan has schema %d, %v; the latest %v", first.Schema, err, p.Cells)
	}
}

// TestPlansComeBack: what a plan holds is the same after a trip through its file, so that an equal
// plan is found equal.
func TestPlansComeBack(t *testing.T) {
	d, err := Create(filepath.Join(t.TempDir(), "run"))
	must(t, err)
	p := planOf("a")
	p.Cells[0].Settings = Settings{{"train.lr", 1.0}, {"data.name", "shapes"}, {"train.batch", 12}, {"gmm.on", true}, {"a.tiny", 1e-9}}
	p.Cells[0].Observers, p.Cells[0].Images, p.Cells[0].Warnings = []string{"joint"}, []int{3, 2}, []Warning{{Key: "train.lr", Text: "x"}}
	_, err = d.Freeze(p)
	must(t, err)
	got, err := d.Plan()
	must(t, err)
	want := Settings{{"train.lr", int64(1)}, {"data.name", "shapes"}, {"train.batch", int64(12)}, {"gmm.on", true}, {"a.tiny", 1e-9}}
	if diff := cmp.Diff(want, got.Cells[0].Settings); diff != "" {
		t.Error(diff)
	}
	if v, ok := got.Cells[0].Settings.Get("data.name"); !ok || v != "shapes" {
		t.Errorf("%v, %v", v, ok)
	}
	if _, ok := got.Cells[0].Settings.Get("data.path"); ok {
		t.Error("a setting that is not there")
	}
	if _, err := d.Freeze(p); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(filepath.Join(d.Path(), "plan.2.json")); err == nil {
		t.Error("an equal plan made a second one")
	}
}

func TestSettingsKeepOrderAndBytes(t *testing.T) {
	value := rapid.OneOf(rapid.Int64().AsAny(), rapid.Float64Range(-1e300, 1e300).AsAny(), rapid.String().AsAny(), rapid.Bool().AsAny())
	rapid.Check(t, func(t *rapid.T) {
		var s Settings
		for _, key := range rapid.SliceOfDistinct(rapid.StringMatching(`[a-z.]{1,8}`), rapid.ID[string]).Draw(t, "keys") {
			s = append(s, Setting{key, value.Draw(t, "value")})
		}
		raw, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		var got Settings
		if err := json.Unmarshal(raw, &got); err != nil {
			t.Fatal(err)
		}
		again, err := json.Marshal(got)
		if err != nil || string(again) != string(raw) || len(got) != len(s) {
			t.Fatalf("%s became %s, %v", raw, again, err)
		}
	})
	for _, bad := range []string{`[1]`, `{"a": null}`, `{"a": [1]}`, `{"a": {}}`, `3`} {
		var s Settings
		if err := json.Unmarshal([]byte(bad), &s); err == nil {
			t.Errorf("%s was taken as %v", bad, s)
		}
	}
}

func TestWarningsOfBothRevisions(t *testing.T) {
	for raw, want := range map[string]Warning{
		`"linear@backbone.teacher: the smallest weight"`:  {Metric: "linear@backbone.teacher", Text: "the smallest weight"},
		`"swav.queue = 3, train.epochs = 1: never full"`:  {Text: "swav.queue = 3, train.epochs = 1: never full"},
		`{"metric": "nmi", "text": "few"}`:                {Metric: "nmi", Text: "few"},
		`{"key": "swav.queue", "text": "swav.queue = 3"}`: {Key: "swav.queue", Text: "swav.queue = 3"},
	} {
		var got Warning
		if err := json.Unmarshal([]byte(raw), &got); err != nil || got != want {
			t.Errorf("%s: %+v, %v", raw, got, err)
		}
	}
	if (Warning{Metric: "nmi", Text: "few"}).String() != "nmi: few" || (Warning{Key: "a.b", Text: "a.b = 1"}).String() != "a.b = 1" {
		t.Error("texts")
	}
	if err := json.Unmarshal([]byte(`3`), &Warning{}); err == nil {
		t.Error("a number was taken")
	}
}
