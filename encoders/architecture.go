package encoders

import (
	"fmt"
	"slices"
	"strings"

	"protobench/internal/setting"
)

// Architecture is an encoder as the registry has it; encoder.name chooses one.
type Architecture struct {
	Name   string `json:"name"`
	Doc    string `json:"doc"`
	Source string `json:"source"`

	// Projector says that a projector stands between features and embedding, Whole that it reads
	// images of one size alone and no smaller crops, Patches that it can give embeddings of
	// patches.
	Projector bool `json:"projector"`
	Whole     bool `json:"whole"`
	Patches   bool `json:"patches"`

	features func(Config) int
	fits     func(c Config, in Input) *setting.KeyError // nil where images of this shape fit
	build    func(b *builder, c Config, in Input) error
	torch    func(c Config, in Input, p *TorchParam) // places a parameter; nil where names and layouts are PyTorch's
}

// Architectures are the encoders, in the order of tables.
func Architectures() []Architecture {
	return []Architecture{
		convnetArchitecture(),
		mlpArchitecture(),
		resnetArchitecture(),
		vitArchitecture(),
		identityArchitecture(),
	}
}

// architecture returns the encoder of a name; that of a name that none has fits no image.
func (c Config) architecture() Architecture {
	var names []string
	for _, a := range Architectures() {
		if a.Name == c.Name {
			return a
		}
		names = append(names, a.Name)
	}
	unknown := &setting.KeyError{Key: "encoder.name", Found: fmt.Sprintf("%q is unknown", c.Name), Expected: "expected one of " + strings.Join(names, ", ")}
	return Architecture{
		features: func(Config) int { return 0 },
		fits:     func(Config, Input) *setting.KeyError { return unknown },
	}
}

// HasProjector reports whether the encoder has a projector of its own between features and
// embedding.
func (c Config) HasProjector() bool { return c.architecture().Projector }

// WholeImages reports whether the encoder reads images of one size alone, and no smaller crops.
func (c Config) WholeImages() bool { return c.architecture().Whole }

// HasPatches reports whether the encoder can give embeddings of patches.
func (c Config) HasPatches() bool { return c.architecture().Patches }

// Features returns the dimension F of the backbone's output.
func (c Config) Features() int { return c.architecture().features(c) }

// Fits says what is wrong with the settings for images of this size, as a *setting.KeyError; whole
// is the size that the weights are made for.
func (c Config) Fits(in, whole Input) error {
	a := c.architecture()
	if a.Whole && in != whole {
		return &setting.KeyError{
			Key: "encoder.name", Found: fmt.Sprintf("%s reads images of %d×%d pixels and no smaller ones", c.Name, whole.Height, whole.Width), Remedy: "take another encoder",
		}
	}
	if e := a.fits(c, in); e != nil {
		return e
	}
	return nil
}

// halves refuses more blocks than halvings leave pixels for, and tiles that no filter has.
func halves(c Config, in Input) *setting.KeyError {
	if in.Height>>(c.Depth-1) < 1 || in.Width>>(c.Depth-1) < 1 {
		return &setting.KeyError{Key: "encoder.depth", Found: fmt.Sprintf("%d blocks halve %d×%d images below one pixel", c.Depth, in.Height, in.Width), Remedy: "use fewer"}
	}
	if !slices.Contains([]int{0, 2, 4}, c.Winograd) {
		return &setting.KeyError{Key: "encoder.winograd", Found: fmt.Sprintf("found %d", c.Winograd), Expected: "expected 0, 2 or 4"}
	}
	return nil
}
