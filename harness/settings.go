package harness

import (
	"protobench/datasets"
	"protobench/datasets/augment"
	"protobench/encoders"
	"protobench/methods"
)

// Numerics is the revision of everything that decides a number. It is raised by
// hand whenever a change alters results, so that old results are never taken
// for new ones: it is part of every cell's hash.
const Numerics = 4

// Resolved holds every setting of one cell after defaults, sweep, method and
// matrix have been applied. The key tags name the TOML keys.
type Resolved struct {
	Data     datasets.Options `key:"data"`
	Encoder  encoders.Config  `key:"encoder"`
	Train    methods.Train    `key:"train"`
	Augment  augment.Config   `key:"augment"`
	Evaluate Evaluate         `key:"evaluate"`
	methods.Settings
}

// Evaluate holds the keys of the sweep's [evaluate] table: when and on how much
// the curves are measured. Final metrics always use all images.
type Evaluate struct {
	Dense       int  `key:"dense" default:"4" range:"[1,)" needs:"evaluate.dense_epochs!=0" doc:"measurements per epoch in the first epochs, where collapse happens"`
	DenseEpochs int  `key:"dense_epochs" default:"2" range:"[0,)" doc:"number of first epochs that are measured densely"`
	Every       int  `key:"every" default:"1" range:"[1,)" doc:"epochs between measurements afterwards"`
	UsageImages int  `key:"usage_images" default:"0" range:"[0,)" doc:"use only the first n training images for the curves' usage metrics (0: all, as the final metrics do)"`
	Extra       bool `key:"extra" default:"false" hash:"set" doc:"measure at the end what takes long or is rarely asked for as well (protobench list metrics names them)"`
	LogEvery    int  `key:"log_every" default:"10" range:"[1,)" hash:"no" doc:"steps between lines of steps.jsonl"`
}
