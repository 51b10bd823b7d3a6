package sweep

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestAnAxisThatACellDoesNotReadIsNoneOfItsAxes(t *testing.T) {
	s := parse(t, `
name = "x"
references = ["supervised"]
[gmm]
memory = 3
[[method]]
name = "swav"
[[method]]
name = "swav+gmm"
train.momentum = 0.7
[matrix]
"gmm.memory" = { values = [1, 2], where = { learner = "gmm" } }
"train.optimizer" = ["adamw", "sgd"]
"train.momentum" = [0.5, 0.9]
`)
	var got []string
	for _, c := range s.Cells {
		got = append(got, fmt.Sprint(c.Composition.Name, c.Axes))
	}
	var want []string
	for _, arm := range []struct {
		name     string
		memories []string
	}{{"supervised", []string{""}}, {"swav", []string{""}}, {"swav+gmm", []string{"gmm.memory:1 ", "gmm.memory:2 "}}} {
		for _, memory := range arm.memories { // momentum is read with SGD alone
			for _, rest := range []string{"train.optimizer:adamw", "train.momentum:0.5 train.optimizer:sgd", "train.momentum:0.9 train.optimizer:sgd"} {
				want = append(want, arm.name+"map["+memory+rest+"]")
			}
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
