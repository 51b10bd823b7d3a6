package checkpoint

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"protobench/internal/tensorfile"
	"protobench/internal/torchfile"
)

// File is an opened file with arrays, of which none has been read.
type File struct {
	Path string
	*tensorfile.Archive
	closer io.Closer
}

// Close closes the file, whose arrays cannot be read then.
func (f *File) Close() error { return f.closer.Close() }

// Open lists what is in a .npy, .npz, .safetensors or PyTorch file, whatever it is called.
func Open(path string) (*File, error) {
	if err := refusePath(path); err != nil {
		return nil, err
	}
	closer, store, err := tensorfile.OpenStore(path)
	if err != nil {
		return nil, err
	}
	a, err := scan(path, store)
	if err != nil {
		_ = closer.Close() // nothing was written
		return nil, err
	}
	return &File{path, a, closer}, nil
}

// scan tells formats by how files begin, since .pth, .tar and .ckpt say nothing.
func scan(path string, s tensorfile.Store) (*tensorfile.Archive, error) {
	head := make([]byte, min(s.Size(), 16))
	if _, err := s.ReadAt(head, 0); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	text := string(head)
	switch {
	case strings.HasPrefix(text, "\x93NUMPY"):
		return tensorfile.ScanNPY(path, s)
	case strings.HasPrefix(text, "PK") && holdsNPY(s):
		return tensorfile.ScanNPZ(path, s)
	case len(text) > 8 && text[8] == '{' || filepath.Ext(path) == ".safetensors":
		return tensorfile.ScanSafetensors(path, s)
	}
	return torchfile.Scan(path, s)
}

// holdsNPY tells NumPy's ZIP archives from PyTorch's, whatever they are called.
func holdsNPY(s tensorfile.Store) bool {
	z, err := zip.NewReader(s, s.Size())
	if err != nil {
		return false
	}
	return slices.ContainsFunc(z.File, func(f *zip.File) bool { return strings.HasSuffix(f.Name, ".npy") })
}

// refusePath names the right file where a path cannot be it.
func refusePath(path string) error {
	const sharded = "a distributed checkpoint, whose tensors lie in pieces over many files; "
	if filepath.Ext(path) == ".distcp" {
		return fmt.Errorf("%s: a piece of %saudit the evaluation checkpoint beside it (DINOv3: eval/*/teacher_checkpoint.pth), "+
			"or gather it with torch.distributed.checkpoint.format_utils.dcp_to_torch_save", path, sharded)
	}
	info, err := os.Stat(path)
	if err != nil || !info.IsDir() {
		return nil // opening it says what is wrong
	}
	if pieces, _ := filepath.Glob(filepath.Join(path, "*.distcp")); len(pieces) > 0 {
		return fmt.Errorf("%s: a folder of %saudit the evaluation checkpoint (DINOv3: eval/*/teacher_checkpoint.pth), "+
			"or gather it with torch.distributed.checkpoint.format_utils.dcp_to_torch_save", path, sharded)
	}
	return fmt.Errorf("%s: a folder; name the checkpoint files in it", path)
}
