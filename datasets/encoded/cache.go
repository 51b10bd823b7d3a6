package encoded

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"protobench/datasets/files"
	"protobench/internal/durable"
)

// CacheMagic begins a file of decoded images. Its number rises whenever decoding gives other
// pixels.
const CacheMagic = "protobench images 1\n"

// DecodedFolder is where decoded images lie, beside the sets of the user's cache folder.
const DecodedFolder = "decoded"

// cachePage is what pixels are aligned to.
const cachePage = 4096

// cache keeps decoded images in a folder of the user's: files that are named by what they were made
// from, and for each place that was read the sums of its files, by which nothing has to be read
// again that did not change.
type cache struct{ dir string }

func openCache() (cache, error) {
	root, err := os.UserCacheDir()
	if err != nil {
		return cache{}, err
	}
	dir := filepath.Join(root, "protobench", DecodedFolder)
	return cache{dir}, os.MkdirAll(dir, 0o755)
}

// stamp is a file that images come from.
type stamp struct {
	Path string `json:"path"` // below the place
	Size int64  `json:"size"`
	Time int64  `json:"time"` // of its last change, nanoseconds since 1970
	Sum  string `json:"sum"`  // SHA-256, hex
}

// index is what is known of the files of one place, and under what key their images lie.
type index struct {
	Place string  `json:"place"`
	Files []stamp `json:"files"`
	Key   string  `json:"key"`
}

// indexPath is the file of a place's index; how it is read (size, split) belongs to the place.
func (c cache) indexPath(place string) string {
	sum := sha256.Sum256([]byte(place))
	return filepath.Join(c.dir, hex.EncodeToString(sum[:8])+".index")
}

// index reads what is known of a place; nothing where the file is not there or damaged.
func (c cache) index(place string) index {
	var x index
	b, err := os.ReadFile(c.indexPath(place))
	if err != nil || json.Unmarshal(b, &x) != nil || x.Place != place {
		return index{}
	}
	return x
}

// sums fills in the sums of files: known ones where size and time are as they were, else by
// reading.
func (x index) sums(files []stamp, read func(path string) (io.ReadCloser, error)) error {
	known := make(map[string]stamp, len(x.Files))
	for _, s := range x.Files {
		known[s.Path] = s
	}
	for i := range files {
		s := &files[i]
		if k, ok := known[s.Path]; ok && k.Size == s.Size && k.Time == s.Time && k.Sum != "" {
			s.Sum = k.Sum
			continue
		}
		r, err := read(s.Path)
		if err != nil {
			return err
		}
		h := sha256.New()
		_, err = io.Copy(h, r)
		if err := errors.Join(err, r.Close()); err != nil {
			return fmt.Errorf("%s: %w", s.Path, err)
		}
		s.Sum = hex.EncodeToString(h.Sum(nil))
	}
	return nil
}

// keyOf is the SHA-256 over what images are made from: the rule by which, and all files' names and
// contents.
func keyOf(rule string, files []stamp) string {
	h := sha256.New()
	_, _ = fmt.Fprintf(h, "%s%q\n", CacheMagic, rule) // a hash takes everything
	for _, s := range files {
		_, _ = fmt.Fprintf(h, "%q %s\n", s.Path, s.Sum)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// note writes a place's index, and drops the images that it had before, unless another place has
// them too.
func (c cache) note(x index) error {
	old := c.index(x.Place)
	b, err := json.Marshal(x)
	if err != nil {
		return err
	}
	if err := durable.WriteFile(c.indexPath(x.Place), b); err != nil {
		return err
	}
	if old.Key != "" && old.Key != x.Key && !c.used(old.Key) {
		_ = os.Remove(c.imagesPath(old.Key)) // it is in nobody's way
	}
	return nil
}

// used reports whether any index names a key.
func (c cache) used(key string) bool {
	paths, _ := filepath.Glob(filepath.Join(c.dir, "*.index"))
	return slices.ContainsFunc(paths, func(path string) bool {
		b, err := os.ReadFile(path)
		return err == nil && bytes.Contains(b, []byte(key))
	})
}

func (c cache) imagesPath(key string) string { return filepath.Join(c.dir, key[:32]+".images") }

// Album is what a file of decoded images holds besides pixels.
type Album struct {
	Key       string   `json:"key"`
	Found     string   `json:"found"`
	Height    int      `json:"height"`
	Width     int      `json:"width"`
	Channels  int      `json:"channels"`
	Train     int      `json:"train"` // images of the training split, which stand before those of the test split
	Labels    []int    `json:"labels"`
	Fine      []int    `json:"fine,omitempty"`
	Names     []string `json:"names,omitempty"`
	FineNames []string `json:"fine_names,omitempty"`
	Sums      []byte   `json:"sums"` // 32 bytes an image
}

func (a *Album) image() int { return a.Height * a.Width * a.Channels }

// head is the album as it stands at a file's beginning, filled up to where pixels begin.
func (a *Album) head() ([]byte, error) {
	text, err := json.Marshal(a)
	if err != nil {
		return nil, err
	}
	b := binary.LittleEndian.AppendUint64([]byte(CacheMagic), uint64(len(text)))
	b = append(b, text...)
	return append(b, make([]byte, (cachePage-len(b)%cachePage)%cachePage)...), nil
}

// write writes an album and its pixels, which fill stores image by image at the offsets it is
// given.
func (c cache) write(a *Album, fill func(w io.WriterAt, from int64) error) error {
	head, err := a.head()
	if err != nil {
		return err
	}
	return durable.ReplaceFile(c.imagesPath(a.Key), func(f *os.File) error {
		if _, err := f.Write(head); err != nil {
			return err
		}
		if err := fill(f, int64(len(head))); err != nil {
			return err
		}
		end := int64(len(head)) + int64(len(a.Labels))*int64(a.image())
		sum, err := checksum(f, end)
		if err != nil {
			return err
		}
		_, err = f.WriteAt(binary.LittleEndian.AppendUint32(nil, sum), end)
		return err
	})
}

// checksum is the CRC-32C of a file's first n bytes.
func checksum(f *os.File, n int64) (uint32, error) {
	h := crc32.New(crc32.MakeTable(crc32.Castagnoli))
	got, err := io.CopyBuffer(struct{ io.Writer }{h}, io.NewSectionReader(f, 0, n), make([]byte, 1<<20))
	if err == nil && got != n {
		err = io.ErrUnexpectedEOF
	}
	return h.Sum32(), err
}

// read maps the images of a key. Every byte is checked; what is damaged counts as not there.
func (c cache) read(key string) (a *Album, pixels []byte, err error) {
	f, err := os.Open(c.imagesPath(key))
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	a, from, err := readAlbum(f)
	if err != nil {
		return nil, nil, err
	}
	n := int64(len(a.Labels)) * int64(a.image())
	sum, err := checksum(f, from+n)
	if err != nil {
		return nil, nil, err
	}
	last := make([]byte, 5)
	if got, _ := f.ReadAt(last, from+n); got != 4 || binary.LittleEndian.Uint32(last) != sum || a.Key != key {
		return nil, nil, fmt.Errorf("%s: damaged", f.Name())
	}
	all, err := files.MapFile(f, int(from+n))
	if err != nil {
		return nil, nil, err
	}
	return a, all[from:], nil
}

// readAlbum reads a file's beginning and says where its pixels begin.
func readAlbum(f *os.File) (a *Album, from int64, err error) {
	info, err := f.Stat()
	if err != nil {
		return nil, 0, err
	}
	b := bufio.NewReader(f)
	start := make([]byte, len(CacheMagic)+8)
	if _, err := io.ReadFull(b, start); err != nil || !strings.HasPrefix(string(start), CacheMagic) {
		return nil, 0, fmt.Errorf("%s: no file of decoded images", f.Name())
	}
	n := binary.LittleEndian.Uint64(start[len(CacheMagic):])
	if n > uint64(info.Size()) {
		return nil, 0, fmt.Errorf("%s: damaged", f.Name())
	}
	text := make([]byte, n)
	if _, err := io.ReadFull(b, text); err != nil {
		return nil, 0, err
	}
	a = &Album{}
	if err := json.Unmarshal(text, a); err != nil {
		return nil, 0, fmt.Errorf("%s: damaged (%w)", f.Name(), err)
	}
	from = int64(len(start)) + int64(n)
	from += (cachePage - from%cachePage) % cachePage
	if a.Height < 1 || a.Width < 1 || a.Channels < 1 || a.Train < 0 || a.Train > len(a.Labels) ||
		files.Product(len(a.Labels), a.Height, a.Width, a.Channels) > float64(info.Size()) || len(a.Sums) != 32*len(a.Labels) {
		return nil, 0, fmt.Errorf("%s: damaged", f.Name())
	}
	return a, from, nil
}

// stamps are the files' sizes and times.
func stamps(p *files.Location, names []string) ([]stamp, error) {
	var out []stamp
	for _, name := range names {
		info, err := p.Stat(name)
		if err != nil {
			return nil, p.Explain(name, err)
		}
		out = append(out, stamp{Path: name, Size: info.Size(), Time: info.ModTime().UnixNano()})
	}
	return out, nil
}
