package wording

import "testing"

func TestCount(t *testing.T) {
	for _, c := range []struct {
		n    int
		noun string
		want string
	}{
		{1, "seed", "1 seed"}, {0, "seed", "0 seeds"}, {2, "seed", "2 seeds"}, {1, "class", "1 class"}, {10, "class", "10 classes"},
		{3, "batch", "3 batches"}, {2, "query", "2 queries"}, {2, "array", "2 arrays"}, {-1, "step", "-1 steps"},
	} {
		if got := Count(c.n, c.noun); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}
