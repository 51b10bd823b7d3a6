package harness

import (
	"fmt"
	"strings"

	"protobench/internal/setting"
)

// PresetCell returns a preset by itself, out of any sweep: the defaults with the preset's own keys, at seed 0.
func PresetCell(name string) (Cell, error) {
	catalogue := Methods()
	composition, own, ok := catalogue.Preset(name)
	if !ok {
		names := catalogue.Names("preset")
		if near := setting.Nearest(name, names); near != "" {
			return Cell{}, fmt.Errorf("no method %q; did you mean %s?", name, near)
		}
		return Cell{}, fmt.Errorf("no method %q; expected one of %s", name, strings.Join(names, ", "))
	}
	c := Cell{Composition: composition, Settings: Defaults()}
	for _, k := range allKeys() {
		v, given := own[k.Path]
		if !given {
			continue
		}
		if m := k.set(&c.Settings, v); m != nil {
			return c, fmt.Errorf("preset %s: %s: %s, %s", name, k.Path, m.what, m.expected)
		}
	}
	return c, nil
}
