//go:build !unix

package cli

import (
	"context"
	"os"
)

func notifyLimit(chan<- os.Signal) {}

func overLimit(context.Context) bool { return false }
