package augment

import (
	"encoding/binary"
	"hash/fnv"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"protobench/datasets"
	"protobench/internal/setting"
	"protobench/internal/stream"
	"protobench/internal/team"
)

// recipe is the default [augment] table.
func recipe() Config {
	return setting.Defaults[Config]("augment")
}

// still is a recipe that changes nothing.
func still() Config {
	c := recipe()
	c.CropMin = 1
	c.Flip, c.JitterProb, c.Grayscale, c.Blur = 0, 0, 0, 0
	return c
}

func noise(n, height, width, channels int) *datasets.Images {
	im := &datasets.Images{Height: height, Width: width, Channels: channels, Labels: make([]int, n)}
	im.Pixels = make([]uint8, n*height*width*channels)
	r := stream.New(1, "test")
	for i := range im.Pixels {
		im.Pixels[i] = uint8(r.Uint32())
	}
	return im
}

func augmenter(t testing.TB, c Config, im *datasets.Images, flip bool) *Augmenter {
	t.Helper()
	mean, std := [3]float32{0.5, 0.4, 0.3}, [3]float32{0.2, 0.25, 0.3}
	a, err := New(Alike(c), Input{im.Height, im.Width, im.Channels}, mean, std, flip)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func views(a *Augmenter, im *datasets.Images, order []int, seed uint64, epoch int) []float32 {
	dst := make([]float32, 2*len(order)*a.in.size())
	a.Views(dst, im, order, seed, epoch)
	return dst
}

func TestPlainNormalises(t *testing.T) {
	for _, channels := range []int{1, 3} {
		im := noise(3, 4, 5, channels)
		a := augmenter(t, still(), im, true)
		got, size := make([]float32, 2*a.in.size()), a.in.size()
		a.Plain(got, im, []int{2, 0})
		for i, x := range got {
			p, c := im.Image([]int{2, 0}[i/size])[i%size], i%channels
			want := (float64(p)/255 - []float64{0.5, 0.4, 0.3}[c]) / []float64{0.2, 0.25, 0.3}[c]
			if math.Abs(float64(x)-want) > 1e-5 {
				t.Fatalf("%d channels, value %d: got %g, want %g", channels, i, x, want)
			}
		}
	}
}

// TestStillRecipeIsPlain: with every operation off, square images come through unchanged (crops of
// area 1 are either the whole image or are rejected).
func TestStillRecipeIsPlain(t *testing.T) {
	for _, channels := range []int{1, 3} {
		im := noise(2, 8, 8, channels)
		a := augmenter(t, still(), im, true)
		want := make([]float32, 4*a.in.size())
		a.Plain(want, im, []int{1, 0, 1, 0})
		got := views(a, im, []int{1, 0}, 3, 4)
		for i := range want {
			if math.Abs(float64(got[i]-want[i])) > 1e-5 {
				t.Fatalf("%d channels, value %d: got %g, want %g", channels, i, got[i], want[i])
			}
		}
	}
}

// TestViewsDependOnSeedEpochAndImage: the batch that an image is in changes nothing of its views.
func TestViewsDependOnSeedEpochAndImage(t *testing.T) {
	im := noise(4, 16, 16, 3)
	a := augmenter(t, recipe(), im, true)
	size := a.in.size()
	of := func(a *Augmenter, i int, order []int, seed uint64, epoch int) [2][]float32 {
		all, n := views(a, im, order, seed, epoch), len(order)
		return [2][]float32{all[i*size : (i+1)*size], all[(n+i)*size : (n+i+1)*size]}
	}
	want := of(a, 1, []int{0, 1, 2}, 7, 5)
	for name, got := range map[string][2][]float32{
		"another augmenter": of(augmenter(t, recipe(), im, true), 1, []int{0, 1, 2}, 7, 5),
		"another batch":     of(a, 1, []int{3, 1, 0}, 7, 5),
		"a smaller batch":   of(a, 0, []int{1}, 7, 5),
		"another order":     of(a, 2, []int{2, 0, 1}, 7, 5),
	} {
		if !cmp.Equal(got, want) {
			t.Errorf("%s changes the views of image 1", name)
		}
	}
	copy(im.Image(3), im.Image(1))
	for name, got := range map[string][2][]float32{
		"image": of(a, 1, []int{0, 3, 2}, 7, 5), "seed": of(a, 1, []int{0, 1, 2}, 8, 5), "epoch": of(a, 1, []int{0, 1, 2}, 7, 6), "view": {want[1], want[0]},
	} {
		if cmp.Equal(got[0], want[0]) || cmp.Equal(got[1], want[1]) {
			t.Errorf("another %s has the same draws", name)
		}
	}
}

// TestViewsArePinned: other bits mean that every result of the past is void: raise sweep.Numerics
// with them.
func TestViewsArePinned(t *testing.T) {
	const want = 0x9fce42b340bfc58
	im := noise(16, 32, 32, 3)
	c := recipe()
	c.Hue, c.Blur = 0.5, 0.5
	order := []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}
	h := fnv.New64a()
	for _, x := range views(augmenter(t, c, im, true), im, order, 3, 4) {
		_ = binary.Write(h, binary.LittleEndian, x) // a hash takes everything
	}
	if got := h.Sum64(); got != want {
		t.Errorf("got %#x, want %#x", got, uint64(want))
	}
}

func TestFlipOnlyWhereAllowed(t *testing.T) {
	im := noise(1, 8, 8, 3)
	c := still()
	c.Flip = 1
	plain := views(augmenter(t, still(), im, true), im, []int{0}, 0, 0)
	if !cmp.Equal(plain, views(augmenter(t, c, im, false), im, []int{0}, 0, 0)) {
		t.Error("a set that does not allow flips is flipped")
	}
	r := Alike(still())
	r.Second.Flip, r.Local.Flip = 1, 1
	of := func(r Recipes) (all []float32) {
		a, err := New(r, Input{8, 8, 3}, [3]float32{0.5, 0.4, 0.3}, [3]float32{0.2, 0.25, 0.3}, false)
		if err != nil {
			t.Fatal(err)
		}
		l, err := a.Locals(1, Input{4, 4, 3})
		if err != nil {
			t.Fatal(err)
		}
		crops := make([]float32, l.Len(1))
		l.Crops(crops, im, []int{0}, 0, 0)
		return append(views(a, im, []int{0}, 0, 0), crops...)
	}
	if !cmp.Equal(of(Alike(still())), of(r)) {
		t.Error("second views or local crops of a set that does not allow flips are flipped")
	}
	flipped := views(augmenter(t, c, im, true), im, []int{0}, 0, 0)
	line, back := plain[:8*3], make([]float32, 0, 8*3)
	for col := 7; col >= 0; col-- {
		back = append(back, flipped[3*col:3*col+3]...)
	}
	if !cmp.Equal(line, back) {
		t.Error("a flip of probability 1 is not a mirror image")
	}
}

func TestGrayViewsHaveEqualChannels(t *testing.T) {
	im := noise(2, 8, 8, 3)
	c := still()
	c.Grayscale = 1
	a, err := New(Alike(c), Input{8, 8, 3}, [3]float32{}, [3]float32{1, 1, 1}, true)
	if err != nil {
		t.Fatal(err)
	}
	got := views(a, im, []int{0, 1}, 0, 0)
	for i := 0; i < len(got); i += 3 {
		if got[i] != got[i+1] || got[i] != got[i+2] {
			t.Fatalf("pixel %d: %v", i/3, got[i:i+3])
		}
	}
}

func TestGrayImagesKeepBrightnessAndContrast(t *testing.T) {
	x := []float32{0.2, 0.4, 0.9, 0.5}
	jitter(x, 1, [4]int{hue, saturation, contrast, brightness}, [4]float32{0.5, 1.2, 3, 0.4}, nil)
	for i, v := range []float64{0.2, 0.4, 0.9, 0.5} {
		if want := 0.5 * (1.2*v - 0.2*0.5); math.Abs(float64(x[i])-want) > 1e-6 {
			t.Errorf("value %d: got %g, want %g", i, x[i], want)
		}
	}
}

func TestNewRefuses(t *testing.T) {
	unit := [3]float32{1, 1, 1}
	for _, c := range []struct {
		name, want string
		change     func(*Config, *Input, *[3]float32)
	}{
		{"crop 0", "augment.crop_min", func(c *Config, _ *Input, _ *[3]float32) { c.CropMin = 0 }},
		{"crops swapped", "augment.crop_min", func(c *Config, _ *Input, _ *[3]float32) { c.CropMax = 0.2 }},
		{"hue", "augment.hue", func(c *Config, _ *Input, _ *[3]float32) { c.Hue = 0.6 }},
		{"not a number", "augment.blur", func(c *Config, _ *Input, _ *[3]float32) { c.Blur = math.NaN() }},
		{"an even kernel", "augment.blur_kernel", func(c *Config, _ *Input, _ *[3]float32) { c.BlurKernel = 4 }},
		{"two channels", "channels", func(_ *Config, in *Input, _ *[3]float32) { in.Channels = 2 }},
		{"no deviation", "channel 1", func(_ *Config, _ *Input, std *[3]float32) { std[1] = 0 }},
	} {
		cfg, in, std := recipe(), Input{4, 4, 3}, unit
		c.change(&cfg, &in, &std)
		if _, err := New(Alike(cfg), in, unit, std, true); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want an error with %q", c.name, err, c.want)
		}
	}
}

// TestTeamsChangeNothing: views and local crops are the same whoever makes them, also where a team
// grows.
func TestTeamsChangeNothing(t *testing.T) {
	im, order := noise(5, 16, 16, 3), []int{4, 1, 0, 3, 2}
	r := Named("dino")
	made := func(team *team.Team, grow int) (all []float32) {
		a, err := New(r, Input{16, 16, 3}, [3]float32{}, [3]float32{1, 1, 1}, true)
		if err != nil {
			t.Fatal(err)
		}
		l, err := a.Locals(3, Input{7, 7, 3})
		if err != nil {
			t.Fatal(err)
		}
		a.Team = team
		for epoch := range 3 {
			all = append(all, views(a, im, order, 1, epoch)...)
			crops := make([]float32, l.Len(len(order)))
			l.Crops(crops, im, order, 1, epoch)
			all = append(all, crops...)
			if epoch == 0 && grow > 0 {
				team.Grow(grow)
			}
		}
		return all
	}
	want := made(nil, 0)
	for _, threads := range []int{1, 2, 5} {
		one := team.New(threads)
		if !slices.Equal(made(one, threads-1), want) {
			t.Errorf("a team of %d that grows by %d makes other views", threads, threads-1)
		}
		one.Close()
	}
}

func TestViewsAllocateNothing(t *testing.T) {
	im := noise(8, 32, 32, 3)
	a := augmenter(t, recipe(), im, true)
	order, dst, step := []int{0, 1, 2, 3, 4, 5, 6, 7}, make([]float32, 16*a.in.size()), 0
	got := testing.AllocsPerRun(20, func() {
		a.Views(dst, im, order, 1, step)
		step++
	})
	if got != 0 {
		t.Errorf("%g allocations a batch", got)
	}
}

func BenchmarkViews(b *testing.B) {
	set, err := datasets.Open(datasets.Options{Name: "shapes", Train: 128, Test: 1, Silhouettes: 20, Arrangements: 5, Imbalance: 1})
	if err != nil {
		b.Fatal(err)
	}
	im := &set.Train
	a := augmenter(b, recipe(), im, true)
	order := make([]int, 128)
	for i := range order {
		order[i] = i
	}
	dst := make([]float32, 256*a.in.size())
	b.ReportAllocs()
	for step := 0; b.Loop(); step++ {
		a.Views(dst, im, order, 1, step)
	}
}
