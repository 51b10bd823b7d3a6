package drawing

import (
	"image/color"
	"math"
)

// Palette is Okabe and Ito's colour-blind-safe set without its yellow, which white paper
// swallows, and with an olive in its place: eight colours.
func Palette() []color.NRGBA {
	return []color.NRGBA{
		{0xd5, 0x5e, 0x00, 255}, {0x00, 0x72, 0xb2, 255}, {0x00, 0x9e, 0x73, 255}, {0x33, 0x33, 0x33, 255},
		{0xcc, 0x79, 0xa7, 255}, {0xe6, 0x9f, 0x00, 255}, {0x56, 0xb4, 0xe9, 255}, {0x8a, 0x7a, 0x00, 255},
	}
}

// Grey draws axes, baselines and reference rows.
func Grey() color.NRGBA { return color.NRGBA{0x80, 0x80, 0x80, 255} }

// Faded makes a colour see-through: alpha 0 is invisible, 255 solid.
func Faded(c color.NRGBA, alpha uint8) color.NRGBA {
	c.A = alpha
	return c
}

// heatColors runs from white over blue to near black, readable in print.
type heatColors struct{}

// Colors implements palette.Palette.
func (heatColors) Colors() []color.Color {
	stops := [][3]float64{{255, 255, 255}, {198, 219, 239}, {107, 174, 214}, {33, 113, 181}, {8, 48, 107}, {2, 14, 40}}
	const n = 128
	out := make([]color.Color, n)
	for i := range out {
		out[i] = along(stops, float64(i)/(n-1))
	}
	return out
}

// Ordered is the colour of the i-th of n values in order, from a light orange to a dark violet:
// lightness falls evenly, so that grey prints and all eyes keep the order.
func Ordered(i, n int) color.NRGBA {
	if n < 2 {
		return along(orderedStops(), 0.6)
	}
	return along(orderedStops(), float64(i)/float64(n-1))
}

func orderedStops() [][3]float64 {
	return [][3]float64{{251, 164, 72}, {229, 92, 76}, {165, 44, 96}, {101, 21, 110}, {40, 11, 84}}
}

// Scale is the colour of a share from 0 (dark violet: little is left) to 1 (pale yellow), of even
// lightness steps.
func Scale(share float64) color.NRGBA {
	stops := [][3]float64{{68, 1, 84}, {59, 82, 139}, {33, 145, 140}, {94, 201, 98}, {253, 231, 37}}
	return along(stops, min(1, max(0, share)))
}

// along is the colour at a share of the way along evenly spaced stops.
func along(stops [][3]float64, share float64) color.NRGBA {
	at := float64(share * float64(len(stops)-1))
	low := min(int(at), len(stops)-2)
	return mix(stops[low], stops[low+1], at-float64(low))
}

func mix(a, b [3]float64, t float64) color.NRGBA {
	at := func(i int) uint8 { return uint8(math.Round(a[i] + float64(t*(b[i]-a[i])))) }
	return color.NRGBA{at(0), at(1), at(2), 255}
}
