package term

import (
	"sync"

	"protobench/encoders"
	"protobench/internal/setting"
	"protobench/methods/part"

	G "gorgonia.org/gorgonia"
)

// Inputs are the nodes of the student's graph that a regularizer may read.
type Inputs struct {
	Prototypes  *G.Node // [K,D] as they enter the graph
	Features    *G.Node // [views·B,F], the backbone's output for the global crops
	Views       int
	Scores      *G.Node // [crops·B,K] the student's
	Temperature float64 // the student's
}

// Declaration is a regularizer as the registry has it.
type Declaration struct {
	part.Declaration
	Prototypes bool // it acts through the gradient of the prototypes
	Features   bool // it acts on the encoder's features alone, whatever the objective does with prototypes
	// New adds the term to the student's graph and returns it with its weight.
	New func(v setting.Values, in Inputs) (term *G.Node, weight float64, err error)
}

// Declarations are the regularizers, in the order of tables; the slice is shared and must
// not be changed.
func Declarations() []Declaration { return declarations() }

// declarations are made once: a sweep looks thousands of times.
var declarations = sync.OnceValue(func() []Declaration {
	return []Declaration{
		koleoPrototypesPart(),
		koleoFeaturesPart(),
		meMaxPart(),
		orthogonalityPart(),
		repulsionPart(),
	}
})

// Find returns the regularizer of a name.
func Find(name string) (Declaration, bool) {
	for _, d := range Declarations() {
		if d.Name == name {
			return d, true
		}
	}
	return Declaration{}, false
}

// onSphere adds a term of the prototypes on the unit sphere, with a gradient through the norm
// whatever the objective does.
func onSphere(prototypes *G.Node, term func(*G.Node) (*G.Node, error)) (*G.Node, error) {
	c, err := encoders.Normalize(prototypes)
	if err != nil {
		return nil, err
	}
	return term(c)
}
