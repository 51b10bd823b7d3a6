// Tables that sort by any column and show the rows that have all words of a filter.
function table(box) {
  var t = find("table", box), head = all("thead th", t), body = find("tbody", t), rows = all("tr", body), id = box.dataset.id;
  var kept = memory.get("table " + id, { sort: -1, down: false, filter: "", full: false });
  var scroll = el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": box.dataset.title + ": table, can be scrolled" });
  if (rows.length > 200) { scroll.classList.add("long"); }
  t.before(scroll);
  scroll.append(t);
  head.forEach(function (th, i) {
    var button = el("button", { type: "button", click: function () {
      kept.down = kept.sort === i ? !kept.down : th.classList.contains("number");
      kept.sort = i;
      sort();
      save();
    } }, th.textContent);
    th.replaceChildren(button);
  });
  if ("differ" in box.dataset) { markDiffering(head, rows); }
  function key(row, i) {
    var c = row.cells[i];
    if (!head[i].classList.contains("number")) { return c.textContent.trim(); }
    return c.dataset.sort && isFinite(c.dataset.sort) ? Number(c.dataset.sort) : NaN;
  }
  function sort() {
    head.forEach(function (th, i) { if (i === kept.sort) { th.setAttribute("aria-sort", kept.down ? "descending" : "ascending"); } else { th.removeAttribute("aria-sort"); } });
    if (kept.sort < 0 || kept.sort >= head.length) { return; }
    var keys = new Map(rows.map(function (r) { return [r, key(r, kept.sort)]; }));
    // What has no value stands last, whichever way; equals stay as they were.
    body.append.apply(body, rows.slice().sort(function (a, b) {
      var x = keys.get(a), y = keys.get(b), nx = typeof x === "number", ny = typeof y === "number";
      if (nx && ny) { return Number.isNaN(x) - Number.isNaN(y) || (kept.down ? y - x : x - y) || 0; }
      if (nx !== ny) { return nx ? -1 : 1; }
      return kept.down ? y.localeCompare(x, "en", { numeric: true }) : x.localeCompare(y, "en", { numeric: true });
    }));
  }
  var texts = null, count = el("span", { class: "count", role: "status", "aria-live": "polite" });
  function filter() {
    texts = texts || rows.map(function (r) { return (r.textContent + " " + (r.dataset.words || "")).toLowerCase(); });
    var words = (kept.filter.toLowerCase().match(/"[^"]*"|\S+/g) || []).map(function (w) { return w.replace(/"/g, ""); });
    var n = 0;
    rows.forEach(function (r, i) {
      var fits = words.every(function (w) { return w[0] === "-" && w.length > 1 ? !texts[i].includes(w.slice(1)) : texts[i].includes(w); });
      r.hidden = !fits;
      n += fits;
    });
    count.textContent = n === rows.length ? n + (n === 1 ? " row" : " rows") : n + " of " + rows.length + " rows";
  }
  function save() { memory.set("table " + id, kept); }
  var input = el("input", { type: "search", value: kept.filter, placeholder: "words; -word leaves out", size: "22", input: function () { kept.filter = input.value; filter(); save(); } });
  var tools = el("div", { class: "tools" });
  if (rows.length > 4) { tools.append(el("label", {}, ["Filter", input])); }
  if (box.dataset.extra) {
    var columns = box.dataset.extra.split(" ").map(function (i) { return '.box[data-id="' + CSS.escape(id) + '"] .brief tr > :nth-child(' + Number(i) + ")"; });
    document.head.append(el("style", {}, columns.join(",") + " { display: none; }"));
    var full = el("input", { type: "checkbox", change: function () { kept.full = full.checked; t.classList.toggle("brief", !kept.full); save(); } });
    full.checked = kept.full;
    t.classList.toggle("brief", !kept.full);
    tools.append(el("label", {}, [full, "All columns"]));
  }
  tools.append(count);
  scroll.before(tools);
  if (kept.filter) { filter(); } else { count.textContent = rows.length + (rows.length === 1 ? " row" : " rows"); }
  if (kept.sort >= 0) { sort(); }
  return { rows: rows, head: head, filter: function (text) { input.value = kept.filter = text; filter(); save(); } };
}

// markDiffering marks the entries of a column that are not what most rows have in it.
function markDiffering(head, rows) {
  head.forEach(function (th, i) {
    var count = {}, usual = null;
    if (i === 0) { return; }
    rows.forEach(function (r) {
      var text = r.cells[i].textContent;
      count[text] = (count[text] || 0) + 1;
      if (count[text] > Math.max(1, usual === null ? 0 : count[usual])) { usual = text; }
    });
    rows.forEach(function (r) {
      if (usual === null || r.cells[i].textContent === usual) { return; }
      r.cells[i].classList.add("differs");
      r.cells[i].prepend(el("span", { class: "sr" }, "differs: "));
    });
  });
}

var tables = {};
(function () {
  var cells = find('.box[data-kind="cells"]');
  if (cells) { openers(cells); }
  all(".box").forEach(function (box) { tables[box.dataset.id] = table(box); });
  all("a[data-filter]").forEach(function (a) { a.addEventListener("click", function () { filterCells(a.dataset.filter); }); });
}());

function filterCells(text) { if (tables.cells) { tables.cells.filter(text); } }

// Rows of the table of cells stand in the order of the data: they get a box to tick and a name that
// opens the cell.
function openers(box) {
  var head = find("thead tr", box);
  head.append(el("th", { scope: "col" }, "compare"));
  all("tbody tr", box).forEach(function (row, i) {
    var cell = data.cells[i], first = row.cells[0], state = row.cells[2];
    if (!cell) { return; }
    first.replaceChildren(el("a", { href: "#cell=" + encodeURIComponent(idOf(cell)) }, [swatch(armOf(cell).color), first.textContent]));
    row.dataset.words = "arm=" + armOf(cell).label + "; arm=" + armOf(cell).legend + ";";
    state.classList.add("state");
    row.classList.toggle("bad", ["collapsed", "diverged", "failed"].includes(cell.status));
    var tick = el("input", { type: "checkbox", "aria-label": "Compare " + nameOf(cell), "data-cell": idOf(cell), change: function () { basket.put(idOf(cell), tick.checked); } });
    row.append(el("td", {}, tick));
  });
}
