package sweep

import (
	"slices"
	"testing"
)

// What the faithful form of a preset is listed with is read by it: a decoupled preset shows none of
// what its host's recipe says of joint prototypes.
func TestListedRecipesAreRead(t *testing.T) {
	for preset, want := range map[string]map[string]bool{
		"swav":           {"prototypes.lr_mult": true, "prototypes.freeze_epochs": true, "swav.queue": true, "train.lars_eta": true},
		"swav+gmm":       {"prototypes.lr_mult": false, "prototypes.freeze_epochs": false, "swav.queue": true, "train.lars_eta": true},
		"deepcluster-v2": {"prototypes.lr_mult": false, "swav.queue": false, "swav.epsilon": false, "deepcluster.heads": true, "train.lr": true},
	} {
		i := slices.IndexFunc(realCatalogue().List("preset"), func(p Part) bool { return p.Name == preset })
		for path, listed := range want {
			if _, got := realCatalogue().List("preset")[i].Faithful[path]; got != listed {
				t.Errorf("%s: %s listed %v, want %v", preset, path, got, listed)
			}
		}
	}
}
