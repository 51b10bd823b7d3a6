package page

import (
	"math"
	"slices"

	"protobench/harness/store"
	"protobench/metrics"
	"protobench/metrics/metric"
)

// Cells is what the page knows of single cells: what opens behind a row or a point. What cells have
// in common is held once.
type Cells struct {
	Arms    []Arm    `json:"arms"`
	Keys    []Key    `json:"keys"`    // of metrics, by the position of their values in cells
	Lines   []string `json:"lines"`   // of config files, by number
	Texts   []string `json:"texts"`   // warnings and why values are undefined, by number
	Origins []Origin `json:"origins"` // by number
	Cells   []Cell   `json:"cells"`

	keys, lines, texts map[string]int
	origins            map[Origin]int
}

// Arm is what cells of an arm share.
type Arm struct {
	Label    string      `json:"label"`
	Legend   string      `json:"legend"` // its name in legends of figures
	Color    string      `json:"color"`  // #rrggbb, as in figures
	Parts    [][2]string `json:"parts"`  // what it is made of: name and value
	Settings [][2]string `json:"settings"`
}

// Key is a metric with what is needed to show its values.
type Key struct {
	Key   string `json:"key"`
	Title string `json:"title"` // with the unit
	Scale string `json:"scale"` // "K" for counts of K, "%" for shares of 1, "" for as it is
	Main  bool   `json:"main"`  // stands in the main table
	Doc   string `json:"doc"`
}

// Origin is what made a result.
type Origin struct {
	Version   string `json:"version"`
	Numerics  int    `json:"numerics"`
	Go        string `json:"go"`
	CPU       string `json:"cpu"`
	ISA       string `json:"isa"`
	Precision string `json:"precision,omitempty"`
	Data      string `json:"data"`
}

// Cell is one cell.
type Cell struct {
	ID         string             `json:"id"`           // name of its folder
	In         string             `json:"in,omitempty"` // the run's place on the server, where cells of several runs stand together
	Path       string             `json:"path,omitempty"`
	Arm        int                `json:"arm"`
	Seed       uint64             `json:"seed"`
	Status     string             `json:"status"` // a result's, or "begun" or "missing"
	Reason     string             `json:"reason,omitempty"`
	Epoch      float64            `json:"epoch"`
	Hash       string             `json:"hash"`
	Prototypes int                `json:"k"`
	Metrics    []short            `json:"m"` // by key
	Observers  map[string][]short `json:"o,omitempty"`
	Undefined  map[int]int        `json:"u,omitempty"` // metric → why it has no value, by the numbers of key and text
	Config     []int              `json:"config"`      // numbers of lines
	Curves     []Curve            `json:"curves,omitempty"`
	Usage      *Usage             `json:"usage,omitempty"`
	Log        string             `json:"log,omitempty"`
	Warnings   []int              `json:"warnings,omitempty"` // numbers of texts
	Origin     int                `json:"origin"`             // -1 without a result
	Seconds    [2]short           `json:"seconds"`
	StepMS     short              `json:"step_ms"`
	Resumed    []int              `json:"resumed,omitempty"`
}

// NewCells returns a collection of none.
func NewCells() *Cells {
	return &Cells{
		Arms: []Arm{}, Keys: []Key{}, Lines: []string{}, Texts: []string{}, Origins: []Origin{}, Cells: []Cell{},
		keys: map[string]int{}, lines: map[string]int{}, texts: map[string]int{}, origins: map[Origin]int{},
	}
}

// AddArm adds an arm and returns its number.
func (c *Cells) AddArm(a Arm) int {
	c.Arms = append(c.Arms, a)
	return len(c.Arms) - 1
}

// Add adds a cell of an arm with what its folder holds. What cannot be read there is told in the
// cell's place: one broken cell never spoils the page.
func (c *Cells) Add(arm int, state store.CellState, seen Folder) {
	plan, r := state.Dir.Plan(), state.Result
	cell := Cell{
		ID: plan.Dir, Arm: arm, Seed: plan.Cell.Seed, Status: statusOf(state), Reason: r.Outcome.Reason, Epoch: float64(r.Outcome.Epoch), Hash: plan.Cell.Hash,
		Prototypes: plan.Prototypes, Metrics: c.values(r.Metrics), Origin: -1,
		Curves: seen.Curves, Usage: seen.Usage, Log: seen.Log, Resumed: r.ResumedAt,
		Seconds: [2]short{short(r.Timing.TrainS), short(r.Timing.EvalS)}, StepMS: short(r.Timing.StepMSMedian),
	}
	if state.State == store.Partial {
		cell.Epoch = seen.Epoch
	}
	for name, m := range r.Observers {
		if cell.Observers == nil {
			cell.Observers = map[string][]short{}
		}
		cell.Observers[name] = c.values(m)
	}
	cell.Undefined = c.reasons(r.Undefined)
	for _, text := range slices.Concat(seen.Unread, texts(plan.Warnings, r.Provenance.Warnings)) {
		if at := c.text(text); !slices.Contains(cell.Warnings, at) {
			cell.Warnings = append(cell.Warnings, at)
		}
	}
	for _, line := range splitLines(plan.Config) {
		cell.Config = append(cell.Config, place(c.lines, &c.Lines, line, line))
	}
	if p := r.Provenance; state.State == store.Done {
		o := Origin{p.Version, p.Numerics, p.Go, p.CPU, p.ISA, p.Precision, p.DataSHA256}
		cell.Origin = place(c.origins, &c.Origins, o, o)
	}
	c.Cells = append(c.Cells, cell)
}

// text is the number of a text.
func (c *Cells) text(s string) int { return place(c.texts, &c.Texts, s, s) }

// reasons are why metrics have no value, by number; nil for none.
func (c *Cells) reasons(of map[string]string) map[int]int {
	if len(of) == 0 {
		return nil
	}
	out := map[int]int{}
	for _, key := range sortedKeys(of) {
		out[c.key(key)] = c.text(of[key])
	}
	return out
}

// key is the number of a metric.
func (c *Cells) key(name string) int {
	at, known := c.keys[name]
	if !known {
		at = place(c.keys, &c.Keys, name, keyOf(name))
	}
	return at
}

func texts(lists ...[]store.Warning) (out []string) {
	for _, w := range slices.Concat(lists...) {
		out = append(out, w.String())
	}
	return out
}

// Take adds the cell of a name out of other cells, as one of the run called in, whose folder is path;
// false where there is none.
func (c *Cells) Take(from *Cells, id, in, path string) bool {
	for _, cell := range from.Cells {
		if cell.ID != id {
			continue
		}
		cell.In, cell.Path, cell.Arm = in, path, c.AddArm(from.Arms[cell.Arm])
		cell.Metrics = c.relaid(from, cell.Metrics)
		observers := map[string][]short{}
		for name, m := range cell.Observers {
			observers[name] = c.relaid(from, m)
		}
		cell.Observers = observers
		cell.Undefined, cell.Warnings = c.renumbered(from, cell)
		lines := make([]int, len(cell.Config))
		for i, n := range cell.Config {
			lines[i] = place(c.lines, &c.Lines, from.Lines[n], from.Lines[n])
		}
		cell.Config = lines
		if cell.Origin >= 0 {
			o := from.Origins[cell.Origin]
			cell.Origin = place(c.origins, &c.Origins, o, o)
		}
		c.Cells = append(c.Cells, cell)
		return true
	}
	return false
}

// renumbered are the reasons and warnings of another collection's cell by the numbers of these.
func (c *Cells) renumbered(from *Cells, cell Cell) (reasons map[int]int, warnings []int) {
	of := map[string]string{}
	for key, text := range cell.Undefined {
		of[from.Keys[key].Key] = from.Texts[text]
	}
	for _, n := range cell.Warnings {
		warnings = append(warnings, c.text(from.Texts[n]))
	}
	return c.reasons(of), warnings
}

// relaid lays other cells' values out by the keys of these.
func (c *Cells) relaid(from *Cells, values []short) []short {
	m := store.Metrics{}
	for i, v := range values {
		if !math.IsNaN(float64(v)) {
			m[from.Keys[i].Key] = float64(v)
		}
	}
	return c.values(m)
}

// statusOf says how a cell is in one word.
func statusOf(s store.CellState) string {
	switch s.State {
	case store.Missing:
		return "missing"
	case store.Partial:
		return "begun"
	}
	return s.Result.Outcome.Status
}

// place returns the number of a thing, which is added where it is new.
func place[K comparable, V any](known map[K]int, all *[]V, key K, value V) int {
	i, ok := known[key]
	if !ok {
		i = len(*all)
		known[key] = i
		*all = append(*all, value)
	}
	return i
}

// values lays metrics out by key.
func (c *Cells) values(m store.Metrics) []short {
	out := make([]short, 0, len(m))
	for _, key := range sortedKeys(m) {
		i := c.key(key)
		for len(out) <= i {
			out = append(out, short(math.NaN()))
		}
		out[i] = short(m[key])
	}
	return out
}

// keyOf is what is known of a metric; one of another program stands as it is.
func keyOf(key string) Key {
	s, known := metrics.Find(key)
	if !known {
		return Key{Key: key, Title: key}
	}
	k := Key{Key: key, Title: s.Title(), Main: s.In(metric.MainTable), Doc: s.Doc}
	switch {
	case s.Unit == metric.CountOfK:
		k.Scale = "K"
	case s.Unit.Percent():
		k.Scale = "%"
	}
	if k.Scale != "" {
		k.Title += " %"
	}
	return k
}
