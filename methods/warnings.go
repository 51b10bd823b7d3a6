package methods

import (
	"fmt"
	"slices"

	"protobench/internal/setting"
	"protobench/methods/learner"
	"protobench/methods/part"
)

// Warnings says what a run of this length leaves out though its settings ask for it: parts that
// would start, and warm-ups that would end, after its last step, and what else its parts warn of,
// such as settings under which nothing is learned. Such a run is sound, but it is not what its
// method's name promises.
func Warnings(c part.Config) []setting.Warning {
	var out, more []setting.Warning
	late := func(o part.Onset) {
		if o.Epoch >= float64(c.Train.Epochs) {
			out = append(out, o.Warning(c))
		}
	}
	if v := learner.NewIntervention(c); v != nil && reads(c, "prototypes.intervene") {
		late(v.Onset(c))
	}
	for _, d := range inUse(c.Composition) {
		if d.Onsets != nil {
			for _, o := range d.Onsets(c) {
				late(o)
			}
		}
		if d.Warn != nil {
			more = append(more, d.Warn(c)...)
		}
	}
	return append(append(append(out, more...), crowded(c)...), underflows(c)...)
}

// underflow is the score under the largest one, in units of what it is divided by, at which exp is 0
// in float32.
const underflow = 87

// underflows warns of temperatures and entropies that are too small for float32.
func underflows(c part.Config) (out []setting.Warning) {
	parts := c.Composition.Parts()
	for _, k := range schema().Keys() {
		if k.Least == 0 || !k.ReadAt(parts, c.Settings) {
			continue
		}
		if v := c.Settings.Float(k.Path); v < k.Least {
			out = append(out, setting.Warning{Key: k.Path, Text: fmt.Sprintf(
				"%s = %g is too small for float32: whatever scores %.2g or more under the largest counts for nothing, as exp(-%d) is 0; set %g or more", k.Path, v, underflow*v, underflow, k.Least)})
		}
	}
	return out
}

// crowded warns of more prototypes than images: those without one cannot be live.
func crowded(c part.Config) []setting.Warning {
	const key = "prototypes.count"
	if k := c.Settings.Int(key); c.Images > 0 && k > c.Images && reads(c, key) {
		return []setting.Warning{{Key: key, Text: fmt.Sprintf("%s = %d is more than the %d training images, so that at most %.3g %% of the prototypes can be live; lower it", key, k, c.Images, 100*float64(c.Images)/float64(k))}}
	}
	return nil
}

// reads reports whether a part of the arm reads a shared setting.
func reads(c part.Config, key string) bool {
	return slices.ContainsFunc(inUse(c.Composition), func(d part.Declaration) bool { return slices.Contains(d.Reads, key) })
}
