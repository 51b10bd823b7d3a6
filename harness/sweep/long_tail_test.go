package sweep

import (
	"slices"
	"strings"
	"testing"

	"protobench/datasets"
	"protobench/metrics/metric"
)

func labelled(counts ...int) datasets.Images {
	im := datasets.Images{Height: 1, Width: 1, Channels: 1}
	for c, n := range counts {
		im.Labels = append(im.Labels, slices.Repeat([]int{c}, n)...)
	}
	im.Pixels = make([]uint8, len(im.Labels))
	return im
}

func TestLongTailsAreSaid(t *testing.T) {
	for name, c := range map[string]struct {
		train, probe datasets.Images
		found, want  string
	}{
		"balanced": {labelled(5, 5, 5), labelled(5, 5, 5), "", ""},
		"cut": {labelled(40, 0, 20, 9, 4, 1), labelled(40, 0, 40, 40, 40, 40), "",
			"long tail: 74 of 200 labelled training images of 5 classes remain, 40 to 1 a class; head: classes 0, 2; medium: classes 3–4; tail: classes 5; probes learn from all 200"},
		"natural": {labelled(50, 10, 5), labelled(50, 10, 5), "files",
			"long tail: 65 labelled training images of 3 classes, 50 to 5 a class; head: classes 0; medium: classes 1; tail: classes 2; probes learn from the same images"},
		"two": {labelled(0, 3, 300), labelled(0, 300, 300), "",
			"long tail: 303 of 600 labelled training images of 2 classes remain, 300 to 3 a class; head: classes 2; medium: no class; tail: classes 1; probes learn from all 600"},
	} {
		if got := ofTail(&datasets.Set{Train: c.train, Probe: c.probe, Classes: 6, Found: c.found}, metric.ByThirds); got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}

func TestPartsByCountsAreSaid(t *testing.T) {
	set := &datasets.Set{Train: labelled(101, 100, 20, 19), Classes: 4, Found: "files"}
	set.Probe = set.Train
	const want = "head: classes 0; medium: classes 1–2; tail: classes 3; "
	if got := ofTail(set, metric.ByCounts); !strings.Contains(got, want) {
		t.Errorf("got %q, want %q in it", got, want)
	}
}

// The plan has what the data tell of themselves, the long tail among it.
func TestPlansSayWhatIsLeftOfATail(t *testing.T) {
	text := "name = \"tail\"\nseeds = 1\n[data]\nimbalance = 20\ntrain = 400\ntest = 100\n[train]\nbatch = 16\n[[method]]\nname = \"swav\"\n"
	s, err := Check("tail.toml", text, testCatalogue(), datasets.Open)
	if err != nil {
		t.Fatal(err)
	}
	var said []string
	for _, w := range s.Cells[0].Warnings {
		if w.Key == "data" {
			said = append(said, w.Text)
		}
	}
	if len(said) != 2 || !strings.HasPrefix(said[0], "3 classes of 20 left with one training image") || !strings.HasPrefix(said[1], "long tail: 133 of 400 labelled training images of 20 classes remain, 20 to 1 a class") {
		t.Errorf("%q", said)
	}
}
