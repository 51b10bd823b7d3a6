package encoded

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"

	"protobench/datasets/files"
)

// FindShards lists the files of a kind in a place and in the folders of it.
func FindShards(p *files.Location, is func(name string) bool) ([]string, error) {
	var out []string
	var walk func(dir string, depth int) error
	walk = func(dir string, depth int) error {
		entries, err := p.List(dir)
		if err != nil {
			return err
		}
		for _, e := range entries {
			name := files.Join(dir, e.Name())
			switch {
			case files.Foreign(e.Name()):
			case e.IsDir() && p.Only == "" && depth < 2:
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

// HoldsSamples reports whether the first files of an archive are an image and what says its class.
func HoldsSamples(p *files.Location, name string) bool {
	const most = 64
	seen, image, class := 0, false, false
	_ = p.TarSource(name, func(string) bool { return true }).Visit(func(m files.Member) error { // what is wrong is said when it is read
		ext := extension(m.Name)
		image, class = image || isImage("."+ext), class || ext == "cls" || ext == "json"
		if seen++; seen == most || image && class {
			return fs.SkipAll
		}
		return nil
	})
	return image && class
}

// TarShards is the gallery of the archives of a set.
type TarShards struct {
	p      *files.Location
	shards []string
}

// NewTarShards is the gallery of archives that lie at a place.
func NewTarShards(p *files.Location, shards []string) *TarShards { return &TarShards{p, shards} }

func (s *TarShards) files() ([]stamp, error) { return stamps(s.p, s.shards) }

func (s *TarShards) names() (classes, fine []string) { return nil, nil }

// sample is the files of one image.
type sample struct {
	key string
	Image
	image, labelled bool
}

func (s *TarShards) scan(visit func(Image) error) error {
	for _, shard := range s.shards {
		split := files.SplitOf(shard)
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
			return visit(done.Image)
		}
		err := s.p.TarSource(shard, func(string) bool { return true }).Visit(func(m files.Member) error {
			key, ext := sampleKey(m)
			if key != now.key {
				if err := flush(); err != nil {
					return err
				}
				now = sample{key: key, Image: Image{label: -1, fineLabel: -1, split: split}}
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

// extension is what stands behind the last dot, in small letters.
func extension(name string) string { return strings.ToLower(strings.TrimPrefix(path.Ext(name), ".")) }

// mostLabelBytes is the most that a file that says a class may have.
const mostLabelBytes = 1 << 20

// add takes one file into the sample.
func (s *sample) add(shard, ext string, m files.Member) error {
	if !isImage("."+ext) && ext != "cls" && ext != "json" {
		return nil
	}
	if ext == "cls" || ext == "json" {
		if m.Size > mostLabelBytes {
			return fmt.Errorf("%s: %s, expected a class in %s at most", m.Path, files.BytesText(float64(m.Size)), files.BytesText(mostLabelBytes))
		}
	}
	b, err := m.Content()
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
			return fmt.Errorf("%s: a second image of the same name before its dot; each sample has one", m.Path)
		}
		s.image, s.data, s.path, s.name = true, b, m.Path, shard+"/"+strings.TrimPrefix(s.key, s.key[:strings.LastIndex(s.key, ": ")+2])
	}
	if err != nil {
		return fmt.Errorf("%s: %w", m.Path, err)
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
	case n < -1 || n >= files.MostClasses:
		return "", -1, fmt.Errorf("label %d, expected 0 (-1: unlabelled) to %d", n, files.MostClasses-1)
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

// sampleKey is what the files of an image have in common, up to the first dot of the name.
func sampleKey(m files.Member) (key, ext string) {
	return strings.TrimSuffix(m.Path, m.Name) + strings.SplitN(m.Name, ".", 2)[0], extension(m.Name)
}
