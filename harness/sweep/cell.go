package sweep

import (
	"protobench/datasets"
	"protobench/datasets/augment"
	"protobench/encoders"
	"protobench/internal/setting"
	"protobench/methods/part"
)

// Cell is one training run or reference row with all its settings.
type Cell struct {
	Reference   string // "" for a run of a method; else pixels, untrained or supervised
	Composition part.Composition
	Form        string         // of a method: controlled, or faithful where its paper's settings stand over the sweep's
	Axes        map[string]any // the matrix's key paths and this cell's values
	Seed        uint64
	Settings    setting.Values
	Images      Images            // zero where the data were not opened
	Warnings    []setting.Warning // what its settings do not say of themselves; without the data, nothing

	written  []assignment                         // of its tables, preset and method, which an augment.preset leaves alone
	look     func(datasets.Options) *datasets.Set // the set of some options, nil where it is not known
	at       string                               // path of its method in the sweep file
	data     []setting.Warning                    // what its data tell of themselves
	missing  string                               // its set, where that is not there and to be skipped
	changed  []setting.Warning                    // what the sweep's tables make of its preset's own settings
	unstated []string                             // help of its decoupled learner that is nowhere stated
}

// Images is what the data of a cell tell of themselves.
type Images struct {
	Fingerprint string
	Shape       encoders.Input
	Train       int   // number of training images, after the long tail
	PerClass    []int // of these, [classes]
}

// ImagesOf describes a data set.
func ImagesOf(set *datasets.Set) Images {
	train := &set.Train
	return Images{
		Fingerprint: set.Fingerprint, Shape: encoders.Input{Height: train.Height, Width: train.Width, Channels: train.Channels},
		Train: train.Len(), PerClass: train.Counts(set.Classes),
	}
}

// Data returns the cell's [data] table.
func (c *Cell) Data() datasets.Options { return setting.Read[datasets.Options](c.Settings, "data") }

// Encoder returns the cell's [encoder] table.
func (c *Cell) Encoder() encoders.Config { return setting.Read[encoders.Config](c.Settings, "encoder") }

// Train returns the cell's [train] table.
func (c *Cell) Train() part.Train { return setting.Read[part.Train](c.Settings, "train") }

// Augment returns the cell's [augment] tables.
func (c *Cell) Augment() augment.Recipes { return augment.Read(c.Settings) }

// Evaluate returns the cell's [evaluate] table.
func (c *Cell) Evaluate() Evaluate { return setting.Read[Evaluate](c.Settings, "evaluate") }

// Watch returns the cell's [watch] table.
func (c *Cell) Watch() Watch { return setting.Read[Watch](c.Settings, "watch") }

// StepsPerEpoch is the number of whole batches of the training images.
func (c *Cell) StepsPerEpoch() int { return c.Images.Train / c.Settings.Int("train.batch") }

// Sees is the set as the cell's row sees it: supervised training needs labels.
func (c *Cell) Sees(set *datasets.Set) *datasets.Set {
	if c.Reference == "supervised" {
		return set.Labelled()
	}
	return set
}

// Steps is the number of training steps of the cell; rows that are not trained have none.
func (c *Cell) Steps() int {
	if c.Reference == "pixels" || c.Reference == "untrained" {
		return 0
	}
	return c.StepsPerEpoch() * c.Settings.Int("train.epochs")
}

// Config is what the cell's trainer is built from, but for what the run itself adds.
func (c *Cell) Config() part.Config {
	return part.Config{
		Composition: c.Composition, Settings: c.Settings, Train: c.Train(), Encoder: c.Encoder(), Seed: c.Seed,
		Input: c.Images.Shape, Images: c.Images.Train, StepsPerEpoch: c.StepsPerEpoch(),
	}
}

// Prototypes is the number K of prototypes that the cell's method has; 0 for one without, and for
// reference rows.
func (c *Cell) Prototypes() int {
	if count := key("prototypes.count"); !c.Reads(count) {
		return 0
	}
	return c.Settings.Int("prototypes.count")
}

// Reads reports whether the cell's numbers can depend on a key.
func (c *Cell) Reads(k setting.Key) bool { return c.reading()(k) }

// reading is Reads for many keys, while no setting changes.
func (c *Cell) reading() func(setting.Key) bool {
	parts := c.parts()
	return func(k setting.Key) bool {
		return (c.Reference == "" || referenceReads(c.Reference, k.Path)) && k.ReadAt(parts, c.Settings)
	}
}

// parts lists the names that a key's readers are matched against.
func (c *Cell) parts() []string {
	dataset := c.Settings.Text("data.name")
	names := append(c.Composition.Parts(), c.Settings.Text("encoder.name"), c.Settings.Text("train.optimizer"), dataset)
	if !datasets.OfVectors(dataset) {
		names = append(names, "images")
	}
	if c.local() {
		names = append(names, "local-crops")
	}
	return names
}

// local reports whether the cell's arm sees local crops.
func (c *Cell) local() bool { return c.Settings.Int("train.local_crops") > 0 }

// key returns a key that the program itself names.
func key(path string) setting.Key {
	k, ok := Schema().Find(path)
	if !ok {
		panic("sweep: no key " + path)
	}
	return k
}
