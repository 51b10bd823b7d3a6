package datasets

import (
	"fmt"
	"io/fs"
	"strings"
)

// deepest is how many folders deep images are looked for.
const deepest = 16

// imageFolder is a folder of images.
type imageFolder struct {
	p      *location
	splits bool // whether the top folders are splits, not classes
}

func newImageFolder(p *location) *imageFolder {
	f := &imageFolder{p: p}
	entries, _ := p.list(".") // said when it is read
	for _, e := range entries {
		if e.IsDir() && splitFolder(e.Name()) == "train" {
			f.splits = true
		}
	}
	for _, e := range entries {
		if e.IsDir() && f.splits && splitFolder(e.Name()) == "" && !foreign(e.Name()) && f.holdsImages(e.Name()) {
			f.splits = false // "train" is one of the classes
		}
	}
	return f
}

// splitFolder is the split that a top folder is: its whole name has to say so.
func splitFolder(name string) string { return splitWord(strings.ToLower(name)) }

func (f *imageFolder) names() (classes, fine []string) { return nil, nil }

// holdsImages reports whether there is an image below, without looking further than the first.
func (f *imageFolder) holdsImages(dir string) bool {
	found := false
	_ = f.walk(dir, 0, func(string, fs.DirEntry) error { found = true; return fs.SkipAll }) // what is wrong is said when it is read
	return found
}

// walk visits all images in the order of their paths.
func (f *imageFolder) walk(dir string, depth int, visit func(name string, e fs.DirEntry) error) error {
	if depth > deepest {
		return fmt.Errorf("%s: folders lie more than %d deep", f.p.full(dir), deepest)
	}
	entries, err := f.p.list(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		name := join(dir, e.Name())
		switch {
		case foreign(e.Name()):
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

func (f *imageFolder) files() ([]stamp, error) {
	var out []stamp
	err := f.walk(".", 0, func(name string, e fs.DirEntry) error {
		info, err := e.Info()
		if e.Type()&fs.ModeSymlink != 0 { // of what it leads to
			info, err = f.p.stat(name)
		}
		if err != nil {
			return f.p.explain(name, err)
		}
		out = append(out, stamp{Path: name, Size: info.Size(), Time: info.ModTime().UnixNano()})
		return nil
	})
	return out, err
}

func (f *imageFolder) scan(visit func(encoded) error) error {
	return f.walk(".", 0, func(name string, _ fs.DirEntry) error {
		e, err := f.place(name)
		if err != nil {
			return err
		}
		if e.data, err = f.p.readFile(name); err != nil {
			return err
		}
		return visit(e)
	})
}

// place is what an image's path says.
func (f *imageFolder) place(name string) (encoded, error) {
	e := encoded{name: name, path: f.p.full(name), label: -1, fineLabel: -1}
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
