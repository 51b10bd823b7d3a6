package torchfile

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/big"

	"protobench/internal/pickle"
	"protobench/internal/tensorfile"
)

// legacyMagic begins the format before PyTorch 1.6, as its first pickle.
func legacyMagic() *big.Int {
	n, _ := new(big.Int).SetString("1950a86a20f9469cfc6c", 16)
	return n
}

// legacy reads the format before PyTorch 1.6: pickles of a magic number, the format's number, the
// machine, the object and the storages' keys, and then the storages in the order of those keys.
// How long the pickles are is nowhere said, so that more is read until they end.
func (r *reading) legacy(s tensorfile.Store) (any, error) {
	const begin = 1 << 20
	for n := int64(begin); ; n *= 4 {
		n = min(n, s.Size(), longest)
		head := make([]byte, n)
		if _, err := s.ReadAt(head, 0); err != nil && !errors.Is(err, io.EOF) {
			return nil, err
		}
		clear(r.storages)
		root, keys, rest, err := r.pickles(head)
		if errors.Is(err, pickle.ErrShort) && n < s.Size() && n < longest {
			continue
		}
		if err != nil {
			return nil, err
		}
		return root, r.placeStorages(s, keys, n-int64(len(rest)))
	}
}

// pickles reads those that begin the file.
func (r *reading) pickles(b []byte) (root any, keys *pickle.List, rest []byte, err error) {
	magic, rest, err := pickle.Load(b, pickle.Options{})
	if err != nil {
		return nil, nil, nil, fmt.Errorf("neither a ZIP archive nor a pickle, as torch.save writes: %w", err)
	}
	if n, ok := magic.(*big.Int); !ok || n.Cmp(legacyMagic()) != 0 {
		return nil, nil, nil, fmt.Errorf("a pickle of a %s that torch.save did not write; save its array as .npy or .npz", pickle.Kind(magic))
	}
	version, rest, err := pickle.Load(rest, pickle.Options{})
	if err != nil {
		return nil, nil, nil, err
	}
	if version != int64(1001) {
		return nil, nil, nil, fmt.Errorf("torch.save's format %v, 1001 is expected", version)
	}
	if _, rest, err = pickle.Load(rest, pickle.Options{}); err != nil {
		return nil, nil, nil, err
	}
	if root, rest, err = pickle.Load(rest, r.options()); err != nil {
		return nil, nil, nil, err
	}
	list, rest, err := pickle.Load(rest, pickle.Options{})
	if err != nil {
		return nil, nil, nil, fmt.Errorf("the storages' keys: %w", err)
	}
	keys, ok := list.(*pickle.List)
	if !ok {
		return nil, nil, nil, fmt.Errorf("the storages' keys are a %s: damaged", pickle.Kind(list))
	}
	return root, keys, rest, nil
}

// placeStorages finds where in the file each storage lies, each behind its number of elements.
func (r *reading) placeStorages(s tensorfile.Store, keys *pickle.List, at int64) error {
	for _, k := range keys.Items {
		key, _ := k.(string)
		of := r.storages[key]
		if of == nil {
			return fmt.Errorf("storage %q is no tensor's, so that its length is not known: damaged", key)
		}
		if of.where != nil {
			return fmt.Errorf("storage %q stands there twice", key)
		}
		var n [8]byte
		if got, err := s.ReadAt(n[:], at); got < len(n) {
			return fmt.Errorf("storage %q begins at byte %d of %d: the file is cut short (%w)", key, at, s.Size(), err)
		}
		at += int64(len(n))
		if binary.LittleEndian.Uint64(n[:]) != uint64(of.n) {
			return fmt.Errorf("storage %q has %d numbers, not %d: damaged", key, binary.LittleEndian.Uint64(n[:]), of.n)
		}
		left := s.Size() - at
		if left < 0 || int64(of.n) > left/int64(of.size) {
			return fmt.Errorf("storage %q of %d numbers begins %d bytes before the end: the file is cut short", key, of.n, left)
		}
		size := int64(of.n) * int64(of.size)
		of.where = io.NewSectionReader(s, at, size)
		at += size
	}
	for key, of := range r.storages {
		if of.where == nil {
			return fmt.Errorf("storage %q is not in the file: damaged", key)
		}
	}
	return nil
}
