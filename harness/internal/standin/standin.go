// Package standin makes cells' engines and jobs of what package fixture holds, for the tests of the
// packages that run cells. Those of package cell, which it is made of, do without it.
package standin

import (
	"testing"

	"protobench/harness/cell"
	"protobench/harness/internal/fixture"
	"protobench/methods/part"
)

// Engine makes stand-ins; change, if not nil, may alter each.
func Engine(change func(*fixture.Fake)) cell.Engine {
	build := func(cfg part.Config) *fixture.Fake {
		f := fixture.NewFake(cfg)
		if change != nil {
			change(f)
		}
		return f
	}
	return cell.Engine{
		Trainer:    func(cfg part.Config) (cell.Trainer, error) { return build(cfg), nil },
		Supervised: func(cfg part.Config, _ int) (cell.Supervised, error) { return fixture.Row{Fake: build(cfg)}, nil },
		Untrained:  func(cfg part.Config) (cell.Supervised, error) { return fixture.Row{Fake: build(cfg)}, nil },
	}
}

// Jobs are those of a sweep's text.
func Jobs(t *testing.T, text string) (jobs []cell.Job) {
	t.Helper()
	for _, c := range fixture.Sweep(t, text).Cells {
		jobs = append(jobs, cell.NewJob(c))
	}
	return jobs
}
