package torchfile

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"protobench/internal/pickle"
	"protobench/internal/tensorfile"
)

// longest is the most bytes of pickles that are read: those of checkpoints with a hundred thousand
// tensors have a tenth of it.
const longest = 256 << 20

// torch.save compresses nothing. What others have compressed expands to so many times its size, and
// to as many bytes whatever it is, at most.
const (
	dense = 32
	free  = 1 << 20
)

// zip reads an archive: its folder's data.pkl, and a file a storage beside it.
func (r *reading) zip(s tensorfile.Store) (any, error) {
	z, err := zip.NewReader(s, s.Size())
	if err != nil {
		return nil, fmt.Errorf("%w: the file is cut short or damaged", err)
	}
	entries := map[string]*zip.File{}
	root, found := "", false
	for _, f := range z.File {
		if entries[f.Name] != nil {
			return nil, fmt.Errorf("entry %q stands there twice", f.Name)
		}
		entries[f.Name] = f
		if folder, file := path.Split(f.Name); file == "data.pkl" && strings.Count(folder, "/") <= 1 {
			if found {
				return nil, fmt.Errorf("two entries data.pkl: not written by torch.save")
			}
			root, found = folder, true
		}
	}
	if !found {
		return nil, fmt.Errorf("a ZIP archive without data.pkl: not written by torch.save")
	}
	if order, ok := entries[root+"byteorder"]; ok {
		text, err := whole(s, order)
		if err != nil {
			return nil, err
		}
		r.big = string(text) == "big"
	}
	text, err := whole(s, entries[root+"data.pkl"])
	if err != nil {
		return nil, err
	}
	v, _, err := pickle.Load(text, r.options())
	if err != nil {
		return nil, fmt.Errorf("data.pkl: %w", err)
	}
	return v, r.findStorages(s, root+"data/", entries)
}

// whole reads an entry.
func whole(s tensorfile.Store, f *zip.File) ([]byte, error) {
	e, err := tensorfile.EntryStore(s, f)
	if err != nil {
		return nil, err
	}
	packed := min(f.CompressedSize64, uint64(s.Size()))
	if most := free + dense*packed; f.Method != zip.Store && uint64(e.Size()) > most {
		return nil, fmt.Errorf("entry %q: %d bytes would expand to %d: no pickle does", f.Name, packed, e.Size())
	}
	if e.Size() > longest {
		return nil, fmt.Errorf("entry %q of %d bytes; at most %d are read", f.Name, e.Size(), longest)
	}
	b := make([]byte, e.Size())
	if n, err := e.ReadAt(b, 0); err != nil && (!errors.Is(err, io.EOF) || n < len(b)) {
		return nil, fmt.Errorf("entry %q: %w", f.Name, err)
	}
	return b, nil
}

// findStorages finds where in the archive each storage lies.
func (r *reading) findStorages(s tensorfile.Store, folder string, entries map[string]*zip.File) error {
	for key, of := range r.storages {
		f := entries[folder+key]
		if f == nil {
			return fmt.Errorf("storage %q is not in the archive: damaged, or a pickle without its numbers", key)
		}
		if f.UncompressedSize64 != uint64(of.n)*uint64(of.size) {
			return fmt.Errorf("storage %q has %d bytes, not %d of %d: damaged", key, f.UncompressedSize64, of.n, of.size)
		}
		e, err := tensorfile.EntryStore(s, f)
		if err != nil {
			return err
		}
		of.where = e
	}
	return nil
}
