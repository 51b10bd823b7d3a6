// Charts: lines over steps, points of two metrics, bars of ranks.
var W = innerWidth < 640 ? 340 : 520, H = innerWidth < 640 ? 250 : 300, M = { left: 52, right: 14, top: 12, bottom: 40 };

function ticks(low, high, most) {
  if (high <= low) { return [low]; }
  var raw = (high - low) / most, unit = Math.pow(10, Math.floor(Math.log10(raw)));
  var step = [1, 2, 5, 10].map(function (f) { return f * unit; }).find(function (s) { return s >= raw; });
  var out = [];
  for (var v = Math.ceil(low / step - 1e-9) * step; v <= high + step * 1e-9; v += step) { out.push(Math.abs(v) < step * 1e-9 ? 0 : v); }
  return out;
}

function tick(v) {
  var a = Math.abs(v);
  return (a >= 1e4 ? (v / 1000) + "k" : a !== 0 && a < 1e-3 ? v.toExponential(0) : String(Number(v.toPrecision(4)))).replace("-", "−");
}

function range(values, padded) {
  var low = Infinity, high = -Infinity;
  values.forEach(function (v) { if (v !== null && v !== undefined) { low = Math.min(low, v); high = Math.max(high, v); } });
  if (low > high) { return [0, 1]; }
  if (low === high) { return [low - (Math.abs(low) * 0.1 || 1), high + (Math.abs(high) * 0.1 || 1)]; }
  var room = padded * (high - low);
  return [low - room, high + room];
}

// axes draws a frame with names and returns where values lie.
function axes(svg, x, y, names) {
  var sx = function (v) { return M.left + (W - M.left - M.right) * (v - x[0]) / (x[1] - x[0]); };
  var sy = function (v) { return H - M.bottom - (H - M.top - M.bottom) * (v - y[0]) / (y[1] - y[0]); };
  var g = el("g", { class: "axis", "aria-hidden": "true" });
  ticks(y[0], y[1], 6).forEach(function (v) {
    g.append(el("line", { class: "grid", x1: M.left, x2: W - M.right, y1: sy(v), y2: sy(v) }), el("text", { x: M.left - 6, y: sy(v) + 4, "text-anchor": "end" }, tick(v)));
  });
  ticks(x[0], x[1], 6).forEach(function (v) {
    g.append(el("line", { class: "grid", x1: sx(v), x2: sx(v), y1: M.top, y2: H - M.bottom }), el("text", { x: sx(v), y: H - M.bottom + 15, "text-anchor": "middle" }, tick(v)));
  });
  g.append(el("text", { class: "name", x: (M.left + W - M.right) / 2, y: H - 6, "text-anchor": "middle" }, names[0]),
    el("text", { class: "name", transform: "translate(13 " + (M.top + H - M.bottom) / 2 + ") rotate(-90)", "text-anchor": "middle" }, names[1]));
  svg.append(g);
  return { x: sx, y: sy };
}

var dashes = ["", "6 3", "2 3", "8 3 2 3", "4 2 4 5"];

// lines draws series {name, color, dash, x, y, open}: what a pointer is near to is read out, and a
// click opens it.
function lines(series, names, label) {
  series = series.filter(function (s) { return s.x.length > 0; });
  var holder = el("div", {});
  if (series.length === 0) { holder.append(el("p", { class: "muted" }, "Nothing was recorded.")); return holder; }
  var xs = [], ys = [];
  series.forEach(function (s) { xs = xs.concat(s.x); ys = ys.concat(s.y); });
  var svg = el("svg", { viewBox: "0 0 " + W + " " + H, role: "img", "aria-label": label + ". " + told(series) });
  var at = axes(svg, range(xs, 0), range(ys, 0.06), names);
  var g = el("g", { class: series.length > 6 ? "many" : "" });
  series.forEach(function (s) {
    var d = "", pen = "M";
    s.x.forEach(function (x, i) {
      if (s.y[i] === null) { pen = "M"; return; }
      d += pen + at.x(x).toFixed(1) + " " + at.y(s.y[i]).toFixed(1);
      pen = "L";
    });
    s.path = el("path", { class: "trace", d: d, style: "stroke:" + colour(s.color), "stroke-dasharray": dashes[s.dash || 0] });
    g.append(s.path);
  });
  var cross = el("line", { class: "cross", y1: M.top, y2: H - M.bottom, visibility: "hidden" }), readout = el("p", { class: "readout", "aria-hidden": "true" }, " ");
  svg.append(g, cross);
  var near = null;
  svg.addEventListener("pointermove", function (e) {
    var p = new DOMPoint(e.clientX, e.clientY).matrixTransform(svg.getScreenCTM().inverse()), best = Infinity, i = 0;
    var was = near;
    series.forEach(function (s) {
      s.x.forEach(function (x, j) {
        if (s.y[j] === null) { return; }
        var d = Math.hypot((at.x(x) - p.x) * 2, at.y(s.y[j]) - p.y);
        if (d < best) { best = d; near = s; i = j; }
      });
    });
    if (was && was !== near) { was.path.classList.remove("on"); }
    near.path.classList.add("on");
    cross.setAttribute("x1", at.x(near.x[i]));
    cross.setAttribute("x2", at.x(near.x[i]));
    cross.setAttribute("visibility", "visible");
    readout.textContent = near.name + ": " + number(near.y[i]) + " at step " + number(near.x[i]) + (near.open ? " (click to open)" : "");
    svg.style.cursor = near.open ? "pointer" : "";
  });
  svg.addEventListener("pointerleave", function () { if (near) { near.path.classList.remove("on"); } cross.setAttribute("visibility", "hidden"); readout.textContent = " "; });
  svg.addEventListener("click", function () { if (near && near.open) { near.open(); } });
  holder.append(svg, readout);
  return holder;
}

// told puts the ends of lines into words, for those who cannot see them.
function told(series) {
  return series.slice(0, 8).map(function (s) {
    var n = s.y.length - 1;
    return s.name + ": " + number(s.y[0]) + " at step " + number(s.x[0]) + ", " + number(s.y[n]) + " at step " + number(s.x[n]);
  }).join("; ") + (series.length > 8 ? "; and " + (series.length - 8) + " more" : "");
}

// A mark's outline around 0, one a kind, as a second code beside the colour.
var marks = [
  "M5 0A5 5 0 1 1 -5 0A5 5 0 1 1 5 0Z", "M-4.4 -4.4H4.4V4.4H-4.4Z", "M0 -5.6L5.2 4H-5.2Z", "M0 -6L6 0L0 6L-6 0Z", "M0 5.6L5.2 -4H-5.2Z",
  "M0 -5.6L5.4 -1.7L3.3 4.6H-3.3L-5.4 -1.7Z", "M-6 -2H-2V-6H2V-2H6V2H2V6H-2V2H-6Z", "M-5 -3L0 -6L5 -3V3L0 6L-5 3Z",
];

// points draws cells {cell, x, y}; arrows move between them and Enter opens one.
function points(list, names, label) {
  var holder = el("div", {});
  if (list.length === 0) { holder.append(el("p", { class: "muted" }, "No cell has both values.")); return holder; }
  var svg = el("svg", { viewBox: "0 0 " + W + " " + H, role: "group", "aria-label": label + ". " + list.length + " cells; arrow keys move between them" });
  var at = axes(svg, range(list.map(function (p) { return p.x; }), 0.06), range(list.map(function (p) { return p.y; }), 0.06), names);
  var readout = el("p", { class: "readout", "aria-hidden": "true" }, " ");
  list.sort(function (a, b) { return a.x - b.x || a.y - b.y; });
  var links = list.map(function (p, i) {
    var text = nameOf(p.cell) + ": " + names[0] + " " + number(p.x) + ", " + names[1] + " " + number(p.y) + (p.cell.status === "ok" ? "" : ", " + p.cell.status);
    var a = document.createElementNS("http://www.w3.org/2000/svg", "a");
    a.setAttribute("href", "#cell=" + encodeURIComponent(idOf(p.cell)));
    a.setAttribute("aria-label", text);
    a.setAttribute("tabindex", i === 0 ? "0" : "-1");
    a.append(el("path", { class: "dot", d: marks[p.cell.arm % marks.length], transform: "translate(" + at.x(p.x).toFixed(1) + " " + at.y(p.y).toFixed(1) + ")", style: "fill:" + colour(armOf(p.cell).color) }));
    ["focus", "pointerenter"].forEach(function (e) { a.addEventListener(e, function () { readout.textContent = text; }); });
    a.addEventListener("keydown", function (e) {
      var to = { ArrowRight: i + 1, ArrowDown: i + 1, ArrowLeft: i - 1, ArrowUp: i - 1, Home: 0, End: list.length - 1 }[e.key];
      if (to === undefined || !links[to]) { return; }
      e.preventDefault();
      a.setAttribute("tabindex", "-1");
      links[to].setAttribute("tabindex", "0");
      links[to].focus();
    });
    svg.append(a);
    return a;
  });
  holder.append(svg, readout);
  return holder;
}

// ranks draws the images of prototypes, most first, on a logarithmic scale.
function ranks(u) {
  var colours = { u: "#0072b2", d: "#e69f00", x: "#808080" }, words = { u: "live and unique", d: "live, with a near duplicate", x: "dead" };
  var label = "Images per prototype, most first: " + u.live[0] + " live and unique, " + u.live[1] + " live with a near duplicate, " + u.live[2] + " dead, of " + u.k;
  var svg = el("svg", { viewBox: "0 0 " + W + " " + H, role: "img", "aria-label": label });
  var top = Math.log10(1 + Math.max.apply(null, u.counts.concat(u.fair, 1)));
  var g = el("g", { class: "axis", "aria-hidden": "true" }), base = H - M.bottom, high = H - M.top - M.bottom;
  var y = function (n) { return base - high * Math.log10(1 + n) / top; }, x = function (r) { return M.left + (W - M.left - M.right) * r / u.k; };
  [0, 1, 10, 100, 1000, 10000, 100000, 1000000].forEach(function (n) {
    if (Math.log10(1 + n) > top) { return; }
    g.append(el("line", { class: "grid", x1: M.left, x2: W - M.right, y1: y(n), y2: y(n) }), el("text", { x: M.left - 6, y: y(n) + 4, "text-anchor": "end" }, tick(n)));
  });
  ticks(0, u.k, 6).forEach(function (v) { g.append(el("text", { x: x(v), y: base + 15, "text-anchor": "middle" }, tick(v))); });
  g.append(el("text", { class: "name", x: (M.left + W - M.right) / 2, y: H - 6, "text-anchor": "middle" }, "prototypes, most used first"));
  svg.append(g);
  u.ranks.forEach(function (r, i) {
    var to = i + 1 < u.ranks.length ? u.ranks[i + 1] : u.k;
    svg.append(el("rect", { x: x(r).toFixed(2), width: Math.max(0.6, x(to) - x(r)).toFixed(2), y: y(u.counts[i]).toFixed(1), height: Math.max(1.5, base - y(u.counts[i])).toFixed(1), style: "fill:" + colour(colours[u.kinds[i]]) }));
  });
  svg.append(el("line", { class: "cross", x1: M.left, x2: W - M.right, y1: y(u.fair), y2: y(u.fair) }));
  var legend = el("p", { class: "readout" }, Object.keys(words).map(function (k, i) { return el("span", { style: "margin-right:1rem;white-space:nowrap" }, [swatch(colours[k]), u.live[i] + " " + words[k]]); }));
  return el("div", {}, [svg, legend, el("p", { class: "readout" }, "The dashed line is the fair share, " + number(u.fair) + " images.")]);
}
