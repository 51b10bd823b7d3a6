package part

// Composition says what an arm is made of: the axes on which methods differ.
type Composition struct {
	Name         string   // as tables show it
	Objective    string   // turns scores into targets and a loss
	Learner      string   // moves the prototypes, or a schedule of learners, see [Phases]; the objective's name where that owns its prototypes
	Regularizers []string // terms added to the loss
	Embedding    string   // what becomes of the projector's output
	Observers    []string // learners that see the same embeddings and feed nothing back
}

// Parts returns the names of all parts of a composition, observers included: what decides which
// settings it reads.
func (c Composition) Parts() []string {
	return append(append(append(c.Learners(), c.Objective, c.Embedding), c.Regularizers...), c.Observers...)
}

// Learners returns the arm's own learner, or all those of its schedule.
func (c Composition) Learners() []string {
	phases, err := Phases(c.Learner)
	if err != nil {
		return []string{c.Learner}
	}
	names := make([]string, len(phases))
	for i, p := range phases {
		names[i] = p.Learner
	}
	return names
}
