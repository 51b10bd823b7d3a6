package distillation

import (
	"protobench/encoders/graph"
	"protobench/encoders/optim"
	"protobench/internal/kernel"
	"protobench/internal/team"
	"protobench/methods/term"

	G "gorgonia.org/gorgonia"
)

// patches is the masked-patch loss of [ibot] for one learner's prototypes. For N views of P patches
//
//	loss = (weight/N)·Σ_views Σ_hidden patches -Σ_k t_k·log softmax(s/τ)_k / number of the view's hidden patches
//
// with t = softmax((teacher score - center)/τ_t); views without hidden patches count as 0, as in
// the official code. Only hidden patches are scored: the center, an EMA of the teacher's mean score
// over all patches, needs no more than their mean embedding.
type patches struct {
	IBOT
	k, d, N     int
	Each        int     // P
	temperature float64 // the student's
	ramp        optim.Ramp
	center      []float32 // [K]
	mean        []float64 // [K] teacher's mean score of this step
	sum         []float64 // [D]

	rows    []int     // hidden patches of this step, of N·P
	targets []float32 // [rows,K], each scaled by its share in the mean
	value   float64   // the loss

	z, dz, s, p []float32 // gathered: [rows,D], [rows,D], [rows,K], [rows,K]
	mass, dc    []float32
}

func newPatches(s IBOT, d DINO, k, dim, n, each int) *patches {
	rows := n * int(min(1, s.Ratio+s.Spread)*float64(each))
	return &patches{
		IBOT: s, k: k, d: dim, N: n, Each: each, ramp: patchRamp(s, d), center: make([]float32, k), mean: make([]float64, k), sum: make([]float64, dim),
		targets: make([]float32, rows*k), z: make([]float32, rows*dim), dz: make([]float32, rows*dim), s: make([]float32, rows*k), p: make([]float32, rows*k), mass: make([]float32, rows),
	}
}

// Prepare makes the targets from the teacher's patch embeddings z [N·P,D], prototypes c [K,D] and
// masks [N,P].
func (t *patches) Prepare(team *team.Team, z, c, masks []float32, epoch int) {
	t.average(z, c)
	t.rows = t.rows[:0]
	for i, m := range masks {
		if m != 0 {
			t.rows = append(t.rows, i)
		}
	}
	t.score(team, z, c)
	inv := float32(1 / t.ramp.At(max(0, epoch-t.Start)))
	for i := range t.rows {
		row := t.targets[i*t.k:][:t.k]
		for k, s := range t.s[i*t.k:][:t.k] {
			row[k] = (s - t.center[k]) * inv
		}
		kernel.Softmax(row, row)
	}
	t.share(masks)
}

// average sets the teacher's mean score over all patches: scores are linear in embeddings.
func (t *patches) average(z, c []float32) {
	sum := t.sum
	clear(sum)
	for i, v := range z {
		sum[i%t.d] += float64(v)
	}
	n := float64(len(z) / t.d)
	for k := range t.mean {
		t.mean[k] = 0
		for j, v := range c[k*t.d:][:t.d] {
			t.mean[k] += float64(sum[j] / n * float64(v))
		}
	}
}

// score gathers the hidden patches of z and sets their scores.
func (t *patches) score(team *team.Team, z, c []float32) {
	for i, r := range t.rows {
		copy(t.z[i*t.d:][:t.d], z[r*t.d:])
	}
	if len(t.rows) > 0 {
		kernel.InnerProducts(team, t.s, t.z, c, len(t.rows), t.d, t.k)
	}
}

// share scales each target to its part of the mean.
func (t *patches) share(masks []float32) {
	for i, r := range t.rows {
		var hidden float32
		for _, m := range masks[r/t.Each*t.Each:][:t.Each] {
			hidden += m
		}
		f := float32(t.Weight) / (hidden * float32(t.N))
		for k := range t.k {
			t.targets[i*t.k+k] *= f
		}
	}
}

// moveCenter moves the center.
func (t *patches) moveCenter() {
	m := t.CenterMomentum
	for k, v := range t.mean {
		t.center[k] = float32(float64(m*float64(t.center[k])) + float64((1-m)*v))
	}
}

// Node adds the loss of the student's patch embeddings z [N·P,D] under prototypes c [K,D].
func (t *patches) Node(z, c *G.Node, gradient bool) (*G.Node, error) {
	if gradient {
		t.dc = make([]float32, t.k*t.d)
	}
	return graph.Apply(graph.Op{
		Kind: "patches", Diff: []bool{true, gradient},
		Forward: func(team *team.Team, in [][]float32, out []float32) { out[0] = t.forward(team, in[0], in[1]) },
		Backward: func(in G.Nodes, out, grad *G.Node) (G.Nodes, error) {
			dz, err := graph.Apply(graph.Op{
				Kind: "patches-grad", Out: in[0].Shape().Clone(),
				Forward: func(team *team.Team, v [][]float32, dz []float32) { t.backward(team, dz, v[0], v[1][0], gradient) },
			}, in[1], grad, out)
			if err != nil || !gradient {
				return G.Nodes{dz, nil}, err
			}
			dc, err := graph.Take(dz, t.dc, t.k, t.d)
			return G.Nodes{dz, dc}, err
		},
	}, z, c)
}

// forward leaves the softmaxes of the student's scores in p.
func (t *patches) forward(team *team.Team, z, c []float32) float32 {
	t.score(team, z, c)
	t.value = 0
	for i := range t.rows {
		t.value += term.CrossEntropyRow(t.p[i*t.k:][:t.k], t.s[i*t.k:][:t.k], t.targets[i*t.k:][:t.k], float32(t.temperature), &t.mass[i])
	}
	return float32(t.value)
}

func (t *patches) backward(team *team.Team, dz, c []float32, grad float32, gradient bool) {
	clear(dz)
	clear(t.dc)
	n, f := len(t.rows), grad/float32(t.temperature)
	if n == 0 {
		return
	}
	for i := range t.rows {
		for j := i * t.k; j < (i+1)*t.k; j++ {
			t.s[j] = f * (float32(t.p[j]*t.mass[i]) - t.targets[j])
		}
	}
	kernel.Gemm(team, false, false, n, t.d, t.k, t.s, t.k, c, t.d, t.dz, t.d, false)
	if gradient {
		kernel.Gemm(team, true, false, t.k, t.d, n, t.s, t.k, t.z, t.d, t.dc, t.d, false)
	}
	for i, r := range t.rows {
		copy(dz[r*t.d:][:t.d], t.dz[i*t.d:])
	}
}

// Rows is the number of patches of all views, N·P.
func (t *patches) Rows() int { return t.N * t.Each }

// Loss is that of the last step.
func (t *patches) Loss() float64 { return t.value }
