package tfevents

import (
	"encoding/binary"
	"hash/crc32"
	"io"
	"math"
)

// Scalar is a value under a tag; tags with slashes are grouped by what stands before the first.
type Scalar struct {
	Tag   string
	Value float32
}

// Writer writes an event file.
type Writer struct{ to io.Writer }

// NewWriter begins a file with the event that names its version.
func NewWriter(w io.Writer) (*Writer, error) {
	out := &Writer{w}
	return out, out.record(appendString(appendDouble(nil, fieldWallTime, 0), fieldFileVersion, "brain.Event:2"))
}

// Write adds an event: scalars of one step, with the time in seconds that TensorBoard shows for it.
func (w *Writer) Write(step int64, seconds float64, scalars []Scalar) error {
	var summary []byte
	for _, s := range scalars {
		value := appendFloat(appendString(nil, fieldTag, s.Tag), fieldSimpleValue, s.Value)
		summary = appendString(summary, fieldValue, string(value))
	}
	event := appendDouble(nil, fieldWallTime, seconds)
	event = binary.AppendUvarint(append(event, key(fieldStep, varint)), uint64(step))
	return w.record(appendString(event, fieldSummary, string(summary)))
}

// record frames a message: its length, a checksum of that, the message, and a checksum of it.
func (w *Writer) record(message []byte) error {
	out := binary.LittleEndian.AppendUint64(nil, uint64(len(message)))
	out = binary.LittleEndian.AppendUint32(out, masked(out))
	out = append(out, message...)
	out = binary.LittleEndian.AppendUint32(out, masked(message))
	_, err := w.to.Write(out)
	return err
}

// masked is the CRC-32C of some bytes in the form that keeps checksums of checksums apart.
func masked(b []byte) uint32 {
	sum := crc32.Checksum(b, crc32.MakeTable(crc32.Castagnoli))
	return (sum>>15 | sum<<17) + 0xa282ead8
}

// The fields of the messages, by number.
const (
	fieldWallTime    = 1 // of Event, double
	fieldStep        = 2 // int64
	fieldFileVersion = 3 // string
	fieldSummary     = 5 // Summary
	fieldValue       = 1 // of Summary, repeated Value
	fieldTag         = 1 // of Value, string
	fieldSimpleValue = 2 // float
)

// The wire types of protocol buffers.
const (
	varint    = 0
	eight     = 1 // bytes
	delimited = 2
	four      = 5 // bytes
)

// key begins a field; numbers stay below 16.
func key(field, wire int) byte { return byte(field<<3 | wire) }

func appendDouble(b []byte, field int, v float64) []byte {
	return binary.LittleEndian.AppendUint64(append(b, key(field, eight)), math.Float64bits(v))
}

func appendFloat(b []byte, field int, v float32) []byte {
	return binary.LittleEndian.AppendUint32(append(b, key(field, four)), math.Float32bits(v))
}

// appendString adds text, bytes or a message.
func appendString(b []byte, field int, s string) []byte {
	b = binary.AppendUvarint(append(b, key(field, delimited)), uint64(len(s)))
	return append(b, s...)
}
