// Package tfevents writes the event files that TensorBoard reads, with scalars alone: records in the
// framing of TFRecord, each holding a protocol buffer of the type tensorflow.Event.
//
// The format: https://github.com/tensorflow/tensorflow/blob/v2.16.1/tensorflow/core/util/event.proto,
// summary.proto of its framework, and lib/io/record_writer.h. Nothing of this program is known here.
package tfevents
