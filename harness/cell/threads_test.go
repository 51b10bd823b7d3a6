package cell

import (
	"testing"

	"protobench/datasets"
	"protobench/harness/internal/fixture"
	"protobench/internal/team"
)

// TestThreadsMakeViews: a cell's views are made by all of its threads.
func TestThreadsMakeViews(t *testing.T) {
	two := team.New(2)
	defer two.Close()
	r, err := New(&jobsOf(t, fixture.Small)[3], nil, Setup{Engine: Real(), Data: datasets.NewLibrary(fixture.Open), Team: two})
	if err != nil {
		t.Fatal(err)
	}
	if r.batches.augment.Team != two {
		t.Error("the views are made by one thread")
	}
}
