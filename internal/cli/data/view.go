package data

import (
	"fmt"
	"image/png"
	"io"
	"os"

	"protobench/datasets"
	"protobench/datasets/augment"
	"protobench/internal/console"
	"protobench/internal/wording"
)

type viewCommand struct {
	setArgument
	Out     string `placeholder:"FILE" default:"contact-sheet.png" help:"PNG to write."`
	Augment bool   `help:"Show augmented views beside each original, first and second ones in turn, and say by what recipe."`
	Preset  string `enum:"${augments}" default:"default" help:"Recipe of the views, a value of augment.preset: one of ${enum}."`
	Columns int    `default:"10" help:"Images in a row, 1 to 100."`
	Rows    int    `default:"20" help:"Classes at most, 1 to 1000."`
}

// Validate refuses sheets without images.
func (c viewCommand) Validate() error {
	if c.Columns < 1 || c.Columns > 100 || c.Rows < 1 || c.Rows > 1000 {
		return fmt.Errorf("--columns %d, --rows %d: expected 1 to 100 and 1 to 1000", c.Columns, c.Rows)
	}
	return nil
}

// Run writes the sheet: a row for each class, of its first training images, or of one and its
// views.
func (c viewCommand) Run(w *console.Console) error {
	set, err := datasets.Open(c.options())
	if err != nil {
		return err
	}
	im := &set.Train
	rows := make([][][]uint8, min(c.Rows, set.Classes))
	for i, class := range im.Labels {
		if class >= 0 && class < len(rows) && len(rows[class]) < c.Columns {
			rows[class] = append(rows[class], im.Image(i))
		}
	}
	if c.Augment {
		if err := c.views(set, rows); err != nil {
			return err
		}
	}
	f, err := os.Create(c.Out)
	if err != nil {
		return err
	}
	err = png.Encode(f, datasets.Sheet(rows, im.Height, im.Width, im.Channels))
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(w.Out, "%s: %d of %s of %s\n", c.Out, len(rows), wording.Count(set.Classes, "class"), set.Name); err != nil || !c.Augment {
		return err
	}
	_, err = io.WriteString(w.Out, c.recipe(set))
	return err
}

// recipe says how the views were made.
func (c viewCommand) recipe(set *datasets.Set) string {
	if set.Noise > 0 {
		return fmt.Sprintf("views: the vector with noise of standard deviation %.3g a coordinate\n", set.Noise)
	}
	text := augment.Named(c.Preset).String()
	if source := augment.Source(c.Preset); source != "" {
		text = c.Preset + ": " + source + "\n" + text
	}
	if !set.Flip {
		text += "the set forbids flips\n"
	}
	return text
}

// views puts views of each class's first image beside it.
func (c viewCommand) views(set *datasets.Set, rows [][][]uint8) error {
	in := augment.Input{Height: set.Train.Height, Width: set.Train.Width, Channels: set.Train.Channels}
	a, err := augment.New(augment.Named(c.Preset), in, set.Mean, set.Std, set.Flip)
	if err != nil {
		return err
	}
	a.Noise = set.Noise
	size := in.Height * in.Width * in.Channels
	for class, row := range rows {
		if len(row) == 0 {
			continue
		}
		one := &datasets.Images{Height: in.Height, Width: in.Width, Channels: in.Channels, Pixels: row[0], Labels: []int{class}}
		views := make([]float32, c.Columns/2*2*size)
		for pair := range c.Columns / 2 { // an epoch each, and no two classes the same
			a.Views(views[2*pair*size:2*(pair+1)*size], one, []int{0}, uint64(class), pair)
		}
		rows[class] = row[:1:1]
		for ; len(views) > 0 && len(rows[class]) < c.Columns; views = views[size:] {
			rows[class] = append(rows[class], levels(views[:size], set, in.Channels))
		}
	}
	return nil
}

// levels turns a normalised view back into pixels.
func levels(view []float32, set *datasets.Set, channels int) []uint8 {
	out := make([]uint8, len(view))
	for i, v := range view {
		c := i % channels
		x := float32(v*set.Std[c]) + set.Mean[c]
		out[i] = uint8(min(max(float32(x*255)+0.5, 0), 255))
	}
	return out
}
