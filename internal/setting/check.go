package setting

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// Convert turns a value as TOML or Go has it into the key's type and checks choice and range. Whole
// numbers serve as floats, nothing else is bent.
func (k Key) Convert(value any) (any, *KeyError) {
	v, ok := convert(value, k.kind)
	if !ok {
		return nil, &KeyError{k.Path, "found " + Describe(value), "expected " + k.expects(), "write e.g. " + k.example()}
	}
	if e := k.check(v); e != nil {
		return nil, e
	}
	return v, nil
}

func convert(value any, kind reflect.Kind) (any, bool) {
	if v, ok := value.(int); ok { // of a preset
		value = int64(v)
	}
	switch v := value.(type) {
	case int64:
		if kind == reflect.Float64 {
			return float64(v), true
		}
		return int(v), kind == reflect.Int
	case float64:
		return v, kind == reflect.Float64
	case string:
		return v, kind == reflect.String
	case bool:
		return v, kind == reflect.Bool
	}
	return nil, false
}

func (k Key) check(v any) *KeyError {
	if s := fmt.Sprint(v); len(k.Choices) > 0 && !slices.Contains(k.Choices, s) {
		return &KeyError{k.Path, "found " + Literal(v), "expected one of " + strings.Join(k.Choices, ", "), Suggest(s, k.Choices, "choose one of them")}
	}
	if f, ok := number(v); ok && !inRange(f, k.Range) {
		expected := "expected a finite number"
		if k.Range != "" {
			expected = "expected a value in " + k.Range
		}
		return &KeyError{k.Path, fmt.Sprintf("found %v", v), expected, fmt.Sprintf("the default is %s", k.Default)}
	}
	return nil
}

func (k Key) expects() string {
	article := "a "
	if k.Type == "integer" {
		article = "an "
	}
	switch {
	case len(k.Choices) > 0:
		return article + k.Type + " (one of " + strings.Join(k.Choices, ", ") + ")"
	case k.Range != "":
		return article + k.Type + " in " + k.Range
	}
	return article + k.Type
}

func (k Key) example() string {
	_, name := Cut(k.Path)
	if k.Type == "text" {
		return fmt.Sprintf("%s = %q", name, k.Default)
	}
	return fmt.Sprintf("%s = %s", name, k.Default)
}

func number(v any) (float64, bool) {
	switch n := v.(type) {
	case int:
		return float64(n), true
	case float64:
		return n, true
	}
	return 0, false
}

// inRange tests interval notation such as "[0,1)"; a missing bound is none. NaN and infinities are
// in no range.
func inRange(v float64, interval string) bool {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return false
	}
	if interval == "" {
		return true
	}
	lo, hi, _ := strings.Cut(interval[1:len(interval)-1], ",")
	low, high := bound(lo, math.Inf(-1)), bound(hi, math.Inf(1))
	above := v > low || v == low && interval[0] == '['
	below := v < high || v == high && interval[len(interval)-1] == ']'
	return above && below
}

func bound(s string, none float64) float64 {
	if s == "" {
		return none
	}
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		panic("setting: bad range bound " + s)
	}
	return v
}
