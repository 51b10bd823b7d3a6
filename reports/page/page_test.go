package page

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"flag"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"protobench/harness/store"
	"protobench/internal/tensorfile"
	"protobench/reports/table"
	"protobench/stats"
)

var update = flag.Bool("update", false, "rewrite testdata")

// nasty is a text that breaks out of whatever does not escape it.
const nasty = `"'></script><img src=x onerror=alert(1)>`

func small(t *testing.T) Report {
	t.Helper()
	e := stats.Estimated([]float64{1, 2, 3})
	main := &table.Table{
		Name: "main", Caption: "What arms came to.", Entries: "Entries are means.",
		Columns: []table.Column{{Name: "method", Text: true, Brief: true}, {Name: "n", Brief: true}, {Name: "live", Brief: true}, {Name: "wide"}, {CSV: "hidden", Data: true}},
		Rows: [][]table.Value{
			{{Text: nasty, Marks: []int{1}}, {Text: "3 of 4"}, {Text: "2.0 ± 2.5", Estimate: &e}, {Text: "x"}, {Text: "not shown"}},
			{{Text: "b"}, {Text: "4"}, {Text: "–"}, {Text: "x"}, {}},
			{{Text: "c"}, {Text: "4"}, table.Number(-1.5, "−1.5"), {Text: "y"}, {}},
		},
		Notes: []string{"a <note>"}, General: []string{"for all"},
	}
	cells := NewCells()
	arm := cells.AddArm(Arm{Label: nasty, Legend: "joint", Color: "#d55e00", Parts: [][2]string{{"learner", "joint"}}, Settings: [][2]string{{"train.lr", "0.1"}}})
	dir := store.CellAt(filepath.Join(t.TempDir(), "none"), store.PlanCell{Cell: store.Cell{Method: "swav", Seed: 3, Hash: "ab"}, Dir: "swav__s3", Config: "seeds = [3]\nname = \"x\"\n", Prototypes: 4})
	cells.Add(arm, store.CellState{Dir: dir, State: store.Done, Result: store.Result{
		Outcome: store.Outcome{Status: store.OK, Epoch: 2}, Metrics: store.Metrics{"live_unique@0.025": 3, "dead": 0.25, "gone": math.NaN()}, Observers: map[string]store.Metrics{"joint": {"dead": 1}},
		Undefined: map[string]string{"gone": "it went"}, Provenance: store.Provenance{Warnings: []store.Warning{{Text: "odd"}, {Text: "odd"}}},
	}}, Folder{Log: nasty})
	return Report{
		Name: nasty, Question: "Why?", Note: "A note.", Progress: Progress{Planned: 4, Done: 2, Collapsed: 1, Failed: 1},
		Findings: []Finding{{Name: "first", Says: "More is more.", Verdict: "not supported", Because: "it is not", Measured: "+1.0", Expected: "above 0", Interval: Interval{Mean: 1, Low: -1, High: 3, From: 2, To: math.Inf(1)}}},
		Results:  []Section{{Title: "All", Table: main, Differ: true}}, More: []Section{{Title: "Empty", Table: &table.Table{}}},
		Figures: []Figure{{Name: "f", Title: "A figure", Caption: "**Bold** caption.", SVG: []byte(`<svg viewBox="0 0 9 9"><text>swav</text></svg>`)}, {Name: "g", Title: "None", State: "Not drawn."}},
		Setup:   []string{"**One** line"}, Origin: []string{"go: 1"}, Columns: []string{"`n`: seeds"}, Overview: Section{Title: "Cells", Table: main}, Cells: cells,
	}
}

func html(t *testing.T, r Report) string {
	t.Helper()
	var b bytes.Buffer
	if err := r.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// The whole page of a small report, but for its styles and script.
func TestGoldenPage(t *testing.T) {
	got := html(t, small(t))
	if again := html(t, small(t)); again != got {
		t.Error("two pages of one report differ")
	}
	for _, part := range []string{`(?s)<style>.*?</style>`, `(?s)<script>.*?</script>`, `sha256-[^']*?=&#39;`} {
		got = regexp.MustCompile(part).ReplaceAllString(got, "…")
	}
	const path = "testdata/page.html"
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), got); d != "" {
		t.Errorf("%s (run with -update when the change is meant):\n%s", path, d)
	}
}

// Nothing foreign becomes markup, and the page asks for nothing.
func TestPageEscapes(t *testing.T) {
	got := html(t, small(t))
	if strings.Contains(got, "<img src=x") || strings.Count(got, "</script>") != 2 {
		t.Error("a text of the report is markup of the page")
	}
	markup := regexp.MustCompile(`(?s)<script.*?</script>|<style>.*?</style>`).ReplaceAllString(got, "")
	for _, one := range regexp.MustCompile(`<[^>]+>`).FindAllString(markup, -1) {
		if m := regexp.MustCompile(`\b(?:src|href|action|data)="([^"]+)"`).FindStringSubmatch(one); m != nil && !strings.HasPrefix(m[1], "#") {
			t.Errorf("the page refers to %q", m[1])
		}
	}
	if strings.Contains(got, "not shown") {
		t.Error("a column that is for CSV alone is shown")
	}
}

func TestDataOfCells(t *testing.T) {
	got := html(t, small(t))
	raw := regexp.MustCompile(`(?s)id="data">(.*?)</script>`).FindStringSubmatch(got)
	var d struct {
		Keys  []Key
		Lines []string
		Cells []struct {
			ID       string
			M        []*float64
			O        map[string][]*float64
			U        map[int]int
			Config   []int
			Log      string
			Warnings []int
		}
		Texts []string
	}
	if raw == nil || json.Unmarshal([]byte(raw[1]), &d) != nil || len(d.Cells) != 1 {
		t.Fatalf("no data in %.300q", raw)
	}
	c, at := d.Cells[0], map[string]int{}
	for i, k := range d.Keys {
		at[k.Key] = i
	}
	if *c.M[at["live_unique@0.025"]] != 3 || c.M[at["gone"]] != nil || *c.O["joint"][at["dead"]] != 1 || c.Log != nasty || d.Lines[c.Config[0]] != "seeds = [3]" {
		t.Errorf("%+v with keys %v and lines %q", c, at, d.Lines)
	}
	if reason := d.Texts[c.U[at["gone"]]]; reason != "it went" || len(c.U) != 1 || len(c.Warnings) != 1 || d.Texts[c.Warnings[0]] != "odd" {
		t.Errorf("undefined %v, warnings %v of the texts %q", c.U, c.Warnings, d.Texts)
	}
	if d.Keys[at["live_unique@0.025"]].Scale != "K" || d.Keys[at["dead"]].Scale != "%" || d.Keys[at["gone"]].Scale != "" {
		t.Errorf("%+v", d.Keys)
	}
}

func TestRunningPageSaysWhenItWasMade(t *testing.T) {
	r := small(t)
	r.Progress.Running, r.Progress.Written, r.Progress.Beat, r.Progress.Every = true, time.UnixMilli(7), time.UnixMilli(5), time.Second
	if got := html(t, r); !strings.Contains(got, `"live":{"beat":5,"every":1000,"running":true,"written":7}`) {
		t.Error("the page of a run at work does not say when it was made")
	}
}

// Claims that were written when results may have been known do not stand as predictions.
func TestLateClaims(t *testing.T) {
	r := small(t)
	if got := html(t, r); !strings.Contains(got, "predicted before it ran") || strings.Contains(got, "Written later") {
		t.Error("claims of the first plan are called late")
	}
	r.Late = true
	if got := html(t, r); strings.Contains(got, "predicted before it ran") || !strings.Contains(got, "Written later") {
		t.Error("late claims are called predictions")
	}
}

func TestInline(t *testing.T) {
	for markdown, want := range map[string]string{
		"**a** b *c* `d<e`":   "<strong>a</strong> b <em>c</em> <code>d&lt;e</code>",
		`\*x\* &lt;i> \|`:     "*x* &lt;i&gt; |",
		"[words](http://x) y": "words y",
		"[x](y":               "[x](y",
		"**open":              "<strong>open</strong>",
		"**a *b** c":          "<strong>a b</strong> c",
		"a`b":                 "a`b",
		"<script>":            "&lt;script&gt;",
		"":                    "",
	} {
		if got := string(inline(markdown)); got != want {
			t.Errorf("%q: %q, want %q", markdown, got, want)
		}
	}
}

// Whatever a line holds, it becomes text and balanced strong, em and code elements.
func FuzzInline(f *testing.F) {
	for _, s := range []string{"**a** `b` *c*", `\`, "[](", "[a](b)", "**`*", nasty} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) { harmless(t, string(inline(s)), "strong", "em", "code") })
}

var tag = regexp.MustCompile(`<(/?)([^\s>]*)[^>]*>`)

// harmless fails unless markup holds balanced elements of the given names alone.
func harmless(t *testing.T, markup string, names ...string) {
	t.Helper()
	var open []string
	for _, m := range tag.FindAllStringSubmatch(markup, -1) {
		ok := false
		for _, n := range names {
			ok = ok || m[2] == n
		}
		switch {
		case !ok:
			t.Fatalf("element %q in %q", m[2], markup)
		case m[1] == "":
			open = append(open, m[2])
		case len(open) == 0 || open[len(open)-1] != m[2]:
			t.Fatalf("unbalanced: %q", markup)
		default:
			open = open[:len(open)-1]
		}
	}
	if len(open) > 0 {
		t.Fatalf("left open: %q", markup)
	}
}

func TestPicture(t *testing.T) {
	const file = `<?xml version="1.0"?><!DOCTYPE svg><svg width="9" height="9" viewBox="0 0 9 9" onload="alert(1)" xmlns:xlink="http://www.w3.org/1999/xlink">
<script>alert(2)</script><style>@import url(http://x)</style><foreignObject><b>3</b></foreignObject><a href="javascript:4"><text>lost</text></a>
<g transform="scale(1)" onclick="alert(5)"><path d="M0 0" style="fill:#000000;stroke:url(http://x);stroke-width:2;behavior:url(x)"/></g>
<rect style="fill:#FFFFFF" fill="url(#x)"/><image xlink:href="data:image/png;base64,AAAA" width="1"/><image xlink:href="data:image/jpg;base64,AAAA"/><image xlink:href="data:image/svg+xml;base64,AAAA"/><image xlink:href="http://x/y.png"/><text x="1">a &lt;b&gt;</text></svg>`
	got, err := picture([]byte(file), `says "so"`)
	if err != nil {
		t.Fatal(err)
	}
	const want = `<svg viewBox="0 0 9 9" role="img" aria-label="says &#34;so&#34;"><g transform="scale(1)"><path d="M0 0" style="fill:currentColor;stroke-width:2"></path></g>` +
		`<rect style="fill:var(--paper)" fill="none"></rect><image href="data:image/png;base64,AAAA" width="1"></image><image href="data:image/jpg;base64,AAAA"></image><image></image><image></image><text x="1">a &lt;b&gt;</text></svg>`
	if d := cmp.Diff(want, string(got)); d != "" {
		t.Error(d)
	}
	for color, want := range map[string]string{"#333333": "currentColor", "#505050": "currentColor", "#E5E5E5": "var(--line)", "#ffffff": "var(--paper)", "#D55E00": "#D55E00", "url(#x)": "none", "#C0FFEE": "#C0FFEE", "#020e28": "#020e28", "#808080": "#808080"} {
		if got := ink(color); got != want {
			t.Errorf("%s: %s, want %s", color, got, want)
		}
	}
	for _, bad := range []string{"", "text", "<svg>", "<html><svg></svg></html>", "<svg></g></svg>"} {
		if got, err := picture([]byte(bad), ""); err == nil {
			t.Errorf("%q: %q", bad, got)
		}
	}
}

// Whatever a picture's file holds, the page gets known elements and no way out.
func FuzzPicture(f *testing.F) {
	f.Add([]byte(`<svg viewBox="0 0 1 1"><g style="fill:red"><text>x</text></g></svg>`))
	f.Add([]byte(`<svg><image href="data:image/png;base64,AA"/><path d="&quot;&gt;"/></svg>`))
	f.Fuzz(func(t *testing.T, b []byte) {
		got, err := picture(b, "label")
		if err != nil {
			return
		}
		d := xml.NewDecoder(strings.NewReader(string(got)))
		for {
			token, err := d.Token()
			if err != nil {
				break
			}
			s, ok := token.(xml.StartElement)
			if !ok {
				continue
			}
			if !knownElement(s.Name.Local) {
				t.Fatalf("element %s in %q", s.Name.Local, got)
			}
			for _, a := range s.Attr {
				if strings.HasPrefix(strings.ToLower(a.Name.Local), "on") || strings.Contains(a.Value, "url(") && a.Name.Local != "aria-label" || a.Name.Local == "href" && !inside.MatchString(a.Value) {
					t.Fatalf("attribute %s=%q in %q", a.Name.Local, a.Value, got)
				}
			}
		}
	})
}

func TestLargePicturesAreImages(t *testing.T) {
	large := []byte(`<svg viewBox="0 0 1 1"><text>` + strings.Repeat("x", MostPicture) + `</text></svg>`)
	if s := (Figure{Title: "t", SVG: large, PNG: []byte("png")}).shown(); s.Drawing != "" || !strings.HasPrefix(string(s.Image), "data:image/png;base64,") {
		t.Errorf("drawing of %d bytes, image %q", len(s.Drawing), s.Image)
	}
	if s := (Figure{Title: "t", SVG: []byte("broken")}).shown(); !strings.Contains(s.State, "Not shown") || s.Drawing != "" {
		t.Errorf("%+v", s)
	}
}

func TestInterval(t *testing.T) {
	if got := (Interval{Mean: math.NaN()}).drawing(); got != "" {
		t.Error(got)
	}
	for _, v := range []Interval{{Mean: 0, Low: math.NaN(), High: math.NaN(), From: 0, To: math.Inf(1)}, {Mean: 5, Low: 4, High: 6, From: math.Inf(-1), To: -1}, {Mean: 1e-9, Low: 0, High: 1, From: -1, To: 1}} {
		got := string(v.drawing())
		if strings.Contains(got, "NaN") || strings.Contains(got, "Inf") || strings.Contains(got, `width="-`) {
			t.Errorf("%+v: %s", v, got)
		}
	}
}

func TestThinned(t *testing.T) {
	for _, c := range []struct{ n, most int }{{0, 5}, {1, 5}, {5, 5}, {6, 5}, {1000, 48}} {
		got := thinned(c.n, c.most)
		if len(got) != min(c.n, c.most) || len(got) > 0 && (got[0] != 0 || got[len(got)-1] != c.n-1) {
			t.Errorf("%v: %v", c, got)
		}
		for i := 1; i < len(got); i++ {
			if got[i] <= got[i-1] {
				t.Errorf("%v: %v", c, got)
			}
		}
	}
}

func TestShort(t *testing.T) {
	for v, want := range map[float64]string{1: "1", 1.0 / 3: "0.33333", 1e-9: "1e-9", -2.5e20: "-2.5e20", math.Inf(1): "null", 0: "0", 123456: "1.2346e5"} {
		b, err := json.Marshal(short(v))
		if err != nil || string(b) != want {
			t.Errorf("%v: %s, %v", v, b, err)
		}
	}
}

// A cell's folder is read as far as it can be, and what cannot is told.
func TestFolder(t *testing.T) {
	dir := store.CellAt(t.TempDir(), store.PlanCell{})
	if f := Read(dir, 1); len(f.Unread) > 0 || f.Usage != nil || len(f.Curves) > 0 {
		t.Errorf("of nothing: %+v", f)
	}
	counts := []float32{1, 50, 50, 0}
	must(t, dir.WritePrototypes(&tensorfile.File{Tensors: []tensorfile.Tensor{{Name: "usage.counts", Shape: []int{4}, F32: counts}, {Name: "usage.owner", Shape: []int{4}, F32: []float32{0, 1, 1, 3}}}}))
	must(t, os.WriteFile(filepath.Join(dir.Path(), "steps.jsonl"), []byte(`{"step":1,"loss":2}`+"\n"+`{"step":2,"loss":null}`+"\n"), 0o600))
	must(t, os.WriteFile(filepath.Join(dir.Path(), "epochs.jsonl"), []byte(`{"step":1,"epoch":1,"metrics":{"used":3},"observers":{"joint":{"live_unique@0.025":2}}}`+"\n"), 0o600))
	must(t, os.WriteFile(filepath.Join(dir.Path(), "log.txt"), []byte(strings.Repeat("x", 2000)+"\nlast\n"), 0o600))
	f := Read(dir, 1)
	names := ""
	for _, c := range f.Curves {
		names += c.Name + " "
	}
	if names != "loss used joint/live_unique@0.025 " || f.Log != "…\nlast\n" || f.Epoch != 1 || len(f.Unread) > 0 {
		t.Errorf("%q, %+v", names, f)
	}
	if u := f.Usage; u == nil || u.Kinds != "dd"+u.Kinds[2:] || u.Images != 101 || u.Live[1] != 2 || u.Counts[0] != 50 {
		t.Errorf("%+v", f.Usage)
	}
	must(t, os.WriteFile(filepath.Join(dir.Path(), "prototypes.safetensors"), []byte("garbage"), 0o600))
	must(t, os.WriteFile(filepath.Join(dir.Path(), "epochs.jsonl"), []byte("garbage\n"), 0o600))
	if f := Read(dir, 1); len(f.Unread) != 2 || len(f.Curves) != 1 {
		t.Errorf("%+v", f)
	}
}

// Counts and owners out of a foreign file are whole numbers that can be some, or nothing is shown.
func TestForeignUsageIsRefused(t *testing.T) {
	for name, c := range map[string]struct{ counts, owner []float32 }{
		"a negative count":         {[]float32{3, -1}, nil},
		"half an image":            {[]float32{3, 0.5}, nil},
		"more than there can be":   {[]float32{3, 1e20}, nil},
		"an owner that is not one": {[]float32{3, 1}, []float32{0, 2}},
		"too few owners":           {[]float32{3, 1}, []float32{0}},
	} {
		dir := store.CellAt(t.TempDir(), store.PlanCell{})
		all := []tensorfile.Tensor{{Name: "usage.counts", Shape: []int{len(c.counts)}, F32: c.counts}}
		if c.owner != nil {
			all = append(all, tensorfile.Tensor{Name: "usage.owner", Shape: []int{len(c.owner)}, F32: c.owner})
		}
		must(t, dir.WritePrototypes(&tensorfile.File{Tensors: all}))
		if f := Read(dir, 1); f.Usage != nil || len(f.Unread) != 1 {
			t.Errorf("%s: %+v, %q", name, f.Usage, f.Unread)
		}
	}
	if u := usageOf([]int{1, 9, 0}, nil, 10); u.Kinds != "uux" || u.Live != [3]int{2, 0, 1} || u.Counts[0] != 9 {
		t.Errorf("without owners: %+v", u)
	}
}

// A link out of the cell's folder is not followed.
func TestLogStaysInItsFolder(t *testing.T) {
	outside := filepath.Join(t.TempDir(), "secret")
	must(t, os.WriteFile(outside, []byte("secret"), 0o600))
	dir := t.TempDir()
	if err := os.Symlink(outside, filepath.Join(dir, "log.txt")); err != nil {
		t.Skip(err)
	}
	if f := Read(store.CellAt(dir, store.PlanCell{}), 1); strings.Contains(f.Log, "secret") {
		t.Error("a link led out of the folder")
	}
}

// Cells of several reports stand together with their own values.
func TestTake(t *testing.T) {
	a, b := small(t).Cells, small(t).Cells
	b.Cells[0].Metrics[0] = 7
	all := NewCells()
	all.values(store.Metrics{"another": 1}) // so that keys have other places
	if !all.Take(a, "swav__s3", "0/a", "/a") || !all.Take(b, "swav__s3", "0/b", "/b") || all.Take(b, "none", "", "") {
		t.Fatal("not taken")
	}
	key := a.Keys[0].Key
	if got := all.Cells[1].Metrics[all.keys[key]]; got != 7 || all.Cells[0].In != "0/a" || all.Lines[all.Cells[1].Config[0]] != "seeds = [3]" || all.Cells[1].Arm != 1 {
		t.Errorf("%v, %+v", got, all.Cells)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// Cells that stand beside others on a server's page keep their words.
func TestTakenCellKeepsItsTexts(t *testing.T) {
	from := small(t).Cells
	c := NewCells()
	c.text("another")
	c.key("another")
	if !c.Take(from, from.Cells[0].ID, "run", "path") {
		t.Fatal("not taken")
	}
	cell := c.Cells[0]
	for key, text := range cell.Undefined {
		if c.Keys[key].Key != "gone" || c.Texts[text] != "it went" {
			t.Errorf("undefined: %s, %s", c.Keys[key].Key, c.Texts[text])
		}
	}
	if len(cell.Undefined) != 1 || len(cell.Warnings) != 1 || c.Texts[cell.Warnings[0]] != "odd" {
		t.Errorf("%v %v of %q", cell.Undefined, cell.Warnings, c.Texts)
	}
}

// A page of many cells keeps less of each, and never nothing.
func TestDetailOfManyCells(t *testing.T) {
	few, some, many := detailOf(0), detailOf(2000), detailOf(1<<30)
	if few != detailOf(1000) || few.points != 48 || some.points != 24 || many != (detail{points: 12, ranks: 24, log: 400}) {
		t.Errorf("%+v, %+v, %+v", few, some, many)
	}
}
