package pivot

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"protobench/harness/store"
	"protobench/internal/selection"
	"protobench/internal/setting"
	"protobench/internal/wording"
	"protobench/metrics"
	"protobench/reports/quantity"
)

// Parts names what a run is beside its settings.
func Parts() []string {
	return []string{"method", "objective", "learner", "regularizers", "embedding", "form", "reference", "seed"}
}

// Key is what a run has for a key, a part's or a setting's; false where it has none.
func Key(r store.CellState, key string) (string, bool) {
	c := r.Dir.Plan().Cell
	switch key {
	case "method":
		return c.Method, true
	case "objective":
		return c.Objective, c.Objective != ""
	case "learner":
		return c.Learner, c.Learner != ""
	case "regularizers":
		return strings.Join(c.Regularizers, ", "), len(c.Regularizers) > 0
	case "embedding":
		return c.Embedding, c.Embedding != ""
	case "form":
		return Form(c), !IsReference(c)
	case "reference":
		return c.Method, IsReference(c)
	case "seed":
		return fmt.Sprint(c.Seed), true
	}
	return Setting(r.Dir.Plan(), key)
}

// Setting is a resolved setting of a cell as tables show it; false where the cell does not read it.
func Setting(c store.PlanCell, key string) (text string, read bool) {
	v, read := c.Settings.Get(key)
	switch {
	case read:
		return store.FormatAxis(v), true
	case key == Precision && !IsReference(c.Cell):
		return "float32", true
	}
	return "", false
}

// Precision is a key that every arm reads, but that only those name whose products are not of
// float32: beside such an arm the others are told of.
const Precision = "train.precision"

// IsReference tells the rows that every accuracy is read against.
func IsReference(c store.Cell) bool {
	return slices.Contains([]string{"pixels", "untrained", "supervised"}, c.Method)
}

// Form names the form that a cell's settings have.
func Form(c store.Cell) string { return cmp.Or(c.Form, "controlled") }

// checkKey says why no run has a key.
func checkKey(runs []store.CellState, key string) error {
	names := append(Parts(), settingsIn(runs)...)
	if slices.Contains(names, key) {
		return nil
	}
	text := fmt.Sprintf("no run of this sweep has it; expected one of %s, or a setting that some arm reads", strings.Join(Parts(), ", "))
	if n := setting.Nearest(key, names); n != "" {
		text = fmt.Sprintf("no run of this sweep has it; did you mean %s?", n)
	}
	return errors.New(text)
}

// selectRuns keeps the runs that an expression selects.
func selectRuns(runs []store.CellState, text string) ([]store.CellState, error) {
	if text == "" {
		return runs, nil
	}
	e, err := selection.Parse("--filter", text, func(key string) error {
		if err := checkKey(runs, key); err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	out := slices.DeleteFunc(slices.Clone(runs), func(r store.CellState) bool {
		return !e.Match(func(key, pattern string) bool {
			own, has := Key(r, key)
			return has && (selection.Like(pattern, own) || key == "regularizers" && slices.Contains(r.Dir.Plan().Cell.Regularizers, pattern))
		})
	})
	if len(out) == 0 {
		return nil, fmt.Errorf("--filter %q: selects none of %s", text, wording.Count(len(runs), "run"))
	}
	return out, nil
}

// valueOf finds a metric that some run has.
func valueOf(runs []store.CellState, text string) (value, error) {
	v := value{}
	observer, key, found := strings.Cut(text, "/")
	if !found {
		observer, key = "", text
	}
	v.observer, v.Quantity = observer, quantity.Of(key)
	var known []string
	for _, r := range runs {
		for k := range r.Result.Of(observer) {
			known = append(known, k)
		}
	}
	slices.Sort(known)
	known = slices.Compact(known)
	_, declared := metrics.Find(key)
	switch {
	case slices.Contains(known, key), observer == "" && len(known) == 0 && declared:
		return v, nil
	case len(known) == 0:
		return v, fmt.Errorf("no run has an observer %s", cmp.Or(observer, "of that name"))
	}
	if n := setting.Nearest(key, known); n != "" {
		return v, fmt.Errorf("no run has this metric; did you mean %s?", n)
	}
	return v, errors.New("no run has this metric; `protobench list metrics` says which there are")
}
