package methods

import (
	"maps"
	"slices"

	"protobench/encoders"
	"protobench/encoders/graph"
	"protobench/methods/objective"
	"protobench/methods/part"
	"protobench/methods/term"

	G "gorgonia.org/gorgonia"
)

// build compiles all graphs. Those of student, teacher and evaluation never run together and share
// one arena, which the student's, the largest, sets.
func (t *Trainer) build() (err error) {
	if err := t.buildStudent(); err != nil {
		return err
	}
	if err := t.buildTeacher(); err != nil {
		return err
	}
	for _, o := range t.observers {
		if err := o.buildAlone(t.cfg.Encoder.Dim); err != nil {
			return err
		}
	}
	for b, w := range t.weights {
		if t.eval[b], err = newEvaluator(t.cfg.Team, &t.arena, w, t.embedding.project); err != nil {
			return err
		}
	}
	return nil
}

func (t *Trainer) input(g *G.ExprGraph) *G.Node {
	in := t.cfg.Input
	return graph.Input(g, "x", t.x, 2*t.cfg.Train.Batch, in.Height, in.Width, in.Channels)
}

// mask is the masks' node, or nil where nothing is hidden.
func (t *Trainer) mask(g *G.ExprGraph) *G.Node {
	if t.masks == nil {
		return nil
	}
	return graph.Input(g, "masks", t.masks, 2*t.cfg.Train.Batch, len(t.masks)/(2*t.cfg.Train.Batch))
}

func (t *Trainer) buildTeacher() error {
	g := G.NewGraph()
	nodes, err := t.weights[part.Teacher].Build(t.input(g), encoders.Training, "")
	if err != nil {
		return err
	}
	z, err := t.embedding.project(nodes.Embedding)
	if err != nil {
		return err
	}
	roots := G.Nodes{z}
	if nodes.Patches != nil {
		hidden, err := t.embedding.project(nodes.Patches)
		if err != nil {
			return err
		}
		roots = append(roots, hidden)
	}
	if t.teacher, err = t.arena.Compile(g, roots...); err != nil {
		return err
	}
	if nodes.Patches != nil {
		t.hidden = t.teacher.Value(roots[1])
		t.patches[part.Teacher] = make([]float32, len(t.hidden))
	}
	t.project = t.teacher.Value(z)
	t.z[part.Teacher] = make([]float32, len(t.project))
	if t.embedding.raw {
		t.unit[part.Teacher], t.unit[part.Student] = make([]float32, len(t.project)), make([]float32, len(t.project))
	}
	return nil
}

// forward is the student's graph before it is differentiated.
type forward struct {
	g                          *G.ExprGraph
	z, loss, total, prototypes *G.Node
	features                   *G.Node // the backbone's output for the global crops
	patches                    *G.Node // embeddings of every patch, or nil
	params                     G.Nodes
	terms                      map[string]*G.Node
}

// kept are the nodes that are read after a run, gradients left out.
func (f *forward) kept(h *objective.Head) G.Nodes {
	out := append(G.Nodes{f.total, f.loss, f.z}, h.Kept()...)
	for _, name := range slices.Sorted(maps.Keys(f.terms)) {
		out = append(out, f.terms[name])
	}
	if f.patches != nil {
		out = append(out, f.patches)
	}
	return out
}

func (t *Trainer) forward() (*forward, error) {
	f := &forward{g: G.NewGraph(), terms: map[string]*G.Node{}}
	nodes, err := t.weights[part.Student].BuildMasked(t.input(f.g), t.mask(f.g), encoders.Training, "")
	if err != nil {
		return nil, err
	}
	f.params, f.features = nodes.Params, nodes.Features
	z, err := t.crops(nodes)
	if err != nil {
		return nil, err
	}
	if f.z, err = t.embedding.node(z); err != nil {
		return nil, err
	}
	if nodes.Patches != nil {
		if f.patches, err = t.embedding.node(nodes.Patches); err != nil {
			return nil, err
		}
	}
	input, c, err := t.host.nodes(f.g)
	if err != nil {
		return nil, err
	}
	f.prototypes = input
	if f.loss, err = t.host.head.Build(f.z, f.patches, c); err != nil {
		return nil, err
	}
	f.total = f.loss
	return f, t.regularize(f)
}

// regularize adds the regularizers' terms to the loss.
func (t *Trainer) regularize(f *forward) error {
	terms, weights := []*G.Node{f.loss}, []float32{1}
	in := term.Inputs{
		Prototypes: f.prototypes, Features: f.features, Views: t.host.head.Views.Global, Scores: t.host.head.S, Temperature: t.host.head.Temperature,
	}
	for _, name := range t.cfg.Composition.Regularizers {
		r, _ := term.Find(name) // checked before
		n, weight, err := r.New(t.cfg.Settings, in)
		if err != nil {
			return err
		}
		f.terms[name] = n
		terms, weights = append(terms, n), append(weights, float32(weight))
	}
	if len(terms) == 1 {
		return nil
	}
	total, err := graph.Sum(weights, terms...)
	f.total = total
	return err
}

func (t *Trainer) buildStudent() error {
	f, err := t.forward()
	if err != nil {
		return err
	}
	params, nodes := t.weights[part.Student].Params, f.params
	params, nodes = append(params[:len(params):len(params)], t.host.extra...), append(nodes, t.host.head.Extra...)
	if t.host.head.Gradient {
		nodes = append(nodes, f.prototypes)
	}
	grads, err := graph.Gradients(f.total, nodes...)
	if err != nil {
		return err
	}
	if t.student, err = t.arena.Compile(f.g, append(f.kept(t.host.head), grads...)...); err != nil {
		return err
	}
	for i, p := range params {
		p.Grad = t.student.Value(grads[i])
	}
	if t.host.head.Gradient {
		t.host.follow(t.student.Value(grads[len(params)]))
	}
	for name, n := range f.terms {
		t.terms[name] = t.student.Value(n)
	}
	if t.host.head.Scored() {
		t.host.student = t.student.Value(t.host.head.S)
	}
	t.loss, t.z[part.Student] = t.student.Value(f.loss), t.student.Value(f.z)
	if f.patches != nil {
		t.patches[part.Student] = t.student.Value(f.patches)
	}
	return nil
}
