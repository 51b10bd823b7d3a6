package part

import (
	"fmt"

	"protobench/internal/setting"
)

// Declaration is what any part of a method says of itself, whatever its axis. All of it but Name
// and Doc may be empty.
type Declaration struct {
	Name   string
	Doc    string        // one line
	Source string        // paper
	Table  setting.Table // its own settings, under a table's name
	Reads  []string      // settings of other tables that it reads, by key path

	// Check returns settings that make no sense together where the part takes part in a run, as its
	// learner, in a phase, or as an observer's. What is known of the data is in the run: Images is
	// 0 and Input empty where nothing is.
	Check func(Config) []*setting.KeyError
	// Onsets are settings that let something begin, or be complete, some epochs into the run.
	Onsets func(Config) []Onset
	// Warn says what else a reader of the run's numbers should know of the part's settings.
	Warn func(Config) []setting.Warning
}

// Shared returns the reads of keys that a table does not own.
func (d Declaration) Shared() setting.Reads { return setting.Reads{Part: d.Name, Keys: d.Reads} }

// Onset is a setting that lets something begin, or be complete, some epochs into the run.
type Onset struct {
	Key    string
	Epoch  float64 // at its beginning, of the first epoch with it
	Missed string  // what a run that ends before lacks
}

// Within puts an onset that comes after the last phase of its learner off for ever.
func (o Onset) Within(c Config, learner string) Onset {
	if o.Epoch >= c.phaseEnd(learner) {
		o.Epoch = float64(c.Train.Epochs)
	}
	return o
}

// Warning is what to say of a run that ends before the onset.
func (o Onset) Warning(c Config) setting.Warning {
	return setting.Warning{Key: o.Key, Text: fmt.Sprintf("%s = %v, train.epochs = %d: %s", o.Key, c.Settings.Get(o.Key), c.Train.Epochs, o.Missed)}
}

// phaseEnd is the epoch at which the last phase of a learner in a schedule ends: the run's end for
// the schedule's last one, and for learners that are in none.
func (c Config) phaseEnd(learner string) float64 {
	end := float64(c.Train.Epochs)
	phases, _ := Phases(c.Composition.Learner) // an error is the composition's check's to report
	for _, p := range phases {
		if p.Learner != learner {
			continue
		}
		if end = p.Until; end == 0 {
			return float64(c.Train.Epochs)
		}
	}
	return end
}

// Refuse is one reason why settings make no sense together.
func Refuse(key, remedy, found string, a ...any) []*setting.KeyError {
	return []*setting.KeyError{{Key: key, Found: fmt.Sprintf(found, a...), Remedy: remedy}}
}
