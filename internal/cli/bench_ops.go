package cli

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"protobench/methods"
)

// opCost is the time of all operations of one kind in a step.
type opCost struct {
	Kind  string  `json:"kind"`
	Calls int     `json:"calls"` // in a step
	MS    float64 `json:"ms"`    // mean over the steps
	Share float64 `json:"share"` // of all kinds together, 0..1
}

// costs runs the student's step and adds up its operations by kind, the dearest first.
func costs(ctx context.Context, cfg methods.Config, steps int) ([]opCost, error) {
	s, err := methods.NewStudentAlone(cfg)
	if err != nil {
		return nil, err
	}
	views, took, calls := viewsOf(cfg), map[string]time.Duration{}, map[string]int{}
	for i := range warmUp + steps {
		if ctx.Err() != nil {
			return nil, exitError{exitInterrupted, "interrupted"}
		}
		_, err := s.TimedStep(views, func(kind string, d time.Duration) {
			if i >= warmUp {
				took[kind] += d
				calls[kind]++
			}
		})
		if err != nil {
			return nil, err
		}
	}
	var total time.Duration
	for _, d := range took {
		total += d
	}
	var all []opCost
	for kind, d := range took {
		all = append(all, opCost{kind, calls[kind] / steps, milliseconds(d) / float64(steps), d.Seconds() / total.Seconds()})
	}
	slices.SortFunc(all, func(a, b opCost) int {
		return cmp.Or(cmp.Compare(b.MS, a.MS), strings.Compare(a.Kind, b.Kind))
	})
	return all, nil
}

func opsText(all []opCost) string {
	var b strings.Builder
	for _, c := range all {
		fmt.Fprintf(&b, "  %-26s %9.3f ms  %5.1f %%  (%d a step)\n", c.Kind, c.MS, 100*c.Share, c.Calls)
	}
	return b.String()
}
