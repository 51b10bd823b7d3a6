package files

import (
	"archive/zip"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
)

// ArrayAt is where an array lies: a file, and its member where the file is an archive.
type ArrayAt struct{ File, Member string }

// Array reads one array.
func (p *Location) Array(at ArrayAt) (a *Array, err error) {
	err = p.VisitFile(at.File, func(m Member) error {
		if at.Member == "" {
			a, err = readNPY(m.Body, storedIn(m.Body, m.Size), m.Path, m.Warranted)
			return err
		}
		z, err := openZip(m)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(z.File, func(f *zip.File) bool { return f.Name == at.Member })
		f := z.File[i]
		name := m.Path + ": " + at.Member
		r, err := f.Open()
		if err != nil {
			return fmt.Errorf("%s: %w; save the file again", name, err)
		}
		defer r.Close()
		a, err = readNPY(r, storedAs(m, f), name, min(float64(f.CompressedSize64), m.Warranted)*Inflation)
		return err
	})
	return a, err
}

// storedAs is where a member of an archive lies that is not compressed.
func storedAs(archive Member, f *zip.File) stored {
	s := storedIn(archive.Body, archive.Size)
	at, err := f.DataOffset()
	if s.file == nil || err != nil || f.Method != zip.Store || f.CompressedSize64 > uint64(archive.Size-at) {
		return stored{}
	}
	return stored{s.file, at, at + int64(f.CompressedSize64)}
}

func openZip(m Member) (*zip.Reader, error) {
	at, ok := m.Body.(io.ReaderAt)
	if !ok {
		return nil, fmt.Errorf("%s: an archive inside of an archive is not read", m.Path)
	}
	z, err := zip.NewReader(at, m.Size)
	if err != nil {
		head := make([]byte, 64)
		n, _ := at.ReadAt(head, 0)
		return nil, fmt.Errorf("%s: is %s, expected a zip archive of arrays (%w); fetch or save the file again", m.Path, LooksLike(head[:n]), err)
	}
	return z, nil
}

// Members lists the files in an archive of arrays.
func (p *Location) Members(file string) (names []string, err error) {
	err = p.VisitFile(file, func(m Member) error {
		z, err := openZip(m)
		if err != nil {
			return err
		}
		for _, f := range z.File {
			if escapes(f.Name) {
				return fmt.Errorf("%s: member %q would lie outside of the folder; no archive of arrays has such names, save it again", m.Path, f.Name)
			}
			names = append(names, f.Name)
		}
		return nil
	})
	return names, err
}

// Contents lists the files of a place; of one archive, its members.
func (p *Location) Contents() []string {
	if p.Only == "" || path.Ext(p.Only) != ".npz" {
		return p.Names()
	}
	var names []string
	_ = p.VisitFile(p.Only, func(m Member) error { // it was read before
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
