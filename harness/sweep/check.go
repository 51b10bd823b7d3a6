package sweep

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"protobench/datasets"
	"protobench/internal/setting"
	"protobench/methods"
	"protobench/metrics/metric"
)

// Open returns the data set of some options. An error that is a *setting.KeyError says which of
// them is at fault.
type Open func(datasets.Options) (*datasets.Set, error)

// wrong are the keys that were reported so far, and their tables.
func (p *parser) wrong() map[string]bool {
	wrong := map[string]bool{}
	for _, i := range p.issues {
		table, _, _ := strings.Cut(i.Key, ".")
		wrong[i.Key], wrong[table] = true, true
	}
	return wrong
}

// look returns the data set of some options for keys that depend on it, nil where none is opened or
// it cannot be, which is for check to report.
func (p *parser) look(o datasets.Options) *datasets.Set {
	if p.open == nil || p.wrong()["data"] {
		return nil
	}
	set, err := p.open(o)
	if err != nil {
		return nil
	}
	return set
}

// check checks every cell once: one that stands for all its seeds, against its data where these are
// opened and known. What it finds of keys that were wrong before is left out.
func (p *parser) check(cells []Cell) {
	wrong, open := p.wrong(), p.open
	if wrong["data"] { // nothing is known of the images
		open = nil
	}
	for i := range cells {
		c := &cells[i]
		for _, e := range c.open(open) {
			if !wrong[e.Key] {
				p.blame(p.lineOf(c, e.Key), *e)
			}
		}
		for _, e := range c.contradictions() {
			said := *e
			said.Found = "method " + c.Composition.Name + ": " + e.Found
			line := p.line(c.at)
			if c.Reference != "" { // which no method stands for
				line = p.lineOf(c, e.Key)
			}
			p.blame(line, said)
		}
		if open != nil {
			c.Warnings = c.warnings()
		}
	}
}

// lineOf is where the sweep sets a key for a cell: on an axis, in the method or in its table; 0
// where the default stands.
func (p *parser) lineOf(c *Cell, key string) int {
	for _, path := range []string{"matrix." + key, c.at + "." + key, key} {
		if n := p.lines[path]; n > 0 {
			return n
		}
	}
	return 0
}

// open notes what the cell's data tell of themselves and returns what they do not allow.
func (c *Cell) open(open Open) []*setting.KeyError {
	if open == nil {
		return nil
	}
	set, err := open(c.Data())
	if err != nil {
		return c.unopened(err)
	}
	images := ImagesOf(c.Sees(set))
	c.data = c.ofData(set)
	if c.Reference == "pixels" {
		c.Images = images
		return nil
	}
	var wrong []*setting.KeyError
	batch := c.Settings.Int("train.batch")
	if images.Train < batch {
		wrong = append(wrong, &setting.KeyError{
			Key: "train.batch", Found: fmt.Sprintf("%d is more than the %d training images", batch, images.Train),
			Expected: "expected at least one full batch", Remedy: "lower train.batch or raise the number of images",
		})
	}
	if err := c.Encoder().Fits(images.Shape, images.Shape); err != nil {
		wrong = append(wrong, at("encoder", err))
	}
	if images.Train >= batch { // with no whole batch, there is nothing to compare other settings with
		c.Images = images
	}
	return wrong
}

// unopened is what is wrong where the cell's set could not be opened: nothing, where it is not there
// and the sweep leaves such cells out. Of several sets one that is missing ends the plan, before
// anything ran, rather than a table without it.
func (c *Cell) unopened(err error) []*setting.KeyError {
	wrong := at("data", err)
	var missing *datasets.MissingError
	switch {
	case !errors.As(err, &missing):
	case c.Settings.Text("data.missing") == "skip":
		c.missing = missing.Set
		return nil
	case c.setNames() != "":
		said := *wrong
		said.Remedy = strings.TrimPrefix(said.Remedy+"; or set data.missing = \"skip\", which leaves its cells out and runs those of the other sets", "; ")
		wrong = &said
	}
	return []*setting.KeyError{wrong}
}

// setNames says which of several sets is the cell's, "" where all cells have one.
func (c *Cell) setNames() (names string) {
	for _, path := range []string{"data.name", "data.path", "data.subset"} {
		if name, ok := c.Axes[path]; ok {
			names += fmt.Sprint(name, ": ")
		}
	}
	return names
}

// ofData is what a reader of numbers should know of a set; where the sweep has several, of which.
func (c *Cell) ofData(set *datasets.Set) []setting.Warning {
	texts := slices.Clone(set.Warnings)
	if text := ofTail(set, metric.TailBy(c.Evaluate().TailParts)); text != "" {
		texts = append(texts, text)
	}
	which := c.setNames()
	var out []setting.Warning
	for _, text := range texts {
		out = append(out, setting.Warning{Key: "data", Text: which + text})
	}
	return out
}

// at is the key at fault with an error, or the table whose settings it is about.
func at(table string, err error) *setting.KeyError {
	var e *setting.KeyError
	if errors.As(err, &e) {
		return e
	}
	return &setting.KeyError{Key: table, Found: err.Error()}
}

// contradictions are settings that exclude each other, as far as the images are known.
func (c *Cell) contradictions() []*setting.KeyError {
	switch c.Reference {
	case "":
	case "pixels":
		return nil
	default:
		return methods.Unsupported(c.Train())
	}
	return append(c.Augment().Check(c.local()), methods.Check(c.Config())...)
}
