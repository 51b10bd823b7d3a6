// The sheet that opens behind a cell, and the one that sets cells side by side.
var sheet = find("#sheet"), cameFrom = null;

function openSheet(title, buttons, body) {
  if (!sheet.open) { cameFrom = document.activeElement; }
  var close = el("button", { type: "button", click: function () { sheet.close(); } }, "Close");
  sheet.replaceChildren(el("div", { class: "sheet-head" }, [el("h2", { id: "sheet-h", tabindex: "-1" }, title)].concat(buttons, [close])), el("div", { class: "sheet-body", tabindex: "0", role: "region", "aria-label": "Details" }, body));
  if (!sheet.open) { sheet.showModal(); }
  find("#sheet-h").focus();
}

sheet.addEventListener("close", function () {
  if (/^#(cell|compare)/.test(location.hash)) { history.replaceState(null, "", location.pathname + location.search); }
  if (cameFrom && cameFrom.isConnected) { cameFrom.focus({ preventScroll: true }); }
});
sheet.addEventListener("click", function (e) { if (e.target === sheet) { sheet.close(); } });

function openCell(cell) {
  var hash = "#cell=" + encodeURIComponent(idOf(cell));
  if (location.hash === hash) { follow(); } else { location.hash = hash; }
}

function follow() {
  var m = /^#cell=(.+)$/.exec(location.hash);
  if (m) {
    var cell = cellOf(decodeURIComponent(m[1]));
    if (cell) { showCell(cell); return; }
  }
  if (location.hash === "#compare") { showCompared(); return; }
  if (sheet.open) { sheet.close(); }
}

function facts(pairs) {
  return el("dl", { class: "facts" }, pairs.filter(function (p) { return p[1] !== "" && p[1] !== null && p[1] !== undefined; }).map(function (p) { return el("div", {}, [el("dt", {}, p[0]), el("dd", {}, p[1])]); }));
}

function copied(text, what) {
  var pre = el("pre", { tabindex: "0", "aria-label": what }, text);
  var b = el("button", { type: "button", "aria-label": "Copy: " + what, click: function () {
    function done() { b.textContent = "Copied"; setTimeout(function () { b.textContent = "Copy"; }, 1500); }
    function byHand() { getSelection().selectAllChildren(pre); b.textContent = "Selected"; }
    if (navigator.clipboard) { navigator.clipboard.writeText(text).then(done, byHand); } else { byHand(); }
  } }, "Copy");
  return el("div", { class: "copy" }, [pre, b]);
}

// Where the cell's folder is: a file knows from its own address, a server says it.
function folderOf(cell) {
  var dir = cell.path || data.path;
  if (!dir && location.protocol === "file:") { dir = decodeURIComponent(location.pathname).replace(/\/report\/[^/]*$/, ""); }
  return (dir || "results/" + data.name) + "/cells/" + cell.id;
}
function quoted(s) { return /^[\w@%+=:,./-]+$/.test(s) ? s : "'" + s.replace(/'/g, "'\\''") + "'"; }

function differing(arms) {
  var values = {}, out = [];
  arms.forEach(function (a) {
    var own = {};
    a.settings.concat(a.parts).forEach(function (s) { own[s[0]] = s[1]; });
    a.own = own;
    Object.keys(own).forEach(function (k) { values[k] = values[k] || new Set(); });
  });
  Object.keys(values).forEach(function (k) {
    arms.forEach(function (a) { values[k].add(Object.hasOwn(a.own, k) ? a.own[k] : "–"); });
    if (values[k].size > 1) { out.push(k); }
  });
  return out;
}

// grid makes a small table; entries are texts or {text, differs}.
function grid(caption, head, rows) {
  return el("div", { class: "box" }, el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": caption + ": table, can be scrolled" }, el("table", {}, [
    el("caption", {}, caption), el("thead", {}, el("tr", {}, head.map(function (h) { return el("th", { scope: "col" }, el("span", {}, h)); }))),
    el("tbody", {}, rows.map(function (r) {
      return el("tr", {}, r.map(function (c, i) {
        var text = c && c.text !== undefined ? c.text : c;
        return i === 0 ? el("th", { scope: "row", title: (c && c.title) || null }, text) : el("td", { class: c && c.differs ? "differs" : null }, c && c.differs ? [el("span", { class: "sr" }, "differs: "), text] : text);
      }));
    })),
  ])));
}

function chart(title, content) { return el("div", { class: "chart" }, [el("h4", {}, title), content]); }

function curveSeries(cell, names, styles) {
  return names.map(function (n, i) {
    var v = (cell.curves || []).find(function (c) { return c.name === n; }), key = keyOf(n);
    return v ? { name: key.title, color: styles[i % styles.length], dash: Math.floor(i / styles.length) || i % 4, x: v.x, y: v.y.map(function (y) { return shown(y, key.scale, cell.k); }) } : null;
  }).filter(Boolean);
}

var okabe = ["#d55e00", "#0072b2", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#8a7a00", "#808080"];

function lineKey(series) {
  return el("p", { class: "readout" }, series.map(function (s) { return el("span", { style: "margin-right:1rem;white-space:nowrap" }, [swatch(s.color), s.name]); }));
}

function showCell(cell) {
  var arm = armOf(cell), body = [], own = data.cells.filter(function (c) { return c.in === cell.in; });
  if (cell.reason) { body.push(el("p", { class: "reason" }, cell.status + ": " + cell.reason)); }
  body.push(facts([["outcome", cell.status], ["epoch", number(cell.epoch)], ["prototypes", cell.k || ""], ["training", cell.seconds[0] > 0 ? number(cell.seconds[0]) + " s" : ""], ["evaluation", cell.seconds[1] > 0 ? number(cell.seconds[1]) + " s" : ""], ["step", cell.step_ms > 0 ? number(cell.step_ms) + " ms" : ""], ["resumed at step", (cell.resumed || []).join(", ")]]));
  body.push(facts(arm.parts.filter(function (p) { return p[1] !== "–"; })));
  var mains = data.keys.filter(function (k) { return k.main && valueOf(cell, k.key) !== null; });
  if (mains.length) { body.push(el("h3", {}, "What it came to"), facts(mains.map(function (k) { return [k.title, number(valueOf(cell, k.key))]; }))); }
  var charts = cellCharts(cell);
  if (charts.length) { body.push(el("h3", {}, "Training"), el("div", { class: "charts" }, charts)); }
  if (cell.origin >= 0) { body.push(el("h3", {}, "Do it again"), el("p", { class: "muted" }, "Trains the cell anew and compares every bit:"), copied("protobench reproduce " + quoted(folderOf(cell)), "the command that reproduces this cell")); }
  body = body.concat(cellLists(cell, arm));
  var i = own.indexOf(cell);
  function step(by, name) { return el("button", { type: "button", "aria-label": name, disabled: !own[i + by], click: function () { openCell(own[i + by]); } }, by < 0 ? "←" : "→"); }
  var inBasket = basket.has(idOf(cell));
  var pick = el("button", { type: "button", "aria-pressed": String(inBasket), click: function () { basket.put(idOf(cell), !basket.has(idOf(cell))); pick.setAttribute("aria-pressed", String(basket.has(idOf(cell)))); pick.textContent = basket.has(idOf(cell)) ? "Chosen to compare" : "Compare"; } }, inBasket ? "Chosen to compare" : "Compare");
  openSheet([swatch(arm.color), nameOf(cell)], [pick, step(-1, "Cell before"), step(1, "Cell after")], body);
}

function cellCharts(cell) {
  var out = [], kept = (cell.curves || []).map(function (c) { return c.name; });
  function some(names) { return names.filter(function (n) { return kept.includes(n); }); }
  function add(title, names, y) {
    var s = curveSeries(cell, some(names), okabe);
    if (s.length) { out.push(chart(title, el("div", {}, [lines(s, ["step", y], title), s.length > 1 ? lineKey(s) : null]))); }
  }
  add("Loss", ["loss"], "loss");
  add("Prototypes over training", ["live_unique@0.025", "unique@0.025", "used"].concat(kept.filter(function (n) { return n.includes("/"); })), "% of K");
  add("Cosine to the nearest other prototype", ["nearest_cosine.p05", "nearest_cosine.median", "nearest_cosine.p95"], "cosine");
  if (cell.usage) { out.push(chart("Images per prototype", ranks(cell.usage))); }
  return out;
}

function cellLists(cell, arm) {
  var out = [], differ = new Set(differing(data.arms));
  function folded(title, content, open) { out.push(el("details", { open: open || null }, [el("summary", {}, title), content])); }
  if ((cell.warnings || []).length) { folded("Warnings (" + cell.warnings.length + ")", el("ul", { class: "plain" }, cell.warnings.map(function (n) { return el("li", {}, data.texts[n]); }))); }
  var settings = arm.settings.slice().sort(function (a, b) { return differ.has(b[0]) - differ.has(a[0]); });
  folded("Settings", grid("Settings; marked ones differ between arms", ["key", "value"], settings.map(function (s) { return [s[0], { text: s[1], differs: differ.has(s[0]) }]; })));
  var names = Object.keys(cell.o || {}), rows = [];
  data.keys.forEach(function (k, i) {
    var values = [cell.m[i]].concat(names.map(function (n) { return cell.o[n][i]; }));
    if (values.some(function (v) { return v !== null && v !== undefined; })) { rows.push([{ text: k.title, title: k.doc }].concat(values.map(function (v) { return number(shown(v, k.scale, cell.k)); }))); }
  });
  Object.keys(cell.u || {}).forEach(function (k) { rows.push([data.keys[k].title, "undefined: " + data.texts[cell.u[k]]].concat(names.map(function () { return ""; }))); });
  if (rows.length) { folded("All metrics (" + rows.length + ")", grid("All metrics", ["metric", "value"].concat(names.map(function (n) { return n + " (observer)"; })), rows)); }
  folded("Configuration", copied(cell.config.map(function (n) { return data.lines[n]; }).join("\n"), "the cell's own sweep file"));
  folded("End of the log", cell.log ? el("pre", { tabindex: "0", "aria-label": "End of the log" }, cell.log) : el("p", { class: "muted" }, "Nothing was logged: nothing went wrong."));
  var o = data.origins[cell.origin];
  folded("Provenance", grid("Provenance", ["what", "value"], [["hash", cell.hash], ["folder", folderOf(cell)]].concat(o ? [["protobench", o.version], ["numerics revision", o.numerics], ["Go", o.go], ["processor", o.cpu], ["instruction set", o.isa], ["products in training", o.precision || "float32"], ["data SHA-256", o.data]] : [])));
  return out;
}

// The basket holds cells to compare. On a server it holds cells of several runs.
var basket = (function () {
  var key = "protobench basket" + (data.base ? "" : " " + location.pathname), chosen = [], bar = find("#basket");
  try { chosen = JSON.parse(sessionStorage.getItem(key)) || []; } catch (e) { chosen = []; }
  function full(id) { return data.base && !data.compared ? data.base + "/" + id : id; }
  function show() {
    bar.hidden = chosen.length === 0;
    bar.replaceChildren(el("span", { role: "status" }, chosen.length + (chosen.length === 1 ? " cell chosen" : " cells chosen")),
      el("button", { type: "button", class: "main", disabled: chosen.length < 2, click: compare }, "Compare"),
      el("button", { type: "button", click: function () { chosen = []; save(); all("input[data-cell]").forEach(function (i) { i.checked = false; }); } }, "Clear"));
  }
  function compare() {
    if (data.base) { location.href = "/compare?" + chosen.map(function (c) { return "c=" + encodeURIComponent(c); }).join("&"); } else if (location.hash === "#compare") { follow(); } else { location.hash = "#compare"; }
  }
  function save() {
    try { sessionStorage.setItem(key, JSON.stringify(chosen)); } catch (e) { /* it holds until the page is left */ }
    show();
  }
  return {
    has: function (id) { return chosen.includes(full(id)); },
    put: function (id, on) {
      chosen = chosen.filter(function (c) { return c !== full(id); });
      if (on) { chosen.push(full(id)); }
      all("input[data-cell]").forEach(function (i) { if (i.dataset.cell === id) { i.checked = on; } });
      save();
    },
    cells: function () { return chosen.map(cellOf).filter(Boolean); },
    show: function () { all("input[data-cell]").forEach(function (i) { i.checked = chosen.includes(full(i.dataset.cell)); }); show(); },
  };
}());

function showCompared() {
  var cells = data.compared ? data.cells : basket.cells();
  if (cells.length === 0) { return; }
  openSheet("Compare " + cells.length + (cells.length === 1 ? " cell" : " cells"), [], compared(cells, "h3"));
}

// compared sets cells side by side: first in what they differ, then what they came to.
function compared(cells, heading) {
  var names = cells.map(function (c) { return (c.in ? c.in + ": " : "") + nameOf(c); }), out = [], two = cells.length === 2;
  function row(name, values, plain) {
    var differs = new Set(values).size > 1;
    return [name].concat(values.map(function (v) { return plain ? v : { text: v, differs: differs }; }));
  }
  var config = [row("seed", cells.map(function (c) { return c.seed; }))];
  differing(cells.map(armOf)).forEach(function (k) { config.push(row(k, cells.map(function (c) { var own = armOf(c).own; return Object.hasOwn(own, k) ? own[k] : "–"; }))); });
  ["version", "numerics", "isa", "data"].forEach(function (f) {
    var values = cells.map(function (c) { var o = data.origins[c.origin]; return o ? String(o[f]) : "–"; });
    if (new Set(values).size > 1) { config.push(row(f, values)); }
  });
  config = config.filter(function (r) { return r.slice(1).some(function (c) { return c.differs; }); });
  out.push(el(heading, {}, "In what they differ"), config.length ? grid("In what they differ", ["setting"].concat(names), config) : el("p", {}, "In nothing: same settings, same seed."));
  var charts = [["loss", "loss"], ["live_unique@0.025", "live-unique % of K"]].map(function (n) {
    var key = keyOf(n[0]), series = cells.map(function (c, i) {
      var v = (c.curves || []).find(function (o) { return o.name === n[0]; });
      return v ? { name: names[i], color: okabe[i % okabe.length], dash: i % dashes.length, x: v.x, y: v.y.map(function (y) { return shown(y, key.scale, c.k); }) } : null;
    }).filter(Boolean);
    return series.length ? chart(n[1] + " over training", el("div", {}, [lines(series, ["step", n[1]], n[1] + " over training"), lineKey(series)])) : null;
  }).filter(Boolean);
  if (charts.length) { out.push(el(heading, {}, "Over training"), el("div", { class: "charts" }, charts)); }
  var keys = data.keys.slice().sort(function (a, b) { return b.main - a.main; }), rows = [row("outcome", cells.map(function (c) { return c.status; }), true)];
  keys.forEach(function (k) {
    var v = cells.map(function (c) { return valueOf(c, k.key); });
    if (v.every(function (x) { return x === null; })) { return; }
    var r = [{ text: k.title, title: k.doc }].concat(v.map(number));
    if (two) { r.push(v[0] === null || v[1] === null ? "–" : (v[1] > v[0] ? "+" : "") + number(v[1] - v[0])); }
    rows.push(r);
  });
  out.push(el(heading, {}, "What they came to"), grid("What they came to", ["metric"].concat(names, two ? ["second less first"] : []), rows));
  return out;
}
