package graph

import (
	"slices"
	"testing"

	"protobench/internal/team"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
	"pgregory.net/rapid"
)

// drawn is an operation of a made-up program: the sum of its operands times a number, for maps with
// a border of zeros or for all numbers.
type drawn struct {
	in      []int
	by      float32
	halo    bool
	over    []bool
	channel int
	root    bool
}

// images and side of the maps; shapes differ by their channels alone.
const images, side = 2, 3

func (d drawn) shape() tensor.Shape { return tensor.Shape{images, side + 2, side + 2, d.channel} }

// border reports whether number i of the result lies in a border of zeros.
func (d drawn) border(i int) bool {
	pixel := i / d.channel
	return d.halo && (pixel%(side+2)%(side+1) == 0 || pixel/(side+2)%(side+2)%(side+1) == 0)
}

// run writes what is not border. Operands of other sizes are read in a circle.
func (d drawn) run(_ *team.Team, in [][]float32, out []float32) {
	for i := range out {
		if d.border(i) {
			continue
		}
		var sum float32
		for _, x := range in {
			sum += x[i%len(x)]
		}
		out[i] = sum * d.by
	}
}

func drawProgram(t *rapid.T) []drawn {
	ops := make([]drawn, rapid.IntRange(2, 30).Draw(t, "ops"))
	for i := range ops {
		d := drawn{
			by: float32(i%3) + 0.5, halo: rapid.Bool().Draw(t, "halo"), channel: rapid.IntRange(1, 3).Draw(t, "channels"),
			root: rapid.IntRange(0, 5).Draw(t, "root") == 0,
		}
		for range rapid.IntRange(1, 3).Draw(t, "operands") {
			j := rapid.IntRange(max(-1, i-6), i-1).Draw(t, "operand")
			if slices.Contains(d.in, j) {
				continue
			}
			d.in = append(d.in, j)
			alike := j >= 0 && ops[j].channel == d.channel
			d.over = append(d.over, alike && rapid.Bool().Draw(t, "over"))
		}
		ops[i] = d
	}
	ops[len(ops)-1].root = true
	return ops
}

// made is a compiled program of drawn operations, with what they result in.
type made struct {
	ops   []drawn
	nodes []*G.Node
	want  [][]float32
	p     *Program
}

func (m made) check(t *rapid.T) {
	if err := m.p.Run(nil); err != nil {
		t.Fatal(err)
	}
	for i, d := range m.ops {
		if d.root && !slices.Equal(m.p.Value(m.nodes[i]), m.want[i]) {
			t.Fatalf("result %d is %v, want %v", i, m.p.Value(m.nodes[i]), m.want[i])
		}
	}
}

// makeProgram compiles drawn operations into an arena, and works their results out in memory of
// their own.
func makeProgram(t *rapid.T, arena *Arena) made {
	m := made{ops: drawProgram(t)}
	g := G.NewGraph()
	x := Input(g, "x", []float32{1, 2, 3}, 3)
	m.nodes, m.want = make([]*G.Node, len(m.ops)), make([][]float32, len(m.ops))
	var roots []*G.Node
	for i, d := range m.ops {
		var in []*G.Node
		var values [][]float32
		for _, j := range d.in {
			if j < 0 {
				in, values = append(in, x), append(values, []float32{1, 2, 3})
				continue
			}
			in, values = append(in, m.nodes[j]), append(values, m.want[j])
		}
		n, err := Apply(Op{Kind: "drawn", Out: d.shape(), Halo: d.halo, Over: d.over, Forward: d.run}, in...)
		if err != nil {
			t.Fatal(err)
		}
		m.nodes[i], m.want[i] = n, make([]float32, n.Shape().TotalSize())
		d.run(nil, values, m.want[i])
		if d.root {
			roots = append(roots, n)
		}
	}
	var err error
	if m.p, err = arena.Compile(g, roots...); err != nil {
		t.Fatal(err)
	}
	return m
}

// TestMemory compares programs whose results share an arena, and are written over operands, with
// values each in memory of its own.
func TestMemory(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := makeProgram(t, new(Arena))
		for range 2 {
			m.check(t)
		}
	})
}

// TestArena does the same with programs that share one and run in any order.
func TestArena(t *testing.T) {
	shared := 0
	rapid.Check(t, func(t *rapid.T) {
		var arena Arena
		all := make([]made, rapid.IntRange(2, 4).Draw(t, "programs"))
		for i := range all {
			all[i] = makeProgram(t, &arena)
		}
		if len(arena.programs) > 1 {
			shared++
		}
		for range 8 {
			all[rapid.IntRange(0, len(all)-1).Draw(t, "next")].check(t)
		}
	})
	if shared == 0 {
		t.Error("no two programs shared an arena")
	}
}
