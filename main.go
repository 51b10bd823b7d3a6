// Command protobench runs benchmarks and ablations of prototypical
// self-supervised learning.
package main

import (
	"os"

	"protobench/internal/cli"
)

func main() { os.Exit(cli.Main()) }
