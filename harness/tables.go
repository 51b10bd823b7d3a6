package harness

import "slices"

// layer is a set of settings together with the keys that were written to get there.
type layer struct {
	settings Resolved
	written  []entry
}

// tables applies the sweep's own tables to the defaults.
func (p *parser) tables() layer {
	base := layer{settings: Defaults()}
	settings := map[string]any{}
	for name, v := range p.raw {
		if !slices.Contains(known(false)[:8], name) {
			settings[name] = v
		}
	}
	base.written = p.apply(&base.settings, flatten(settings, ""), "")
	return base
}
