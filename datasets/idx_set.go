package datasets

import (
	"fmt"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"protobench/datasets/fetch"
	"protobench/datasets/files"
)

const mnistFiles = "train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte (plain or .gz)"

// fashionReader reads Fashion-MNIST (Xiao, Rasul and Vollgraf 2017). A mirrored garment is the same
// garment.
func fashionReader() reader {
	return reader{
		Info: Info{
			Name: "fashion-mnist", Doc: "10 kinds of clothing, 28×28 gray, 60,000 training and 10,000 test images", Files: mnistFiles,
			Source: "https://github.com/zalandoresearch/fashion-mnist (MIT)", Size: "29.4 MiB", Licence: "MIT",
		},
		home: true,
		downloads: idxDownloads("http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/", [4]string{
			"8d4fb7e6c68d591d4c3dfef9ec88bf0d", "25c81989df183df01b3e8a0aad5dffbe", "bef4ecab320f06d8554ea6380940ec79", "bb300cfdad3c16e7a12a480ee83cd310",
		}, [4]int64{26421880, 29515, 4422102, 5148}),
		recognise: func(p *files.Location) string {
			if !strings.Contains(strings.ToLower(p.Dir), "fashion") {
				return ""
			}
			return recogniseIDX(p)
		},
		read: func(o Options, p *files.Location) (*Set, error) {
			s, err := readIDXSet(o, p)
			if err == nil {
				s.Flip = true
				s.Names = []string{"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"}
			}
			return s, err
		},
	}
}

// mnistReader reads MNIST (LeCun, Cortes and Burges). A mirrored digit is another sign.
func mnistReader() reader {
	return reader{
		Info: Info{
			Name: "mnist", Doc: "handwritten digits, 28×28 gray, 60,000 training and 10,000 test images", Files: mnistFiles,
			Source: "http://yann.lecun.com/exdb/mnist", Size: "11.1 MiB", Licence: "CC BY-SA 3.0",
		},
		home: true, read: readIDXSet, recognise: named("mnist"),
		downloads: idxDownloads("https://ossci-datasets.s3.amazonaws.com/mnist/", [4]string{
			"f68b3c2dcbeaaa9fbdd348bbdeb94873", "d53e105ee54ea40749a09fcbcd1e9432", "9fb629c4189551a2d022fa330f9573f3", "ec29112dd5afa0611ce80d1b7f02629c",
		}, [4]int64{9912422, 28881, 1648877, 4542}),
	}
}

// kmnistReader reads Kuzushiji-MNIST (Clanuwat et al. 2018). A mirrored sign is another one.
func kmnistReader() reader {
	return reader{
		Info: Info{
			Name: "kmnist", Doc: "10 cursive Japanese signs, 28×28 gray, 60,000 training and 10,000 test images", Files: mnistFiles,
			Source: "https://github.com/rois-codh/kmnist", Size: "20.3 MiB", Licence: "CC BY-SA 4.0",
		},
		home: true, read: readIDXSet, recognise: named("kmnist"),
		downloads: idxDownloads("http://codh.rois.ac.jp/kmnist/dataset/kmnist/", [4]string{
			"bdb82020997e1d708af4cf47b453dcf7", "e144d726b3acfaa3e44228e80efcd344", "5c965bf0a639b31b8f53240b1b52f4d7", "7320c461ea6c1c855c0b718fb2a4b134",
		}, [4]int64{}),
	}
}

// named recognises IDX files in a folder of a set's own name.
func named(name string) func(*files.Location) string {
	return func(p *files.Location) string {
		if strings.ToLower(filepath.Base(p.Dir)) != name {
			return ""
		}
		return recogniseIDX(p)
	}
}

// idxDownloads are the four files of a set at one address: their MD5 and sizes (0: unknown).
func idxDownloads(address string, sums [4]string, sizes [4]int64) []fetch.Download {
	names := [4]string{"train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz", "t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"}
	out := make([]fetch.Download, len(names))
	for i, name := range names {
		out[i] = fetch.Download{URL: address + name, File: name, MD5: sums[i], Size: sizes[i]}
	}
	return out
}

// idxReader reads any set of IDX files: MNIST, KMNIST, EMNIST, QMNIST and what follows their names.
// Nothing is known of the images, so they are never flipped: a mirrored digit is another sign.
func idxReader() reader {
	return reader{
		Info: Info{
			Name: "idx", Doc: "any set in IDX files with MNIST's names, also those of EMNIST, KMNIST and QMNIST; needs data.path", Files: mnistFiles,
			Source: "your own; format of http://yann.lecun.com/exdb/mnist",
		},
		recognise: recogniseIDX,
		read:      readIDXSet,
	}
}

// idxEntry is a file of an IDX set by what its name says.
type idxEntry struct {
	path   string // below the place
	prefix string // of a set's name before its split: "emnist-letters", "qmnist"
	split  string // train or test
	labels bool
	rank   int // plain files stand before compressed ones, and those before folders of that name
}

// idxName is what such files are called: archive programs write a dot for the hyphen, some sets
// write test for t10k.
var idxName = regexp.MustCompile(`^(?:(.+)[-_])?(train|t10k|test)[-_](images|labels)[-._]idx[1-4][-._](?:ubyte|int)(\.gz)?$`)

// parseIDXName reads a name; ok is false where it is none of an IDX set.
func parseIDXName(name string) (f idxEntry, ok bool) {
	m := idxName.FindStringSubmatch(strings.ToLower(name))
	if m == nil {
		return f, false
	}
	f = idxEntry{prefix: m[1], split: "train", labels: m[3] == "labels"}
	if m[2] != "train" {
		f.split = "test"
	}
	if m[4] != "" {
		f.rank = 1
	}
	return f, true
}

// findIDX lists the files of IDX sets in a folder, and in the folders below it where torchvision
// keeps them (MNIST/raw).
func findIDX(p *files.Location) ([]idxEntry, error) {
	for _, dir := range append([]string{"."}, rawFolders(p)...) {
		entries, err := p.List(dir)
		if err != nil {
			return nil, err
		}
		var out []idxEntry
		for _, e := range entries {
			f, ok := parseIDXName(e.Name())
			if !ok {
				continue
			}
			f.path = files.Join(dir, e.Name())
			if e.IsDir() {
				if f.path, ok = inside(p, f.path); !ok {
					continue
				}
				f.rank = 2
			}
			out = append(out, f)
		}
		if len(out) > 0 {
			return out, nil
		}
	}
	return nil, nil
}

// rawFolders are raw/ and */raw/, and gzip/ as EMNIST's archive has it.
func rawFolders(p *files.Location) []string {
	var out []string
	for _, name := range []string{"raw", "gzip"} {
		if p.IsDir(name) {
			out = append(out, name)
		}
	}
	entries, _ := p.List(".") // what cannot be listed was said before
	for _, e := range entries {
		if e.IsDir() && p.IsDir(files.Join(e.Name(), "raw")) {
			out = append(out, files.Join(e.Name(), "raw"))
		}
	}
	return out
}

// inside finds the one file in a folder that has the name of a file, as some archive programs leave
// it.
func inside(p *files.Location, dir string) (string, bool) {
	entries, err := p.List(dir)
	if err != nil {
		return "", false
	}
	inner := slices.DeleteFunc(entries, func(e fs.DirEntry) bool { return e.IsDir() || strings.HasPrefix(e.Name(), ".") })
	if len(inner) != 1 {
		return "", false
	}
	return files.Join(dir, inner[0].Name()), true
}

// idxSet is the four files of one set.
type idxSet struct {
	prefix string
	files  map[string]string // path by "train-images", …
}

var idxParts = []string{"train-images", "train-labels", "test-images", "test-labels"}

// groupIDX sorts files by the set that they belong to.
func groupIDX(found []idxEntry) []idxSet {
	slices.SortStableFunc(found, func(a, b idxEntry) int { return a.rank - b.rank })
	var sets []idxSet
	for _, f := range found {
		at := slices.IndexFunc(sets, func(s idxSet) bool { return s.prefix == f.prefix })
		if at < 0 {
			at = len(sets)
			sets = append(sets, idxSet{f.prefix, map[string]string{}})
		}
		part := f.split + "-images"
		if f.labels {
			part = f.split + "-labels"
		}
		if sets[at].files[part] == "" {
			sets[at].files[part] = f.path
		}
	}
	slices.SortFunc(sets, func(a, b idxSet) int { return strings.Compare(a.prefix, b.prefix) })
	return sets
}

func recogniseIDX(p *files.Location) string {
	found, err := findIDX(p)
	if err != nil || len(found) == 0 {
		return ""
	}
	var prefixes []string
	for _, s := range groupIDX(found) {
		if s.prefix != "" {
			prefixes = append(prefixes, s.prefix)
		}
	}
	if len(prefixes) > 0 {
		return "IDX files (" + files.Few(prefixes) + ")"
	}
	return "IDX files"
}

// chooseIDX finds the one set that is meant.
func chooseIDX(o Options, p *files.Location) (idxSet, error) {
	found, err := findIDX(p)
	if err != nil {
		return idxSet{}, err
	}
	sets := groupIDX(found)
	var names []string
	for _, s := range sets {
		if s.prefix == o.Subset || len(sets) == 1 && o.Subset == "" {
			return s, s.complete(p)
		}
		names = append(names, s.prefix)
	}
	switch {
	case len(sets) == 0:
		return idxSet{}, fmt.Errorf("%s: no file of a set in IDX files is there (found %s); expected %s", p.Path, files.Few(p.Names()), mnistFiles)
	case o.Subset != "":
		return idxSet{}, wrong("subset", "no IDX files "+quote(o.Subset)+" in "+p.Path, "choose one of "+files.Few(names))
	}
	return idxSet{}, wrong("subset", p.Path+" holds several sets", "choose one of "+files.Few(names))
}

// complete reports the first file that is missing.
func (s idxSet) complete(p *files.Location) error {
	for _, part := range idxParts {
		if s.files[part] != "" {
			continue
		}
		name := strings.Replace(part, "test-", "t10k-", 1) + "-idx3-ubyte"
		if strings.HasSuffix(part, "labels") {
			name = strings.Replace(name, "idx3", "idx1", 1)
		}
		if s.prefix != "" {
			name = s.prefix + "-" + strings.Replace(name, "t10k-", "test-", 1)
		}
		return fmt.Errorf("%s: neither %s nor %s.gz is there (found %s); a set in IDX files needs %s", p.Path, name, name, files.Few(p.Names()), mnistFiles)
	}
	return nil
}

// readIDXSet reads both splits of one set.
func readIDXSet(o Options, p *files.Location) (*Set, error) {
	chosen, err := chooseIDX(o, p)
	if err != nil {
		return nil, err
	}
	s := &Set{Found: strings.TrimSpace("IDX files " + chosen.prefix)}
	if s.Train, err = chosen.split(p, "train"); err == nil {
		s.Test, err = chosen.split(p, "test")
	}
	if err != nil {
		return nil, err
	}
	s.startAtZero(chosen.emnist())
	if chosen.emnist() { // stored transposed (Cohen et al. 2017)
		s.Train.transpose()
		s.Test.transpose()
	}
	return s, nil
}

// emnist reports whether a set is one of EMNIST's, by its name.
func (s idxSet) emnist() bool { return strings.HasPrefix(s.prefix, "emnist") }

// split reads the images and labels of one split.
func (s idxSet) split(p *files.Location, split string) (Images, error) {
	values, err := files.OpenIDX(p, s.files[split+"-images"], 3, 4)
	if err != nil {
		return Images{}, err
	}
	labels, err := files.OpenIDX(p, s.files[split+"-labels"], 1, 2)
	if err != nil {
		return Images{}, err
	}
	n := values.Shape[0]
	if s.emnist() { // they are turned where they are
		if err := values.Own(); err != nil {
			return Images{}, err
		}
	}
	im, err := imagesOf(values)
	if err != nil {
		return Images{}, err
	}
	if labels.Kind == 'i' && len(labels.Shape) == 2 && labels.Shape[1] == 8 { // QMNIST's: class, and who wrote it
		labels.FirstColumn()
	}
	im.Labels, err = labels.Labels(n)
	if err != nil {
		return Images{}, fmt.Errorf("%w (images: %s)", err, values.Name)
	}
	return im, nil
}

// startAtZero counts labels from 0 where a set counts them from 1, so that no class is empty for
// that: EMNIST's letters, and others where all labels from 1 on have images. Digits 3 and 7 alone
// stay what they are.
func (s *Set) startAtZero(emnist bool) {
	s.countClasses()
	counts := s.Train.Counts(s.Classes)
	for c, n := range s.Test.Counts(s.Classes) {
		counts[c] += n
	}
	if len(counts) < 2 || counts[0] > 0 || !emnist && slices.Contains(counts[1:], 0) {
		return
	}
	for _, im := range []*Images{&s.Train, &s.Test} {
		for i, c := range im.Labels {
			if c > 0 {
				im.Labels[i] = c - 1
			}
		}
	}
	s.Classes--
}
