package checkpoint

import (
	"strings"

	"protobench/internal/tensorfile"
)

// module is what a file has under one dotted name: a matrix as it is, or length and direction of a
// weight norm, and a bias.
type module struct {
	name   string
	weight *tensorfile.Array // also a tensor without a suffix
	g, v   *tensorfile.Array // weight norm
	bias   *tensorfile.Array
}

// suffixes are how the last part of a tensor's name says what it is of its module.
func suffixes() []struct {
	text string
	of   func(*module) **tensorfile.Array
} {
	weight := func(m *module) **tensorfile.Array { return &m.weight }
	g := func(m *module) **tensorfile.Array { return &m.g }
	v := func(m *module) **tensorfile.Array { return &m.v }
	bias := func(m *module) **tensorfile.Array { return &m.bias }
	return []struct {
		text string
		of   func(*module) **tensorfile.Array
	}{
		{".parametrizations.weight.original0", g}, {".parametrizations.weight.original1", v},
		{".weight_g", g}, {".weight_v", v}, {".weight", weight}, {".bias", bias},
		{"", weight},
	}
}

// modulesOf groups a file's tensors, in the file's order.
func modulesOf(arrays []tensorfile.Array) []*module {
	var list []*module
	at := map[string]*module{}
	for i := range arrays {
		a := &arrays[i]
		for _, s := range suffixes() {
			name, ok := strings.CutSuffix(a.Name, s.text)
			if !ok {
				continue
			}
			m := at[name]
			if m == nil {
				m = &module{name: name}
				at[name], list = m, append(list, m)
			}
			if of := s.of(m); *of == nil {
				*of = a
			}
			break
		}
	}
	return list
}

// moduleOf is the name of the module that a tensor is of.
func moduleOf(tensor string) string {
	for _, s := range suffixes() {
		if name, ok := strings.CutSuffix(tensor, s.text); ok {
			return name
		}
	}
	return tensor
}

// normed reports whether the module has both parts of a weight norm.
func (m *module) normed() bool { return m.g != nil && m.v != nil }

// matrix is the tensor whose rows the prototypes are; nil where there is none.
func (m *module) matrix() *tensorfile.Array {
	if m.v != nil { // also without a length, which changes no direction
		return m.v
	}
	return m.weight
}

// key is the name of that tensor, or the module's where it has none.
func (m *module) key() string {
	if a := m.matrix(); a != nil {
		return a.Name
	}
	return m.name
}

// origin is equal for modules that are the same tensors.
func (m *module) origin() string {
	if m.normed() {
		return m.g.Origin + "|" + m.v.Origin
	}
	return m.matrix().Origin
}

// named reports whether a --key means this module: its name, or that of one of its tensors.
func (m *module) named(key string) bool {
	if key == m.name || key == "." && m.name == "" {
		return true
	}
	for _, a := range []*tensorfile.Array{m.weight, m.g, m.v} {
		if a != nil && a.Name == key {
			return true
		}
	}
	return false
}
