package encoded

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// thriftText walks a description in Thrift's compact protocol, as Parquet files end with, without
// keeping anything. The library asks for the memory of a list before it reads its items, so that
// lists have to fit into the bytes that are there: each item takes one at least.
type thriftText struct{ left []byte }

// The protocol's types of values.
const (
	thriftStop   = 0
	thriftTrue   = 1
	thriftFalse  = 2
	thriftByte   = 3
	thriftI64    = 6 // and the two below
	thriftDouble = 7
	thriftBinary = 8
	thriftList   = 9
	thriftSet    = 10
	thriftMap    = 11
	thriftStruct = 12
)

// deepestThrift is how deep structures lie in each other; Parquet's do six.
const deepestThrift = 32

var errThriftShort = errors.New("an early end")

// checkThrift checks one structure.
func checkThrift(b []byte) error { return (&thriftText{b}).structure(0) }

func (t *thriftText) structure(depth int) error {
	if depth > deepestThrift {
		return fmt.Errorf("structures lie more than %d deep", deepestThrift)
	}
	for {
		head, err := t.take(1)
		if err != nil {
			return err
		}
		kind := head[0] & 15
		if kind == thriftStop {
			return nil
		}
		if head[0]>>4 == 0 { // the field's number follows
			if _, err := t.varint(); err != nil {
				return err
			}
		}
		if kind == thriftTrue || kind == thriftFalse { // the type is the value
			continue
		}
		if err := t.value(kind, depth); err != nil {
			return err
		}
	}
}

// value passes one value.
func (t *thriftText) value(kind byte, depth int) error {
	switch {
	case kind == thriftTrue, kind == thriftFalse, kind == thriftByte:
		_, err := t.take(1)
		return err
	case kind <= thriftI64:
		_, err := t.varint()
		return err
	case kind == thriftDouble:
		_, err := t.take(8)
		return err
	case kind == thriftBinary:
		n, err := t.varint()
		if err == nil {
			_, err = t.take(n)
		}
		return err
	case kind == thriftList, kind == thriftSet:
		return t.list(depth)
	case kind == thriftMap:
		return t.dictionary(depth)
	case kind == thriftStruct:
		return t.structure(depth + 1)
	}
	return fmt.Errorf("a value of unknown type %d", kind)
}

func (t *thriftText) list(depth int) error {
	head, err := t.take(1)
	if err != nil {
		return err
	}
	n := uint64(head[0] >> 4)
	if n == 15 {
		if n, err = t.varint(); err != nil {
			return err
		}
	}
	return t.items(n, depth, head[0]&15)
}

func (t *thriftText) dictionary(depth int) error {
	n, err := t.varint()
	if err != nil || n == 0 {
		return err
	}
	kinds, err := t.take(1)
	if err != nil {
		return err
	}
	return t.items(n, depth, kinds[0]>>4, kinds[0]&15)
}

// items passes n times a value of each kind.
func (t *thriftText) items(n uint64, depth int, kinds ...byte) error {
	if n > uint64(len(t.left)) {
		return fmt.Errorf("a list of %d items in %d bytes", n, len(t.left))
	}
	if depth > deepestThrift {
		return fmt.Errorf("lists lie more than %d deep", deepestThrift)
	}
	for range n {
		for _, kind := range kinds {
			if err := t.value(kind, depth+1); err != nil {
				return err
			}
		}
	}
	return nil
}

func (t *thriftText) take(n uint64) ([]byte, error) {
	if n > uint64(len(t.left)) {
		return nil, errThriftShort
	}
	out := t.left[:n]
	t.left = t.left[n:]
	return out, nil
}

func (t *thriftText) varint() (uint64, error) {
	v, n := binary.Uvarint(t.left)
	if n <= 0 {
		return 0, errThriftShort
	}
	t.left = t.left[n:]
	return v, nil
}
