package learner

import (
	"protobench/internal/setting"
	"protobench/methods/internal/fixture"
	"protobench/methods/part"
)

// tables are the learners' settings.
func tables() []setting.Table {
	tables := []setting.Table{setting.Of[Settings]("prototypes")}
	for _, d := range Declarations() {
		if d.Table.Name != "" {
			tables = append(tables, d.Table)
		}
	}
	return tables
}

// small is a small run with some settings changed.
func small(settings map[string]any) part.Config { return fixture.Config(settings, tables()...) }
