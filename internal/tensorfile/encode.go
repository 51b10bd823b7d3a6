package tensorfile

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"unicode/utf8"

	"protobench/internal/durable"
)

// WriteSafetensors writes the file atomically (see [durable.Replace]). Equal content gives equal
// bytes: tensors stand in the order given, metadata by key.
func WriteSafetensors(path string, f *File) error {
	err := durable.Replace(path, func(w io.Writer) error { return EncodeSafetensors(w, f) })
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

// EncodeSafetensors writes safetensors bytes, the header padded with spaces so that
// the data start at a multiple of 8.
func EncodeSafetensors(w io.Writer, f *File) error {
	head, err := encodeHeader(f)
	if err != nil {
		return err
	}
	for len(head)%8 != 0 {
		head = append(head, ' ')
	}
	if _, err := w.Write(binary.LittleEndian.AppendUint64(nil, uint64(len(head)))); err != nil {
		return err
	}
	if _, err := w.Write(head); err != nil {
		return err
	}
	var buf []byte
	for _, t := range f.Tensors {
		buf = t.appendValues(buf[:0])
		if _, err := w.Write(buf); err != nil {
			return err
		}
	}
	return nil
}

// encodeHeader writes the JSON object by hand, since a map would lose the order.
func encodeHeader(f *File) ([]byte, error) {
	head := []byte{'{'}
	if len(f.Metadata) > 0 {
		meta, err := json.Marshal(f.Metadata) // sorts the keys
		if err != nil {
			return nil, err
		}
		head = append(append(head, `"__metadata__":`...), meta...)
	}
	at, seen := 0, map[string]bool{"__metadata__": true}
	for _, t := range f.Tensors {
		if err := checkName(t.Name, seen); err != nil {
			return nil, err
		}
		if err := t.check(); err != nil {
			return nil, err
		}
		if len(head) > 1 {
			head = append(head, ',')
		}
		entry, size := t.headerEntry(at)
		head = append(head, entry...)
		at += size
	}
	return append(head, '}'), nil
}

func checkName(name string, seen map[string]bool) error {
	if !utf8.ValidString(name) {
		return fmt.Errorf("tensor name %q is not UTF-8", name)
	}
	if seen[name] {
		return fmt.Errorf("tensor name %q is taken", name)
	}
	seen[name] = true
	return nil
}

// headerEntry returns `"name":{…}` for data that begin at at, and the data's size.
func (t Tensor) headerEntry(at int) (string, int) {
	dt, size := t.dtypeName()
	n := t.Len() * size
	name, _ := json.Marshal(t.Name) // a string always marshals
	shape, _ := json.Marshal(append([]int{}, t.Shape...))
	return fmt.Sprintf(`%s:{"dtype":%q,"shape":%s,"data_offsets":[%d,%d]}`, name, dt, shape, at, at+n), n
}
