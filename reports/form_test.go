package reports

import (
	"testing"

	"protobench/harness/store"
)

func TestMixedFormsAreNoted(t *testing.T) {
	own, other := &arm{cell: store.Cell{Form: "faithful"}}, &arm{}
	row := &arm{reference: true}
	for _, c := range []struct {
		arms  []*arm
		notes int
	}{{[]*arm{own, other}, 1}, {[]*arm{own, row}, 0}, {[]*arm{other, row}, 0}} {
		s := &sweep{arms: c.arms}
		if got := s.form(c.arms[0]); len(got) != c.notes {
			t.Errorf("%d arms: %q", len(c.arms), got)
		}
		if got := s.form(c.arms[1]); len(got) != 0 {
			t.Errorf("the second arm has the note %q", got)
		}
	}
}
