package encoded

import (
	"cmp"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"maps"
	"path"
	"slices"
	"strings"

	"protobench/datasets/files"
)

// Image is one image as its file holds it.
type Image struct {
	name  string // below the place, unique: the order, the split by rule and the fingerprint go by it
	path  string // for errors
	split string // train, val, test, unlabelled; "" where the files have no splits
	class string // name of its class; "" where label says it
	fine  string // name of its finer class; "" where there is none, or fineLabel says it
	label int    // −1: none
	// fineLabel is −1 where there is none.
	fineLabel int
	data      []byte // valid until the visit ends
}

// Gallery is a format of encoded images.
type Gallery interface {
	// files lists the files that the images come from, without their sums, sorted by path.
	files() ([]stamp, error)
	// scan visits all images, in an order that the files decide.
	scan(visit func(Image) error) error
	// names are those of the classes and finer classes, where the files list them; nil otherwise.
	names() (classes, fine []string)
}

// picture is what is kept of an image after its header was read.
type picture struct {
	Image
	width, height int
	gray          bool
	sum           [sha256.Size]byte // of name and content
	at            int               // in the file of decoded images; −1: unused
}

// Rule is how images become those of a set.
type Rule struct {
	Format    string  // of the gallery
	Size      int     // side of decoded images; 0: as they are, or their median shorter side
	TestShare float64 // of each class that becomes the test split where there is none
}

// String is the rule as the keys of decoded images hold it.
func (r Rule) String() string {
	return fmt.Sprintf("%s, size %d, test share %g", r.Format, r.Size, r.TestShare)
}

// Decoded are the images of a gallery in one shape.
type Decoded struct {
	Album
	Pixels   []byte // [N,Height,Width,Channels], row-major; to be read only
	Warnings []string
}

// Decode turns a gallery into decoded images: from the cache where it has been decoded before, else
// by decoding all of it into the cache, else into memory.
func Decode(r Rule, p *files.Location, g Gallery) (*Decoded, error) {
	files, err := g.files()
	if err != nil {
		return nil, err
	}
	c, noCache := openCache()
	rule := r.String()
	known := index{Place: p.Absolute() + "\n" + rule}
	if noCache == nil {
		known = index{Place: known.Place, Files: c.index(known.Place).Files}
	}
	if err := known.sums(files, func(path string) (io.ReadCloser, error) { f, _, err := p.Open(path); return f, err }); err != nil {
		return nil, err
	}
	known.Files, known.Key = files, keyOf(rule, files)
	if noCache == nil {
		if a, pixels, err := c.read(known.Key); err == nil {
			return &Decoded{Album: *a, Pixels: pixels}, c.note(known)
		}
	}
	b := builder{rule: r, place: p, gallery: g}
	a, err := b.plan(known.Key)
	if err != nil {
		return nil, err
	}
	if noCache != nil {
		return b.inMemory(a, noCache)
	}
	return b.inCache(a, c, known)
}

// inCache decodes into the cache and maps what was decoded; where the cache cannot be written, into
// memory.
func (b *builder) inCache(a *Album, c cache, known index) (*Decoded, error) {
	err := c.write(a, b.decode)
	var broken *BrokenError
	switch {
	case errors.As(err, &broken):
		return nil, err
	case err != nil:
		return b.inMemory(a, err)
	}
	if err := c.note(known); err != nil {
		return nil, err
	}
	_, pixels, err := c.read(a.Key)
	if err != nil {
		return nil, err
	}
	return &Decoded{Album: *a, Pixels: pixels}, nil
}

// inMemory decodes into memory, and says why nothing is kept.
func (b *builder) inMemory(a *Album, why error) (*Decoded, error) {
	size := files.Product(len(a.Labels), a.image())
	if text := files.TooLarge(size); text != "" {
		return nil, fmt.Errorf("%s: decoded images cannot be kept in a file (%w), and to hold them %s; make the cache folder writable, or set data.size", b.place.Path, why, text)
	}
	pixels := make(memory, int(size))
	if err := b.decode(pixels, 0); err != nil {
		return nil, err
	}
	warning := fmt.Sprintf("decoded images are not kept for the next run: %v", why)
	return &Decoded{Album: *a, Pixels: pixels, Warnings: []string{warning}}, nil
}

// memory is pixels that are written at offsets.
type memory []byte

// WriteAt copies.
func (m memory) WriteAt(b []byte, at int64) (int, error) { return copy(m[at:], b), nil }

// builder makes an album.
type builder struct {
	rule     Rule
	place    *files.Location
	gallery  Gallery
	pictures []picture
	size     int // side of the images; 0: as they are
	channels int
}

// plan reads all headers and fixes which images there will be, in what order and shape.
func (b *builder) plan(key string) (*Album, error) {
	if err := b.headers(); err != nil {
		return nil, err
	}
	a := &Album{Key: key, Channels: 3}
	found, err := b.parts()
	if err != nil {
		return nil, err
	}
	a.Found = found
	b.shape(a)
	b.classes(a)
	used := slices.DeleteFunc(slices.Clone(b.pictures), func(p picture) bool { return p.at < 0 })
	slices.SortFunc(used, func(x, y picture) int { return cmp.Compare(x.at, y.at) })
	fine := a.refined(used)
	for _, p := range used {
		a.Labels = append(a.Labels, p.label)
		a.Sums = append(a.Sums, p.sum[:]...)
		if fine {
			a.Fine = append(a.Fine, p.fineLabel)
		}
		if p.split != "test" {
			a.Train++
		}
	}
	b.channels = a.Channels
	return a, nil
}

// refined reports whether the images have finer classes: all that have a class, and more than there
// are classes. Where they do not, nothing is left of them.
func (a *Album) refined(used []picture) bool {
	without := slices.ContainsFunc(used, func(p picture) bool { return p.label >= 0 && p.fineLabel < 0 })
	named := len(a.FineNames) > 0
	if without || named && len(a.FineNames) == len(a.Names) || !named && !slices.ContainsFunc(used, func(p picture) bool { return p.fineLabel >= 0 }) {
		a.FineNames = nil
		return false
	}
	return true
}

// headers reads what all images say of themselves.
func (b *builder) headers() error {
	var bad BrokenError
	err := b.gallery.scan(func(e Image) error {
		h, err := readHeader(e.data)
		if err != nil {
			bad.add(e.path, err)
			return nil
		}
		p := picture{Image: e, width: h.width, height: h.height, gray: h.gray, sum: e.sum()}
		p.data = nil
		b.pictures = append(b.pictures, p)
		return nil
	})
	if err != nil {
		return err
	}
	if len(bad.Files) > 0 {
		return &bad
	}
	if len(b.pictures) == 0 {
		return fmt.Errorf("%s: holds no images (found %s)", b.place.Path, files.Few(b.place.Names()))
	}
	return nil
}

func (e Image) sum() [sha256.Size]byte {
	h := sha256.New()
	_, _ = io.WriteString(h, e.name+"\x00")
	_, _ = h.Write(e.data)
	return [sha256.Size]byte(h.Sum(nil))
}

// parts decides which images are in which split and numbers them: training images, then unlabelled
// ones, then the test split, which is the validation split where there is no other, and a share by
// rule where there is neither.
func (b *builder) parts() (found string, err error) {
	n := map[string]int{}
	for i := range b.pictures {
		p := &b.pictures[i]
		if p.split == "" {
			p.split = "train"
		}
		n[p.split]++
	}
	switch {
	case n["train"] == 0:
		return "", fmt.Errorf("%s: has no training images, but %d of %s", b.place.Path, len(b.pictures), strings.Join(slices.Sorted(maps.Keys(n)), ", "))
	case n["test"] > 0 && n["val"] > 0:
		found = fmt.Sprintf(", %d images of the validation split unused", n["val"])
	case n["val"] > 0:
		found = ", its validation split as test split"
		b.rename("val", "test")
	case n["test"] == 0:
		found = ", no test split: a share by rule"
		b.testByRule()
	}
	for i := range b.pictures { // behind the labelled ones, so that these stand together
		if p := &b.pictures[i]; p.split == "train" && p.class == "" && p.label < 0 {
			p.split = "unlabelled"
		}
	}
	at := 0
	for _, split := range []string{"train", "unlabelled", "test"} {
		for i := range b.pictures {
			if b.pictures[i].split == split {
				b.pictures[i].at = at
				at++
			}
		}
	}
	for i := range b.pictures {
		if b.pictures[i].split == "val" {
			b.pictures[i].at = -1
		}
	}
	return found, nil
}

func (b *builder) rename(from, to string) {
	for i := range b.pictures {
		if b.pictures[i].split == from {
			b.pictures[i].split = to
		}
	}
}

func (b *builder) testByRule() {
	ids := map[string]int{}
	labels := make([]int, len(b.pictures))
	for i, p := range b.pictures {
		key := fmt.Sprint(p.label, p.class)
		if _, ok := ids[key]; !ok {
			ids[key] = len(ids)
		}
		if labels[i] = ids[key]; p.class == "" && p.label < 0 || p.split == "unlabelled" {
			labels[i] = -1
		}
	}
	for i, test := range PickTest(labels, func(i int) string { return b.pictures[i].name }, b.rule.TestShare) {
		if test {
			b.pictures[i].split = "test"
		}
	}
}

// largestSide is the side that images are decoded to at most where no size is set.
const largestSide = 224

// shape decides the images' size and channels: data.size, else the size that all have, else a
// square of the median shorter side. Gray sets have one channel.
func (b *builder) shape(a *Album) {
	first := b.pictures[0]
	same, gray := true, true
	sides := make([]int, len(b.pictures))
	for i, p := range b.pictures {
		same = same && p.width == first.width && p.height == first.height
		gray = gray && p.gray
		sides[i] = min(p.width, p.height)
	}
	if gray {
		a.Channels = 1
	}
	text := ""
	switch {
	case b.rule.Size > 0:
		b.size = b.rule.Size
	case same && max(first.width, first.height) <= largestSide:
		a.Height, a.Width = first.height, first.width
	default:
		slices.Sort(sides)
		b.size = min(sides[len(sides)/2], largestSide)
		text = fmt.Sprintf(", images of several sizes (shorter sides %d to %d)", sides[0], sides[len(sides)-1])
		if same {
			text = fmt.Sprintf(", images of %d×%d", first.height, first.width)
		}
	}
	if b.size > 0 {
		a.Height, a.Width = b.size, b.size
		text += fmt.Sprintf(", decoded to %d×%d", b.size, b.size)
	}
	a.Found = fmt.Sprintf("%d images%s%s", len(b.pictures), text, a.Found)
}

// classes turns the classes' names into numbers, in the order of the names.
func (b *builder) classes(a *Album) {
	a.Names, a.FineNames = b.gallery.names()
	number := func(names []string, of func(*picture) (name *string, label *int)) []string {
		for i := range b.pictures {
			if name, _ := of(&b.pictures[i]); *name != "" && b.pictures[i].at >= 0 {
				names = append(names, *name)
			}
		}
		slices.Sort(names)
		names = slices.Compact(names)
		for i := range b.pictures {
			if name, label := of(&b.pictures[i]); *name != "" {
				*label, _ = slices.BinarySearch(names, *name)
			}
		}
		return names
	}
	if names := number(nil, func(p *picture) (*string, *int) { return &p.class, &p.label }); len(names) > 0 {
		a.Names = names
	}
	if names := number(nil, func(p *picture) (*string, *int) { return &p.fine, &p.fineLabel }); len(names) > 0 {
		a.FineNames = names
	}
}

// BrokenError lists images that cannot be read, and why.
type BrokenError struct{ Files, Whys []string }

func (e *BrokenError) add(file string, why error) {
	e.Files, e.Whys = append(e.Files, file), append(e.Whys, why.Error())
}

// Error names a few of them.
func (e *BrokenError) Error() string {
	const most = 5
	var out []string
	for i, file := range e.Files[:min(most, len(e.Files))] {
		out = append(out, file+": "+e.Whys[i])
	}
	text := strings.Join(out, "\n")
	if n := len(e.Files) - most; n > 0 {
		text += fmt.Sprintf("\nand %d more", n)
	}
	return text + "; fetch them again, or take them out"
}

// isImage reports whether a name is that of an image.
func isImage(name string) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp":
		return true
	}
	return false
}
