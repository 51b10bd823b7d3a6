package figure

import (
	"cmp"
	"fmt"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"protobench/metrics/uniqueness"
	"protobench/reports/drawing"
)

// mostLeaves is the number of prototypes beyond which their lines are one blot.
const mostLeaves = 1024

// mergeFigure shows which prototypes come together, and when.
func (s *Sweep) mergeFigure() (Figure, error) {
	f := Figure{Name: "merges", Optional: true, Missing: "no run has probes of merging prototypes, or none merged for good"}
	f.Title = "Prototypes that come together over training"
	arms, err := s.merging()
	if err != nil {
		return f, err
	}
	f.Short = s.without("epochs.jsonl", func(a *Arm) bool { return a.storedRun() != nil && len(a.storedRun().read.steps) == 0 })
	if len(arms) == 0 {
		return f, nil
	}
	arms, note := few(arms)
	last := 0.0
	for _, a := range arms {
		last = max(last, a.storedRun().read.last())
	}
	f.Caption = fmt.Sprintf("Each line is a prototype of the first seed, from step 0 on. It joins the line that covers it at the end (greedy groups at cosine distance ε = %s) where it last came that near to another one between two measurements; pairs that parted again are not drawn, so that as many lines are left as prototypes are unique. "+
		"Collapse is a tree that closes to few lines; when it closes is when prototypes were lost, and whether many small groups or one large one form is how. Arms without any lasting merge have no panel.",
		uniqueness.EpsilonText(smallest())) + note
	panels, columns := multiples(arms, 3, func(a *Arm) *plot.Plot { return mergePanel(a, last) })
	f.drawn(panels, columns, 0.85, nil)
	return f, nil
}

// merging are the arms whose first seed with stored prototypes has probes of some that merged for
// good.
func (s *Sweep) merging() ([]*Arm, error) {
	for _, a := range s.Arms {
		if r := a.storedRun(); r != nil {
			if _, err := r.track(); err != nil {
				return nil, err
			}
		}
	}
	return s.withData(func(a *Arm) bool {
		r := a.storedRun()
		return r != nil && len(r.read.merged) > 0 && a.First.Vectors.Rows <= mostLeaves && len(a.lasting()) > 0
	}), nil
}

// storedRun is the run whose prototypes the arm has; nil where there are none.
func (a *Arm) storedRun() *Run {
	for i := range a.Runs {
		if a.First != nil && a.Runs[i].Result.Cell.Seed == a.First.Seed {
			return &a.Runs[i]
		}
	}
	return nil
}

func (t *track) last() float64 {
	if len(t.steps) == 0 {
		return 0
	}
	return t.steps[len(t.steps)-1]
}

// lasting are the meetings that hold at the end: of each prototype that another one covers there,
// when it last came near one, step 0 where it never did, by step.
func (a *Arm) lasting() []meeting {
	last := map[int]float64{}
	for _, m := range a.storedRun().read.merged {
		last[m.one] = m.step
	}
	var out []meeting
	for i, owner := range uniqueness.Of(a.First.Vectors, smallest()).Owner {
		if owner >= 0 && owner != i {
			out = append(out, meeting{last[i], i, owner})
		}
	}
	slices.SortStableFunc(out, func(a, b meeting) int { return cmp.Compare(a.step, b.step) })
	return out
}

// branch is a line of the tree: a prototype, or what two have become.
type branch struct {
	from     float64 // step at which it begins
	one, two int     // branches that it joins; -1 for a prototype
	y        float64
}

// treeOf joins k prototypes in the order of their meetings. It returns all branches, the prototypes
// first, and the roots: those that are left.
func treeOf(k int, meetings []meeting) (all []branch, roots []int) {
	for range k {
		all = append(all, branch{one: -1, two: -1})
	}
	parent := make([]int, k, 2*k)
	for i := range parent {
		parent[i] = i
	}
	root := func(i int) int {
		for parent[i] != i {
			i = parent[i]
		}
		return i
	}
	for _, m := range meetings {
		if m.one >= k || m.another >= k {
			continue
		}
		a, b := root(m.one), root(m.another)
		if a == b {
			continue
		}
		parent = append(parent, len(all))
		parent[a], parent[b] = len(all), len(all)
		all = append(all, branch{from: m.step, one: a, two: b})
	}
	for i := range all {
		if parent[i] == i {
			roots = append(roots, i)
		}
	}
	return all, roots
}

// place gives the prototypes below a root their heights, from next on, and each branch the middle of
// those that it joins; it returns the next free height.
func place(all []branch, root int, next float64) float64 {
	b := &all[root]
	if b.one < 0 {
		b.y = next
		return next + 1
	}
	next = place(all, b.one, next)
	next = place(all, b.two, next)
	b.y = (all[b.one].y + all[b.two].y) / 2
	return next
}

// leaves counts the prototypes below a branch.
func leaves(all []branch, of int) int {
	if all[of].one < 0 {
		return 1
	}
	return leaves(all, all[of].one) + leaves(all, all[of].two)
}

func mergePanel(a *Arm, last float64) *plot.Plot {
	k := a.First.Vectors.Rows
	p := drawing.NewPanel(drawing.Shorten(a.Label, 36), "training step", "prototypes", drawing.TextSize-0.5)
	drawing.AmountAxis(&p.X, last)
	p.Y.Min, p.Y.Max = -1, float64(k)+float64(0.12*float64(k))
	p.Y.Tick.Marker = drawing.Ticks([]float64{0, float64(k - 1)}, []string{"1", fmt.Sprint(k)})
	t := a.storedRun().read
	all, roots := treeOf(k, a.lasting())
	slices.SortStableFunc(roots, func(a, b int) int { return leaves(all, b) - leaves(all, a) })
	next := 0.0
	for _, r := range roots {
		next = place(all, r, next)
	}
	end := make([]float64, len(all))
	for i := range end {
		end[i] = t.last()
	}
	for _, b := range all {
		if b.one >= 0 {
			end[b.one], end[b.two] = b.from, b.from
		}
	}
	style := draw.LineStyle{Color: a.style.Color, Width: vg.Points(0.25)}
	for i, b := range all {
		line := plotter.XYs{{X: b.from, Y: b.y}, {X: end[i], Y: b.y}}
		if b.one >= 0 {
			line = append(plotter.XYs{{X: b.from, Y: all[b.one].y}, {X: b.from, Y: all[b.two].y}, {X: b.from, Y: b.y}}, line[1])
		}
		drawing.AddLine(p, line, style)
	}
	p.Add(drawing.Note{Text: fmt.Sprintf("%d of %d left", len(roots), k), X: 0.99, Y: 0.995, Size: 5.5})
	return p
}
