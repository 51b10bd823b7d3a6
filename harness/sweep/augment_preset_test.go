package sweep

import (
	"testing"

	"protobench/datasets/augment"
)

// TestAugmentPresets: a preset sets what nothing else does, in the sweep's tables, in an arm and on
// an axis; its cells are those of its settings written out, and their configs give them again.
func TestAugmentPresets(t *testing.T) {
	const head, arm = "name = 'x'\nreferences = false\n", "[[method]]\nname = 'swav'\n"
	blur := func(c *Cell) float64 { return c.Settings.Float("augment.blur") }
	for name, c := range map[string]struct {
		text         string
		min, blur    []float64 // crop_min and blur of the cells
		second       []float64
		local, smear float64
	}{
		"none":              {arm, []float64{0.3}, []float64{0.2}, []float64{-1}, 0.3, 3},
		"of the sweep":      {"[augment]\npreset = 'dino'\n" + arm, []float64{0.4}, []float64{1}, []float64{0.1}, 0.4, 13},
		"of the arm":        {arm + "augment.preset = 'swav'\n", []float64{0.14}, []float64{0.5}, []float64{-1}, 0.14, 23},
		"a key over it":     {"[augment]\npreset = 'dino'\nblur = 0.7\n" + arm + "augment.second.blur = 0.3\n", []float64{0.4}, []float64{0.7}, []float64{0.3}, 0.4, 13},
		"a default over it": {"[augment]\npreset = 'dino'\n" + arm + "augment.second.blur = -1.0\n", []float64{0.4}, []float64{1}, []float64{-1}, 0.4, 13},
		"a key, an arm's":   {"[augment]\nblur = 0.7\n" + arm + "augment.preset = 'dino'\n", []float64{0.4}, []float64{0.7}, []float64{0.1}, 0.4, 13},
		"an axis":           {arm + "[matrix]\n'augment.preset' = ['default', 'dino', 'swav']\n", []float64{0.3, 0.4, 0.14}, []float64{0.2, 1, 0.5}, []float64{-1, 0.1, -1}, 0.3, 3},
		"an axis of a key":  {"[augment]\npreset = 'dino'\n" + arm + "[matrix]\n'augment.blur' = [0.6, 0.9]\n", []float64{0.4, 0.4}, []float64{0.6, 0.9}, []float64{0.1, 0.1}, 0.4, 13},
		"an axis elsewhere": {"[augment]\npreset = 'dino'\n" + arm + "[[method]]\nname = 'dino'\n[matrix]\n'augment.blur' = { values = [0.6], where = { method = 'dino' } }\n",
			[]float64{0.4, 0.4}, []float64{1, 0.6}, []float64{0.1, 0.1}, 0.4, 13},
		"an axis over one": {"[augment]\npreset = 'dino'\n" + arm + "[matrix]\n'augment.preset' = ['simclr', 'swav']\n", []float64{0.08, 0.14}, []float64{0.5, 0.5}, []float64{-1, -1}, 0.3, 0},
	} {
		s := parseReal(t, head+"[train]\nlocal_crops = 2\n"+c.text)
		if len(s.Cells) != len(c.min) {
			t.Fatalf("%s: %d cells", name, len(s.Cells))
		}
		for i := range s.Cells {
			cell := &s.Cells[i]
			if v := cell.Settings; v.Float("augment.crop_min") != c.min[i] || blur(cell) != c.blur[i] || v.Float("augment.second.blur") != c.second[i] {
				t.Errorf("%s, cell %d: crops from %v, blur %v, %v", name, i, v.Get("augment.crop_min"), blur(cell), v.Get("augment.second.blur"))
			}
			if v := cell.Settings; i == 0 && (v.Float("augment.local_crop_max") != c.local || v.Int("augment.blur_kernel") != int(c.smear)) {
				t.Errorf("%s: local crops to %v, kernel %v", name, v.Get("augment.local_crop_max"), v.Get("augment.blur_kernel"))
			}
			if again := parseReal(t, cell.TOML("x")); again.Cells[0].Hash("f") != cell.Hash("f") || again.Cells[0].TOML("x") != cell.TOML("x") {
				t.Errorf("%s, cell %d: its config gives another cell\n%s\n%s", name, i, cell.TOML("x"), again.Cells[0].TOML("x"))
			}
		}
	}
	preset := parseReal(t, head+arm+"augment.preset = 'simclr'\n")
	written := parseReal(t, head+arm+"augment.crop_min = 0.08\naugment.interpolation = 'bicubic'\naugment.brightness = 0.8\naugment.contrast = 0.8\n"+
		"augment.saturation = 0.8\naugment.hue = 0.2\naugment.blur = 0.5\naugment.blur_kernel = 0\n")
	if preset.Cells[0].Hash("f") != written.Cells[0].Hash("f") {
		t.Error("a preset and its settings written out are two cells")
	}
}

// TestReferencesSeeBothViews: rows that see views depend on the second one's recipe, and on that of
// local crops, which they do not see, never.
func TestReferencesSeeBothViews(t *testing.T) {
	hashes := func(text string) (all []string) {
		for _, c := range parseReal(t, "name = 'x'\n"+text+"[[method]]\nname = 'swav'\ntrain.local_crops = 2\n").Cells {
			all = append(all, c.Hash("f"))
		}
		return all
	}
	plain, second, local := hashes(""), hashes("[augment.second]\nsolarize = 0.5\n"), hashes("[augment.local]\nsolarize = 0.5\n")
	for i, name := range []string{"pixels", "untrained", "supervised", "swav"} {
		if (second[i] != plain[i]) != (name != "pixels") || (local[i] != plain[i]) != (name == "swav") {
			t.Errorf("%s: depends on the second view: %v, on local crops: %v", name, second[i] != plain[i], local[i] != plain[i])
		}
	}
}

// TestPresetsOnAnyData: where the images give a preset's keys no effect, its cells are those of its
// other keys, and their configs are taken.
func TestPresetsOnAnyData(t *testing.T) {
	for _, name := range augment.Presets() {
		for _, channels := range []int{1, 3} {
			open := onlyImages(channels, false)
			s, err := Check("t.toml", "name = 'x'\nencoder = { depth = 2 }\ntrain = { batch = 8 }\n[augment]\npreset = '"+name+"'\n[[method]]\nname = 'swav'\n", realCatalogue(), open)
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			for _, c := range s.Cells {
				again, err := Check("t.toml", c.TOML("x"), realCatalogue(), open)
				if err != nil || again.Cells[0].Hash("f") != c.Hash("f") {
					t.Errorf("%s on %d channels: the config of %s gives another cell, %v", name, channels, c.Composition.Name, err)
				}
				if c.Reference != "pixels" && (c.Settings.Float("augment.flip") != 0.5 || channels == 1 && c.Settings.Float("augment.hue") != 0.1) {
					t.Errorf("%s on %d channels: keys without effect stand at flip %v, hue %v", name, channels, c.Settings.Get("augment.flip"), c.Settings.Get("augment.hue"))
				}
			}
		}
	}
	s := parseReal(t, "name = 'x'\nreferences = false\n[augment]\npreset = 'cifar-asymmetric'\n[[method]]\nname = 'swav'\n")
	if k := s.Cells[0].Settings.Int("augment.blur_kernel"); k != 3 {
		t.Errorf("a kernel of %d for no blur", k)
	}
}
