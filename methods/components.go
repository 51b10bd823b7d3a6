package methods

import (
	"fmt"

	"protobench/methods/learner"
	"protobench/methods/part"
	"protobench/methods/term"
)

// Component is one value of an axis, or a preset, for listings and for checking compositions.
type Component struct {
	Axis   string // objective, learner, regularizer, embedding, preset
	Name   string
	Doc    string
	Source string
}

// Components returns everything that a composition may name.
func Components() []Component {
	var out []Component
	add := func(axis string, d part.Declaration) { out = append(out, Component{axis, d.Name, d.Doc, d.Source}) }
	for _, d := range objectives() {
		add("objective", d.Declaration)
	}
	for _, d := range learner.Declarations() {
		add("learner", d.Declaration)
	}
	for _, d := range objectives() {
		if d.Owns() {
			out = append(out, Component{"learner", d.Name, fmt.Sprintf("of objective %s alone: %s", d.Name, d.Learner), d.Source})
		}
	}
	for _, d := range term.Declarations() {
		add("regularizer", d.Declaration)
	}
	for _, d := range embeddings() {
		add("embedding", d)
	}
	for _, p := range presets() {
		out = append(out, Component{"preset", p.comp.Name, p.doc, p.source})
	}
	return out
}
