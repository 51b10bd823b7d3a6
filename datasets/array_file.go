package datasets

import (
	"archive/zip"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
)

// arrayAt is where an array lies: a file, and its member where the file is an archive.
type arrayAt struct{ file, member string }

// array reads one array.
func (p *location) array(at arrayAt) (a *array, err error) {
	err = p.visitFile(at.file, func(m member) error {
		if at.member == "" {
			a, err = readNPY(m.r, m.path, m.warranted)
			return err
		}
		z, err := openZip(m)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(z.File, func(f *zip.File) bool { return f.Name == at.member })
		f := z.File[i]
		name := m.path + ": " + at.member
		r, err := f.Open()
		if err != nil {
			return fmt.Errorf("%s: %w; save the file again", name, err)
		}
		defer r.Close()
		a, err = readNPY(r, name, min(float64(f.CompressedSize64), m.warranted)*inflation)
		return err
	})
	return a, err
}

func openZip(m member) (*zip.Reader, error) {
	at, ok := m.r.(io.ReaderAt)
	if !ok {
		return nil, fmt.Errorf("%s: an archive inside of an archive is not read", m.path)
	}
	z, err := zip.NewReader(at, m.size)
	if err != nil {
		head := make([]byte, 64)
		n, _ := at.ReadAt(head, 0)
		return nil, fmt.Errorf("%s: is %s, expected a zip archive of arrays (%w); fetch or save the file again", m.path, looksLike(head[:n]), err)
	}
	return z, nil
}

// members lists the files in an archive of arrays.
func (p *location) members(file string) (names []string, err error) {
	err = p.visitFile(file, func(m member) error {
		z, err := openZip(m)
		if err != nil {
			return err
		}
		for _, f := range z.File {
			if escapes(f.Name) {
				return fmt.Errorf("%s: member %q would lie outside of the folder; no archive of arrays has such names, save it again", m.path, f.Name)
			}
			names = append(names, f.Name)
		}
		return nil
	})
	return names, err
}

// contents lists the files of a place; of one archive, its members.
func (p *location) contents() []string {
	if p.only == "" || path.Ext(p.only) != ".npz" {
		return p.names()
	}
	var names []string
	_ = p.visitFile(p.only, func(m member) error { // it was read before
		z, err := openZip(m)
		if err == nil {
			for _, f := range z.File {
				names = append(names, strings.TrimSuffix(f.Name, ".npy"))
			}
		}
		return err
	})
	return names
}
