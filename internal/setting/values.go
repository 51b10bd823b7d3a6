package setting

import (
	"maps"
	"reflect"
	"slices"
)

// Values are a run's settings, one for each key of a schema. Copies are independent: setting one
// leaves the others as they are.
type Values struct {
	schema *Schema
	v      []any
}

// Schema returns the schema whose keys have values here.
func (v Values) Schema() *Schema { return v.schema }

// Get returns the value of a key: int, float64, string or bool. A path that the schema lacks is a
// programmer's error.
func (v Values) Get(path string) any { return v.v[v.schema.place(path)] }

// Int returns the value of an integer key.
func (v Values) Int(path string) int { return v.Get(path).(int) }

// Float returns the value of a number key.
func (v Values) Float(path string) float64 { return v.Get(path).(float64) }

// Text returns the value of a text key.
func (v Values) Text(path string) string { return v.Get(path).(string) }

// Bool returns the value of a true/false key.
func (v Values) Bool(path string) bool { return v.Get(path).(bool) }

// IsDefault reports whether a key stands at its default.
func (v Values) IsDefault(path string) bool {
	i := v.schema.place(path)
	return v.v[i] == v.schema.keys[i].value
}

// Set stores a value, as TOML or Go has it, if its type, choice and range fit; else it changes
// nothing.
func (v *Values) Set(path string, value any) *KeyError {
	k, ok := v.schema.Find(path)
	if !ok {
		return &KeyError{Key: path, Found: "unknown key"}
	}
	x, e := k.Convert(value)
	if e != nil {
		return e
	}
	v.v = slices.Clone(v.v)
	v.v[k.at] = x
	return nil
}

// MustSet is [Values.Set] for settings that the program itself names: what does not fit is a
// programmer's error.
func (v *Values) MustSet(path string, value any) {
	if e := v.Set(path, value); e != nil {
		panic("setting: " + e.Error())
	}
}

// MustSetAll sets several keys; their order changes nothing.
func (v *Values) MustSetAll(values map[string]any) {
	for _, path := range slices.Sorted(maps.Keys(values)) {
		v.MustSet(path, values[path])
	}
}

// Equal reports whether all values are equal.
func (v Values) Equal(w Values) bool { return v.schema == w.schema && slices.Equal(v.v, w.v) }

// Read returns a table as its struct. T has to be the type that the schema has for that name.
func Read[T any](v Values, table string) T {
	var out T
	if v.schema.tables[table] != reflect.TypeFor[T]() {
		panic("setting: table " + table + " is no " + reflect.TypeFor[T]().Name())
	}
	fields := reflect.ValueOf(&out).Elem()
	for _, field := range settings(fields.Type()) {
		path := table + "." + field.Tag.Get("key")
		fields.FieldByIndex(field.Index).Set(reflect.ValueOf(v.Get(path)))
	}
	return out
}

// Write sets a table to a struct's values, which are the program's own.
func Write[T any](v *Values, table string, from T) {
	fields := reflect.ValueOf(from)
	for _, field := range settings(fields.Type()) {
		v.MustSet(table+"."+field.Tag.Get("key"), fields.FieldByIndex(field.Index).Interface())
	}
}

// Defaults is a table's struct at its defaults.
func Defaults[T any](table string) T {
	return Read[T](NewSchema([]Table{Of[T](table)}, nil).Defaults(), table)
}

// Check returns what of a struct that the program or its caller filled by hand is outside of its
// tags' ranges and choices.
func Check[T any](table string, x T) []*KeyError {
	var wrong []*KeyError
	fields, keys := reflect.ValueOf(x), Of[T](table).keys()
	for i, field := range settings(fields.Type()) {
		if e := keys[i].check(fields.FieldByIndex(field.Index).Interface()); e != nil {
			wrong = append(wrong, e)
		}
	}
	return wrong
}
