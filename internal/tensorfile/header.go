package tensorfile

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"sort"
)

// entry is one tensor of a safetensors header; begin and end are offsets into the data. A type that
// is not known, as those of 8 bits, has size 0: its tensor cannot be read, those beside it can.
type entry struct {
	name       string
	dtype      dtype
	shape      []int
	count      int
	begin, end int64
}

type header struct {
	metadata map[string]string
	entries  []entry
}

// parseHeader reads the JSON object token by token, since a repeated name, which the
// format forbids, would go unnoticed in a map.
func parseHeader(raw []byte) (header, error) {
	var h header
	d := json.NewDecoder(bytes.NewReader(raw))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return h, fmt.Errorf("does not begin with a JSON object")
	}
	seen := map[string]bool{}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return h, err
		}
		name := key.(string) // an object's key is a string, or Token had failed
		if seen[name] {
			return h, fmt.Errorf("%q stands there twice", name)
		}
		seen[name] = true
		if err := h.field(d, name); err != nil {
			return h, fmt.Errorf("%q: %w", name, err)
		}
	}
	return h, closeHeader(d)
}

// closeHeader wants the object's end and nothing but white space after it.
func closeHeader(d *json.Decoder) error {
	if _, err := d.Token(); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return fmt.Errorf("something follows the JSON object")
	}
	return nil
}

func (h *header) field(d *json.Decoder, name string) error {
	if name == "__metadata__" {
		return d.Decode(&h.metadata)
	}
	e, err := decodeEntry(d)
	e.name = name
	h.entries = append(h.entries, e)
	return err
}

// decodeEntry takes names as the format spells them, where the JSON package's would do in any case:
// one with a flipped bit is not what was written.
func decodeEntry(d *json.Decoder) (entry, error) {
	var raw struct {
		DType   string
		Shape   []int
		Offsets []int64
	}
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return entry{}, fmt.Errorf("is no JSON object")
	}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return entry{}, err
		}
		var to any = new(json.RawMessage)
		switch key {
		case "dtype":
			to = &raw.DType
		case "shape":
			to = &raw.Shape
		case "data_offsets":
			to = &raw.Offsets
		}
		if err := d.Decode(to); err != nil {
			return entry{}, fmt.Errorf("%v: %w", key, err)
		}
	}
	if _, err := d.Token(); err != nil { // the closing brace
		return entry{}, err
	}
	if raw.Shape == nil {
		return entry{}, fmt.Errorf("has no shape")
	}
	dt, ok := lookupDType(raw.DType)
	if !ok {
		dt = dtype{name: raw.DType}
	}
	n, ok := product(raw.Shape)
	if !ok {
		return entry{}, fmt.Errorf("shape %v is negative or too large", raw.Shape)
	}
	if len(raw.Offsets) != 2 {
		return entry{}, fmt.Errorf("data_offsets %v, expected a begin and an end", raw.Offsets)
	}
	return entry{dtype: dt, shape: raw.Shape, count: n, begin: raw.Offsets[0], end: raw.Offsets[1]}, nil
}

// checkLayout sorts the entries by offset and wants them to cover the data without
// hole or overlap, as the format does.
func (h *header) checkLayout(data int64) error {
	sort.SliceStable(h.entries, func(i, j int) bool { return before(h.entries[i], h.entries[j]) })
	at := int64(0)
	for _, e := range h.entries {
		if e.begin < at {
			return fmt.Errorf("tensor %q begins at %d, inside the data before it (which ends at %d)", e.name, e.begin, at)
		}
		if e.begin > at {
			return fmt.Errorf("tensor %q begins at %d, which leaves a hole after %d", e.name, e.begin, at)
		}
		if err := e.checkSize(data); err != nil {
			return fmt.Errorf("tensor %q: %w", e.name, err)
		}
		at = e.end
	}
	if at != data {
		return fmt.Errorf("%d bytes of data, but the tensors end at %d", data, at)
	}
	return nil
}

// before orders by offset; an empty tensor goes before the one that starts where it lies.
func before(a, b entry) bool {
	if a.begin != b.begin {
		return a.begin < b.begin
	}
	return a.end < b.end
}

func (e entry) known() bool { return e.dtype.size > 0 }

func (e entry) checkSize(data int64) error {
	if e.end < e.begin || e.end > data {
		return fmt.Errorf("data_offsets [%d, %d] lie outside the %d bytes of data", e.begin, e.end, data)
	}
	if !e.known() {
		return nil // how many bits an element takes is not known
	}
	// Division, since count times size may overflow.
	if span := e.end - e.begin; span%int64(e.dtype.size) != 0 || span/int64(e.dtype.size) != int64(e.count) {
		return fmt.Errorf("%d bytes of data for shape %v of %s", span, e.shape, e.dtype.name)
	}
	return nil
}
