package reports

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"protobench/internal/selection"
	"protobench/internal/setting"
	"protobench/metrics"
)

// partKeys name what a run is beside its settings.
func partKeys() []string {
	return []string{"method", "objective", "learner", "regularizers", "embedding", "form", "reference", "seed"}
}

// key is what a run has for a key, a part's or a setting's; false where it has none.
func (r run) key(key string) (string, bool) {
	c := r.cell()
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
		return formOf(c), !isReference(c)
	case "reference":
		return c.Method, isReference(c)
	case "seed":
		return fmt.Sprint(c.Seed), true
	}
	a := arm{cell: c, reference: isReference(c), planned: r.Dir.Plan()}
	return a.setting(key)
}

// everyRun lists the runs of all arms.
func (s *sweep) everyRun() []run {
	var out []run
	for _, a := range s.arms {
		out = append(out, a.runs...)
	}
	return out
}

// checkKey says why no run has a key.
func checkKey(runs []run, key string) error {
	names := append(partKeys(), settingsIn(runs)...)
	if slices.Contains(names, key) {
		return nil
	}
	text := fmt.Sprintf("no run of this sweep has it; expected one of %s, or a setting that some arm reads", strings.Join(partKeys(), ", "))
	if n := setting.Nearest(key, names); n != "" {
		text = fmt.Sprintf("no run of this sweep has it; did you mean %s?", n)
	}
	return errors.New(text)
}

// selectRuns keeps the runs that an expression selects.
func selectRuns(runs []run, text string) ([]run, error) {
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
	out := slices.DeleteFunc(slices.Clone(runs), func(r run) bool {
		return !e.Match(func(key, pattern string) bool {
			own, has := r.key(key)
			return has && (selection.Like(pattern, own) || key == "regularizers" && slices.Contains(r.cell().Regularizers, pattern))
		})
	})
	if len(out) == 0 {
		return nil, fmt.Errorf("--filter %q: selects none of %s", text, plural(len(runs), "run"))
	}
	return out, nil
}

// pivotValueOf finds a metric that some run has.
func pivotValueOf(runs []run, text string) (pivotValue, error) {
	v := pivotValue{}
	observer, key, found := strings.Cut(text, "/")
	if !found {
		observer, key = "", text
	}
	v.observer, v.measure = observer, measureOf(key)
	var known []string
	for _, r := range runs {
		for k := range r.learner(observer) {
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
