package methods

import (
	"protobench/encoders"
	"protobench/encoders/graph"

	G "gorgonia.org/gorgonia"
)

// build compiles all graphs.
func (t *Trainer) build() (err error) {
	if err := t.buildTeacher(); err != nil {
		return err
	}
	if err := t.buildStudent(); err != nil {
		return err
	}
	for _, o := range t.observers {
		if err := o.observe(t.cfg.Encoder.Dim); err != nil {
			return err
		}
	}
	for b, w := range t.weights {
		if t.eval[b], err = newEvaluator(t.cfg.Team, w, t.embedding.project); err != nil {
			return err
		}
	}
	return nil
}

func (t *Trainer) input(g *G.ExprGraph) *G.Node {
	in := t.cfg.Input
	return graph.Input(g, "x", t.x, 2*t.cfg.Train.Batch, in.Height, in.Width, in.Channels)
}

func (t *Trainer) buildTeacher() error {
	g := G.NewGraph()
	nodes, err := t.weights[Teacher].Build(t.input(g), encoders.Training, "")
	if err != nil {
		return err
	}
	z, err := t.embedding.project(nodes.Embedding)
	if err != nil {
		return err
	}
	if t.teacher, err = graph.Compile(g, z); err != nil {
		return err
	}
	t.project = t.teacher.Value(z)
	t.z[Teacher] = make([]float32, len(t.project))
	if t.embedding.raw {
		t.unit[Teacher], t.unit[Student] = make([]float32, len(t.project)), make([]float32, len(t.project))
	}
	return nil
}

// forward is the student's graph before it is differentiated.
type forward struct {
	g                          *G.ExprGraph
	z, loss, total, prototypes *G.Node
	features                   *G.Node // the backbone's output for the global crops
	params                     G.Nodes
	terms                      map[string]*G.Node
}

func (t *Trainer) forward() (*forward, error) {
	f := &forward{g: G.NewGraph(), terms: map[string]*G.Node{}}
	nodes, err := t.weights[Student].Build(t.input(f.g), encoders.Training, "")
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
	input, c, err := t.host.nodes(f.g)
	if err != nil {
		return nil, err
	}
	f.prototypes = input
	if f.loss, err = t.host.head.build(f.z, c); err != nil {
		return nil, err
	}
	f.total = f.loss
	return f, t.regularize(f)
}

// regularize adds the regularizers' terms to the loss.
func (t *Trainer) regularize(f *forward) error {
	terms, weights := []*G.Node{f.loss}, []float32{1}
	for _, name := range t.cfg.Composition.Regularizers {
		n, weight, err := t.regularizer(name, f)
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
	params, nodes := t.weights[Student].Params, f.params
	if t.host.head.learn {
		params, nodes = append(params[:len(params):len(params)], t.host.learner.params()...), append(nodes, f.prototypes)
	}
	grads, err := graph.Gradients(f.total, nodes...)
	if err != nil {
		return err
	}
	if t.student, err = graph.Compile(f.g, append(G.Nodes{f.total}, grads...)...); err != nil {
		return err
	}
	for i, p := range params {
		p.Grad = t.student.Value(grads[i])
	}
	for name, n := range f.terms {
		t.terms[name] = t.student.Value(n)
	}
	t.loss, t.z[Student] = t.student.Value(f.loss), t.student.Value(f.z)
	return nil
}
