package datasets

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// options are valid options of a small generated set.
func options() Options {
	return Options{Name: "shapes", Train: 400, Test: 200, Imbalance: 1}
}

func open(t *testing.T, o Options) *Set {
	t.Helper()
	s, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestOpenRefusesOptions(t *testing.T) {
	for _, c := range []struct {
		want   string
		change func(*Options)
	}{
		{`data.name: no data set "shape"; choose one of shapes, mixture, fashion-mnist, `, func(o *Options) { o.Name = "shape" }},
		{"data.limit: -1", func(o *Options) { o.Limit = -1 }},
		{"data.test_limit: -2", func(o *Options) { o.TestLimit = -2 }},
		{"data.train: 0", func(o *Options) { o.Train = 0 }},
		{"data.test: 0", func(o *Options) { o.Test = 0 }},
		{"data.seed: -1", func(o *Options) { o.Seed = -1 }},
		{"data.imbalance: 0.5", func(o *Options) { o.Imbalance = 0.5 }},
		{"data.validation: 0.6", func(o *Options) { o.Validation = 0.6 }},
		{"data.validation: NaN", func(o *Options) { o.Validation = math.NaN() }},
		{"data.validation: 0.001 of 400 training images is not one image", func(o *Options) { o.Validation = 0.001 }},
		{"data.test_limit: 5 has no effect", func(o *Options) { o.Validation, o.TestLimit = 0.1, 5 }},
		{"data.tail: found", func(o *Options) { o.Tail = "zipf" }},
		{"data.tail_seed: -1", func(o *Options) { o.TailSeed = -1 }},
		{"data.per_class: -1", func(o *Options) { o.PerClass = -1 }},
		{"data.size: -1", func(o *Options) { o.Size = -1 }},
		{"data.labels: found", func(o *Options) { o.Labels = "finer" }},
		{"data.flip: found", func(o *Options) { o.Flip = "maybe" }},
		{"data.test_share: 0.7", func(o *Options) { o.TestShare = 0.7 }},
		{"data.path: ", func(o *Options) { o.Name = "idx" }},
	} {
		o := options()
		c.change(&o)
		if _, err := Open(o); err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("got %v, want an error that starts with %q", err, c.want)
		}
	}
}

func TestListDescribesEverySet(t *testing.T) {
	seen := map[string]bool{}
	for _, i := range List() {
		if seen[i.Name] {
			t.Errorf("two sets %s", i.Name)
		}
		seen[i.Name] = true
		if i.Doc == "" || i.Source == "" || (i.Files == "") != generated(i.Name) {
			t.Errorf("%s is not described: %+v", i.Name, i)
		}
	}
	for _, r := range readers() {
		if (r.generate == nil) == (r.read == nil) || r.home && r.Licence == "" {
			t.Errorf("%s is neither generated nor read, or without a licence", r.Name)
		}
	}
}

func TestLimitsKeepTheFirst(t *testing.T) {
	o := options()
	all := open(t, o)
	o.Limit, o.TestLimit = 30, 20
	s := open(t, o)
	if s.Train.Len() != 30 || s.Test.Len() != 20 || len(s.Train.Fine) != 30 || len(s.Train.Pixels) != 30*side*side*3 {
		t.Fatalf("sizes %d, %d", s.Train.Len(), s.Test.Len())
	}
	for i := range 30 {
		if !cmp.Equal(s.Train.Image(i), all.Train.Image(i)) || s.Train.Labels[i] != all.Train.Labels[i] {
			t.Fatalf("image %d is another one", i)
		}
	}
	if s.Fingerprint == all.Fingerprint {
		t.Error("the limits are not in the fingerprint")
	}
	o.Limit = 1000
	if got := open(t, o).Train.Len(); got != 400 {
		t.Errorf("a limit above the size gives %d images", got)
	}
}

func TestLongTailFollowsTheProfile(t *testing.T) {
	im := &Images{Height: 1, Width: 1, Channels: 1}
	for i := range 300 {
		im.Labels, im.Pixels, im.Fine = append(im.Labels, i%3), append(im.Pixels, uint8(i)), append(im.Fine, i%6)
	}
	got, err := longTail(im, 3, Options{Imbalance: 100})
	if err != nil {
		t.Fatal(err)
	}
	count := [3]int{}
	last := [3]int{-1, -1, -1}
	for i, c := range got.Labels {
		original := last[c] + 1 // the first images of each class stay, in their order
		last[c] = original
		count[c]++
		if want := uint8(3*original + c); got.Pixels[i] != want || got.Fine[i] != (3*original+c)%6 {
			t.Fatalf("image %d is %d, want %d", i, got.Pixels[i], want)
		}
	}
	if diff := cmp.Diff([3]int{100, 10, 1}, count); diff != "" {
		t.Error(diff)
	}
	few, err := longTail(&Images{Height: 1, Width: 1, Channels: 1, Pixels: []uint8{1, 2}, Labels: []int{0, 1}}, 2, Options{Imbalance: 1000})
	if err != nil || few.Len() != 2 {
		t.Error("a class lost its last image")
	}
}

func TestLongTailLeavesTheTestSplit(t *testing.T) {
	o := options()
	balanced := open(t, o)
	o.Imbalance = 20
	tailed := open(t, o)
	if !cmp.Equal(balanced.Test, tailed.Test) {
		t.Error("the test split changed")
	}
	count := make([]int, tailed.Classes)
	for _, c := range tailed.Train.Labels {
		count[c]++
	}
	if count[0] != 20 || count[19] != 1 || tailed.Fingerprint == balanced.Fingerprint {
		t.Errorf("counts %v", count)
	}
}

func TestMomentsByHand(t *testing.T) {
	im := &Images{Height: 1, Width: 2, Channels: 3, Labels: []int{0}, Pixels: []uint8{0, 255, 51, 255, 255, 153}}
	mean, std := moments(im)
	if diff := cmp.Diff([3]float32{0.5, 1, 0.4}, mean); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([3]float32{0.5, 1, 0.2}, std); diff != "" {
		t.Error(diff)
	}
}

func TestFingerprintSeesEverything(t *testing.T) {
	fresh := func() *Set {
		im := func() Images {
			return Images{Height: 1, Width: 2, Channels: 1, Pixels: []uint8{1, 2, 3, 4}, Labels: []int{0, 1}, Fine: []int{0, 2}}
		}
		return &Set{Train: im(), Probe: im(), Test: im(), Classes: 2, FineClasses: 3}
	}
	seen := map[string]string{fingerprint(fresh()): "nothing"}
	for name, change := range map[string]func(*Set){
		"pixel":       func(s *Set) { s.Train.Pixels[3]++ },
		"label":       func(s *Set) { s.Train.Labels[0] = 1 },
		"fine label":  func(s *Set) { s.Train.Fine[0] = 1 },
		"no fine":     func(s *Set) { s.Train.Fine = nil },
		"probe pixel": func(s *Set) { s.Probe.Pixels[3]++ },
		"probe label": func(s *Set) { s.Probe.Labels[0] = 1 },
		"test pixel":  func(s *Set) { s.Test.Pixels[3]++ },
		"test label":  func(s *Set) { s.Test.Labels[0] = 1 },
		"shape":       func(s *Set) { s.Train.Height, s.Train.Width = 2, 1 },
		"classes":     func(s *Set) { s.Classes = 3 },
	} {
		s := fresh()
		change(s)
		f := fingerprint(s)
		if other, ok := seen[f]; ok {
			t.Errorf("a changed %s looks like a changed %s", name, other)
		}
		seen[f] = name
	}
}

func TestProbesLearnFromTheBalancedImages(t *testing.T) {
	o := options()
	balanced := open(t, o)
	if balanced.Tailed() || &balanced.Probe.Pixels[0] != &balanced.Train.Pixels[0] {
		t.Error("without a tail, both are to be the same images in the same memory")
	}
	o.Imbalance = 20
	tailed := open(t, o)
	if !tailed.Tailed() || !cmp.Equal(tailed.Probe, balanced.Train) || tailed.Train.Len() >= tailed.Probe.Len() {
		t.Errorf("%d training and %d probe images", tailed.Train.Len(), tailed.Probe.Len())
	}
}

func TestValidationTakesTheTestSetsPlace(t *testing.T) {
	o := options()
	all := open(t, o)
	o.Limit, o.Validation, o.Imbalance = 100, 0.29, 5
	s := open(t, o)
	if s.Probe.Len() != 71 || s.Test.Len() != 29 || s.Train.Len() >= 71 {
		t.Fatalf("%d, %d and %d images", s.Train.Len(), s.Probe.Len(), s.Test.Len())
	}
	for i := range 100 {
		got := &s.Probe
		at := i
		if i >= 71 { // the last of the limited split
			got, at = &s.Test, i-71
		}
		if !cmp.Equal(got.Image(at), all.Train.Image(i)) || got.Labels[at] != all.Train.Labels[i] || got.Fine[at] != all.Train.Fine[i] {
			t.Fatalf("image %d is another one", i)
		}
	}
	o.Validation = 0
	if open(t, o).Fingerprint == s.Fingerprint {
		t.Error("the validation split is not in the fingerprint")
	}
	o.Test = 5 // the test set plays no part
	o.Validation = 0.29
	if open(t, o).Fingerprint != s.Fingerprint {
		t.Error("the test set shows in a validation run")
	}
}
