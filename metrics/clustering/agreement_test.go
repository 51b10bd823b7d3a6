package clustering

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"protobench/metrics/internal/fixture"
	"protobench/metrics/matrix"
)

func TestAgreementProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 60).Draw(t, "n")
		label := rapid.IntRange(-2, 5)
		a := rapid.SliceOfN(label, n, n).Draw(t, "a")
		b := rapid.SliceOfN(label, n, n).Draw(t, "b")
		x, ok := Agree(a, b)
		y, _ := Agree(b, a)
		if !ok {
			t.Fatal("undefined")
		}
		for name, pair := range map[string][2]float64{
			"nmi": {x.NMI, y.NMI}, "ami": {x.AMI, y.AMI}, "ari": {x.ARI, y.ARI}, "v": {x.VMeasure, y.VMeasure},
			"homogeneity and completeness": {x.Homogeneity, y.Completeness}, "v is nmi": {x.VMeasure, y.NMI},
		} {
			if !(math.Abs(pair[0]-pair[1]) < 1e-9) && !(name == "v is nmi" && x.NMI == 1) {
				t.Fatalf("%s: %g and %g", name, pair[0], pair[1])
			}
		}
		if !(x.NMI >= 0 && x.NMI <= 1+1e-12 && x.AMI <= 1+1e-9 && x.ARI <= 1 && x.Purity > 0 && x.Purity <= 1) {
			t.Fatalf("out of range: %+v", x)
		}
	})
}

func TestAdjustedScoresOfChance(t *testing.T) {
	rng := matrix.RandomUnit(1, 4000, 2)
	a, b := make([]int, 4000), make([]int, 4000)
	for i := range a {
		a[i], b[i] = i%10, int(math.Floor(200*math.Abs(float64(rng.Row(i)[0]))))
	}
	got, _ := Agree(a, b)
	fixture.Near(t, "AMI of independent labels", got.AMI, 0, 0.02)
	fixture.Near(t, "ARI of independent labels", got.ARI, 0, 0.02)
	if !(got.NMI >= 0.05) {
		t.Errorf("independent labels: %+v", got)
	}
	if _, ok := Agree(nil, nil); ok {
		t.Error("agreement without samples is defined")
	}
}

// Classes and clusters that tell nothing of each other are neither homogeneous nor complete, and
// their harmonic mean is 0, not 0/0.
func TestAgreementOfIndependentLabels(t *testing.T) {
	got, ok := Agree([]int{0, 0, 1, 1}, []int{0, 1, 0, 1})
	got.AMI = 0 // below 0, by the chance of so few
	want := Agreement{EntropyClasses: math.Ln2, EntropyClusters: math.Ln2, ARI: -0.5, Purity: 0.5}
	if d := cmp.Diff(want, got, cmpopts.EquateApprox(0, 1e-12)); d != "" || !ok {
		t.Error(d)
	}
}

// expectedInformation against a direct average over all relabellings.
func TestExpectedInformationBySymmetricGroup(t *testing.T) {
	a, b := []int{0, 0, 0, 1, 1, 2}, []int{0, 0, 1, 1, 1, 1}
	var sum float64
	count := 0
	permute(b, 0, func(p []int) {
		sum += tabulate(a, p).mutualInformation()
		count++
	})
	fixture.Near(t, "expected information", tabulate(a, b).expectedInformation(), sum/float64(count), 1e-12)
}

func permute(p []int, at int, f func([]int)) {
	if at == len(p) {
		f(p)
		return
	}
	for i := at; i < len(p); i++ {
		p[at], p[i] = p[i], p[at]
		permute(p, at+1, f)
		p[at], p[i] = p[i], p[at]
	}
}
