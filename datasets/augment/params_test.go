package augment

import (
	"testing"

	"pgregory.net/rapid"

	"protobench/internal/stream"
)

// TestCropsStayInside: every box lies in the image and, unless it is the fallback, keeps about the
// area asked for.
func TestCropsStayInside(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		height, width := rapid.IntRange(1, 64).Draw(t, "height"), rapid.IntRange(1, 64).Draw(t, "width")
		low := rapid.Float64Range(0.01, 1).Draw(t, "low")
		r := stream.New(rapid.Uint64().Draw(t, "seed"), "test")
		b := cropBox(r, height, width, [2]float64{low, 1}, [2]float64{3.0 / 4, 4.0 / 3})
		if b.top < 0 || b.left < 0 || b.height < 1 || b.width < 1 || b.top+b.height > height || b.left+b.width > width {
			t.Fatalf("box %+v in %d×%d", b, height, width)
		}
	})
}

// TestChoicesComeAtTheirRates: each option is taken about as often as its probability says, and
// every operation comes first, and last, in a quarter of the orders.
func TestChoicesComeAtTheirRates(t *testing.T) {
	c := recipe()
	c.Solarize = 0.3
	const n = 8000
	var flips, jitters, grays, blurs, inverted, first, last, small float64
	for i := range uint64(n) {
		p := sample(stream.New(5, "test", i), &c, Input{32, 32, 3})
		flips += is(p.flip)
		jitters += is(p.jitter)
		grays += is(p.gray)
		blurs += is(p.sigma > 0)
		inverted += is(p.solarize)
		first += is(p.jitter && p.order[0] == hue)
		last += is(p.jitter && p.order[3] == contrast)
		small += is(p.crop.height*p.crop.width < 666) // the middle of the areas 0.3 … 1
	}
	for name, rate := range map[string][2]float64{
		"flip": {flips / n, 0.5}, "jitter": {jitters / n, 0.8}, "gray": {grays / n, 0.2}, "blur": {blurs / n, 0.2}, "solarize": {inverted / n, 0.3},
		"hue first": {first / jitters, 0.25}, "contrast last": {last / jitters, 0.25},
	} {
		if d := rate[0] - rate[1]; d > 0.025 || d < -0.025 {
			t.Errorf("%s: rate %.3f, want %.3f", name, rate[0], rate[1])
		}
	}
	if share := small / n; share < 0.45 || share > 0.6 {
		t.Errorf("%.3f of the crops are below the middle area", share)
	}
}

// TestSwitchesShiftNothing: what one setting switches off, or how large crops are, leaves everything
// else of every view as it was.
func TestSwitchesShiftNothing(t *testing.T) {
	switches := map[string]struct {
		off    func(*Config)
		forget func(*params)
	}{
		"flip":        {func(c *Config) { c.Flip = 0 }, func(p *params) { p.flip = false }},
		"jitter_prob": {func(c *Config) { c.JitterProb = 0 }, func(p *params) { p.jitter = false }},
		"brightness":  {func(c *Config) { c.Brightness = 0 }, func(p *params) { p.factor[brightness] = 1 }},
		"contrast":    {func(c *Config) { c.Contrast = 0 }, func(p *params) { p.factor[contrast] = 1 }},
		"saturation":  {func(c *Config) { c.Saturation = 0 }, func(p *params) { p.factor[saturation] = 1 }},
		"hue":         {func(c *Config) { c.Hue = 0 }, func(p *params) { p.factor[hue] = 0 }},
		"grayscale":   {func(c *Config) { c.Grayscale = 0 }, func(p *params) { p.gray = false }},
		"blur":        {func(c *Config) { c.Blur = 0 }, func(p *params) { p.sigma = 0 }},
		"solarize":    {func(c *Config) { c.Solarize = 0 }, func(p *params) { p.solarize = false }},
		"crop":        {func(c *Config) { c.CropMin, c.CropMax = 0.05, 0.2 }, func(p *params) { p.crop = box{} }},
	}
	rapid.Check(t, func(t *rapid.T) {
		seed := rapid.Uint64().Draw(t, "seed")
		drawn := func(c Config) params { return sample(stream.New(seed, "test"), &c, Input{32, 32, 3}) }
		for name, s := range switches {
			c := recipe()
			c.Blur, c.Flip, c.Solarize = 0.5, 0.5, 0.5
			want := drawn(c)
			s.off(&c)
			got := drawn(c)
			s.forget(&want)
			if name == "crop" { // which is another one, not none
				s.forget(&got)
			}
			if got != want {
				t.Fatalf("%s: %+v, want %+v", name, got, want)
			}
		}
	})
}

func is(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

func TestBounce(t *testing.T) {
	for _, c := range [][3]int{{-1, 4, 1}, {0, 4, 0}, {3, 4, 3}, {4, 4, 2}, {-2, 2, 0}, {3, 2, 1}, {-1, 1, 0}, {2, 1, 0}} {
		if got := bounce(c[0], c[1]); got != c[2] {
			t.Errorf("bounce(%d, %d) = %d, want %d", c[0], c[1], got, c[2])
		}
	}
}
