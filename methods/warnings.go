package methods

import (
	"protobench/internal/setting"
	"protobench/methods/part"
)

// Warnings says what a run of this length leaves out though its settings ask for it: parts that
// would start, and warm-ups that would end, after its last step, and what else its parts warn of.
// Such a run is sound, but it is not what its method's name promises.
func Warnings(c part.Config) []setting.Warning {
	var out, more []setting.Warning
	for _, d := range inUse(c.Composition) {
		if d.Onsets != nil {
			for _, o := range d.Onsets(c) {
				if o.Epoch >= float64(c.Train.Epochs) {
					out = append(out, o.Warning(c))
				}
			}
		}
		if d.Warn != nil {
			more = append(more, d.Warn(c)...)
		}
	}
	return append(out, more...)
}
