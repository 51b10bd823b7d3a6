package film

import (
	"bytes"
	"flag"
	"image"
	"image/gif"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"protobench/metrics/geometry"
	"protobench/metrics/matrix"
	"protobench/metrics/uniqueness"
	"protobench/reports/drawing/picturetest"
)

// shots are of prototypes of which two thirds run together onto two places, the later the faster.
func shots() []Shot {
	const k, d = 24, 6
	start := matrix.RandomUnit(1, k, d)
	var out []Shot
	for i, step := range []int{0, 10, 20, 40, 80, 160, 320, 640, 1000} {
		now := matrix.New(k, d)
		done := float32(i*i) / 64
		for r := range k {
			for c := range d {
				v := start.Data[r*d+c]
				if r%3 > 0 {
					v += done * (start.Data[(r%3)*d+c] - v)
				}
				now.Data[r*d+c] = v
			}
		}
		out = append(out, Shot{step, now})
	}
	return out
}

func film(t *testing.T) *Film {
	t.Helper()
	f, err := New("swav__base__s0", shots())
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// Who ends apart and how many are unique is what the metrics count; the plane is that of the end.
func TestFilm(t *testing.T) {
	f, all := film(t), shots()
	if n := len(slices.DeleteFunc(slices.Clone(f.alone), func(a bool) bool { return !a })); n != 8 {
		t.Errorf("%d prototypes end apart, want 8", n)
	}
	if first, last := f.frames[0].unique, f.frames[8].unique; first != 24 || last != uniqueness.Of(all[8].Prototypes, 0.025).Count() || last != 10 {
		t.Errorf("%d unique at first, %d at last", first, last)
	}
	plane, _ := geometry.PlaneOf(all[8].Prototypes)
	if d := cmp.Diff(plane.Of(all[3].Prototypes), f.frames[3].points); d != "" {
		t.Error(d)
	}
	if !strings.Contains(f.Caption(), "last prototypes (") {
		t.Error(f.Caption())
	}
}

// Panels are the first, the last and others at about equal shares of the way, in order.
func TestChosen(t *testing.T) {
	f := film(t)
	got := f.chosen()
	if len(got) != mostPanels || got[0] != 0 || got[mostPanels-1] != 8 || !slices.IsSorted(got) || len(slices.Compact(slices.Clone(got))) != mostPanels {
		t.Errorf("%v", got)
	}
	if got[1] < 2 {
		t.Errorf("%v: the second panel comes when hardly anything has moved", got)
	}
	f.frames = f.frames[:3]
	if d := cmp.Diff([]int{0, 1, 2}, f.chosen()); d != "" {
		t.Error(d)
	}
	f.frames = f.frames[:1]
	if d := cmp.Diff([]int{0}, f.chosen()); d != "" {
		t.Error(d)
	}
	still := shots()
	for i := range still {
		still[i].Prototypes = still[0].Prototypes
	}
	g, err := New("frozen", still)
	if err != nil || len(slices.Compact(g.chosen())) != mostPanels {
		t.Errorf("prototypes that never move: %v, %v", g.chosen(), err)
	}
}

// Prototypes that end as one are seen in the plane of the first ones; without two directions at either
// end there is no film, nor without prototypes.
func TestFilmOfCollapse(t *testing.T) {
	one := matrix.New(24, 6)
	for i := range one.Data {
		one.Data[i] = 1
	}
	all := append(shots(), Shot{2000, one})
	f, err := New("dino", all)
	if err != nil || !strings.Contains(f.Plane, "first prototypes") || f.frames[9].unique != 1 {
		t.Errorf("%v, %+v", err, f)
	}
	for _, none := range [][]Shot{nil, {{0, one}, {5, one}}} {
		if _, err := New("lejepa", none); err == nil || !strings.Contains(err.Error(), "lejepa") {
			t.Errorf("got %v", err)
		}
	}
}

// The moving picture has a frame for each measurement, all of one size, in few colours, and starts
// again; equal films are equal bytes.
func TestGIF(t *testing.T) {
	b, err := film(t).GIF()
	if err != nil {
		t.Fatal(err)
	}
	g, err := gif.DecodeAll(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	if len(g.Image) != 9 || g.LoopCount != 0 || g.Delay[8] != shownLast || len(g.Image[0].Palette) > 256 {
		t.Errorf("%d frames, loops %d, delays %v", len(g.Image), g.LoopCount, g.Delay)
	}
	orange, _ := colours()
	for i, m := range g.Image {
		found := false
		for _, c := range m.Pix {
			r, gr, bl, _ := m.Palette[c].RGBA()
			found = found || math.Abs(float64(r>>8)-float64(orange.R))+math.Abs(float64(gr>>8)-float64(orange.G))+math.Abs(float64(bl>>8)-float64(orange.B)) < 10
		}
		if !found || i > 0 && bytes.Equal(m.Pix, g.Image[i-1].Pix) {
			t.Errorf("frame %d has no prototype in its colour, or is the one before", i)
		}
	}
	again, err := film(t).GIF()
	if err != nil || !bytes.Equal(b, again) {
		t.Errorf("another GIF of the same film: %v", err)
	}
}

func TestSave(t *testing.T) {
	path := filepath.Join(t.TempDir(), "cell")
	if err := film(t).Save(path); err != nil {
		t.Fatal(err)
	}
	for _, ending := range []string{".png", ".svg", ".pdf", ".gif"} {
		if b, err := os.ReadFile(path + ending); err != nil || len(b) < 1000 {
			t.Errorf("%s: %d bytes, %v", ending, len(b), err)
		}
	}
	b, _ := os.ReadFile(path + ".svg")
	for _, text := range []string{">step 0<", ">step 1000<", ">24 unique<", ">10 unique<", "<desc>Prototypes of swav__base__s0"} {
		if !strings.Contains(string(b), text) {
			t.Errorf("the strip does not say %s", text)
		}
	}
}

var update = flag.Bool("update", false, "rewrite the reference pictures")

// The strip is as before.
func TestStrip(t *testing.T) {
	b, err := film(t).Strip().PNG()
	if err != nil {
		t.Fatal(err)
	}
	picturetest.Compare(t, filepath.Join("testdata", "strip"), map[string]*image.RGBA{"strip.png": picturetest.Decoded(t, b)}, *update)
}
