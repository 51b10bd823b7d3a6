package datasets

import (
	"archive/tar"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
)

// source is where the named files of a set are read from: a folder, or an archive that is read in place. Nothing is
// unpacked to the disk.
type source struct {
	name  string // of the folder or archive, for errors
	visit func(func(member) error) error
}

// member is one file of a source.
type member struct {
	name      string // without its folders
	path      string // for errors: the file, or the archive and the file in it
	size      int64
	warranted float64 // the most bytes that the file on the disk can hold of it
	r         io.Reader
}

// folderSource reads the files of a folder ("." for the place's own), in the order of their names.
func (p *location) folderSource(dir string, wanted func(name string) bool) source {
	return source{p.full(dir), func(visit func(member) error) error {
		entries, err := p.list(dir)
		if err != nil {
			return err
		}
		for _, e := range entries {
			if e.IsDir() || !wanted(e.Name()) {
				continue
			}
			if err := p.visitFile(join(dir, e.Name()), visit); err != nil {
				return err
			}
		}
		return nil
	}}
}

func (p *location) visitFile(name string, visit func(member) error) error {
	f, size, err := p.open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	return visit(member{path.Base(name), p.full(name), size, float64(size), f})
}

// tarSource reads the files of an archive, compressed with gzip or not, in its own order.
func (p *location) tarSource(name string, wanted func(name string) bool) source {
	return source{p.full(name), func(visit func(member) error) error {
		return p.visitFile(name, func(archive member) error {
			plain, packed, err := decompress(archive.r)
			if err != nil {
				return fmt.Errorf("%s: damaged gzip data (%w); fetch the file again", archive.path, err)
			}
			if packed {
				archive.warranted *= inflation
			}
			return visitTar(archive, plain, wanted, visit)
		})
	}}
}

func visitTar(archive member, plain io.Reader, wanted func(string) bool, visit func(member) error) error {
	t := tar.NewReader(plain)
	for {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("%s: damaged archive (%w); fetch the file again", archive.path, err)
		}
		if escapes(h.Name) {
			return fmt.Errorf("%s: member %q would lie outside of the folder; no archive of a data set has such names, fetch it from its official address", archive.path, h.Name)
		}
		base := path.Base(h.Name)
		if h.Typeflag != tar.TypeReg || !wanted(base) {
			continue
		}
		if err := visit(member{base, archive.path + ": " + h.Name, h.Size, archive.warranted, t}); err != nil {
			return err
		}
	}
}

// escapes reports whether a name in an archive leads out of the folder that it would be unpacked in.
func escapes(name string) bool {
	return path.IsAbs(name) || slices.Contains(strings.Split(strings.ReplaceAll(name, `\`, "/"), "/"), "..")
}

// isTar reports whether a name is that of an archive that is read in place.
func isTar(name string) bool {
	return strings.HasSuffix(name, ".tar.gz") || strings.HasSuffix(name, ".tgz") || strings.HasSuffix(name, ".tar")
}

// sources lists where the files of a set may lie: the place itself, folders below it, and archives, by their names.
func (p *location) sources(folders, archives []string, wanted func(string) bool) []source {
	if p.only != "" && isTar(p.only) {
		return []source{p.tarSource(p.only, wanted)}
	}
	out := []source{p.folderSource(".", wanted)}
	for _, name := range folders {
		if p.isDir(name) {
			out = append(out, p.folderSource(name, wanted))
		}
	}
	for _, name := range archives {
		if p.has(name) && !p.isDir(name) {
			out = append(out, p.tarSource(name, wanted))
		}
	}
	return out
}

// content reads all of a member, whose size has to fit into memory and into what the file on the disk can hold.
func (m member) content() ([]byte, error) {
	if float64(m.size) > m.warranted {
		return nil, fmt.Errorf("%s: says it has %s, more than the file can hold; fetch it again", m.path, bytesText(float64(m.size)))
	}
	if text := tooLarge(float64(m.size)); text != "" {
		return nil, fmt.Errorf("%s: %s; use a machine with more memory", m.path, text)
	}
	b := make([]byte, m.size)
	n, err := io.ReadFull(m.r, b)
	if err != nil {
		return nil, fmt.Errorf("%s: found %d of %d bytes (%w); fetch the file again", m.path, n, m.size, err)
	}
	return b, nil
}

// whole reads a file.
func (p *location) readFile(name string) (b []byte, err error) {
	err = p.visitFile(name, func(m member) error { b, err = m.content(); return err })
	return b, err
}
