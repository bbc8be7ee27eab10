// Package sum is small enough to be broken in a test.
package sum

// Sum adds.
func Sum(a, b int) int { return a + b }
