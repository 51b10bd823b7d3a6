package sweep

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const oneArm = "name = 'x'\nseeds = 2\n[[method]]\nname = 'swav'\n"

// What is kept on disk is no setting of a cell: neither hash nor config tells it.
func TestStoreChangesNoCell(t *testing.T) {
	kept := map[string]bool{"": true, "[store]\n": true, "[store]\nweights = true\n": true, "[store]\nweights = false\n": false}
	plain, err := Parse("t.toml", oneArm, realCatalogue())
	if err != nil {
		t.Fatal(err)
	}
	for table, want := range kept {
		s, err := Parse("t.toml", oneArm+table, realCatalogue())
		if err != nil {
			t.Errorf("%q: %v", table, err)
			continue
		}
		if s.KeepsWeights != want {
			t.Errorf("%q: weights are kept: %v", table, s.KeepsWeights)
		}
		for i := range s.Cells {
			if diff := cmp.Diff(plain.Cells[i].canonical("f")+plain.Cells[i].TOML("x"), s.Cells[i].canonical("f")+s.Cells[i].TOML("x")); diff != "" {
				t.Errorf("%q: %s", table, diff)
			}
		}
	}
}

func TestStoreRefusesWhatItDoesNotKnow(t *testing.T) {
	for text, want := range map[string]string{
		"[store]\nweight = false\n":            "t.toml:6: store.weight: unknown key; did you mean weights?",
		"[store]\nweights = 'no'\n":            `t.toml:6: store.weights: found the text "no"; expected true or false`,
		"[[method]]\nname='dino'\nstore = 3\n": "store",
	} {
		_, err := Parse("t.toml", oneArm+text, realCatalogue())
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
	if _, err := Parse("t.toml", "store = false\n"+oneArm, realCatalogue()); err == nil || !strings.Contains(err.Error(), "t.toml:1: store: found false; expected a table") {
		t.Error(err)
	}
}
