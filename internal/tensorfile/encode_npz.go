package tensorfile

import (
	"archive/zip"
	"fmt"
	"io"

	"protobench/internal/durable"
)

// WriteNPZ writes NumPy's .npz atomically (see [durable.Replace]), an entry NAME.npy a tensor, as numpy.savez
// does. Equal content gives equal bytes.
func WriteNPZ(path string, tensors []Tensor) error {
	err := durable.Replace(path, func(w io.Writer) error { return encodeNPZ(w, tensors) })
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
		b, err := encodeNPY(t)
		if err != nil {
			return err
		}
		entry, err := z.CreateHeader(&zip.FileHeader{Name: t.Name + ".npy", Method: zip.Store})
		if err != nil {
			return err
		}
		if _, err := entry.Write(b); err != nil {
			return err
		}
	}
	return z.Close()
}
