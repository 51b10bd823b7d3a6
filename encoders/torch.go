package encoders

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// TorchParam is where a parameter stands in the PyTorch module of the same layout, with the names
// that torchvision (resnet18) and timm (vit) use; docs/interop.md spells the modules out.
type TorchParam struct {
	Name string
	// View is the shape that the numbers are seen in, Order its axes as PyTorch has them; nil where
	// the numbers stay as they are.
	View, Order []int
	Shape       []int // of the result
}

// Torch places a parameter that is stored under a name (without a branch, statistics as
// running_mean and running_var) with PyTorch's layouts of linear and convolution weights.
func (c Config) Torch(in Input, name string, shape []int) TorchParam {
	p := TorchParam{Name: name, Shape: slices.Clone(shape)}
	if rest, ok := strings.CutPrefix(name, "projector."); ok && c.HasProjector() {
		p.Name = "projector." + c.torchProjector(rest)
		return p
	}
	if place := c.architecture().torch; place != nil {
		place(c, in, &p)
	}
	return p
}

// torchProjector names a part of the projector as a torch.nn.Sequential counts it: its linear
// layers, their batch norms, and activations between.
func (c Config) torchProjector(name string) string {
	number, what, _ := strings.Cut(name, ".")
	layer, err := strconv.Atoi(number)
	if err != nil {
		panic(fmt.Sprintf("encoders: projector.%s has no number", name)) // the builder gives one
	}
	each := 3 // Linear, BN, activation
	if c.Projector == "gelu" {
		each = 2
	}
	at := each * layer
	if rest, ok := strings.CutPrefix(what, "norm."); ok {
		at, what = at+1, rest
	}
	return fmt.Sprintf("%d.%s", at, what)
}

// fromZero counts the one numbers of a pattern from 0: stage1.block2 as layer1.1.
func fromZero(name, pattern, with string) string {
	r := regexp.MustCompile(pattern)
	m := r.FindStringSubmatch(name)
	if m == nil {
		return name
	}
	n, _ := strconv.Atoi(m[len(m)-1]) // the pattern's last group is a number
	groups := make([]any, 0, len(m))
	for _, g := range m[1 : len(m)-1] {
		groups = append(groups, g)
	}
	return fmt.Sprintf(with, append(groups, n-1)...) + name[len(m[0]):]
}
