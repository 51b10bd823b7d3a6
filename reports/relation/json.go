package relation

import (
	"encoding/json"
	"math"
)

// optional is a value for which JSON's null stands where it is not defined.
type optional float64

// MarshalJSON implements json.Marshaler.
func (n optional) MarshalJSON() ([]byte, error) {
	if math.IsNaN(float64(n)) {
		return []byte("null"), nil
	}
	return json.Marshal(float64(n))
}

// MarshalJSON writes the level with null for what too few pairs leave undefined.
func (l Level) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Name   string   `json:"level"`
		Groups int      `json:"groups,omitempty"`
		N      int      `json:"n"`
		R      optional `json:"r"`
		Low    optional `json:"low"`
		High   optional `json:"high"`
	}{l.Name, l.Groups, l.N, optional(l.R), optional(l.Low), optional(l.High)})
}

// MarshalJSON writes the curve with null for the share that it explains where nothing varies.
func (c Curve) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Explained optional `json:"explained"`
		Residual  optional `json:"residual"`
		Arms      []OffArm `json:"arms"`
	}{optional(c.Explained), optional(c.Residual), c.Arms})
}

// MarshalJSON writes the arm with its mean residual and the 95 % t-interval of that, null where there
// is none.
func (a OffArm) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Run  string   `json:"run"`
		Arm  string   `json:"arm"`
		N    int      `json:"n"`
		Off  optional `json:"off"`
		Low  optional `json:"low"`
		High optional `json:"high"`
	}{a.Run, a.Arm, a.Off.N, optional(a.Off.Mean), optional(a.Off.Mean - a.Off.Half), optional(a.Off.Mean + a.Off.Half)})
}
