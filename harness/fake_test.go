package harness

import (
	"protobench/harness/cell"
	"protobench/harness/internal/fixture"
	"protobench/methods/part"
)

type (
	fake    = fixture.Fake
	fakeRow = fixture.Row
)

func newFake(cfg part.Config) *fake { return fixture.NewFake(cfg) }

// fakeEngine makes stand-ins; change may alter each.
func fakeEngine(change func(*fake)) cell.Engine {
	build := func(cfg part.Config) *fake {
		f := newFake(cfg)
		if change != nil {
			change(f)
		}
		return f
	}
	return cell.Engine{
		Trainer:    func(cfg part.Config) (cell.Trainer, error) { return build(cfg), nil },
		Supervised: func(cfg part.Config, _ int) (cell.Supervised, error) { return fakeRow{Fake: build(cfg)}, nil },
		Untrained:  func(cfg part.Config) (cell.Supervised, error) { return fakeRow{Fake: build(cfg)}, nil },
	}
}
