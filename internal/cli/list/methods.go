package list

import (
	"slices"
	"strings"

	"protobench/harness"
	"protobench/harness/sweep"
	"protobench/internal/setting"
)

// axes are the parts of a method, in the order of a composition, with what the page says about
// each.
func axes() []section {
	return []section{
		{title: "objectives", intro: "Targets and loss. `smog`, `pcl`, `sela`, `massl`, `lejepa` and `sop` own their prototypes, or have none, and take no other learner."},
		{title: "learners", intro: "How the prototypes are learned; each can be an observer too, which sees the same embeddings and feeds nothing back. " +
			"A schedule hands over by epochs: `learner = [{name = \"gmm\", until = 5}, {name = \"joint\"}]`."},
		{title: "regularizers", intro: "Terms beside the objective's loss, each with a weight. Those on the prototypes need a learner with a gradient, `joint`."},
		{title: "embeddings", intro: "What scores and learners see, the same for both branches of an arm."},
	}
}

// methodSections are the presets, one axis, or all of them with every setting.
func methodSections(what string) []section {
	var out []section
	if what == "methods" || what == "all" {
		out = append(out, presetSections()...)
	}
	for _, a := range axes() {
		if what == a.title || what == "all" {
			out = append(out, axisSections(a)...)
		}
	}
	if what == "all" {
		head, rows := keyRows(slices.Concat(sweep.HeadKeys(), sweep.MethodKeys(), sweep.ClaimKeys(), sweep.SlurmKeys()))
		out = append(out, section{
			title: "keys of a sweep and of its methods", intro: "What a sweep file says of itself, at its top, and what a `[[method]]` says of its arm and a `[[claim]]` of the outcome. None of them is a setting of a run.",
			code: 1, head: head, rows: rows,
		})
		head, rows = keyRows(harness.Catalogue().SharedKeys())
		out = append(out, section{
			title: "settings that no axis decides about", intro: "Equal for all arms of a sweep in the controlled form.", code: 1, head: head, rows: rows,
		})
	}
	return out
}

// presetSections show the presets and what the faithful form makes of them.
func presetSections() []section {
	presets := section{
		title: "presets", code: 5, head: []string{"preset", "objective", "learner", "regularizers", "embedding", "sets", "forms", "what it is", "source"},
		intro: "Named compositions. `preset = \"swav\"` starts an arm of any name from one. Every other one that makes sense can be written out; one that does not is refused with the reason. " +
			"A larger `prototypes.count` makes the over-parameterised variant of any of them.",
	}
	forms := section{
		title: "the faithful form", page: true, head: []string{"presets", "set, at the default batch and run length"},
		intro: "`form = \"faithful\"` in a method's table sets what the preset's own paper trains with outside of the axes, over the sweep's tables and under the " +
			"method's own keys, scaled to batch and run length. Without it, in the controlled form, arms differ in the axes alone.",
	}
	for _, p := range harness.Catalogue().List("preset") {
		presets.rows = append(presets.rows, row{[]string{
			p.Name, p.Objective, p.Learner, strings.Join(p.Regularizers, ", "), p.Embedding, strings.Join(sweep.Assignments(p.Sets), ", "),
			strings.Join(p.Forms, ", "), p.Doc, p.Source,
		}, p})
		forms.rows = merge(forms.rows, p.Name, strings.Join(sweep.Assignments(p.Faithful), ", "))
	}
	return []section{presets, forms}
}

// merge adds a preset to those with the same settings.
func merge(rows []row, name, settings string) []row {
	for _, r := range rows {
		if r.cells[1] == settings {
			r.cells[0] += ", " + name
			return rows
		}
	}
	return append(rows, row{cells: []string{name, settings}})
}

// axisSections show the values of an axis and the settings that they read.
func axisSections(axis section) []section {
	axis.code, axis.head = 1, []string{"name", "what it is", "source"}
	keys := section{title: "settings of " + axis.title, code: 3, head: []string{"read by", "key", "default", "type", "range", "what it sets"}}
	for _, p := range harness.Catalogue().List(strings.TrimSuffix(axis.title, "s")) {
		axis.rows = append(axis.rows, row{[]string{p.Name, p.Doc, p.Source}, p})
		for _, k := range p.Keys {
			keys.rows = append(keys.rows, row{cells: []string{readerOf(k, p.Name), k.Path, k.Default, k.Type, bounds(k), docOf(k)}})
		}
	}
	return []section{axis, keys}
}

// readerOf is a part that reads a key, or the settings of it at which it does.
func readerOf(k setting.Key, part string) string {
	var settings []string
	for _, r := range k.Readers {
		if r == part {
			return part
		}
		if strings.HasPrefix(r, part+".") {
			settings = append(settings, r)
		}
	}
	return strings.Join(settings, ", ")
}
