package learner

import (
	"protobench/internal/setting"
	"protobench/methods/part"
)

// with are the learners' settings at their defaults, with some changed.
func with(settings map[string]any) setting.Values {
	tables := []setting.Table{setting.Of[Settings]("prototypes")}
	for _, d := range Declarations() {
		if d.Table.Name != "" {
			tables = append(tables, d.Table)
		}
	}
	v := setting.NewSchema(tables, nil).Defaults()
	v.MustSetAll(settings)
	return v
}

// small is a small run with some settings changed.
func small(settings map[string]any) part.Config {
	c := part.Config{Seed: 5, StepsPerEpoch: 4, Images: 64, Train: setting.Defaults[part.Train]("train"), Settings: with(settings)}
	c.Train.Batch, c.Train.Epochs = 16, 4
	return c
}
