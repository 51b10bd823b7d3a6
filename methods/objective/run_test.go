package objective

import (
	"protobench/internal/setting"
	"protobench/methods/internal/fixture"
	"protobench/methods/learner"
	"protobench/methods/part"
)

// small is a small run with some settings changed.
func small(settings map[string]any) part.Config {
	tables := []setting.Table{setting.Of[Loss]("loss"), setting.Of[learner.Settings]("prototypes")}
	for _, d := range Declarations() {
		tables = append(tables, d.Table)
	}
	return fixture.Config(settings, tables...)
}
