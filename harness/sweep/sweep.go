package sweep

import (
	"errors"
	"fmt"
	"os"

	"github.com/BurntSushi/toml"

	"protobench/harness/sweep/keylines"
	"protobench/internal/setting"
)

// Sweep is a sweep file, read and resolved into cells.
type Sweep struct {
	File, Text           string
	Name, Question, Note string
	Baseline             string   // an arm's name, or "learner=joint": each arm's own objective's joint arm
	Searched             []string // settings that were chosen for every arm by itself: arms pair though they differ in them
	Primary              []string // metric keys of the declared endpoints
	Seeds                []uint64
	Claims               []Claim
	KeepsWeights         bool     // whether finished cells keep their encoders' weights ([store])
	Slurm                Slurm    // what a cluster is asked for ([slurm])
	Cells                []Cell   // seed by seed, so that arms of a pair finish together
	Alike                []string // arms whose folders only hashes tell apart, a sentence each, with the lines that name them
}

// ReadText returns a sweep file's text.
func ReadText(file string) (string, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return "", fmt.Errorf("sweep file %s: %w; check the path, or see `protobench list ablations`", file, errors.Unwrap(err))
	}
	return string(text), nil
}

// Parse reads the text of a sweep file without touching any data: its cells know nothing of their
// images, and are checked as far as that goes. file names it in errors. All that is wrong comes
// back in one *ConfigError.
func Parse(file, text string, c Catalogue) (*Sweep, error) {
	return read(file, text, c, nil)
}

// Check reads the text of a sweep file, opens the data of its cells and checks each cell against
// them. file names it in errors. All that is wrong comes back in one *ConfigError; what the data
// have to say of a key is left out where the key was wrong to begin with.
func Check(file, text string, c Catalogue, open Open) (*Sweep, error) {
	return read(file, text, c, open)
}

func read(file, text string, c Catalogue, open Open) (*Sweep, error) {
	if e, line, wrong := boundless(text); wrong {
		return nil, &ConfigError{[]Issue{{File: file, Line: line, KeyError: e}}}
	}
	raw := map[string]any{}
	if _, err := toml.Decode(text, &raw); err != nil {
		return nil, syntaxError(file, err)
	}
	p := &parser{file: file, raw: raw, lines: keylines.Find(text), catalogue: c, open: open}
	s := p.head(file, text)
	base := p.tables()
	listed := p.methods(base)
	axes := p.matrix(listed)
	s.Baseline = p.baseline(listed)
	p.refuseIdle(s)
	s.Claims = p.claims(listed, axes)
	rows := p.referenceNames()
	if p.full() || p.countless(listed, rows, axes, len(s.Seeds)) {
		return nil, asError(p.issues)
	}
	once := p.cells(base, listed, rows, axes)
	p.refuseUnmeasured(s, once)
	p.check(once)
	once = p.skipMissing(once)
	warnOfTwins(once)
	s.Alike = p.alikeFolders(once)
	s.Cells = overSeeds(once, s.Seeds)
	if err := asError(p.issues); err != nil {
		return nil, err
	}
	return s, nil
}

func syntaxError(file string, err error) error {
	var parse toml.ParseError
	if !errors.As(err, &parse) {
		return fmt.Errorf("sweep file %s: %w", file, err)
	}
	wrong := setting.KeyError{Key: parse.LastKey, Found: parse.Message, Expected: "expected TOML"}
	return &ConfigError{[]Issue{{File: file, Line: parse.Position.Line, KeyError: wrong}}}
}
