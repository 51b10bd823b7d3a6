package store

import (
	"bytes"
	"encoding/json"
	"errors"

	"protobench/internal/durable"
)

// Published says what became of a result.
type Published struct {
	// First is true where the result stands now: nobody had published another one.
	First bool
	// Different names what differs from the result that stands: "outcome", "metrics" or "observers".
	// Times, warnings and where the cell was resumed do not count. It is empty for twins that agree,
	// as all should.
	Different []string
}

// Publish writes result.json, which ends the cell, for the first who does: a twin of the process,
// on a node that was cut off from the others, changes nothing and is compared with what stands. A
// result that says failed gives way to one that does not. Write it last.
func (c *CellDir) Publish(r Result) (Published, error) {
	text, err := c.completed(r)
	if err != nil {
		return Published{}, err
	}
	first, err := durable.WriteNew(c.file("result.json"), text)
	if err != nil || first {
		return Published{First: first}, err
	}
	stands, found, err := c.Result()
	var bad *Damaged
	switch {
	case errors.As(err, &bad):
		if _, err := bad.SetAside(); err != nil {
			return Published{}, err
		}
	case err != nil:
		return Published{}, err
	case found && (stands.Outcome.Status != Failed || r.Outcome.Status == Failed):
		return Published{Different: differences(stands, r)}, nil
	}
	return Published{First: true}, WriteFile(c.file("result.json"), text)
}

// differences compares what has to be equal however often a cell is run.
func differences(a, b Result) []string {
	var out []string
	for _, part := range []struct {
		name string
		a, b any
	}{{"outcome", a.Outcome, b.Outcome}, {"metrics", a.Metrics, b.Metrics}, {"observers", a.Observers, b.Observers}} {
		x, errX := json.Marshal(part.a)
		y, errY := json.Marshal(part.b)
		if part.name == "observers" && len(a.Observers)+len(b.Observers) == 0 {
			continue // an empty map comes back from a file as none
		}
		if errX != nil || errY != nil || !bytes.Equal(x, y) {
			out = append(out, part.name)
		}
	}
	return out
}
