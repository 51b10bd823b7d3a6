package store

import (
	"encoding/json"
	"math"
	"sort"
	"strconv"
)

// Metrics maps metric keys (with their protocol in the name) to values. In JSON the keys
// are sorted, a value has the shortest digits that give it back, and NaN and infinities,
// which JSON lacks, are null; null is read as NaN. Equal values give equal bytes.
type Metrics map[string]float64

// MarshalJSON implements json.Marshaler.
func (m Metrics) MarshalJSON() ([]byte, error) {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	b := []byte{'{'}
	for i, k := range keys {
		if i > 0 {
			b = append(b, ',')
		}
		key, err := json.Marshal(k)
		if err != nil {
			return nil, err
		}
		b = append(append(b, key...), ':')
		b = appendNumber(b, m[k])
	}
	return append(b, '}'), nil
}

// UnmarshalJSON implements json.Unmarshaler.
func (m *Metrics) UnmarshalJSON(raw []byte) error {
	var values map[string]number
	if err := json.Unmarshal(raw, &values); err != nil {
		return err
	}
	if values == nil {
		return nil
	}
	*m = make(Metrics, len(values))
	for k, v := range values {
		(*m)[k] = float64(v)
	}
	return nil
}

// number is a float64 for which JSON's null stands where the value is not finite.
type number float64

func (n number) MarshalJSON() ([]byte, error) { return appendNumber(nil, float64(n)), nil }

func (n *number) UnmarshalJSON(raw []byte) error {
	if string(raw) == "null" {
		*n = number(math.NaN())
		return nil
	}
	return json.Unmarshal(raw, (*float64)(n))
}

func appendNumber(b []byte, v float64) []byte {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return append(b, "null"...)
	}
	format := byte('f')
	if a := math.Abs(v); a != 0 && (a < 1e-6 || a >= 1e21) {
		format = 'e'
	}
	return strconv.AppendFloat(b, v, format, -1, 64)
}
