package methods

import (
	"sync"

	"protobench/internal/setting"
	"protobench/methods/learner"
	"protobench/methods/objective"
	"protobench/methods/part"
	"protobench/methods/term"
)

// Tables are the tables of settings that methods have, in the order of listings.
func Tables() []setting.Table {
	tables := []setting.Table{setting.Of[objective.Loss]("loss"), setting.Of[learner.Settings]("prototypes")}
	for _, d := range declarations() {
		if d.Table.Name != "" {
			tables = append(tables, d.Table)
		}
	}
	return tables
}

// Reads are the shared settings that each part reads.
func Reads() []setting.Reads {
	var reads []setting.Reads
	for _, d := range declarations() {
		reads = append(reads, d.Shared())
	}
	return reads
}

// declarations are those of all parts that have settings.
func declarations() []part.Declaration {
	var all []part.Declaration
	for _, d := range objectives() {
		all = append(all, d.Declaration)
	}
	for _, d := range learner.Declarations() {
		all = append(all, d.Declaration)
	}
	for _, d := range term.Declarations() {
		all = append(all, d.Declaration)
	}
	return append(all, embeddings()...)
}

// Schema joins [Tables] and [Reads], and [part.Train] under its own name.
var schema = sync.OnceValue(func() *setting.Schema {
	return setting.NewSchema(append([]setting.Table{setting.Of[part.Train]("train")}, Tables()...), Reads())
})

// Defaults returns the settings of a method that sets nothing, those of [part.Train] included.
func Defaults() setting.Values { return schema().Defaults() }
