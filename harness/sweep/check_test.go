package sweep

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"protobench/datasets"
	"protobench/encoders"
	"protobench/internal/setting"
)

// testOpen makes a tiny set of 40 training and 20 test images.
func testOpen(o datasets.Options) (*datasets.Set, error) {
	if o.Name == "absent" {
		return nil, errors.New("no such data")
	}
	images := func(n int) datasets.Images {
		im := datasets.Images{Height: 4, Width: 4, Channels: 3, Pixels: make([]uint8, 48*n)}
		for i := range n {
			im.Labels = append(im.Labels, i%2)
		}
		return im
	}
	train := images(40)
	return &datasets.Set{
		Name: "noise", Train: train, Probe: train, Test: images(20), Classes: 2,
		Mean: [3]float32{0.5, 0.5, 0.5}, Std: [3]float32{0.3, 0.3, 0.3}, Fingerprint: "print",
	}, nil
}

func TestCheckRefusesABatchLargerThanTheData(t *testing.T) {
	_, err := Check("t.toml", "name = 'x'\n[train]\nbatch = 41\n[encoder]\ndepth = 2\n[[method]]\nname = 'swav'\n", testCatalogue(), testOpen)
	if err == nil || err.Error() != "t.toml:3: train.batch: 41 is more than the 40 training images; expected at least one full batch; lower train.batch or raise the number of images" {
		t.Error(err)
	}
}

// A batch of all images is a whole one, and what else the data allow is then checked.
func TestCheckTakesABatchOfAllImages(t *testing.T) {
	const text = "name = 'x'\n[train]\nbatch = 40\n[encoder]\ndepth = 2\n[[method]]\nname = 'swav'\n"
	s, err := Check("t.toml", text, testCatalogue(), testOpen)
	if err != nil {
		t.Fatal(err)
	}
	for i := range s.Cells {
		if c := &s.Cells[i]; c.Images.Train != 40 {
			t.Errorf("%s knows of %d training images, want 40", c.Composition.Name, c.Images.Train)
		}
	}
}

func TestCheckRefusesWhatTheDataDoNotAllow(t *testing.T) {
	for text, want := range map[string]string{
		"encoder = { depth = 4 }":                                             "t.toml:1: encoder.depth: 4 blocks halve 4×4 images below one pixel",
		"encoder = { name = 'resnet18' }":                                     "t.toml: encoder.depth: 4 blocks halve 4×4 images below one pixel",
		"encoder = { name = 'vit', patch = 3 }":                               "t.toml:1: encoder.patch: patches of 3×3 pixels do not tile 4×4 images",
		"encoder = { name = 'vit', heads = 5 }":                               "t.toml:1: encoder.heads: 5 heads do not divide the tokens' dimension 192",
		"prototypes = { count = 41, init = 'data' }\nencoder = { depth = 2 }": "t.toml:6: prototypes.init: method swav: a start from data needs 41 different images",
	} {
		_, err := Check("t.toml", text+"\nname = 'x'\n[train]\nbatch = 8\n[[method]]\nname = 'swav'\n", testCatalogue(), testOpen)
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

func TestCheckReportsAllAtOnce(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"sizes": {"name = 'x'\n[train]\nbatch = 50\n[prototypes]\ncount = 41\ninit = 'data'\n[encoder]\ndepth = 4\n[[method]]\nname = 'swav'\n", []string{
			"t.toml:3: train.batch: 50 is more than the 40", "t.toml:8: encoder.depth: 4 blocks",
		}},
		"both":         {"name = 'x'\nseeds = 0\n[encoder]\ndepth = 4\n[[method]]\nname = 'swav'\n", []string{"t.toml:2: seeds:", "t.toml: train.batch: 128 is more than the 40", "t.toml:4: encoder.depth: 4 blocks"}},
		"init":         {"name = 'x'\n[train]\nbatch = 8\n[prototypes]\ncount = 41\ninit = 'data'\n[encoder]\ndepth = 4\n[[method]]\nname = 'swav'\n", []string{"t.toml:8: encoder.depth: 4 blocks", "t.toml:9: prototypes.init: method swav: a start from data needs 41"}},
		"method's own": {"name = 'x'\n[train]\nbatch = 8\n[encoder]\ndepth = 2\n[[method]]\nname = 'swav'\ntrain.batch = 64\n", []string{"t.toml:8: train.batch: 64 is more"}},
		"once":         {"name = 'x'\n[train]\nbatch = 'big'\n[encoder]\ndepth = 2\n[[method]]\nname = 'swav'\n", []string{"t.toml:3: train.batch: found the text"}},
		"no data":      {"name = 'x'\n[data]\nname = 'absent'\n[train]\nlr = 'x'\n[[method]]\nname = 'swav'\n", []string{"t.toml:5: train.lr: found", "t.toml:2: data: no such data"}},
		"bad data":     {"name = 'x'\n[data]\nname = 'absent'\nlimit = -1\n[[method]]\nname = 'swav'\n", []string{"t.toml:4: data.limit: found -1"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Check("t.toml", c.text, testCatalogue(), testOpen)
			if err == nil {
				t.Fatal("taken")
			}
			got := strings.Split(err.Error(), "\n")
			if len(got) != len(c.want) {
				t.Errorf("%d issues, want %d", len(got), len(c.want))
			}
			for _, want := range c.want {
				if !slices.ContainsFunc(got, func(line string) bool { return strings.HasPrefix(line, want) }) {
					t.Errorf("no %s among\n%v", want, err)
				}
			}
		})
	}
	const good = "name = 'x'\nseeds = 2\nencoder = { depth = 2 }\n[train]\nbatch = 8\n[[method]]\nname = 'swav'\n[[method]]\nname = 'swav+gmm'\n"
	s, err := Check("t.toml", good, testCatalogue(), testOpen)
	if err != nil || len(s.Cells) != 9 {
		t.Fatal(err)
	}
	for _, c := range s.Cells {
		if c.Images.Fingerprint != "print" || c.Images.Train != 40 || !slices.Equal(c.Images.PerClass, []int{20, 20}) || c.Images.Shape != (encoders.Input{Height: 4, Width: 4, Channels: 3}) {
			t.Errorf("%s: %+v", c.Composition.Name, c.Images)
		}
	}
}

// TestCheckOpensTheDataOfEachCellOnce: seeds share what is known of their images.
func TestCheckOpensTheDataOfEachCellOnce(t *testing.T) {
	calls := 0
	_, err := Check("t.toml", "name = 'x'\nseeds = 5\nencoder = { depth = 2 }\n[train]\nbatch = 8\n[[method]]\nname = 'swav'\n", testCatalogue(), func(o datasets.Options) (*datasets.Set, error) {
		calls++
		return testOpen(o)
	})
	if want := len(referenceKinds) + 1; err != nil || calls != want {
		t.Errorf("%d calls, want %d: %v", calls, want, err)
	}
}

// TestKeysAtFaultAreFound: an error that names its key is blamed on the line that sets it, whatever
// package it comes from.
func TestKeysAtFaultAreFound(t *testing.T) {
	open := func(datasets.Options) (*datasets.Set, error) {
		return nil, fmt.Errorf("reading: %w", &setting.KeyError{Key: "data.limit", Found: "too many", Remedy: "take fewer"})
	}
	_, err := Check("t.toml", "name = 'x'\nreferences = false\n[data]\nlimit = 9\n[[method]]\nname = 'swav'\n", testCatalogue(), open)
	if err == nil || err.Error() != "t.toml:4: data.limit: too many; take fewer" {
		t.Error(err)
	}
}

// TestPrototypesOfACell: their number is the method's, and reference rows and methods without
// prototypes have none.
func TestPrototypesOfACell(t *testing.T) {
	s := parseReal(t, "name = 'x'\n[prototypes]\ncount = 48\n[[method]]\nname = 'swav'\nprototypes.count = 32\n[[method]]\nname = 'massl'\n[[method]]\nname = 'sela'\n")
	want := map[string]int{"pixels": 0, "untrained": 0, "supervised": 0, "swav": 32, "massl": 0, "sela": 48}
	for _, c := range s.Cells {
		if k := c.Prototypes(); k != want[c.Composition.Name] {
			t.Errorf("%s has %d prototypes, want %d", c.Composition.Name, k, want[c.Composition.Name])
		}
	}
}

// What the data tell of themselves is a warning of every cell.
func TestCellsWarnOfTheirData(t *testing.T) {
	open := func(o datasets.Options) (*datasets.Set, error) {
		set, err := testOpen(o)
		set.Warnings = []string{"one class has no image"}
		return set, err
	}
	s, err := Check("t.toml", "name = 'x'\n[train]\nbatch = 8\n[encoder]\ndepth = 2\n[[method]]\nname = 'swav'\n", testCatalogue(), open)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range s.Cells {
		if !slices.Contains(c.Warnings, setting.Warning{Key: "data", Text: "one class has no image"}) {
			t.Errorf("%s%s has the warnings %v", c.Reference, c.Composition.Name, c.Warnings)
		}
	}
}

func TestRowsThatAreNotTrainedHaveNoSteps(t *testing.T) {
	s, err := Check("t.toml", "name = 'x'\n[train]\nbatch = 7\nepochs = 3\n[encoder]\ndepth = 2\n[evaluate]\nevery = 2\n[[method]]\nname = 'swav'\n", testCatalogue(), testOpen)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]int{"pixels": 0, "untrained": 0, "supervised": 15, "": 15}
	for i := range s.Cells {
		if c := &s.Cells[i]; c.Steps() != want[c.Reference] || c.StepsPerEpoch() != 5 || c.Reference == "" && c.Evaluate().Every != 2 {
			t.Errorf("%s%s: %d steps, %d an epoch", c.Reference, c.Composition.Name, c.Steps(), c.StepsPerEpoch())
		}
	}
}

// Supervised rows train on the images with labels alone.
func TestSupervisedRowsSeeLabelledImages(t *testing.T) {
	set, err := testOpen(datasets.Options{})
	if err != nil {
		t.Fatal(err)
	}
	set.Train.Labels[0] = -1
	for reference, want := range map[string]int{"supervised": 39, "untrained": 40, "pixels": 40, "": 40} {
		if c := (Cell{Reference: reference}); c.Sees(set).Train.Len() != want {
			t.Errorf("%q sees %d images, want %d", reference, c.Sees(set).Train.Len(), want)
		}
	}
}
