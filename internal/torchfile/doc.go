// Package torchfile lists the tensors of what torch.save wrote: ZIP archives and the format before
// PyTorch 1.6, which is a row of pickles with the storages behind them.
//
// Nothing that a file asks for is run (package pickle), storages stay in the file until a tensor's
// numbers are asked for (package tensorfile), and names are the dotted path of keys that leads to a
// tensor. What a name means is the callers' business.
package torchfile
