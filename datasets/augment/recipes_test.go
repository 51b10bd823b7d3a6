package augment

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"protobench/internal/setting"
)

// TestPresetsArePublished: the recipes of both views and of local crops, as the sources have them.
func TestPresetsArePublished(t *testing.T) {
	type published struct {
		crop, local   [2]float64
		interpolation string
		jitter        [4]float64 // brightness, contrast, saturation, hue
		blur          [3]float64 // first view, second view, local crops
		kernel        int
		solarize      [3]float64
	}
	untold := [2]float64{0.05, 0.3} // the default: the source has no local crops
	for name, p := range map[string]published{
		// google-research/simclr, data_util.py: area (0.08, 1), bicubic; jitter 0.8, 0.8, 0.8, 0.2 of
		// strength 1; blur of half the views with a kernel of height // 10.
		"simclr": {[2]float64{0.08, 1}, untold, "bicubic", [4]float64{0.8, 0.8, 0.8, 0.2}, [3]float64{0.5, 0.5, 0.5}, 0, [3]float64{}},
		// facebookresearch/swav, src/multicropdataset.py: the same colours, cv2.GaussianBlur (23, 23);
		// scripts: min_scale_crops 0.14 0.05, max_scale_crops 1 0.14; RandomResizedCrop's default, bilinear.
		"swav": {[2]float64{0.14, 1}, [2]float64{0.05, 0.14}, "bilinear", [4]float64{0.8, 0.8, 0.8, 0.2}, [3]float64{0.5, 0.5, 0.5}, 23, [3]float64{}},
		// facebookresearch/dino, main_dino.py: crops (0.4, 1) and (0.05, 0.4), bicubic; blur 1.0, 0.1 and
		// 0.5 by Pillow, whose kernel has no end; Solarization(0.2) of the second view.
		"dino": {[2]float64{0.4, 1}, [2]float64{0.05, 0.4}, "bicubic", [4]float64{0.4, 0.4, 0.2, 0.1}, [3]float64{1, 0.1, 0.5}, 13, [3]float64{0, 0.2, 0}},
		// vturrisi/solo-learn, scripts/pretrain/cifar/augmentations/{symmetric,asymmetric}.yaml; bicubic and
		// Pillow's blur in solo/data/pretrain_dataloader.py.
		"cifar-symmetric":  {[2]float64{0.08, 1}, untold, "bicubic", [4]float64{0.8, 0.8, 0.8, 0.2}, [3]float64{0.5, 0.5, 0.5}, 13, [3]float64{}},
		"cifar-asymmetric": {[2]float64{0.08, 1}, untold, "bicubic", [4]float64{0.4, 0.4, 0.2, 0.1}, [3]float64{}, 13, [3]float64{0, 0.2, 0}},
	} {
		r := Named(name)
		for i, c := range append(r.views(), r.local()) {
			crop := p.crop
			if i == 2 {
				crop = p.local
			}
			want := Config{
				Preset: "default", CropMin: crop[0], CropMax: crop[1], LocalMin: p.local[0], LocalMax: p.local[1], Interpolation: p.interpolation, Antialias: true,
				Flip: 0.5, JitterProb: 0.8, Brightness: p.jitter[0], Contrast: p.jitter[1], Saturation: p.jitter[2], Hue: p.jitter[3],
				Grayscale: 0.2, Blur: p.blur[i], BlurKernel: p.kernel, Solarize: p.solarize[i],
			}
			if diff := cmp.Diff(want, c); diff != "" {
				t.Errorf("%s, view %d: %s", name, i, diff)
			}
		}
		if Source(name) == "" {
			t.Errorf("%s has no source", name)
		}
	}
	key := setting.Of[Config]("augment")
	schema := setting.NewSchema([]setting.Table{key}, nil)
	if k, _ := schema.Find("augment.preset"); !slices.Equal(slices.Sorted(slices.Values(k.Choices)), slices.Sorted(slices.Values(append(Presets(), "default")))) {
		t.Errorf("augment.preset takes %v, there are %v", k.Choices, Presets())
	}
}

// TestEachViewHasItsRecipe: what one view has of its own changes nothing of the others.
func TestEachViewHasItsRecipe(t *testing.T) {
	im := noise(3, 12, 12, 3)
	made := func(r Recipes) (first, second, local []float32) {
		a, err := New(r, Input{12, 12, 3}, [3]float32{}, [3]float32{1, 1, 1}, true)
		if err != nil {
			t.Fatal(err)
		}
		l, err := a.Locals(1, Input{6, 6, 3})
		if err != nil {
			t.Fatal(err)
		}
		all := views(a, im, []int{0, 1, 2}, 1, 1)
		local = make([]float32, l.Len(3))
		l.Crops(local, im, []int{0, 1, 2}, 1, 1)
		return all[:len(all)/2], all[len(all)/2:], local
	}
	first, second, local := made(Alike(still()))
	r := Alike(still())
	r.Second.Solarize = 1
	x, y, z := made(r)
	if !slices.Equal(x, first) || !slices.Equal(z, local) || !slices.Equal(y, solarized(second)) {
		t.Error("solarization of the second view alone")
	}
	r = Alike(still())
	r.Local.Solarize = 1
	x, y, z = made(r)
	if !slices.Equal(x, first) || !slices.Equal(y, second) || !slices.Equal(z, solarized(local)) {
		t.Error("solarization of local crops alone")
	}
	r = Alike(still())
	r.First.Solarize, r.Second.Solarize, r.Local.Solarize = 1, 0, 0
	x, y, z = made(r)
	if !slices.Equal(x, solarized(first)) || !slices.Equal(y, second) || !slices.Equal(z, local) {
		t.Error("solarization of the first view alone")
	}
	r = Alike(still())
	r.Second.CropMin, r.Second.CropMax = 0.1, 0.2
	if x, y, z = made(r); !slices.Equal(x, first) || slices.Equal(y, second) || !slices.Equal(z, local) {
		t.Error("smaller crops of the second view alone")
	}
}

// solarized are the views, whose values are those of pixels, with levels from 128 on inverted.
func solarized(x []float32) []float32 {
	out := slices.Clone(x)
	for i, v := range out {
		if v >= 128.0/255 {
			out[i] = 1 - v
		}
	}
	return out
}

// TestBicubicViewsAreImages: what cubic filters overshoot is cut.
func TestBicubicViewsAreImages(t *testing.T) {
	im := noise(4, 20, 20, 3)
	for i := range im.Pixels { // edges
		im.Pixels[i] = uint8(255 * (i / 9 % 2))
	}
	c := still()
	c.Interpolation, c.CropMin, c.CropMax = "bicubic", 0.1, 0.3
	var last []float32
	for _, c.Antialias = range []bool{true, false} {
		a, err := New(Alike(c), Input{20, 20, 3}, [3]float32{}, [3]float32{1, 1, 1}, true)
		if err != nil {
			t.Fatal(err)
		}
		x := views(a, im, []int{0, 1, 2, 3}, 1, 1)
		if slices.Min(x) < 0 || slices.Max(x) > 1 {
			t.Errorf("values from %g to %g", slices.Min(x), slices.Max(x))
		}
		if slices.Equal(x, last) {
			t.Error("both coefficients give the same views")
		}
		last = x
		c.Interpolation = "bilinear"
		b, _ := New(Alike(c), Input{20, 20, 3}, [3]float32{}, [3]float32{1, 1, 1}, true)
		if slices.Equal(x, views(b, im, []int{0, 1, 2, 3}, 1, 1)) {
			t.Error("bilinear views are the same")
		}
		c.Interpolation = "bicubic"
	}
}

// TestBlurKernels: SimCLR's tenth of the side, and kernels whose ends no view can show.
func TestBlurKernels(t *testing.T) {
	for side, want := range map[int]int{8: 3, 28: 3, 32: 3, 40: 5, 64: 7, 96: 9, 224: 23} {
		if got := tenth(Input{side / 2, side, 3}); got != want {
			t.Errorf("a tenth of %d pixels is a kernel of %d, want %d", side, got, want)
		}
	}
	k := make([]float32, 23)
	for _, sigma := range []float64{0.1, 0.7, 2} {
		gaussian(k, sigma)
		cut := trim(k)
		var sum float64
		for _, w := range cut {
			sum += float64(w)
		}
		if len(cut) < 3 || len(cut)%2 == 0 || math.Abs(sum-1) > 1e-6 || cut[len(cut)/2] != k[11] {
			t.Errorf("sigma %g: %v", sigma, cut)
		}
	}
	if gaussian(k, 0.1); len(trim(k)) != 3 {
		t.Errorf("%d taps for a blur of no width", len(trim(k)))
	}
	if gaussian(k, 2); len(trim(k)) < 21 {
		t.Errorf("%d taps of a wide blur", len(trim(k)))
	}
}

// TestBlurKernelSize: a wider kernel blurs further, and one wider than the image is taken.
func TestBlurKernelSize(t *testing.T) {
	im := noise(2, 40, 10, 3)
	c := still()
	c.Blur = 1
	blurred := func(kernel int) []float32 {
		c.BlurKernel = kernel
		return views(augmenter(t, c, im, true), im, []int{0, 1}, 2, 1)
	}
	if !slices.Equal(blurred(0), blurred(5)) {
		t.Error("a tenth of 40 pixels is no kernel of 5")
	}
	if slices.Equal(blurred(3), blurred(5)) || slices.Equal(blurred(5), blurred(23)) {
		t.Error("kernels of 3, 5 and 23 pixels blur alike")
	}
}

func TestRecipesRefuse(t *testing.T) {
	for want, change := range map[string]func(*Recipes){
		"augment.second.crop_min: 0.5 is above crop_max 0.4":                               func(r *Recipes) { r.Second.CropMin, r.Second.CropMax = 0.5, 0.4 },
		"augment.second.crop_min: found 0":                                                 func(r *Recipes) { r.Second.CropMin = 0 },
		"augment.second.blur: found -0.5":                                                  func(r *Recipes) { r.Second.Blur = -0.5 },
		"augment.local.blur: found -0.5":                                                   func(r *Recipes) { r.Local.Blur = -0.5 },
		"augment.local_crop_min: 0.4 is above":                                             func(r *Recipes) { r.First.LocalMin = 0.4 },
		"augment.blur_kernel: found 6; expected an odd number of pixels, or 0; use 5 or 7": func(r *Recipes) { r.First.BlurKernel = 6 },
	} {
		r := Alike(recipe())
		change(&r)
		if wrong := r.Check(true); len(wrong) != 1 || !strings.HasPrefix(wrong[0].Error(), want) {
			t.Errorf("%v, want %s", wrong, want)
		}
	}
	r := Alike(recipe())
	r.Local.Blur = -0.5
	if wrong := r.Check(false); len(wrong) != 0 {
		t.Errorf("without local crops: %v", wrong)
	}
}

// TestDescription: what differs between views is said, and nothing else.
func TestDescription(t *testing.T) {
	for name, lines := range map[string]int{"default": 1, "swav": 1, "dino": 3, "cifar-asymmetric": 2} {
		if text := Named(name).String(); strings.Count(text, "\n") != lines {
			t.Errorf("%s: %s", name, text)
		}
	}
	if text := Named("dino").String(); !strings.Contains(text, "second view: crop 0.4 to 1;") || !strings.Contains(text, "blur 0.1; solarize 0.2") || !strings.Contains(text, "local crops: crop 0.05 to 0.4") {
		t.Error(text)
	}
}
