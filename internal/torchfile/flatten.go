package torchfile

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"

	"protobench/internal/pickle"
	"protobench/internal/tensorfile"
)

const (
	deepest  = 100     // containers within each other: models have ten
	mostSeen = 1 << 20 // values that are looked at, which may be one value in many places
	mostTold = 4096    // facts that are kept
	longText = 1 << 12 // bytes of a fact
)

// walk goes through a file's value.
type walk struct {
	r    *reading
	seen int
	to   *tensorfile.Archive
	on   map[any]bool // containers that lead here
}

// flatten lists the tensors within a value and single values that stand beside them.
func (r *reading) flatten(root any) (*tensorfile.Archive, error) {
	w := walk{r: r, to: &tensorfile.Archive{Facts: map[string]any{}, Unread: map[string]string{}}, on: map[any]bool{}}
	return w.to, w.value("", root, 0)
}

func (w *walk) value(name string, v any, depth int) error {
	if w.seen++; w.seen > mostSeen {
		return fmt.Errorf("more than %d values: no checkpoint has so many", mostSeen)
	}
	if depth > deepest {
		return fmt.Errorf("%.60q: more than %d containers within each other: no checkpoint has so many", name, deepest)
	}
	switch v := v.(type) {
	case *tensor:
		return w.tensor(name, v)
	case *piece:
		w.to.Unread[name] = v.class
		return nil
	case *pickle.Array:
		return w.array(name, v)
	case pickle.Tuple:
		return w.list(name, v, depth)
	case *pickle.List:
		return w.within(name, v, func() error { return w.list(name, v.Items, depth) })
	case *pickle.Dict:
		return w.within(name, v, func() error { return w.dict(name, v.Entries, depth) })
	case *pickle.Object:
		return w.within(name, v, func() error { return w.object(name, v, depth) })
	default:
		w.fact(name, v)
	}
	return nil
}

// within walks a container that does not hold itself.
func (w *walk) within(name string, v any, walk func() error) error {
	if w.on[v] {
		return fmt.Errorf("%.60q holds itself: no checkpoint does", name)
	}
	w.on[v] = true
	defer delete(w.on, v)
	return walk()
}

// list walks what is no single value: histories of losses are no facts.
func (w *walk) list(name string, items []any, depth int) error {
	for i, v := range items {
		switch v.(type) {
		case nil, bool, int64, float64, string, []byte:
			continue
		}
		if err := w.value(join(name, strconv.Itoa(i)), v, depth+1); err != nil {
			return err
		}
	}
	return nil
}

func (w *walk) dict(name string, entries []pickle.Entry, depth int) error {
	set := map[string]bool{}
	for _, e := range entries {
		key, ok := keyText(e.Key)
		if !ok {
			continue
		}
		if set[key] {
			return fmt.Errorf("%.60q has %.60q twice", name, key)
		}
		set[key] = true
		if err := w.value(join(name, key), e.Value, depth+1); err != nil {
			return err
		}
	}
	return nil
}

// keyText is a key as it stands in names; false for what is neither text nor number.
func keyText(v any) (string, bool) {
	if n, ok := v.(int64); ok {
		return strconv.FormatInt(n, 10), true
	}
	return pickle.Text(v)
}

// object walks what an unknown class was made with: modules that were saved whole, namespaces of
// arguments. The folders of modules are no part of names, as they are none in PyTorch's.
func (w *walk) object(name string, o *pickle.Object, depth int) error {
	if p, ok := pieceOf(o.Class); ok {
		w.to.Unread[name] = p.class
		return nil
	}
	if err := w.dict(name, o.Dict, depth); err != nil {
		return err
	}
	if err := w.list(name, o.Items, depth); err != nil {
		return err
	}
	states := []any{o.State}
	if t, ok := o.State.(pickle.Tuple); ok { // attributes and slots
		states = t
	}
	for _, s := range states {
		d, ok := s.(*pickle.Dict)
		if !ok {
			continue
		}
		for _, e := range d.Entries {
			key, _ := keyText(e.Key)
			inner := join(name, key)
			switch key {
			case "_parameters", "_buffers", "_modules":
				inner = name
			}
			if err := w.value(inner, e.Value, depth+1); err != nil {
				return err
			}
		}
	}
	return nil
}

func join(name, key string) string {
	if name == "" {
		return key
	}
	return name + "." + key
}

// tensor adds one that lies in a storage.
func (w *walk) tensor(name string, t *tensor) error {
	if t.of.where == nil {
		return fmt.Errorf("tensor %q: storage %q is not in the file: damaged", name, t.of.key)
	}
	v := tensorfile.View{Shape: t.shape, Strides: t.strides, Offset: t.offset, Big: w.r.big}
	return w.add(name, t.dtype, v, t.of.where)
}

// array adds one of NumPy's, whose numbers stand in the pickle.
func (w *walk) array(name string, a *pickle.Array) error {
	dt := map[string]string{
		"f2": "F16", "f4": "F32", "f8": "F64", "i1": "I8", "i2": "I16", "i4": "I32", "i8": "I64", "u1": "U8", "b1": "BOOL",
	}[strings.TrimLeft(a.DType.String(), "<>|")]
	v := tensorfile.Stacked(a.Shape)
	if a.Fortran {
		step := 1
		for d, n := range a.Shape {
			v.Strides[d] = step
			step *= max(1, n)
		}
	}
	v.Big = a.DType.Big
	if dt == "" {
		dt = a.DType.String()
	}
	return w.add(name, dt, v, bytes.NewReader(a.Data))
}

func (w *walk) add(name, dt string, v tensorfile.View, s tensorfile.Store) error {
	if !tensorfile.Known(dt) {
		w.to.Unread[name] = dt
		return nil
	}
	a, err := tensorfile.NewArray(w.r.path, name, dt, v, s)
	if err != nil {
		return err
	}
	w.to.Arrays = append(w.to.Arrays, a)
	return nil
}

// fact keeps a single value.
func (w *walk) fact(name string, v any) {
	if b, ok := v.([]byte); ok {
		v = string(b)
	}
	switch x := v.(type) {
	case string:
		if len(x) > longText {
			return
		}
	case bool, int64, float64:
	default:
		return
	}
	if len(w.to.Facts) < mostTold {
		w.to.Facts[name] = v
	}
}
