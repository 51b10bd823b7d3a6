package sweep

import (
	"protobench/internal/setting"
	"protobench/methods"
	"protobench/methods/part"
)

// Catalogue is what a sweep may name.
type Catalogue struct {
	Components []methods.Component
	Preset     func(name string) (c part.Composition, settings map[string]any, ok bool)
	Validate   func(part.Composition) *setting.KeyError // nil for a composition that makes sense
	// Faithful returns what form = "faithful" sets, by key path, for a method whose batch and
	// epochs are those of t.
	Faithful func(c part.Composition, t part.Train) (settings map[string]any, ok bool)
	Metrics  []string // keys of the metrics that a result can have
}

// Methods returns the catalogue of package methods, with the given metrics.
func Methods(metrics []string) Catalogue {
	return Catalogue{
		Components: methods.Components(), Preset: methods.Preset, Validate: methods.CheckComposition, Faithful: methods.Faithful, Metrics: metrics,
	}
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
