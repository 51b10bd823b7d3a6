package metric

import (
	"math"
	"strconv"
)

// Unit is what a metric's values are in.
type Unit string

// The units.
const (
	CountOfK       Unit = "count of K"         // prototypes, shown as a share of all K
	Count          Unit = "count"              // of events
	Share          Unit = "share"              // 0..1
	Accuracy       Unit = "accuracy"           // share of right predictions, 0..1
	Effective      Unit = "effective number"   // of prototypes or dimensions, as the exp of an entropy
	Nats           Unit = "nats"               // entropies and losses
	Radians        Unit = "radians"            // angles
	Cosine         Unit = "cosine"             // −1..1
	CosineDistance Unit = "cosine distance"    // 1 − cosine, 0..2
	Length         Unit = "length"             // of vectors
	SquaredLength  Unit = "squared length"     // of differences of unit vectors, 0..4
	Ratio          Unit = "ratio"              // to what is expected
	Exponent       Unit = "exponent"           // of a power law
	LogPotential   Unit = "log mean potential" // nats, ≤ 0
)

// Percent reports whether values are shown in percent: of K, or of 1.
func (u Unit) Percent() bool { return u == CountOfK || u == Share || u == Accuracy }

// Shown is a value as people read it, in tables and elsewhere: shares and accuracies in percent,
// counts of K prototypes as their share in percent, anything else as it is. NaN where K is not
// known (below 1).
func (u Unit) Shown(v float64, k int) float64 {
	switch {
	case u == CountOfK && k < 1:
		return math.NaN()
	case u == CountOfK:
		return 100 * v / float64(k)
	case u.Percent():
		return 100 * v
	}
	return v
}

// ShownIn is the unit that values are shown in.
func (u Unit) ShownIn() string {
	if u.Percent() {
		return "%"
	}
	return string(u)
}

// Text writes a value that is shown, without its unit, with the decimals that suit it.
func (u Unit) Text(shown float64) string {
	if math.Abs(shown) < rounding {
		shown = 0 // without a sign
	}
	return strconv.FormatFloat(shown, 'f', u.Decimals(shown), 64)
}

// rounding is the size below which a number is what float64 left of 0.
const rounding = 1e-12

// Decimals are those that suit a value that is shown.
func (u Unit) Decimals(shown float64) int {
	switch a := math.Abs(shown); {
	case u.Percent() || u == Count:
		return 1
	case a < rounding || a >= 100:
		return 0
	case a >= 10:
		return 1
	case a >= 0.1:
		return 2
	}
	return 3
}

// Direction tells which values are the better ones.
type Direction string

// The directions.
const (
	Higher  Direction = "higher"
	Lower   Direction = "lower"
	Neither Direction = "neither" // describes
)
