package handoff

import "time"

// Room is what the disk under the store still has room for. Each further one allows less.
type Room int

// The rooms. What lanes and the clock record is always written, and so is whatever removes.
const (
	RoomForAll         Room = iota
	RoomForTalk             // no new handoff begins; conversations go on
	RoomForSpecialists      // of what people and agents send, only what specialists write
)

const roomPause = time.Minute // when to ask again

// admit refuses what needs more room than there is.
func (d *Desk) admit(needs Room) error {
	has := d.disk()
	if has <= needs {
		return nil
	}
	msg := "no new handoff can begin right now, because the server is short of disk space; please try again later"
	if has == RoomForSpecialists {
		msg = "nothing new can be stored right now, because the server's disk is full; please try again later"
	}
	return &Error{Code: CodeDiskFull, Msg: msg, RetryAfter: roomPause}
}
