package relation

import (
	"encoding/json"

	"protobench/harness/store"
)

// MarshalJSON writes the level with null for what too few pairs leave undefined.
func (l Level) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Name   string       `json:"level"`
		Groups int          `json:"groups,omitempty"`
		N      int          `json:"n"`
		R      store.Number `json:"r"`
		Low    store.Number `json:"low"`
		High   store.Number `json:"high"`
	}{l.Name, l.Groups, l.N, store.Number(l.R), store.Number(l.Low), store.Number(l.High)})
}

// MarshalJSON writes the curve with null for the share that it explains where nothing varies.
func (c Curve) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Explained store.Number `json:"explained"`
		Residual  store.Number `json:"residual"`
		Arms      []OffArm     `json:"arms"`
	}{store.Number(c.Explained), store.Number(c.Residual), c.Arms})
}

// MarshalJSON writes the arm with its mean residual and the 95 % t-interval of that, null where there
// is none.
func (a OffArm) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Run  string       `json:"run"`
		Arm  string       `json:"arm"`
		N    int          `json:"n"`
		Off  store.Number `json:"off"`
		Low  store.Number `json:"low"`
		High store.Number `json:"high"`
	}{a.Run, a.Arm, a.Off.N, store.Number(a.Off.Mean), store.Number(a.Off.Mean - a.Off.Half), store.Number(a.Off.Mean + a.Off.Half)})
}
