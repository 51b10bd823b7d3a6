package files

import (
	"bytes"
	"fmt"
	"strings"
)

// LooksLike names what a file's first bytes are, where they are known; else it shows them.
func LooksLike(head []byte) string {
	text := strings.ToLower(string(bytes.TrimLeft(head, " \t\r\n\ufeff")))
	switch {
	case len(head) == 0:
		return "an empty file"
	case strings.HasPrefix(text, "<!doctype html"), strings.HasPrefix(text, "<html"):
		return "an HTML page, as servers send in place of a file"
	case strings.HasPrefix(text, "<?xml"):
		return "an XML page, as servers send in place of a file"
	case strings.HasPrefix(text, "version https://git-lfs"):
		return "a Git LFS pointer, which stands for a file that was not fetched"
	}
	for _, known := range []struct{ magic, name string }{
		{"\x1f\x8b", "gzip data"}, {"PK\x03\x04", "a zip archive"}, {"\xfd7zXZ", "xz data"}, {"BZh", "bzip2 data"},
		{"\x28\xb5\x2f\xfd", "zstd data"}, {"\x93NUMPY", "a NumPy array"}, {"\x89HDF", "an HDF5 file"},
		{"\x89PNG", "a PNG image"}, {"\xff\xd8\xff", "a JPEG image"}, {"PAR1", "a Parquet file"},
	} {
		if strings.HasPrefix(string(head), known.magic) {
			return known.name
		}
	}
	return fmt.Sprintf("bytes % x", head[:min(len(head), 8)])
}

// Few lists names, a few of them where there are many.
func Few(names []string) string {
	const most = 8
	if len(names) == 0 {
		return "nothing"
	}
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
}
