package pivot

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"protobench/harness/store"
	"protobench/internal/wording"
	"protobench/metrics"
	"protobench/reports/quantity"
	"protobench/reports/table"
	"protobench/stats"
)

// Options say what a pivot table shows. Keys are method, objective, learner, embedding,
// regularizers, form, reference, seed, or the path of any setting.
type Options struct {
	Rows   []string // keys whose values make the rows; method where there are none
	Cols   []string // keys whose values make the columns; none for one column a metric
	Values []string // metrics, of an observer as OBSERVER/METRIC; the declared endpoints where there are none
	Filter string   // an expression of package selection; "" for all runs
}

// Of lays the runs of a plan out by any keys. An entry is the mean over seeds with its interval; what
// the rows and columns leave open is averaged over at each seed first, so that n is always the number
// of seeds, and a footnote tells of it. Errors name the flag of the command line.
func Of(p store.Plan, runs []store.CellState, o Options) (*table.Table, error) {
	out := &pivot{plan: p, rowKeys: o.Rows, colKeys: o.Cols}
	if len(out.rowKeys) == 0 {
		out.rowKeys = []string{"method"}
	}
	if err := out.choose(runs, o); err != nil {
		return nil, err
	}
	return out.table(), nil
}

// pivot is one table in the making.
type pivot struct {
	plan             store.Plan
	rowKeys, colKeys []string
	values           []value
	runs             []store.CellState // that are selected
}

// value is a metric of the arms' own learners or of one of their observers.
type value struct {
	quantity.Quantity
	observer string
}

// choose checks the options and selects the runs.
func (p *pivot) choose(all []store.CellState, o Options) error {
	for _, flag := range []struct {
		name string
		keys []string
	}{{"--row", p.rowKeys}, {"--col", p.colKeys}} {
		for _, key := range flag.keys {
			if err := checkKey(all, key); err != nil {
				return fmt.Errorf("%s %s: %w", flag.name, key, err)
			}
		}
	}
	selected, err := selectRuns(all, o.Filter)
	if err != nil {
		return err
	}
	given := o.Values
	if len(given) == 0 {
		given = p.plan.Primary
	}
	if len(given) == 0 {
		given = []string{metrics.Headline()}
	}
	for _, key := range given {
		v, err := valueOf(all, key)
		if err != nil {
			return fmt.Errorf("--value %s: %w", key, err)
		}
		p.values = append(p.values, v)
	}
	p.runs = slices.DeleteFunc(slices.Clone(selected), func(r store.CellState) bool {
		return IsReference(r.Dir.Plan().Cell) && (!p.measures(r) || slices.Contains(valuesOf(r, p.colKeys), table.Undefined))
	})
	return nil
}

// measures reports whether a run has one of the metrics, be it without a value.
func (p *pivot) measures(r store.CellState) bool {
	return slices.ContainsFunc(p.values, func(v value) bool {
		_, has := r.Result.Of(v.observer)[v.Key]
		return has
	})
}

// table makes the entries.
func (p *pivot) table() *table.Table {
	rows, cols := combinations(p.runs, p.rowKeys), combinations(p.runs, p.colKeys)
	t := &table.Table{Name: "pivot", Caption: p.caption(), Entries: quantity.Entries, Columns: p.columns(cols)}
	if len(p.values) == 1 && len(p.colKeys) > 0 {
		t.General = []string{"Entries are " + p.values[0].WithUnit() + "."}
	}
	for _, key := range rows {
		line := table.Texts(key...)
		for _, col := range cols {
			here := slices.DeleteFunc(slices.Clone(p.runs), func(r store.CellState) bool {
				return !slices.Equal(key, valuesOf(r, p.rowKeys)) || !slices.Equal(col, valuesOf(r, p.colKeys))
			})
			for _, v := range p.values {
				line = append(line, p.entry(t, here, v))
			}
		}
		t.Rows = append(t.Rows, line)
	}
	return t
}

func (p *pivot) caption() string {
	var titles []string
	for _, v := range p.values {
		titles = append(titles, v.WithUnit())
	}
	return p.plan.Name + ": " + strings.Join(titles, ", ") + ". The last epoch counts. " + wording.Count(p.most(), "seed") + " where an entry does not say otherwise."
}

// most is the largest number of seeds.
func (p *pivot) most() int {
	var seeds []uint64
	for _, r := range p.runs {
		if seed := r.Dir.Plan().Cell.Seed; !slices.Contains(seeds, seed) {
			seeds = append(seeds, seed)
		}
	}
	if slices.Contains(append(slices.Clone(p.rowKeys), p.colKeys...), "seed") {
		return 1
	}
	return len(seeds)
}

func (p *pivot) columns(cols [][]string) []table.Column {
	var out []table.Column
	for _, key := range p.rowKeys {
		out = append(out, table.Column{Name: key, CSV: key, Text: true, Brief: true})
	}
	for _, col := range cols {
		for _, v := range p.values {
			c := v.Column()
			c.Brief, c.Drop = true, 1
			if v.observer != "" {
				c.Name, c.CSV = v.observer+"/"+c.Name, v.observer+"/"+c.CSV
			}
			var place, csv []string
			for i, key := range p.colKeys {
				place, csv = append(place, table.ShortKey(key)+" "+col[i]), append(csv, key+"="+col[i])
			}
			switch {
			case len(place) == 0:
			case len(p.values) == 1: // the table says of which metric
				c.Name = strings.Join(place, ", ")
			default:
				c.Name += " (" + strings.Join(place, ", ") + ")"
			}
			if len(csv) > 0 {
				c.CSV += "@" + strings.Join(csv, ",")
			}
			out = append(out, c)
		}
	}
	return out
}

// entry sums up the runs of one place.
func (p *pivot) entry(t *table.Table, runs []store.CellState, v value) table.Value {
	if len(runs) == 0 {
		return table.Value{Text: table.Undefined}
	}
	values, left := v.bySeed(runs)
	e := v.Estimate(values)
	out := table.Value{Text: v.Text(e, p.most()), Estimate: &e}
	if e.N == 0 {
		out.Text = table.Undefined
	}
	for _, status := range []string{store.Collapsed, store.Diverged, store.Failed} {
		n := 0
		for _, r := range runs {
			if r.Result.Outcome.Status == status && (status != store.Collapsed || left > 0) {
				n++
			}
		}
		if n > 0 {
			out.Text = strings.TrimPrefix(out.Text+", ", table.Undefined+", ") + fmt.Sprintf("%s %d/%d", status, n, len(runs))
		}
	}
	if notes := Residue(runs, append(slices.Clone(p.rowKeys), p.colKeys...)); len(notes) > 0 {
		out.Marks = []int{t.Note("Mixes " + strings.Join(notes, "; ") + ".")}
	}
	return out
}

// bySeed is the mean over the runs of each seed that has as many values as any other one, and how
// many runs have none as they collapsed.
func (v value) bySeed(runs []store.CellState) (values []float64, collapsed int) {
	bySeed, most := map[uint64][]float64{}, 0
	var seeds []uint64
	for _, r := range runs {
		if !r.Counted() {
			continue
		}
		x := v.ShownOf(r.Result.Of(v.observer), r.Dir.Plan().Prototypes)
		if v.Misleads(r.Result.Outcome.Status == store.Collapsed) {
			x, collapsed = math.NaN(), collapsed+1
		}
		seed := r.Dir.Plan().Cell.Seed
		if !slices.Contains(seeds, seed) {
			seeds = append(seeds, seed)
		}
		bySeed[seed] = append(bySeed[seed], stats.Finite([]float64{x})...)
		most = max(most, len(bySeed[seed]))
	}
	slices.Sort(seeds)
	for _, seed := range seeds {
		if x := bySeed[seed]; len(x) == most && most > 0 {
			values = append(values, stats.Mean(x))
		}
	}
	return values, collapsed
}

// combinations are the different values that runs have of some keys, in the order of the plan, but
// numbers by their size.
func combinations(runs []store.CellState, keys []string) [][]string {
	var out [][]string
	for _, r := range runs {
		v := valuesOf(r, keys)
		if !slices.ContainsFunc(out, func(o []string) bool { return slices.Equal(o, v) }) {
			out = append(out, v)
		}
	}
	for i := len(keys) - 1; i >= 0; i-- {
		slices.SortStableFunc(out, func(a, b []string) int {
			x, errX := strconv.ParseFloat(a[i], 64)
			y, errY := strconv.ParseFloat(b[i], 64)
			if errX != nil || errY != nil {
				return rank(a[i], errX) - rank(b[i], errY)
			}
			return cmp.Compare(x, y)
		})
	}
	return out
}

// rank puts numbers first and what has no value last.
func rank(text string, err error) int {
	switch {
	case err == nil:
		return 0
	case text != table.Undefined:
		return 1
	}
	return 2
}

func valuesOf(r store.CellState, keys []string) []string {
	out := make([]string, len(keys))
	for i, key := range keys {
		text, has := Key(r, key)
		if !has {
			text = table.Undefined
		}
		out[i] = text
	}
	return out
}
