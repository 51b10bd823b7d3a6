package browser

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// rosterPage is a report that tests read and leave as it is.
func rosterPage(t *testing.T) string {
	t.Helper()
	run := filepath.Join(scratch, "roster")
	if _, err := os.Stat(run); err != nil {
		if err := os.Rename(reported(t, "roster", nil), run); err != nil {
			t.Fatal(err)
		}
	}
	return index(run)
}

// The page is one file: it asks for nothing else.
func TestPageAsksForNothing(t *testing.T) {
	b := open(t, rosterPage(t), 1280, false)
	b.do(chromedp.ScrollIntoView("#explore", chromedp.ByID))
	b.until(`document.querySelectorAll("#charts svg a").length > 50`)
	if n := script[int](b, `return [...document.querySelectorAll(".drawing image")].filter(i => !i.getAttribute("href")).length + [...document.images].filter(i => !i.naturalWidth).length`); n > 0 {
		t.Errorf("%d images of figures are empty", n)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.requests) != 1 {
		t.Errorf("requests: %q", b.requests)
	}
}

// column reads a table's column as it stands.
const column = `const column = (id, i) => [...document.querySelectorAll('.box[data-id="' + id + '"] tbody tr')].filter(r => !r.hidden).map(r => r.cells[i].dataset.sort ?? r.cells[i].textContent);`

func TestTablesSortAndFilter(t *testing.T) {
	b := open(t, rosterPage(t), 1280, false)
	const head = `.box[data-id="main"] thead th:nth-child(3) button`
	before := script[[]string](b, column+`return column("main", 2)`)
	b.do(chromedp.Click(head, chromedp.ByQuery))
	down := script[[]string](b, column+`return column("main", 2)`)
	b.do(chromedp.Click(head, chromedp.ByQuery))
	up := script[[]string](b, column+`return column("main", 2)`)
	checkOrder(t, down, -1)
	checkOrder(t, up, 1)
	if got := value[string](b, `document.querySelector('.box[data-id="main"] thead th:nth-child(3)').getAttribute("aria-sort")`); got != "ascending" {
		t.Errorf("aria-sort %q", got)
	}
	if slices.Equal(before, down) || len(before) != len(down) {
		t.Errorf("sorted %q to %q", before, down)
	}
	const filter = `.box[data-id="cells"] input[type="search"]`
	b.do(chromedp.SendKeys(filter, "dino -frozen", chromedp.ByQuery))
	names := script[[]string](b, column+`return column("cells", 0)`)
	if len(names) == 0 || slices.ContainsFunc(names, func(n string) bool { return !strings.Contains(n, "dino") || strings.Contains(n, "frozen") }) {
		t.Errorf("filtered to %q", names)
	}
	if got := value[string](b, `document.querySelector('.box[data-id="cells"] .count').textContent`); !strings.Contains(got, " of ") {
		t.Errorf("the count says %q", got)
	}
	// Both outlive a reload.
	b.do(chromedp.Reload(), chromedp.WaitReady("#data", chromedp.ByID))
	if again := script[[]string](b, column+`return column("main", 2)`); !slices.Equal(again, up) {
		t.Errorf("after a reload sorted %q, before %q", again, up)
	}
	if again := script[[]string](b, column+`return column("cells", 0)`); !slices.Equal(again, names) {
		t.Errorf("after a reload filtered to %q, before to %q", again, names)
	}
}

// checkOrder: numbers in order, then what has none.
func checkOrder(t *testing.T, values []string, sign int) {
	t.Helper()
	last, ended := 0.0, false
	for i, v := range values {
		var n float64
		if _, err := fmt.Sscan(v, &n); err != nil {
			ended = true
			continue
		}
		if ended || i > 0 && float64(sign)*(n-last) < 0 {
			t.Errorf("%q at %d in %q", v, i, values)
		}
		last = n
	}
}

func TestCellsOpen(t *testing.T) {
	b := open(t, index(reported(t, "joint-vs-decoupled", nil)), 1280, false)
	const link = `.box[data-id="cells"] a[href*="dino__base__s0"]`
	name := value[string](b, `document.querySelector('`+link+`').textContent`)
	b.do(chromedp.Click(link, chromedp.ByQuery), chromedp.WaitVisible("#sheet", chromedp.ByID))
	text := value[string](b, `document.getElementById("sheet").textContent`)
	for _, want := range []string{name, "protobench reproduce ", "/joint-vs-decoupled/cells/", "seeds = [", "Prototypes over training", "Images per prototype", "End of the log", "data SHA-256", "Configuration", "instruction set"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in the cell's sheet", want)
		}
	}
	if n := value[int](b, `document.querySelectorAll("#sheet .chart svg").length`); n < 2 {
		t.Errorf("%d charts", n)
	}
	b.do(chromedp.KeyEvent(kb.Escape))
	b.until(`!document.getElementById("sheet").open && location.hash === ""`)
	if got := value[string](b, `document.activeElement.textContent`); got != name {
		t.Errorf("the focus went to %q, not back to %q", got, name)
	}
	// From a point of the chart, by keys alone.
	b.do(chromedp.ScrollIntoView("#explore", chromedp.ByID))
	b.until(`document.querySelectorAll("#charts svg a").length > 50`)
	script[bool](b, `document.querySelector("#charts svg a").focus(); return true`)
	b.do(chromedp.KeyEvent(kb.ArrowRight), chromedp.KeyEvent(kb.ArrowRight), chromedp.KeyEvent(kb.Enter), chromedp.WaitVisible("#sheet", chromedp.ByID))
	b.do(chromedp.KeyEvent(kb.Escape))
	// From the name of an arm in a figure.
	b.until(`document.querySelectorAll(".drawing text.link").length > 5`)
	script[bool](b, `document.querySelector(".drawing text.link").focus(); return true`)
	b.do(chromedp.KeyEvent(kb.Enter))
	b.until(`document.querySelector('.box[data-id="cells"] input[type="search"]').value !== ""`)
	if n := script[[]string](b, column+`return column("cells", 0)`); len(n) == 0 {
		t.Error("a figure's name leads to no cell")
	}
}

func TestCellsCompare(t *testing.T) {
	b := open(t, rosterPage(t), 1280, false)
	b.do(chromedp.ScrollIntoView("#explore", chromedp.ByID))
	b.until(`document.querySelectorAll("#charts svg a").length > 50`)
	b.do(chromedp.Click(`.box[data-id="cells"] tbody tr:nth-child(5) input`, chromedp.ByQuery), chromedp.Click(`.box[data-id="cells"] tbody tr:nth-child(12) input`, chromedp.ByQuery),
		chromedp.Click(`#basket button.main`, chromedp.ByQuery), chromedp.WaitVisible("#sheet", chromedp.ByID))
	heads := value[[]string](b, `[...document.querySelectorAll("#sheet h3")].map(h => h.textContent)`)
	if len(heads) < 2 || heads[0] != "In what they differ" || heads[len(heads)-1] != "What they came to" {
		t.Errorf("the sheet has %q", heads)
	}
	if n := value[int](b, `document.querySelectorAll("#sheet td.differs").length`); n < 2 {
		t.Errorf("%d differing settings are marked", n)
	}
}

// On a telephone nothing but tables and drawings scrolls sideways, in boxes of their own.
func TestNoSidewaysScrollOnATelephone(t *testing.T) {
	for _, dark := range []bool{false, true} {
		b := open(t, rosterPage(t), 375, dark)
		b.do(chromedp.ScrollIntoView("#explore", chromedp.ByID))
		b.until(`document.querySelectorAll("#charts svg").length > 1`)
		const wide = `document.scrollingElement.scrollWidth`
		if w := value[int](b, wide); w > 375 {
			t.Errorf("the page is %d wide: %q", w, tooWide(b))
		}
		b.do(chromedp.Click(`.box[data-id="cells"] tbody tr:nth-child(9) a`, chromedp.ByQuery), chromedp.WaitVisible("#sheet", chromedp.ByID))
		if w := value[int](b, wide); w > 375 {
			t.Errorf("with a cell open the page is %d wide", w)
		}
		if w := value[int](b, `document.querySelector(".sheet-body").scrollWidth - document.querySelector(".sheet-body").clientWidth`); w > 0 {
			t.Errorf("the sheet scrolls %d sideways", w)
		}
	}
}

// tooWide names what sticks out.
func tooWide(b *tab) []string {
	return script[[]string](b, `return [...document.querySelectorAll("main *")].filter(e => e.getBoundingClientRect().right > 376 && !e.closest(".scroll")).slice(0, 5).map(e => e.outerHTML.slice(0, 120))`)
}

// A run at work: the page says so, and that the run has fallen silent when it has.
func TestStalePageSaysSo(t *testing.T) {
	dir := reported(t, "fashion-mnist", nil)
	path := filepath.Join(dir, "report", "index.html")
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Replace(string(raw), `"live":{"running":false}`, `"live":{"running":true,"every":10000,"written":1000,"beat":1000}`, 1)
	if text == string(raw) {
		t.Fatal("the page does not say whether a run is at work")
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	b := open(t, index(dir), 1280, false)
	b.until(`document.querySelector("#live").className.includes("stale") && document.querySelector("#live").textContent.includes("No sign of life")`)
}

func TestThemeSwitch(t *testing.T) {
	b := open(t, rosterPage(t), 1280, true)
	const ground = `getComputedStyle(document.body).backgroundColor`
	dark := value[string](b, ground)
	b.do(chromedp.Click("#theme", chromedp.ByID))
	if light := value[string](b, ground); light == dark {
		t.Errorf("the switch changes nothing: %s", dark)
	}
	b.do(chromedp.Reload(), chromedp.WaitReady("#data", chromedp.ByID))
	if again := value[string](b, ground); again == dark {
		t.Error("the switch is forgotten")
	}
	b.do(chromedp.Click("#theme", chromedp.ByID), chromedp.Evaluate(`localStorage.clear()`, nil))
}

// hostile is what names and logs may hold.
const hostile = `"'><img src=x onerror="window.hit=1"></script><script>window.hit=1</script><b>${hit}{{.}}`

func TestHostileTexts(t *testing.T) {
	dir := reported(t, "fashion-mnist", func(dir string) {
		edit(t, planOf(t, dir), func(p map[string]any) {
			p["name"], p["question"], p["note"] = hostile, hostile, hostile
			for _, c := range p["cells"].([]any) {
				cell := c.(map[string]any)
				cell["cell"].(map[string]any)["method"] = hostile
				cell["config"] = hostile
				if err := os.WriteFile(filepath.Join(dir, "cells", cell["dir"].(string), "log.txt"), []byte(hostile), 0o600); err != nil {
					t.Fatal(err)
				}
			}
		})
	})
	b := open(t, index(dir), 1280, false)
	b.do(chromedp.ScrollIntoView("#explore", chromedp.ByID))
	b.until(`document.querySelectorAll("#charts .chart").length > 1`)
	b.do(chromedp.Click(`.box[data-id="cells"] tbody tr a`, chromedp.ByQuery), chromedp.WaitVisible("#sheet", chromedp.ByID))
	if got := script[bool](b, `return "hit" in window || !!document.querySelector("img[src=x]")`); got {
		t.Error("a text of the run became part of the page")
	}
	if text := value[string](b, `document.getElementById("sheet").textContent`); strings.Count(text, "window.hit=1") < 3 {
		t.Error("the sheet does not show the texts as they are")
	}
}

// A thousand finished cells open in under two seconds, out of a file under ten megabytes.
func TestAThousandCells(t *testing.T) {
	dir := reported(t, "joint-vs-decoupled", func(dir string) { multiply(t, dir, 1000) })
	info, err := os.Stat(filepath.Join(dir, "report", "index.html"))
	if err != nil {
		t.Fatal(err)
	}
	if info.Size() > 10<<20 {
		t.Errorf("%d bytes", info.Size())
	}
	best := 1e9
	for range 3 { // the machine may be busy
		b := open(t, index(dir), 1280, false)
		if n := value[int](b, `document.querySelectorAll('.box[data-id="cells"] tbody tr').length`); n < 1000 {
			t.Fatalf("%d cells", n)
		}
		b.do(chromedp.Evaluate(`new Promise(r => requestAnimationFrame(() => setTimeout(r, 0)))`, nil, awaited))
		best = min(best, value[float64](b, `performance.getEntriesByType("navigation")[0].loadEventEnd`))
	}
	t.Logf("%d bytes, open in %.0f ms", info.Size(), best)
	if best > 2000 {
		t.Errorf("opens in %.0f ms", best)
	}
}
