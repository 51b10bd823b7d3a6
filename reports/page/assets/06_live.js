// A page of a run at work renews itself and says when the run has fallen silent. Scroll, sorted
// columns, filters and the open cell outlive it.
function live() {
  var state = data.live, line = find("#live");
  function renew() {
    if (document.hidden || document.activeElement && /^(INPUT|SELECT)$/.test(document.activeElement.tagName) || !getSelection().isCollapsed) { return; }
    var body = find(".sheet-body");
    memory.set("scroll", { y: scrollY, sheet: body ? body.scrollTop : 0, at: Date.now() });
    location.reload();
  }
  // A server says when there is something new, also of a run that begins again.
  function listen() {
    var pending = false, events = new EventSource("/events" + (data.base === "/" ? "" : data.base));
    events.addEventListener("changed", function () { pending = true; });
    events.addEventListener("beat", function (e) { state.beat = Number(e.data); state.written = Date.now(); });
    setInterval(function () { if (pending) { renew(); } }, 1000);
  }
  basket.show();
  addEventListener("hashchange", follow);
  if (/^#(cell|compare)/.test(location.hash)) { follow(); }
  var was = memory.get("scroll", null);
  if (was && Date.now() - was.at < 10000) {
    scrollTo({ left: 0, top: was.y, behavior: "instant" });
    if (find(".sheet-body")) { find(".sheet-body").scrollTop = was.sheet; }
  }
  if (data.base && window.EventSource && state) { listen(); }
  if (!state || !state.running) { return; }
  var patience = Math.max(60000, 3 * state.every);
  function ago(ms) { var s = Math.round(ms / 1000); return s < 120 ? s + " s" : s < 7200 ? Math.round(s / 60) + " min" : Math.round(s / 3600) + " h"; }
  function say() {
    var silent = Date.now() - state.beat, stale = Date.now() - state.written > patience || silent > patience;
    line.classList.toggle("stale", stale);
    var text = stale ? "No sign of life of the run for " + ago(silent) + ". If it has ended, the same command goes on where it stopped." : "Running: this page renews itself. Last sign of life " + ago(Math.max(0, silent)) + " ago.";
    if (line.dataset.stale !== String(stale)) { line.dataset.stale = String(stale); line.textContent = text; } else { line.firstChild.data = text; }
    return stale;
  }
  var stale = say();
  line.setAttribute("aria-live", "off"); // a clock is not read out every second
  setInterval(say, 1000);
  if (!data.base) { setInterval(renew, stale ? 60000 : Math.max(10000, state.every)); }
}

linkFigures();
if (data.compared) { find("#compared").append.apply(find("#compared"), compared(data.cells, "h2")); }
if (!find("#explore")) {
  // a page without charts of the whole run
} else if ("IntersectionObserver" in window) {
  new IntersectionObserver(function (seen, observer) {
    if (seen.some(function (s) { return s.isIntersecting; })) { observer.disconnect(); explore(); }
  }, { rootMargin: "600px" }).observe(find("#explore"));
} else { explore(); }
live();
