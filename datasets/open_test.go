package datasets

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// options are valid options of a small generated set.
func options() Options {
	return Options{Name: "shapes", Train: 400, Test: 200, Silhouettes: 20, Arrangements: 5, Imbalance: 1}
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
		{"data.draw_seed: -1", func(o *Options) { o.DrawSeed = -1 }},
		{"data.validation: 0.001 of 400 labelled training images is not one image", func(o *Options) { o.Validation = 0.001 }},
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
	o.Limit, o.Validation, o.Imbalance = 100, 0.29, 5
	s := open(t, o)
	if s.Probe.Len() != 71 || s.Test.Len() != 29 || s.Train.Len() >= 71 {
		t.Fatalf("%d, %d and %d images", s.Train.Len(), s.Probe.Len(), s.Test.Len())
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
