package objective

import (
	"protobench/encoders"
	"protobench/internal/setting"
	"protobench/methods/learner"
	"protobench/methods/part"
)

// with are the objectives' settings at their defaults, with some changed.
func with(settings map[string]any) setting.Values {
	tables := []setting.Table{setting.Of[Loss]("loss"), setting.Of[learner.Settings]("prototypes")}
	for _, d := range Declarations() {
		tables = append(tables, d.Table)
	}
	v := setting.NewSchema(tables, nil).Defaults()
	v.MustSetAll(settings)
	return v
}

// small is a small run with some settings changed.
func small(settings map[string]any) part.Config {
	c := part.Config{
		Input: encoders.Input{Height: 8, Width: 8, Channels: 3}, Seed: 5, StepsPerEpoch: 4, Images: 64,
		Encoder: encoders.Config{Name: "convnet", Width: 8, Depth: 2, StemStride: 1, Hidden: 16, Dim: 8},
		Train:   setting.Defaults[part.Train]("train"), Settings: with(settings),
	}
	c.Train.Batch, c.Train.Epochs = 16, 4
	return c
}
