package verdicts

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"protobench/audit"
	"protobench/audit/checkpoint"
	"protobench/audit/directions"
)

func findings() Findings {
	moved := 0.25
	r := audit.Result{Found: checkpoint.Found{File: "dino|x.pth", Key: "he|ad", Is: "prototypes", Branch: "teacher", DType: "F16"}}
	r.K, r.D, r.Epsilon = 6, 4, 0.025
	r.Unique, r.UniqueCentred = audit.Counts{"0.025": 3, "0.5": 1}, audit.Counts{"0.025": 4, "0.5": 2}
	r.Baseline.Unique = audit.Counts{"0.025": 6, "0.5": 5}
	r.Nearest, r.Baseline.Nearest, r.EffectiveRank = &directions.Cosines{P05: 0.125, Median: 0.99, P95: 1}, &directions.Cosines{P05: 0.5, Median: 0.625, P95: 0.75}, &moved
	r.Baseline.EffectiveRank = 3.5
	r.Groups = []audit.Group{{Representative: 0, Members: []int{0, 2, 5}}, {Representative: 1, Members: []int{1, 3}}}
	r.Verdict = audit.Verdict{Kind: audit.Partial, Reasons: []string{"half are copies"}, Remedies: []audit.Remedy{{Text: "KoLeo", Source: "a paper"}}}
	sound := audit.Result{Found: checkpoint.Found{File: "b.npy"}}
	sound.K, sound.Unique, sound.Kind = 6, audit.Counts{"0.025": 6}, audit.Healthy
	return Findings{
		Sets: []audit.Result{r, sound},
		Series: []audit.Series{{Key: "head", K: 6, Begins: "epoch 2", Points: []audit.Point{
			{File: "a", At: "epoch 1", Unique: 6, Verdict: audit.Healthy}, {File: "b", At: "epoch 2", Unique: 3, Displacement: &moved, Drift: &moved, Verdict: audit.Partial},
		}}},
		Logs: []audit.LogResult{{File: "log.txt", Verdict: audit.Verdict{Kind: audit.Total, Reasons: []string{"stands at ln 6"}}}},
	}
}

func TestWrite(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "report")
	if err := Write(dir, findings()); err != nil {
		t.Fatal(err)
	}
	read := func(name string) string {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	if d := cmp.Diff("group,size,representative,prototype\n1,3,0,0\n1,3,0,2\n1,3,0,5\n2,2,1,1\n2,2,1,3\n", read("groups-1.csv")); d != "" {
		t.Error(d)
	}
	text := read("README.md")
	for _, want := range []string{
		`## dino\|x.pth`, `tensor he\|ad [6, 4] float16, prototypes of the teacher`, "**partial collapse**", "- half are copies", "- KoLeo (a paper)",
		"| 0.025 |", "| nearest cosine, median |       0.99 |  0.625 |", "| effective rank         |       0.25 |    3.5 |", "groups-1.csv", "Collapse begins: epoch 2.", "| epoch 2", "0.25", "## Log log.txt", "- stands at ln 6",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the page lacks %q:\n%s", want, text)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "groups-2.csv")); err == nil {
		t.Error("a table of no groups")
	}
	for _, name := range []string{"epsilon-1", "epsilon-2", "groups-1", "series-1"} {
		if png := read("figures/" + name + ".png"); !strings.HasPrefix(png, "\x89PNG") {
			t.Errorf("%s.png is no picture", name)
		}
		if !strings.Contains(text, "figures/"+name+".png") || !strings.Contains(read("figures/"+name+".svg"), "<svg") {
			t.Errorf("%s is not on the page, or has no vectors", name)
		}
	}
	again := filepath.Join(t.TempDir(), "again")
	if err := Write(again, findings()); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"README.md", "figures/epsilon-1.svg", "figures/groups-1.png"} {
		b, _ := os.ReadFile(filepath.Join(again, name))
		if string(b) != read(name) {
			t.Errorf("%s differs between two writings", name)
		}
	}
}

func TestWriteNamesTheFolder(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := Write(file, Findings{}); err == nil || !strings.Contains(err.Error(), file) {
		t.Error(err)
	}
}

func TestWorst(t *testing.T) {
	f := findings()
	if got := f.Worst(); got != audit.Total {
		t.Error(got)
	}
	f.Logs = nil
	if got := f.Worst(); got != audit.Partial {
		t.Error(got)
	}
	if got := (Findings{}).Worst(); got != audit.Healthy {
		t.Error(got)
	}
	if d := cmp.Diff([]int{6, 6}, f.Prototypes()); d != "" {
		t.Error(d)
	}
}
