package files

import (
	"archive/tar"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
)

// Source is where the named files of a set are read from: a folder, or an archive that is read in
// place. Nothing is unpacked to the disk.
type Source struct {
	Name  string // of the folder or archive, for errors
	Visit func(func(Member) error) error
}

// Member is one file of a source.
type Member struct {
	Name      string // without its folders
	Path      string // for errors: the file, or the archive and the file in it
	Size      int64
	Warranted float64 // the most bytes that the file on the disk can hold of it
	Body      io.Reader
}

// folderSource reads the files of a folder ("." for the place's own), in the order of their names.
func (p *Location) folderSource(dir string, wanted func(name string) bool) Source {
	return Source{p.Full(dir), func(visit func(Member) error) error {
		entries, err := p.List(dir)
		if err != nil {
			return err
		}
		for _, e := range entries {
			if e.IsDir() || !wanted(e.Name()) {
				continue
			}
			if err := p.VisitFile(Join(dir, e.Name()), visit); err != nil {
				return err
			}
		}
		return nil
	}}
}

// VisitFile visits one file.
func (p *Location) VisitFile(name string, visit func(Member) error) error {
	f, size, err := p.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	return visit(Member{path.Base(name), p.Full(name), size, float64(size), f})
}

// TarSource reads the files of an archive, compressed with gzip or not, in its own order.
func (p *Location) TarSource(name string, wanted func(name string) bool) Source {
	return Source{p.Full(name), func(visit func(Member) error) error {
		return p.VisitFile(name, func(archive Member) error {
			if archive.Size == 0 {
				return fmt.Errorf("%s: is an empty file, expected an archive; fetch it again", archive.Path)
			}
			plain, packed, err := decompress(archive.Body)
			if err != nil {
				return fmt.Errorf("%s: damaged gzip data (%w); fetch the file again", archive.Path, err)
			}
			if packed {
				archive.Warranted *= Inflation
			}
			return visitTar(archive, plain, wanted, visit)
		})
	}}
}

func visitTar(archive Member, plain io.Reader, wanted func(string) bool, visit func(Member) error) error {
	t := tar.NewReader(plain)
	for {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("%s: damaged archive (%w); fetch the file again", archive.Path, err)
		}
		if escapes(h.Name) {
			return fmt.Errorf("%s: member %q would lie outside of the folder; no archive of a data set has such names, fetch it from its official address", archive.Path, h.Name)
		}
		base := path.Base(h.Name)
		if h.Typeflag != tar.TypeReg || !wanted(base) {
			continue
		}
		if err := visit(Member{base, archive.Path + ": " + h.Name, h.Size, archive.Warranted, t}); err != nil {
			return err
		}
	}
}

// escapes reports whether a name in an archive leads out of the folder that it would be unpacked
// in.
func escapes(name string) bool {
	return path.IsAbs(name) || slices.Contains(strings.Split(strings.ReplaceAll(name, `\`, "/"), "/"), "..")
}

// IsTar reports whether a name is that of an archive that is read in place.
func IsTar(name string) bool {
	return strings.HasSuffix(name, ".tar.gz") || strings.HasSuffix(name, ".tgz") || strings.HasSuffix(name, ".tar")
}

// Sources lists where the files of a set may lie: the place itself, folders below it, and archives,
// by their names.
func (p *Location) Sources(folders, archives []string, wanted func(string) bool) []Source {
	if p.Only != "" && IsTar(p.Only) {
		return []Source{p.TarSource(p.Only, wanted)}
	}
	out := []Source{p.folderSource(".", wanted)}
	for _, name := range folders {
		if p.IsDir(name) {
			out = append(out, p.folderSource(name, wanted))
		}
	}
	for _, name := range archives {
		if p.Has(name) && !p.IsDir(name) {
			out = append(out, p.TarSource(name, wanted))
		}
	}
	return out
}

// Content reads all of a member, whose size has to fit into memory and into what the file on the
// disk can hold.
func (m Member) Content() ([]byte, error) {
	if float64(m.Size) > m.Warranted {
		return nil, fmt.Errorf("%s: says it has %s, more than the file can hold; fetch it again", m.Path, BytesText(float64(m.Size)))
	}
	if text := TooLarge(float64(m.Size)); text != "" {
		return nil, fmt.Errorf("%s: %s; use a machine with more memory", m.Path, text)
	}
	b := make([]byte, m.Size)
	n, err := io.ReadFull(m.Body, b)
	if err != nil {
		return nil, fmt.Errorf("%s: found %d of %d bytes (%w); fetch the file again", m.Path, n, m.Size, err)
	}
	return b, nil
}

// ReadFile reads a whole file, under the bounds of [Member.Content].
func (p *Location) ReadFile(name string) (b []byte, err error) {
	err = p.VisitFile(name, func(m Member) error { b, err = m.Content(); return err })
	return b, err
}
