package kernel

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestResampler compares rows on all instruction sets with their definition: outputs whose inputs
// lie close or far apart, from left to right and back.
func TestResampler(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		inputs, outputs := rapid.IntRange(1, 90).Draw(t, "inputs"), rapid.IntRange(1, 70).Draw(t, "outputs")
		taps := rapid.IntRange(1, min(inputs, 9)).Draw(t, "taps")
		first := rapid.SliceOfN(rapid.IntRange(0, inputs-taps), outputs, outputs).Draw(t, "first")
		slices.Sort(first)
		if rapid.Bool().Draw(t, "back") {
			slices.Reverse(first)
		}
		weight := numbers(t, "weights", taps*outputs)
		rows, pitch, outPitch := rapid.IntRange(1, 3).Draw(t, "rows"), inputs+rapid.IntRange(0, 3).Draw(t, "apart"), outputs+rapid.IntRange(0, 3).Draw(t, "room")
		src := append(numbers(t, "rows' numbers", (rows-1)*pitch+inputs), slices.Repeat([]float32{float32(math.Inf(1))}, RowSlack)...)
		var want []float32
		for row := range rows {
			want = append(want, mixedRow(first, weight, src[row*pitch:], taps)...)
		}
		onEach(func() {
			var r Resampler
			r.Plan(inputs, taps, first, weight)
			out := make([]float32, (rows-1)*outPitch+outputs+RowSlack)
			r.Rows(out, src, rows, outPitch, pitch)
			for row := range rows {
				if got, want := out[row*outPitch:][:outputs], want[row*outputs:][:outputs]; !slices.Equal(got, want) {
					t.Fatalf("%s: row %d is %v, want %v", isa, row, got, want)
				}
			}
		})
	})
}

// mixedRow is the definition of a resampled row.
func mixedRow(first []int, weight, src []float32, taps int) []float32 {
	out := make([]float32, len(first))
	for i, f := range first {
		out[i] = weight[i*taps] * src[f]
		for j := 1; j < taps; j++ {
			out[i] += float32(weight[i*taps+j] * src[f+j])
		}
	}
	return out
}

// TestMixRows compares sums of rows on all instruction sets with their definition.
func TestMixRows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		inputs, outputs, width := rapid.IntRange(1, 9).Draw(t, "inputs"), rapid.IntRange(0, 9).Draw(t, "outputs"), rapid.IntRange(1, 75).Draw(t, "width")
		taps := rapid.IntRange(1, inputs).Draw(t, "taps")
		first := rapid.SliceOfN(rapid.IntRange(0, inputs-taps), outputs, outputs).Draw(t, "first")
		weight := numbers(t, "weights", taps*outputs)
		src := append(numbers(t, "rows", inputs*width), make([]float32, RowSlack)...)
		want := make([]float32, outputs*width)
		for i := range want {
			row, col := i/width, i%width
			want[i] = weight[row*taps] * src[first[row]*width+col]
			for j := 1; j < taps; j++ {
				want[i] += float32(weight[row*taps+j] * src[(first[row]+j)*width+col])
			}
		}
		onEach(func() {
			out := make([]float32, outputs*width+RowSlack)
			MixRows(out, src, width, first, weight, taps)
			if !slices.Equal(out[:len(want)], want) {
				t.Fatalf("%s: %v, want %v", isa, out[:len(want)], want)
			}
		})
	})
}

// TestMix compares sums of shifted arrays on all instruction sets with their definition.
func TestMix(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, pitch := rapid.IntRange(0, 150).Draw(t, "n"), rapid.IntRange(1, 60).Draw(t, "pitch")
		weights := numbers(t, "weights", rapid.IntRange(1, 9).Draw(t, "taps"))
		src := numbers(t, "arrays", (len(weights)-1)*pitch+n)
		want := make([]float32, n)
		for i := range want {
			want[i] = weights[0] * src[i]
			for j := 1; j < len(weights); j++ {
				want[i] += float32(weights[j] * src[i+j*pitch])
			}
		}
		onEach(func() {
			out := make([]float32, n+1)
			out[n] = 7
			Mix(out[:n], src, pitch, weights)
			if !slices.Equal(out[:n], want) || out[n] != 7 {
				t.Fatalf("%s: %v, want %v and 7", isa, out, want)
			}
		})
	})
}

func numbers(t *rapid.T, label string, n int) []float32 {
	return rapid.SliceOfN(rapid.Float32Range(-2, 2), n, n).Draw(t, label)
}

// TestPlanes: all levels in all channels, at all lengths.
func TestPlanes(t *testing.T) {
	withISA(t, func(t *testing.T) {
		for n := range 100 {
			pixels := make([]uint8, 3*n)
			for i := range pixels {
				pixels[i] = uint8(7*i + 31*n)
			}
			v := [3][]float32{make([]float32, n), make([]float32, n), make([]float32, n)}
			Planes(v[0], v[1], v[2], pixels)
			for i, p := range pixels {
				if got := v[i%3][i/3]; got != float32(p)/255 {
					t.Fatalf("%d pixels: colour %d of pixel %d is %g, want %d/255", n, i%3, i/3, got, p)
				}
			}
		}
	})
}

func TestResamplerRefuses(t *testing.T) {
	for name, f := range map[string]func(){
		"outside":  func() { new(Resampler).Plan(4, 2, []int{0, 3}, make([]float32, 4)) },
		"negative": func() { new(Resampler).Plan(4, 2, []int{-1, 2}, make([]float32, 4)) },
		"pitch": func() {
			var r Resampler
			r.Plan(4, 2, []int{0, 2}, make([]float32, 4))
			r.Rows(make([]float32, 30), make([]float32, 30), 2, 1, 4)
		},
		"rows":    func() { MixRows(make([]float32, 40), make([]float32, 20), 4, []int{0, 3}, make([]float32, 4), 2) },
		"weights": func() { new(Resampler).Plan(4, 2, []int{0, 2}, make([]float32, 3)) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: taken", name)
				}
			}()
			f()
		}()
	}
}
