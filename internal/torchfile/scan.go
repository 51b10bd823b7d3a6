package torchfile

import (
	"bytes"
	"errors"
	"fmt"

	"protobench/internal/pickle"
	"protobench/internal/tensorfile"
)

// starts are the first bytes of files that are taken for PyTorch's and are none.
var starts = []struct{ begin, is string }{
	{"<", "a web page, not a checkpoint: fetch the file itself"},
	{"version https://git-lfs", "a Git LFS pointer, not the file: fetch it with git lfs pull"},
	{"\x1f\x8b", "compressed with gzip: unpack it first"},
	{"BZh", "compressed with bzip2: unpack it first"},
	{"\xfd7zXZ", "compressed with xz: unpack it first"},
	{"\x28\xb5\x2f\xfd", "compressed with zstd: unpack it first"},
	{"\x89HDF", "an HDF5 file: save the array as .npy"},
}

// Scan lists the tensors of a file that torch.save wrote, in the file's order, tensors that share
// numbers with the same Origin. path stands in errors.
func Scan(path string, s tensorfile.Store) (*tensorfile.Archive, error) {
	head := make([]byte, min(s.Size(), tarMagic+5))
	if _, err := s.ReadAt(head, 0); err != nil && s.Size() == 0 {
		return nil, fmt.Errorf("%s: empty", path)
	}
	a, err := scan(path, head, s)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return a, nil
}

// tarMagic is where a tar archive's header says what it is.
const tarMagic = 257

func scan(path string, head []byte, s tensorfile.Store) (*tensorfile.Archive, error) {
	for _, f := range starts {
		if bytes.HasPrefix(head, []byte(f.begin)) {
			return nil, errors.New(f.is)
		}
	}
	if bytes.HasSuffix(head, []byte("ustar")) {
		return nil, fmt.Errorf("a tar archive, as PyTorch before 0.2 wrote: unpack it, or load and save it with a newer one")
	}
	r := &reading{path: path, storages: map[string]*storage{}}
	read := r.legacy
	if bytes.HasPrefix(head, []byte("PK")) {
		read = r.zip
	}
	root, err := read(s)
	if err != nil {
		return nil, err
	}
	return r.flatten(root)
}

// reading is what is known of a file while it is read.
type reading struct {
	path     string
	big      bool // the storages' byte order
	storages map[string]*storage
}

// storage is a run of numbers that tensors are views of.
type storage struct {
	key   string
	dtype string // as safetensors names it; "" for bytes, whose tensors say what they are
	size  int    // of an element in bytes
	n     int    // elements
	where tensorfile.Store

	whole *storage // of which this is the part from element skip on; nil for what is no part
	skip  int
}

// options teach the pickle machine what torch.save writes.
func (r *reading) options() pickle.Options {
	return pickle.Options{Persistent: r.refer, Classes: classes()}
}
