package datasets

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"
)

// webdatasetReader reads shards of WebDataset: archives in which the files of one image stand together.
func webdatasetReader() reader {
	return reader{
		Info: Info{
			Name: "webdataset", Doc: "images in .tar shards, each beside its class",
			Files:  "one .tar (or .tar.gz), or a folder of them, named for their splits (train-000.tar); in them key.jpg (png, webp, gif, bmp) and key.cls, or key.json with label or cls",
			Source: "your own; format of https://github.com/webdataset/webdataset",
		},
		recognise: func(p *location) string {
			shards, err := findShards(p, isTar)
			if err != nil || len(shards) == 0 || !holdsSamples(p, shards[0]) {
				return ""
			}
			return fmt.Sprintf("WebDataset, %d shards", len(shards))
		},
		read: func(o Options, p *location) (*Set, error) {
			shards, err := findShards(p, isTar)
			if err != nil {
				return nil, err
			}
			if len(shards) == 0 {
				return nil, fmt.Errorf("%s: no .tar is there (found %s); expected %s", p.path, some(p.names()), webdatasetReader().Files)
			}
			s, err := hang(o, p, "webdataset", &tarShards{p, shards})
			if err == nil {
				s.Found = fmt.Sprintf("WebDataset, %d shards: %s", len(shards), s.Found)
			}
			return s, err
		},
	}
}

// findShards lists the files of a kind in a place and in the folders of it.
func findShards(p *location, is func(name string) bool) ([]string, error) {
	var out []string
	var walk func(dir string, depth int) error
	walk = func(dir string, depth int) error {
		entries, err := p.list(dir)
		if err != nil {
			return err
		}
		for _, e := range entries {
			name := join(dir, e.Name())
			switch {
			case foreign(e.Name()):
			case e.IsDir() && p.only == "" && depth < 2:
				if err := walk(name, depth+1); err != nil {
					return err
				}
			case !e.IsDir() && is(e.Name()):
				out = append(out, name)
			}
		}
		return nil
	}
	return out, walk(".", 0)
}

// holdsSamples reports whether the first files of an archive are an image and what says its class.
func holdsSamples(p *location, name string) bool {
	const most = 64
	seen, image, class := 0, false, false
	_ = p.tarSource(name, func(string) bool { return true }).visit(func(m member) error { // what is wrong is said when it is read
		ext := extension(m.name)
		image, class = image || isImage("."+ext), class || ext == "cls" || ext == "json"
		if seen++; seen == most || image && class {
			return fs.SkipAll
		}
		return nil
	})
	return image && class
}

// stamps are the files' sizes and times.
func (p *location) stamps(names []string) ([]stamp, error) {
	var out []stamp
	for _, name := range names {
		info, err := p.root.Stat(name)
		if err != nil {
			return nil, p.explain(name, err)
		}
		out = append(out, stamp{Path: name, Size: info.Size(), Time: info.ModTime().UnixNano()})
	}
	return out, nil
}

// tarShards are the archives of a set.
type tarShards struct {
	p      *location
	shards []string
}

func (s *tarShards) files() ([]stamp, error) { return s.p.stamps(s.shards) }

func (s *tarShards) names() (classes, fine []string) { return nil, nil }

// sample is the files of one image.
type sample struct {
	key string
	encoded
	image, labelled bool
}

func (s *tarShards) scan(visit func(encoded) error) error {
	for _, shard := range s.shards {
		split := splitOf(shard)
		now := sample{}
		flush := func() error {
			done := now
			now = sample{}
			if !done.image {
				return nil // of other files than images
			}
			if !done.labelled && split != "unlabelled" {
				return fmt.Errorf("%s: has no .cls beside it, nor a .json with label or cls; add one, or call the shard unlabeled", done.path)
			}
			return visit(done.encoded)
		}
		err := s.p.tarSource(shard, func(string) bool { return true }).visit(func(m member) error {
			key, ext := m.key()
			if key != now.key {
				if err := flush(); err != nil {
					return err
				}
				now = sample{key: key, encoded: encoded{label: -1, fineLabel: -1, split: split}}
			}
			return now.add(shard, ext, m)
		})
		if err == nil {
			err = flush()
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// key is what the files of an image have in common, up to the first dot of the name.
func (m member) key() (key, ext string) {
	return strings.TrimSuffix(m.path, m.name) + strings.SplitN(m.name, ".", 2)[0], extension(m.name)
}

// extension is what stands behind the last dot, in small letters.
func extension(name string) string { return strings.ToLower(strings.TrimPrefix(path.Ext(name), ".")) }

// mostLabelBytes is the most that a file that says a class may have.
const mostLabelBytes = 1 << 20

// add takes one file into the sample.
func (s *sample) add(shard, ext string, m member) error {
	if !isImage("."+ext) && ext != "cls" && ext != "json" {
		return nil
	}
	if ext == "cls" || ext == "json" {
		if m.size > mostLabelBytes {
			return fmt.Errorf("%s: %s, expected a class in %s at most", m.path, bytesText(float64(m.size)), bytesText(mostLabelBytes))
		}
	}
	b, err := m.content()
	if err != nil {
		return err
	}
	switch ext {
	case "cls":
		s.class, s.label, err = classOf(strings.TrimSpace(string(b)))
		s.labelled = true
	case "json":
		err = s.fromJSON(b)
	default:
		if s.image {
			return fmt.Errorf("%s: a second image of the same name before its dot; each sample has one", m.path)
		}
		s.image, s.data, s.path, s.name = true, b, m.path, shard+"/"+strings.TrimPrefix(s.key, s.key[:strings.LastIndex(s.key, ": ")+2])
	}
	if err != nil {
		return fmt.Errorf("%s: %w", m.path, err)
	}
	return nil
}

// classOf reads a class: a whole number, or a name.
func classOf(text string) (class string, label int, err error) {
	if text == "" {
		return "", -1, fmt.Errorf("is empty, expected a class")
	}
	n, err := strconv.Atoi(text)
	switch {
	case err != nil:
		return text, -1, nil
	case n < -1 || n >= mostClasses:
		return "", -1, fmt.Errorf("label %d, expected 0 (-1: unlabelled) to %d", n, mostClasses-1)
	}
	return "", n, nil
}

// fromJSON reads the classes out of an object, where it has any.
func (s *sample) fromJSON(b []byte) error {
	var fields map[string]any
	if err := json.Unmarshal(b, &fields); err != nil {
		return fmt.Errorf("is no JSON object (%w)", err)
	}
	read := func(keys ...string) (class string, label int, ok bool, err error) {
		for _, key := range keys {
			switch v := fields[key].(type) {
			case string:
				class, label, err = classOf(v)
				return class, label, true, err
			case float64:
				class, label, err = classOf(strconv.FormatFloat(v, 'f', -1, 64))
				if class != "" {
					err = fmt.Errorf("%s is %v, expected a whole number", key, v)
				}
				return class, label, true, err
			}
		}
		return "", -1, false, nil
	}
	class, label, ok, err := read("coarse_label", "label", "cls", "class", "fine_label")
	if err != nil {
		return err
	}
	if ok && !s.labelled {
		s.class, s.label, s.labelled = class, label, true
	}
	if _, coarse := fields["coarse_label"]; coarse {
		s.fine, s.fineLabel, _, err = read("fine_label", "label")
	}
	return err
}
