package graph

import (
	"fmt"
	"time"

	"protobench/internal/kernel"
)

// RunTimed is [Program.Run] that tells the wall time of each operation by its kind, in the order of the program.
func (p *Program) RunTimed(team *kernel.Team, tell func(kind string, took time.Duration)) (err error) {
	kind := ""
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("graph: %s: %v", kind, r)
		}
	}()
	for i := range p.steps {
		s := &p.steps[i]
		kind = s.kind
		began := time.Now()
		s.forward(team, s.in, s.out)
		tell(kind, time.Since(began))
	}
	return nil
}
