package sweep

import (
	"strings"
	"testing"
)

// TestHelpIsStated: a decoupled learner that is written out without the help that presets give it
// is warned of, as far as nothing states it.
func TestHelpIsStated(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"bare": {"[[method]]\nname = 'x'\nobjective = 'dino'\nlearner = 'gmm'\n", "learner gmm is decoupled, and the arm does not state embedding, prototypes.init, prototypes.reseed: " +
			"left at \"plain\", \"random\", false; preset dino+gmm has \"centred\", \"data\", true. "},
		"no preset of its own": {"[[method]]\nname = 'x'\nobjective = 'dino'\nlearner = 'kmeans'\n", "learner kmeans is decoupled, and the arm does not state embedding, " +
			"prototypes.init, prototypes.reseed: left at \"plain\", \"random\", false; preset swav+gmm has"},
		"another preset's learner": {"[[method]]\nname = 'x'\npreset = 'swav'\nlearner = 'gmm'\nembedding = 'plain'\n", "state prototypes.init, prototypes.reseed: left"},
		"in a table":               {"init = 'data'\n[[method]]\nname = 'x'\nobjective = 'swav'\nlearner = 'gmm'\nembedding = 'plain'\n", "state prototypes.reseed: left at false; preset swav+gmm has true. "},
		"on an axis":               {"[[method]]\nname = 'x'\nobjective = 'swav'\nlearner = 'gmm'\nembedding = 'plain'\nprototypes.init = 'data'\n[matrix]\n'prototypes.reseed' = [true, false]\n", ""},
		"stated":                   {"[[method]]\nname = 'x'\nobjective = 'swav'\nlearner = 'gmm'\nembedding = 'plain'\nprototypes.init = 'random'\nprototypes.reseed = false\n", ""},
		"preset":                   {"[[method]]\nname = 'x'\npreset = 'swav+gmm'\n", ""},
		"preset without help":      {"[[method]]\nname = 'capi'\n", ""},
		"joint":                    {"[[method]]\nname = 'x'\nobjective = 'swav'\nlearner = 'joint'\n", ""},
		"frozen":                   {"[[method]]\nname = 'x'\nobjective = 'swav'\nlearner = 'frozen'\n", ""},
		"observer":                 {"[[method]]\nname = 'x'\nobjective = 'swav'\nlearner = 'joint'\nobservers = ['gmm']\n", ""},
	} {
		text := "name = 'x'\nreferences = false\n[encoder]\nname = 'mlp'\n[train]\nbatch = 8\n[prototypes]\ncount = 8\n" + c.text
		s, err := Check("t.toml", text, realCatalogue(), testOpen)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for _, cell := range s.Cells {
			said := ""
			for _, w := range cell.Warnings {
				if strings.Contains(w.Text, "is decoupled") {
					said += w.Text
				}
			}
			if (said == "") != (c.want == "") || !strings.Contains(said, c.want) {
				t.Errorf("%s: %q, want …%s…", name, said, c.want)
			}
		}
	}
}
