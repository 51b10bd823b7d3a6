package pickle

import "strings"

// List is a Python list.
type List struct{ Items []any }

// Tuple is a Python tuple.
type Tuple []any

// Set is a Python set or frozenset, its items in the pickle's order.
type Set struct{ Items []any }

// Dict is a Python dict, its entries in the pickle's order; a key that is set again has its new
// value behind the old.
type Dict struct{ Entries []Entry }

// Entry is a key and its value in a [Dict].
type Entry struct{ Key, Value any }

// Get returns the value that a text was set to last; ok is false where it was not. Python 2's texts
// and Python 3's bytes of the same letters are the same key.
func (d *Dict) Get(key string) (value any, ok bool) {
	for i := len(d.Entries) - 1; i >= 0; i-- {
		if k, ok := Text(d.Entries[i].Key); ok && k == key {
			return d.Entries[i].Value, true
		}
	}
	return nil, false
}

// Text is a value that is a text: Python 3's, or Python 2's, which pickles keep as bytes.
func Text(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case []byte:
		return string(v), true
	}
	return "", false
}

// Class is a class or function by its name. It is never looked up.
type Class struct{ Module, Name string }

// String is the name as Python writes it.
func (c Class) String() string { return c.Module + "." + c.Name }

// Object is what a pickle would make with a class that this package does not know: its parts, and
// nothing done with them.
type Object struct {
	Class any   // mostly a [Class]
	Args  any   // what it is called with, mostly a [Tuple]
	State any   // what its state is set to; nil where it is not
	Items []any // what is appended to it
	Dict  []Entry
}

// Persistent is a reference to something outside of the pickle.
type Persistent struct{ ID any }

// Kind names a value's type as Python does, for errors.
func Kind(v any) string {
	switch v := v.(type) {
	case nil:
		return "None"
	case bool:
		return "bool"
	case int64:
		return "int"
	case float64:
		return "float"
	case string:
		return "str"
	case []byte:
		return "bytes"
	case *List:
		return "list"
	case Tuple:
		return "tuple"
	case *Dict:
		return "dict"
	case *Set:
		return "set"
	case *Array:
		return "numpy.ndarray of " + v.DType.String()
	case *DType:
		return "numpy.dtype"
	case Class:
		return "class " + v.String()
	case *Object:
		if c, ok := v.Class.(Class); ok {
			return "object of " + strings.TrimPrefix(c.String(), "__builtin__.")
		}
		return "object"
	case Persistent, *Persistent:
		return "persistent id"
	}
	return "int" // *big.Int
}
