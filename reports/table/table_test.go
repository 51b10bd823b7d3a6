package table

import (
	"encoding/csv"
	"encoding/xml"
	"errors"
	"io"
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"protobench/stats"
)

// hostile has texts that every form gives a meaning to.
func hostile() *Table {
	e := stats.EstimatedWithin([]float64{97, 98, 99.5}, 0, 100)
	t := &Table{
		Name: "hostile", Caption: "a & b <c> 50 %",
		Columns: []Column{
			{Name: "method", CSV: "method", Text: true},
			{Name: "unique@0.025_x", Unit: "%", Better: Higher, CSV: "unique@0.025"},
			{Name: "path", Unit: "rad", Better: Lower, CSV: "path"},
			{Name: "words", CSV: "words", Text: true},
			{CSV: "hidden", Data: true},
		},
		General: []string{"for <all> & more"},
	}
	for _, name := range []string{"a|b\nc *d* <i>", "[x](y)", "[x][y] & 100 % {of} $it$", "\x1b[31mred\r", "*", "é – 漢 ε"} {
		t.Rows = append(t.Rows, []Value{{Text: name, Marks: []int{t.Note("x\ny"), t.Note(name)}}, {Text: "98.2 [96.0, 99.2]", Estimate: &e}, Number(0.125, "0.12"), {Text: Undefined}, {Text: "hidden"}})
	}
	return t
}

func TestMarkdownEscapes(t *testing.T) {
	got, err := hostile().Markdown()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"| unique@0.025_x % ↑", "path, rad ↓", `a\|b c \*d\* &lt;i> [1] [2]`, `[x]\(y)`, `[x]\[y] &amp; 100 %`, "\n- [1] x y\n", "- for &lt;all> &amp; more"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in %s", want, got)
		}
	}
	if strings.Contains(got, "hidden") || strings.Contains(got, "](") {
		t.Errorf("a data column or a link in %s", got)
	}
}

// Whoever reads the CSV gets the numbers back, and every text as it was.
func TestCSVRoundTrips(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		table := &Table{Columns: []Column{{CSV: "name"}, {CSV: "x", Unit: "%"}, {CSV: "v"}}}
		n := rapid.IntRange(0, 5).Draw(t, "rows")
		values := make([][]float64, n)
		for i := range n {
			values[i] = rapid.SliceOfN(rapid.Float64Range(0, 100), 0, 5).Draw(t, "values")
			e := stats.EstimatedWithin(values[i], 0, 100)
			name := strings.ReplaceAll(rapid.StringMatching(`[ -~é"\n]{0,9}`).Draw(t, "name"), "\r", "")
			table.Rows = append(table.Rows, []Value{{Text: name}, {Text: "x", Estimate: &e}, Number(float64(i)/3, "z")})
		}
		text, err := table.CSV()
		if err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
		if err != nil || len(rows) != n+1 {
			t.Fatalf("%d rows, %v in %q", len(rows), err, text)
		}
		for i, row := range rows[1:] {
			e := stats.EstimatedWithin(values[i], 0, 100)
			low, high := e.Interval()
			got := []float64{numberIn(t, row[1]), numberIn(t, row[2]), numberIn(t, row[3]), numberIn(t, row[4]), numberIn(t, row[5])}
			if d := cmp.Diff([]float64{e.Mean, low, high, float64(e.N), float64(i) / 3}, got, equalNaN); d != "" || row[0] != table.Rows[i][0].Text {
				t.Fatal(d, row)
			}
		}
	})
}

var equalNaN = cmp.Comparer(func(a, b float64) bool { return a == b || math.IsNaN(a) && math.IsNaN(b) })

func numberIn(t *rapid.T, field string) float64 {
	if field == "" {
		return math.NaN()
	}
	v, err := strconv.ParseFloat(field, 64)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// An estimate takes four columns with all digits and its unit in the heading; what is undefined is
// empty, and so are bounds that are not shown.
func TestEstimatesInCSV(t *testing.T) {
	one, two, three := stats.Estimated([]float64{0.5}), stats.Estimated([]float64{1, 2}), stats.Estimated([]float64{1, 2, 3})
	page := &Table{Columns: []Column{{CSV: "m"}, {CSV: "x", Unit: "%"}, {CSV: "p"}}, Rows: [][]Value{
		{{Text: "a"}, {Text: "0.5", Estimate: &one}, {Text: Undefined}}, {{Text: "b"}, {Text: Undefined}, Number(math.NaN(), Undefined)},
		{{Text: "c"}, {Text: "1.5", Estimate: &two}, Number(0.1, "0.100")}, {{Text: "d"}, {Text: "2", Estimate: &three}, Number(1, "1")},
	}}
	got, err := page.CSV()
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(got, "\n")
	want := []string{"m,x [%],x.low [%],x.high [%],x.n,p", "a,0.5,,,1,", "b,,,,,", "c,1.5,,,2,0.1"}
	if d := cmp.Diff(want, lines[:4]); d != "" || !strings.HasPrefix(lines[4], "d,2,-0.48") || !strings.HasSuffix(lines[4], ",3,1") {
		t.Errorf("%s %q", d, lines)
	}
}

// The short form keeps its columns and every note; equal notes share a mark.
func TestBriefAndNotes(t *testing.T) {
	page := &Table{Columns: []Column{{Name: "m", Text: true, Brief: true}, {Name: "wide"}}, Rows: [][]Value{{{Text: "a"}, {Text: "1"}}}}
	if one, again, two := page.Note("x"), page.Note("x"), page.Note("y"); one != 1 || again != one || two != 2 {
		t.Errorf("marks %d %d %d", one, again, two)
	}
	got, err := page.Brief().Text(0)
	if err != nil || strings.Contains(got, "wide") || !strings.Contains(got, "\n  [1] x\n  [2] y\n") {
		t.Errorf("%q, %v", got, err)
	}
}

// HTML is well formed, whatever the texts are; heads have their scope, entries their order.
func TestHTML(t *testing.T) {
	got := hostile().HTML()
	d := xml.NewDecoder(strings.NewReader("<div>" + strings.ReplaceAll(got, "\x1b", "") + "</div>"))
	d.Strict = true
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatalf("%v in\n%s", err, got)
		}
	}
	for _, want := range []string{
		`<table id="hostile">`, "<caption>a &amp; b &lt;c&gt; 50 %</caption>", `<th scope="col" class="number" title="higher is better">unique@0.025_x % ↑</th>`,
		`<th scope="row" class="words" data-sort="a|b`, "*d* &lt;i&gt;", `<td class="number" data-sort="98.16666666666667">98.2 [96.0, 99.2]</td>`, `data-sort="0.125">0.12<`,
		`<td class="words" data-sort="">–</td>`, `<sup><a href="#hostile-note-1">[1]</a></sup>`, `<li id="hostile-note-1">[1] x`, "<li>for &lt;all&gt; &amp; more</li>",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
	if strings.Contains(got, "hidden") || strings.Contains(got, "<i>") || strings.ContainsRune(got, '\x1b') {
		t.Errorf("in\n%s", got)
	}
	if plain := (&Table{Columns: []Column{{Name: "a"}}, Rows: [][]Value{{{Text: "1", Marks: []int{1}}}}, Notes: []string{"n"}}).HTML(); strings.Contains(plain, "id=") || strings.Contains(plain, "href") || strings.Contains(plain, "caption") {
		t.Errorf("a table without a name: %s", plain)
	}
}

// Columns leave in their order until the rows fit; a line says which, notes are broken between words.
func TestTextFits(t *testing.T) {
	page := &Table{Columns: []Column{{Name: "method", Text: true}, {Name: "first", Drop: 1}, {Name: "second", Drop: 2}, {Name: "third", Drop: 2, Unit: "%"}},
		Rows: [][]Value{{{Text: "swav+gmm"}, {Text: strings.Repeat("1", 20)}, {Text: strings.Repeat("2", 20)}, {Text: strings.Repeat("3", 20)}}}}
	page.Note(strings.Repeat("word ", 30))
	for width, want := range map[int]string{0: "", 90: "", 70: "third %", 50: "second; third %", 40: "second; third %", 12: "second; third %"} {
		got, err := page.Text(width)
		if err != nil {
			t.Fatal(err)
		}
		_, left, _ := strings.Cut(strings.Join(strings.Fields(got), " "), "left out, as the terminal is too narrow: ")
		left, _, _ = strings.Cut(left, " [1]")
		if left != want || width > 0 && widest(got) > max(width, least) {
			t.Errorf("%d: left out %q, want %q, %d columns in\n%s", width, left, want, widest(got), got)
		}
	}
	page.Rows[0][0] = Value{Text: strings.Repeat("long ", 12), Marks: []int{1}, Aside: " aside"}
	got, err := page.Text(40)
	if err != nil || widest(got) > 40 || !strings.Contains(got, "long…  [1]") && !strings.Contains(got, "… [1]") || strings.Contains(got, "aside") {
		t.Errorf("%d columns in\n%s", widest(got), got)
	}
	if page.Rows[0][0].Aside == "" || page.Columns[0].Name != "method" {
		t.Error("the table itself changed")
	}
}
