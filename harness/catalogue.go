package harness

import (
	"protobench/datasets"
	"protobench/methods"
)

// Catalogue is what compositions may be made of.
type Catalogue struct {
	Components []methods.Component
	Preset     func(name string) (c methods.Composition, keys map[string]any, ok bool)
	Validate   func(methods.Composition) error
	// Faithful returns what form = "faithful" sets, by key path, for an arm whose batch and epochs are those of t.
	Faithful func(c methods.Composition, t methods.Train) (keys map[string]any, ok bool)
}

// Methods returns the catalogue of package methods.
func Methods() Catalogue {
	return Catalogue{Components: methods.Components(), Preset: methods.Preset, Validate: methods.Validate, Faithful: methods.Faithful}
}

// Names returns the known names on an axis: objective, learner, regularizer, embedding or preset.
func (c Catalogue) Names(axis string) []string {
	var names []string
	for _, part := range c.Components {
		if part.Axis == axis {
			names = append(names, part.Name)
		}
	}
	return names
}

// parts lists the names that a key's readers are matched against.
func parts(c methods.Composition, r *Resolved) []string {
	names := append(c.Parts(), r.Encoder.Name, r.Train.Optimizer, r.Data.Name)
	if !datasets.OfVectors(r.Data.Name) {
		names = append(names, "images")
	}
	if r.Train.LocalCrops > 0 {
		names = append(names, "local-crops")
	}
	return names
}
