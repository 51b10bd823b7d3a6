package sweep

import "protobench/internal/setting"

// layer is a set of settings together with the assignments that were written to get there.
type layer struct {
	settings setting.Values
	written  []assignment
}

// tables applies the sweep's own tables to the defaults.
func (p *parser) tables() layer {
	base := layer{settings: Defaults()}
	tables := map[string]any{}
	for name, v := range p.raw {
		if !inHead(name) {
			tables[name] = v
		}
	}
	base.written = p.apply(&base.settings, flatten(tables, ""), "")
	return base
}
