package augment

import (
	"fmt"
	"strings"
)

// String describes the first view's recipe and what the second one and local crops have otherwise,
// a line each.
func (r Recipes) String() string {
	c := r.First
	kernel := "a tenth of the side"
	if k := c.BlurKernel; k != 0 {
		kernel = fmt.Sprintf("%d×%d", k, k)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "first view: crop %g to %g of the image, %s; %s; blur kernel %s\n", c.CropMin, c.CropMax, c.Interpolation, c.colours(), kernel)
	if second := r.views()[1]; second != c {
		fmt.Fprintf(&b, "second view: crop %g to %g; %s\n", second.CropMin, second.CropMax, second.colours())
	}
	if local := r.local(); local.colours() != c.colours() {
		fmt.Fprintf(&b, "local crops: crop %g to %g; %s\n", local.CropMin, local.CropMax, local.colours())
	}
	return b.String()
}

// colours describes everything but the crop.
func (c Config) colours() string {
	return fmt.Sprintf("flip %g; jitter %g of brightness %g, contrast %g, saturation %g, hue %g; grayscale %g; blur %g; solarize %g",
		c.Flip, c.JitterProb, c.Brightness, c.Contrast, c.Saturation, c.Hue, c.Grayscale, c.Blur, c.Solarize)
}
