package sweep

import "testing"

func TestLocalCropsAreSettings(t *testing.T) {
	const text = "name = 'x'\n[train]\nbatch = 8\nlocal_crops = 2\nlocal_size = 4\n[augment]\nlocal_crop_max = 0.2\n[[method]]\nname = 'swav'\n"
	s, err := Check("t.toml", "encoder = { depth = 2 }\n"+text, realCatalogue(), testOpen)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range s.Cells {
		if crops := c.Settings.Int("train.local_crops"); (crops > 0) != (c.Reference == "") {
			t.Errorf("%s has %d local crops", c.Composition.Name, crops)
		}
	}
	axis := parseReal(t, "name = 'x'\n[[method]]\nname = 'swav'\n[matrix]\n'train.local_crops' = [0, 2]\n")
	if n := len(axis.Cells); n != len(referenceKinds)+2 {
		t.Errorf("%d cells: an axis of local crops concerns arms alone", n)
	}
	for _, text := range []string{
		"name = 'x'\n[train]\nlocal_size = 4\n[[method]]\nname = 'swav'\n",
		"name = 'x'\n[train]\nlocal_crops = 1\n[augment]\nlocal_crop_min = 0.5\n[[method]]\nname = 'swav'\n",
		"name = 'x'\n[train]\nlocal_crops = 1\n[encoder]\nname = 'mlp'\n[[method]]\nname = 'swav'\n",
	} {
		if _, err := Parse("x.toml", text, realCatalogue()); err == nil {
			t.Errorf("accepted: %s", text)
		}
	}
}
