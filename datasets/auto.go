package datasets

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"protobench/datasets/encoded"
	"protobench/datasets/files"
)

// autoReader reads what another reader recognises.
func autoReader() reader {
	return reader{
		Info: Info{
			Name: "auto", Doc: "whatever set lies at data.path, recognised by its files; the plan says as what", Files: "the folder or file of a set",
			Source: "your own",
		},
		read: func(o Options, p *files.Location) (*Set, error) {
			r, _, ok := recognise(p)
			if !ok {
				return nil, wrong("path", p.Path+" holds no set that is recognised (found "+files.Few(p.Names())+")",
					"see `protobench list datasets` for the files of each, and set data.name")
			}
			return r.from(o, p)
		},
	}
}

// recognise finds the first reader that knows what lies at a place, and says what it is.
func recognise(p *files.Location) (r reader, found string, ok bool) {
	for _, r := range readers() {
		if r.recognise == nil {
			continue
		}
		if found := r.recognise(p); found != "" {
			return r, found, true
		}
	}
	return reader{}, "", false
}

// Recognise says what set lies at a path: the name under which [Open] reads it, and what was found,
// in words.
func Recognise(path string) (name, found string, err error) {
	p, err := files.OpenLocation(path)
	if err != nil {
		return "", "", err
	}
	defer p.Close()
	r, found, ok := recognise(p)
	if !ok {
		return "", "", fmt.Errorf("%s: no set is recognised (found %s)", path, strings.TrimSpace(files.Few(p.Names())))
	}
	return r.Name, found, nil
}

// InstalledSet is a folder that a set may lie in.
type InstalledSet struct {
	Path  string
	Name  string // under which [Open] reads it; empty where nothing is recognised
	Found string // what it is, in words
}

// Installed lists what lies in the [Roots], sorted by path.
func Installed() []InstalledSet {
	var out []InstalledSet
	for _, root := range Roots() {
		entries, err := os.ReadDir(root)
		if err != nil {
			continue // none is there
		}
		for _, e := range entries {
			path := filepath.Join(root, e.Name())
			if info, err := os.Stat(path); err != nil || !info.IsDir() || files.Foreign(e.Name()) || e.Name() == encoded.DecodedFolder {
				continue
			}
			name, found, err := Recognise(path)
			if err != nil {
				name, found = "", ""
			}
			out = append(out, InstalledSet{path, name, found})
		}
	}
	return out
}
