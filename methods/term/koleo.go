package term

import (
	"math"

	"protobench/encoders/graph"
	"protobench/internal/kernel"
	"protobench/internal/setting"
	"protobench/internal/team"
	"protobench/methods/part"

	G "gorgonia.org/gorgonia"
)

// KoLeo holds the keys of the [koleo-prototypes] table.
type KoLeo struct {
	Weight float64 `key:"weight" default:"0.1" range:"[0,)" doc:"weight of the KoLeo term on the prototypes"`
}

// koleoPrototypesPart declares the regularizer KP.
func koleoPrototypesPart() Declaration {
	return Declaration{
		Declaration: part.Declaration{
			Name: "koleo-prototypes", Doc: "spreads the prototypes: differential entropy by nearest neighbours (KP)", Source: "Govindarajan et al. 2024; Sablayrolles et al. 2019",
			Table: setting.Of[KoLeo]("koleo-prototypes").OwnedBy("koleo-prototypes"),
		},
		Prototypes: true,
		New: func(v setting.Values, in Inputs) (*G.Node, float64, error) {
			n, err := koleoNode(in.Prototypes)
			return n, v.Float("koleo-prototypes.weight"), err
		},
	}
}

// KoLeoFeatures holds the keys of the [koleo-features] table (default of Oquab et al. 2024).
type KoLeoFeatures struct {
	Weight float64 `key:"weight" default:"0.1" range:"[0,)" doc:"weight of the KoLeo term on the student's backbone features, a mean over the views"`
}

// koleoFeaturesPart declares the regularizer of DINOv2.
func koleoFeaturesPart() Declaration {
	return Declaration{
		Declaration: part.Declaration{
			Name: "koleo-features", Source: "Oquab et al. 2024 (DINOv2); Sablayrolles et al. 2019",
			Doc:   "spreads the images of each view: differential entropy of the student's backbone features by nearest neighbours",
			Table: setting.Of[KoLeoFeatures]("koleo-features").OwnedBy("koleo-features"),
		},
		Features: true,
		New: func(v setting.Values, in Inputs) (*G.Node, float64, error) {
			n, err := koleoViewsNode(in.Features, in.Views)
			return n, v.Float("koleo-features.weight"), err
		},
	}
}

const koleoEps = 1e-8

// koleoNode adds the KoLeo term of x [K,D]: -(1/K) Σ_k ln(|c_k - c_nn(k)| + 1e-8) with c the
// normalised rows and nn(k) the nearest other row (Sablayrolles et al. 2019, eq. 2; as in DINOv2).
// It rises without bound as two rows meet: large values mean duplicates. The gradient touches each
// row and its nearest neighbour, and goes through the normalisation.
func koleoNode(x *G.Node) (*G.Node, error) {
	k, d := x.Shape()[0], x.Shape()[1]
	t := newKoleo(k, d)
	return graph.Apply(graph.Op{
		Kind: "koleo", Diff: []bool{true},
		Forward: func(team *team.Team, in [][]float32, out []float32) { out[0] = float32(t.value(team, in[0])) },
		Backward: func(in G.Nodes, out, grad *G.Node) (G.Nodes, error) {
			dx, err := graph.Apply(graph.Op{
				Kind: "koleo-grad", Out: in[0].Shape().Clone(),
				Forward: func(_ *team.Team, v [][]float32, dx []float32) { t.gradient(dx, v[0][0]) },
			}, grad, out)
			return G.Nodes{dx}, err
		},
	}, x)
}

// Similarities are held in blocks: of so many rows that a product's packing of the others does not
// show, with so many of the others that a block stays in a shared cache.
const (
	koleoRows   = 512
	koleoOthers = 2048
)

// koleo is the room for the nearest neighbours of k rows.
type koleo struct {
	k, d int
	c    []float32 // normalised rows
	norm []float32
	near []int
	best []float32 // similarity with the nearest of the others so far, of a block's rows
	sim  []float32 // of a block
	now  koleoBlock

	search func(lo, hi int) // of a block's rows, bound once: a closure for each call would be garbage
}

// koleoBlock is the block at hand: so many rows and others, and where they begin.
type koleoBlock struct{ rows, others, row, other int }

func newKoleo(k, d int) *koleo {
	rows, others := min(k, koleoRows), min(k, koleoOthers)
	t := &koleo{k: k, d: d, c: make([]float32, k*d), norm: make([]float32, k), near: make([]int, k), best: make([]float32, rows), sim: make([]float32, rows*others)}
	t.search = t.searchRows
	return t
}

func (t *koleo) value(team *team.Team, x []float32) float64 {
	for r := range t.k {
		n := max(kernel.Norm(x[r*t.d:][:t.d]), koleoEps)
		t.norm[r] = float32(n)
		for i := range t.d {
			t.c[r*t.d+i] = float32(float64(x[r*t.d+i]) / n)
		}
	}
	t.nearest(team)
	var s float64
	for r := range t.k {
		s -= math.Log(t.distance(r) + koleoEps)
	}
	return s / float64(t.k)
}

// nearest finds each row's nearest other row, the first of equal ones.
func (t *koleo) nearest(team *team.Team) {
	for lo := 0; lo < t.k; lo += koleoRows {
		for from := 0; from < t.k; from += koleoOthers {
			n, m := min(koleoRows, t.k-lo), min(koleoOthers, t.k-from)
			kernel.InnerProducts(team, t.sim[:n*m], t.c[lo*t.d:(lo+n)*t.d], t.c[from*t.d:(from+m)*t.d], n, t.d, m)
			t.now = koleoBlock{n, m, lo, from}
			team.Chunks(n, kernel.RowChunk(m), t.search)
		}
	}
}

// searchRows looks for nearer ones in some rows of the block.
func (t *koleo) searchRows(lo, hi int) {
	b := t.now
	for r := lo; r < hi; r++ {
		row, self := t.sim[r*b.others:][:b.others], b.row+r-b.other
		if self >= 0 && self < b.others {
			row[self] = -2
		}
		if b.other == 0 || kernel.Max(row) > t.best[r] {
			at := kernel.Argmax(row)
			t.near[b.row+r], t.best[r] = b.other+at, row[at]
		}
	}
}

// distance is |c_r - c_nn + 1e-8|: the small term keeps the gradient of exact duplicates finite.
func (t *koleo) distance(r int) float64 {
	a, b := t.c[r*t.d:][:t.d], t.c[t.near[r]*t.d:][:t.d]
	var s float64
	for i := range a {
		e := float64(a[i]) - float64(b[i]) + koleoEps
		s += float64(e * e)
	}
	return math.Sqrt(s)
}

func (t *koleo) gradient(dx []float32, grad float32) {
	clear(dx)
	for r := range t.k { // with respect to the normalised rows
		dist := t.distance(r)
		f := -float64(grad) / (float64(t.k) * (dist + koleoEps) * dist)
		a, b := r*t.d, t.near[r]*t.d
		for i := range t.d {
			g := float32(f * (float64(t.c[a+i]) - float64(t.c[b+i]) + koleoEps))
			dx[a+i] += g
			dx[b+i] -= g
		}
	}
	for r := range t.k { // through the normalisation
		g, c := dx[r*t.d:][:t.d], t.c[r*t.d:][:t.d]
		dot := kernel.Dot(g, c)
		for i := range g {
			g[i] = (g[i] - float32(c[i]*dot)) / t.norm[r]
		}
	}
}

// koleoViewsNode adds the mean over the views of the KoLeo term of each view's features x
// [views·B,F] (DINOv2: Oquab et al. 2024, sec. 4, on the backbone's output): two views of one image
// are never neighbours. It spreads images, not prototypes.
func koleoViewsNode(x *G.Node, views int) (*G.Node, error) {
	n := x.Shape()[0] / views
	terms, weights := make([]*G.Node, views), make([]float32, views)
	for v := range terms {
		rows, err := rowsNode(x, v*n, n)
		if err != nil {
			return nil, err
		}
		if terms[v], err = koleoNode(rows); err != nil {
			return nil, err
		}
		weights[v] = 1 / float32(views)
	}
	return graph.Sum(weights, terms...)
}
