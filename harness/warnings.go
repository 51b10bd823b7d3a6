package harness

import (
	"fmt"
	"slices"
	"strings"

	"protobench/datasets"
)

// change is a preset's own setting to which a table of the sweep gives another value. Tables stand over presets, so that a
// setting written once holds for all arms; but what a preset sets is part of what its name says (a carl with blocks is a carp),
// so it is not changed without a word.
type change struct{ path, text string }

// changes lists what the tables change of an arm's preset; what the arm sets itself it says itself.
func changes(a *arm, preset map[string]any, base layer) []change {
	sets := func(entries []entry, path string) bool {
		return slices.ContainsFunc(entries, func(e entry) bool { return e.path == path })
	}
	var out []change
	for _, path := range sortedKeys(preset) {
		if !sets(base.written, path) || sets(a.written, path) {
			continue
		}
		own := Defaults()
		mustSet(&own, path, preset[path])
		key, _ := findKey(path)
		if was, is := key.Get(&own), key.Get(&a.settings); was != is {
			table, _ := cutLast(path)
			out = append(out, change{path, fmt.Sprintf("preset %s sets %s = %s, and [%s] of the sweep changes it to %s; to be explicit, set it in the arm",
				a.composition.Name, path, literal(was), table, literal(is))})
		}
	}
	return out
}

// warnings are what a reader of the cell's numbers should know of its settings: changed presets, and parts that its run is too
// short for.
func (c *Cell) warnings(set *datasets.Set) []string {
	var out []string
	for _, ch := range c.changed {
		key, _ := findKey(ch.path)
		if _, axis := c.Axes[ch.path]; !axis && c.Uses(key) {
			out = append(out, ch.text)
		}
	}
	for _, text := range set.Warnings {
		out = append(out, aboutData+text)
	}
	if c.Reference != "" {
		return out
	}
	return append(out, c.config(dataConfig(set, set.Train.Len()/c.Settings.Train.Batch)).Warnings()...)
}

// aboutData begins warnings that hold for every arm on the same data.
const aboutData = "data: "

// Warnings lists the jobs' warnings, each once for an arm, with the arm's name; those about the data once.
func Warnings(jobs []Job) []string {
	var out []string
	for i := range jobs {
		for _, text := range jobs[i].Warnings {
			if !strings.HasPrefix(text, aboutData) {
				text = "method " + jobs[i].Cell.Composition.Name + ": " + text
			}
			if !slices.Contains(out, text) {
				out = append(out, text)
			}
		}
	}
	return out
}
