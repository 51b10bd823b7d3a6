package tensorfile

import (
	"archive/zip"
	"encoding/binary"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// WriteNPZ writes NumPy's .npz atomically (see Replace), an entry NAME.npy a tensor, as numpy.savez
// does. Equal content gives equal bytes.
func WriteNPZ(path string, tensors []Tensor) error {
	err := Replace(path, func(w io.Writer) error { return encodeNPZ(w, tensors) })
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

func encodeNPZ(w io.Writer, tensors []Tensor) error {
	z, seen := zip.NewWriter(w), map[string]bool{}
	for _, t := range tensors {
		if err := checkName(t.Name, seen); err != nil {
			return err
		}
		if err := t.check(); err != nil {
			return err
		}
		entry, err := z.CreateHeader(&zip.FileHeader{Name: t.Name + ".npy", Method: zip.Store})
		if err != nil {
			return err
		}
		if _, err := entry.Write(t.npyHeader()); err != nil {
			return err
		}
		if _, err := entry.Write(t.appendValues(nil)); err != nil {
			return err
		}
	}
	return z.Close()
}

// npyAlign is the multiple at which NumPy's data begin.
const npyAlign = 64

// npyHeader is what stands before the numbers: format 1.0, a Python dictionary filled up with
// spaces.
func (t Tensor) npyHeader() []byte {
	descr := map[string]string{"F32": "<f4", "F64": "<f8", "I64": "<i8"}
	name, _ := t.dtypeName()
	var shape strings.Builder
	for _, n := range t.Shape {
		shape.WriteString(strconv.Itoa(n) + ", ") // (3, ) is a tuple of one
	}
	text := fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': (%s), }", descr[name], shape.String())
	const before = 10 // bytes: magic, version, length
	text += strings.Repeat(" ", npyAlign-(before+len(text)+1)%npyAlign) + "\n"
	out := append([]byte(npyMagic), 1, 0)
	return append(binary.LittleEndian.AppendUint16(out, uint16(len(text))), text...)
}
