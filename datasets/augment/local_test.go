package augment

import (
	"errors"
	"math"
	"slices"
	"testing"

	"protobench/datasets"
	"protobench/internal/setting"
)

func locals(t *testing.T, c Config, im *datasets.Images, crops, side int) *Locals {
	t.Helper()
	a := augmenter(t, c, im, true)
	l, err := a.Locals(crops, Input{side, side, im.Channels})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func cropsOf(l *Locals, im *datasets.Images, order []int, epoch int) []float32 {
	dst := make([]float32, l.Len(len(order)))
	l.Crops(dst, im, order, 3, epoch)
	return dst
}

func localRecipe() Config {
	c := recipe()
	c.LocalMin, c.LocalMax = 0.05, 0.3
	return c
}

// TestLocalCropsHaveStreamsOfTheirOwn: a crop depends on its image, the epoch and its number alone.
func TestLocalCropsHaveStreamsOfTheirOwn(t *testing.T) {
	for _, channels := range []int{1, 3} {
		im := noise(4, 16, 16, channels)
		few, many := locals(t, localRecipe(), im, 2, 8), locals(t, localRecipe(), im, 3, 8)
		order := []int{2, 0, 3}
		a, b := cropsOf(few, im, order, 5), cropsOf(many, im, order, 5)
		if !slices.Equal(a, b[:len(a)]) {
			t.Error("a third crop changed the first two")
		}
		if slices.Equal(a, cropsOf(few, im, order, 6)) {
			t.Error("two epochs have the same crops")
		}
		if half := len(a) / 2; slices.Equal(a[:half], a[half:]) {
			t.Error("two crops of an image are the same")
		}
		if !slices.Equal(a, cropsOf(many, im, order, 5)[:len(a)]) {
			t.Error("crops depend on what was made before")
		}
	}
}

// TestLocalCropsCoverLittle: of an image whose value is its column, a crop of small area spans few
// columns, and a crop of the whole image, reduced to half its side, keeps the means over the
// antialiasing triangle.
func TestLocalCropsCoverLittle(t *testing.T) {
	im := noise(1, 32, 32, 1)
	for i := range im.Pixels {
		im.Pixels[i] = uint8(7 * (i % 32))
	}
	c := still()
	c.LocalMin, c.LocalMax = 0.05, 0.1
	x := cropsOf(locals(t, c, im, 64, 16), im, []int{0}, 0)
	const perColumn = 7.0 / 255 / 0.2 // a column's step in normalised values
	for crop := range 64 {
		row := x[crop*256:][:16]
		if columns := float64(row[15]-row[0]) / perColumn; columns < 3 || columns > 32*math.Sqrt(0.1*4/3)+0.5 {
			t.Fatalf("crop %d spans %g columns", crop, columns)
		}
	}
	c.LocalMin, c.LocalMax = 1, 1
	checkReduction(t, c)
	x = cropsOf(locals(t, c, im, 1, 16), im, []int{0}, 0)
	for col := 1; col < 15; col++ {
		if got, want := float64(x[col]), ((2*float64(col)+0.5)*7/255-0.5)/0.2; math.Abs(got-want) > 1e-4 {
			t.Errorf("column %d of the reduced image is %g, want %g", col, got, want)
		}
	}
}

func TestLocalsRefuse(t *testing.T) {
	im := noise(1, 8, 8, 3)
	for _, c := range []struct {
		name, key string
		change    func(c *Config, out *Input)
	}{
		{"no area", "augment.local_crop_min", func(c *Config, _ *Input) { c.LocalMin = 0 }},
		{"too much area", "augment.local_crop_max", func(c *Config, _ *Input) { c.LocalMax = 1.5 }},
		{"swapped", "augment.local_crop_min", func(c *Config, _ *Input) { c.LocalMin, c.LocalMax = 0.3, 0.2 }},
		{"too large", "train.local_size", func(_ *Config, out *Input) { out.Height = 9 }},
		{"empty", "train.local_size", func(_ *Config, out *Input) { out.Width = 0 }},
	} {
		cfg, out := localRecipe(), Input{4, 4, 3}
		c.change(&cfg, &out)
		a, err := New(Alike(cfg), Input{im.Height, im.Width, im.Channels}, [3]float32{}, [3]float32{1, 1, 1}, true)
		if err == nil {
			_, err = a.Locals(1, out)
		}
		var wrong *setting.KeyError
		if !errors.As(err, &wrong) || wrong.Key != c.key {
			t.Errorf("%s: %v, want %s", c.name, err, c.key)
		}
	}
}

// checkReduction reduces stripes to a quarter: every pixel is their mean, not what lies in the
// middle.
func checkReduction(t *testing.T, c Config) {
	t.Helper()
	im := noise(1, 32, 32, 1)
	for i := range im.Pixels {
		im.Pixels[i] = 0
		if i%4 == 0 {
			im.Pixels[i] = 200
		}
	}
	x := cropsOf(locals(t, c, im, 1, 8), im, []int{0}, 0)
	for col := 1; col < 7; col++ {
		if got, want := float64(x[col]), (50.0/255-0.5)/0.2; math.Abs(got-want) > 0.2 {
			t.Errorf("column %d of the stripes is %g, want about %g", col, got, want)
		}
	}
}
