package harness

import (
	"fmt"
	"slices"
	"testing"

	"github.com/BurntSushi/toml"
	"github.com/google/go-cmp/cmp"

	"protobench/harness/internal/fixture"
	"protobench/harness/store"
	"protobench/internal/setting"
)

// TestPlansHoldWhatReadersNeed: nobody has to read a cell's config to know its settings, which
// are the same as there, in the same order, but for what changes nothing of its images: flips, which
// the test's set forbids.
func TestPlansHoldWhatReadersNeed(t *testing.T) {
	for _, c := range planOf(t, fixture.Small).Record().Cells {
		k, observers := 4, []string{}
		switch c.Cell.Method {
		case "pixels", "untrained", "supervised":
			k = 0
		case "swav+gmm":
			observers = []string{"joint"}
		}
		if c.Prototypes != k || !cmp.Equal(c.Observers, observers) || !cmp.Equal(c.Images, []int{20, 20}) || c.Warnings == nil {
			t.Errorf("%s: K %d, observers %v, images %v, warnings %v", c.Dir, c.Prototypes, c.Observers, c.Images, c.Warnings)
		}
		told := slices.DeleteFunc(configured(t, c), func(s string) bool { return s == "augment.flip = 0.5" })
		if diff := cmp.Diff(told, texts(c.Settings)); diff != "" {
			t.Errorf("%s: %s", c.Dir, diff)
		}
	}
}

// configured are the settings in a planned cell's config, in their order.
func configured(t *testing.T, c store.PlanCell) []string {
	t.Helper()
	raw := map[string]any{}
	meta, err := toml.Decode(c.Config, &raw)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, key := range meta.Keys() {
		if table, ok := raw[key[0]].(map[string]any); ok && len(key) == 2 && key[0] != "matrix" {
			out = append(out, fmt.Sprintf("%s = %v", key, table[key[1]]))
		}
	}
	return out
}

func texts(settings store.Settings) []string {
	var out []string
	for _, s := range settings {
		table, name := setting.Cut(s.Key)
		out = append(out, fmt.Sprintf("%s = %v", toml.Key{table, name}, s.Value))
	}
	return out
}
