package augment

import (
	"fmt"
	"testing"

	"protobench/internal/golden"
	"protobench/internal/kernel"
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

// planes are the files' [C,H,W], which is how views are made.
func planes(v any) ([]float32, Input) {
	s := golden.Shape(v)
	return golden.Float32s(v), Input{Height: s[1], Width: s[2], Channels: s[0]}
}

// hwc turns planes into pixels.
func hwc(x []float32, channels int) []float32 {
	out, n := make([]float32, len(x)), len(x)/channels
	for i, v := range x {
		out[i%n*channels+i/n] = v
	}
	return out
}

func goldenCrop(t *testing.T, f *golden.File) {
	chw, in := planes(f.Inputs["image"])
	image := hwc(chw, 3)
	for mode, antialias := range map[string]bool{"bilinear": false, "bilinear_antialias": true} {
		for i, row := range f.Inputs["boxes"].([]any) {
			b := golden.Ints(row)
			var across, down axis
			across.resample(b[3], b[5], antialias)
			down.resample(b[2], b[4], antialias)
			wide, dst := make([]float32, b[2]*b[5]*3), make([]float32, b[4]*b[5]*3)
			resize(dst, image[(b[0]*in.Width+b[1])*3:], wide, in.Width*3, b[2], 3, &across, &down)
			crop := fmt.Sprintf("crop%d", i)
			golden.Check(t, f, mode+" "+crop, dst, golden.At(t, f.Expected, mode, crop))
		}
	}
}

func goldenColour(t *testing.T, f *golden.File) {
	image, _ := planes(f.Inputs["image"])
	room := make([]float32, len(image))
	for name, adjust := range map[string]func([]float32, float32){
		"brightness": adjustBrightness,
		"contrast":   func(x []float32, v float32) { adjustContrast(x, 3, v, room) },
		"saturation": adjustSaturation,
		"hue":        adjustHue,
	} {
		for i, v := range golden.Float32s(f.Params[name]) {
			x, factor := append([]float32(nil), image...), fmt.Sprintf("factor%d", i)
			adjust(x, v)
			golden.Check(t, f, name+" "+factor, x, golden.At(t, f.Expected, name, factor))
		}
	}
	for i, c := range f.Params["chains"].([]any) {
		chain := c.(map[string]any)
		x, name := append([]float32(nil), image...), fmt.Sprintf("chain%d", i)
		jitter(x, 3, [4]int(golden.Ints(chain["order"])), [4]float32(golden.Float32s(chain["factors"])), room)
		golden.Check(t, f, name, x, golden.At(t, f.Expected, "chain", name))
	}
}

func goldenPointwise(t *testing.T, f *golden.File) {
	image, in := planes(f.Inputs["image"])
	apply := func(name string, change func([]float32)) {
		x := append([]float32(nil), image...)
		change(x)
		golden.Check(t, f, name, x, golden.At(t, f.Expected, name))
	}
	apply("hflip", func(x []float32) { mirrored(x, in) })
	apply("gray3", func(x []float32) { grayscale(x, 3) })
	apply("solarize", func(x []float32) { solarize(x, golden.Float32s(f.Params["solarize_threshold"])[0]) })
	for _, set := range []string{"imagenet", "cifar10"} {
		p := golden.Float32s(golden.At(t, f.Params, "normalize", set))
		mean, invert := [3]float32(p[:3]), [3]float32{1 / p[3], 1 / p[4], 1 / p[5]}
		x := make([]float32, len(image))
		normalize(x, image, 3, mean, invert)
		back := make([]float32, len(x))
		for i, v := range x {
			back[i%3*(len(x)/3)+i/3] = v
		}
		golden.Check(t, f, "normalize "+set, back, golden.At(t, f.Expected, "normalize", set))
	}
	levels, _ := planes(f.Inputs["image_uint8"])
	bytes := make([]uint8, len(levels))
	for i, v := range levels {
		bytes[i] = uint8(v)
	}
	kernel.Levels(levels, bytes)
	golden.Check(t, f, "to_float", levels, f.Expected["to_float"])
}

// mirrored is the whole of an image of planes through a crop's mirrored axis.
func mirrored(x []float32, in Input) {
	var across, down axis
	across.resample(in.Width, in.Width, true)
	down.resample(in.Height, in.Height, true)
	across.mirror()
	resize(x, hwc(x, in.Channels), make([]float32, len(x)), in.Width*in.Channels, in.Height, in.Channels, &across, &down)
}

func goldenBlur(t *testing.T, f *golden.File) {
	image, in := planes(f.Inputs["image"])
	for i, c := range f.Params["cases"].([]any) {
		p, name := golden.Floats(c), fmt.Sprintf("case%d", i)
		kx, ky := make([]float32, int(p[0])), make([]float32, int(p[1]))
		gaussian(kx, p[2])
		gaussian(ky, p[3])
		golden.Check(t, f, "kernel_x "+name, kx, golden.At(t, f.Expected, "kernel_x", name))
		golden.Check(t, f, "kernel_y "+name, ky, golden.At(t, f.Expected, "kernel_y", name))
		out, tmp := append([]float32(nil), image...), make([]float32, len(image))
		blur(out, out, tmp, in, kx, ky)
		golden.Check(t, f, "float "+name, out, golden.At(t, f.Expected, "float", name))
	}
}
