package sweep

import (
	"fmt"
	"strings"

	"protobench/internal/setting"
)

// PresetCell returns a preset by itself, out of any sweep: the defaults with the preset's own keys,
// at seed 0.
func PresetCell(name string) (Cell, error) {
	catalogue := Methods(nil)
	composition, own, ok := catalogue.Preset(name)
	if !ok {
		names := catalogue.Names("preset")
		return Cell{}, fmt.Errorf("no method %q; %s", name, setting.Suggest(name, names, "expected one of "+strings.Join(names, ", ")))
	}
	c := Cell{Composition: composition, Form: Controlled, Settings: Defaults()}
	c.Settings.MustSetAll(own)
	return c, nil
}
