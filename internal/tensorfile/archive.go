package tensorfile

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// Archive is a file's arrays, in the file's order, none of which has been read.
type Archive struct {
	Arrays []Array
	// Facts are what else the file says, single values by dotted key: texts, integers as int64,
	// floats as float64 and truth values.
	Facts map[string]any
	// Unread are tensors that cannot be read, by name: what they are, mostly a type that is not known.
	Unread map[string]string
}

// Known reports whether arrays of a type, named as safetensors does, can be read.
func Known(dtype string) bool {
	_, ok := lookupDType(dtype)
	return ok
}

// Get returns the array of that name.
func (a *Archive) Get(name string) (Array, bool) {
	for _, x := range a.Arrays {
		if x.Name == name {
			return x, true
		}
	}
	return Array{}, false
}

// npyHead is the most that an .npy header may have; NumPy itself writes 64 or 128 bytes.
const npyHead = 1 << 16

// ScanNPY lists the one array of an .npy file, which has no name. path stands in errors.
func ScanNPY(path string, s Store) (*Archive, error) {
	a, err := scanNPY(path, "", s)
	if err != nil {
		return nil, err
	}
	return &Archive{Arrays: []Array{a}}, nil
}

func scanNPY(path, name string, s Store) (Array, error) {
	fail := func(err error) (Array, error) {
		if name != "" {
			err = fmt.Errorf("entry %q: %w", name, err)
		}
		return Array{}, fmt.Errorf("%s: %w", path, err)
	}
	head := make([]byte, min(s.Size(), npyHead))
	if err := readFull(s, head, 0); err != nil {
		return fail(err)
	}
	text, rest, err := splitNPY(head)
	if err != nil {
		return fail(err)
	}
	h, err := parseNPYHeader(text)
	if err != nil {
		return fail(err)
	}
	start := int64(len(head) - len(rest))
	n, ok := product(h.shape)
	if size := s.Size() - start; !ok || size%int64(h.dtype.size) != 0 || size/int64(h.dtype.size) != int64(n) {
		return fail(fmt.Errorf("%d bytes of data, which shape %v of %s does not fill", size, h.shape, h.dtype.name))
	}
	v := Stacked(h.shape)
	if h.fortran {
		step := 1
		for d, x := range h.shape {
			v.Strides[d] = step
			step *= max(1, x)
		}
	}
	v.Big = h.big
	return NewArray(path, name, h.dtype.name, v, io.NewSectionReader(s, start, s.Size()-start))
}

// ScanNPZ lists the arrays of NumPy's .npz, by their names without .npy. Entries that are no .npy
// files are left out; an array of texts or of another type that is not known is among the unread
// ones.
func ScanNPZ(path string, s Store) (*Archive, error) {
	z, err := zip.NewReader(s, s.Size())
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	a, seen := &Archive{Unread: map[string]string{}}, map[string]bool{}
	for _, f := range z.File {
		name, ok := strings.CutSuffix(f.Name, ".npy")
		if !ok {
			continue
		}
		if seen[name] {
			return nil, fmt.Errorf("%s: %q stands there twice", path, f.Name)
		}
		seen[name] = true
		entry, err := EntryStore(s, f)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		x, err := scanNPY(path, name, entry)
		var unknown unknownDescr
		if errors.As(err, &unknown) {
			a.Unread[name] = string(unknown)
			continue
		}
		if err != nil {
			return nil, err
		}
		a.Arrays = append(a.Arrays, x)
	}
	return a, nil
}

// ScanSafetensors lists the arrays of a safetensors file; its metadata are facts. A tensor of a type
// that is not known is among the unread ones.
func ScanSafetensors(path string, s Store) (*Archive, error) {
	h, start, err := layout(path, s, s.Size())
	if err != nil {
		return nil, err
	}
	a := &Archive{Facts: map[string]any{}, Unread: map[string]string{}}
	for k, v := range h.metadata {
		a.Facts[k] = v
	}
	for _, e := range h.entries {
		if !e.known() {
			a.Unread[e.name] = e.dtype.name
			continue
		}
		x, err := NewArray(path, e.name, e.dtype.name, Stacked(e.shape), io.NewSectionReader(s, start+e.begin, e.end-e.begin))
		if err != nil {
			return nil, err
		}
		a.Arrays = append(a.Arrays, x)
	}
	return a, nil
}

// OpenStore opens a file as a store. Its reader has to close it.
func OpenStore(path string) (*os.File, Store, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s: not a file", path)
	}
	if err != nil {
		_ = f.Close() // nothing was written
		return nil, nil, err
	}
	return f, io.NewSectionReader(f, 0, info.Size()), nil
}
