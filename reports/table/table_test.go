package table

import (
	"strings"
	"testing"

	"protobench/stats"
)

func TestEscapes(t *testing.T) {
	page := &Table{Columns: []Column{{Name: "unique@0.025_x", CSV: "a", Text: true}, {CSV: "d", Data: true}},
		Rows: [][]Value{{{Text: "a|b\nc *d* <i>", Marks: " [1]"}, {Text: "hidden"}}}, Notes: []string{"x\ny"}}
	got, err := page.Markdown()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"| unique@0.025_x", `a\|b c \*d\* &lt;i> [1]`, "- [1] x y"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in %q", want, got)
		}
	}
	if strings.Contains(got, "hidden") || strings.Count(got, "\n") != 5 {
		t.Errorf("a data column or a line too many in %q", got)
	}
	csv, err := page.CSV()
	if err != nil || csv != "a,d\n\"a|b\nc *d* <i>\",hidden\n" {
		t.Errorf("CSV %q, %v", csv, err)
	}
}

// An estimate takes four columns of a CSV with all digits; what is undefined is empty.
func TestEstimatesInCSV(t *testing.T) {
	one, two := stats.Estimated([]float64{0.5}), stats.Estimated([]float64{1, 2})
	page := &Table{Columns: []Column{{CSV: "m"}, {CSV: "x"}}, Rows: [][]Value{
		{{Text: "a"}, {Text: "0.5", Estimate: &one}}, {{Text: "b"}, {Text: "–"}}, {{Text: "c"}, {Text: "1.5", Estimate: &two}},
	}}
	got, err := page.CSV()
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(got, "\n")
	if lines[0] != "m,x,x.low,x.high,x.n" || lines[1] != "a,0.5,,,1" || lines[2] != "b,,,," || !strings.HasPrefix(lines[3], "c,1.5,-4.8") || !strings.HasSuffix(lines[3], ",2") {
		t.Errorf("%q", lines)
	}
}

// The short form keeps its columns and every note; equal notes share a mark.
func TestBriefAndNotes(t *testing.T) {
	page := &Table{Columns: []Column{{Name: "m", Text: true, Brief: true}, {Name: "wide"}}, Rows: [][]Value{{{Text: "a"}, {Text: "1"}}}}
	if one, again, two := page.Note("x"), page.Note("x"), page.Note("y"); one != " [1]" || again != one || two != " [2]" {
		t.Errorf("marks %q %q %q", one, again, two)
	}
	got, err := page.Brief().Text()
	if err != nil || strings.Contains(got, "wide") || !strings.Contains(got, "\n  [1] x\n  [2] y\n") {
		t.Errorf("%q, %v", got, err)
	}
}
