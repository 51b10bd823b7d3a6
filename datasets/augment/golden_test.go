package augment

import (
	"fmt"
	"math"
	"slices"
	"strings"
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
		{"augment_resized_crop_uint8", goldenPillow},
		{"augment_color", goldenColour},
		{"augment_color_uint8", goldenLevels},
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
	image, in := planes(f.Inputs["image"])
	for mode := range f.Expected {
		kind, antialias := strings.CutSuffix(mode, "_antialias")
		if !slices.Contains([]string{"bilinear", "bicubic"}, kind) {
			t.Errorf("%s: no such interpolation", kind)
		}
		for i, row := range f.Inputs["boxes"].([]any) {
			b := golden.Ints(row)
			dst := resized(image, in, box{b[0], b[1], b[2], b[3]}, Input{b[4], b[5], in.Channels}, filter{kind == "bicubic", antialias}, false)
			crop := fmt.Sprintf("crop%d", i)
			golden.Check(t, f, mode+" "+crop, dst, golden.At(t, f.Expected, mode, crop))
		}
	}
}

// resized is a part of an image of planes in another size.
func resized(image []float32, in Input, b box, out Input, f filter, flip bool) []float32 {
	var r resizer
	r.begin(b.height, b.width, out, f, flip)
	for c := range in.Channels {
		for row := range b.height {
			line := image[((c*in.Height+b.top+row)*in.Width + b.left):][:b.width]
			r.take(c, row, 1, append(slices.Clone(line), make([]float32, kernel.RowSlack)...), b.width)
		}
	}
	dst := make([]float32, out.size()+kernel.RowSlack)
	r.finish(dst, in.Channels)
	return dst[:out.size()]
}

// goldenPillow compares with crops of 8-bit images, which Pillow rounds to whole levels after each
// pass: the file says that a pass without rounding is within 0.94 levels for bilinear and 2.0 for
// bicubic filters, cut to the range of levels as views are.
func goldenPillow(t *testing.T, f *golden.File) {
	levels, in := planes(f.Inputs["image"])
	image := make([]uint8, len(levels))
	for i, v := range hwc(levels, in.Channels) {
		image[i] = uint8(v)
	}
	for mode := range f.Expected {
		kind, _ := strings.CutPrefix(mode, "pil_")
		bound, ok := map[string]float64{"bilinear": 1, "bicubic": 2}[kind]
		if !ok {
			t.Errorf("%s: no such interpolation", kind)
		}
		for i, row := range f.Inputs["boxes"].([]any) {
			b, crop := golden.Ints(row), fmt.Sprintf("crop%d", i)
			out := Input{b[4], b[5], in.Channels}
			dst := make([]float32, out.size()+kernel.RowSlack)
			newScratch(in, out, 3).resizedCrop(dst, image, in, out, box{b[0], b[1], b[2], b[3]}, filter{kind == "bicubic", true}, false)
			for j, want := range golden.Floats(golden.At(t, f.Expected, mode, crop)) {
				if got := 255 * float64(dst[j]); math.Abs(got-want) > bound {
					t.Fatalf("%s: value %d of %s is %.2f levels, want %g", mode, j, crop, got, want)
				}
			}
		}
	}
}

// operations are those of colour jitter on an image of planes, by the names of the files.
func operations(pixels int) map[string]func([]float32, float32) {
	room := make([]float32, pixels)
	return map[string]func([]float32, float32){
		"brightness": adjustBrightness,
		"contrast":   func(x []float32, v float32) { adjustContrast(x, 3, v, room) },
		"saturation": adjustSaturation,
		"hue":        adjustHue,
	}
}

func goldenColour(t *testing.T, f *golden.File) {
	image, in := planes(f.Inputs["image"])
	for name, adjust := range operations(in.Height * in.Width) {
		for i, v := range golden.Float32s(f.Params[name]) {
			x, factor := append([]float32(nil), image...), fmt.Sprintf("factor%d", i)
			adjust(x, v)
			golden.Check(t, f, name+" "+factor, x, golden.At(t, f.Expected, name, factor))
		}
	}
	for i, c := range f.Params["chains"].([]any) {
		chain := c.(map[string]any)
		x, name := append([]float32(nil), image...), fmt.Sprintf("chain%d", i)
		jitter(x, 3, [4]int(golden.Ints(chain["order"])), [4]float32(golden.Float32s(chain["factors"])), make([]float32, in.Height*in.Width))
		golden.Check(t, f, name, x, golden.At(t, f.Expected, "chain", name))
	}
}

// goldenLevels compares with both paths for 8-bit images, which round in ways of their own: the file
// says how far they are from floats, in levels.
func goldenLevels(t *testing.T, f *golden.File) {
	levels, in := planes(f.Inputs["image"])
	for path := range f.Params {
		for name, factors := range f.Params[path].(map[string]any) {
			bound := 1.5
			if name == "hue" {
				bound = 12.5
			}
			for i, v := range golden.Float32s(factors) {
				x := slices.Clone(levels)
				kernel.Scale(x, x, 1.0/255)
				operations(in.Height * in.Width)[name](x, v)
				for j, want := range golden.Floats(golden.At(t, f.Expected, path+"_"+name, fmt.Sprintf("factor%d", i))) {
					if got := 255 * float64(x[j]); math.Abs(got-want) > bound {
						t.Fatalf("%s %s, factor %g: value %d is %.2f levels, want %g", path, name, v, j, got, want)
					}
				}
			}
		}
	}
}

func goldenPointwise(t *testing.T, f *golden.File) {
	image, in := planes(f.Inputs["image"])
	apply := func(name string, change func([]float32)) {
		x := append([]float32(nil), image...)
		change(x)
		golden.Check(t, f, name, x, golden.At(t, f.Expected, name))
	}
	apply("hflip", func(x []float32) {
		copy(x, resized(x, in, box{0, 0, in.Height, in.Width}, in, filter{antialias: true}, true))
	})
	apply("gray3", func(x []float32) { grayscale(x, 3) })
	apply("solarize", func(x []float32) { kernel.Solarize(x, golden.Float32s(f.Params["solarize_threshold"])[0]) })
	for set := range f.Params["normalize"].(map[string]any) {
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

func goldenBlur(t *testing.T, f *golden.File) {
	image, in := planes(f.Inputs["image"])
	for i, c := range f.Params["cases"].([]any) {
		p, name := golden.Floats(c), fmt.Sprintf("case%d", i)
		kx, ky := make([]float32, int(p[0])), make([]float32, int(p[1]))
		gaussian(kx, p[2])
		gaussian(ky, p[3])
		golden.Check(t, f, "kernel_x "+name, kx, golden.At(t, f.Expected, "kernel_x", name))
		golden.Check(t, f, "kernel_y "+name, ky, golden.At(t, f.Expected, "kernel_y", name))
		out := append([]float32(nil), image...)
		blur(out, out, make([]float32, blurRoom(in, len(kx)+len(ky))), in, trim(kx), trim(ky))
		golden.Check(t, f, "float "+name, out, golden.At(t, f.Expected, "float", name))
	}
}
