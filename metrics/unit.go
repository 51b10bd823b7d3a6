package metrics

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

// Direction tells which values are the better ones.
type Direction string

// The directions.
const (
	Higher  Direction = "higher"
	Lower   Direction = "lower"
	Neither Direction = "neither" // describes
)
