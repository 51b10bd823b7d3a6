package clustering

import (
	"protobench/internal/setting"
	"protobench/methods/internal/fixture"
	"protobench/methods/learner"
	"protobench/methods/objective"
	"protobench/methods/part"
)

// small is a small run with some settings changed.
func small(settings map[string]any) part.Config {
	tables := []setting.Table{setting.Of[objective.Loss]("loss"), setting.Of[learner.Settings]("prototypes")}
	for _, d := range []objective.Declaration{DeclareSwAV(), DeclareDeepCluster(), DeclareCARP(), DeclareSeLa(), DeclareSMoG(), DeclarePCL()} {
		tables = append(tables, d.Table)
	}
	return fixture.Config(settings, tables...)
}
