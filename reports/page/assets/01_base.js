// What every part needs: the data, building elements, numbers, and a memory that outlives a reload.
var data = JSON.parse(document.getElementById("data").textContent);

function el(name, attributes, children) {
  var svg = /^(svg|g|path|circle|rect|line|text|title|polyline)$/.test(name);
  var e = svg ? document.createElementNS("http://www.w3.org/2000/svg", name) : document.createElement(name);
  Object.keys(attributes || {}).forEach(function (k) {
    var v = attributes[k];
    if (typeof v === "function") { e.addEventListener(k, v); } else if (v !== null && v !== undefined && v !== false) { e.setAttribute(k, v === true ? "" : v); }
  });
  (Array.isArray(children) ? children : [children]).forEach(function (c) {
    if (c !== null && c !== undefined && c !== false) { e.append(c.nodeType ? c : String(c)); }
  });
  return e;
}

function find(selector, root) { return (root || document).querySelector(selector); }
function all(selector, root) { return Array.from((root || document).querySelectorAll(selector)); }

// What a reader chose on this page: sorted columns, filters, the basket. It ends with the tab.
var memory = (function () {
  var key = "protobench " + (data.base || location.pathname), kept = {};
  try { kept = JSON.parse(sessionStorage.getItem(key)) || {}; } catch (e) { kept = {}; }
  return {
    get: function (name, otherwise) { return Object.hasOwn(kept, name) ? kept[name] : otherwise; },
    set: function (name, value) {
      kept[name] = value;
      try { sessionStorage.setItem(key, JSON.stringify(kept)); } catch (e) { /* a page without a memory works too */ }
    },
  };
}());

// A number with the digits that suit it.
function number(v) {
  if (v === null || v === undefined) { return "–"; }
  var a = Math.abs(v);
  if (a === 0) { return "0"; }
  if (Number.isInteger(v) && a < 1e6) { return String(v).replace("-", "−"); }
  var text = a >= 1e5 || a < 1e-3 ? v.toExponential(2) : a >= 100 ? v.toFixed(1) : a >= 1 ? v.toFixed(2) : v.toPrecision(3);
  return text.replace("-", "−");
}

// A metric's value as tables show it: counts of prototypes as a share of K, shares in percent.
function shown(v, scale, k) {
  if (v === null || v === undefined) { return null; }
  if (scale === "K") { return k > 0 ? 100 * v / k : null; }
  return scale === "%" ? 100 * v : v;
}

var keyNumber = {};
data.keys.forEach(function (k, i) { keyNumber[k.key] = i; });
function keyOf(name) {
  var cut = name.lastIndexOf("/"), key = data.keys[keyNumber[name.slice(cut + 1)]] || { key: name, title: name, scale: "" };
  return cut < 0 ? key : { key: name, title: name.slice(0, cut) + " (observer): " + key.title, scale: key.scale };
}
function valueOf(cell, key) {
  var i = keyNumber[key];
  return i === undefined ? null : shown(cell.m[i], data.keys[i].scale, cell.k);
}
function armOf(cell) { return data.arms[cell.arm]; }
function nameOf(cell) { return armOf(cell).label + ", seed " + cell.seed; }
function idOf(cell) { return cell.in ? cell.in + "/" + cell.id : cell.id; }
function cellOf(id) { return data.cells.find(function (c) { return idOf(c) === id; }); }
// Colours of print, lightened for the dark.
function colour(c) { return dark() ? "color-mix(in oklab, " + c + " 62%, white)" : c; }
var system = matchMedia("(prefers-color-scheme: dark)");
function dark() {
  var t = document.documentElement.dataset.theme;
  return t ? t === "dark" : system.matches;
}
function swatch(c) { return el("span", { class: "swatch", style: "--c:" + c, "aria-hidden": "true" }); }

(function theme() {
  var button = find("#theme"), kept = null;
  try { kept = localStorage.getItem("protobench theme"); } catch (e) { kept = null; }
  function show() {
    var t = document.documentElement.dataset.theme;
    button.setAttribute("aria-label", "Colours: " + (t || "as the system has them") + ". Change");
    button.title = button.getAttribute("aria-label");
  }
  if (kept === "dark" || kept === "light") { document.documentElement.dataset.theme = kept; }
  button.addEventListener("click", function () {
    var next = dark() ? "light" : "dark";
    document.documentElement.dataset.theme = next;
    try { localStorage.setItem("protobench theme", next); } catch (e) { /* it holds for this page */ }
    show();
    document.dispatchEvent(new Event("theme"));
  });
  system.addEventListener("change", function () { document.dispatchEvent(new Event("theme")); });
  show();
}());
