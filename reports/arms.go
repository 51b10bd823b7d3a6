package reports

import (
	"cmp"
	"slices"
	"strings"

	"protobench/reports/pivot"
	"protobench/reports/table"
)

// armTable says what each arm is made of and gives every setting in which arms differ:
// decoupling is hardly ever the only one.
func (s *sweep) armTable() *table.Table {
	t := &table.Table{Name: "arms", Caption: "What each arm is made of, and every setting in which arms differ; a dash marks what an arm does not read."}
	for _, name := range []string{"method", "objective", "learner", "regularizers", "embedding", "form", "observers"} {
		t.Columns = append(t.Columns, table.Words(name))
	}
	differing := s.differing()
	for _, key := range differing {
		t.Columns = append(t.Columns, table.Column{Name: key, CSV: key})
	}
	for _, a := range s.trained() {
		c := a.cell
		row := table.Texts(a.label, c.Objective, c.Learner, listed(c.Regularizers), c.Embedding, pivot.Form(c), listed(a.planned.Observers))
		for _, key := range differing {
			row = append(row, table.Value{Text: a.settingOr(key, undefined)})
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func listed(names []string) string {
	if len(names) == 0 {
		return undefined
	}
	return strings.Join(names, ", ")
}

// start and reseed are the two helps that a learner gets from its settings. Where it has none of
// them, it starts at random and nothing is re-seeded.
func (a *arm) start() string { return a.settingOr("prototypes.init", "random") }

func (a *arm) reseed() string { return a.settingOr("prototypes.reseed", "false") }

func (a *arm) centred() bool { return a.cell.Embedding != "plain" && a.cell.Embedding != "" }

// additions counts what an arm has besides its objective and learner, whatever its name.
func (a *arm) additions() int {
	n := len(a.cell.Regularizers)
	for _, has := range []bool{
		a.centred(), a.start() != "random", a.reseed() == "true", a.settingOr("prototypes.freeze_epochs", "0") != "0",
	} {
		if has {
			n++
		}
	}
	return n
}

// plainer orders two candidates for the arm that a is read against: the one with fewer
// additions, then the one named like its objective (the plain preset), then the one
// whose other settings are nearer to a's. The plan's order decides the rest.
func plainer(a, b, best *arm) bool {
	named := func(x *arm) int {
		if x.cell.Method == x.cell.Objective {
			return 0
		}
		return 1
	}
	return cmp.Or(
		cmp.Compare(b.additions(), best.additions()), cmp.Compare(named(b), named(best)),
		cmp.Compare(len(differences(a, b)), len(differences(a, best))),
	) < 0
}

// plainArm returns the arm that an observer of a with this learner is a shadow of: same
// objective and regularizers at equal axes, none of the helps, which observers never
// get. nil when the sweep has none.
func (s *sweep) plainArm(a *arm, learner string) *arm {
	return s.nearest(a, func(b *arm) bool {
		return b.cell.Learner == learner && sameSet(a.cell.Regularizers, b.cell.Regularizers) &&
			b.additions() == len(b.cell.Regularizers)
	})
}

// helpedArm returns the joint arm with the settings of a matched: embedding, start,
// re-seeding and regularizers. nil when the sweep has none.
func (s *sweep) helpedArm(a *arm) *arm {
	return s.nearest(a, func(b *arm) bool { return b.cell.Learner == "joint" && len(unmatched(a, b)) == 0 })
}

// unmatched lists what of the help two arms do not share, with b's values.
func unmatched(a, b *arm) []string {
	var out []string
	differ := func(name, x, y string) {
		if x != y {
			out = append(out, name+" "+y)
		}
	}
	differ("embedding", a.cell.Embedding, b.cell.Embedding)
	differ("prototypes.init", a.start(), b.start())
	differ("prototypes.reseed", a.reseed(), b.reseed())
	if a.reseed() == "true" && b.reseed() == "true" {
		for _, key := range []string{"prototypes.reseed_below", "prototypes.reseed_by"} {
			differ(key, a.settingOr(key, ""), b.settingOr(key, ""))
		}
	}
	if !sameSet(a.cell.Regularizers, b.cell.Regularizers) {
		differ("regularizers", "", listed(b.cell.Regularizers))
	}
	return out
}

// nearest returns, among the arms of a's objective at equal axes that fit, the one whose
// settings differ least from a's.
func (s *sweep) nearest(a *arm, fits func(*arm) bool) *arm {
	var best *arm
	for _, b := range s.trained() {
		if b == a || b.cell.Objective != a.cell.Objective || !equalAxes(a.cell, b.cell) || !fits(b) {
			continue
		}
		if best == nil || len(differences(a, b)) < len(differences(a, best)) {
			best = b
		}
	}
	return best
}

func sameSet(a, b []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}
