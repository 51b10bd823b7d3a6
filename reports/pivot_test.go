package reports

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"protobench/harness/store"
	"protobench/reports/pivot"
)

func pivotRows(t *testing.T, dir string, o pivot.Options) ([]string, [][]string, string) {
	t.Helper()
	got, err := Pivot(dir, o)
	must(t, err)
	return got.Titles(), rowTexts(got), got.Footnotes("\n", func(s string) string { return s })
}

// Methods down and temperatures across: numbers by size, undefined places marked, and the rate of
// runs that did not end well with the rest.
func TestPivot(t *testing.T) {
	titles, rows, notes := pivotRows(t, demo(t), pivot.Options{Cols: []string{"loss.temperature"}, Values: []string{"live_unique@0.025"}, Filter: "objective:dino learner:joint OR method:dino+gmm"})
	if d := cmp.Diff([]string{"method", "T 0.1 % ↑", "T 0.2 % ↑"}, titles); d != "" {
		t.Error(d)
	}
	want := [][]string{
		{"dino", "74.5 [69.7, 78.7]", "23.4, 20.3 (n = 2), collapsed 1/3"}, {"dino+aids", "–", "32.3 [30.1, 34.6]"},
		{"dino+kp", "–", "68.8, 68.8 (n = 2), diverged 1/3"}, {"dino+gmm", "95.8 [92.9, 97.6] [1]", "95.8 [92.9, 97.6]"},
	}
	if d := cmp.Diff(want, rows); d != "" {
		t.Error(d)
	}
	if !strings.Contains(notes, "[1] Mixes versions: 0.1.0, 0.1.1; instruction sets: avx512, purego.") || !strings.Contains(notes, "Entries are live-unique@0.025 %.") {
		t.Error(notes)
	}
}

// What rows and columns leave open is averaged over at each seed: n is the number of seeds, and a
// footnote names what an entry mixes.
func TestPivotAveragesAtEachSeed(t *testing.T) {
	titles, rows, notes := pivotRows(t, demo(t), pivot.Options{Rows: []string{"learner"}, Values: []string{"linear@backbone.teacher", "joint/unique@0.025"}, Filter: "method:swav+gmm"})
	if d := cmp.Diff([]string{"learner", "linear@backbone.teacher % ↑", "joint/unique@0.025 % ↑"}, titles); d != "" {
		t.Error(d)
	}
	if len(rows) != 1 || !strings.HasPrefix(rows[0][1], "76.3 [76.0, 76.6] [1]") || !strings.HasPrefix(rows[0][2], "31.2 [27.5, 35.3] [1]") {
		t.Errorf("%q", rows)
	}
	if !strings.Contains(notes, "[1] Mixes loss.temperature: 0.1, 0.2.") {
		t.Error(notes)
	}
	got, err := Pivot(demo(t), pivot.Options{Rows: []string{"learner"}, Filter: "method:swav+gmm"})
	must(t, err)
	if e := got.Rows[0][1].Estimate; e == nil || e.N != 3 || len(got.Columns) != 3 {
		t.Errorf("%+v: two temperatures at three seeds are three replicates, and both endpoints are shown", e)
	}
}

func TestPivotRefuses(t *testing.T) {
	dir := demo(t)
	for want, o := range map[string]pivot.Options{
		"--row metod: no run of this sweep has it; did you mean method?":                  {Rows: []string{"metod"}},
		"--col loss.temp: no run of this sweep has it":                                    {Cols: []string{"loss.temp"}},
		"--value unik@0.025: no run has this metric; did you mean unique@0.025?":          {Values: []string{"unik@0.025"}},
		"--value nobody/dead: no run has an observer nobody":                              {Values: []string{"nobody/dead"}},
		`--filter "method:nothing": selects none of 55 runs`:                              {Filter: "method:nothing"},
		`--filter "methd:swav": methd: no run of this sweep has it; did you mean method?`: {Filter: "methd:swav"},
		`--filter "swav": "swav" is no key:value`:                                         {Filter: "swav"},
		`--filter "seed:7 OR seed:8": selects none of 55 runs`:                            {Filter: "seed:7 OR seed:8"},
	} {
		if _, err := Pivot(dir, o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}

// Runs of one row that differ in a setting that is no axis, in version, instruction set or data have
// a footnote that names the key and the values.
func TestResidue(t *testing.T) {
	a := &arm{cell: cellOf("swav", "swav", "joint", "plain", at(0.2))}
	for i, text := range []string{"loss.temperature=0.2 train.lr=1 data.path=/a", "loss.temperature=0.2 train.lr=2 data.path=/b", "loss.temperature=0.2 train.lr=1 swav.queue=3"} {
		d := &store.Dir{}
		c := a.cell
		c.Seed = uint64(i)
		p := store.Provenance{Version: "1", ISA: "avx512", DataSHA256: "ab"}
		if i == 2 {
			p = store.Provenance{Version: "2", ISA: "avx2", DataSHA256: "cd"}
		}
		a.runs = append(a.runs, run{k: 8, CellState: store.CellState{Dir: d.Cell(store.PlanCell{Cell: c, Settings: settingsOf(text)}), State: store.Done, Result: store.Result{Provenance: p}}})
	}
	want := []string{"The row mixes versions: 1, 2.", "The row mixes instruction sets: avx2, avx512.", "The row mixes data: ab, cd.", "The row mixes train.lr: 1, 2."}
	if d := cmp.Diff(want, a.residue()); d != "" {
		t.Error(d)
	}
	a.runs = a.runs[:1]
	if got := a.residue(); got != nil {
		t.Errorf("one run differs from itself: %q", got)
	}
}
