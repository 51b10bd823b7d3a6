package checkpoint

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"protobench/internal/tensorfile"
)

// Found is a place in a file where prototypes are.
type Found struct {
	File    string
	Key     string   // of the tensor whose rows they are
	Also    []string // other names of the same tensor, which is audited once
	Branch  string   // teacher, student, or "" where the name does not tell
	Project string   // who keeps prototypes there; "" for one that was named
	Is      string   // what it is
	Rows    int      // prototypes
	Cols    int      // dimensions
	DType   string

	module  *module
	columns bool // prototypes are columns
}

// Find lists the prototypes of a file, those of student and teacher and of every head apart. With a
// key it takes that tensor, whatever it looks like. What has no prototypes is an error that says
// what it is and where they are, or which tensors might be them.
func (f *File) Find(key string) ([]Found, error) {
	modules := modulesOf(f.Arrays)
	if key != "" {
		found, err := f.named(modules, key)
		return []Found{found}, err
	}
	if err := f.refuse(); err != nil {
		return nil, err
	}
	if len(f.Arrays) == 1 && len(f.Unread) == 0 && len(f.Arrays[0].Shape) == 2 && modules[0].matrix() != nil {
		found, err := f.take(modules[0], layout{is: "the file's one matrix"})
		return []Found{found}, err
	}
	found, err := f.known(modules)
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		if err := f.refuseUnread(); err != nil {
			return nil, err
		}
		return nil, f.unsure(modules)
	}
	return found, nil
}

// known are the modules that a layout has.
func (f *File) known(modules []*module) ([]Found, error) {
	var out []Found
	at := map[string]int{} // by origin
	for _, m := range modules {
		l, ok := layoutOf(m.name)
		if !ok || l.memory || m.matrix() == nil || l.last && !lastOf(m, modules) || isState(m.name) {
			continue
		}
		if len(m.matrix().Shape) != 2 && l.project == "" {
			continue
		}
		if i, met := at[m.origin()]; met {
			out[i].Also = append(out[i].Also, m.key())
			continue
		}
		found, err := f.take(m, l)
		if err != nil {
			return nil, err
		}
		at[m.origin()] = len(out)
		out = append(out, found)
	}
	return out, nil
}

// isState reports whether a name is of an optimizer's memory of a tensor.
func isState(name string) bool {
	return slices.ContainsFunc(strings.Split(name, "."), func(part string) bool {
		return strings.HasPrefix(part, "optimizer") || part == "optim" || part == "scaler"
	})
}

// lastOf reports whether a module is the last layer with a matrix of its Sequential.
func lastOf(m *module, modules []*module) bool {
	parent, n := numbered(m.name)
	return !slices.ContainsFunc(modules, func(o *module) bool {
		p, i := numbered(o.name)
		a := o.matrix()
		return p == parent && i > n && a != nil && len(a.Shape) == 2
	})
}

// numbered cuts a number off the end of a name.
func numbered(name string) (parent string, n int) {
	at := strings.LastIndexByte(name, '.') + 1
	n, err := strconv.Atoi(name[at:])
	if err != nil {
		return name, -1
	}
	return name[:at], n
}

// take checks that a module can be prototypes.
func (f *File) take(m *module, l layout) (Found, error) {
	a := m.matrix()
	found := Found{
		File: f.Path, Key: m.key(), Branch: branchOf(m.name), Project: l.project, Is: l.is, DType: a.DType, module: m, columns: l.columns,
	}
	const remedy = "if it holds prototypes all the same, name it with --key"
	if len(a.Shape) != 2 {
		return found, fmt.Errorf("%s: %s has shape %v, where prototypes are a matrix [K, D]: a flat shard, or something else; %s", f.Path, TensorText(a.Name), a.Shape, remedy)
	}
	found.Rows, found.Cols = a.Shape[0], a.Shape[1]
	if a.Len() == 0 {
		return found, fmt.Errorf("%s: %s has shape %v: it is empty", f.Path, TensorText(a.Name), a.Shape)
	}
	if found.Rows < found.Cols && l.project != own {
		return found, fmt.Errorf("%s: %s has shape [%d, %d], fewer rows than columns, where prototypes are a matrix [K, D] with K ≥ D: transposed, or a memory; "+
			"%s", f.Path, TensorText(a.Name), found.Rows, found.Cols, strings.Replace(remedy, "--key", keyFlag(a.Name), 1))
	}
	return found, f.checkNorm(m)
}

// keyFlag is what names a tensor on the command line.
func keyFlag(name string) string {
	if name == "" {
		return "--key ."
	}
	return "--key " + name
}

// TensorText is a tensor's name in a text.
func TensorText(name string) string {
	if name == "" {
		return "its array"
	}
	return "tensor " + name
}

// checkNorm wants one length for each row.
func (f *File) checkNorm(m *module) error {
	if !m.normed() {
		return nil
	}
	if g := m.g.Shape; len(m.v.Shape) == 2 && m.g.Len() != m.v.Shape[0] || len(g) == 2 && g[0] == 1 && g[1] > 1 {
		return fmt.Errorf("%s: %s has shape %v where %s has %v: a weight norm with one length a row is expected", f.Path, m.g.Name, g, m.v.Name, m.v.Shape)
	}
	return nil
}

// named is the module of a key, which is taken as it is.
func (f *File) named(modules []*module, key string) (Found, error) {
	if _, ok := f.Unread[key]; ok {
		return Found{}, errors.New(f.Path + ": " + f.WhyUnread(key))
	}
	i := slices.IndexFunc(modules, func(m *module) bool { return m.named(key) })
	if i < 0 || modules[i].matrix() == nil {
		return Found{}, fmt.Errorf("%s: no tensor %q%s", f.Path, key, f.matrices(modules))
	}
	m := modules[i]
	l, ok := layoutOf(m.name)
	if !ok {
		l = layout{is: "named by --key"}
	}
	a := m.matrix()
	if len(a.Shape) != 2 || a.Shape[0] == 0 || a.Shape[1] == 0 {
		return Found{}, fmt.Errorf("%s: tensor %q has shape %v; prototypes are a matrix [K, D]", f.Path, key, a.Shape)
	}
	found := Found{
		File: f.Path, Key: m.key(), Branch: branchOf(m.name), Project: l.project, Is: l.is, DType: a.DType, module: m,
		Rows: a.Shape[0], Cols: a.Shape[1], columns: l.columns && a.Shape[0] < a.Shape[1],
	}
	if found.columns {
		found.Rows, found.Cols = found.Cols, found.Rows
	}
	return found, f.checkNorm(m)
}

// matrices lists what might be prototypes, for an error.
func (f *File) matrices(modules []*module) string {
	var list []*tensorfile.Array
	for _, m := range modules {
		a := m.matrix()
		if a != nil && len(a.Shape) == 2 && a.Shape[0] >= a.Shape[1] && a.Shape[1] > 1 && !isState(m.name) && !strings.HasPrefix(a.DType, "I") {
			list = append(list, a)
		}
	}
	if len(list) == 0 {
		return "; it has no matrix [K, D] with K ≥ D"
	}
	slices.SortStableFunc(list, func(a, b *tensorfile.Array) int { return b.Shape[0] - a.Shape[0] })
	const most = 12
	var b strings.Builder
	b.WriteString("; matrices with K ≥ D are")
	for i, a := range list {
		if i == most {
			fmt.Fprintf(&b, "\n  and %d more", len(list)-most)
			break
		}
		fmt.Fprintf(&b, "\n  %s  [%d, %d] %s", a.Name, a.Shape[0], a.Shape[1], a.DType)
	}
	return b.String()
}
