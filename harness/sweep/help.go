package sweep

import (
	"fmt"
	"slices"
	"strings"

	"protobench/internal/setting"
	"protobench/methods/learner"
	"protobench/methods/part"
)

// Presets with a decoupled learner help it: a centred embedding, a start from data, re-seeding. An
// arm that is written out starts without, which decides more than the learner's own settings, and
// its name does not say so.

// help are the settings that help a decoupled learner, and that an arm with one should state.
var help = []string{"embedding", "prototypes.init", "prototypes.reseed"}

// unstated lists what of the help nobody has written for a method whose decoupled learner is not
// its preset's; nothing for other methods. table is the method's own.
func (p *parser) unstated(m method, table map[string]any, base layer) []string {
	of, own, known := p.catalogue.Preset(m.preset)
	if known && of.Learner == m.composition.Learner || !helped(m.composition) {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(help), func(path string) bool {
		_, written := table[path]
		_, given := own[path]
		return written || given || sets(m.written, path) || sets(base.written, path)
	})
}

// helped reports whether no gradient moves the arm's own prototypes and re-seeding can.
func helped(c part.Composition) bool {
	return key("prototypes.reseed").ReadBy(c.Learners()) && !learner.Gradient(c.Learner)
}

// warnOfHelp says what help an arm goes without, or has, though its file does not say so.
func (c *Cell) warnOfHelp() []setting.Warning {
	var keys, values []string
	for _, path := range c.unstated {
		if _, axis := c.Axes[path]; !axis {
			keys, values = append(keys, path), append(values, c.helpOf(path))
		}
	}
	if len(keys) == 0 {
		return nil
	}
	return []setting.Warning{{Key: keys[0], Text: fmt.Sprintf(
		"learner %s is decoupled, and the arm does not state %s: left at %s; %s. Such learners depend on it more than on their own settings; state each, whatever its value",
		c.Composition.Learner, strings.Join(keys, ", "), strings.Join(values, ", "), c.usualHelp(keys))}}
}

func (c *Cell) helpOf(path string) string {
	if path == "embedding" {
		return setting.Quote(c.Composition.Embedding)
	}
	return setting.Literal(c.Settings.Get(path))
}

// usualHelp says what a preset has: that of the same objective and learner, or the first one that
// is helped.
func (c *Cell) usualHelp(keys []string) string {
	catalogue := Methods(nil)
	best := ""
	for _, name := range catalogue.Names("preset") {
		of, own, _ := catalogue.Preset(name)
		same := of.Objective == c.Composition.Objective && of.Learner == c.Composition.Learner
		if helped(of) && own["prototypes.reseed"] == true && (best == "" || same) {
			best = name
		}
	}
	preset, _ := PresetCell(best) // out of the catalogue itself
	values := make([]string, len(keys))
	for i, path := range keys {
		values[i] = preset.helpOf(path)
	}
	return fmt.Sprintf("preset %s has %s", best, strings.Join(values, ", "))
}
