package setting

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// Table is a struct type whose tagged fields are the keys of one table of a sweep.
type Table struct {
	Name  string
	of    reflect.Type
	owner string
}

// Of is the table of T's fields. Those without a key tag are no settings: they keep their zero
// value.
func Of[T any](name string) Table { return Table{Name: name, of: reflect.TypeFor[T]()} }

// OwnedBy is the table of a part of an arm: keys whose tags do not say who reads them are read by
// that part alone.
func (t Table) OwnedBy(part string) Table {
	t.owner = part
	return t
}

// keys reads the fields.
func (t Table) keys() []Key {
	var keys []Key
	for _, field := range settings(t.of) {
		keys = append(keys, newKey(field, t.Name, t.owner))
	}
	return keys
}

// settings are the fields of a table's type that have a key tag.
func settings(of reflect.Type) []reflect.StructField {
	var fields []reflect.StructField
	for i := range of.NumField() {
		if field := of.Field(i); field.Tag.Get("key") != "" {
			fields = append(fields, field)
		}
	}
	return fields
}

// Reads are keys of other tables that a part reads besides its own.
type Reads struct {
	Part string
	Keys []string // paths
}

// Schema is all settings that a run can have, in the order of its tables.
type Schema struct {
	keys   []Key
	places map[string]int
	tables map[string]reflect.Type
}

// NewSchema joins tables and adds each part to the readers of the keys that it reads. Keys that
// stand twice and reads of keys that do not exist are programmer's errors.
func NewSchema(tables []Table, reads []Reads) *Schema {
	s := &Schema{places: map[string]int{}, tables: map[string]reflect.Type{}}
	for _, t := range tables {
		if s.tables[t.Name] != nil {
			panic("setting: two tables " + t.Name)
		}
		s.tables[t.Name] = t.of
		for _, k := range t.keys() {
			if _, twice := s.places[k.Path]; twice {
				panic("setting: two keys " + k.Path)
			}
			k.at = len(s.keys)
			s.places[k.Path] = k.at
			s.keys = append(s.keys, k)
		}
	}
	for _, r := range reads {
		for _, path := range r.Keys {
			k := &s.keys[s.place(path)]
			if !slices.Contains(k.Readers, r.Part) {
				k.Readers = append(k.Readers, r.Part)
			}
		}
	}
	return s
}

// place is the index of a key that the program itself names.
func (s *Schema) place(path string) int {
	i, ok := s.places[path]
	if !ok {
		panic(fmt.Sprintf("setting: no key %q", path))
	}
	return i
}

// Keys returns every setting in the order of the tables; the slice is shared and must not be
// changed.
func (s *Schema) Keys() []Key { return s.keys }

// Find returns the key of a path.
func (s *Schema) Find(path string) (Key, bool) {
	i, ok := s.places[path]
	if !ok {
		return Key{}, false
	}
	return s.keys[i], true
}

// IsTable reports whether a path is a table that holds keys.
func (s *Schema) IsTable(path string) bool {
	return slices.ContainsFunc(s.keys, func(k Key) bool { return strings.HasPrefix(k.Path, path+".") })
}

// Defaults are the values of a run that sets nothing.
func (s *Schema) Defaults() Values {
	v := Values{schema: s, v: make([]any, len(s.keys))}
	for i, k := range s.keys {
		v.v[i] = k.value
	}
	return v
}
