package methods

import (
	"testing"

	"protobench/methods/internal/fixture"
	"protobench/methods/learner"
	"protobench/methods/part"
)

// TestCARPSeesLength checks that the length of an embedding reaches the scores and that learners
// see its direction.
func TestCARPSeesLength(t *testing.T) {
	for _, embedding := range []string{"plain", "centred"} {
		cfg := testConfig(t, "carp+gmm")
		cfg.Composition.Embedding = embedding
		tr := start(t, cfg)
		if n := fixture.Unit(tr.host.learners[0].Vectors().Value, cfg.Encoder.Dim); n != cfg.Settings.Int("prototypes.count") {
			t.Errorf("%s: only %d prototypes start from data as unit vectors", embedding, n)
		}
		steps(t, tr, batches(cfg), 2)
		in := &learner.Step{Found: learner.NewFound()}
		tr.publishEmbeddings(in, part.Teacher)
		tr.publishEmbeddings(in, part.Student)
		for b := range in.Z {
			if fixture.Unit(in.Z[b], cfg.Encoder.Dim) != len(in.Z[b])/cfg.Encoder.Dim {
				t.Errorf("%s: learners see embeddings that are not normalised", embedding)
			}
			if fixture.Unit(in.Embeddings[b], cfg.Encoder.Dim) > 1 {
				t.Errorf("%s: scores see normalised embeddings", embedding)
			}
		}
		_, z, err := tr.Features(part.Teacher, viewsAt(cfg, 1))
		if err != nil {
			t.Fatal(err)
		}
		if fixture.Unit(z, cfg.Encoder.Dim) > 1 {
			t.Errorf("%s: evaluation normalises", embedding)
		}
	}
}
