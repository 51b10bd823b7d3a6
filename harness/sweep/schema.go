package sweep

import (
	"sync"

	"protobench/datasets"
	"protobench/datasets/augment"
	"protobench/encoders"
	"protobench/internal/setting"
	"protobench/methods"
	"protobench/methods/part"
)

// Evaluate holds the keys of the sweep's [evaluate] table: when and on how much
// the curves are measured. Final metrics always use all images.
type Evaluate struct {
	Dense       int    `key:"dense" default:"4" range:"[1,)" needs:"evaluate.dense_epochs!=0,evaluate.early_every=0" doc:"measurements per epoch in the first epochs, where collapse happens"`
	DenseEpochs int    `key:"dense_epochs" default:"2" range:"[0,)" doc:"number of first epochs that are measured densely"`
	Every       int    `key:"every" default:"1" range:"[1,)" doc:"epochs between measurements afterwards"`
	UsageImages int    `key:"usage_images" default:"0" range:"[0,)" doc:"use only n training images for the curves' usage metrics, drawn with the same share of every class (0: all, as the final metrics do)"`
	EarlyEvery  int    `key:"early_every" default:"0" range:"[0,)" needs:"evaluate.dense_epochs!=0" hash:"set" config:"set" doc:"steps between measurements in the densely measured first epochs, in place of evaluate.dense (0: by that)"`
	Probes      bool   `key:"probes" default:"true" hash:"no" config:"set" doc:"look closer at prototypes at every measurement of the curves: what moves them, which merge, how assignments change (docs/probes.md)"`
	TailParts   string `key:"tail_parts" default:"thirds" in:"thirds|counts" hash:"set" config:"set" doc:"what parts the classes of a long-tailed set into head, medium and tail: thirds of the classes, or counts of training images (more than 100, 20 to 100, fewer than 20)"`
	Extra       bool   `key:"extra" default:"false" hash:"set" config:"set" doc:"measure at the end what takes long or is rarely asked for as well (protobench list metrics names them)"`
	LogEvery    int    `key:"log_every" default:"10" range:"[1,)" hash:"no" doc:"steps between lines of steps.jsonl"`
}

// Watch holds the keys of the sweep's [watch] table: what is done where a run collapses as a whole
// while it is trained. Warnings change no number; to stop decides at which epoch a cell is measured.
type Watch struct {
	StallEpochs int    `key:"stall_epochs" default:"3" range:"[1,)" hash:"set" config:"set" doc:"epochs in a row, at every measurement of the curves, from which on a collapse counts"`
	OneLive     string `key:"one_live" default:"warn" in:"warn|stop" hash:"set" config:"set" doc:"what to do where at most one prototype is live: warn, or stop, which ends the cell as collapsed and measures it there"`
	Stalled     string `key:"stalled" default:"warn" in:"warn|stop" hash:"set" config:"set" doc:"the same where the loss is within 0.001 of ln K, that of uniform predictions"`
	Constant    string `key:"constant" default:"warn" in:"warn|stop" hash:"set" config:"set" doc:"the same where the teacher's features are constant, by what decides that at the end of a run"`
}

// schema is made once: a sweep looks thousands of times.
var schema = sync.OnceValue(func() *setting.Schema {
	tables := []setting.Table{setting.Of[datasets.Options]("data"), setting.Of[encoders.Config]("encoder"), setting.Of[part.Train]("train")}
	tables = append(tables, augment.Tables()...)
	tables = append(tables, setting.Of[Evaluate]("evaluate"), setting.Of[Watch]("watch"))
	return setting.NewSchema(append(tables, methods.Tables()...), methods.Reads())
})

// Schema returns every setting that a cell has, in the order of listings.
func Schema() *setting.Schema { return schema() }

// Defaults returns the settings of a sweep that sets nothing.
func Defaults() setting.Values { return Schema().Defaults() }
