package clustering

import (
	"testing"

	"protobench/internal/golden"
	"protobench/metrics/internal/fixture"
)

func TestGoldenAgreement(t *testing.T) {
	t.Run("metrics_clustering", func(t *testing.T) {
		f := golden.Load(t, "metrics_clustering")
		for name := range f.Inputs {
			a := fixture.MustOK[Agreement](t, name)(Agree(fixture.IntsAt(t, f.Inputs, name, "classes"), fixture.IntsAt(t, f.Inputs, name, "clusters")))
			for key, got := range map[string]float64{"nmi": a.NMI, "ami": a.AMI, "ari": a.ARI, "homogeneity": a.Homogeneity,
				"completeness": a.Completeness, "v_measure": a.VMeasure, "purity": a.Purity,
				"mutual_information": a.MutualInformation, "entropy_classes": a.EntropyClasses, "entropy_clusters": a.EntropyClusters} {
				fixture.Check(t, f, name+" "+key, got, name, key)
			}
		}
	})
}

func TestGoldenSilhouette(t *testing.T) {
	t.Run("metrics_silhouette", func(t *testing.T) {
		f := golden.Load(t, "metrics_silhouette")
		x, y := fixture.MatrixAt(t, f.Inputs, "points"), fixture.IntsAt(t, f.Inputs, "labels")
		for name, cosine := range map[string]bool{"euclidean": false, "cosine": true} {
			samples, mean, ok := Silhouette(x, y, cosine)
			if !ok {
				t.Fatal("undefined")
			}
			golden.Check(t, f, name, samples, golden.At(t, f.Expected, name, "samples"))
			fixture.Check(t, f, name+" mean", mean, name, "mean")
		}
	})
}
