package datasets

import (
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
		{`data.name: no data set "shape"; choose one of shapes, fashion-mnist, idx`, func(o *Options) { o.Name = "shape" }},
		{"data.limit: -1", func(o *Options) { o.Limit = -1 }},
		{"data.test_limit: -2", func(o *Options) { o.TestLimit = -2 }},
		{"data.train: 0", func(o *Options) { o.Train = 0 }},
		{"data.test: 0", func(o *Options) { o.Test = 0 }},
		{"data.seed: -1", func(o *Options) { o.Seed = -1 }},
		{"data.imbalance: 0.5", func(o *Options) { o.Imbalance = 0.5 }},
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
	var names []string
	for _, i := range List() {
		names = append(names, i.Name)
		if i.Doc == "" || i.Source == "" || (i.Files == "") != (i.Name == "shapes") {
			t.Errorf("%s is not described: %+v", i.Name, i)
		}
	}
	if diff := cmp.Diff([]string{"shapes", "fashion-mnist", "idx"}, names); diff != "" {
		t.Error(diff)
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
	got := longTail(im, 3, 100)
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
	few := longTail(&Images{Height: 1, Width: 1, Channels: 1, Pixels: []uint8{1, 2}, Labels: []int{0, 1}}, 2, 1000)
	if few.Len() != 2 {
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
		return &Set{Train: im(), Test: im(), Classes: 2, FineClasses: 3}
	}
	seen := map[string]string{fingerprint(fresh()): "nothing"}
	for name, change := range map[string]func(*Set){
		"pixel":      func(s *Set) { s.Train.Pixels[3]++ },
		"label":      func(s *Set) { s.Train.Labels[0] = 1 },
		"fine label": func(s *Set) { s.Train.Fine[0] = 1 },
		"no fine":    func(s *Set) { s.Train.Fine = nil },
		"test pixel": func(s *Set) { s.Test.Pixels[3]++ },
		"test label": func(s *Set) { s.Test.Labels[0] = 1 },
		"shape":      func(s *Set) { s.Train.Height, s.Train.Width = 2, 1 },
		"classes":    func(s *Set) { s.Classes = 3 },
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
