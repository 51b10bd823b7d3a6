package sweep

import (
	"maps"
	"slices"

	"protobench/internal/setting"
	"protobench/methods/part"
)

// Part is one value of an axis, or a preset, with all that documentation says about it.
type Part struct {
	Axis   string        `json:"axis"` // objective, learner, regularizer, embedding, preset
	Name   string        `json:"name"`
	Doc    string        `json:"doc"`
	Source string        `json:"source"`         // paper; empty where there is nothing to cite
	Keys   []setting.Key `json:"keys,omitempty"` // settings that it reads beyond those that every arm reads

	*Preset // of a preset
}

// Preset is what a preset stands for.
type Preset struct {
	Objective    string         `json:"objective"`
	Learner      string         `json:"learner"`
	Regularizers []string       `json:"regularizers"`
	Embedding    string         `json:"embedding"`
	Sets         map[string]any `json:"sets"`  // settings that come with it, by key path
	Forms        []string       `json:"forms"` // controlled, and faithful where its paper's settings are known
	// Faithful is what its faithful form sets, at the default batch and run length, to which
	// learning rates and spans are scaled.
	Faithful map[string]any `json:"faithful,omitempty"`
}

// List returns the values of an axis in the order of tables.
func (c Catalogue) List(axis string) []Part {
	var list []Part
	for _, m := range c.Components {
		if m.Axis != axis {
			continue
		}
		p := Part{Axis: axis, Name: m.Name, Doc: m.Doc, Source: m.Source}
		reads := []string{m.Name}
		if composition, sets, ok := c.Preset(m.Name); ok && axis == "preset" {
			p.Preset, reads = c.describe(composition, sets), composition.Parts()
		}
		p.Keys = slices.DeleteFunc(slices.Clone(Schema().Keys()), func(k setting.Key) bool { return len(k.Readers) == 0 || !k.ReadBy(reads) })
		list = append(list, p)
	}
	return list
}

func (c Catalogue) describe(m part.Composition, sets map[string]any) *Preset {
	p := &Preset{
		Objective: m.Objective, Learner: m.Learner, Regularizers: append([]string{}, m.Regularizers...), Embedding: m.Embedding,
		Sets: map[string]any{}, Forms: []string{Controlled},
	}
	maps.Copy(p.Sets, sets)
	if keys, ok := c.Faithful(m, setting.Read[part.Train](Defaults(), "train")); ok {
		p.Forms, p.Faithful = append(p.Forms, Faithful), readOf(m, sets, keys)
	}
	return p
}

// readOf are the settings of a recipe that a preset reads: what a host's recipe says of prototypes
// that learn by its loss is nothing to a learner of another kind.
func readOf(m part.Composition, sets, recipe map[string]any) map[string]any {
	cell := Cell{Composition: m, Settings: Defaults()}
	cell.Settings.MustSetAll(sets)
	cell.Settings.MustSetAll(recipe)
	return maps.Collect(func(yield func(string, any) bool) {
		for _, k := range Schema().Keys() {
			if v, ok := recipe[k.Path]; ok && cell.Reads(k) && !yield(k.Path, v) {
				return
			}
		}
	})
}

// SharedKeys are the settings that no axis decides about: those of data, encoder, training,
// augmentation and evaluation.
func (c Catalogue) SharedKeys() []setting.Key {
	var names []string
	for _, m := range c.Components {
		if m.Axis != "preset" {
			names = append(names, m.Name)
		}
	}
	return slices.DeleteFunc(slices.Clone(Schema().Keys()), func(k setting.Key) bool { return len(k.Readers) > 0 && k.ReadBy(names) })
}

// Assignments writes settings as TOML, sorted by key path.
func Assignments(sets map[string]any) []string {
	out := make([]string, 0, len(sets))
	for _, path := range sortedKeys(sets) {
		out = append(out, path+" = "+setting.Literal(sets[path]))
	}
	return out
}
