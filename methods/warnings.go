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
	return append(append(out, more...), crowded(c)...)
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
