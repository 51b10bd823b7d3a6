package reports

import (
	"os"
	"path/filepath"
	"slices"

	"protobench/harness/store"
	"protobench/metrics/uniqueness"
	reportfigure "protobench/reports/figure"
	htmlpage "protobench/reports/page"
	"protobench/stats"
)

// figure is one picture of the report, and what became of its files.
type figure struct {
	reportfigure.Figure
	kept  bool   // an earlier report's picture stands in the folder, as this one has less to show
	saved string // path of this one's files, without their endings; empty where it was not saved
}

// figures makes all pictures in the order of the page.
func (s *sweep) figures() ([]figure, error) {
	all, err := reportfigure.All(s.drawable())
	if err != nil {
		return nil, err
	}
	var out []figure
	for _, f := range all {
		out = append(out, figure{Figure: f})
	}
	return out, nil
}

// drawable is the sweep as figures see it.
func (s *sweep) drawable() *reportfigure.Sweep {
	out := &reportfigure.Sweep{
		Axes: s.varyingAxes(), Place: axesText, UsageText: s.curveText(),
		Unique: slices.ContainsFunc(s.plan.Claims, func(c store.Claim) bool { return c.Metric == unique().Key }),
	}
	seen := map[*arm]*reportfigure.Arm{}
	for _, a := range s.trained() {
		seen[a] = a.drawable()
		out.Arms = append(out.Arms, seen[a])
	}
	for a, drawn := range seen {
		for _, name := range drawn.Observers {
			if plain := s.plainArm(a, name); plain != nil {
				drawn.Plain[name] = seen[plain]
			}
		}
	}
	for _, a := range s.arms {
		if m := stats.Estimated(accuracy().over(a)); a.reference && m.N > 0 {
			out.References = append(out.References, reportfigure.Reference{Cell: a.cell, Accuracy: m.Mean})
		}
	}
	for _, b := range s.random {
		r := reportfigure.Random{K: b.k, D: b.d, Vectors: b.vectors}
		for _, eps := range uniqueness.Epsilons() {
			r.Unique = append(r.Unique, b.of(measureOf(uniqueness.Key(eps))))
		}
		out.Random = append(out.Random, r)
	}
	return out
}

// drawable is the arm as figures see it.
func (a *arm) drawable() *reportfigure.Arm {
	out := &reportfigure.Arm{Label: a.label, Cell: a.cell, Prototypes: a.planned.Prototypes, Observers: a.observers(), First: a.first, Plain: map[string]*reportfigure.Arm{}}
	for _, r := range a.counted() {
		out.Runs = append(out.Runs, reportfigure.Run{Dir: r.Dir, Result: r.Result, K: r.k})
	}
	return out
}

// curveText says what the curves count, as a sentence; empty where no setting says it.
func (s *sweep) curveText() string {
	const key = "evaluate.usage_images"
	count := "all training images"
	switch n, same := s.common(key); {
	case !slices.Contains(s.settingKeys(), key):
		return ""
	case !same:
		count = "training images (as many as evaluate.usage_images says)"
	case n != "0":
		count = "the first " + n + " training images, where the tables count all"
	}
	return "Usage is counted on " + count + ". "
}

// save writes all forms. Where there is nothing to draw, or less than a finished sweep has, an
// earlier report's picture stays: what it was made of may be gone for good.
func (f *figure) save(folder string) error {
	path := filepath.Join(folder, f.Name)
	if f.Draw == nil || f.Short != "" {
		f.kept = exists(path + ".png")
	}
	if f.Draw == nil || f.kept {
		return nil
	}
	if err := f.Save(path); err != nil {
		return err
	}
	f.saved = path
	return nil
}

// drawing is the figure as SVG, drawn if it was not saved.
func (f *figure) drawing() ([]byte, error) {
	if f.saved != "" {
		return os.ReadFile(f.saved + ".svg")
	}
	return f.SVG()
}

// image is the PNG of a figure whose drawing of a size is too large for a page; nil for others.
func (f *figure) image(size int) ([]byte, error) {
	switch {
	case size <= htmlpage.MostPicture:
		return nil, nil
	case f.saved != "":
		return os.ReadFile(f.saved + ".png")
	}
	return f.PNG()
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// state says what a reader has to know of the picture beyond its caption.
func (f *figure) state() string {
	switch {
	case f.kept:
		return " **Kept from an earlier report and not renewed:** " + f.Why() + "."
	case f.Short != "":
		return " **Not complete:** " + f.Short + "."
	}
	return ""
}
