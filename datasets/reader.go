package datasets

import (
	"strings"
	"sync"

	"protobench/datasets/fetch"
	"protobench/datasets/files"
)

// Info describes one data set, or one format of sets, that [Open] knows.
type Info struct {
	Name    string `json:"name"`              // value of the key data.name
	Doc     string `json:"doc"`               // what the images show
	Files   string `json:"files"`             // the files it needs in its folder; empty where it is generated
	Source  string `json:"source"`            // where it comes from
	Size    string `json:"size,omitempty"`    // of its files as they are fetched; empty for generated sets and formats
	Licence string `json:"licence,omitempty"` // of its images; empty for generated sets and formats
}

// reader is one way in which a set comes: its description, and how it is made. A new reader is one
// file that returns its reader, and its line in [readers].
type reader struct {
	Info
	vectors bool // holds vectors, not images

	// generate makes a set out of nothing. A reader has this or read.
	generate func(Options) (*Set, error)

	// outline makes the same set with blank images, where drawing them takes long; else nil.
	outline func(Options) (*Set, error)
	// read loads the set that lies at a place.
	read func(Options, *files.Location) (*Set, error)
	// recognise says what of this reader's lies at a place, "" where nothing does. It looks at
	// names and at first bytes only. nil: nothing is recognised as this set.
	recognise func(*files.Location) string
	// home is set where $PROTOBENCH_DATA/<name> is where the set is looked for: where the name
	// means one set.
	home bool
	// downloads are the official files; nil where there are none to fetch.
	downloads []fetch.Download
}

// readers lists all of them. The order is that of listings, and of recognition: what is particular
// stands before what is general.
func readers() []reader {
	return []reader{
		shapesReader(),
		mixtureReader(),
		fashionReader(),
		mnistReader(),
		kmnistReader(),
		cifar10Reader(),
		cifar100Reader(),
		stl10Reader(),
		idxReader(),
		npzReader(),
		webdatasetReader(),
		parquetReader(),
		folderReader(),
		autoReader(),
	}
}

// List describes the sets that [Open] knows, in a fixed order.
func List() []Info {
	var out []Info
	for _, r := range readers() {
		out = append(out, r.Info)
	}
	return out
}

func find(name string) (reader, error) {
	var names []string
	for _, r := range readers() {
		if r.Name == name {
			return r, nil
		}
		names = append(names, r.Name)
	}
	return reader{}, wrong("name", "no data set "+quote(name), "choose one of "+strings.Join(names, ", "))
}

// generated reports whether a set comes out of a generator.
func generated(name string) bool {
	r, err := find(name)
	return err == nil && r.generate != nil
}

// OfVectors reports whether a set holds vectors, whose views are made without the augmentations of
// images.
func OfVectors(name string) bool { return ofVectors()[name] }

// ofVectors is made once: a sweep asks thousands of times.
var ofVectors = sync.OnceValue(func() map[string]bool {
	vectors := map[string]bool{}
	for _, r := range readers() {
		vectors[r.Name] = r.vectors
	}
	return vectors
})
