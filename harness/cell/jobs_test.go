package cell

import (
	"testing"

	"protobench/harness/internal/fixture"
)

// jobsOf are those of a sweep's text.
func jobsOf(t *testing.T, text string) (jobs []Job) {
	t.Helper()
	for _, c := range fixture.Sweep(t, text).Cells {
		jobs = append(jobs, NewJob(c))
	}
	return jobs
}
