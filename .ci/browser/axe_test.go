package browser

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// checks are the parts of axe's rules that this page could break; each returns what breaks it.
const checks = `
const out = [];
const seen = e => e.checkVisibility({ visibilityProperty: true });
const name = e => {
  const by = e.getAttribute("aria-labelledby");
  if (by) { return by.split(" ").map(i => document.getElementById(i)?.textContent ?? "").join(" ").trim(); }
  return (e.getAttribute("aria-label") || e.getAttribute("alt") || (e.labels && [...e.labels].map(l => l.textContent).join(" ")) || e.textContent || "").trim();
};
const say = (rule, e) => out.push(rule + ": " + e.outerHTML.slice(0, 160));
document.querySelectorAll("a[href], button, input, select, summary, [tabindex], dialog[open], [role=img], [role=region], [role=group], [role=link], img, nav, progress").forEach(e => { if (seen(e) && e.id !== "sheet-h" && !name(e)) { say("no name", e); } });
const ids = new Set();
document.querySelectorAll("[id]").forEach(e => { if (ids.has(e.id)) { say("id twice", e); } ids.add(e.id); });
document.querySelectorAll("[aria-labelledby]").forEach(e => { if (seen(e) && !name(e)) { say("label missing", e); } });
document.querySelectorAll("[tabindex]").forEach(e => { if (e.tabIndex > 0) { say("positive tabindex", e); } });
let level = 0;
document.querySelectorAll("h1, h2, h3, h4, h5, h6").forEach(h => { if (!seen(h) || h.closest("dialog")) { return; } const l = Number(h.tagName[1]); if (l > level + 1) { say("heading skips a level", h); } level = l; });
if (document.querySelectorAll("h1").length !== 1 || document.querySelectorAll("main").length !== 1 || !document.documentElement.lang || !document.title) { out.push("h1, main, lang or title"); }
document.querySelectorAll("table").forEach(t => { if (!t.querySelector("caption")?.textContent || [...t.querySelectorAll("thead th")].some(h => h.scope !== "col")) { say("table without caption or scopes", t); } });
document.querySelectorAll("a[href^='#']").forEach(a => { const id = a.getAttribute("href").slice(1); if (id && !id.startsWith("cell=") && !document.getElementById(id)) { say("link to nowhere", a); } });
document.querySelectorAll("*").forEach(e => { if (seen(e) && e.scrollWidth > e.clientWidth + 1 && /auto|scroll/.test(getComputedStyle(e).overflowX) && e.tabIndex < 0 && !e.querySelector("a, button, input")) { say("scrolls without keys", e); } });
return out;`

// contrast finds texts whose contrast with what is behind them is below 4.5, or 3 where they are large.
const contrast = `
const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
const rgba = c => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = c; canvas.fillRect(0, 0, 1, 1); const d = canvas.getImageData(0, 0, 1, 1).data; return [d[0], d[1], d[2], d[3] / 255]; };
const over = (f, b) => f.slice(0, 3).map((v, i) => v * f[3] + b[i] * (1 - f[3]));
const luminance = c => { const l = c.slice(0, 3).map(v => { v /= 255; return v <= 0.03928 ? v / 12.92 : Math.pow((v + 0.055) / 1.055, 2.4); }); return 0.2126 * l[0] + 0.7152 * l[1] + 0.0722 * l[2]; };
const behind = e => { const all = []; for (let p = e; p; p = p.parentElement) { const c = rgba(getComputedStyle(p).backgroundColor); all.push(c); if (c[3] === 1) { break; } } let b = [255, 255, 255]; all.reverse().forEach(c => { b = over(c, b); }); return b; };
const out = [], known = new Set();
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
let n = 0;
while (walker.nextNode()) {
  const e = walker.currentNode.parentElement;
  if (!walker.currentNode.data.trim() || !e.checkVisibility({ visibilityProperty: true, opacityProperty: true }) || e.closest("script, style, .sr, caption, noscript") || e.disabled) { continue; }
  const s = getComputedStyle(e), back = behind(e), svg = e instanceof SVGElement;
  const front = over(rgba(svg ? s.fill : s.color), back), a = luminance(front), b = luminance(back);
  const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), size = parseFloat(s.fontSize), large = size >= 24 || size >= 18.66 && Number(s.fontWeight) >= 700;
  n++;
  const key = e.tagName + e.className + ratio.toFixed(1);
  if (ratio < (large ? 3 : 4.5) && !known.has(key)) { known.add(key); out.push(ratio.toFixed(2) + ": " + e.outerHTML.slice(0, 140)); }
}
if (n < 100) { out.push("only " + n + " texts were looked at"); }
return out;`

func TestAccessible(t *testing.T) {
	for _, dark := range []bool{false, true} {
		t.Run(fmt.Sprintf("dark=%v", dark), func(t *testing.T) {
			b := open(t, rosterPage(t), 1280, dark)
			b.do(chromedp.ScrollIntoView("#explore", chromedp.ByID))
			b.until(`document.querySelectorAll("#charts svg a").length > 50`)
			script[bool](b, `document.querySelectorAll("details").forEach(d => { d.open = true; }); return true`)
			b.complain("page")
			b.do(chromedp.Click(`.box[data-id="cells"] tbody tr:nth-child(9) a`, chromedp.ByQuery), chromedp.WaitVisible("#sheet", chromedp.ByID))
			script[bool](b, `document.querySelectorAll("details").forEach(d => { d.open = true; }); return true`)
			b.complain("cell")
		})
	}
}

func (b *tab) complain(where string) {
	b.t.Helper()
	for _, rule := range []string{checks, contrast} {
		for _, fault := range script[[]string](b, rule) {
			b.t.Errorf("%s: %s", where, fault)
		}
	}
}

// Tab goes through the page in the order in which it is read, and every stop can be seen.
func TestFocusOrder(t *testing.T) {
	b := open(t, rosterPage(t), 1280, false)
	script[bool](b, `window.stops = []; document.addEventListener("focusin", e => window.stops.push(e.target)); return true`)
	for range 40 {
		b.do(chromedp.KeyEvent(kb.Tab))
	}
	faults := script[[]string](b, `
		const out = [];
		if (window.stops.length < 30) { out.push("only " + window.stops.length + " stops"); }
		if (!window.stops[0].classList.contains("skip")) { out.push("the first stop is " + window.stops[0].outerHTML); }
		window.stops.forEach((e, i) => {
			if (i > 0 && !(window.stops[i - 1].compareDocumentPosition(e) & Node.DOCUMENT_POSITION_FOLLOWING)) { out.push("out of order: " + e.outerHTML.slice(0, 120)); }
		});
		const last = window.stops[window.stops.length - 1], s = getComputedStyle(last);
		if (s.outlineStyle === "none" || parseFloat(s.outlineWidth) < 2) { out.push("not seen: " + last.outerHTML.slice(0, 120)); }
		return out;`)
	for _, f := range faults {
		t.Error(f)
	}
}
