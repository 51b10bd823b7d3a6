// Package list is the verb that lists what there is: methods and their parts, encoders, data sets,
// metrics, ablations and keys, as text, Markdown and JSON. Begin with Command.
//
// What a part is stands in its own declaration; nothing is described here.
package list
