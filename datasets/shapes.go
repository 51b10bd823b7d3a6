package datasets

import (
	"fmt"

	"protobench/datasets/shapes"
	"protobench/internal/stream"
)

// shapesReader describes the set "shapes".
func shapesReader() reader {
	return reader{
		Info: Info{
			Name:   "shapes",
			Doc:    "20 silhouettes in 5 arrangements each (100 fine modes), 32×32 RGB; place, size, turn, colours, texture, clutter, light and noise vary independently of the class",
			Source: "generated from data.seed",
		},
		generate: func(o Options) (*Set, error) { return loadShapes(o, drawn) },
		outline:  func(o Options) (*Set, error) { return loadShapes(o, blank) },
	}
}

// loadShapes generates the set "shapes". The class is the silhouette, the fine mode silhouette and
// arrangement of its copies; place, size, turn, brightness and hue of glyph and background,
// texture, clutter, light and noise are drawn independently of both. Copies are small enough for
// crops of a third of the image to show the silhouette, and its sign of contrast varies, so that
// neither colour histograms nor linear maps of the pixels give the class away. How many classes and
// modes there are is a setting, so that it can be asked what depends on their number.
//
// How hard it is for pixels, for an untrained and a supervised encoder and for each method stands in
// the rows of the report on the ablation joint-vs-decoupled, which `protobench run` writes.
func loadShapes(o Options, fill filling) (*Set, error) {
	if err := o.roomFor("train", shapes.Side, shapes.Side, 3); err != nil {
		return nil, err
	}
	all := shapes.Silhouettes(o.Silhouettes)
	if all[len(all)-1].Pair() && o.Arrangements > shapes.Arrangements-1 {
		return nil, wrong("arrangements", fmt.Sprintf("%d arrangements of %d silhouettes: those beyond 20 are pairs, of which a single copy shows one alone", o.Arrangements, o.Silhouettes), fmt.Sprintf("lower it to %d, or data.silhouettes to 20", shapes.Arrangements-1))
	}
	return &Set{
		Train:       generate(uint64(o.Seed), "shapes-train", o.Train, all, o.Arrangements, fill),
		Test:        generate(uint64(o.Seed), "shapes-test", o.Test, all, o.Arrangements, fill),
		Classes:     len(all),
		FineClasses: len(all) * o.Arrangements,
		Flip:        true,
	}, nil
}

// filling tells whether images are drawn, or left blank where their numbers are asked for alone.
type filling bool

const (
	drawn filling = true
	blank filling = false
)

// generate makes n images of one split. Image i draws from its own stream of the split's purpose,
// so the splits share no draw; a longer split holds the same images and more, in another order.
// Fine modes are as balanced as n allows.
func generate(seed uint64, purpose string, n int, all []shapes.Silhouette, arrangements int, fill filling) Images {
	im := Images{Height: shapes.Side, Width: shapes.Side, Channels: 3}
	im.Pixels = make([]uint8, n*shapes.Side*shapes.Side*3)
	im.Labels, im.Fine = make([]int, n), make([]int, n)
	order := stream.New(seed, purpose+"-order").Perm(n)
	var painter shapes.Painter
	for i, at := range order {
		fine := i % (len(all) * arrangements)
		class := fine / arrangements
		im.Labels[at], im.Fine[at] = class, fine
		if fill == blank {
			continue
		}
		painter.Paint(im.Image(at), stream.New(seed, purpose, uint64(i)), all[class], fine%arrangements)
	}
	return im
}
