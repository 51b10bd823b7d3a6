package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"protobench/datasets"
	"protobench/datasets/augment"
	"protobench/encoders"
	"protobench/harness"
	"protobench/internal/kernel"
	"protobench/internal/team"
)

// Command is the verb and what stands under it, with tags of kong's.
type Command struct {
	Step    stepCommand    `cmd:"" help:"Training steps: images/s, share of the processor's peak, memory."`
	Eval    evalCommand    `cmd:"" help:"Feature extraction, k-NN, linear probe and unique prototypes."`
	Augment augmentCommand `cmd:"" help:"Making two random views of each image."`
	Gemm    gemmCommand    `cmd:"" help:"One product of square matrices."`
	Scale   scaleCommand   `cmd:"" help:"How time and memory grow with prototypes, dimension, batch, image size, images, observers and cells."`
}

// Host is what measurements need of the program that they are part of.
type Host struct {
	Out  io.Writer
	Warn func(texts ...string)
	// Plan fixes the cells of a sweep, a file or the name of an ablation. The library has its data.
	Plan func(ctx context.Context, sweep string) (*harness.Plan, *datasets.Library, error)
}

// Variables are what help texts and choices refer to.
func Variables() kong.Vars {
	return kong.Vars{"augments": strings.Join(append([]string{"default"}, augment.Presets()...), ","), "scales": scaleNames()}
}

// machine is what every measurement depends on.
type machine struct {
	Threads *int `placeholder:"N" help:"Threads, at least 1 (one per CPU; one for an arm of a sweep, as its cells have)."`
	JSON    bool `name:"json" help:"One JSON object per line."`
}

// Validate refuses a number of threads that makes no sense.
func (m machine) Validate() error {
	if n := m.threads(); n < 1 || n > 1024 {
		return fmt.Errorf("--threads %d: expected 1 to 1024", n)
	}
	return nil
}

// threads is what was asked for, else one per CPU.
func (m machine) threads() int {
	if m.Threads == nil {
		return runtime.GOMAXPROCS(0)
	}
	return *m.Threads
}

// team returns the threads of a measurement; Go's scheduler gets as many processors.
func (m machine) team() *team.Team {
	n := m.threads()
	if runtime.GOMAXPROCS(0) < n {
		runtime.GOMAXPROCS(n)
	}
	return team.New(n)
}

// show prints a measurement as one JSON object or as text.
func (m machine) show(w io.Writer, report any, text string) error {
	if m.JSON {
		return json.NewEncoder(w).Encode(report)
	}
	_, err := io.WriteString(w, text)
	return err
}

// peakOf is the instruction set that a share of the peak refers to, and that peak in GFLOP/s: of
// the one in use, but of the processor's best where the kernels use none.
func peakOf(team *team.Team) (kernel.ISA, float64) {
	s := kernel.InUse()
	if s == kernel.Generic {
		s = kernel.Supported()[0]
	}
	return s, kernel.Peak(team, s)
}

// defaultImage is the shape of the images that measurements make up.
var defaultImage = encoders.Input{Height: 32, Width: 32, Channels: 3}

// defaultWinograd is what measurements of convolutions take unless told otherwise: the default of
// encoder.winograd.
const defaultWinograd = 2

// defaultEncoder is an encoder at the size that it usually has for 32×32 images: mlp 512-512, convnet
// 32-64-128-256, ResNet-18 with a 3×3 stem, vit of dimension 192 and depth 4; embeddings of
// dimension 128.
func defaultEncoder(name string) encoders.Config {
	c := encoders.Config{Name: name, Width: 32, Depth: 4, StemStride: 1, Winograd: defaultWinograd, Patch: 4, Heads: 3, Dim: 128}
	if name == "mlp" {
		c.Depth = 2
	}
	return c // Hidden 0: a projector as wide as the features
}

// median returns the middle of values, the mean of the two middle ones where their number is even.
func median(values []float64) float64 {
	s := slices.Sorted(slices.Values(values))
	n := len(s)
	return (s[(n-1)/2] + s[n/2]) / 2
}
