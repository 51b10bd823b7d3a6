package augment

import (
	"fmt"
	"testing"

	"protobench/internal/golden"
)

func TestGoldenAugment(t *testing.T) {
	for _, c := range []struct {
		name string
		test func(*testing.T, *golden.File)
	}{
		{"augment_resized_crop", goldenCrop},
		{"augment_color", goldenColour},
		{"augment_pointwise", goldenPointwise},
		{"augment_gaussian_blur", goldenBlur},
		{"augment_params", goldenParams},
	} {
		t.Run(c.name, func(t *testing.T) { c.test(t, golden.Load(t, c.name)) })
	}
}

// hwc turns the files' [C,H,W] into ours, and chw back.
func hwc(v any) ([]float32, Input) {
	s, flat := golden.Shape(v), golden.Float32s(v)
	in := Input{Height: s[1], Width: s[2], Channels: s[0]}
	out := make([]float32, len(flat))
	for i := range flat {
		pixel, c := i%(in.Height*in.Width), i/(in.Height*in.Width)
		out[pixel*in.Channels+c] = flat[i]
	}
	return out, in
}

func chw(x []float32) []float32 {
	const channels = 3
	out := make([]float32, len(x))
	for i := range x {
		out[i%channels*(len(x)/channels)+i/channels] = x[i]
	}
	return out
}

func goldenCrop(t *testing.T, f *golden.File) {
	image, in := hwc(f.Inputs["image"])
	for mode, antialias := range map[string]bool{"bilinear": false, "bilinear_antialias": true} {
		for i, row := range f.Inputs["boxes"].([]any) {
			b := golden.Ints(row)
			var across, down axis
			across.resample(b[3], b[5], antialias)
			down.resample(b[2], b[4], antialias)
			wide, dst := make([]float32, b[2]*b[5]*3), make([]float32, b[4]*b[5]*3)
			resize(dst, image[(b[0]*in.Width+b[1])*3:], wide, in.Width*3, b[2], 3, &across, &down)
			crop := fmt.Sprintf("crop%d", i)
			golden.Check(t, f, mode+" "+crop, chw(dst), golden.At(t, f.Expected, mode, crop))
		}
	}
}

func goldenColour(t *testing.T, f *golden.File) {
	image, _ := hwc(f.Inputs["image"])
	for name, adjust := range map[string]func([]float32, float32){
		"brightness": adjustBrightness,
		"contrast":   func(x []float32, v float32) { adjustContrast(x, 3, v) },
		"saturation": adjustSaturation,
		"hue":        adjustHue,
	} {
		for i, v := range golden.Float32s(f.Params[name]) {
			x, factor := append([]float32(nil), image...), fmt.Sprintf("factor%d", i)
			adjust(x, v)
			golden.Check(t, f, name+" "+factor, chw(x), golden.At(t, f.Expected, name, factor))
		}
	}
	for i, c := range f.Params["chains"].([]any) {
		chain := c.(map[string]any)
		x, name := append([]float32(nil), image...), fmt.Sprintf("chain%d", i)
		jitter(x, 3, [4]int(golden.Ints(chain["order"])), [4]float32(golden.Float32s(chain["factors"])))
		golden.Check(t, f, name, chw(x), golden.At(t, f.Expected, "chain", name))
	}
}

func goldenPointwise(t *testing.T, f *golden.File) {
	image, in := hwc(f.Inputs["image"])
	apply := func(name string, change func([]float32)) {
		x := append([]float32(nil), image...)
		change(x)
		golden.Check(t, f, name, chw(x), golden.At(t, f.Expected, name))
	}
	apply("hflip", func(x []float32) { hflip(x, in) })
	apply("gray3", func(x []float32) { grayscale(x, 3) })
	apply("solarize", func(x []float32) { solarize(x, golden.Float32s(f.Params["solarize_threshold"])[0]) })
	for _, set := range []string{"imagenet", "cifar10"} {
		p := golden.Float32s(golden.At(t, f.Params, "normalize", set))
		mean, invert := [3]float32(p[:3]), [3]float32{1 / p[3], 1 / p[4], 1 / p[5]}
		x := make([]float32, len(image))
		normalize(x, image, 3, mean, invert)
		golden.Check(t, f, "normalize "+set, chw(x), golden.At(t, f.Expected, "normalize", set))
	}
	levels, _ := hwc(f.Inputs["image_uint8"])
	for i, v := range levels {
		levels[i] = unit(uint8(v))
	}
	golden.Check(t, f, "to_float", chw(levels), f.Expected["to_float"])
}

func goldenBlur(t *testing.T, f *golden.File) {
	image, in := hwc(f.Inputs["image"])
	for i, c := range f.Params["cases"].([]any) {
		p, name := golden.Floats(c), fmt.Sprintf("case%d", i)
		kx, ky := make([]float32, int(p[0])), make([]float32, int(p[1]))
		gaussian(kx, p[2])
		gaussian(ky, p[3])
		golden.Check(t, f, "kernel_x "+name, kx, golden.At(t, f.Expected, "kernel_x", name))
		golden.Check(t, f, "kernel_y "+name, ky, golden.At(t, f.Expected, "kernel_y", name))
		out, tmp := append([]float32(nil), image...), make([]float32, len(image))
		blur(out, out, tmp, in, kx, ky)
		golden.Check(t, f, "float "+name, chw(out), golden.At(t, f.Expected, "float", name))
	}
}
