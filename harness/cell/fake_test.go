package cell

import (
	"testing"

	"protobench/harness/internal/fixture"
	"protobench/methods/part"
)

type (
	fake    = fixture.Fake
	fakeRow = fixture.Row
)

func newFake(cfg part.Config) *fake { return fixture.NewFake(cfg) }

// jobsOf are those of a sweep's text.
func jobsOf(t *testing.T, text string) (jobs []Job) {
	t.Helper()
	for _, c := range fixture.Sweep(t, text).Cells {
		jobs = append(jobs, NewJob(c))
	}
	return jobs
}
