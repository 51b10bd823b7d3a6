// The charts of the whole run: two metrics against each other, and training.
function select(options, chosen, change) {
  var s = el("select", { change: function () { change(s.value); } });
  options.forEach(function (o) { s.append(el("option", { value: o[0] }, o[1])); });
  s.value = options.some(function (o) { return o[0] === chosen; }) ? chosen : options.length ? options[0][0] : "";
  return s;
}

function explore() {
  var holder = find("#charts");
  if (!holder || holder.dataset.drawn) { return; }
  holder.dataset.drawn = "yes";
  holder.className = "charts";
  var hidden = new Set(memory.get("hidden arms", [])), used = new Set();
  data.cells.forEach(function (c) { c.m.forEach(function (v, i) { if (v !== null) { used.add(i); } }); });
  var metrics = data.keys.filter(function (k, i) { return used.has(i); });
  metrics.sort(function (a, b) { return b.main - a.main || (a.key < b.key ? -1 : 1); });
  var options = metrics.map(function (k) { return [k.key, k.title]; });
  var names = [];
  data.cells.forEach(function (c) { (c.curves || []).forEach(function (v) { if (!names.includes(v.name)) { names.push(v.name); } }); });
  var x = memory.get("x", "live_unique@0.025"), y = memory.get("y", "linear@backbone.teacher"), over = memory.get("over", "live_unique@0.025");
  var scatter = el("div", { class: "chart" }), training = el("div", { class: "chart" });
  var plot = el("div", {}), curves = el("div", {});
  function visible(c) { return !hidden.has(c.arm); }
  function drawPoints() {
    var list = data.cells.filter(visible).map(function (c) { return { cell: c, x: valueOf(c, x), y: valueOf(c, y) }; }).filter(function (p) { return p.x !== null && p.y !== null; });
    plot.replaceChildren(points(list, [keyOf(x).title, keyOf(y).title], keyOf(y).title + " against " + keyOf(x).title));
  }
  function drawCurves() {
    var key = keyOf(over), series = [];
    data.cells.filter(visible).forEach(function (c) {
      var v = (c.curves || []).find(function (o) { return o.name === over; });
      if (v) { series.push({ name: nameOf(c), color: armOf(c).color, dash: c.arm >= 8 ? 1 : 0, x: v.x, y: v.y.map(function (n) { return shown(n, key.scale, c.k); }), open: function () { openCell(c); } }); }
    });
    curves.replaceChildren(lines(series, ["step", key.title], key.title + " over training"));
  }
  function draw() { drawPoints(); drawCurves(); }
  scatter.append(el("h3", {}, "One metric against another"), el("div", { class: "pick" }, [
    el("label", {}, ["Across", select(options, x, function (v) { x = v; memory.set("x", v); drawPoints(); })]),
    el("label", {}, ["Up", select(options, y, function (v) { y = v; memory.set("y", v); drawPoints(); })]),
  ]), plot);
  training.append(el("h3", {}, "Over training"), el("div", { class: "pick" }, [
    el("label", {}, ["Show", select(names.map(function (n) { return [n, keyOf(n).title]; }), over, function (v) { over = v; memory.set("over", v); drawCurves(); })]),
  ]), curves);
  if (names.length && !names.includes(over)) { over = names[0]; }
  if (options.length && !(x in keyNumber)) { x = options[0][0]; }
  if (options.length && !(y in keyNumber)) { y = options[Math.min(1, options.length - 1)][0]; }
  var legend = el("div", { class: "legend", role: "group", "aria-label": "Arms in the charts" });
  data.arms.forEach(function (a, i) {
    var b = el("button", { type: "button", "aria-pressed": hidden.has(i) ? "false" : "true", click: function () {
      if (hidden.has(i)) { hidden.delete(i); } else { hidden.add(i); }
      b.setAttribute("aria-pressed", hidden.has(i) ? "false" : "true");
      memory.set("hidden arms", Array.from(hidden));
      draw();
    } }, [swatch(a.color), a.label]);
    legend.append(b);
  });
  holder.append(scatter, training);
  holder.after(legend);
  draw();
  document.addEventListener("theme", draw);
}

// Names of arms in drawings lead to their cells.
function linkFigures() {
  var words = {};
  data.arms.forEach(function (a) { words[a.label] = a.label; if (a.legend && !words[a.legend]) { words[a.legend] = a.legend; } });
  all(".drawing text").forEach(function (t) {
    var word = t.textContent.trim();
    if (!Object.hasOwn(words, word) || word === "") { return; }
    t.classList.add("link");
    t.setAttribute("tabindex", "0");
    t.setAttribute("role", "link");
    t.setAttribute("aria-label", "Cells of " + word);
    function go() { filterCells('"arm=' + words[word] + ';"'); find("#cells").scrollIntoView(); }
    t.addEventListener("click", go);
    t.addEventListener("keydown", function (e) { if (e.key === "Enter") { go(); } });
  });
  // A picture with links in it is more than an image to a screen reader.
  all(".drawing svg").forEach(function (s) { if (find("text.link", s)) { s.setAttribute("role", "group"); } });
}
