// Package teams joins the desk to Microsoft Teams: Platform carries the desk's posts into channels, Handler takes what
// people do there to the desk. The two never meet; each speaks to the desk alone.
//
// A channel is connected by an @mention of the bot. What is kept of it is a conversation reference taken from an
// authenticated activity, and every later activity renews it. A handoff is a thread, addressed as
// channel;messageid=root; text and card never share an activity, because Teams would split them and name neither.
// A card is changed for everybody by an update of its message, and for the person who pressed by the answer to the press.
//
// Handler persists before it returns. It makes no post of its own: replies go through the desk's lanes.
package teams
