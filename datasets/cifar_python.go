package datasets

import (
	"fmt"

	"protobench/datasets/files"
	"protobench/internal/pickle"
)

// unpickle reads the dictionary that a file of the Python version is.
func unpickle(m files.Member) (*pickle.Dict, error) {
	b, err := m.Content()
	if err != nil {
		return nil, err
	}
	v, _, err := pickle.Load(b, pickle.Options{})
	if err != nil {
		return nil, fmt.Errorf("%s: %w (%s); fetch the file again", m.Path, err, files.LooksLike(b))
	}
	d, ok := v.(*pickle.Dict)
	if !ok {
		return nil, fmt.Errorf("%s: holds a %s, expected a dict; it is no file of CIFAR", m.Path, pickle.Kind(v))
	}
	return d, nil
}

// pickled reads the images of one file of the Python version: planes of red, green and blue as rows
// of data.
func (c cifar) pickled(m files.Member) (Images, error) {
	d, err := unpickle(m)
	if err != nil {
		return Images{}, err
	}
	const values = 3 * cifarSide * cifarSide
	v, _ := d.Get("data")
	a, ok := v.(*pickle.Array)
	if !ok || a.DType.String() != "|u1" || len(a.Shape) != 2 || a.Shape[1] != values || a.Fortran || a.Shape[0] == 0 {
		return Images{}, fmt.Errorf("%s: data is %s, expected a numpy.ndarray of |u1, [images, %d]; it is no file of CIFAR", m.Path, pickle.Kind(v), values)
	}
	n := a.Shape[0]
	im := c.room(n)
	labels := make([][]int, len(c.keys))
	for i, key := range c.keys {
		v, _ := d.Get(key)
		if labels[i], ok = integersOf(v); !ok || len(labels[i]) != n {
			return Images{}, fmt.Errorf("%s: %s is %s, expected %d integers, one an image; it is no file of %s, or damaged", m.Path, key, pickle.Kind(v), n, c.name)
		}
	}
	for i := range n {
		if err := c.label(&im, m.Path, i, labels[0][i], labels[len(labels)-1][i]); err != nil {
			return Images{}, err
		}
	}
	im.Pixels = append(im.Pixels, a.Data...) // the array may lie in the pickle's bytes
	files.Interleave(im.Pixels, 3, cifarSide*cifarSide)
	return im, nil
}

// integersOf reads a list of integers, or an array of them.
func integersOf(v any) ([]int, bool) {
	switch v := v.(type) {
	case *pickle.List:
		out := make([]int, 0, len(v.Items))
		for _, item := range v.Items {
			n, ok := item.(int64)
			if !ok {
				return nil, false
			}
			out = append(out, int(n))
		}
		return out, true
	case *pickle.Array:
		if k := v.DType.Kind; len(v.Shape) != 1 || k != 'i' && k != 'u' {
			return nil, false
		}
		a := files.Array{Kind: v.DType.Kind, Size: v.DType.Size, Big: v.DType.Big, Shape: v.Shape, Data: v.Data}
		out, err := a.Integers()
		return out, err == nil
	}
	return nil, false
}

// pickledNames reads the classes' names.
func (c cifar) pickledNames(parts *cifarParts, m files.Member) error {
	d, err := unpickle(m)
	if err != nil {
		return err
	}
	for i, key := range c.nameKeys {
		v, _ := d.Get(key)
		list, ok := v.(*pickle.List)
		if !ok {
			return fmt.Errorf("%s: %s is %s, expected a list; it is no file of %s, or damaged", m.Path, key, pickle.Kind(v), c.name)
		}
		for _, item := range list.Items {
			switch name := item.(type) {
			case string:
				parts.names[i] = append(parts.names[i], name)
			case []byte:
				parts.names[i] = append(parts.names[i], string(name))
			default:
				return fmt.Errorf("%s: %s holds a %s, expected texts; it is no file of %s, or damaged", m.Path, key, pickle.Kind(item), c.name)
			}
		}
	}
	return nil
}
