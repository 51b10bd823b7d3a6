package encoded

import (
	"fmt"
	"io/fs"
	"strings"

	"protobench/datasets/files"
)

// deepest is how many folders deep images are looked for.
const deepest = 16

// ImageFolder is the gallery of a folder of images.
type ImageFolder struct {
	p      *files.Location
	splits bool // whether the top folders are splits, not classes
}

// NewImageFolder is the gallery of a folder, whose top folders are splits where one of them is
// named for the training split, and all that hold images for a split.
func NewImageFolder(p *files.Location) *ImageFolder {
	f := &ImageFolder{p: p}
	entries, _ := p.List(".") // said when it is read
	for _, e := range entries {
		if e.IsDir() && splitFolder(e.Name()) == "train" {
			f.splits = true
		}
	}
	for _, e := range entries {
		if e.IsDir() && f.splits && splitFolder(e.Name()) == "" && !files.Foreign(e.Name()) && f.HoldsImages(e.Name()) {
			f.splits = false // "train" is one of the classes
		}
	}
	return f
}

// splitFolder is the split that a top folder is: its whole name has to say so.
func splitFolder(name string) string { return files.SplitWord(strings.ToLower(name)) }

func (f *ImageFolder) names() (classes, fine []string) { return nil, nil }

// HoldsImages reports whether there is an image below, without looking further than the first.
func (f *ImageFolder) HoldsImages(dir string) bool {
	found := false
	_ = f.walk(dir, 0, func(string, fs.DirEntry) error { found = true; return fs.SkipAll }) // what is wrong is said when it is read
	return found
}

// walk visits all images in the order of their paths.
func (f *ImageFolder) walk(dir string, depth int, visit func(name string, e fs.DirEntry) error) error {
	if depth > deepest {
		return fmt.Errorf("%s: folders lie more than %d deep", f.p.Full(dir), deepest)
	}
	entries, err := f.p.List(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		name := files.Join(dir, e.Name())
		switch {
		case files.Foreign(e.Name()):
			continue
		case e.IsDir():
			err = f.walk(name, depth+1, visit)
		case isImage(e.Name()):
			err = visit(name, e)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (f *ImageFolder) files() ([]stamp, error) {
	var out []stamp
	err := f.walk(".", 0, func(name string, e fs.DirEntry) error {
		info, err := e.Info()
		if e.Type()&fs.ModeSymlink != 0 { // of what it leads to
			info, err = f.p.Stat(name)
		}
		if err != nil {
			return f.p.Explain(name, err)
		}
		out = append(out, stamp{Path: name, Size: info.Size(), Time: info.ModTime().UnixNano()})
		return nil
	})
	return out, err
}

func (f *ImageFolder) scan(visit func(Image) error) error {
	return f.walk(".", 0, func(name string, _ fs.DirEntry) error {
		e, err := f.place(name)
		if err != nil {
			return err
		}
		if e.data, err = f.p.ReadFile(name); err != nil {
			return err
		}
		return visit(e)
	})
}

// place is what an image's path says.
func (f *ImageFolder) place(name string) (Image, error) {
	e := Image{name: name, path: f.p.Full(name), label: -1, fineLabel: -1}
	parts := strings.Split(name, "/")
	if f.splits {
		if e.split = splitFolder(parts[0]); e.split == "" {
			return e, fmt.Errorf("%s: lies beside the folders of the splits; move it to one of them", e.path)
		}
		parts = parts[1:]
	}
	if e.split == "unlabelled" {
		return e, nil
	}
	if len(parts) < 2 {
		return e, fmt.Errorf("%s: lies in no class's folder; move it to one, or to unlabeled/ beside train/", e.path)
	}
	e.class = parts[0]
	e.fine = strings.Join(parts[:len(parts)-1], "/")
	return e, nil
}
