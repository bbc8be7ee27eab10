package bot

import (
	"bytes"
	"sync"
)

// maxLent bounds in bytes what is kept of a buffer, so that one large body does
// not stay in memory.
const maxLent = 64 << 10

// buffers lends memory for a text that is decoded at once: package activity keeps
// nothing of what it decodes.
var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

func borrowBuffer() *bytes.Buffer { return buffers.Get().(*bytes.Buffer) }

func returnBuffer(b *bytes.Buffer) {
	if b.Cap() <= maxLent {
		b.Reset()
		buffers.Put(b)
	}
}
